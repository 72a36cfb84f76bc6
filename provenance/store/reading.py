"""What a page needs, read over any connection of Python's sqlite3: the store's and datasette's.

Imports nothing but the standard library and the floor. Every function takes a connection and
returns plain values; errors are sqlite3's own.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from typing import Any

from provenance.models import Scores

#: What names and describes an article, without its text.
ARTICLE_COLUMNS = (
    "id, url, canonical_url, site, title, byline, published, observed, modified, language, words,"
    " digest, rough, gate"
)
SCORES = tuple(Scores.__dataclass_fields__)

# One row a match, flat, so that it can be written as CSV as it is.
MATCHES = """
SELECT m.id, m.relation, m.is_repost, m.is_reuse, m.probability, m.direction,
  m.direction_confidence, m.attribution, m.decision, {scores}, m.channels, m.run_id, m.found,
  m.source_id, s.url AS source_url, s.title AS source_title, s.site AS source_site,
  s.published AS source_published, s.observed AS source_observed,
  m.target_id, t.url AS target_url, t.title AS target_title, t.site AS target_site,
  t.published AS target_published, t.observed AS target_observed
FROM matches m
JOIN articles s ON s.id = m.source_id
JOIN articles t ON t.id = m.target_id
""".format(scores=", ".join(f'm."{name}"' for name in SCORES))


def rows(conn: sqlite3.Connection, sql: str, *values: Any) -> Iterator[dict[str, Any]]:
    """Rows as mappings, whatever the connection's row factory."""
    cursor = conn.execute(sql, values)
    names = [column[0] for column in cursor.description]
    for row in cursor:
        yield dict(zip(names, tuple(row), strict=True))


def booleans(row: dict[str, Any]) -> dict[str, Any]:
    """The row with its flags as bools."""
    row["is_repost"] = bool(row["is_repost"])
    row["is_reuse"] = bool(row["is_reuse"])
    return row


#: In ``meta`` of a copy for publication: when it was made.
PUBLISHED = "published"


def is_copy(conn: sqlite3.Connection) -> bool:
    """True for a copy for publication, which has no texts, no index, no inputs, no failures."""
    return conn.execute("SELECT 1 FROM meta WHERE key = ?", (PUBLISHED,)).fetchone() is not None


def match_ids(conn: sqlite3.Connection, prefix: str, most: int = 6) -> list[str]:
    """At most so many ids of matches that start so, in order."""
    return [
        row["id"]
        for row in rows(
            conn,
            "SELECT id FROM matches WHERE id >= ? AND id < ? ORDER BY id LIMIT ?",
            prefix,
            prefix + "\U0010ffff",
            most,
        )
    ]


def one_match(
    conn: sqlite3.Connection,
    match_id: str,
    *,
    texts: bool = True,
    reviews: bool = True,
) -> dict[str, Any] | None:
    """One match, whole (keys: see ``Queries.match``); None when there is none.

    Without ``texts``, or where the database has none, both texts are "". Without ``reviews`` the
    decision that stands is told, not who made it, when, and with what note.
    """
    found = next(rows(conn, "SELECT * FROM matches WHERE id = ?", match_id), None)
    if found is None:
        return None
    booleans(found)
    made_with = next(rows(conn, "SELECT parameters FROM runs WHERE id = ?", found["run_id"]))
    found["parameters"] = json.loads(made_with["parameters"])
    found["reviews"] = _reviews(conn, match_id) if reviews else []
    found["older_verdict"] = bool(
        next(
            rows(
                conn,
                "SELECT count(*) AS changed FROM decisions"
                " WHERE match_id = ? AND verdict_is = 'changed since'",
                match_id,
            )
        )["changed"]
    )
    found["channels"] = [name for name in found["channels"].split(",") if name]
    found["scores"] = {name: found.pop(name) for name in SCORES}
    for key, columns, table in (
        (
            "passages",
            "target_offset, target_length, source_offset, source_length, kind",
            "passages",
        ),
        ("reasons", "code, text", "reasons"),
        ("evidence", "kind, log_odds, text", "direction_evidence"),
    ):
        found[key] = list(
            rows(
                conn,
                f"SELECT {columns} FROM {table} WHERE match_id = ? ORDER BY position",  # noqa: S608
                match_id,
            )
        )
    found["passages"] = [list(passage.values()) for passage in found["passages"]]
    for side in ("source", "target"):
        name = found.pop(f"{side}_id")
        article = next(
            rows(conn, f"SELECT {ARTICLE_COLUMNS}, role FROM articles WHERE id = ?", name)  # noqa: S608
        )
        text = None
        if texts:
            text = next(rows(conn, "SELECT text FROM texts WHERE article_id = ?", name), None)
        found[side] = {**article, "text": text["text"] if text else ""}
    found["traces"] = list(
        rows(
            conn,
            "SELECT kind, value, target_url, target_site, strength, snippet FROM traces"
            " WHERE article_id = ? ORDER BY position",
            found["target"]["id"],
        )
    )
    return found


def _reviews(conn: sqlite3.Connection, match_id: str) -> list[dict[str, Any]]:
    """Every decision on a match, oldest first, with the verdict that it was made on."""
    return list(
        rows(
            conn,
            "SELECT decision, note, reviewer, decided, relation, probability, direction,"
            " attribution FROM reviews WHERE match_id = ? ORDER BY id",
            match_id,
        )
    )


#: Rows of each list of the overview.
MOST = 500


def overview(conn: sqlite3.Connection) -> dict[str, Any]:
    """What the overview draws.

    Keys: counts (originals, pages, matches, reposts, failures: None where the database was not
    given them), network (rows of the view ``repost_network``), scores (relation, is_repost, tenth
    of the probability, matches), story (the original with most copies, with its ``timeline``
    rows, or None), reposts (the best ``MOST`` rows of the view).
    """
    counts = next(
        rows(
            conn,
            "SELECT (SELECT count(*) FROM articles WHERE role = 'original') AS originals,"
            " (SELECT count(*) FROM articles WHERE role = 'crawled') AS pages,"
            " (SELECT count(*) FROM matches) AS matches,"
            " (SELECT count(*) FROM matches WHERE is_repost = 1) AS reposts,"
            " (SELECT count(*) FROM failures) AS failures",
        )
    )
    if is_copy(conn):
        counts["failures"] = None
    best = next(
        rows(
            conn,
            "SELECT source_id, count(*) AS copies FROM matches WHERE is_repost = 1"
            " GROUP BY source_id ORDER BY copies DESC, source_id LIMIT 1",
        ),
        None,
    )
    story = None
    if best:
        copies = rows(
            conn, "SELECT * FROM timeline WHERE source_id = ? LIMIT ?", best["source_id"], MOST
        )
        story = list(copies)
    return {
        "counts": counts,
        "network": list(rows(conn, "SELECT * FROM repost_network LIMIT ?", MOST)),
        "scores": list(
            rows(
                conn,
                "SELECT relation, is_repost, min(9, CAST(probability * 10 AS INTEGER)) AS tenth,"
                " count(*) AS matches FROM matches GROUP BY relation, is_repost, tenth"
                " ORDER BY relation, is_repost, tenth",
            )
        ),
        "story": story,
        "reposts": list(rows(conn, "SELECT * FROM reposts LIMIT ?", MOST)),
    }
