"""The gate: the demonstration corpus through the command line, held against its labels."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from conftest import CORPUS, run

LABELS: list[dict[str, Any]] = [
    json.loads(line) for line in (CORPUS / "labels.jsonl").read_text("utf-8").splitlines()
]
PAGES = [row["page"].removeprefix("crawl/") for row in LABELS]
SPEECHLESS = [row for row in LABELS if row["status"] != "ok"]
# A relation on the border of two is judged as its family.
FAMILY = {"verbatim": "copy", "edited": "copy"}
#: Relations that leave a row; the others are what was not found.
RECORDED = {
    "verbatim",
    "edited",
    "partial",
    "rewrite",
    "common-source",
    "quote",
    "cites",
    "version",
}

Row = dict[str, Any]


def rows(db: Path) -> list[Row]:
    """Every match with the files of its two pages, as paths in the corpus."""
    with closing(sqlite3.connect(db)) as conn:
        conn.row_factory = sqlite3.Row
        found = [
            dict(row)
            for row in conn.execute(
                "SELECT m.*, cs.file AS source_file, ct.file AS target_file FROM matches m"
                " JOIN articles s ON s.id = m.source_id JOIN captures cs ON cs.id = s.capture_id"
                " JOIN articles t ON t.id = m.target_id JOIN captures ct ON ct.id = t.capture_id"
                " ORDER BY m.id"
            )
        ]
    for row in found:
        for side in ("source_file", "target_file"):
            row[side] = Path(row[side]).relative_to(CORPUS).as_posix()
    return found


def essence(db: Path) -> list[Row]:
    """The matches with their evidence, less what names the run and the clock."""
    with closing(sqlite3.connect(db)) as conn:
        children = {
            table: conn.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()
            for table in ("passages", "reasons", "direction_evidence")
        }
    kept = [{k: v for k, v in row.items() if k not in ("run_id", "found")} for row in rows(db)]
    return [*kept, children]


@pytest.fixture(scope="module")
def found(corpus_scanned: Path) -> dict[str, list[Row]]:
    by_page: dict[str, list[Row]] = {row["page"]: [] for row in LABELS}
    for row in rows(corpus_scanned):
        by_page[row["target_file"]].append(row)
    return by_page


def family(relation: str) -> str:
    return FAMILY.get(relation, relation)


def told(found_rows: list[Row]) -> str:
    return "; ".join(
        f"{row['relation']} {row['probability']:.3f} repost={row['is_repost']}"
        f" of {row['source_file']}"
        for row in found_rows
    ) or "no match"  # fmt: skip


@pytest.mark.parametrize("label", LABELS, ids=PAGES)
def test_page(label: Row, found: dict[str, list[Row]]) -> None:
    mine = found[label["page"]]
    reposts = [row for row in mine if row["is_repost"]]
    if label["status"] != "ok":
        assert not mine, told(mine)
        return
    if not label["is_repost"]:
        assert not reposts, f"{label['relation']}, but: {told(reposts)}"
    else:
        assert [row["source_file"] for row in reposts] == [label["source"]], told(mine)
    accepted = {label["relation"], *label["also"]}
    right = [row for row in mine if row["source_file"] == label["source"]]
    if accepted <= RECORDED:
        assert right, f"{label['relation']} expected, {told(mine)}"
    for row in right:
        if label["is_repost"] or row["is_reuse"] or accepted <= RECORDED:
            assert family(row["relation"]) in {family(r) for r in accepted}, told(right)


def test_every_page_of_the_crawl_is_labelled() -> None:
    here = {path.relative_to(CORPUS).as_posix() for path in (CORPUS / "crawl").rglob("*.html")}
    assert here == {row["page"] for row in LABELS}
    originals = {p.relative_to(CORPUS).as_posix() for p in (CORPUS / "originals").rglob("*.html")}
    assert {row["source"] for row in LABELS} - {None} <= originals


def test_every_page_left_an_article_or_a_failure(corpus_scanned: Path) -> None:
    with closing(sqlite3.connect(corpus_scanned)) as conn:
        (crawled,) = conn.execute("SELECT count(*) FROM articles WHERE role = 'crawled'").fetchone()
        failed = [row[0] for row in conn.execute("SELECT input FROM failures")]
    unreadable = [row["page"] for row in LABELS if row["status"] == "unreadable"]
    assert [Path(name).relative_to(CORPUS).as_posix() for name in failed] == unreadable
    assert crawled == len(LABELS) - len(unreadable)


@pytest.mark.parametrize(
    "label", SPEECHLESS, ids=[row["page"].removeprefix("crawl/") for row in SPEECHLESS]
)
def test_a_page_without_an_article_says_why(
    label: Row, corpus_scanned: Path, tmp_path: Path
) -> None:
    db = tmp_path / "p.db"
    shutil.copy(corpus_scanned, db)
    ran = run("check", CORPUS / label["page"], "--json", "--db", db)
    assert ran.json["status"] == label["status"]
    assert ran.json["matches"] == []
    assert ran.code == (2 if label["status"] == "unreadable" else 0)


def test_check_agrees_with_scan(
    found: dict[str, list[Row]], corpus_added: Path, tmp_path: Path
) -> None:
    db = tmp_path / "p.db"
    shutil.copy(corpus_added, db)
    for label in LABELS[::7]:
        ran = run("check", CORPUS / label["page"], "--json", "--db", db)
        assert {m["id"]: m["relation"] for m in ran.json["matches"]} == {
            row["id"]: row["relation"] for row in found[label["page"]]
        }, label["page"]


def test_the_originals_are_no_reposts_of_each_other(corpus_added: Path, tmp_path: Path) -> None:
    db = tmp_path / "p.db"
    shutil.copy(corpus_added, db)
    ran = run("scan", CORPUS / "originals", "--db", db)
    assert ran.code == 0, ran.err
    with closing(sqlite3.connect(db)) as conn:
        assert conn.execute("SELECT * FROM matches WHERE is_reuse").fetchall() == []


def test_in_reverse_order_the_rows_are_the_same(
    corpus_added: Path, corpus_scanned: Path, tmp_path: Path
) -> None:
    db = tmp_path / "p.db"
    shutil.copy(corpus_added, db)
    pages = sorted((CORPUS / "crawl").rglob("*.html"), reverse=True)
    assert run("scan", *pages, "--db", db).code == 3
    assert essence(db) == essence(corpus_scanned)


def test_read_again_the_rows_are_the_same(corpus_scanned: Path, tmp_path: Path) -> None:
    db = tmp_path / "p.db"
    shutil.copy(corpus_scanned, db)
    ran = run("scan", CORPUS / "crawl", "--db", db)
    # One page of the crawl is empty: said again, for nobody may have seen it the first time.
    assert ran.code == 3 and "skipped; then 1 page could not be read" in ran.err
    assert essence(db) == essence(corpus_scanned)
    # The same pages as inputs of their own, which were not read before
    pages = sorted((CORPUS / "crawl").rglob("*.html"))
    assert "skipped" not in run("scan", *pages[:20], "--db", db).err
    assert essence(db) == essence(corpus_scanned)


def test_another_seed_finds_the_same_reposts(corpus_scanned: Path, tmp_path: Path) -> None:
    db = tmp_path / "p.db"
    assert run("add", CORPUS / "originals", "--db", db).code == 0
    labels = [label for label in LABELS if label["is_repost"]][::3]
    assert run("scan", *(CORPUS / label["page"] for label in labels), "--db", db).code == 0

    def reposts(path: Path) -> list[tuple[str, str, float]]:
        pages = {label["page"] for label in labels}
        return [
            (row["id"], row["relation"], row["probability"])
            for row in rows(path)
            if row["is_repost"] and row["target_file"] in pages
        ]

    assert reposts(db) == reposts(corpus_scanned)
