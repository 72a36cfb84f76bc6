"""How datasette is started on a database of ours. Pure but for looking up its version."""

from __future__ import annotations

import re
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

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
#: Beside these, for a database that anybody may read.
PUBLIC: dict[str, str] = {"default_allow_sql": "off", "allow_csv_stream": "off"}


def installed_version() -> str:
    """The version of datasette that is installed. Raises UsageError when none is."""
    try:
        return metadata.version("datasette")
    except metadata.PackageNotFoundError:
        raise UsageError("datasette is not installed", hint=_HINT) from None


#: Tables and views for everyone: what was found, and the pages by title and address. All others
#: are not: texts and the index of them, who decided what, and what tells of the computer that the
#: work was done on (paths, arguments, the seed that texts could be crafted against).
FOR_ALL = frozenset(
    {
        "articles",
        "matches",
        "passages",
        "reasons",
        "direction_evidence",
        "traces",
        "clusters",
        "cluster_members",
        "decisions",
        "needs_review",
        "repost_network",
        "reposts",
        "timeline",
        "top_reposters",
        "unknown_sources",
    }
)
#: Tables that SQLite makes by itself for the index of words.
_SHADOWS = (
    "articles_fts",
    "articles_fts_config",
    "articles_fts_data",
    "articles_fts_docsize",
    "articles_fts_idx",
)
#: What datasette 1.0 takes from its configuration alone; 0.65 from metadata.
_OF_TABLES = (
    "sort",
    "sort_desc",
    "facets",
    "fts_table",
    "fts_pk",
    "hidden",
    "label_column",
    "sortable_columns",
)


def settings_of(database: Path, *, public: bool) -> dict[str, Any]:
    """What is told to datasette in a file: order, facets and labels of our tables, and with
    ``public`` what is not to be seen. The same file is metadata to 0.65 and configuration to 1.0.
    """
    from provenance.datasette_plugin import TABLES, table_metadata

    tables: dict[str, dict[str, Any]] = {}
    for name in TABLES:
        about = table_metadata(name)
        tables[name] = {key: about[key] for key in _OF_TABLES if key in about}
    told: dict[str, Any] = {"tables": tables}
    if public:
        for name in (*_SHADOWS, *(name for name in TABLES if name not in FOR_ALL)):
            about = tables.setdefault(name, {})
            about["allow"] = False
            if "label_column" in about:
                # What refers to a row is shown with its label, also where that may not be seen.
                about["label_column"] = "id"
        # On 1.0 who searches must be allowed to see the index, which gives out the text.
        tables["articles"].pop("fts_table")
        told["allow_sql"] = False
    return {"databases": {database.stem: told}}


def command(
    database: Path,
    settings: Path,
    *,
    host: str,
    port: int,
    open_browser: bool,
    version: str,
    public: bool = False,
) -> list[str]:
    """The words that start datasette on a database, for ``subprocess`` (no shell), in its folder.

    The database is served as immutable: nothing writes it meanwhile, and what its WAL holds is
    not seen, so close the store first. ``settings`` is the file with ``settings_of``;
    ``version`` is datasette's (see ``installed_version``). Raises UsageError when that is too old.
    """
    numbers = tuple(int(part) for part in re.findall(r"\d+", version)[:2])
    if numbers < OLDEST:
        raise UsageError(f"datasette {version} is too old: 0.65 is needed", hint=_HINT)
    # -P: no module is imported from the folder of the database.
    words = [sys.executable, "-P", "-m", "datasette", "serve"]
    # datasette tells its readers what it was given: not where the file lies. Its name behind the
    # folder, for one that starts with a dash is no option.
    words += ["--immutable", f"./{database.name}"]
    words += ["--host", host, "--port", str(port)]
    words += ["--metadata" if numbers < (1, 0) else "--config", str(settings)]
    for name, value in {**SETTINGS, **(PUBLIC if public else {})}.items():
        words += ["--setting", name, value]
    if open_browser:
        words.append("--open")
    return words
