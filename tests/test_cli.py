"""The verbs, as people and programs use them."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from cli_samples import ORIGINAL_URL, assert_match, saved
from conftest import EDITED, EXCERPT, INDEPENDENT, OTHER, REWORDED, SOURCE, page, run, spawn

from provenance import __version__
from provenance.cli import cli
from provenance.normalize import tokenize

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


def test_an_original_of_a_few_words_is_told(tmp_path: Path) -> None:
    """A heading, or a list that was taken for a text, is no original that finds anything."""
    ran = run("add", "-", "--db", tmp_path / "p.db", stdin=b"Only six words stand in here")
    assert ran.code == 0
    assert "1 original added" in ran.err and "; 1 under 50 words, of which only" in ran.err
    assert (
        "under 50 words" not in run("add", saved(tmp_path, SOURCE), "--db", tmp_path / "p.db").err
    )


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
    assert ran.err.endswith(f"provenance originals --db {small}\n")
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


@pytest.mark.parametrize("way", ["unnamed", "by the environment", "empty file"])
def test_check_with_no_originals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PROVENANCE_DB", raising=False)
    path, new = saved(tmp_path, EDITED), tmp_path / "new.db"
    words = ["check", path]
    match way:
        case "by the environment":
            monkeypatch.setenv("PROVENANCE_DB", str(new))
        case "empty file":
            new.touch()
            words += ["--db", new]
    row = run(*words, "--json").json
    assert row["status"] == "no-originals" and row["matches"] == []
    said = run(*words).out
    assert "provenance add" in said and "No match" not in said


def test_check_makes_no_database_of_a_name_that_was_mistyped(tmp_path: Path) -> None:
    path, new = saved(tmp_path, EDITED), tmp_path / "new.db"
    before = set(tmp_path.iterdir())
    told = f"there is no database here. Make one: provenance add INPUT… --db {new}"
    ran = run("check", path, "--db", new)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.endswith(f"{told}\n") and ran.err.count("\n") == 1
    ran = run("check", path, "--db", new, "--json", "--html", tmp_path / "match.html")
    assert ran.code == 2 and ran.json["error"] == "missing" and told in ran.json["message"]
    assert set(tmp_path.iterdir()) == before


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
    db = tmp_path / "new.db"
    db.touch()
    ran = run("scan", saved(tmp_path, EDITED), "--db", db)
    assert ran.code == 0 and "provenance add" in ran.err


def test_scan_makes_no_database_of_a_mistyped_name(tmp_path: Path) -> None:
    page, db = saved(tmp_path, EDITED), tmp_path / "mistyped.db"
    ran = run("scan", page, "--db", db)
    assert ran.code == 2 and "no database here" in ran.err and not db.exists()
    # A crawl that is compared with itself needs none.
    assert run("scan", "--within", page, "--db", db).code == 0 and db.exists()


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
    cited = found("--relation", "cites")
    assert cited and {row["attribution"] for row in cited} == {"attributed"}  # it links the source
    assert 0 < len(found("--reposts")) < len(found())
    site = found("--site", "quillpost.example")
    assert site and all("quillpost.example" in (r["source_site"], r["target_site"]) for r in site)
    assert found("--site", "https://www.quillpost.example/news") == site
    assert all(row["probability"] >= 0.99 for row in found("--min-probability", 0.99))
    assert len(found("--limit", 2)) == 2
    assert 0 < len(found("-q", "astrolabe")) < len(found())
    assert found("--since", "2001-01-01") == found()
    assert found("--since", "2999-01-01") == []


def test_a_table_without_rows_has_its_header(corpus_scanned: Path) -> None:
    whole = run("matches", "--db", corpus_scanned, "--csv").out.splitlines()
    for nothing in (("--site", "none.example"), ("-q", "?")):
        assert run("matches", "--db", corpus_scanned, *nothing, "--csv").out.splitlines() == [
            whole[0]
        ]


@pytest.mark.parametrize(
    "words",
    [
        ["matches", "--json", "--csv"], ["matches", "--nl", "--json"], ["matches", "-t", "--atom"],
        ["clusters", "--json", "--csv"], ["boilerplate", "--csv", "--json"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_two_ways_of_printing_are_one_too_many(words: list[str], corpus_scanned: Path) -> None:
    ran = run(*words, "--db", corpus_scanned)
    assert (ran.code, ran.out) == (2, "") and "choose one" in ran.err


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
