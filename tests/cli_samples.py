"""What the tests of the verbs share: pages on disk, and what each match holds."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from conftest import CORPUS, Ran, page, run

from provenance.store import Store

ORIGINAL_URL = "https://elverpost.example/tarrow-basin"
#: What each match holds at least.
MATCH_KEYS = {
    "relation", "is_repost", "probability", "direction", "attribution", "source", "target",
    "scores", "passages", "traces", "reasons", "parameters",
}  # fmt: skip
SOURCE_KEYS = {"id", "url", "title", "published"}
SCORE_KEYS = {
    "jaccard_3", "containment_target_5", "containment_source_5", "coverage", "order",
    "hard_containment", "novel",
}  # fmt: skip


#: One outlet's originals, and three pages of the crawl: a copy, a rewrite, and a mention.
OUTLET = CORPUS / "originals" / "quillpost.example"
CRAWLED = [
    CORPUS / "crawl" / name
    for name in ("sunbeltreader.example", "volt-today.example", "plainspoken.example")
]


def scanned(db: Path, *words: str) -> Ran:
    """Scan those pages, of which each is read again whatever was read before."""
    if not db.exists():
        assert run("add", OUTLET, "--db", db).code == 0
    with Store.open(db) as store:
        store._next_generation()
    ran = run("scan", *CRAWLED, *words, "--db", db)
    assert ran.code == 0 and "3 pages read" in ran.err, ran.err
    return ran


def saved(folder: Path, text: str, name: str = "page.html", **more: str) -> Path:
    path = folder / name
    path.write_text(page(text, **more), "utf-8")
    return path


def assert_match(row: dict[str, Any]) -> None:
    assert set(row) >= MATCH_KEYS
    assert set(row["source"]) >= SOURCE_KEYS
    assert set(row["scores"]) >= SCORE_KEYS
    assert all(isinstance(value, (int, float)) for value in row["scores"].values())
    assert isinstance(row["is_repost"], bool) and 0 <= row["probability"] <= 1
    assert row["direction"] in {"source-first", "target-first", "unknown"}
    assert row["attribution"] in {"licensed", "attributed", "unattributed"}
    for *offsets, kind in row["passages"]:
        assert len(offsets) == 4 and all(isinstance(n, int) and n >= 0 for n in offsets)
        assert kind in {"exact", "reworded"}
    assert all(set(reason) == {"code", "text"} for reason in row["reasons"])
    assert {"threshold", "model", "provenance"} <= set(row["parameters"])


def essence(db: Path) -> list[Any]:
    """All that a scan found, less what names the run and the clock."""
    with closing(sqlite3.connect(db)) as conn:
        conn.row_factory = sqlite3.Row
        tables = {
            "matches": {"run_id", "found"},
            "passages": set(),
            "reasons": set(),
            "direction_evidence": set(),
            "articles": {"number", "input_id", "capture_id", "observed"},
            "texts": set(),
            "traces": set(),
            "failures": {"id", "run_id", "input_id"},
        }
        return [
            sorted(
                repr([(key, row[key]) for key in row.keys() if key not in unstable])  # noqa: SIM118
                for row in conn.execute(f"SELECT * FROM {table}")
            )
            for table, unstable in tables.items()
        ]
