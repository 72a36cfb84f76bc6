"""``check``: one page against the originals."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from provenance.commands.shared import (
    PARTLY,
    REPOST,
    db_option,
    exit_option,
    fail,
    given,
    json_option,
    json_out,
    open_store,
    page_options,
    parameters,
    private_option,
    say,
    status_out,
)
from provenance.config import LIMITS
from provenance.errors import ProvenanceError
from provenance.urls import redact

if TYPE_CHECKING:
    from provenance.pipeline import Checked


@click.command()
@click.argument("source", metavar="INPUT")
@db_option
@page_options
@private_option
@exit_option
@json_option
def check(
    source: str,
    db: Path,
    url: str | None,
    published: str | None,
    site: str | None,
    allow_private: bool,
    exit_code: bool,
    as_json: bool,
) -> None:
    """Hold one page against the originals: a URL, a file, or - for standard input.

    \b
    provenance check https://blog.example/post
    provenance check page.html --url https://blog.example/post
    curl -s https://blog.example/post | provenance check - --json
    """
    from provenance import pipeline

    try:
        with open_store(db) as store:
            found = pipeline.check(store, source, given(url, published, site, allow_private))
            made_with = parameters(store)
    except ProvenanceError as error:
        if as_json:
            status_out(error)
        raise
    if as_json:
        json_out(_checked_row(found, made_with))
    else:
        click.echo(_checked_text(found, source, db))
    if found.error:
        fail(found.error)
    if found.damaged:
        say(f"{redact(found.damaged.path)} is damaged: what could be read of it was checked")
        sys.exit(PARTLY)
    if exit_code and any(match.verdict.is_repost for match in found.matches):
        sys.exit(REPOST)


def _checked_row(found: Checked, parameters: dict[str, Any]) -> dict[str, Any]:
    import dataclasses

    from provenance.report.rows import article_row, match_row

    row: dict[str, Any] = {"status": found.status}
    if found.error:
        row.update(error=found.error.code, message=str(found.error))
    row["target"] = article_row(found.target) if found.target else None
    if found.status == "gated" and found.target:
        row["gate"] = found.target.gate
    row["is_original"] = found.is_original
    row["traces"] = [dataclasses.asdict(trace) for trace in found.traces]
    row["matches"] = [match_row(match, parameters) for match in found.matches]
    row["nearest"] = match_row(found.nearest, parameters) if found.nearest else None
    row["parameters"] = parameters
    return row


_STATUS = {
    "no-originals": "There are no originals to hold it against yet. "
    "Register some: provenance add INPUT…",
    "too-short": f"Too short to judge: under {LIMITS.min_words} words, and neither a verbatim copy "
    "nor traced.",
    "gated": "The page shows a consent wall or paywall in place of an article. "
    "Save it from a browser that is past the wall and check the file with --url.",
    "boilerplate": "No article: nearly all of its text stands on many other pages "
    "(a wall, or a site's furniture). If it is one: provenance boilerplate keep TEXT.",
}


def _checked_text(found: Checked, source: str, db: Path) -> str:
    import dataclasses

    from provenance.report import text
    from provenance.report.rows import match_row

    if found.target is None:
        return f"Could not be read, so nothing can be said of it: {text.printable(redact(source))}"
    lines = []
    for match in found.matches[:3]:
        row = match_row(match, {})
        lines.append(
            text.match_text(row, texts=(match.target.text, match.source.text), style=click.style)
        )
        lines.append(
            f"  stored as {match.id[:8]} in {db}; all of it: provenance show {match.id[:8]}\n"
        )
    if len(found.matches) > 3:
        lines.append(f"… and {len(found.matches) - 3} more originals: provenance matches\n")
    if found.status != "ok":
        walled = found.status == "gated" and found.target.gate == "boilerplate"
        lines.append(_STATUS["boilerplate" if walled else found.status])
    elif not found.matches:
        known = " It is a registered original itself." if found.is_original else ""
        lines.append(f"No match among the originals in {db}.{known}")
    title = text.clipped(found.target.title or "(no title)", 80)
    if not found.matches:
        lines.append(f"  this page   {title} ({found.target.words} words)")
        named = [
            t for t in found.traces if t.strength != "weak" and (t.target_url or t.target_site)
        ]
        for trace in named[:5]:
            lines.append("  it names    " + text.trace_line(dataclasses.asdict(trace)))
        url = next((t.target_url for t in named if t.target_url and t.strength == "strong"), None)
        if url:
            lines.append(f"  try next    provenance add {text.printable(url)}")
    if found.nearest and found.status == "ok":
        row = match_row(found.nearest, {})
        lines.append(f"\nNearest original: {text.headline(row, click.style)}")
        lines.append(
            f"  {text.clipped(row['source']['title'], 80)}  {text.printable(row['source']['url'])}"
        )
        lines.append(f"  {text.scores_line(row['scores'])}")
    return "\n".join(lines).rstrip()
