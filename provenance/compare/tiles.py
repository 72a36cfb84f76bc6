"""Exact passages: 5-shingle seeds extended greedily. Reordering costs nothing.

The greedy covering is that of string tiling (Wise, 1993) with hashed seeds; it finds moved
blocks, where a longest common subsequence can keep only one order.
"""

from __future__ import annotations

from collections.abc import Sequence, Set

from provenance.compare.profile import shingle_set

#: Words of a seed; also the shortest exact passage.
SEED = 5
# Places of one seed that are tried: boilerplate repeats, and the square of it is hostile.
_PLACES = 16


def tiles(
    target: Sequence[str],
    source: Sequence[str],
    seed: int = SEED,
    shared: Set[tuple[str, ...]] | None = None,
) -> list[tuple[int, int, int]]:
    """Maximal exact runs as ``(target_start, source_start, length)`` in words, in target order.

    Runs have at least ``seed`` tokens: more of them where a token is but a piece of a word.
    Every target word is in at most one run. Of several places in the source, the one that gives
    the longest run is taken. ``shared`` are the seeds that both have, if they are known already.
    """
    if shared is None:
        shared = shingle_set(target, seed) & shingle_set(source, seed)
    if not shared:
        return []
    # Most words begin no shared seed: a look at the word saves the cutting of the seed.
    first_words = {one[0] for one in shared}
    places: dict[tuple[str, ...], list[int]] = {one: [] for one in shared}
    for j in range(len(source) - seed + 1):
        if source[j] in first_words:
            known = places.get(tuple(source[j : j + seed]))
            if known is not None and len(known) < _PLACES:
                known.append(j)
    found: list[tuple[int, int, int]] = []
    i, last = 0, len(target) - seed
    while i <= last:
        best, at = 0, 0
        if target[i] in first_words:
            for j in places.get(tuple(target[i : i + seed]), ()):
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
