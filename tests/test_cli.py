"""The verbs, as people and programs use them."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import select
import shutil
import signal
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from conftest import (
    EDITED,
    EXCERPT,
    INDEPENDENT,
    OTHER,
    REWORDED,
    SOURCE,
    Ran,
    command,
    page,
    run,
    spawn,
)

from provenance import __version__
from provenance.cli import cli
from provenance.normalize import tokenize

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


# Help


@pytest.mark.parametrize("verb", sorted(cli.commands))
def test_help_has_an_example(verb: str) -> None:
    ran = run(verb, "--help")
    assert ran.code == 0 and not ran.err
    assert re.search(rf"^\s+(?:\S.*\| )?provenance {verb}\b", ran.out, re.MULTILINE)


def test_help_of_all() -> None:
    for words in (["--help"], ["-h"]):
        ran = run(*words)
        assert ran.code == 0
        assert all(verb in ran.out for verb in cli.commands)


def test_version() -> None:
    assert run("--version").out == f"provenance, version {__version__}\n"


# add, originals


def test_add_and_originals(small: Path) -> None:
    ran = run("originals", "--db", small)
    assert ran.code == 0
    assert "elverpost.example" in ran.out and "Canal drained" in ran.out
    assert "2021-02-04 09:00 UTC" in ran.out
    (row,) = run("originals", "--db", small, "--json").json
    assert row["url"] == ORIGINAL_URL and row["published"].startswith("2021-02-04T09:00")


def test_adding_again_is_no_news(small: Path) -> None:
    original = small.parent / "original.html"
    ran = run("add", original, "--db", small, "--url", ORIGINAL_URL)
    assert ran.code == 0
    assert "0 originals added" in ran.err and "1 in" in ran.err
    assert not ran.out


def test_add_many_inputs(tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text(json.dumps({"text": INDEPENDENT, "url": "https://b.example/1"}) + "\n")
    db = tmp_path / "p.db"
    ran = run("add", saved(tmp_path, SOURCE), rows, "-", "--db", db, stdin=page(OTHER).encode())
    assert ran.code == 0 and "3 originals added" in ran.err


def test_originals_by_words_and_number(corpus_scanned: Path) -> None:
    every = run("originals", "--db", corpus_scanned, "--json").json
    assert len(every) == 16
    assert len(run("originals", "--db", corpus_scanned, "--json", "--limit", 3).json) == 3
    few = run("originals", "--db", corpus_scanned, "--json", "-q", "Skarrow lighthouse").json
    assert 0 < len(few) < 16 and all("tidewater" in row["url"] for row in few)


@pytest.mark.parametrize("by", ["url", "id", "start of id"])
def test_remove(small: Path, by: str) -> None:
    run("check", saved(small.parent, EDITED), "--db", small)
    assert run("matches", "--db", small, "--json").json
    (row,) = run("originals", "--db", small, "--json").json
    name = {"url": ORIGINAL_URL + "?utm_source=x", "id": row["id"], "start of id": row["id"][:6]}
    ran = run("originals", "--remove", name[by], "--db", small)
    assert ran.code == 0 and "Removed" in ran.err
    assert run("originals", "--db", small, "--json").json == []
    assert run("matches", "--db", small, "--json").json == []


def test_remove_what_is_not_there(small: Path) -> None:
    ran = run("originals", "--remove", "https://nowhere.example/", "--db", small)
    assert ran.code == 2 and len(ran.err.splitlines()) == 1 and not ran.out
    assert len(run("originals", "--db", small, "--json").json) == 1


# check


def test_check(small: Path) -> None:
    ran = run("check", saved(small.parent, EDITED), "--db", small)
    assert ran.code == 0 and not ran.err
    assert "EDITED COPY" in ran.out and ORIGINAL_URL in ran.out
    for label in ("who first", "credit", "scores", "why", "passages"):
        assert label in ran.out


def test_check_is_the_verb_when_none_is_given(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROVENANCE_DB", str(small))
    path = saved(small.parent, EDITED)
    assert run(path).out == run("check", path).out != ""


def test_check_json(small: Path) -> None:
    ran = run("check", saved(small.parent, EDITED), "--db", small, "--json")
    assert ran.code == 0 and not ran.err
    assert {"status", "matches", "target", "traces", "parameters"} <= set(ran.json)
    assert ran.json["status"] == "ok"
    (match,) = ran.json["matches"]
    assert_match(match)
    assert match["is_repost"] and match["source"]["url"] == ORIGINAL_URL
    assert {"seed", "shingle", "permutations"} <= set(match["parameters"])


def test_check_json_offsets_slice_the_stored_text(small: Path) -> None:
    text = EDITED.replace("Elver", "Élver 🦆")
    match = run("check", saved(small.parent, text), "--db", small, "--json").json["matches"][0]
    row = run("show", match["id"], "--db", small, "--json").json
    assert row["passages"] == match["passages"]
    for start, length, source_start, source_length, kind in match["passages"]:
        here = row["target"]["text"][start : start + length]
        there = row["source"]["text"][source_start : source_start + source_length]
        assert len(here) == length and len(there) == source_length
        if kind == "exact":
            assert tokenize(here).words == tokenize(there).words


@pytest.mark.parametrize(
    ("text", "found"), [(EXCERPT, True), (REWORDED, True), (INDEPENDENT, False), (OTHER, False)]
)
def test_check_exit_code(small: Path, text: str, found: bool) -> None:
    path = saved(small.parent, text)
    assert run("check", path, "--db", small, "--exit-code").code == int(found)
    assert run("check", path, "--db", small).code == 0


def test_check_without_a_match(small: Path) -> None:
    path = saved(small.parent, OTHER)
    assert "No match" in run("check", path, "--db", small).out
    row = run("check", path, "--db", small, "--json").json
    assert row["status"] == "ok" and row["matches"] == []


def test_check_with_no_originals(tmp_path: Path) -> None:
    path = saved(tmp_path, EDITED)
    row = run("check", path, "--db", tmp_path / "new.db", "--json").json
    assert row["status"] == "no-originals" and row["matches"] == []
    said = run("check", path, "--db", tmp_path / "new.db").out
    assert "provenance add" in said and "No match" not in said


def test_check_of_a_text_too_short(small: Path) -> None:
    row = run("check", "-", "--db", small, "--json", stdin=b"The canal at Tarrow is dry.").json
    assert row["status"] == "too-short" and row["matches"] == []


def test_check_of_the_original_itself(small: Path) -> None:
    path = small.parent / "original.html"
    row = run("check", path, "--db", small, "--url", ORIGINAL_URL, "--json").json
    assert row["is_original"] and row["matches"] == []


@pytest.mark.parametrize("as_page", [True, False])
def test_check_of_standard_input(small: Path, as_page: bool) -> None:
    given = (page(EDITED) if as_page else EDITED).encode()
    ran = run("check", "-", "--db", small, "--json", stdin=given)
    assert ran.json["matches"][0]["is_repost"]


def test_what_is_said_of_a_saved_page(small: Path) -> None:
    path = saved(small.parent, EDITED)
    words = ["--url", "https://copycat.example/1", "--published", "2021-02-06T08:00:00Z"]
    (match,) = run("check", path, "--db", small, "--json", *words).json["matches"]
    assert match["target"]["url"] == "https://copycat.example/1"
    assert match["target"]["site"] == "copycat.example"
    assert match["target"]["published"].startswith("2021-02-06T08:00")
    (line,) = match["evidence"]
    assert line["kind"] == "claimed" and line["log_odds"] > 0


def test_a_page_that_claims_to_be_first_is_heard(small: Path) -> None:
    path = saved(small.parent, EDITED)
    words = ["--url", "https://first.example/1", "--published", "2021-01-02T08:00:00Z"]
    (match,) = run("check", path, "--db", small, "--json", *words).json["matches"]
    (line,) = match["evidence"]
    assert line["log_odds"] < 0
    assert match["direction"] != "source-first"


def test_a_page_that_links_to_its_source_is_the_later_one(small: Path) -> None:
    text = f'{EDITED}\n\nSource: <a href="{ORIGINAL_URL}">Elver Post</a>'
    words = ["--url", "https://copycat.example/1"]
    ran = run("check", saved(small.parent, text), "--db", small, "--json", *words)
    (match,) = ran.json["matches"]
    assert match["direction"] == "source-first" and match["attribution"] == "attributed"
    assert match["is_repost"] and match["traces"]


def test_the_same_site_is_a_version(small: Path) -> None:
    path = saved(small.parent, EDITED)
    (match,) = run("check", path, "--db", small, "--json", "--site", "elverpost.example").json[
        "matches"
    ]
    assert match["relation"] == "version" and not match["is_repost"]


# The database


def test_the_database_of_the_environment(small: Path) -> None:
    ran = spawn("originals", "--json", PROVENANCE_DB=str(small))
    assert ran.code == 0 and len(ran.json) == 1


def test_the_option_wins_over_the_environment(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROVENANCE_DB", str(small.parent / "nowhere.db"))
    assert len(run("originals", "--json", "--db", small).json) == 1


# scan


def test_scan(small: Path, tmp_path: Path) -> None:
    folder = tmp_path / "crawl"
    folder.mkdir()
    for name, text in {"a": EDITED, "b": OTHER, "c": REWORDED}.items():
        saved(folder, text, f"{name}.html")
    ran = run("scan", folder, "--db", small)
    assert ran.code == 0
    assert "edited" in ran.out and "rewrite" in ran.out
    assert "3 pages read" in ran.err and "2 reposts" in ran.err
    assert run("scan", folder, "--db", small, "--exit-code").code == 0  # skipped: nothing new
    again = run("scan", folder, "--db", small)
    assert "skipped" in again.err and not again.out


def test_scan_exit_code_and_json(small: Path, tmp_path: Path) -> None:
    path = saved(tmp_path, EDITED)
    ran = run("scan", path, "--db", small, "--exit-code", "--json")
    assert ran.code == 1
    (row,) = ran.rows
    assert_match(row)


def test_scan_looks_again_after_add(small: Path, tmp_path: Path) -> None:
    folder = tmp_path / "crawl"
    folder.mkdir()
    saved(folder, INDEPENDENT)
    assert "0 reposts" in run("scan", folder, "--db", small).err
    other = saved(tmp_path, INDEPENDENT, "new.html")
    run("add", other, "--db", small, "--url", "https://new.example/1")
    ran = run("scan", folder, "--db", small)
    assert "skipped" not in ran.err and "1 repost," in ran.err


def test_scan_looks_again_at_a_changed_folder(small: Path, tmp_path: Path) -> None:
    folder = tmp_path / "crawl"
    folder.mkdir()
    saved(folder, OTHER)
    run("scan", folder, "--db", small)
    saved(folder, EDITED, "new.html")
    ran = run("scan", folder, "--db", small)
    assert "skipped" not in ran.err and "1 repost," in ran.err


def test_scan_without_originals_says_so(tmp_path: Path) -> None:
    ran = run("scan", saved(tmp_path, EDITED), "--db", tmp_path / "new.db")
    assert ran.code == 0 and "provenance add" in ran.err


# matches, show


def test_matches_forms(corpus_scanned: Path) -> None:
    as_json = run("matches", "--db", corpus_scanned, "--json").json
    assert as_json == run("matches", "--db", corpus_scanned, "--nl").rows
    table = run("matches", "--db", corpus_scanned, "-t").out.splitlines()
    assert len(table) == len(as_json) + 2 and table[0].startswith("id ")
    assert all(len(line) <= 200 for line in table)
    lines = list(csv.DictReader(io.StringIO(run("matches", "--db", corpus_scanned, "--csv").out)))
    assert [line["id"] for line in lines] == [row["id"] for row in as_json]
    assert set(lines[0]) == set(as_json[0])
    plain = run("matches", "--db", corpus_scanned)
    assert plain.out.count("←") == len(as_json)
    best = [row["probability"] for row in as_json]
    assert best == sorted(best, reverse=True)


def test_matches_filters(corpus_scanned: Path) -> None:
    def found(*words: object) -> list[dict[str, Any]]:
        return run("matches", "--db", corpus_scanned, "--json", *words).json

    assert {row["relation"] for row in found("--relation", "rewrite")} == {"rewrite"}
    assert all(row["is_repost"] for row in found("--reposts"))
    assert 0 < len(found("--reposts")) < len(found())
    site = found("--site", "quillpost.example")
    assert site and all("quillpost.example" in (r["source_site"], r["target_site"]) for r in site)
    assert all(row["probability"] >= 0.99 for row in found("--min-probability", 0.99))
    assert len(found("--limit", 2)) == 2
    assert 0 < len(found("-q", "astrolabe")) < len(found())
    assert found("--since", "2001-01-01") == found()
    assert found("--since", "2999-01-01") == []


@pytest.mark.parametrize("form", [[], ["-t"], ["--json"], ["--nl"], ["--csv"]])
def test_matches_when_there_are_none(small: Path, form: list[str]) -> None:
    ran = run("matches", "--db", small, *form)
    assert ran.code == 0
    if form == ["--json"]:
        assert ran.json == []


@pytest.mark.parametrize("words", [["--since", "last week"], ["--relation", "plagiarism"]])
def test_a_filter_that_means_nothing_is_refused(small: Path, words: list[str]) -> None:
    ran = run("matches", "--db", small, *words)
    assert ran.code == 2 and ran.err


def test_show(corpus_scanned: Path) -> None:
    row = run("matches", "--db", corpus_scanned, "--json", "--limit", 1).json[0]
    ran = run("show", row["id"][:10], "--db", corpus_scanned)
    assert ran.code == 0 and row["source_url"] in ran.out and row["target_url"] in ran.out
    shown = run("show", row["id"], "--db", corpus_scanned, "--json").json
    assert_match(shown)
    assert shown["id"] == row["id"]
    assert shown["source"]["text"] and shown["target"]["text"]


@pytest.mark.parametrize("name", ["zzzz", "", " ", "%", "_", "\x1b[2J"])
def test_show_of_an_unknown_id(corpus_scanned: Path, name: str) -> None:
    ran = run("show", name, "--db", corpus_scanned)
    assert ran.code == 2 and not ran.out
    assert len(ran.err.splitlines()) == 1 and "no match" in ran.err and "\x1b" not in ran.err


def test_show_of_an_ambiguous_id(corpus_scanned: Path) -> None:
    ids = [row["id"] for row in run("matches", "--db", corpus_scanned, "--json").json]
    digit = max("0123456789abcdef", key=lambda d: sum(name.startswith(d) for name in ids))
    ran = run("show", digit, "--db", corpus_scanned)
    assert ran.code == 2 and len(ran.err.splitlines()) == 1
    assert sum(name in ran.err for name in ids if name.startswith(digit)) >= 2


# compare


def test_compare(tmp_path: Path) -> None:
    target, source = saved(tmp_path, EDITED, "a.html"), saved(tmp_path, SOURCE, "b.html")
    ran = run("compare", target, source)
    assert ran.code == 0 and "EDITED COPY" in ran.out
    row = run("compare", target, source, "--json").json
    assert_match(row)
    assert not (tmp_path / "provenance.db").exists()


def test_compare_two_kinds_of_file(tmp_path: Path) -> None:
    text = tmp_path / "b.txt"
    text.write_text(SOURCE, "utf-8")
    ran = run("compare", "-", text, "--json", stdin=page(EDITED).encode())
    assert ran.json["is_repost"]


@pytest.mark.parametrize("words", [[], ["one"], ["a", "b", "--pairs", "-"]])
def test_compare_needs_two_or_pairs(words: list[str]) -> None:
    ran = run("compare", *words)
    assert ran.code == 2 and not ran.out and "give " in ran.err


def pairs(*rows: Any) -> Ran:
    lines = [row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows]
    return run("compare", "--pairs", "-", stdin=b"\n".join(lines) + b"\n")


def test_pairs() -> None:
    texts = [EDITED, OTHER, REWORDED, SOURCE, INDEPENDENT]
    ran = pairs(*({"id": i, "suspect": t, "source": SOURCE} for i, t in enumerate(texts)))
    assert ran.code == 0 and not ran.err
    assert [row["id"] for row in ran.rows] == [0, 1, 2, 3, 4]
    assert [row["is_repost"] for row in ran.rows] == [True, False, True, True, False]
    for row in ran.rows:
        assert_match(row)
    assert ran.rows[3]["probability"] == 1 and ran.rows[3]["relation"] == "verbatim"


@pytest.mark.parametrize("name", ["x", 7, None, [1, "a"], {"a": 1}, "Ünï", True, 1.5])
def test_pairs_keep_any_id(name: Any) -> None:
    (row,) = pairs({"id": name, "suspect": SOURCE, "source": SOURCE}).rows
    assert row["id"] == name


BAD_ROWS: dict[str, bytes] = {
    "no JSON": b"nope",
    "cut": b'{"id": "bad", "suspect": "a',
    "a list": b"[1, 2]",
    "a string": b'"text"',
    "null": b"null",
    "no fields": b"{}",
    "no source": b'{"id": "bad", "suspect": "a"}',
    "no suspect": b'{"id": "bad", "source": "a"}',
    "a number for a text": b'{"id": "bad", "suspect": 1, "source": "a"}',
    "null for a text": b'{"id": "bad", "suspect": null, "source": "a"}',
    "a list for a text": b'{"id": "bad", "suspect": ["a"], "source": "a"}',
    "deep": b'{"id": "bad", "suspect": ' + b"[" * 100_000,
    "deep and closed": b'{"id": "bad", "suspect": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    "not UTF-8": b'{"id": "bad", "suspect": "\xff\xfe", "source": "a"}',
    "a huge number": b'{"id": ' + b"9" * 5000 + b', "suspect": 1, "source": "a"}',
}


@pytest.mark.parametrize("bad", BAD_ROWS.values(), ids=BAD_ROWS)
def test_a_bad_pair_costs_only_itself(bad: bytes) -> None:
    good = {"id": "good", "suspect": EDITED, "source": SOURCE}
    ran = pairs(good, bad, good)
    assert ran.code == 3 and "Traceback" not in ran.err
    first, error, last = ran.rows
    assert first == last and first["id"] == "good"
    assert error["error"] and error["line"] == 2 and error["id"] in ("bad", None)
    assert "\n" not in error["error"]


def test_pairs_with_half_a_surrogate() -> None:
    good = {"id": "good", "suspect": EDITED, "source": SOURCE}
    ran = pairs(good, b'{"id": "\\ud800", "suspect": "a", "source": "b"}', good)
    assert ran.code == 0 and "Traceback" not in ran.err
    assert [row["id"] for row in ran.rows][::2] == ["good", "good"]
    ran = pairs({"id": 1, "suspect": SOURCE + " \ud800", "source": SOURCE})
    assert ran.code == 0 and len(ran.rows) == 1


def test_pairs_are_always_json() -> None:
    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is no JSON")

    ran = pairs(b'{"id": NaN, "suspect": "a", "source": "b"}')
    json.loads(ran.out, parse_constant=refuse)


def test_pairs_of_nothing() -> None:
    assert pairs().out == ""
    ran = pairs(b"", b"  ", {"id": 1, "suspect": SOURCE, "source": SOURCE}, b"")
    assert len(ran.rows) == 1


@pytest.mark.parametrize("texts", [("", "word"), ("word", ""), ("…", "!")])
def test_pairs_without_a_word_are_errors(texts: tuple[str, str]) -> None:
    (row,) = pairs({"id": 1, "suspect": texts[0], "source": texts[1]}).rows
    assert row["id"] == 1 and "no words" in row["error"]


@pytest.mark.parametrize("texts", [("Bridge", "Tunnel"), ("a b", "b c")])
def test_pairs_with_next_to_no_text_are_no_reposts(texts: tuple[str, str]) -> None:
    (row,) = pairs({"id": 1, "suspect": texts[0], "source": texts[1]}).rows
    assert not row["is_repost"] and row["probability"] < 0.5


def test_pairs_come_out_before_the_next_goes_in() -> None:
    process = subprocess.Popen(
        command("compare", "--pairs", "-"), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin and process.stdout
    try:
        for i, text in enumerate((EDITED, OTHER, REWORDED)):
            process.stdin.write(json.dumps({"id": i, "suspect": text, "source": SOURCE}).encode())
            process.stdin.write(b"\n")
            process.stdin.flush()
            ready, _, _ = select.select([process.stdout], [], [], 30)
            assert ready, f"nothing came out of row {i}"
            assert json.loads(process.stdout.readline())["id"] == i
        process.stdin.close()
        assert process.wait(30) == 0 and process.stdout.read() == b""
    finally:
        process.kill()
        process.stdout.close()


# Hostile titles

HOSTILE = "=cmd()|x \x1b[2J\x1b]0;owned\x07\x9b2J \u202egnp\r\ny"
# What may stand in output: letters, line feeds, and the colours that we set ourselves.
COLOUR = re.compile(r"\x1b\[[0-9;]*m|\r\x1b\[K")
HARMFUL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture
def hostile(small: Path) -> Path:
    """A database in which a title, an author and an address are hostile."""
    rows = small.parent / "rows.jsonl"
    row = {"text": EDITED, "title": HOSTILE, "author": HOSTILE, "url": "https://c.example/\x1b[2J"}
    rows.write_text(json.dumps(row) + "\n")
    saved(small.parent, REWORDED, "hostile.html", title=HOSTILE)
    run("add", saved(small.parent, OTHER, "x.html", title="\x1b[2J Bees\x9b2J"), "--db", small)
    assert run("scan", rows, small.parent / "hostile.html", "--db", small).code == 0
    return small


@pytest.mark.parametrize(
    "words",
    [["matches"], ["matches", "-t"], ["originals"], ["show", "ID"], ["check", "rows.jsonl"],
     ["check", "hostile.html"], ["compare", "hostile.html", "rows.jsonl"],
     ["scan", "hostile.html", "copy.html"], ["check", "no\x1b[2J.html"], ["add", "no\x9b.html"],
     ["show", "\x1b[2J"], ["originals", "--remove", "\x1b[2J"], ["--\x1b[2J"]],
    ids=" ".join,
)  # fmt: skip
def test_no_page_moves_the_cursor(
    hostile: Path, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(hostile.parent)
    monkeypatch.setenv("PROVENANCE_DB", str(hostile))
    shutil.copy("hostile.html", "copy.html")
    name = run("matches", "--json").json[0]["id"]
    ran = run(*(name if word == "ID" else word for word in words), terminal=True)
    assert ran.out or ran.err
    for told in (ran.out, ran.err):
        assert not HARMFUL.search(COLOUR.sub("", told)), repr(told)


@pytest.mark.parametrize("form", ["--json", "--nl", "--csv"])
def test_no_page_moves_the_cursor_in_data(hostile: Path, form: str) -> None:
    told = run("matches", "--db", hostile, form, terminal=True).out.replace("\r\n", "\n")
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", told), repr(told)


def test_csv_formulas_are_neutralised(hostile: Path) -> None:
    told = run("matches", "--db", hostile, "--csv").out
    lines = list(csv.DictReader(io.StringIO(told, newline="")))
    assert len(lines) == 2
    for line in lines:
        assert line["target_title"].startswith("'=cmd()")
        for value in line.values():
            assert not re.match(r"[=@\t\r]|[+-](?![\d.]+$)", value), value


def test_data_keeps_the_title_whole(hostile: Path) -> None:
    titles = {row["target_title"] for row in run("matches", "--db", hostile, "--json").json}
    assert all(title.startswith("=cmd()") for title in titles)


# Pipes and signals


@pytest.mark.parametrize("form", [[], ["--nl"], ["--csv"], ["-t"], ["--json"]])
def test_a_reader_that_has_enough(corpus_scanned: Path, form: list[str]) -> None:
    process = subprocess.Popen(
        command("matches", "--db", corpus_scanned, *form),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout and process.stderr
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    code = process.wait(30)
    assert code == 0


def test_head(corpus_scanned: Path) -> None:
    words = " ".join(command("matches", "--nl", "--db", corpus_scanned))
    done = subprocess.run(["sh", "-c", f"{words} | head -1"], capture_output=True, timeout=30)
    assert json.loads(done.stdout) and done.stderr == b""


@pytest.fixture(scope="module")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of pages that match, don't match and can't be read: more than one batch."""
    folder = tmp_path_factory.mktemp("crawl")
    for i in range(80):
        text = (EDITED, OTHER, EXCERPT)[i % 3]
        (folder / f"{i:03}.txt").write_text(f"Report number {i + 1000}.\n\n{text}", "utf-8")
    for i in (0, 30, 60):
        (folder / f"{i:03}-broken.html").write_text("<html><body></body></html>")
    return folder


