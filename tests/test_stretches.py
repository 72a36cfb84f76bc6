"""Reused stretches: found where they are, shuffled or summed up, and only there."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.dataset import FURNITURE
from benchmarks.plagdet import Case, plagdet
from provenance.compare import compare_texts
from provenance.compare.profile import Profile, profile, shared_stems
from provenance.compare.stretches import MOST_WINDOWS, Coded, best_run, stretches_of
from provenance.compare.tiles import tiles
from provenance.verdict import (
    BY_WORDS,
    HELD_DOWN,
    OWN_EXACT,
    RETOLD_ENOUGH,
    ceiling,
    floor,
    judge,
    retold,
)

HOST = """The parish choir of Wendlesham met on Thursday to settle the summer programme. Its
chairwoman, Oda Prewitt, asked for fewer psalms and more part songs. The organist disagreed, and
the matter was put off until the new hymn books arrive from the binder in Carrow."""

SOURCE = """The harbour authority of Port Lumen will close its eastern basin for eleven weeks from
the third of April. Divers found that the concrete of the quay wall, poured in 1963, has crumbled
to a depth of forty centimetres. Engineer Maret Ilves said that cargo for the grain silos would be
unloaded at the old ferry berth in the meantime. The repair costs 7.4 million crowns, of which the
province pays a third. Trawler crews protested against the mooring fees at the ferry berth, which
are double those of the basin. The authority promised to refund the difference by September."""

SHUFFLED = """In the meantime cargo for the grain silos would be unloaded, engineer Maret Ilves
said, at the old ferry berth. To a depth of forty centimetres has the concrete of the quay wall,
divers found, crumbled; it was poured in 1963. A third the province pays of the repair, which 7.4
million crowns costs."""

OWN = """The bakers of Hollin Street have bought a second oven. It burns beech pellets, and the
neighbours hope for less smoke. Flour has become dearer since the mill at Tarn closed its gates,
so a loaf will cost ten pence more from Monday on, said master baker Ruben Achterberg."""


def coded_pair(target: Profile, source: Profile) -> Coded:
    return Coded(target, source, shared_stems(target, source))


def found(target: str, source: str = SOURCE) -> list[tuple[str, str, str]]:
    compared = compare_texts(target, source)
    return [
        (
            one.kind,
            target[one.target_offset : one.target_offset + one.target_length],
            source[one.source_offset : one.source_offset + one.source_length],
        )
        for one in compared.stretches
    ]


def test_an_exact_excerpt_has_its_very_ends() -> None:
    start, end = SOURCE.index("Divers"), SOURCE.index(" Trawler")
    excerpt = SOURCE[start:end]
    [(kind, here, there)] = found(f"{HOST} {excerpt} {OWN}")
    assert kind == "exact"
    assert here == there == excerpt.rstrip(".")


def test_shuffled_words_are_one_stretch() -> None:
    [(kind, here, there)] = found(f"{HOST} {SHUFFLED} {OWN}")
    assert kind == "reworded"
    assert "grain silos" in here and "province pays" in here
    assert "choir" not in here and "bakers" not in here
    assert there.startswith("Divers") or "quay wall" in there
    assert "mooring fees" not in there


def test_where_no_sentence_answers_another_the_stretch_is_the_passage() -> None:
    compared = compare_texts(f"{HOST} {SHUFFLED} {OWN}", SOURCE)
    assert compared.passages


def test_nothing_is_found_between_strangers() -> None:
    assert found(f"{HOST} {OWN}") == []


def test_a_moved_block_is_found_as_well() -> None:
    first, second = SOURCE[: SOURCE.index("Engineer")], SOURCE[SOURCE.index("Engineer") :]
    kinds = [kind for kind, _, _ in found(f"{second} {HOST} {first}")]
    assert kinds == ["exact", "exact"]


@pytest.mark.parametrize("text", ["", "one", "Harbour " * 5000])
def test_texts_of_nothing_and_of_one_word(text: str) -> None:
    coded = coded_pair(profile(text), profile(SOURCE))
    for one in stretches_of(coded, tiles(profile(text).tokens.words, profile(SOURCE).tokens.words)):
        assert 0 <= one.target[0] < one.target[1] <= len(coded.target)


def test_long_texts_have_no_more_windows() -> None:
    generator = random.Random(5)
    words = [f"w{generator.randint(0, 3000)}" for _ in range(60_000)]
    one = profile(". ".join(" ".join(words[i : i + 30]) for i in range(0, len(words), 30)))
    coded = coded_pair(one, profile(SOURCE))
    assert stretches_of(coded, []) == []
    assert len(coded.target) > 10 * MOST_WINDOWS


@given(st.lists(st.integers(-9, 9), min_size=1, max_size=30))
def test_the_best_run_is_the_best_of_all_runs(scores: list[int]) -> None:
    first, last = best_run(np.array(scores, dtype=np.float64))
    every = [sum(scores[i:j]) for i in range(len(scores)) for j in range(i, len(scores) + 1)]
    assert sum(scores[first:last]) == max(every)


# --- PAN's measure -------------------------------------------------------------------------------


def test_a_perfect_detection_scores_one() -> None:
    span = (10, 100, 20, 120)
    assert plagdet([Case("verbatim", [span], [span], 0)]).score == 1.0


def test_pieces_are_divided_down() -> None:
    pieces = [(0, 50, 0, 50), (50, 50, 50, 50)]
    found = plagdet([Case("verbatim", [(0, 100, 0, 100)], pieces, 0)])
    assert (found.precision, found.recall, found.granularity) == (1.0, 1.0, 2.0)
    assert found.score == pytest.approx(1 / np.log2(3))


def test_the_right_place_in_one_text_only_is_no_detection() -> None:
    found = plagdet([Case("verbatim", [(0, 100, 0, 100)], [(0, 100, 500, 100)], 0)])
    assert found.score == 0.0


def test_what_is_found_in_a_clean_pair_costs_precision() -> None:
    right, clean = (0, 100, 0, 100), Case("unrelated", [], [(5, 200, 5, 200)], 0)
    assert plagdet([Case("verbatim", [right], [right], 0), clean]).precision == 0.5


# --- what the verdict makes of them --------------------------------------------------------------


def test_sixty_of_the_sources_own_words_suffice_in_a_page_on_the_same_subject() -> None:
    own = SHUFFLED.replace("said", "told us").replace("1963", "1961")
    taken = SOURCE[SOURCE.index("Engineer") :]
    compared = compare_texts(f"{HOST} {own} {taken} {OWN}", SOURCE)
    assert compared.features["exact_long"] >= OWN_EXACT
    assert floor(compared) == BY_WORDS
    assert judge(compared).is_reuse


def test_the_same_words_as_a_quotation_do_not() -> None:
    taken = SOURCE[SOURCE.index("Engineer") :].replace("\n", " ")
    quoting = compare_texts(f"{HOST} The statement in full: “{taken}” {OWN}", SOURCE)
    assert quoting.features["exact_long"] == 0
    assert floor(quoting) == 0


def test_two_shuffled_sentences_suffice_by_themselves() -> None:
    passage = SHUFFLED[: SHUFFLED.index(" A third")]
    compared = compare_texts(f"{HOST} {passage} {OWN}", SOURCE)
    assert compared.features["exact_long"] == 0
    assert retold(compared) >= RETOLD_ENOUGH
    assert floor(compared) == BY_WORDS


def test_an_exact_stretch_is_not_retold() -> None:
    taken = SOURCE[SOURCE.index("Divers") : SOURCE.index(" Trawler")]
    compared = compare_texts(f"{HOST} {taken} {OWN}", SOURCE)
    assert compared.features["stretch_strength"] > RETOLD_ENOUGH
    assert retold(compared) == 0


def test_furniture_at_the_end_of_both_is_held_down_though_a_gist_takes_it_in() -> None:
    lines = " ".join((FURNITURE[5], FURNITURE[9]))
    fact = "The province pays a third; the grain goes to the ferry berth, the engineer said."
    source = f"{SOURCE[: SOURCE.index('Trawler')]}\n{lines}"
    compared = compare_texts(f"{HOST} {OWN}\n{fact}\n{lines}", source)
    assert compared.features["block_edge"] == 1
    assert retold(compared) == 0
    assert ceiling(compared) == HELD_DOWN
    assert not judge(compared).is_reuse


def test_invented_words_strewn_over_two_texts_are_no_passage() -> None:
    """Short sentences of rare words, which anybody may put into any text."""
    stamps = ["Bafo dinu gelo.", "Kimu pasa rote.", "Sulo temi bura.", "Dofe gali naku."]

    sentences = SOURCE.replace("\n", " ").split(". ")
    for place, stamp in enumerate(stamps):
        sentences.insert(2 * place + 1, stamp.rstrip("."))
    strewn, pasted = ". ".join(sentences), f"{HOST} {' '.join(stamps)} {OWN}"
    for compared in (compare_texts(pasted, strewn), compare_texts(strewn, pasted)):
        assert compared.scores.best_block > 20
        assert not judge(compared).is_reuse
    assert ceiling(compare_texts(pasted, strewn)) == HELD_DOWN
