"""What datasette shows of our databases: titles, explanations, safe links, stored queries.

Loaded by datasette through its entry point for every database that it serves, so it must be
quick to import and must leave other people's databases alone: ours are known by the application
id in the file's header. Written for datasette 0.65 and for 1.0, which asks for much the same in
other ways: metadata and stored queries are handed over at its start instead of on request.
"""

from __future__ import annotations

import contextlib
import copy
import re
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from provenance.datasette_plugin import pages
from provenance.datasette_plugin.queries import QUERIES
from provenance.datasette_plugin.words import COLUMNS, SCORES, TABLES

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = ["APPLICATION_ID", "COLUMNS", "QUERIES", "SCORES", "TABLES", "is_ours"]

#: As in the store's schema (a test compares them): this module doesn't import the store.
APPLICATION_ID = 0x50524F56
#: Bytes of one value in a query's result: no text of ours comes near, `zeroblob(1e9)` does.
MAX_VALUE = 50_000_000
#: Characters of a link that are shown.
MAX_LINK = 80

_DATABASE = {
    "title": "Where these pages came from",
    "description": (
        "Known originals, pages that were compared with them, and what was found: which text "
        "derives from which, how, who was first, and on what evidence. A match says that texts "
        "are similar or derived. It accuses nobody."
    ),
    "source": "Collected and compared with provenance",
    "license": "Texts and titles belong to their publishers",
}

_PLAIN = re.compile(r"(source|target)_(id|title|url|site|published|observed)$|match_id$")
_ID = re.compile(r"[0-9a-f]{8,64}")
# Columns of views and stored queries, which have no foreign keys to make links of.
_ROW_OF = {"source_id": "articles", "target_id": "articles"}

F = TypeVar("F", bound=Callable[..., Any])


def hookimpl(function: F) -> F:
    """Mark a function for datasette; without datasette's parts this package still imports, so
    that `serve` can say what is missing."""
    try:
        from pluggy import HookimplMarker
    except ImportError:
        return function
    return HookimplMarker("datasette")(function)


def is_ours(datasette: Any, database: str | None) -> bool:
    """True when the attached database of this name was made by provenance."""
    attached = datasette.databases.get(database) if database else None
    path = getattr(attached, "path", None)
    if not path:
        return False
    try:
        with Path(path).open("rb") as stream:
            header = stream.read(72)
    except OSError:
        return False
    return (
        header.startswith(b"SQLite format 3\x00")
        and int.from_bytes(header[68:72], "big") == APPLICATION_ID
    )


def database_metadata(datasette: Any, name: str) -> dict[str, str]:
    """Title and explanation of one of our databases, with the way to its overview."""
    from markupsafe import Markup

    overview = Markup('{} <a href="{}">Overview: who takes from whom</a>').format(
        _DATABASE["description"], pages.overview_path(datasette, name)
    )
    return {**_DATABASE, "description_html": str(overview)}


def table_metadata(name: str) -> dict[str, Any]:
    """Title, explanations, order and facets of one table or view, as datasette's metadata."""
    found = copy.deepcopy(TABLES[name])
    if columns := COLUMNS.get(name):
        found["columns"] = dict(columns)
    if found.pop("view", False):
        # datasette sorts a view by no column unless it is told which.
        found["sortable_columns"] = list(COLUMNS[name])
        # It explains columns above the rows; what a name says by itself would push them away.
        found["columns"] = {
            column: text for column, text in COLUMNS[name].items() if not _PLAIN.match(column)
        }
    return found


@hookimpl
def get_metadata(datasette: Any, key: str, database: str, table: str) -> dict[str, Any]:
    """Titles and explanations for each of our databases; made anew, for datasette edits it."""
    return {
        "databases": {
            name: {
                **database_metadata(datasette, name),
                "tables": {table_name: table_metadata(table_name) for table_name in TABLES},
            }
            for name in datasette.databases
            if is_ours(datasette, name)
        }
    }


@hookimpl
def canned_queries(datasette: Any, database: str, actor: Any) -> dict[str, Any]:
    """Stored queries for our databases (0.65)."""
    return copy.deepcopy(QUERIES) if is_ours(datasette, database) else {}


@hookimpl
def startup(datasette: Any) -> Callable[[], Awaitable[None]] | None:
    """On 1.0: titles, explanations and stored queries. Order and facets it takes from its
    configuration alone (see ``serve.settings_of``)."""
    if not hasattr(datasette, "add_query"):
        return None

    async def told() -> None:
        for name in datasette.databases:
            if not is_ours(datasette, name):
                continue
            for key, value in database_metadata(datasette, name).items():
                await datasette.set_database_metadata(name, key, value)
            for table in TABLES:
                about = table_metadata(table)
                for key in ("title", "description"):
                    if key in about:
                        await datasette.set_resource_metadata(name, table, key, about[key])
                for column, text in about.get("columns", {}).items():
                    await datasette.set_column_metadata(name, table, column, "description", text)
            for query, given in QUERIES.items():
                await datasette.add_query(
                    name,
                    query,
                    given["sql"],
                    title=given["title"],
                    description=given["description"],
                    parameters=given.get("params", []),
                    # Ours, and read only: they run also where nobody may type SQL.
                    is_trusted=True,
                )

    return told


