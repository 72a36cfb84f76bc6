"""Two texts held against each other: passages, scores, and what holds for any pair."""

from __future__ import annotations

import math

import pytest
from conftest import (
    EDITED,
    EXCERPT,
    INDEPENDENT,
    OTHER,
    REWORDED,
    SHUFFLED,
    SOURCE,
    SOURCE_PARAGRAPHS,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.compare import compare, compare_texts, profile
from provenance.compare.names import skeleton
from provenance.compare.profile import shingle_set
from provenance.compare.tiles import SEED, tiles
from provenance.models import Comparison
from provenance.normalize import tokenize

TEXTS = {
    "source": SOURCE,
    "edited": EDITED,
    "excerpt": EXCERPT,
    "shuffled": SHUFFLED,
    "reworded": REWORDED,
    "independent": INDEPENDENT,
    "other": OTHER,
}
SHARES = (
    "jaccard_3",
    "containment_target_5",
    "containment_source_5",
    "coverage",
    "coverage_source",
    "hard_containment",
    "hard_source",
    "novel",
    "quoted",
)
ODD = {
    "empty": "",
    "blank": " \n\t",
    "one word": "Bridge",
    "one number": "7",
    "four words": "The bridge is shut",
    "no letters": "… !!! — ???",
    "one sentence of 5000 words": "the bridge over the narrows was shut again " * 625,
    "one word of 20000 letters": "a" * 20_000,
    "2000 sentences": "It rained at Pennerton. " * 2000,
    "one repeated word": "bridge " * 3000,
    "no spaces": "橋は火曜日の朝に閉鎖された。" * 50,
    "nothing but quotation": "“It is shut,” she said. " * 40,
}


def assert_sound(found: Comparison, target: str, source: str) -> None:
    """What is true of every comparison."""
    scores = found.scores.asdict()
    for name in SHARES:
        assert 0.0 <= scores[name] <= 1.0, (name, scores[name])
    assert -1.0 <= scores["order"] <= 1.0
    assert scores["best_block"] >= 0
    assert scores["longest_run"] == int(scores["longest_run"]) >= 0
    assert all(math.isfinite(value) for value in (*scores.values(), *found.features.values()))
    for passage in found.passages:
        here = target[passage.target_offset : passage.target_offset + passage.target_length]
        there = source[passage.source_offset : passage.source_offset + passage.source_length]
        assert len(here) == passage.target_length > 0
        assert len(there) == passage.source_length > 0
        if passage.kind == "exact":
            assert tokenize(here).words == tokenize(there).words
    offsets = [passage.target_offset for passage in found.passages]
    assert offsets == sorted(offsets)


# Known pairs


def test_identical_texts() -> None:
    found = compare_texts(SOURCE, SOURCE)
    scores = found.scores
    assert scores.jaccard_3 == scores.containment_target_5 == scores.containment_source_5 == 1
    assert scores.hard_containment == scores.hard_source == 1
    assert scores.novel == 0
    assert scores.coverage == pytest.approx(1) and scores.coverage_source == pytest.approx(1)
    assert scores.longest_run == len(tokenize(SOURCE).words)
    (passage,) = found.passages
    assert passage.row() == [0, len(SOURCE) - 1, 0, len(SOURCE) - 1, "exact"]


def test_layout_and_case_change_no_score() -> None:
    found = compare_texts("  " + SOURCE.upper().replace(" ", "  "), SOURCE)
    assert found.scores.jaccard_3 == 1


def test_edited_text() -> None:
    scores = compare_texts(EDITED, SOURCE).scores
    assert 0.5 < scores.jaccard_3 < 1
    assert scores.containment_target_5 > 0.6
    assert scores.coverage > 0.8 and scores.novel < 0.1


def test_excerpt() -> None:
    found = compare_texts(EXCERPT, SOURCE)
    assert 0.2 < found.scores.containment_target_5 < 0.5
    shown = "".join(
        EXCERPT[p.target_offset : p.target_offset + p.target_length]
        for p in found.passages
        if p.kind == "exact"
    )
    for paragraph in SOURCE_PARAGRAPHS[1:3]:
        assert paragraph.rstrip(".") in shown
    assert "grandmother" not in shown


def test_shuffled_paragraphs_cost_nothing_but_order() -> None:
    whole, moved = compare_texts(SOURCE, SOURCE).scores, compare_texts(SHUFFLED, SOURCE).scores
    assert moved.containment_target_5 > 0.9
    assert moved.coverage > 0.7
    assert moved.order < whole.order


def test_reworded_text_is_aligned() -> None:
    found = compare_texts(REWORDED, SOURCE)
    assert found.scores.containment_target_5 < 0.1
    assert found.scores.coverage > 0.35
    assert found.scores.order > 0.5
    assert found.scores.hard_containment > 0.6
    reworded = [p for p in found.passages if p.kind == "reworded"]
    assert len(reworded) >= 4
    heron = next(
        p
        for p in reworded
        if "heron" in SOURCE[p.source_offset : p.source_offset + p.source_length]
    )
    assert "heron" in REWORDED[heron.target_offset : heron.target_offset + heron.target_length]


def test_own_report_brings_its_own_facts() -> None:
    own, told_again = compare_texts(INDEPENDENT, SOURCE), compare_texts(REWORDED, SOURCE)
    assert own.scores.novel > 0.5 > told_again.scores.novel
    assert own.scores.coverage < told_again.scores.coverage / 2


def test_unrelated_texts() -> None:
    scores = compare_texts(OTHER, SOURCE).scores
    assert scores.jaccard_3 < 0.01
    assert scores.containment_target_5 == 0
    assert scores.coverage < 0.15


def test_a_changed_number_is_a_conflict() -> None:
    wrong = SOURCE.replace("43 boats", "58 boats").replace("£740,000", "£910,000")
    found = compare_texts(wrong, SOURCE)
    assert found.features["numbers_conflict"] > 0
    assert compare_texts(SOURCE, SOURCE).features["numbers_conflict"] == 0


def test_number_words_meet_digits() -> None:
    digits = SOURCE.replace("Eleven", "11").replace("nineteen", "19")
    assert compare_texts(digits, SOURCE).scores.hard_containment == 1


def test_quoted_words_are_told_apart() -> None:
    words = (
        "we have looked at every pin in every gate on this waterway and what we found gives none "
        "of us any comfort at all this winter"
    )
    here = f"The board was blunt. “{words},” it wrote.\n\n{OTHER}"
    there = f"{INDEPENDENT}\n\nA letter reached the parish: “{words}.”"
    assert compare_texts(here, there).scores.quoted > 0.9
    assert compare_texts(EXCERPT, SOURCE).scores.quoted == 0


def test_skeletons_of_mangled_names() -> None:
    assert skeleton("zhirnov") == skeleton("zhirnow") or skeleton("zhirnov")
    assert skeleton("mutaqi") == skeleton("mottaki") or skeleton("mottaqi") == skeleton("mutaqi")
    assert skeleton("halloway") != skeleton("wrenfield")


# Any pair


@pytest.mark.parametrize("target", TEXTS)
@pytest.mark.parametrize("source", TEXTS)
def test_every_pair_is_sound(target: str, source: str) -> None:
    found = compare_texts(TEXTS[target], TEXTS[source])
    assert_sound(found, TEXTS[target], TEXTS[source])


@pytest.mark.parametrize("target", TEXTS)
@pytest.mark.parametrize("source", TEXTS)
def test_swapped_texts_give_the_mirror_image(target: str, source: str) -> None:
    one = compare_texts(TEXTS[target], TEXTS[source]).scores
    other = compare_texts(TEXTS[source], TEXTS[target]).scores
    assert one.jaccard_3 == other.jaccard_3
    assert one.containment_target_5 == other.containment_source_5
    assert one.containment_source_5 == other.containment_target_5
    assert one.hard_containment == pytest.approx(other.hard_source)


@pytest.mark.parametrize("target", TEXTS)
def test_the_same_pair_gives_the_same_comparison(target: str) -> None:
    ready = profile(TEXTS[target]), profile(SOURCE)
    first = compare_texts(TEXTS[target], SOURCE)
    compare_texts(OTHER, EDITED)
    assert compare(*ready) == compare(*ready) == first


@pytest.mark.parametrize("target", ODD)
@pytest.mark.parametrize("source", [*ODD, "source"])
def test_odd_texts(target: str, source: str) -> None:
    here, there = ODD[target], {**ODD, "source": SOURCE}[source]
    assert_sound(compare_texts(here, there), here, there)


PHRASES = [
    "The bridge is shut.",
    "It cost £1,200 in 1987.",
    "“We are sorry,” she said.",
    "Ingrid Halloway went to Mossleigh on Tuesday.",
    "Мост закрыли во вторник.",
    "橋は閉鎖された。",
    "and then, of course, it rained for nine days and nine nights without a pause",
    "\n\n",
]
TEXT = st.one_of(
    st.lists(st.sampled_from(PHRASES), max_size=12).map(" ".join),
    st.text(max_size=80),
)


@given(TEXT, TEXT)
@settings(max_examples=150, deadline=None)
def test_any_two_texts_are_sound(target: str, source: str) -> None:
    found = compare_texts(target, source)
    assert_sound(found, target, source)
    assert found == compare_texts(target, source)
    mirrored = compare_texts(source, target).scores
    assert found.scores.jaccard_3 == mirrored.jaccard_3
    assert found.scores.containment_target_5 == mirrored.containment_source_5


@given(TEXT)
@settings(max_examples=100, deadline=None)
def test_any_text_against_itself(text: str) -> None:
    scores = compare_texts(text, text).scores
    if tokenize(text).words:
        assert scores.jaccard_3 == scores.containment_target_5 == 1
        assert scores.novel == pytest.approx(0)


# Tiles

SEQUENCE = st.lists(st.sampled_from("abcd"), max_size=60)


@given(SEQUENCE, SEQUENCE)
def test_tiles_are_equal_runs_that_do_not_overlap(target: list[str], source: list[str]) -> None:
    found = tiles(target, source)
    end = 0
    for t, s, length in found:
        assert length >= SEED
        assert target[t : t + length] == source[s : s + length]
        assert len(target[t : t + length]) == length
        assert t >= end
        end = t + length
        # Maximal to the right
        assert target[end : end + 1] != source[s + length : s + length + 1] or not target[end:]


@given(SEQUENCE, SEQUENCE)
def test_tiles_miss_no_shared_run(target: list[str], source: list[str]) -> None:
    covered = {i for t, _, n in tiles(target, source) for i in range(t, t + n)}
    shared = shingle_set(source, SEED) if len(source) >= SEED else set()
    for i in range(len(target) - SEED + 1):
        if tuple(target[i : i + SEED]) in shared:
            # Every shared seed touches a tile, if not as a whole then where a tile before it ends.
            assert covered & set(range(i, i + SEED))


@given(st.lists(st.integers(0, 10_000), unique=True, max_size=80), st.data())
def test_tiles_find_moved_blocks(words: list[int], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(words)))
    source = [str(word) for word in words]
    target = source[cut:] + source[:cut]
    expected = sum(len(part) for part in (source[cut:], source[:cut]) if len(part) >= SEED)
    assert sum(n for _, _, n in tiles(target, source)) >= expected


def test_tiles_of_repeated_boilerplate_stay_cheap() -> None:
    assert tiles(["a"] * 5000, ["a"] * 5000) == [(0, 0, 5000)]
