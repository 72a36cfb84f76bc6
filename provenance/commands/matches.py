"""``matches``: list what was found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from provenance.commands.shared import (
    db_option,
    iso_time,
    json_out,
    one_form,
    open_store,
    say,
    typed_site,
)
from provenance.models import Decision, Relation
from provenance.urls import is_url

if TYPE_CHECKING:
    from provenance.store import Store


@click.command()
@db_option
@click.option("--relation", type=click.Choice(get_args(Relation)), help="Only this relation.")
@click.option("--reposts", is_flag=True, help="Only reposts.")
@click.option(
    "--site",
    callback=typed_site,
    help="Only matches in which this site is on either side.",
)
@click.option(
    "--decision",
    type=click.Choice(["undecided", *get_args(Decision)]),
    help="Only what a person decided so (see review).",
)
@click.option("--min-probability", type=click.FloatRange(0, 1), help="Only from this on.")
@click.option("--since", callback=iso_time, help="Only what was found since then (ISO 8601).")
@click.option("-q", "--query", help="Only where either text has these words.")
@click.option("--limit", type=click.IntRange(1), help="At most so many.")
@click.option("-t", "--table", "as_table", is_flag=True, help="As a table.")
@click.option("--json", "as_json", is_flag=True, help="As one JSON list.")
@click.option("--nl", "as_nl", is_flag=True, help="As JSON, one match a line.")
@click.option("--csv", "as_csv", is_flag=True, help="As CSV, formulas neutralised.")
@click.option(
    "--atom",
    "--feed",
    "as_atom",
    is_flag=True,
    help="As an Atom feed, newest first, at most 200 unless --limit says otherwise.",
)
@click.option("--feed-url", metavar="URL", help="Where the feed will lie; it names itself so.")
def matches(
    db: Path,
    reposts: bool,
    as_table: bool,
    as_json: bool,
    as_nl: bool,
    as_csv: bool,
    as_atom: bool,
    feed_url: str | None,
    **filters: Any,
) -> None:
    """List what was found, best first.

    \b
    provenance matches --reposts -t
    provenance matches --site outlet.example --csv > matches.csv
    provenance matches --reposts --atom > reposts.atom
    """
    form = one_form(table=as_table, json=as_json, nl=as_nl, csv=as_csv, atom=as_atom)
    if feed_url and form != "atom":
        raise click.UsageError("--feed-url goes with --atom")
    if feed_url and not is_url(feed_url):
        raise click.UsageError("--feed-url must be an http or https address")
    with open_store(db, create=False, read_only=True) as store:
        if form == "atom":
            _print_feed(store, reposts, feed_url, filters)
            return
        rows = store.matches(repost=True if reposts else None, **filters)
        _print_matches(rows, form, store.match_columns())


def _print_feed(store: Store, reposts: bool, address: str | None, filters: dict[str, Any]) -> None:
    from datetime import UTC, datetime

    from provenance import __version__
    from provenance.report import feed

    limit = filters.pop("limit") or feed.MOST
    found = store.matches(repost=True if reposts else None, limit=limit, newest=True, **filters)
    asked = {name: value for name, value in filters.items() if name != "since"}
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    for piece in feed.atom_lines(
        found,
        filters={"only": "reposts" if reposts else None, **asked},
        now=now,
        version=__version__,
        address=address,
    ):
        click.echo(piece, nl=False)


def _print_matches(
    rows: Iterator[dict[str, Any]], form: str | None, columns: Sequence[str]
) -> None:
    from provenance.report import text
    from provenance.report.lists import csv_lines

    if form == "json":
        json_out(list(rows))
    elif form == "nl":
        for row in rows:
            json_out(row, indent=None)
    elif form == "csv":
        for line in csv_lines(rows, columns):
            click.echo(line, nl=False)
    elif form == "table":
        header = ["id", "relation", "prob", "direction", "credit", "decided", "page", "source"]
        cells = [
            [
                row["id"][:8],
                row["relation"],
                text.probable(row["probability"]),
                row["direction"],
                row["attribution"],
                "" if row["decision"] == "undecided" else row["decision"],
                row["target_url"],
                row["source_url"],
            ]
            for row in rows
        ]
        click.echo(text.table(cells, header, [8, 13, 4, 12, 12, 9, 60, 60]))
    else:
        found = False
        for row in rows:
            found = True
            click.echo(text.match_line(row, click.style))
        if not found:
            say("No matches.")
