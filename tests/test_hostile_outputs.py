"""Hostile titles, addresses, notes and texts through every output: none of them acts."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from conftest import SOURCE, run
from hostile_samples import FORMULA, LONG, OBEYED, URL, assert_tame, hostile_database, hostile_page


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hostile_database(tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="module")
def match_id(db: Path) -> str:
    (found,) = run("matches", "--json", "--db", db).json
    return str(found["id"])


TEXT = [
    ["matches"],
    ["matches", "-t"],
    ["show", "{id}"],
    ["review"],
    ["review", "{id}"],
    ["clusters"],
    ["originals"],
    ["sites"],
    ["boilerplate"],
    ["doctor"],
    ["calibrate"],
]


@pytest.mark.parametrize("words", TEXT, ids=" ".join)
def test_no_text_moves_the_terminal(db: Path, match_id: str, words: list[str]) -> None:
    ran = run(*(word.format(id=match_id) for word in words), "--db", db, terminal=True)
    assert ran.code == 0, ran.err
    # Our own colours, and the line that we erase ourselves, are all that a terminal may obey.
    said = ran.out + ran.err
    for ours in (*(f"\x1b[{n}m" for n in (0, 1, 31, 32, 33)), "\x1b[K"):
        said = said.replace(ours, "")
    assert not OBEYED.search(said.replace("\r", ""))
    assert all(len(line) < 5000 for line in said.splitlines())


def test_what_check_and_compare_say_moves_nothing(db: Path, tmp_path: Path) -> None:
    copy, original = tmp_path / "copy.html", tmp_path / "original.html"
    copy.write_text(hostile_page(SOURCE.replace("Tuesday", "Monday")), "utf-8")
    original.write_text(hostile_page(SOURCE), "utf-8")
    for ran in (
        run("check", copy, "--url", URL, "--db", db),
        run("check", copy, "--url", URL, "--json", "--db", db),
        run("compare", copy, original),
        run("compare", copy, original, "--json"),
        run("check", tmp_path / "\x1b[2J\u202e.html", "--db", db),
    ):
        assert ran.out or ran.err
        assert not OBEYED.search(ran.out + ran.err)


@pytest.mark.parametrize(
    "words",
    [
        ["matches", "--json"],
        ["matches", "--nl"],
        ["show", "{id}", "--json"],
        ["review", "{id}", "--json"],
        ["clusters", "--json"],
        ["originals", "--json"],
        ["calibrate", "--export", "-"],
    ],
    ids=" ".join,
)
def test_json_is_whole_and_harmless(db: Path, match_id: str, words: list[str]) -> None:
    ran = run(*(word.format(id=match_id) for word in words), "--db", db)
    assert ran.code == 0, ran.err
    whole = ran.rows if "--nl" in words or "-" in words else [ran.json]
    assert whole and json.dumps(whole)
    assert not OBEYED.search(ran.out)


@pytest.mark.parametrize("words", [["matches", "--csv"], ["clusters", "--csv"]], ids=" ".join)
def test_csv_runs_no_formula(db: Path, words: list[str]) -> None:
    ran = run(*words, "--db", db)
    rows = list(csv.reader(io.StringIO(ran.out)))
    assert len(rows) > 1 and len({len(row) for row in rows}) == 1
    assert not OBEYED.search(ran.out.replace("\r", ""))
    assert any(FORMULA in cell for row in rows for cell in row)
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row)


def test_pages_do_nothing(db: Path, match_id: str, tmp_path: Path) -> None:
    one = run("report", match_id, "-o", "-", "--db", db).out
    assert_tame(one)
    assert LONG in one.replace("\n", "")  # 200,000 characters in a row are shown, not dropped
    assert run("report", "--all", "-o", tmp_path / "all", "--db", db).code == 0
    pages = sorted((tmp_path / "all").glob("*.html"))
    assert len(pages) == 2
    for path in pages:
        assert_tame(path.read_text("utf-8"))
