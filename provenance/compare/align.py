"""Sentence alignment: which sentence of the target says what which sentence of the source says.

Sentences are compared by the informative weight of the stems they share; the path through the
matrix is found by dynamic programming with one-to-one, one-to-two and two-to-one steps (Gale and
Church, 1993, with content in place of length). A block that was moved is found by running again
on what is left.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import fsum

import numpy as np
from numpy.typing import NDArray

from provenance.compare.names import respelled
from provenance.compare.profile import Floats, Ints, Profile, Shared

#: Shared share of weight (Dice) under which two sentences are not called aligned.
ALIGNED = 0.22
#: What a skipped sentence costs a local run, in nats: about two shared rare words' excess.
SKIP = 4.0
# Moved blocks that are looked for after the main path.
_ROUNDS = 6
# Shuffles that give the chance level of order; a fixed seed: equal input, equal output.
_SHUFFLES = 4
_SHUFFLE_SEED = 20250703

Floats32 = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Shared weight of every sentence pair: arrays (m target sentences × n source sentences)."""

    #: Weight (nats) of the stems that both sentences hold.
    common: Floats
    #: The same without the words inside quotation marks.
    own: Floats
    #: Dice coefficient of the weights, 0 to 1.
    dice: Floats
    target_mass: Floats
    source_mass: Floats
    #: The same for each source sentence taken together with the next one (m × n - 1).
    dice_source_pair: Floats
    #: The same for each target sentence taken together with the next one (m - 1 × n).
    dice_target_pair: Floats


@dataclass(frozen=True, slots=True)
class Link:
    """A run of target sentences aligned with a run of source sentences (half-open ranges)."""

    target: tuple[int, int]
    source: tuple[int, int]
    dice: float


@dataclass(frozen=True, slots=True)
class Alignment:
    """The links, and what the order of them is worth."""

    links: tuple[Link, ...]
    #: Path score over the best score without any order, 0 to 1.
    monotone: float
    #: The same for shuffled target sentences: the chance level.
    chance: float


def _weighted(rows: Ints, columns: Ints, root: Floats32, count: int) -> Floats32:
    """Sentences × shared stems, each the root of its weight; column -1 is a stem not shared."""
    kept = columns >= 0
    columns = columns[kept]
    found = np.zeros(count * len(root), dtype=np.float32)
    found[rows[kept] * len(root) + columns] = root[columns]
    return found.reshape(count, len(root))


def _mass(cells: tuple[Ints, Ints], weights: Floats, count: int) -> Floats:
    """The summed weight of the stems in each of ``count`` rows."""
    rows, codes = cells
    return np.bincount(rows, weights=weights[codes], minlength=max(0, count)).astype(np.float64)


def _dice(common: Floats, left: Floats, right: Floats) -> Floats:
    return 2.0 * common / np.maximum(left[:, None] + right[None, :], 1e-9)


def _pairing(target: Profile, source: Profile, shared: Shared) -> tuple[Ints, Ints]:
    """Numbers of the stems that count as shared, side by side: names spelled otherwise too."""
    same = respelled(target, source)
    if not same:
        return shared.target, shared.source
    t = np.append(shared.target, [target.vocabulary[stem] for stem in same])
    s = np.append(shared.source, [source.vocabulary[stem] for stem in same.values()])
    order = np.argsort(s)
    return t[order], s[order]


def matrix(target: Profile, source: Profile, shared: Shared) -> Matrix:
    """Compare every sentence of the target with every sentence of the source.

    Dense only over the stems that both texts have: a text of a million different words costs no
    more memory than what it shares.
    """
    m, n = len(target.tokens.sentences), len(source.tokens.sentences)
    t_shared, s_shared = _pairing(target, source, shared)
    t_count = np.bincount(target.cells[1], minlength=len(target.vocabulary))
    s_count = np.bincount(source.cells[1], minlength=len(source.vocabulary))
    both = t_count[t_shared] + s_count[s_shared]
    t_count[t_shared] = s_count[s_shared] = both
    t_weights = target.stem_weights * rarity(t_count, m + n)
    s_weights = source.stem_weights * rarity(s_count, m + n)
    s_weights[s_shared] = t_weights[t_shared]

    root = np.sqrt(t_weights[t_shared]).astype(np.float32)
    t_place = np.full(len(t_weights), -1, dtype=np.int64)
    s_place = np.full(len(s_weights), -1, dtype=np.int64)
    t_place[t_shared] = s_place[s_shared] = np.arange(len(root))
    tw = _weighted(target.cells[0], t_place[target.cells[1]], root, m)
    sw = _weighted(source.cells[0], s_place[source.cells[1]], root, n)
    common = (tw @ sw.T).astype(np.float64)
    own = common
    if target.quoted.any() or source.quoted.any():
        t_own, s_own = ~target.quoted, ~source.quoted
        left = _weighted(target.sentence[t_own], t_place[target.codes[t_own]], root, m)
        right = _weighted(source.sentence[s_own], s_place[source.codes[s_own]], root, n)
        own = (left @ right.T).astype(np.float64)
    t_mass, s_mass = _mass(target.cells, t_weights, m), _mass(source.cells, s_weights, n)
    t2_mass = _mass(target.joined_cells, t_weights, m - 1)
    s2_mass = _mass(source.joined_cells, s_weights, n - 1)
    t2, s2 = np.maximum(tw[:-1], tw[1:]), np.maximum(sw[:-1], sw[1:])
    return Matrix(
        common,
        own,
        _dice(common, t_mass, s_mass),
        t_mass,
        s_mass,
        _dice((tw @ s2.T).astype(np.float64), t_mass, s2_mass),
        _dice((t2 @ sw.T).astype(np.float64), t2_mass, s_mass),
    )


