"""A copy of the database without what others wrote, fit to be put online.

Made from nothing: a new database, into which only columns named here are copied. What a later
version adds stays at home until it is named, too. A database that texts were deleted from would
keep their words in freed pages, in the full-text index and in the postings.
"""

from __future__ import annotations

import re
import secrets
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from provenance import urls
from provenance.config import Parameters
from provenance.errors import StoreError
from provenance.store import rows
from provenance.store.connection import Connected
from provenance.store.opening import connect, explained, migrate, uri
from provenance.store.reading import PUBLISHED

#: What stands in place of a sentence that quotes a page.
LEFT_OUT = "It quotes a page; left out of this copy."

# Table by table, in the order of foreign keys: what the new row takes of the old one. A column
# that is not named keeps its default.
_COPIED: dict[str, dict[str, str]] = {
    "runs": {
        "id": "id",
        "verb": "verb",
        # Paths and addresses that somebody typed.
        "arguments": "'{}'",
        # Texts can be crafted against a known seed.
        "parameters": "json_remove(parameters, '$.seed')",
        "generation": "generation",
        "counts": "counts",
        "started": "started",
        "ended": "ended",
    },
    # The same bytes of one address in several files are one row here, where no file is named.
    "captures": {
        "id": "min(id)",
        "url": "url",
        "final_url": "final_url",
        "sha256": "sha256",
        "status": "status",
        "observed": "observed",
    },
    "articles": {
        **{
            name: name
            for name in (
                "id", "number", "role", "title", "site", "url", "canonical_url", "byline",
                "published", "observed", "modified", "language", "words", "digest", "rough", "gate",
            )
        },
        "capture_id": "(SELECT min(b.id) FROM old.captures a JOIN old.captures b"
        " ON b.sha256 = a.sha256 AND b.url = a.url WHERE a.id = articles.capture_id)",
    },
    "matches": {
        name: f'"{name}"'
        for name in (
            "id", "source_id", "target_id", "relation", "probability", "is_repost", "is_reuse",
            "direction", "direction_confidence", "attribution", "jaccard_3",
            "containment_target_5", "containment_source_5", "coverage", "coverage_source", "order",
            "hard_containment", "hard_source", "novel", "quoted", "longest_run", "best_block",
            "channels", "run_id", "found", "decision",
        )
    },
    "passages": {
        name: name
        for name in (
            "match_id", "position", "target_offset", "target_length", "source_offset",
            "source_length", "kind",
        )
    },
    "clusters": {
        name: name
        for name in ("id", "title", "members", "attached", "sites", "earliest", "latest")
    },
    "cluster_members": {
        name: name for name in ("cluster_id", "article_id", "role", "source_id", "match_id")
    },
}  # fmt: skip
_GROUPED = {"captures": " GROUP BY sha256, url"}

# Reasons that are made of numbers, times, sites and words of ours alone.
_OWN_WORDS = frozenset(
    {
        "aligned", "below-threshold", "boilerplate", "claimed", "claimed-equal", "conflict",
        "disguise", "exact", "excerpt", "existed-before", "languages", "maybe-earlier", "named",
        "names", "novel", "observed", "quoted", "same-digest", "same-series",
        "too-short",
    }
)  # fmt: skip
_OF_OTHERS = "cohort-"
#: A trace's kind and, behind a colon, what the page says.
_SAID = re.compile(r" \(([a-z-]+): .*\)\.$", re.DOTALL)


def safe_reason(code: str, text: str) -> str:
    """The sentence of a reason or of a line of evidence, without what it quotes of a page."""
    kind = code.removeprefix("direction-")
    if kind in _OWN_WORDS or kind.startswith(_OF_OTHERS):
        return text
    if kind.startswith("trace:") and _SAID.search(text):
        return _SAID.sub(r" (\1).", text)
    return LEFT_OUT


def publish(source: Connected, path: Path) -> dict[str, int]:
    """Write the copy to ``path``, where there is no file yet; returns how many rows of what.

    The copy holds no text, no words of one, no snippet, no header and no path. It can be read by
    everything that reads a database of ours, and written by nothing. Raises StoreError.
    """
    if path.exists():
        raise StoreError("there is a file already", subject=str(path), code="exists")
    with explained(path):
        conn = connect(path, "mode=rwc", 10.0)
        try:
            # Whatever was written once is written over.
            conn.execute("PRAGMA secure_delete = ON")
            conn.execute("PRAGMA foreign_keys = ON")
            migrate(conn, Parameters(seed=secrets.randbits(31)))
            conn.execute("ATTACH DATABASE ? AS old", (uri(source.path, "mode=ro"),))
            conn.execute("BEGIN IMMEDIATE")
            counts = _copy(conn)
            conn.execute("COMMIT")
            conn.execute("DETACH DATABASE old")
            conn.execute("INSERT INTO articles_fts(articles_fts) VALUES ('optimize')")
            conn.execute("VACUUM")
            return counts
        finally:
            conn.close()


def _copy(conn: sqlite3.Connection) -> dict[str, int]:
    counts: dict[str, int] = {}
    for table, columns in _COPIED.items():
        names = ", ".join(f'"{name}"' for name in columns)
        # Names and expressions are those above, never input.
        cursor = conn.execute(
            f"INSERT INTO main.{table} ({names}) SELECT {', '.join(columns.values())}"  # noqa: S608
            f" FROM old.{table}{_GROUPED.get(table, '')}"
        )
        counts[table] = cursor.rowcount
        if table == "articles":
            # Titles can be searched; there is a row where a text would be, with nothing in it.
            conn.execute("INSERT INTO main.texts SELECT id, '' FROM main.articles")
    for table, kind in (("reasons", "code"), ("direction_evidence", "kind")):
        more = ", log_odds" if table == "direction_evidence" else ""
        found = conn.execute(f"SELECT match_id, position, {kind}{more}, text FROM old.{table}")  # noqa: S608
        marks = "?, ?, ?, ?, ?" if more else "?, ?, ?, ?"
        cursor = conn.executemany(
            f"INSERT INTO main.{table} VALUES ({marks})",  # noqa: S608
            ((*row[:-1], safe_reason(row[2], row[-1])) for row in found),
        )
        counts[table] = cursor.rowcount
    cursor = conn.executemany(
        "INSERT INTO main.traces VALUES (?, ?, ?, ?, ?, ?, ?, '')", _traces(conn)
    )
    counts["traces"] = cursor.rowcount
    conn.executemany(
        "INSERT OR REPLACE INTO main.meta SELECT key, value FROM old.meta WHERE key = ?",
        [("generation",), ("originals",)],
    )
    conn.execute("INSERT INTO main.meta VALUES (?, ?)", (PUBLISHED, rows.now()))
    return counts


def _traces(conn: sqlite3.Connection) -> Iterator[tuple[Any, ...]]:
    """The traces, of whose values only addresses are kept: others are words of a page."""
    for row in conn.execute(
        "SELECT article_id, position, kind, value, target_url, target_site, strength"
        " FROM old.traces"
    ):
        value = row[3] if urls.is_url(row[3]) else row[5] or ""
        yield (*row[:3], value, *row[4:])