@pytest.mark.parametrize(
    ("number", "after"), [(signal.SIGINT, 1), (signal.SIGKILL, 1)], ids=["SIGINT", "SIGKILL"]
)
def test_an_interrupted_scan_goes_on(
    small: Path, crawl: Path, number: signal.Signals, after: int
) -> None:
    whole, broken = small.parent / "whole.db", small.parent / "broken.db"
    shutil.copy(small, whole)
    shutil.copy(small, broken)
    process = subprocess.Popen(
        command("scan", crawl, "--db", broken, "--json"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout and process.stderr
    for _ in range(after):
        assert process.stdout.readline()
    process.send_signal(number)
    _, told = process.communicate(timeout=30)
    assert process.returncode == (130 if number == signal.SIGINT else -number)
    if number == signal.SIGINT:
        assert b"Traceback" not in told and len(told.splitlines()) == 1
        assert b"run the same command again" in told
    with closing(sqlite3.connect(broken)) as conn:
        assert conn.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert conn.execute("PRAGMA foreign_key_check").fetchall() == []
        (finished,) = conn.execute(
            "SELECT count(*) FROM inputs WHERE finished AND verb = 'scan'"
        ).fetchone()
        (kept,) = conn.execute("SELECT count(*) FROM articles WHERE role = 'crawled'").fetchone()
    assert finished == 0
    assert 0 < kept < 80  # what was told before is kept
    again = run("scan", crawl, "--db", broken)
    assert again.code == 3 and "skipped" not in again.err
    assert run("scan", crawl, "--db", whole).code == 3
    assert essence(broken) == essence(whole)
    assert "skipped" in run("scan", crawl, "--db", broken).err


def test_an_interrupted_comparison(tmp_path: Path) -> None:
    process = subprocess.Popen(
        command("compare", "--pairs", "-"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin and process.stdout
    process.stdin.write(b'{"id": 1, "suspect": "a", "source": "a"}\n')
    process.stdin.flush()
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=30)
    assert process.returncode == 130
    assert told.split() == [b"Stopped."]


def test_demo(tmp_path: Path) -> None:
    ran = run("demo", "--db", tmp_path / "demo.db")
    assert ran.code == 0, ran.err
    assert "16 registered" in ran.out and "REWRITE" in ran.out
    assert "worldupdatehub.example" in ran.out and "provenance show" in ran.out
    assert run("demo", "--db", tmp_path / "demo.db").code == 0


def test_nothing_is_left_in_the_folder(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = small.parent / "empty"
    folder.mkdir()
    monkeypatch.chdir(folder)
    path = saved(small.parent, EDITED)
    run("check", path, "--db", small)
    run("matches", "--db", small)
    run("compare", path, path)
    assert os.listdir(folder) == []  # noqa: PTH208
