"""``check``: one page against the originals."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from provenance.commands.shared import (
    PARTLY,
    REPOST,
    counted,
    db_option,
    db_words,
    exit_option,
    fail,
    given,
    json_option,
    json_out,
    open_store,
    page_options,
    parameters,
    private_option,
    reading_jobs,
    require_database,
    require_inputs,
    say,
    status_out,
    stored_match,
    write_whole,
)
from provenance.config import LIMITS
from provenance.errors import ProvenanceError, UsageError
from provenance.urls import redact

if TYPE_CHECKING:
    from provenance.models import Article
    from provenance.pipeline import Checked
    from provenance.store import Store


@click.command()
@click.argument("source", metavar="INPUT")
@db_option
@page_options
@click.option(
    "--follow",
    is_flag=True,
    help="Fetch the pages that it names as its source (at most 3), register them as originals, "
    "and compare.",
)
@click.option(
    "--html",
    "page",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the best match as a page, both texts side by side; or a page that says that there "
    "is none. - for standard output, in place of the text.",
)
@private_option
@exit_option
@json_option
def check(
    source: str,
    db: Path,
    url: str | None,
    published: str | None,
    site: str | None,
    follow: bool,
    page: Path | None,
    allow_private: bool,
    exit_code: bool,
    as_json: bool,
) -> None:
    """Hold one page against the originals: a URL, a file, or - for standard input.

    \b
    provenance check https://blog.example/post
    provenance check page.html --url https://blog.example/post
    provenance check page.html --html match.html
    provenance check https://blog.example/post --follow
    curl -s https://blog.example/post | provenance check - --json
    """
    from provenance import pipeline

    to_stdout = page is not None and str(page) == "-"
    if to_stdout and as_json:
        raise click.UsageError("--json and --html - would both be standard output")
    if page and db.exists() and page.exists() and page.samefile(db):
        raise UsageError("that is the database itself", subject=str(page), hint="Name another.")
    shown = ""
    try:
        require_inputs([source])
        if not follow:
            require_database(db)
        with open_store(db) as store:
            found = pipeline.check(
                store,
                source,
                given(url, published, site, allow_private),
                follow=follow,
                jobs=reading_jobs(),
            )
            made_with = parameters(store)
            if page and found.target:
                shown = _page(store, found, found.target, made_with)
    except ProvenanceError as error:
        if as_json:
            status_out(error)
        raise
    if page and shown and not to_stdout:
        write_whole(page, shown.encode())
        say(f"Written: {page}")
    if as_json:
        json_out(_checked_row(found, made_with))
    elif to_stdout:
        sys.stdout.buffer.write(shown.encode())
    elif found.target:
        click.echo(_checked_text(found, found.target, source, db, follow=follow))
    if found.error:
        fail(found.error)
    if found.trouble:
        say(f"{found.trouble.message}. Its text was taken in a rough way, and that was judged.")
    for followed, failure in found.followed:
        if failure:
            say(f"{redact(followed)} could not be followed: {failure.message} [{failure.error}]")
    if found.damaged:
        say(f"{redact(found.damaged.path)} is damaged: what could be read of it was checked")
    if found.damaged or any(failure for _, failure in found.followed):
        sys.exit(PARTLY)
    if exit_code and any(match.verdict.is_repost for match in found.matches):
        sys.exit(REPOST)


def _page(store: Store, found: Checked, target: Article, made_with: dict[str, Any]) -> str:
    """The page of the best match, as ``report`` writes it, or the one that says that none is."""
    from datetime import UTC, datetime

    from provenance import __version__
    from provenance.report.match_page import match_page
    from provenance.report.no_match_page import no_match_page
    from provenance.report.rows import article_row, match_row

    if found.matches:
        return match_page(stored_match(store, found.matches[0].id), version=__version__)
    heading, words = _HEADINGS[found.status], _status(found, target)
    return no_match_page(
        {**article_row(target), "rough": target.rough},
        heading=heading,
        words=words or "No text among the originals is this one's source, by what was compared.",
        originals=store.size(),
        nearest=match_row(found.nearest, made_with) if found.nearest and not words else None,
        named=_named_rows(found),
        made=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        version=__version__,
    )


def _status(found: Checked, target: Article) -> str:
    """Why nothing can be said; "" where something can."""
    walled = found.status == "gated" and target.gate == "boilerplate"
    return _STATUS["boilerplate" if walled else found.status] if found.status != "ok" else ""


def _checked_row(found: Checked, parameters: dict[str, Any]) -> dict[str, Any]:
    import dataclasses

    from provenance.report.rows import article_row, match_row

    row: dict[str, Any] = {"status": found.status}
    if found.error:
        row.update(error=found.error.code, message=str(found.error))
    row["target"] = article_row(found.target) if found.target else None
    if found.status == "gated" and found.target:
        row["gate"] = found.target.gate
    row["trouble"] = found.trouble and found.trouble.message
    row["is_original"] = found.is_original
    row["traces"] = [dataclasses.asdict(trace) for trace in found.traces]
    row["named"] = _named_rows(found)
    row["followed"] = [
        {"url": redact(url), "error": failure and failure.error}
        | ({"message": failure.message} if failure else {})
        for url, failure in found.followed
    ]
    row["matches"] = [match_row(match, parameters) for match in found.matches]
    row["nearest"] = match_row(found.nearest, parameters) if found.nearest else None
    row["parameters"] = parameters
    return row


def _named_rows(found: Checked) -> list[dict[str, Any]]:
    from provenance.report.named import named_row

    return [
        named_row(
            one.named.name,
            site=one.named.site,
            url=one.named.url,
            strength=one.named.strength,
            is_open=one.named.open,
            original=one.original,
            registered=one.registered,
            traces=one.named.traces,
        )
        for one in found.named
    ]


#: Outlets named by traces that are told; JSON has them all.
_NAMED = 3
_HEADINGS = {
    "ok": "No match",
    "no-originals": "Nothing to hold it against",
    "too-short": "Too short to judge",
    "gated": "No article to judge",
    "unreadable": "Nothing could be read",
}
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


def _checked_text(found: Checked, target: Article, source: str, db: Path, *, follow: bool) -> str:
    from provenance.report import text
    from provenance.report.rows import match_row

    lines = []
    lines += [
        f"Fetched and registered, because the page names it: {text.printable(redact(url))}\n"
        for url, failure in found.followed
        if not failure
    ]
    for match in found.matches[:3]:
        row = match_row(match, {})
        lines.append(
            text.match_text(row, texts=(match.target.text, match.source.text), style=click.style)
        )
        lines.append(
            f"  stored as {match.id[:8]} in {db}; all of it: "
            f"provenance show {match.id[:8]}{db_words(db)}\n"
        )
    if len(found.matches) > 3:
        more = counted(len(found.matches) - 3, "more original", "more originals")
        lines.append(f"… and {more}: provenance matches{db_words(db)}\n")
    if found.status == "no-originals":
        lines.append(
            f"There are no originals in {db} to hold it against yet. "
            f"Register some: provenance add INPUT…{db_words(db)}"
        )
    elif told := _status(found, target):
        lines.append(told)
    elif not found.matches:
        known = " It is a registered original itself." if found.is_original else ""
        lines.append(f"No match among the originals in {db}.{known}")
    if not found.matches:
        title = text.clipped(target.title or "(no title)", 80)
        lines.append(f"  this page   {title} ({target.words} words)")
    lines += _named_lines(found, source, db, follow=follow)
    if found.nearest and found.status == "ok":
        row = match_row(found.nearest, {})
        lines.append(f"\nNearest original: {text.headline(row, click.style)}")
        lines.append(text.labelled("source", text.clipped(row["source"]["title"], 80), fill=False))
        lines.append(text.labelled("", text.printable(row["source"]["url"]), fill=False))
        lines.append(text.labelled("scores", text.scores_line(row["scores"])))
    return "\n".join(lines).rstrip()


def _named_lines(found: Checked, source: str, db: Path, *, follow: bool) -> list[str]:
    """Whom the page names beside the originals that it matched, and what to do about it."""
    from provenance.report.named import named_text, next_step

    matched = {match.source.site for match in found.matches}
    named = [
        row
        for row in _named_rows(found)
        # A bare name stands among the traces of a match already.
        if row["site"] not in matched and (row["site"] or not matched)
    ]
    if not named:
        return []
    lines = [named_text(row) for row in named[:_NAMED]]
    lines.append("  That is what the page says or kept, and no finding about its text.")
    if step := next_step(named[:_NAMED], None if follow or source == "-" else source, db_words(db)):
        lines.append(step)
    return lines
