"""What the rules read of the strongest reused stretch, and the model of the gist."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from provenance.compare.profile import Bools, Profile
from provenance.compare.stretches import Coded, Gist, Stretch

_OF_STRETCH = ("strength", "words", "exact", "quoted", "pairs", "edge")
_OF_GIST = (
    "excess", "nats", "share", "words", "hard", "part", "around", "source_part",
)  # fmt: skip


#: Words from which an exact run is no phrase, and the share of it that must be no quotation.
LONG_RUN, OWN_WORDS = 12, 0.6


def exact_long(target: Profile, runs: Sequence[tuple[int, int, int]]) -> float:
    """Words outside quotations in long exact runs, wherever they stand in either text."""
    total = 0
    for start, _, length in runs:
        if length >= LONG_RUN * target.pieces:
            own = int((~target.quoted[start : start + length]).sum())
            total += own if own >= OWN_WORDS * length else 0
    return float(total // target.pieces)


def stretch_features(
    coded: Coded, target: Profile, kept: Sequence[Stretch], exact: Bools
) -> dict[str, float]:
    """Of the strongest stretch: strength in nats, shares of 0 to 1, words; 0 where there is none.

    ``exact`` marks the target tokens that stand in exact runs.
    """
    values = dict.fromkeys(_OF_STRETCH, 0.0)
    if kept:
        values.update(_of(coded, target, kept[0], exact))
    return {f"stretch_{name}": value for name, value in values.items()}


def _of(coded: Coded, target: Profile, best: Stretch, exact: Bools) -> dict[str, float]:
    (a, b), (c, d) = best.target, best.source
    left = set(zip(coded.target[a : b - 1].tolist(), coded.target[a + 1 : b].tolist(), strict=True))
    right = set(
        zip(coded.source[c : d - 1].tolist(), coded.source[c + 1 : d].tolist(), strict=True)
    )
    opens = a == 0 and c == 0
    closes = b == len(coded.target) and d == len(coded.source)
    return {
        "strength": best.strength,
        "words": float((b - a) // target.pieces),
        "exact": float(exact[a:b].mean()),
        "quoted": float(target.quoted[a:b].mean()),
        # Of the neighbouring pairs of stems on the side that has fewer, how many the other has:
        # reports of one fact share its words, and seldom their neighbours.
        "pairs": len(left & right) / max(1, min(len(left), len(right))),
        "edge": float(opens or closes),
    }


def gist_features(
    coded: Coded, target: Profile, source: Profile, best: Gist | None
) -> dict[str, float]:
    """Of the gist: excess in nats, shares of 0 to 1, words; 0 where there is none."""
    values = dict.fromkeys(_OF_GIST, 0.0)
    if best is not None:
        start, end = best.target
        weights = coded.weights
        held = np.zeros(coded.size, dtype=bool)
        held[coded.source[~source.quoted]] = True
        hard = np.unique(coded.target[start:end][target.hard[start:end]])
        mass = weights[coded.target] * ~target.quoted
        outside = float(mass.sum() - mass[start:end].sum())
        found = mass * held[coded.target]
        around = float(found.sum() - found[start:end].sum())
        values = {
            "excess": best.excess,
            "nats": best.nats,
            "share": best.share,
            "words": float((end - start) // target.pieces),
            "hard": float(weights[hard[held[hard]]].sum()) / max(1e-9, float(weights[hard].sum())),
            "part": (end - start) / max(1, len(coded.target)),
            # What the rest of the target shares anyway: the level of chance.
            "around": around / outside if outside > 1.0 else 0.0,
            "source_part": best.nats / max(1e-9, float(weights[np.unique(coded.source)].sum())),
        }
    return {f"gist_{name}": value for name, value in values.items()}
