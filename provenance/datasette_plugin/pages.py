"""Pages of our own inside datasette: two texts side by side, and the overview.

They are the pages that `provenance report` writes. Each checks by itself what the reader may
see, since datasette asks nobody before it runs a route of a plugin.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from typing import Any

#: Where they stand; a database's name is written in datasette's own encoding.
OVERVIEW = "/-/provenance"
STYLE = "/-/provenance.css"
ROUTES = (
    (r"^/-/provenance\.css$", "style"),
    (r"^/-/provenance$", "start"),
    (r"^/-/provenance/(?P<database>[^/]+)$", "overview"),
    (r"^/-/provenance/(?P<database>[^/]+)/(?P<match_id>[^/]+)$", "compare"),
)
#: The overview reads whole tables; in ms.
_TIME = 5000
#: What the pages show; texts are asked for apart.
_TABLES = ("matches", "articles", "passages", "reasons", "direction_evidence", "traces")
_VIEWS = ("matches", "articles", "reposts", "repost_network", "timeline")
_ID = re.compile(r"[0-9a-f]{8,64}")


def _encoded(name: str) -> str:
    from datasette.utils import tilde_encode

    return str(tilde_encode(name))


def overview_path(datasette: Any, database: str) -> str:
    """The address of a database's overview."""
    return str(datasette.urls.path(f"{OVERVIEW}/{_encoded(database)}"))


def match_path(datasette: Any, database: str, match_id: str) -> str:
    """The address of the page that shows a match."""
    return f"{overview_path(datasette, database)}/{match_id}"


async def allowed(datasette: Any, actor: Any, database: str, *tables: str) -> bool:
    """Whether this reader may see all of these tables."""
    for table in tables:
        if hasattr(datasette, "allowed"):  # from 1.0 on
            from datasette.resources import TableResource

            seen = await datasette.allowed(
                action="view-table", resource=TableResource(database, table), actor=actor
            )
        else:
            seen, _ = await datasette.check_visibility(
                actor,
                permissions=[
                    ("view-table", (database, table)),
                    ("view-database", database),
                    "view-instance",
                ],
            )
        if not seen:
            return False
    return True


def _plain(title: str, words: str, status: int) -> Any:
    from datasette.utils.asgi import Response

    from provenance.report import html

    body = f"<main><h1>{html.shown(title)}</h1><p>{html.shown(words)}</p></main>"
    return Response.html(html.document(title, body), status=status, headers=html.HEADERS)


def _ours(datasette: Any, request: Any) -> str | None:
    """The name of the database that the address names, if it is one of ours."""
    from datasette.utils import tilde_decode

    from provenance.datasette_plugin import is_ours

    name = tilde_decode(request.url_vars["database"])
    return name if is_ours(datasette, name) else None


def _nobody(database: str) -> Any:
    return _plain("Not for you", f"You may not see this part of {database}.", 403)


def _missing() -> Any:
    return _plain("Not found", "No database of provenance has this name here.", 404)


async def style(datasette: Any, request: Any) -> Any:
    """What datasette's own pages about our databases look like beside its own style."""
    from importlib.resources import files

    from datasette.utils.asgi import Response

    sheet = files("provenance.datasette_plugin").joinpath("datasette.css").read_text("utf-8")
    return Response(sheet, content_type="text/css; charset=utf-8")


def _nav(datasette: Any, *links: tuple[str, str]) -> str:
    from provenance.report.html import shown

    listed = " · ".join(f'<a href="{shown(path)}">{shown(name)}</a>' for path, name in links)
    return f'<nav aria-label="Database">{listed}</nav>'


async def start(datasette: Any, request: Any) -> Any:
    """The overview of the only database of ours, or the list of them."""
    from datasette.utils.asgi import Response

    from provenance.datasette_plugin import is_ours
    from provenance.report import html

    names = [
        name
        for name in datasette.databases
        if is_ours(datasette, name) and await allowed(datasette, request.actor, name, *_VIEWS)
    ]
    if not names:
        return _missing()
    if len(names) == 1:
        return Response.redirect(overview_path(datasette, names[0]))
    listed = "".join(
        f'<li><a href="{html.shown(overview_path(datasette, name))}">{html.shown(name)}</a></li>'
        for name in names
    )
    body = f"<main><h1>Where these pages came from</h1><ul>{listed}</ul></main>"
    return Response.html(html.document("Databases", body), headers=html.HEADERS)


async def _read(datasette: Any, database: str, ask: Callable[[sqlite3.Connection], Any]) -> Any:
    from datasette.utils import sqlite_timelimit

    def bounded(conn: sqlite3.Connection) -> Any:
        with sqlite_timelimit(conn, _TIME):
            return ask(conn)

    return await datasette.get_database(database).execute_fn(bounded)


async def overview(datasette: Any, request: Any) -> Any:
    """Who takes from whom, the spread of a story, and the reposts of one database."""
    from datasette.utils.asgi import Response

    from provenance import __version__
    from provenance.report import html
    from provenance.report.overview_page import overview_page
    from provenance.store import reading

    database = _ours(datasette, request)
    if database is None:
        return _missing()
    if not await allowed(datasette, request.actor, database, *_VIEWS):
        return _nobody(database)
    try:
        found = await _read(datasette, database, reading.overview)
    except sqlite3.OperationalError:
        return _plain(
            "Too much for a page",
            "Counting took too long. On the command line: provenance report --all.",
            503,
        )
    page = overview_page(
        found,
        version=__version__,
        match_link=lambda match_id: match_path(datasette, database, match_id),
        top=_nav(datasette, (datasette.urls.database(database), "Tables and queries")),
    )
    return Response.html(page, headers=html.HEADERS)


async def compare(datasette: Any, request: Any) -> Any:
    """One match: the two texts side by side, and all the evidence."""
    from datasette.utils.asgi import Response

    from provenance import __version__
    from provenance.report import html
    from provenance.report.match_page import match_page
    from provenance.store import reading

    database = _ours(datasette, request)
    if database is None:
        return _missing()
    if not await allowed(datasette, request.actor, database, *_TABLES):
        return _nobody(database)
    match_id = request.url_vars["match_id"]
    texts = await allowed(datasette, request.actor, database, "texts")
    reviews = await allowed(datasette, request.actor, database, "reviews")
    found, begun = None, []
    if _ID.fullmatch(match_id):
        begun = await _read(
            datasette, database, lambda conn: reading.match_ids(conn, match_id, most=2)
        )
    if len(begun) == 1 and begun != [match_id]:
        # The command line shows and takes the first characters of an id.
        return Response.redirect(match_path(datasette, database, begun[0]))
    if begun:
        found = await _read(
            datasette,
            database,
            lambda conn: reading.one_match(conn, match_id, texts=texts, reviews=reviews),
        )
    if found is None:
        told = "Several matches have ids that begin so." if begun else "No match has this id."
        return _plain("Not found", told, 404)
    articles = datasette.urls.table(database, "articles")
    page = match_page(
        found,
        version=__version__,
        top=_nav(
            datasette,
            (overview_path(datasette, database), "Overview"),
            (datasette.urls.table(database, "reposts"), "Reposts"),
            (f"{datasette.urls.table(database, 'matches')}/{match_id}", "The row of this match"),
        ),
        row_link=lambda article_id: f"{articles}/{article_id}",
    )
    return Response.html(page, headers=html.HEADERS)
