"""How datasette is started on a database of ours. Pure but for looking up its version."""

from __future__ import annotations

import re
import sys
from importlib import metadata
from pathlib import Path

from provenance.errors import UsageError

#: The oldest datasette that the plugin was written for.
OLDEST = (0, 65)

_HINT = "Install it: pip install 'article-provenance[serve]'."

#: What differs from datasette's own settings, and is safe for somebody else's browser.
SETTINGS: dict[str, str] = {
    "sql_time_limit_ms": "2000",
    "facet_time_limit_ms": "500",
    "allow_download": "off",
    "default_page_size": "50",
    "suggest_facets": "off",
    "truncate_cells_html": "400",
}


def installed_version() -> str:
    """The version of datasette that is installed. Raises UsageError when none is."""
    try:
        return metadata.version("datasette")
    except metadata.PackageNotFoundError:
        raise UsageError("datasette is not installed", hint=_HINT) from None


def command(database: Path, *, host: str, port: int, open_browser: bool, version: str) -> list[str]:
    """The words that start datasette on a database, for ``subprocess`` (no shell).

    The database is served as immutable: nothing writes it meanwhile, and what its WAL holds is
    not seen, so close the store first. ``version`` is datasette's (see ``installed_version``).
    Raises UsageError when that is too old.
    """
    numbers = tuple(int(part) for part in re.findall(r"\d+", version)[:2])
    if numbers < OLDEST:
        raise UsageError(f"datasette {version} is too old: 0.65 is needed", hint=_HINT)
    words = [sys.executable, "-m", "datasette", "serve"]
    # The whole path, so that a name that starts with a dash is no option.
    words += ["--immutable", str(database.absolute())]
    words += ["--host", host, "--port", str(port)]
    for name, value in SETTINGS.items():
        words += ["--setting", name, value]
    if open_browser:
        words.append("--open")
    return words
