"""Pairs that a scan compares: the negatives which the model learns beside the graded ones."""

from __future__ import annotations

import dataclasses
import gzip
import json
from pathlib import Path

import pytest
from conftest import EDITED, EXCERPT, INDEPENDENT, OTHER, SOURCE

from benchmarks.dataset import HELD_OUT, SILVER
from benchmarks.met import few, load_met
from provenance.compare import compare_texts
from provenance.verdict import FEW_EXACT, inputs, raw_score


def test_few_words_in_a_row_are_shared_by_reports_alone() -> None:
    assert few(INDEPENDENT, SOURCE) and few(OTHER, SOURCE)
    assert not few(EDITED, SOURCE) and not few(EXCERPT, SOURCE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Articles by their place: a report at 1, another outlet's at 6, its own outlet's at 11, one
    that is held out at 16, a copy at 21, one of another fifth at 2."""
    filling = {number: (f"Nothing of note happened on day {number}.", "") for number in range(24)}
    told = {
        1: (SOURCE, "a.example"),
        6: (INDEPENDENT, "b.example"),
        11: (INDEPENDENT, "a.example"),
        16: (INDEPENDENT, "c.example"),
        21: (EDITED, "d.example"),
        2: (INDEPENDENT, "e.example"),
    }
    with gzip.open(tmp_path / "articles.jsonl.gz", "wt", encoding="utf-8") as lines:
        for number, (text, site) in (filling | told).items():
            lines.write(json.dumps({"id": number, "site": site, "text": text}) + "\n")
    return tmp_path


def test_what_a_scan_compares_is_a_pair_unless_it_is_a_copy(folder: Path) -> None:
    found = load_met(folder, jobs=1)
    assert {"1-6", "6-1"} <= {pair.id for pair in found}
    numbers = [tuple(map(int, pair.id.split("-"))) for pair in found]
    assert all(a % 5 == b % 5 == pair.group for (a, b), pair in zip(numbers, found, strict=True))
    assert all(a % HELD_OUT and b % HELD_OUT for a, b in numbers)
    assert not {(1, 11), (11, 1), (1, 21), (21, 1)} & set(numbers)
    assert {pair.set for pair in found} <= SILVER and not any(pair.derived for pair in found)


def test_a_passage_with_hardly_an_exact_word_must_be_surer() -> None:
    comparison = compare_texts(EXCERPT, SOURCE)

    def with_exact(words: int) -> tuple[float, float]:
        share = words / comparison.target_words
        changed = dataclasses.replace(
            comparison, features={**comparison.features, "exact_target": share}
        )
        return inputs(changed)["passage"]["few_exact"], raw_score(changed)

    (few_words, below), (enough, above) = with_exact(FEW_EXACT - 1), with_exact(FEW_EXACT)
    assert (few_words, enough) == (1.0, 0.0)
    assert below < above
