"""The numbers of one comparison, from the exact runs and the alignment."""

from __future__ import annotations

import math
from collections.abc import Sequence
from math import fsum

import numpy as np

from provenance.compare.align import Alignment, Block, Matrix, best_blocks
from provenance.compare.names import skeleton
from provenance.compare.profile import Bools, Profile
from provenance.models import Scores

# Sums are fsum throughout: exact, so the same in any order and on every version of Python.


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole > 0 else 0.0


def hard_overlap(target: Profile, source: Profile) -> tuple[float, float, float]:
    """Hard-token agreement: share of target's in source, of source's in target, and ``novel``.

    Shares are of distinct tokens, weighted (nats). A name that is spelled otherwise but keeps its
    first letter and consonants counts for half. ``novel`` leaves quotations out: what someone
    else said is not the writer's own reporting, either way.
    """
    here, there = target.vocabulary, source.vocabulary

    def share(own: dict[str, float], other: frozenset[str], skeletons: frozenset[str]) -> float:
        met = []
        for stem, weight in own.items():
            if stem in other:
                met.append(weight)
            elif len(stem) > 3 and len(bone := skeleton(stem)) > 2 and bone in skeletons:
                met.append(weight / 2)
        return _ratio(fsum(met), fsum(own.values()))

    own = target.own_hard_weights
    novel = 1.0 - share(own, there, source.skeletons) if own else 0.0
    return (
        share(target.hard_weights, there, source.skeletons),
        share(source.hard_weights, here, target.skeletons),
        novel,
    )


def _cosine(target: Profile, source: Profile) -> float:
    """Cosine of the tf-idf vectors (log tf) of the two texts."""
    a, b = target.vector, source.vector
    dot = fsum(value * b[stem] for stem, value in a.items() if stem in b)
    return _ratio(dot, target.norm * source.norm)


