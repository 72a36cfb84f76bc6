"""``show``: one match with its evidence."""

from __future__ import annotations

from pathlib import Path

import click

from provenance.commands.shared import db_option, json_option, json_out, open_store, stored_match


@click.command()
@click.argument("match_id", metavar="ID")
@db_option
@json_option
def show(match_id: str, db: Path, as_json: bool) -> None:
    """Show one match with all its evidence. The start of an id is enough.

    \b
    provenance show 3f2a9c01
    """
    from provenance.report.decisions import standing
    from provenance.report.text import match_text

    with open_store(db, create=False, read_only=True) as store:
        row = stored_match(store, match_id)
    if as_json:
        json_out(row)
    else:
        texts = (row["target"]["text"], row["source"]["text"])
        decision = standing(row)
        click.echo(match_text(row, texts=texts, style=click.style, passages=40, decision=decision))
