"""``originals``: list and remove originals."""

from __future__ import annotations

from pathlib import Path

import click

from provenance.commands.shared import (
    db_option,
    db_words,
    json_option,
    json_out,
    open_store,
    say,
)
from provenance.errors import ReadError


@click.command()
@db_option
@click.option("-q", "--query", help="Only originals with these words.")
@click.option("--limit", type=click.IntRange(1), help="At most so many.")
@click.option("--remove", metavar="ID|URL", help="Remove an original and its matches.")
@json_option
def originals(
    db: Path, query: str | None, limit: int | None, remove: str | None, as_json: bool
) -> None:
    """List the registered originals, or remove one.

    \b
    provenance originals -q "harbour bridge"
    provenance originals --remove https://outlet.example/news/1
    """
    from provenance.report import text

    with open_store(db, create=False, read_only=not remove) as store:
        if remove:
            found = store.find_articles(remove, "original")
            if len(found) != 1:
                raise ReadError(
                    "no original has this id or URL" if not found else "several originals match",
                    subject=remove,
                    hint=f"List them: provenance originals{db_words(db)}",
                    code="missing" if not found else "ambiguous",
                )
            with store.transaction():
                store.remove_original(found[0].id)
            say(f"Removed {found[0].url or found[0].id} and its matches.")
            return
        rows = store.originals(limit=limit, query=query)
    if as_json:
        json_out(rows)
        return
    cells = [
        [row["id"][:8], text.moment(row["published"]), row["matches"], row["site"], row["title"]]
        for row in rows
    ]
    click.echo(
        text.table(cells, ["id", "published", "reused", "site", "title"], [8, 20, 6, 28, 60])
    )
