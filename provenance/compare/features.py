"""The numbers of one comparison, from the exact runs and the alignment."""

from __future__ import annotations

import math
from collections.abc import Sequence
from math import fsum

import numpy as np

from provenance.compare.align import Alignment, Block, Matrix, best_blocks
from provenance.compare.profile import Bools, Floats, Ints, Profile, Shared
from provenance.models import Scores

# Sums are fsum throughout: exact, so the same in any order and on every version of Python.


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole > 0 else 0.0


def hard_overlap(target: Profile, source: Profile, shared: Shared) -> tuple[float, float, float]:
    """Hard-token agreement: share of target's in source, of source's in target, and ``novel``.

    Shares are of distinct tokens, weighted (nats). A name that is spelled otherwise but keeps its
    first letter and consonants counts for half. ``novel`` leaves quotations out: what someone
    else said is not the writer's own reporting, either way.
    """
    t_met = _met(target, shared.of_target, source.skeletons)
    s_met = _met(source, shared.of_source, target.skeletons)
    own = target.own_hard_stems
    return (
        _ratio(_sum(t_met, target.hard_stems), _sum(target.stem_weights, target.hard_stems)),
        _ratio(_sum(s_met, source.hard_stems), _sum(source.stem_weights, source.hard_stems)),
        1.0 - _ratio(_sum(t_met, own), _sum(target.stem_weights, own)) if own.any() else 0.0,
    )


def _met(profile: Profile, shared: Bools, skeletons: frozenset[str]) -> Floats:
    """Weight of each distinct stem as far as its hard tokens are met in the other text (v)."""
    found = np.where(shared, profile.stem_weights, 0.0)
    for code in np.flatnonzero(profile.hard_stems & ~shared).tolist():
        if profile.bones[code] in skeletons:
            found[code] = profile.stem_weights[code] / 2
    return found


def _sum(weights: Floats, keep: Bools | Ints) -> float:
    return fsum(weights[keep].tolist())


def _cosine(target: Profile, source: Profile, shared: Shared) -> float:
    """Cosine of the tf-idf vectors (log tf) of the two texts."""
    dot = fsum((target.vector[shared.target] * source.vector[shared.source]).tolist())
    return _ratio(dot, target.norm * source.norm)


def _covered(alignment: Alignment, found: Matrix) -> tuple[float, float, float, float]:
    """Weighted coverage of target and source by links, then shares of sentences linked."""
    target = source = 0.0
    t_linked: set[int] = set()
    s_linked: set[int] = set()
    t_masses, s_masses = found.target_mass.tolist(), found.source_mass.tolist()
    for link in alignment.links:
        t_mass = fsum(t_masses[slice(*link.target)])
        s_mass = fsum(s_masses[slice(*link.source)])
        shared = link.dice * (t_mass + s_mass) / 2
        target += min(shared, t_mass)
        source += min(shared, s_mass)
        t_linked.update(range(*link.target))
        s_linked.update(range(*link.source))
    t_total, s_total = float(found.target_mass.sum()), float(found.source_mass.sum())
    return (
        _ratio(target, t_total),
        _ratio(source, s_total),
        _ratio(float(found.target_mass[list(t_linked)].sum()), t_total),
        _ratio(float(found.source_mass[list(s_linked)].sum()), s_total),
    )


def _numbers(target: Profile, source: Profile, alignment: Alignment) -> tuple[float, float]:
    """Numbers of linked target sentences: share met in their source sentences, share in conflict.

    A number conflicts when its linked source sentences hold numbers, but not this one, and none
    of the rest of the source does.
    """
    met = conflict = total = 0
    elsewhere = frozenset().union(*source.numerals)
    for link in alignment.links:
        theirs = frozenset().union(*source.numerals[slice(*link.source)])
        for number in frozenset().union(*target.numerals[slice(*link.target)]):
            total += 1
            if number in theirs:
                met += 1
            elif theirs and number not in elsewhere:
                conflict += 1
    return _ratio(met, total), _ratio(conflict, total)


def _masked(profile: Profile, runs: Sequence[tuple[int, int]]) -> Bools:
    mask = np.zeros(len(profile.stems), dtype=bool)
    for start, length in runs:
        mask[start : start + length] = True
    return mask


