"""``serve``: datasette on the database."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NoReturn

import click

from provenance.commands.shared import INTERRUPTED, db_option, open_store


@click.command()
@db_option
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8001, show_default=True, type=click.IntRange(0, 65535))
@click.option("--open", "open_browser", is_flag=True, help="Open a browser.")
def serve(db: Path, host: str, port: int, open_browser: bool) -> NoReturn:
    """Browse the database with datasette, with our titles, links and stored queries.

    \b
    pip install 'article-provenance[serve]'
    provenance serve --db provenance.db
    """
    import subprocess

    from provenance.datasette_plugin import serve as plugin

    version = plugin.installed_version()
    from provenance.upkeep import make_clusters

    # Says what is wrong with the database; closing it empties the WAL.
    with open_store(db, create=False) as store:
        make_clusters(store)
    command = plugin.command(db, host=host, port=port, open_browser=open_browser, version=version)
    try:
        sys.exit(subprocess.run(command, check=False).returncode)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
