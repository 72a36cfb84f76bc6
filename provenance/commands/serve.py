"""``serve``: datasette on the database."""

from __future__ import annotations

import errno
import json
import sys
from pathlib import Path
from typing import NoReturn

import click

from provenance.commands.shared import INTERRUPTED, UNREADABLE, db_option, open_store
from provenance.errors import UsageError


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
    _require_place(host, port)
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
            done = subprocess.run(command, check=False, cwd=db.absolute().parent)
            # Its own codes mean something else here.
            code = UNREADABLE if done.returncode > 0 else done.returncode
        except KeyboardInterrupt:
            code = INTERRUPTED
        finally:
            signal.signal(signal.SIGTERM, before)
    sys.exit(code)


def _require_place(host: str, port: int) -> None:
    """Raise UsageError where nothing can listen: datasette would end with a code that means
    something else here, and say it in the words of the system."""
    import socket

    hint = "Name another with --port, or 0 for any that is free."
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError:
        raise UsageError(
            "no address of this machine has this name", subject=host, hint="Leave out --host."
        ) from None
    for family, kind, protocol, _, address in found:
        try:
            with socket.socket(family, kind, protocol) as one:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                one.bind(address)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise UsageError(f"port {port} is in use by another program", hint=hint) from None
            if error.errno == errno.EACCES:
                raise UsageError(f"port {port} may not be used by you", hint=hint) from None
            if error.errno == errno.EADDRNOTAVAIL and len(found) == 1:
                raise UsageError(
                    "this is no address of this machine", subject=host, hint="Leave out --host."
                ) from None