def rarity(count: Ints, sentences: int) -> Floats:
    """What is left of a stem's weight when ``count`` of all sentences hold it, 0.05 to 1.

    A word that runs through both texts (their subject) says little about which sentence answers
    which; so the weight falls with the share of sentences that hold it.
    """
    spread = count / max(1, sentences)
    return np.clip(-np.log(np.maximum(spread, 1e-9)) / 3.0, 0.05, 1.0)


def _gain(dice: Floats, mass: Floats) -> Floats:
    """What a link adds to a path: excess over ``ALIGNED`` times weight; ≤ 0 is no link."""
    return (dice - ALIGNED) * mass[:, None]


def _forward(one: Floats, wide: Floats, tall: Floats) -> Floats:
    """Scores of the best monotone path, (m + 1 × n + 1)."""
    m, n = one.shape
    best = np.zeros((m + 1, n + 1))
    # Only a link adds to a path, and most sentences have none: their row repeats the one before.
    alive = np.zeros(m + 1, dtype=bool)
    alive[1:] = (one > 0).any(axis=1) | (wide > 0).any(axis=1)
    alive[2:] |= (tall > 0).any(axis=1)
    done = 0
    for i in np.flatnonzero(alive).tolist():
        best[done + 1 : i + 1] = best[done]
        row = best[i]
        np.maximum(row[1:], best[i - 1, :-1] + one[i - 1], out=row[1:])
        if n > 1:
            np.maximum(row[2:], best[i - 1, :-2] + wide[i - 1], out=row[2:])
        if i > 1:
            np.maximum(row[1:], best[i - 2, :-1] + tall[i - 2], out=row[1:])
        np.maximum.accumulate(row, out=row)
        done = i
    best[done + 1 :] = best[done]
    return best


def _backward(
    best: Floats, one: Floats, wide: Floats, tall: Floats
) -> list[tuple[int, int, int, int]]:
    """The steps of the best path as (target start, target length, source start, source length)."""
    steps: list[tuple[int, int, int, int]] = []
    i, j = best.shape[0] - 1, best.shape[1] - 1
    while i > 0 and j > 0 and best[i, j] > 0:
        here = best[i, j]
        if here == best[i, j - 1]:
            j -= 1
        elif here == best[i - 1, j]:
            i -= 1
        elif abs(here - best[i - 1, j - 1] - one[i - 1, j - 1]) < 1e-6:
            steps.append((i - 1, 1, j - 1, 1))
            i, j = i - 1, j - 1
        elif j > 1 and abs(here - best[i - 1, j - 2] - wide[i - 1, j - 2]) < 1e-6:
            steps.append((i - 1, 1, j - 2, 2))
            i, j = i - 1, j - 2
        elif i > 1:
            steps.append((i - 2, 2, j - 1, 1))
            i, j = i - 2, j - 1
        else:
            break
    return steps


