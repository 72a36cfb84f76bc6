"""Two texts in different languages: does the one tell what the other tells, in its order? Pure.

They share no words, but anchors: numbers, and names by their sound. A translation has the same
ones, both ways, in the same order and at the same places, because sentences keep their relative
lengths in translation (Gale and Church 1993). Another report of the event has some of the names
and few of the numbers, and has them elsewhere.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations

from provenance.anchors import LEAST_OF_ANY_WORD, Anchors
from provenance.compare.profile import Profile
from provenance.models import Passage

#: Shared anchors from which a translation is thought of at all.
LEAST_ANCHORS = 6
_LEAST_NUMBERS = 3


@dataclass(frozen=True, slots=True)
class Met:
    """An anchor that both texts have, and the tokens where each has it first."""

    target: int
    source: int
    number: bool


def across(target: Profile, source: Profile) -> tuple[dict[str, float], tuple[Passage, ...]]:
    """What two texts in different languages share, and the passages that say so.

    Nothing for texts of one language, or of an unknown one.
    """
    if not target.language or not source.language or target.language == source.language:
        return {}, ()
    met, features = meet(target, source)
    return features, _passages(met, target, source)


def meet(target: Profile, source: Profile) -> tuple[list[Met], dict[str, float]]:
    """The anchors that two texts share, whatever their languages, and what they are worth.

    The features: ``anchors``, how many distinct ones are shared, and how many of them are
    ``numbers``; ``target`` and ``source``, the share of each text's own that the other has (of
    numbers alone, where the script tells no names); ``order``, Kendall's tau of the first
    mentions (1938; 0 by chance, 1 in one order); ``drift``, how far apart an anchor stands in
    the two texts on average, as a share of their lengths (1/3 by chance).
    """
    here, there = target.anchors, source.anchors
    met = [Met(here.numbers[n], there.numbers[n], True) for n in here.numbers if n in there.numbers]
    numbers = len(met)
    names_here, names_there = _names(here, there), _names(there, here)
    if here.named:
        met += [Met(i, j, False) for i, j in names_here]
    elif there.named:
        met += [Met(j, i, False) for i, j in names_there]
    else:
        shared = here.words.keys() & there.words.keys()
        met += [Met(here.words[bone], there.words[bone], False) for bone in sorted(shared)]
    met.sort(key=lambda one: (one.target, one.source))
    features = {
        "across_anchors": float(len(met)),
        "across_numbers": float(numbers),
        "across_target": _coverage(here, numbers, len(names_here)),
        "across_source": _coverage(there, numbers, len(names_there)),
        "across_order": _tau(met),
        "across_drift": _drift(met, target, source),
    }
    return met, features


def _names(own: Anchors, other: Anchors) -> list[tuple[int, int]]:
    """The places of the names of one text that are in the other, in both."""
    found = []
    for bones, place in own.names:
        at = next((other.words[bone] for bone in sorted(bones) if bone in other.words), None)
        if at is None and other.spoken:
            long = (bone for bone in sorted(bones) if len(bone) >= LEAST_OF_ANY_WORD)
            hits = (other.spoken.find(bone.removeprefix("A")) for bone in long)
            at = next((other.spoken_at[hit] for hit in hits if hit >= 0), None)
        if at is not None:
            found.append((place, at))
    return found


def _coverage(own: Anchors, numbers: int, names: int) -> float:
    if not own.named:
        # One number or two are no account of a text.
        return numbers / len(own.numbers) if len(own.numbers) >= _LEAST_NUMBERS else 0.0
    total = len(own.numbers) + len(own.names)
    return (numbers + names) / total if total else 0.0


def _tau(met: list[Met]) -> float:
    """Kendall's tau-b of the places of the shared anchors; 0 for fewer than two."""
    agree = ties_target = ties_source = pairs = 0
    for a, b in combinations(met, 2):
        pairs += 1
        one, other = b.target - a.target, b.source - a.source
        ties_target += not one
        ties_source += not other
        agree += (one * other > 0) - (one * other < 0)
    scale = math.sqrt((pairs - ties_target) * (pairs - ties_source))
    return agree / scale if scale else 0.0


def _drift(met: list[Met], target: Profile, source: Profile) -> float:
    t, s = target.tokens.starts, source.tokens.starts
    t_length, s_length = target.tokens.ends[-1], source.tokens.ends[-1]
    apart = [abs(t[one.target] / t_length - s[one.source] / s_length) for one in met]
    return math.fsum(apart) / len(apart) if apart else 1.0


def _passages(met: list[Met], target: Profile, source: Profile) -> tuple[Passage, ...]:
    """Sentences that share two anchors and more, each with the one that shares most."""
    shared: dict[tuple[int, int], int] = {}
    for one in met:
        pair = (int(target.sentence[one.target]), int(source.sentence[one.source]))
        shared[pair] = shared.get(pair, 0) + 1
    best: dict[int, tuple[int, int]] = {}
    for (t, s), n in sorted(shared.items()):
        if n >= 2 and n > best.get(t, (0, 0))[0]:
            best[t] = (n, s)
    found = []
    for t, (_, s) in sorted(best.items()):
        t_first, t_last = target.tokens.sentences[t]
        s_first, s_last = source.tokens.sentences[s]
        t_at, s_at = target.tokens.starts[t_first], source.tokens.starts[s_first]
        found.append(
            Passage(
                t_at,
                target.tokens.ends[t_last - 1] - t_at,
                s_at,
                source.tokens.ends[s_last - 1] - s_at,
                "reworded",
            )
        )
    return tuple(found)