def measure(
    target: Profile,
    source: Profile,
    shared: Shared,
    runs: Sequence[tuple[int, int, int]],
    found: Matrix,
    alignment: Alignment,
) -> tuple[Scores, dict[str, float]]:
    """All scores, and the further features that only the model reads."""
    tw, sw = target.tokens.words, source.tokens.words
    t3, s3, t5, s5 = target.words_3, source.words_3, target.words_5, source.words_5
    shared3, shared5 = len(t3 & s3), len(t5 & s5)
    t_exact = _masked(target, [(i, n) for i, _, n in runs])
    s_exact = _masked(source, [(j, n) for _, j, n in runs])
    coverage, coverage_source, linked, linked_source = _covered(alignment, found)
    hard_t, hard_s, novel = hard_overlap(target, source, shared)
    met, conflict = _numbers(target, source, alignment)
    block, second = best_blocks(found)
    longest = max((n for _, _, n in runs), default=0)
    span = 1.0 - alignment.chance
    order = (alignment.monotone - alignment.chance) / span if span > 1e-6 else 0.0
    t2, s2 = target.stems_2, source.stems_2
    shared2 = len(t2 & s2)
    exact = _count(t_exact)
    # Of the weight that the texts share at all, how much do linked sentences share? Reports of
    # one event share their vocabulary; only derived text shares it sentence by sentence.
    reach = float(np.minimum(found.dice.max(axis=1, initial=0.0), 1.0) @ found.target_mass)
    scores = Scores(
        jaccard_3=_ratio(shared3, len(t3) + len(s3) - shared3),
        containment_target_5=_ratio(shared5, len(t5)),
        containment_source_5=_ratio(shared5, len(s5)),
        coverage=coverage,
        coverage_source=coverage_source,
        order=max(-1.0, min(1.0, order)),
        hard_containment=hard_t,
        hard_source=hard_s,
        novel=novel,
        quoted=_ratio(_count(t_exact & target.quoted), exact),
        longest_run=float(longest // target.pieces),
        best_block=block.strength,
    )
    features = {
        "cosine": _cosine(target, source, shared),
        "exact_target": _ratio(exact, len(tw)),
        "exact_source": _ratio(_count(s_exact), len(sw)),
        "exact_own_target": _unquoted(t_exact, target),
        "exact_own_source": _unquoted(s_exact, source),
        "bigram_target": _ratio(shared2, len(t2)),
        "bigram_source": _ratio(shared2, len(s2)),
        "linked_target": linked,
        "linked_source": linked_source,
        "monotone": alignment.monotone,
        "chance": alignment.chance,
        "reach": _ratio(reach, float(found.target_mass.sum())),
        "aligned_mean": _ratio(
            fsum(link.dice for link in alignment.links), max(1, len(alignment.links))
        ),
        "numbers_met": met,
        "numbers_conflict": conflict,
        "length_ratio": _ratio(min(len(tw), len(sw)), max(len(tw), len(sw))),
        "log_target": math.log1p(len(tw) // target.pieces),
        "log_source": math.log1p(len(sw) // source.pieces),
    }
    return scores, features | _block_features(target, source, shared, block, found, t_exact, second)


def _count(mask: Bools) -> int:
    return int(np.count_nonzero(mask))


def _unquoted(exact: Bools, profile: Profile) -> float:
    """Share of the words outside quotations that are exact."""
    own = ~profile.quoted
    return _ratio(_count(exact & own), _count(own))


def _inside(profile: Profile, sentences: tuple[int, int]) -> slice:
    """The tokens of a range of sentences."""
    first, last = np.searchsorted(profile.sentence, sentences).tolist()
    return slice(first, last)


def _block_features(
    target: Profile,
    source: Profile,
    shared: Shared,
    block: Block,
    found: Matrix,
    t_exact: Bools,
    second: Block,
) -> dict[str, float]:
    """What the best local run is made of: density, hard tokens, exact words, room for chance."""
    t_mass = float(found.target_mass[slice(*block.target)].sum())
    s_mass = float(found.source_mass[slice(*block.source)].sum())
    t_inside, s_inside = _inside(target, block.target), _inside(source, block.source)
    t_codes, s_codes = target.codes[t_inside], source.codes[s_inside]
    t_stems, s_stems = target.held(t_codes), source.held(s_codes)
    t_hard = target.held(t_codes[target.hard[t_inside]])
    s_hard = source.held(s_codes[source.hard[s_inside]])
    met = t_stems[shared.target] & s_stems[shared.source]
    t_met, s_met = target.held(shared.target[met]), source.held(shared.source[met])
    weight = _sum(target.stem_weights, t_met)
    # Words that the target uses here and nowhere else: a pasted passage brings its own.
    outside = target.held(np.delete(target.codes, t_inside))
    words = t_inside.stop - t_inside.start
    hard_shared = _sum(target.stem_weights, t_hard & t_met)
    m, n = len(found.target_mass), len(found.source_mass)
    # Furniture (sign-up lines, notices) opens or closes both texts; an excerpt hardly ever does.
    opens = block.target[0] == 0 and block.source[0] == 0
    closes = block.target[1] == m and block.source[1] == n
    return {
        "block_edge": float(opens or closes),
        "block_words": float(words // target.pieces),
        "block_second": second.strength,
        "block_bag_target": _ratio(weight, _sum(target.stem_weights, t_stems)),
        "block_bag_source": _ratio(weight, _sum(source.stem_weights, s_stems)),
        "block_only_here": _ratio(_sum(target.stem_weights, t_met & ~outside), weight),
        "block_sentences": float(block.target[1] - block.target[0]),
        "block_source_sentences": float(block.source[1] - block.source[0]),
        "block_density": _ratio(2 * block.strength, t_mass + s_mass),
        "block_hard": _ratio(hard_shared, _sum(target.stem_weights, t_hard)),
        "block_hard_source": _ratio(
            _sum(source.stem_weights, s_hard & s_met), _sum(source.stem_weights, s_hard)
        ),
        "block_hard_shared": hard_shared,
        "block_exact": _ratio(_count(t_exact[t_inside]), words),
        "block_quoted": _ratio(_count(target.quoted[t_inside]), words),
        "block_share_target": _ratio(t_mass, float(found.target_mass.sum())),
        "block_share_source": _ratio(s_mass, float(found.source_mass.sum())),
        "log_room": math.log1p(m * n),
    }