def align(found: Matrix) -> Alignment:
    """Align the sentences: the best monotone path, then moved blocks on what is left."""
    mass = found.target_mass
    one = _gain(found.dice, mass)
    wide = _gain(found.dice_source_pair, mass)
    pair_mass = mass[:-1] + mass[1:]
    tall = (found.dice_target_pair - ALIGNED) * pair_mass[:, None]
    free = float(np.maximum(one.max(axis=1, initial=0.0), 0.0).sum())
    best = _forward(one, wide, tall)
    monotone = float(best[-1, -1]) / free if free else 0.0
    chance = _chance(one, free)

    links: list[Link] = []
    for _ in range(_ROUNDS):
        steps = _backward(best, one, wide, tall)
        if not steps:
            break
        for t, t_length, s, s_length in steps:
            dice = (
                found.dice[t, s]
                if t_length == s_length == 1
                else found.dice_source_pair[t, s]
                if s_length == 2
                else found.dice_target_pair[t, s]
            )
            links.append(Link((t, t + t_length), (s, s + s_length), float(dice)))
            one[t : t + t_length] = wide[t : t + t_length] = -1.0
            one[:, s : s + s_length] = -1.0
            wide[:, max(0, s - 1) : s + s_length] = -1.0
            tall[max(0, t - 1) : t + t_length] = -1.0
            tall[:, s : s + s_length] = -1.0
        best = _forward(one, wide, tall)
    return Alignment(tuple(sorted(links, key=lambda link: link.target)), min(monotone, 1.0), chance)


@lru_cache(maxsize=256)
def _shuffles(count: int) -> Ints:
    """The numbers below ``count`` in the same few random orders every time, one in a row."""
    generator = np.random.Generator(np.random.PCG64(_SHUFFLE_SEED))
    return np.array([generator.permutation(count) for _ in range(_SHUFFLES)])


def _chance(one: Floats, free: float) -> float:
    """The monotone share that shuffled target sentences reach, averaged over a few shuffles."""
    m = len(one)
    if free <= 0 or m < 3:
        return 1.0 if free > 0 else 0.0
    # Sentences without a link add nothing to any order; the shuffles run side by side.
    orders = _shuffles(m)
    alive = np.any(one > 0, axis=1)[orders]
    orders = orders[alive].reshape(_SHUFFLES, -1)
    gains = one[:, np.any(one > 0, axis=0)]
    best = np.zeros((_SHUFFLES, gains.shape[1] + 1))
    for rows in orders.T:
        np.maximum(best[:, 1:], best[:, :-1] + gains[rows], out=best[:, 1:])
        np.maximum.accumulate(best, axis=1, out=best)
    total = fsum(score / free for score in best[:, -1].tolist())
    return min(total / _SHUFFLES, 1.0)


@dataclass(frozen=True, slots=True)
class Block:
    """The best local run of sentences: its strength in nats and its half-open ranges."""

    strength: float
    target: tuple[int, int]
    source: tuple[int, int]


def best_blocks(found: Matrix) -> tuple[Block, Block]:
    """The strongest local run of aligned sentences, and the strongest elsewhere in the target.

    Local alignment (Smith and Waterman, 1981) on the excess weight that sentence pairs share
    outside quotations; a skipped sentence on either side costs ``SKIP`` nats. The strength grows
    with the evidence, not with the share of the text, so that a short excerpt in a long page can
    be seen. Two reports of one event have many runs that are a little alike; a copied passage has
    one that stands out, which is why the second one is asked for.
    """
    excess = found.own - ALIGNED * (found.target_mass[:, None] + found.source_mass[None, :]) / 2
    first = _local(excess)
    rest = excess.copy()
    rest[slice(*first.target)] = -SKIP
    return first, _local(rest)


def _local(excess: Floats) -> Block:
    m, n = excess.shape
    ramp = SKIP * np.arange(n + 1)
    rows = np.zeros((m + 1, n + 1))
    gains = np.any(excess > 0, axis=1).tolist()
    top = 0.0
    for i in range(m):
        # A run begins at a gain; most rows of two unlike texts are in none.
        if not top and not gains[i]:
            continue
        row = rows[i + 1]
        np.subtract(rows[i], SKIP, out=row)
        np.maximum(row[1:], rows[i, :-1] + excess[i], out=row[1:])
        np.maximum(row, 0.0, out=row)
        top = float(row.max())
        if top > SKIP:
            row += ramp
            np.maximum.accumulate(row, out=row)
            row -= ramp
    i, j = (int(k) for k in np.unravel_index(int(rows.argmax()), rows.shape))
    strength = float(rows[i, j])
    t_end, s_end, t_start, s_start = i, j, i, j
    while i > 0 and j > 0 and rows[i, j] > 1e-9:
        here = rows[i, j]
        if abs(here - rows[i - 1, j - 1] - excess[i - 1, j - 1]) < 1e-6:
            i, j = i - 1, j - 1
            t_start, s_start = i, j
        elif abs(here - rows[i - 1, j] + SKIP) < 1e-6:
            i -= 1
        else:
            j -= 1
    return Block(strength, (t_start, t_end), (s_start, s_end))
