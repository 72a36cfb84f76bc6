"""From people's decisions to how often the verdict is right, and to a threshold. Pure.

A *claim* is a match at or over the threshold: it says that one text derives from another. A *false
alarm* here is a claim that people call wrong, as a share of all claims decided. (The shipped
threshold bounds another share, that of all pairs which don't derive; nobody decides on those.)
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from provenance.models import DERIVED

#: Normal quantile of a 95 % interval.
Z = 1.959964
#: Edges of the bands of probability in which precision is told.
BANDS = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 1.0)


@dataclass(frozen=True, slots=True)
class Decided:
    """A pair on which a person decided: its probability, and whether the text derives."""

    match_id: str
    probability: float
    derived: bool


@dataclass(frozen=True, slots=True)
class Precision:
    """Of so many claims decided so many are right; the share, with its 95 % interval.

    All three shares are None where nothing was decided.
    """

    decided: int
    right: int
    share: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Held:
    """From which threshold on false alarms stay within a rate.

    ``threshold`` is the lowest at which the whole interval does, ``observed`` the lowest at which
    the share itself does; None where there is none. ``needed`` is how many decisions, all of them
    right, hold the rate at all.
    """

    rate: float
    threshold: float | None
    observed: float | None
    needed: int


def derives(decision: str, relation: str, is_repost: bool) -> bool | None:
    """What a decision says of the two texts: derived, not derived, or None where it can't be told.

    ``relation`` and ``is_repost`` are the verdict that was decided on. Left out are versions and
    common sources, where the text is shared but nobody took it from the other; and two kinds of
    rejection that need not speak of the texts: of equal texts, and of reuse that the tool itself
    calls no repost because of who was first.
    """
    if relation in DERIVED:
        if decision == "rejected":
            return None if relation == "verbatim" or not is_repost else False
        return True
    if relation in ("quote", "cites", "independent", "unrelated"):
        return decision != "confirmed"
    return None


def decided(standing: Sequence[Mapping[str, Any]]) -> list[Decided]:
    """The pairs that decisions tell something of; ``standing`` as ``Store.standing`` gives it."""
    found = []
    for row in standing:
        truth = derives(row["decision"], row["relation"], row["is_repost"])
        if truth is not None:
            found.append(Decided(row["match_id"], row["probability"], truth))
    return found


def wilson(right: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927), which holds also for few and for all."""
    if not of:
        return 0.0, 1.0
    share, z2 = right / of, Z * Z
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = Z / (1 + z2 / of) * math.sqrt(share * (1 - share) / of + z2 / (4 * of * of))
    # At the ends the interval touches 0 and 1, but for what floating point leaves.
    return (0.0 if right == 0 else middle - half), (1.0 if right == of else middle + half)


def precision(pairs: Sequence[Decided], low: float, high: float = math.inf) -> Precision:
    """How often claims with a probability from ``low`` to under ``high`` are right."""
    asked = [pair for pair in pairs if low <= pair.probability < high]
    right = sum(pair.derived for pair in asked)
    if not asked:
        return Precision(0, 0, None, None, None)
    return Precision(len(asked), right, right / len(asked), *wilson(right, len(asked)))


def bands(threshold: float) -> list[tuple[float, float]]:
    """The bands of probability over a threshold, the last with 1 in it."""
    edges = [threshold, *(edge for edge in BANDS if threshold < edge < 1.0), math.inf]
    return list(pairwise(edges))


def needed(rate: float) -> int:
    """How many claims, all of them right, keep the interval's end within a rate of false alarms."""
    # With none wrong the interval of the wrong ones ends at z² / (n + z²).
    return math.ceil(Z * Z * (1 - rate) / rate)


def held(pairs: Sequence[Decided], rate: float, lowest: float) -> Held:
    """The lowest thresholds, not under ``lowest``, that hold a rate of false alarms."""
    claims = sorted(
        (pair for pair in pairs if pair.probability >= lowest), key=lambda pair: -pair.probability
    )
    whole = observed = None
    wrong = 0
    for count, pair in enumerate(claims, 1):
        wrong += not pair.derived
        if count < len(claims) and claims[count].probability == pair.probability:
            continue
        below = claims[count].probability if count < len(claims) else None
        # Between two probabilities that were seen: those stored are rounded.
        at = lowest if below is None else round((pair.probability + below) / 2, 4)
        if wrong / count <= rate:
            observed = at
        if wilson(wrong, count)[1] <= rate:
            whole = at
    return Held(rate, whole, observed, needed(rate))


def training_row(
    standing: Mapping[str, Any], derived: bool, target: str, source: str
) -> dict[str, str]:
    """A decided pair as a row for training: set, id, label, suspect, source.

    The label is the relation that was decided on; ``independent`` for what doesn't derive, and
    ``edited`` for what the tool had missed. Excerpts are a set of their own, since another part
    of the model learns from them.
    """
    relation = str(standing["relation"])
    label = relation if relation in DERIVED else "edited"
    return {
        "set": "reviewed-partial" if derived and label == "partial" else "reviewed",
        "id": str(standing["match_id"]),
        "label": label if derived else "independent",
        "suspect": target,
        "source": source,
    }