@hookimpl
def register_routes(datasette: Any) -> list[tuple[str, Callable[..., Any]]]:
    """The overview, the page of a match, and a style sheet."""
    return [(path, getattr(pages, name)) for path, name in pages.ROUTES]


@hookimpl
def extra_css_urls(datasette: Any, database: str | None) -> list[str]:
    """Our style sheet, on pages about our databases."""
    return [datasette.urls.path(pages.STYLE)] if is_ours(datasette, database) else []


@hookimpl
def menu_links(datasette: Any, actor: Any, request: Any) -> list[dict[str, str]]:
    """The overview of each of our databases, in the menu."""
    return [
        {"href": pages.overview_path(datasette, name), "label": f"Overview of {name}"}
        for name in datasette.databases
        if is_ours(datasette, name)
    ]


@hookimpl
def database_actions(
    datasette: Any, actor: Any, database: str, request: Any
) -> list[dict[str, str]]:
    """The overview, from the page of its database."""
    if not is_ours(datasette, database):
        return []
    return [
        {
            "href": pages.overview_path(datasette, database),
            "label": "Overview: who takes from whom",
        }
    ]


@hookimpl
def row_actions(
    datasette: Any, actor: Any, request: Any, database: str, table: str, row: Any
) -> list[dict[str, str]]:
    """From the row of a match to its texts side by side (1.0)."""
    if table != "matches" or not is_ours(datasette, database):
        return []
    return [
        {
            "href": pages.match_path(datasette, database, row["id"]),
            "label": "The texts side by side",
        }
    ]


def _is_web_link(value: str) -> bool:
    if any(c.isspace() or not c.isprintable() for c in value):
        return False
    try:
        parts = urlsplit(value)
        return parts.scheme.lower() in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


async def _titled(datasette: Any, database: str, article_id: str) -> Markup:
    """The link to an article, by its title."""
    from markupsafe import Markup

    found = await datasette.get_database(database).execute(
        "SELECT title FROM articles WHERE id = ?", [article_id]
    )
    title = found.first()["title"] if found.rows else ""
    return Markup('<a href="{}/{}">{}</a>&nbsp;<em>{}</em>').format(
        datasette.urls.table(database, "articles"), article_id, title or "-", article_id[:10]
    )


def _beside(datasette: Any, database: str, match_id: str, shown: Markup) -> Markup:
    """The cell of a match, with the way to its texts side by side."""
    from markupsafe import Markup

    return Markup('{} <a href="{}">side&nbsp;by&nbsp;side</a>').format(
        shown, pages.match_path(datasette, database, match_id)
    )


@hookimpl
def render_cell(
    row: Any, value: Any, column: str, table: str | None, database: str, datasette: Any
) -> Markup | Awaitable[Markup] | None:
    """Web addresses as links that tell the other side nothing; ids in views as links to rows.

    datasette names foreign keys in lists of rows, but not on the page of one row: there the
    articles of a match get their titles here.
    """
    from markupsafe import Markup

    if not isinstance(value, str) or not value or not is_ours(datasette, database):
        return None
    if table == "matches" and _ROW_OF.get(column) == "articles" and _ID.fullmatch(value):
        return _titled(datasette, database, value)
    if table == "matches" and column == "relation":
        return _beside(datasette, database, row["id"], Markup("{}").format(value))
    if column == "match_id" and _ID.fullmatch(value):
        to_row = Markup('<a href="{}/{}">{}</a>').format(
            datasette.urls.table(database, "matches"), value, value[:10]
        )
        return _beside(datasette, database, value, to_row)
    if (other := _ROW_OF.get(column)) and _ID.fullmatch(value):
        return Markup('<a href="{}/{}">{}</a>').format(
            datasette.urls.table(database, other), value, value[:10]
        )
    if not _is_web_link(value):
        return None
    shown = value if len(value) <= MAX_LINK else value[: MAX_LINK - 1] + "…"
    return Markup('<a href="{}" title="{}" rel="noreferrer noopener nofollow">{}</a>').format(
        value, value, shown
    )


@hookimpl
def prepare_connection(conn: sqlite3.Connection, database: str, datasette: Any) -> None:
    """Bound what one value may hold, since datasette's time limit doesn't bound memory."""
    if is_ours(datasette, database):
        with contextlib.suppress(sqlite3.Error, AttributeError):
            conn.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE)
