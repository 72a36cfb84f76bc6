"""Reused stretches: runs of words of the target that tell a run of words of the source.

Sentences are the wrong unit for text that was shuffled, cut or joined on the way. So both texts
are cut into short windows; window pairs that share much weight are the seeds; seeds that lie near
each other in both texts are one stretch (the seeding, extension and filtering of Sanchez-Perez,
Sidorov and Gelbukh, PAN 2014); its ends are then moved, word by word, to where the shared weight
is best (maximal-sum run, Bentley 1984). Every occurrence of a word counts once, so a word that
comes again and again can't stretch a stretch.

A summary has no such run in the source: it draws on all of it. Its ``Gist`` is the run of target
sentences whose words the source holds, wherever they stand there.

The constants were chosen on PAN 2013 text alignment (``benchmarks/plagdet.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from provenance.compare.align import rarity
from provenance.compare.profile import Bools, Floats, Profile, Shared, cells

Ints = NDArray[np.int64]
Range = tuple[int, int]

#: Words of a window; windows overlap by half.
WINDOW = 20
#: The most windows of a text: longer texts have longer windows (a bound on hostile input).
MOST_WINDOWS = 1500
#: Dice coefficient and shared weight (nats) from which two windows are a seed.
SEED_DICE, SEED_NATS = 0.35, 6.5
#: Windows that may be passed over between two seeds of one stretch.
GAP = 2
#: Exact runs of so many words are stretches of their own.
EXACT = 28
#: The least of a stretch: shared share of either side's weight, nats, words.
LEAST_SHARE, LEAST_NATS, LEAST_WORDS = 0.40, 25.0, 28
# Words by which a stretch may grow in a round, and the rounds.
_GROW, _ROUNDS = 15, 4
# A word that is not shared costs this part of the stretch's own shared share, and no less.
_COST, _LEAST_COST = 0.5, 0.2
# What two ways to add up the same weights may differ by.
_SLACK = 1e-6
# Clusters of seeds that are looked at (a bound on hostile input).
_CLUSTERS = 128
# Gist: what a word must be found at; the least share, nats and words; how much longer its source.
_GIST_COST, GIST_SHARE, GIST_NATS, GIST_WORDS, GIST_LONGER = 0.45, 0.65, 55.0, 40, 3.0
# Nats that a source sentence must share with a gist to be among its sources.
_GIST_SOURCE = 2.0
# Exact words that make a gist something else.
_GIST_EXACT = 0.4
#: A gist that is covered by stretches to this share of its words adds nothing.
COVERED = 0.8


@dataclass(frozen=True, slots=True)
class Stretch:
    """A run of target tokens and the run of source tokens it answers to (half-open ranges)."""

    target: Range
    source: Range
    kind: Literal["exact", "reworded", "condensed"]
    #: Shared weight in nats, each occurrence once; the same outside quotations.
    nats: float
    own: float
    #: Shared share of the weight of either side, 0 to 1.
    target_share: float
    source_share: float

    @property
    def strength(self) -> float:
        """Shared weight (nats) outside quotations, less where the two sides are unlike."""
        return self.own * min(self.target_share, self.source_share)


@dataclass(frozen=True, slots=True)
class Gist:
    """The run of target sentences whose words the source holds best, as a token range."""

    target: Range
    #: Summed excess of found over missing weight, in nats.
    excess: float
    #: Weight of the distinct words found, in nats, and its share of the run's, 0 to 1.
    nats: float
    share: float


class Coded:
    """Two texts as numbers of their stems, with one weight a stem."""

    def __init__(self, target: Profile, source: Profile, shared: Shared) -> None:
        # The source's stems keep their numbers; those of the target alone come after them.
        known = len(source.vocabulary)
        places = np.full(len(target.vocabulary), -1, dtype=np.int64)
        places[shared.target] = shared.source
        lone = places < 0
        places[lone] = known + np.arange(int(lone.sum()))
        self.size = max(1, known + int(lone.sum()))
        #: The codes that both texts hold, rising.
        self.shared: Ints = shared.source
        self.target: Ints = places[target.codes]
        self.source: Ints = source.codes
        weights = np.zeros(self.size)
        weights[:known] = source.stem_weights
        weights[places] = target.stem_weights
        sentences = len(target.tokens.sentences) + len(source.tokens.sentences)
        held = np.bincount(places[target.cells[1]], minlength=self.size)
        held += np.bincount(source.cells[1], minlength=self.size)
        self.weights: Floats = weights * rarity(held, sentences)
        self.target_quoted, self.source_quoted = target.quoted, source.quoted

    def counts(self, side: Ints, over: Range, keep: Bools | None = None) -> Ints:
        """Occurrences of every stem in a range of one side's tokens."""
        found = side[over[0] : over[1]]
        if keep is not None:
            found = found[keep[over[0] : over[1]]]
        return np.bincount(found, minlength=self.size)

    def stretch(
        self, target: Range, source: Range, kind: Literal["exact", "reworded", "condensed"]
    ) -> Stretch:
        """The two ranges with what they share."""
        here, there = self.counts(self.target, target), self.counts(self.source, source)
        shared = float(np.minimum(here, there) @ self.weights)
        own = shared
        if self.target_quoted.any() or self.source_quoted.any():
            mine = self.counts(self.target, target, ~self.target_quoted)
            theirs = self.counts(self.source, source, ~self.source_quoted)
            own = float(np.minimum(mine, theirs) @ self.weights)
        return Stretch(
            target,
            source,
            kind,
            shared,
            own,
            shared / max(1e-9, float(here @ self.weights)),
            shared / max(1e-9, float(there @ self.weights)),
        )


