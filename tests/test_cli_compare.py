"""The verb compare: two texts, and pairs in rows."""

from __future__ import annotations

import json
import select
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cli_samples import assert_match, saved
from conftest import EDITED, INDEPENDENT, OTHER, REWORDED, SOURCE, Ran, command, page, run

# compare


def test_compare(tmp_path: Path) -> None:
    target, source = saved(tmp_path, EDITED, "a.html"), saved(tmp_path, SOURCE, "b.html")
    ran = run("compare", target, source)
    assert ran.code == 0 and "EDITED COPY" in ran.out
    row = run("compare", target, source, "--json").json
    assert_match(row)
    assert not (tmp_path / "provenance.db").exists()


@pytest.mark.parametrize("other", ["A quick dog, maybe.", "Perro", SOURCE])
def test_a_few_words_are_too_short_and_of_no_language(other: str) -> None:
    (row,) = pairs({"id": 1, "suspect": "The mayor opened the bridge.", "source": other}).rows
    assert not row["is_repost"]
    codes = [reason["code"] for reason in row["reasons"]]
    assert "too-short" in codes and "languages" not in codes
    (row,) = pairs({"id": 1, "suspect": OTHER, "source": INDEPENDENT}).rows
    assert "too-short" not in [reason["code"] for reason in row["reasons"]]


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


def test_a_bad_pair_is_told_in_our_words() -> None:
    broken, binary, _ = pairs(b"<html>", b"\xff", {"id": 1}).rows
    assert broken["error"] == "the line is no JSON (Expecting value, at character 1)"
    assert binary["error"] == "the line is no UTF-8"


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


@pytest.mark.parametrize("name", [b"1e999", b"-1e400", b"[" * 990 + b"]" * 990])
def test_an_id_that_cannot_be_told_costs_its_row_alone(name: bytes) -> None:
    good = {"id": 1, "suspect": SOURCE, "source": SOURCE}
    ran = pairs(b'{"suspect": "a", "source": "b", "id": ' + name + b"}", good)
    assert len(ran.rows) == 2 and ran.rows[1]["relation"] == "verbatim"
    assert "Traceback" not in ran.err and "unexpected" not in ran.err


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
