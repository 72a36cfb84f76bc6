"""The quick ways through a comparison give what the plain ways give."""

from __future__ import annotations

import math
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from conftest import EDITED, INDEPENDENT, REWORDED, SHUFFLED, SOURCE
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from provenance.compare import may_derive, profile
from provenance.compare.align import (
    _SHUFFLE_SEED,
    _SHUFFLES,
    SKIP,
    _chance,
    _forward,
    _local,
    matrix,
    rarity,
)
from provenance.compare.features import _cosine, hard_overlap
from provenance.compare.names import bone, respelled
from provenance.compare.profile import Profile, shared_stems, shingle_set
from provenance.compare.tiles import SEED, tiles

Floats = NDArray[np.float64]

# Few words, so that sentences share many; names and numbers, for the hard tokens.
WORD = st.sampled_from(
    [
        *("the", "of", "and", "in", "harbour", "bridge", "bridges", "council", "reopened", "tide"),
        *("Halloway", "Haloway", "Wrenfield", "three", "3", "1947", "“lowest", "ebb”", "slowly"),
    ]
)
SENTENCE = st.lists(WORD, min_size=1, max_size=9).map(lambda words: " ".join(words) + ".")
TEXT = st.lists(SENTENCE, max_size=7).map("\n".join)


def gains(rows: int, columns: int) -> st.SearchStrategy[Floats]:
    """Matrices of gains in quarters, most of them losses, as real ones are."""
    cell = st.integers(-24, 12).map(lambda quarters: quarters / 4)
    return st.lists(
        st.lists(cell, min_size=columns, max_size=columns), min_size=rows, max_size=rows
    ).map(lambda cells: np.array(cells, dtype=np.float64).reshape(rows, columns))


SIDES = st.tuples(st.integers(1, 7), st.integers(1, 7))


def stems_where(text: Profile, keep: NDArray[np.bool_]) -> dict[str, float]:
    """The distinct stems of the tokens to keep, with their weights."""
    return {
        stem: float(weight)
        for stem, weight, kept in zip(text.stems, text.weights, keep, strict=True)
        if kept
    }


def sentences(text: Profile) -> list[set[str]]:
    return [set(text.stems[first:last]) for first, last in text.tokens.sentences]


# Numbered stems


@given(TEXT)
def test_numbers_stand_for_stems(text: str) -> None:
    found = profile(text)
    names = list(found.vocabulary)
    assert list(found.vocabulary.values()) == list(range(len(names)))
    assert tuple(names[code] for code in found.codes) == found.stems
    assert found.stem_weights[found.codes].tolist() == found.weights.tolist()
    for keep, mask in (
        (found.hard, found.hard_stems),
        (found.hard & ~found.quoted, found.own_hard_stems),
    ):
        assert {names[code] for code in np.flatnonzero(mask)} == stems_where(found, keep).keys()
    counts = Counter(found.stems)
    assert found.vector == pytest.approx(
        [(1 + math.log(counts[stem])) * found.stem_weights[i] for i, stem in enumerate(names)]
    )


@given(TEXT)
def test_cells_are_the_stems_of_each_sentence(text: str) -> None:
    found = profile(text)
    names = list(found.vocabulary)
    plain = sentences(found)
    joined = [left | right for left, right in pairwise(plain)]
    for (rows, codes), expected in ((found.cells, plain), (found.joined_cells, joined)):
        pairs = [(row, names[code]) for row, code in zip(rows.tolist(), codes, strict=True)]
        assert len(pairs) == len(set(pairs))
        assert set(pairs) == {(row, stem) for row, held in enumerate(expected) for stem in held}
    assert found.numerals == tuple(
        frozenset(stem for stem in held if stem[0].isdigit()) for held in plain
    )


@given(TEXT, TEXT)
def test_what_is_shared_is_the_intersection(left: str, right: str) -> None:
    target, source = profile(left), profile(right)
    found = shared_stems(target, source)
    t_names, s_names = list(target.vocabulary), list(source.vocabulary)
    both = set(target.stems) & set(source.stems)
    assert [t_names[code] for code in found.target] == [s_names[code] for code in found.source]
    assert {t_names[code] for code in found.target} == both
    assert found.source.tolist() == sorted(found.source.tolist())
    assert {t_names[code] for code in np.flatnonzero(found.of_target)} == both
    assert {s_names[code] for code in np.flatnonzero(found.of_source)} == both


@given(TEXT, TEXT)
def test_hard_overlap_is_that_of_the_sets(left: str, right: str) -> None:
    target, source = profile(left), profile(right)

    def share(keep: NDArray[np.bool_], one: Profile, other: Profile) -> float:
        bones = {bone(stem) for stem in other.stems} - {""}
        hard = stems_where(one, keep)
        met = [
            weight if stem in other.stems else weight / 2 if bone(stem) in bones else 0.0
            for stem, weight in hard.items()
        ]
        return math.fsum(met) / math.fsum(hard.values()) if hard else 0.0

    own = target.hard & ~target.quoted
    assert hard_overlap(target, source, shared_stems(target, source)) == pytest.approx(
        (
            share(target.hard, target, source),
            share(source.hard, source, target),
            1 - share(own, target, source) if own.any() else 0.0,
        )
    )


