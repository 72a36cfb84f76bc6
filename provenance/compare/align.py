"""Sentence alignment: which sentence of the target says what which sentence of the source says.

Sentences are compared by the informative weight of the stems they share; the path through the
matrix is found by dynamic programming with one-to-one, one-to-two and two-to-one steps (Gale and
Church, 1993, with content in place of length). A block that was moved is found by running again
on what is left.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from provenance.compare.names import respelled
from provenance.compare.profile import Floats, Profile

#: Shared share of weight (Dice) under which two sentences are not called aligned.
ALIGNED = 0.22
#: What a skipped sentence costs a local run, in nats: about two shared rare words' excess.
SKIP = 4.0
# Moved blocks that are looked for after the main path.
_ROUNDS = 6
# Shuffles that give the chance level of order; a fixed seed: equal input, equal output.
_SHUFFLES = 4
_SHUFFLE_SEED = 20250703


Ints = NDArray[np.int64]
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


def _pairs(profile: Profile, columns: NDArray[np.int64], size: int) -> tuple[Ints, Ints]:
    """The distinct (sentence, stem number) pairs of a text, as two arrays."""
    codes = np.unique(profile.sentence * size + columns)
    return codes // size, codes % size


def _incidence(rows: Ints, columns: Ints, place: Ints, shape: tuple[int, int]) -> Floats32:
    """0/1 matrix, sentences × shared stems; ``place`` is -1 for a stem that is not shared."""
    found = np.zeros(shape, dtype=np.float32)
    at = place[columns]
    kept = at >= 0
    found[rows[kept], at[kept]] = 1.0
    return found


def _weight_of(rows: Ints, weights: Floats, count: int) -> Floats:
    """The summed weight of each of ``count`` rows."""
    return np.bincount(rows, weights=weights, minlength=count).astype(np.float64)


def _joined_mass(rows: Ints, columns: Ints, weights: Floats, size: int, count: int) -> Floats:
    """Weight of the distinct stems of each sentence together with the next one."""
    first, second = rows < count - 1, rows > 0
    codes = np.unique(
        np.concatenate(
            (rows[first] * size + columns[first], (rows[second] - 1) * size + columns[second])
        )
    )
    return _weight_of(codes // size, weights[codes % size], max(0, count - 1))


def _dice(common: Floats, left: Floats, right: Floats) -> Floats:
    return 2.0 * common / np.maximum(left[:, None] + right[None, :], 1e-9)


def matrix(target: Profile, source: Profile) -> Matrix:
    """Compare every sentence of the target with every sentence of the source.

    Dense only over the stems that both texts have: a text of a million different words costs no
    more memory than what it shares.
    """
    vocabulary: dict[str, int] = {}
    for stem in source.stems:
        vocabulary.setdefault(stem, len(vocabulary))
    same = respelled(target, source)
    for stem in target.stems:
        if stem not in vocabulary:
            vocabulary[stem] = vocabulary[same[stem]] if stem in same else len(vocabulary)
    size = max(vocabulary.values(), default=0) + 1
    m, n = len(target.tokens.sentences), len(source.tokens.sentences)
    t_columns = np.array([vocabulary[stem] for stem in target.stems], dtype=np.int64)
    s_columns = np.array([vocabulary[stem] for stem in source.stems], dtype=np.int64)
    weights = np.zeros(size)
    weights[s_columns] = source.weights
    weights[t_columns] = target.weights
    t_pairs = _pairs(target, t_columns, size)
    s_pairs = _pairs(source, s_columns, size)
    t_count = np.bincount(t_pairs[1], minlength=size)
    s_count = np.bincount(s_pairs[1], minlength=size)
    # A word that runs through both texts (their subject) says little about which sentence
    # answers which; so the weight falls with the share of sentences that hold it.
    spread = (t_count + s_count) / max(1, m + n)
    weights = weights * np.clip(-np.log(np.maximum(spread, 1e-9)) / 3.0, 0.05, 1.0)
    shared = np.flatnonzero((t_count > 0) & (s_count > 0))
    place = np.full(size, -1, dtype=np.int64)
    place[shared] = np.arange(len(shared))
    root = np.sqrt(weights[shared]).astype(np.float32)
    tw = _incidence(*t_pairs, place, (m, len(shared))) * root
    sw = _incidence(*s_pairs, place, (n, len(shared))) * root
    common = (tw @ sw.T).astype(np.float64)
    own = common
    if target.quoted.any() or source.quoted.any():
        t_own, s_own = ~target.quoted, ~source.quoted
        left = _incidence(target.sentence[t_own], t_columns[t_own], place, tw.shape) * root
        right = _incidence(source.sentence[s_own], s_columns[s_own], place, sw.shape) * root
        own = (left @ right.T).astype(np.float64)
    t_mass = _weight_of(t_pairs[0], weights[t_pairs[1]], m)
    s_mass = _weight_of(s_pairs[0], weights[s_pairs[1]], n)
    t2, s2 = np.maximum(tw[:-1], tw[1:]), np.maximum(sw[:-1], sw[1:])
    s2_mass = _joined_mass(*s_pairs, weights, size, n)
    t2_mass = _joined_mass(*t_pairs, weights, size, m)
    return Matrix(
        common,
        own,
        _dice(common, t_mass, s_mass),
        t_mass,
        s_mass,
        _dice((tw @ s2.T).astype(np.float64), t_mass, s2_mass),
        _dice((t2 @ sw.T).astype(np.float64), t2_mass, s_mass),
    )


def _gain(dice: Floats, mass: Floats) -> Floats:
    """What a link adds to a path: excess over ``ALIGNED`` times weight; ≤ 0 is no link."""
    return (dice - ALIGNED) * mass[:, None]


def _forward(one: Floats, wide: Floats, tall: Floats) -> Floats:
    """Scores of the best monotone path, (m + 1 × n + 1)."""
    m, n = one.shape
    best = np.zeros((m + 1, n + 1))
    for i in range(1, m + 1):
        row = best[i - 1].copy()
        np.maximum(row[1:], best[i - 1, :-1] + one[i - 1], out=row[1:])
        if n > 1:
            np.maximum(row[2:], best[i - 1, :-2] + wide[i - 1], out=row[2:])
        if i > 1:
            np.maximum(row[1:], best[i - 2, :-1] + tall[i - 2], out=row[1:])
        np.maximum.accumulate(row, out=best[i])
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


def _chance(one: Floats, free: float) -> float:
    """The monotone share that shuffled target sentences reach, averaged over a few shuffles."""
    m, n = one.shape
    if free <= 0 or m < 3:
        return 1.0 if free > 0 else 0.0
    generator = np.random.Generator(np.random.PCG64(_SHUFFLE_SEED))
    total = 0.0
    for _ in range(_SHUFFLES):
        row = np.zeros(n + 1)
        for i in generator.permutation(m):
            following = row.copy()
            np.maximum(following[1:], row[:-1] + one[i], out=following[1:])
            row = np.maximum.accumulate(following)
        total += float(row[-1]) / free
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
    for i in range(m):
        following = rows[i] - SKIP
        np.maximum(following[1:], rows[i, :-1] + excess[i], out=following[1:])
        np.maximum(following, 0.0, out=following)
        rows[i + 1] = np.maximum.accumulate(following + ramp) - ramp
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