def best_run(scores: Floats) -> Range:
    """The half-open range of the highest sum; empty when no score is positive."""
    sums = np.zeros(len(scores) + 1)
    np.cumsum(scores, out=sums[1:])
    lowest = np.minimum.accumulate(sums)
    end = int(np.argmax(sums - lowest))
    return int(np.argmin(sums[: end + 1])), end


def _ranks(coded: Ints) -> Ints:
    """How many equal numbers stand before each."""
    order = np.argsort(coded, kind="stable")
    ordered = coded[order]
    places = np.arange(len(coded))
    first = np.ones(len(coded), dtype=bool)
    first[1:] = ordered[1:] != ordered[:-1]
    ranks = np.empty(len(coded), dtype=np.int64)
    ranks[order] = places - np.maximum.accumulate(np.where(first, places, 0))
    return ranks


def _windows(coded: Ints) -> tuple[Ints, Ints]:
    """Starts and ends of the windows of one text."""
    step = max(WINDOW // 2, -(-len(coded) // MOST_WINDOWS))
    starts = np.arange(0, max(1, len(coded) - step), step)
    return starts, np.minimum(starts + 2 * step, len(coded))


def _seeds(
    coded: Coded, t_windows: tuple[Ints, Ints], s_windows: tuple[Ints, Ints]
) -> NDArray[np.bool_]:
    """Which pairs of windows share enough, (m × n)."""
    shared = coded.shared
    place = np.full(coded.size, -1, dtype=np.int64)
    place[shared] = np.arange(len(shared))
    root = np.sqrt(coded.weights[shared]).astype(np.float32)

    def read(side: Ints, windows: tuple[Ints, Ints]) -> tuple[NDArray[np.float32], Floats]:
        starts, lengths = windows[0], windows[1] - windows[0]
        rows = np.repeat(np.arange(len(starts)), lengths)
        before = np.repeat(np.cumsum(lengths) - lengths - starts, lengths)
        rows, codes = cells(rows, side[np.arange(len(rows)) - before], coded.size)
        mass = np.bincount(rows, weights=coded.weights[codes], minlength=len(starts)).astype(
            np.float64
        )
        held = np.zeros((len(starts), len(shared)), dtype=np.float32)
        at = place[codes]
        held[rows[at >= 0], at[at >= 0]] = 1.0
        held *= root
        return held, mass

    left, t_mass = read(coded.target, t_windows)
    right, s_mass = read(coded.source, s_windows)
    common = left @ right.T
    dice = 2.0 * common / np.maximum(t_mass[:, None] + s_mass[None, :], 1e-9)
    found: NDArray[np.bool_] = (dice >= SEED_DICE) & (common >= SEED_NATS)
    return found


def _groups(pairs: Ints, gap: int) -> list[Ints]:
    """Seeds that lie within ``gap`` windows of each other in both texts."""
    waiting, found = [pairs], []
    while waiting:
        group = waiting.pop()
        for axis in (0, 1):
            group = group[np.argsort(group[:, axis], kind="stable")]
            cuts = np.flatnonzero(group[1:, axis] - group[:-1, axis] > gap + 1) + 1
            if len(cuts):
                waiting.extend(np.split(group, cuts))
                break
        else:
            found.append(group)
    return sorted(found, key=lambda group: (-len(group), *group[0].tolist()))


def _fitted(
    coded: Coded, target: Range, source: Range, t_free: Bools, s_free: Bools
) -> Stretch | None:
    """The stretch with its ends moved to where the shared weight is best.

    None when nothing is left, or when the two ranges with all that they may grow by share too
    little to be worth anything.
    """
    if _most(coded, target, source) < LEAST_NATS - _SLACK:
        return None
    weights = coded.weights
    here, there = coded.counts(coded.target, target), coded.counts(coded.source, source)
    for turn in range(_ROUNDS):
        before = (target, source)
        shared = float(np.minimum(here, there) @ weights)
        t_share = shared / max(1e-9, float(here @ weights))
        s_share = shared / max(1e-9, float(there @ weights))
        grow = _GROW if turn < _ROUNDS - 1 else 0
        moved = _moved(coded, coded.target, target, there, t_free, grow, t_share)
        if moved is None:
            return None
        target, here = moved, coded.counts(coded.target, moved)
        moved = _moved(coded, coded.source, source, here, s_free, grow, s_share)
        if moved is None:
            return None
        source, there = moved, coded.counts(coded.source, moved)
        if before == (target, source):
            break
    return coded.stretch(target, source, "reworded")


def _most(coded: Coded, target: Range, source: Range) -> float:
    """The most weight (nats) that a stretch grown from these ranges can share."""
    reach = _GROW * (_ROUNDS - 1)
    here = coded.counts(coded.target, (max(0, target[0] - reach), target[1] + reach))
    there = coded.counts(coded.source, (max(0, source[0] - reach), source[1] + reach))
    return float(np.minimum(here, there) @ coded.weights)


def _moved(
    coded: Coded, side: Ints, over: Range, held: Ints, free: Bools, grow: int, share: float
) -> Range | None:
    """One side's range, its ends moved; None when nothing is shared.

    ``held`` are the counts of the other side's range, ``share`` the shared share of this one.
    """
    first, last = over
    start, end = max(0, first - grow), min(len(side), last + grow)
    # Occurrences inside come first: a word beside the stretch doesn't take the place of one in it.
    words = np.concatenate((side[first:last], side[start:first], side[last:end]))
    shared = _ranks(words) < held[words]
    cost = max(_LEAST_COST, _COST * share)
    weights = coded.weights[words]
    found = np.where(shared, (1 - cost) * weights, -cost * weights)
    inside, before = last - first, first - start
    scores = np.concatenate(
        (found[inside : inside + before], found[:inside], found[inside + before :])
    )
    scores[~free[start:end]] = -20.0
    low, high = best_run(scores)
    return (start + low, start + high) if high > low else None


def _worth(found: Stretch) -> bool:
    return (
        min(found.target_share, found.source_share) >= LEAST_SHARE
        and found.nats >= LEAST_NATS
        and min(found.target[1] - found.target[0], found.source[1] - found.source[0]) >= LEAST_WORDS
    )


def _overlap(left: Range, right: Range) -> int:
    return max(0, min(left[1], right[1]) - max(left[0], right[0]))


def stretches_of(coded: Coded, runs: Sequence[tuple[int, int, int]]) -> list[Stretch]:
    """All reused stretches, strongest first; no two of them cover the same target words twice.

    ``runs`` are the exact runs ``(target_start, source_start, length)`` in words.
    """
    t_free = np.ones(len(coded.target), dtype=bool)
    s_free = np.ones(len(coded.source), dtype=bool)
    kept = []
    for i, j, length in runs:
        if length >= EXACT:
            kept.append(coded.stretch((i, i + length), (j, j + length), "exact"))
            t_free[i : i + length] = s_free[j : j + length] = False
    found = _reworded(coded, t_free, s_free)
    found.sort(key=lambda one: (-one.nats, one.target))
    for one in found:
        length = one.target[1] - one.target[0]
        if 2 * sum(_overlap(one.target, other.target) for other in kept) < length:
            kept.append(one)
    return sorted(kept, key=lambda one: (-one.strength, one.target))


def _reworded(coded: Coded, t_free: Bools, s_free: Bools) -> list[Stretch]:
    t_windows, s_windows = _windows(coded.target), _windows(coded.source)
    mask = _seeds(coded, t_windows, s_windows)
    for axis, (windows, free) in enumerate(((t_windows, t_free), (s_windows, s_free))):
        sums = np.concatenate(((0,), np.cumsum(free)))
        open_ = 2 * (sums[windows[1]] - sums[windows[0]]) >= windows[1] - windows[0]
        mask &= open_[:, None] if axis == 0 else open_[None, :]
    pairs = np.argwhere(mask)
    found: list[Stretch] = []
    if not len(pairs):
        return found
    waiting = [(group, GAP) for group in _groups(pairs, GAP)]
    # Most groups that are looked at again with a smaller gap are the same ones.
    fitted: dict[tuple[Range, Range], Stretch | None] = {}
    for _ in range(_CLUSTERS):
        if not waiting:
            break
        group, gap = waiting.pop(0)
        target = (int(t_windows[0][group[:, 0].min()]), int(t_windows[1][group[:, 0].max()]))
        source = (int(s_windows[0][group[:, 1].min()]), int(s_windows[1][group[:, 1].max()]))
        if (target, source) not in fitted:
            fitted[target, source] = _fitted(coded, target, source, t_free, s_free)
        one = fitted[target, source]
        # A group of which little is left was several: seeds that only stood near each other.
        if (
            one
            and _worth(one)
            and (not gap or 2 * (one.target[1] - one.target[0]) >= target[1] - target[0])
        ):
            found.append(one)
        elif gap:
            waiting.extend((part, gap - 1) for part in _groups(group, gap - 1))
    return found


def gist(coded: Coded, target: Profile) -> Gist | None:
    """The run of target sentences that the source holds best; None when there is none.

    Words inside quotation marks count on neither side.
    """
    sentences = target.tokens.sentences
    held = np.zeros(coded.size, dtype=bool)
    held[coded.source[~coded.source_quoted]] = True
    own = ~coded.target_quoted
    weights = coded.weights[coded.target] * own
    found = held[coded.target] & own
    scores = np.where(found, 0.5 * weights, -0.5 * weights)
    if not sentences:
        return None
    sums = np.add.reduceat(scores, [first for first, _ in sentences])
    first, last = best_run(sums)
    if first == last:
        return None
    start, end = sentences[first][0], sentences[last - 1][1]
    distinct = np.unique(coded.target[start:end])
    nats = float(coded.weights[distinct][held[distinct]].sum())
    return Gist(
        (start, end),
        float(sums[first:last].sum()),
        nats,
        nats / max(1e-9, float(coded.weights[distinct].sum())),
    )


def condensed(
    coded: Coded, target: Profile, source: Profile, common: Floats, kept: Sequence[Stretch]
) -> list[Stretch]:
    """Runs of target sentences that sum up a much longer part of the source (at most three).

    ``common`` is the shared weight of every sentence pair (m × n); ``kept`` are the stretches,
    which say all about a run that they cover.
    """
    sentences = target.tokens.sentences
    if not sentences or not common.size:
        return []
    held = np.zeros(coded.size, dtype=bool)
    held[coded.source] = True
    weights = coded.weights[coded.target]
    scores = np.where(held[coded.target], (1 - _GIST_COST) * weights, -_GIST_COST * weights)
    sums = np.add.reduceat(scores, [first for first, _ in sentences])
    found = []
    for _ in range(3):
        first, last = best_run(sums)
        if first == last:
            break
        sums[first:last] = -50.0
        over = (sentences[first][0], sentences[last - 1][1])
        length = over[1] - over[0]
        distinct = np.unique(coded.target[slice(*over)])
        mass = coded.weights[distinct]
        nats = float(mass[held[distinct]].sum())
        inside = [one for one in kept if _overlap(one.target, over)]
        if (
            length < GIST_WORDS
            or nats < GIST_NATS
            or nats < GIST_SHARE * mass.sum()
            or sum(_overlap(one.target, over) for one in inside) >= COVERED * length
            or sum(_overlap(one.target, over) for one in inside if one.kind == "exact")
            >= _GIST_EXACT * length
        ):
            continue
        found.append((over, np.flatnonzero(common[first:last].max(axis=0) >= _GIST_SOURCE)))
    made = []
    for over, rows in found:
        if len(rows):
            ends = source.tokens.sentences
            answers = (ends[rows[0]][0], ends[rows[-1]][1])
            if answers[1] - answers[0] >= GIST_LONGER * (over[1] - over[0]):
                made.append(coded.stretch(over, answers, "condensed"))
    return made
