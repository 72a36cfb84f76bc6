"""``reindex``: fingerprints and index made anew from what is stored."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import click

from provenance.commands.shared import Counted, counted, db_option, say


@click.command()
@db_option
@click.option("--texts", is_flag=True, help="Make the fingerprints anew, too, when none need be.")
@click.option(
    "--seed",
    type=click.IntRange(0, 2**31 - 1),
    help="Use this seed from now on (implies --texts); two databases with one seed are alike.",
)
def reindex(db: Path, texts: bool, seed: int | None) -> None:
    """Make the index of the originals anew from what is stored. Nothing is fetched.

    Where the fingerprints were made by an older version, or with other parameters, they are made
    anew from the texts. What was there stays in use until all is done; when this is stopped or
    killed, the same command goes on from there.

    \b
    provenance reindex
    provenance reindex --db news.db --seed 1
    """
    from provenance import upkeep
    from provenance.store import Store

    with Store.open(db, create=False, outdated=True) as store:
        if seed is not None:
            store.parameters = dataclasses.replace(store.parameters, seed=seed)
        progress = Counted("reindex")
        made = upkeep.reindex(store, texts=texts, told=progress)
        progress.done()
        total = store.size()
    what = "fingerprints of all articles made anew; " if made else ""
    say(f"{what}{counted(total, 'original')} indexed in {db}")
