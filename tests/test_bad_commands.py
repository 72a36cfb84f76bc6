"""Commands that make no sense, verbs that were mistyped, and an output that takes no more."""

from __future__ import annotations

import contextlib
import subprocess
from pathlib import Path

import pytest
from conftest import EDITED, command, page, run
from test_bad_inputs import PAGE, assert_refused


@pytest.mark.parametrize(
    "words",
    [["check"], ["add"], ["scan"], ["show"], ["check", "x", "--frobnicate"], ["--frobnicate"],
     ["matches", "--limit", "0"], ["matches", "--min-probability", "high"], ["check", "a", "b"],
     ["compare", "one"], ["compare", "--pairs", "missing.jsonl"], ["originals", "--limit", "x"]],
    ids=" ".join,
)  # fmt: skip
def test_a_command_that_makes_no_sense(words: list[str], small: Path) -> None:
    ran = run(*words)
    assert ran.code == 2 and not ran.out
    assert "Traceback" not in ran.err
    assert ran.err.splitlines()[-1].startswith(("Error: ", "provenance: "))


@pytest.mark.parametrize(
    "words", [["check", "x", "--frobnicate"], ["matches", "--limit", "0"], ["check"]], ids=" ".join
)
def test_a_command_that_makes_no_sense_is_told_on_one_line(words: list[str]) -> None:
    assert len(run(*words).err.splitlines()) == 1


def test_an_unknown_verb(small: Path) -> None:
    for words in ([], ["--db", small], ["page.html", "--json"], ["--jobs", 2, "a", "b"]):
        assert_refused(run("chekc", *words), "chekc", "Did you mean: provenance check?")
    (small.parent / "scann").write_text(page(EDITED))
    with contextlib.chdir(small.parent):
        assert run("scann", "--db", small).code == 0


def test_an_unknown_verb_with_words_after_it(small: Path) -> None:
    ran = run("chekc", "page.html", "--db", small)
    assert ran.code == 2 and not ran.out and "Traceback" not in ran.err


@pytest.mark.parametrize("verb", ["matches", "serve", "doctor", "clusters", "reindex"])
def test_a_database_that_is_given_as_an_argument(verb: str, small: Path) -> None:
    """As datasette takes it: it is told how the verbs do."""
    assert_refused(run(verb, small), f"The database is named so: --db {small}")


def test_no_words_at_all() -> None:
    ran = run()
    assert ran.code == 2 and not ran.out
    assert ran.err.startswith("Usage: provenance ") and "Register known originals" in ran.err


def test_help_is_a_verb() -> None:
    assert run("help").out == run("--help").out
    assert run("help", "scan").out == run("scan", "--help").out
    assert run("help", "sites", "add").out == run("sites", "add", "--help").out
    assert_refused(run("help", "nothing"), "no verb nothing")
    assert_refused(run("help", "scan", "add"), "no verb add in provenance scan")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("words", [["matches", "--csv"], ["originals"], ["check", "--html", "-"]])
def test_no_room_for_the_output(words: list[str], small: Path) -> None:
    """One clear line, also where what is written is too short to be flushed on the way."""
    path = small.parent / "page.html"
    path.write_bytes(PAGE)
    words = [*words, *([str(path)] if words[0] == "check" else []), "--db", str(small)]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command(*words), stdout=full, stderr=subprocess.PIPE, text=True)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1), done.stderr
    assert "the output could not be written: No space left" in done.stderr
