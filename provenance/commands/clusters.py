"""``clusters``: pages that tell one text, and where each has it from."""

from __future__ import annotations

from pathlib import Path

import click

from provenance.commands.shared import (
    db_option,
    json_option,
    json_out,
    one_form,
    open_store,
    say,
)


@click.command()
@db_option
@click.option(
    "--min",
    "least",
    type=click.IntRange(2),
    default=2,
    show_default=True,
    help="Only clusters of so many pages, attached ones counted.",
)
@click.option("--limit", type=click.IntRange(1), help="At most so many clusters.")
@json_option
@click.option("--csv", "as_csv", is_flag=True, help="As CSV, one page a row.")
def clusters(db: Path, least: int, limit: int | None, as_json: bool, as_csv: bool) -> None:
    """Group the pages that tell one text, with the best source of each; largest first.

    \b
    provenance clusters --min 3
    provenance clusters --csv > clusters.csv

    Members are one text by more than half of either; pages that took less, or hold more, are
    attached, and nothing is joined through them. The groups are stored, too (tables clusters and
    cluster_members).
    """
    form = one_form(json=as_json, csv=as_csv)
    from provenance.errors import StoreError
    from provenance.report import network
    from provenance.report.lists import csv_lines
    from provenance.upkeep import make_clusters

    try:
        store = open_store(db, create=False)
    except StoreError as error:
        if error.code not in ("published", "readonly"):
            raise
        store = open_store(db, create=False, read_only=True)
    with store:
        found = [one for one in make_clusters(store) if len(one.members) >= least]
        found.sort(key=lambda one: (-len(one.members), one.id))
        found = found[:limit]
        rows = network.cluster_rows(
            found,
            store.cluster_pages(found),
            store.match_facts([m.match_id for one in found for m in one.members if m.match_id]),
        )
    if form == "json":
        json_out(rows)
    elif form == "csv":
        for line in csv_lines(network.flat_rows(rows), network.COLUMNS):
            click.echo(line, nl=False)
    elif not rows:
        say(
            "No clusters: no stored match says that one text came from another."
            if least == 2
            else f"No clusters of {least} pages or more. Ask for smaller ones: --min 2"
        )
    else:
        click.echo("\n\n".join(network.cluster_text(row, click.style) for row in rows))
