"""The gate: what the model makes of texts that we wrote may not fall under the floors.

The floors stand in ``quality_floors.json`` and, for every reader, in docs/quality.md. Whoever
lowers one changes both, and says so. One that lags far behind what is measured is no floor: it is
to be raised.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from conftest import CORPUS

from benchmarks.languages import KINDS, samples, without_numbers
from provenance.compare import compare, profile
from provenance.matching import hold_texts
from provenance.verdict import judge, raw_score

FLOORS: dict[str, float] = json.loads(
    Path(__file__).with_name("quality_floors.json").read_text("utf-8")
)
PAGE = Path(__file__).parent.parent / "docs" / "quality.md"
#: How far a floor may lie under what is measured.
SLACK = 0.05
OWN = ("independent", "unrelated", "cites")


def texts(db: Path) -> dict[str, str]:
    """The main text of each page of the corpus, by its file."""
    with closing(sqlite3.connect(db)) as conn:
        found = conn.execute(
            "SELECT c.file, t.text FROM articles a JOIN captures c ON c.id = a.capture_id"
            " JOIN texts t ON t.article_id = a.id"
        ).fetchall()
    return {Path(file).relative_to(CORPUS).as_posix(): text for file, text in found}


def of_corpus(db: Path) -> dict[str, float]:
    """Text against text, no page and no trace: reposts to their source, the rest to all."""
    labels: list[dict[str, Any]] = [
        json.loads(line) for line in (CORPUS / "labels.jsonl").read_text("utf-8").splitlines()
    ]
    ready = {name: profile(text) for name, text in texts(db).items()}
    originals = [name for name in ready if name.startswith("originals/")]
    reposts = [(row["page"], row["source"]) for row in labels if row["is_repost"]]
    others = [
        (row["page"], source)
        for row in labels
        if row["status"] == "ok" and row["relation"] in OWN
        for source in originals
    ]
    assert len(reposts) > 25 and len(others) > 150
    true, false = (
        [compare(ready[target], ready[source]) for target, source in pairs]
        for pairs in (reposts, others)
    )
    highest = max(map(raw_score, false))
    return {
        "corpus: reposts flagged": sum(judge(one).is_reuse for one in true) / len(true),
        "corpus: reposts above every other pair": sum(raw_score(one) > highest for one in true)
        / len(true),
        "corpus: other pairs not flagged": 1
        - sum(judge(one).is_reuse for one in false) / len(false),
    }


def of_languages() -> dict[str, float]:
    """Every kind of target to its story, and rewrites without their numbers."""
    flags: dict[bool, list[bool]] = {True: [], False: []}
    for sample in samples():
        if "rewrite" not in sample.targets:
            continue
        for kind, derived in KINDS.items():
            flags[derived].append(hold_texts(sample.targets[kind], sample.story)[1].is_reuse)
        bare = (without_numbers(text) for text in (sample.targets["rewrite"], sample.story))
        flags[True].append(hold_texts(*bare)[1].is_reuse)
    assert len(flags[True]) > 60 and len(flags[False]) > 25
    return {
        "languages: derived flagged": sum(flags[True]) / len(flags[True]),
        "languages: others not flagged": 1 - sum(flags[False]) / len(flags[False]),
    }


@pytest.fixture(scope="module")
def measured(corpus_scanned: Path) -> dict[str, float]:
    return of_corpus(corpus_scanned) | of_languages()


def test_every_measure_has_a_floor(measured: dict[str, float]) -> None:
    assert measured.keys() == FLOORS.keys()


@pytest.mark.parametrize("name", FLOORS)
def test_nothing_falls_under_its_floor(name: str, measured: dict[str, float]) -> None:
    assert measured[name] >= FLOORS[name], f"{name}: {measured[name]:.4f} < {FLOORS[name]}"


@pytest.mark.parametrize("name", FLOORS)
def test_no_floor_lags_far_behind(name: str, measured: dict[str, float]) -> None:
    assert FLOORS[name] >= measured[name] - SLACK, f"{name}: raise it, {measured[name]:.4f}"


def test_the_docs_state_the_floors() -> None:
    stated = PAGE.read_text("utf-8").split("<!-- floors -->\n")[1].split("<!-- /floors -->")[0]
    rows = [f"| {name} | {least:.3f} |" for name, least in FLOORS.items()]
    assert stated.split("\n") == ["| measure | floor |", "|---|---:|", *rows, ""]
