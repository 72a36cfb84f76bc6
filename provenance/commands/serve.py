"""``serve``: datasette on the database."""

from __future__ import annotations

import json
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
@click.option(
    "--public",
    is_flag=True,
    help="For readers whom you don't know: no texts, no paths, no SQL of theirs, no download.",
)
def serve(db: Path, host: str, port: int, open_browser: bool, public: bool) -> NoReturn:
    """Browse the database with datasette, with our titles, links, pages and stored queries.

    \b
    pip install 'article-provenance[serve]'
    provenance serve --db provenance.db
    provenance serve --public --host 0.0.0.0
    """
    import signal
    import subprocess
    import tempfile

    from provenance.datasette_plugin import serve as plugin

    version = plugin.installed_version()
    from provenance.errors import StoreError
    from provenance.upkeep import make_clusters

    # Says what is wrong with the database; closing it empties the WAL.
    try:
        with open_store(db, create=False) as store:
            make_clusters(store)
    except StoreError as error:
        if error.code != "published":  # a copy has the clusters that it was made with
            raise
    with tempfile.TemporaryDirectory(prefix="provenance-") as folder:
        settings = Path(folder) / "datasette.json"
        settings.write_text(json.dumps(plugin.settings_of(db, public=public)), encoding="utf-8")
        command = plugin.command(
            db,
            settings,
            host=host,
            port=port,
            open_browser=open_browser,
            version=version,
            public=public,
        )
        # Whoever ends us ends datasette, too: it is not to serve on by itself.
        before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
        try:
            code = subprocess.run(command, check=False, cwd=db.absolute().parent).returncode
        except KeyboardInterrupt:
            code = INTERRUPTED
        finally:
            signal.signal(signal.SIGTERM, before)
    sys.exit(code)
