"""``export-index``: the originals as Parquet, for a scan on other machines."""

from __future__ import annotations

from pathlib import Path

import click

from provenance.commands.shared import counted, db_option, say


@click.command("export-index")
@click.option(
    "-o",
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder to write.",
)
@db_option
def export_index(out: Path, db: Path) -> None:
    """Write what a scan needs of the originals as Parquet, for `scan --engine spark`.

    The index holds the texts of the originals. One that was exported to the same folder before is
    replaced; a folder that holds anything else is left as it is.

    \b
    provenance export-index -o index/
    """
    from provenance.engines import index
    from provenance.store import Store

    with Store.open(db, create=False) as store:
        rows = index.export(store, out)
    say(
        f"{counted(rows['originals'], 'original')} written to {out}, "
        f"with {rows['postings']} keys and {rows['names']} addresses and names"
    )
