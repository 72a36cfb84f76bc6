"""Exact passages: 5-shingle seeds extended greedily. Reordering costs nothing.

The greedy covering is that of string tiling (Wise, 1993) with hashed seeds; it finds moved
blocks, where a longest common subsequence can keep only one order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

#: Words of a seed; also the shortest exact passage.
SEED = 5
# Places of one seed that are tried: boilerplate repeats, and the square of it is hostile.
_PLACES = 16


def tiles(
    target: Sequence[str], source: Sequence[str], seed: int = SEED
) -> list[tuple[int, int, int]]:
    """Maximal exact runs as ``(target_start, source_start, length)`` in words, in target order.

    Runs have at least ``seed`` tokens: more of them where a token is but a piece of a word.
    Every target word is in at most one run. Of several places in the source, the one that gives
    the longest run is taken.
    """
    seeds: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for j in range(len(source) - seed + 1):
        places = seeds[tuple(source[j : j + seed])]
        if len(places) < _PLACES:
            places.append(j)
    found: list[tuple[int, int, int]] = []
    i, last = 0, len(target) - seed
    while i <= last:
        best, at = 0, 0
        for j in seeds.get(tuple(target[i : i + seed]), ()):
            length = seed
            while (
                i + length < len(target)
                and j + length < len(source)
                and target[i + length] == source[j + length]
            ):
                length += 1
            if length > best:
                best, at = length, j
        if best:
            found.append((i, at, best))
            i += best
        else:
            i += 1
    return found
