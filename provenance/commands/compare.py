"""``compare``: two texts, or many pairs, without a database."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable
from typing import Any, BinaryIO

import click

from provenance.commands.shared import (
    PARTLY,
    UNREADABLE,
    counted,
    given,
    json_option,
    json_out,
    private_option,
    reading_jobs,
    say,
    status_out,
)
from provenance.errors import ProvenanceError


@click.command()
@click.argument("target", required=False)
@click.argument("source", required=False)
@click.option("--pairs", type=click.File("rb"), help='JSONL rows {"id", "suspect", "source"}.')
@private_option
@json_option
def compare(
    target: str | None,
    source: str | None,
    pairs: BinaryIO | None,
    allow_private: bool,
    as_json: bool,
) -> None:
    """Compare TARGET (the suspect) with SOURCE, without a database.

    With --pairs: one JSON row out for each row in, in the same order, as they come; a bad row
    gives a row with an "error", and exit code 3.

    \b
    provenance compare repost.html original.html
    provenance compare --pairs pairs.jsonl > verdicts.jsonl
    """
    from provenance import pipeline
    from provenance.report import text
    from provenance.report.rows import match_row

    if pairs is not None:
        if target or source:
            raise click.UsageError("give two inputs or --pairs, not both")
        _compare_pairs(pairs)
        return
    if not (target and source):
        raise click.UsageError("give a TARGET and a SOURCE, or --pairs FILE.jsonl")
    try:
        match = pipeline.compare_two(
            target, source, given(allow_private=allow_private), jobs=reading_jobs()
        )
    except ProvenanceError as error:
        if as_json:
            status_out(error)
        raise
    row = match_row(match, pipeline.judged_with())
    if as_json:
        json_out(row)
    else:
        click.echo(
            text.match_text(row, texts=(match.target.text, match.source.text), style=click.style)
        )


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _finite(text: str) -> float:
    """A number of a row; one too great for a float could not be printed again."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:20]} is too great a number")
    return number


def _compare_pairs(lines: Iterable[bytes]) -> None:
    from provenance import matching
    from provenance.pipeline import judged_with
    from provenance.report.rows import pair_row

    good = bad = 0
    made_with = judged_with()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        name: Any = None
        try:
            row = json.loads(line, parse_constant=_refuse, parse_float=_finite)
            if not isinstance(row, dict):
                raise ValueError("the row is no JSON object")
            name = row.get("id")
            suspect, source = row.get("suspect"), row.get("source")
            if not isinstance(suspect, str) or not isinstance(source, str):
                raise ValueError('the row needs the texts "suspect" and "source"')
            for key, text in (("suspect", suspect), ("source", source)):
                if not any(character.isalnum() for character in text):
                    raise ValueError(f"the {key} holds no words")
            comparison, verdict = matching.hold_texts(suspect, source)
            json_out(pair_row(name, comparison, verdict, made_with), indent=None)
            good += 1
        except (ValueError, RecursionError) as error:
            bad += 1
            told = str(error)
            if isinstance(error, json.JSONDecodeError):
                told = f"the line is no JSON ({error.msg}, at character {error.pos + 1})"
            elif isinstance(error, UnicodeDecodeError):
                told = "the line is no UTF-8"
            if isinstance(error, RecursionError):  # the id may be what is nested
                name = None
            json_out({"id": name, "line": number, "error": told}, indent=None)
    if bad:
        say(f"{bad} of {counted(good + bad, 'row')} could not be compared")
        sys.exit(PARTLY if good else UNREADABLE)