def _covered(alignment: Alignment, found: Matrix) -> tuple[float, float, float, float]:
    """Weighted coverage of target and source by links, then shares of sentences linked."""
    target = source = 0.0
    t_linked: set[int] = set()
    s_linked: set[int] = set()
    for link in alignment.links:
        t_mass = float(found.target_mass[link.target[0] : link.target[1]].sum())
        s_mass = float(found.source_mass[link.source[0] : link.source[1]].sum())
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
    elsewhere = {stem for stem in source.stems if stem[0].isdigit()}
    for link in alignment.links:
        t_first, t_last = (
            target.tokens.sentences[link.target[0]][0],
            target.tokens.sentences[link.target[1] - 1][1],
        )
        s_first, s_last = (
            source.tokens.sentences[link.source[0]][0],
            source.tokens.sentences[link.source[1] - 1][1],
        )
        theirs = {stem for stem in source.stems[s_first:s_last] if stem[0].isdigit()}
        for stem in {stem for stem in target.stems[t_first:t_last] if stem[0].isdigit()}:
            total += 1
            if stem in theirs:
                met += 1
            elif theirs and stem not in elsewhere:
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
    hard_t, hard_s, novel = hard_overlap(target, source)
    met, conflict = _numbers(target, source, alignment)
    block, second = best_blocks(found)
    longest = max((n for _, _, n in runs), default=0)
    span = 1.0 - alignment.chance
    order = (alignment.monotone - alignment.chance) / span if span > 1e-6 else 0.0
    t_own, s_own = ~target.quoted, ~source.quoted
    t2, s2 = target.stems_2, source.stems_2
    # Of the weight that the texts share at all, how much do linked sentences share? Reports of
    # one event share their vocabulary; only derived text shares it sentence by sentence.
    reach = float(np.minimum(found.dice.max(axis=1, initial=0.0), 1.0) @ found.target_mass)
    scores = Scores(
        jaccard_3=_ratio(shared3, len(t3 | s3)),
        containment_target_5=_ratio(shared5, len(t5)),
        containment_source_5=_ratio(shared5, len(s5)),
        coverage=coverage,
        coverage_source=coverage_source,
        order=max(-1.0, min(1.0, order)),
        hard_containment=hard_t,
        hard_source=hard_s,
        novel=novel,
        quoted=_ratio(float((t_exact & target.quoted).sum()), float(t_exact.sum())),
        longest_run=float(longest // target.pieces),
        best_block=block.strength,
    )
    features = {
        "cosine": _cosine(target, source),
        "exact_target": _ratio(float(t_exact.sum()), len(tw)),
        "exact_source": _ratio(float(s_exact.sum()), len(sw)),
        "exact_own_target": _ratio(float((t_exact & t_own).sum()), float(t_own.sum())),
        "exact_own_source": _ratio(float((s_exact & s_own).sum()), float(s_own.sum())),
        "bigram_target": _ratio(len(t2 & s2), len(t2)),
        "bigram_source": _ratio(len(t2 & s2), len(s2)),
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
    return scores, features | _block_features(target, source, block, found, runs, second)


def _block_features(
    target: Profile,
    source: Profile,
    block: Block,
    found: Matrix,
    runs: Sequence[tuple[int, int, int]],
    second: Block,
) -> dict[str, float]:
    """What the best local run is made of: density, hard tokens, exact words, room for chance."""
    t_rows, s_rows = slice(*block.target), slice(*block.source)
    t_mass = float(found.target_mass[t_rows].sum())
    s_mass = float(found.source_mass[s_rows].sum())
    t_inside = (target.sentence >= block.target[0]) & (target.sentence < block.target[1])
    s_inside = (source.sentence >= block.source[0]) & (source.sentence < block.source[1])
    t_exact = _masked(target, [(i, n) for i, _, n in runs]) & t_inside
    t_stems = {stem for stem, kept in zip(target.stems, t_inside, strict=True) if kept}
    s_stems = {stem for stem, kept in zip(source.stems, s_inside, strict=True) if kept}
    t_hard = target.distinct(t_inside & target.hard)
    s_hard = source.distinct(s_inside & source.hard)
    t_all, s_all = target.distinct(t_inside), source.distinct(s_inside)
    shared = {stem: weight for stem, weight in t_all.items() if stem in s_stems}
    weight = fsum(shared.values())
    # Words that the target uses here and nowhere else: a pasted passage brings its own.
    outside = {stem for stem, kept in zip(target.stems, t_inside, strict=True) if not kept}
    m, n = len(found.target_mass), len(found.source_mass)
    # Furniture (sign-up lines, notices) opens or closes both texts; an excerpt hardly ever does.
    opens = block.target[0] == 0 and block.source[0] == 0
    closes = block.target[1] == m and block.source[1] == n
    return {
        "block_edge": float(opens or closes),
        "block_words": float(t_inside.sum() // target.pieces),
        "block_second": second.strength,
        "block_bag_target": _ratio(weight, fsum(t_all.values())),
        "block_bag_source": _ratio(weight, fsum(s_all.values())),
        "block_only_here": _ratio(
            fsum(w for stem, w in shared.items() if stem not in outside), weight
        ),
        "block_sentences": float(block.target[1] - block.target[0]),
        "block_source_sentences": float(block.source[1] - block.source[0]),
        "block_density": _ratio(2 * block.strength, t_mass + s_mass),
        "block_hard": _ratio(
            fsum(w for stem, w in t_hard.items() if stem in s_stems), fsum(t_hard.values())
        ),
        "block_hard_source": _ratio(
            fsum(w for stem, w in s_hard.items() if stem in t_stems), fsum(s_hard.values())
        ),
        "block_hard_shared": fsum(w for stem, w in t_hard.items() if stem in s_stems),
        "block_exact": _ratio(float(t_exact.sum()), float(t_inside.sum())),
        "block_quoted": _ratio(float((t_inside & target.quoted).sum()), float(t_inside.sum())),
        "block_share_target": _ratio(t_mass, float(found.target_mass.sum())),
        "block_share_source": _ratio(s_mass, float(found.source_mass.sum())),
        "log_room": math.log1p(m * n),
    }