@given(TEXT, TEXT)
def test_the_cosine_is_that_of_the_vectors(left: str, right: str) -> None:
    target, source = profile(left), profile(right)
    a, b = (dict(zip(one.vocabulary, one.vector, strict=True)) for one in (target, source))
    dot = sum(a[stem] * b[stem] for stem in a.keys() & b.keys())
    length = math.hypot(*a.values()) * math.hypot(*b.values())
    found = _cosine(target, source, shared_stems(target, source))
    assert found == pytest.approx(dot / length if length else 0.0)


@given(TEXT, TEXT)
def test_a_cell_of_the_matrix_is_the_weight_that_two_sentences_share(left: str, right: str) -> None:
    target, source = profile(left), profile(right)
    shared = shared_stems(target, source)
    found = matrix(target, source, shared)
    # A name of the target that the source spells otherwise counts as the source's.
    same = respelled(target, source)
    ours = [{same.get(stem, stem) for stem in held} for held in sentences(target)]
    theirs = sentences(source)
    count = Counter(stem for held in (*ours, *theirs) for stem in held)
    weights = {
        stem: weight * float(rarity(np.array(count[stem]), len(ours) + len(theirs)))
        for one in (source, target)
        for stem, weight in (
            (same.get(stem, stem) if one is target else stem, weight)
            for stem, weight in stems_where(one, np.ones(len(one.stems), bool)).items()
        )
    }
    for i, here in enumerate(ours):
        for j, there in enumerate(theirs):
            common = sum(weights[stem] for stem in here & there)
            mass = sum(weights[stem] for held in (here, there) for stem in held)
            assert found.common[i, j] == pytest.approx(common, rel=1e-5)
            assert found.dice[i, j] == pytest.approx(2 * common / max(mass, 1e-9), rel=1e-5)
    assert found.dice_source_pair.shape == (len(ours), max(0, len(theirs) - 1))
    assert found.dice_target_pair.shape == (max(0, len(ours) - 1), len(theirs))


def test_few_shared_hard_tokens_are_not_worth_a_comparison() -> None:
    assert may_derive(profile(REWORDED), profile(SOURCE))
    assert may_derive(profile(SOURCE), profile(EDITED))
    assert not may_derive(profile("It rained all night."), profile(SOURCE))
    assert not may_derive(profile(""), profile(""))


# Paths


@given(SIDES.flatmap(lambda s: st.tuples(gains(*s), gains(s[0], s[1] - 1), gains(s[0] - 1, s[1]))))
def test_the_best_path_is_that_of_the_plain_recursion(made: tuple[Floats, Floats, Floats]) -> None:
    one, wide, tall = made
    best = np.zeros((one.shape[0] + 1, one.shape[1] + 1))
    for i in range(1, best.shape[0]):
        for j in range(1, best.shape[1]):
            ways = [best[i - 1, j], best[i, j - 1], best[i - 1, j - 1] + one[i - 1, j - 1]]
            if j > 1:
                ways.append(best[i - 1, j - 2] + wide[i - 1, j - 2])
            if i > 1:
                ways.append(best[i - 2, j - 1] + tall[i - 2, j - 1])
            best[i, j] = max(ways)
    assert _forward(one, wide, tall).tolist() == best.tolist()


@given(SIDES.flatmap(lambda s: gains(*s)))
def test_the_chance_level_is_that_of_single_shuffles(one: Floats) -> None:
    m, n = one.shape
    free = float(np.maximum(one.max(axis=1), 0.0).sum())
    generator = np.random.Generator(np.random.PCG64(_SHUFFLE_SEED))
    shares = []
    for _ in range(_SHUFFLES):
        order = generator.permutation(m)
        best = _forward(one[order], np.full((m, n - 1), -1.0), np.full((m - 1, n), -1.0))
        shares.append(float(best[-1, -1]) / free if free else 0.0)
    expected = 1.0 if m < 3 and free else min(1.0, sum(shares) / _SHUFFLES)
    assert _chance(one, free) == pytest.approx(expected)


@given(SIDES.flatmap(lambda s: gains(*s)))
def test_the_strongest_run_is_that_of_the_plain_recursion(excess: Floats) -> None:
    excess = excess * 4
    best = np.zeros((excess.shape[0] + 1, excess.shape[1] + 1))
    for i in range(1, best.shape[0]):
        for j in range(1, best.shape[1]):
            best[i, j] = max(
                0.0,
                best[i - 1, j - 1] + excess[i - 1, j - 1],
                best[i - 1, j] - SKIP,
                best[i, j - 1] - SKIP,
            )
    assert _local(excess).strength == pytest.approx(best.max())


# Tiles


@given(st.lists(st.sampled_from("abc"), max_size=40), st.lists(st.sampled_from("abc"), max_size=40))
def test_tiles_are_the_same_when_the_seeds_are_known(target: list[str], source: list[str]) -> None:
    known = shingle_set(target, SEED) & shingle_set(source, SEED)
    assert tiles(target, source, shared=known) == tiles(target, source)


@pytest.mark.parametrize("text", [EDITED, REWORDED, SHUFFLED, INDEPENDENT, "Two words"])
def test_tiles_of_texts_when_the_seeds_are_known(text: str) -> None:
    target, source = profile(text), profile(SOURCE)
    found = tiles(target.tokens.words, source.tokens.words, shared=target.words_5 & source.words_5)
    assert found == tiles(target.tokens.words, source.tokens.words)
