"""Is the schema of a database that was handed over ours? Triggers and views are code of others.

A trigger runs when we write, a view when we read: one that somebody added or changed could forget
originals or turn every finding round. So each object of ours must be the one that our migrations
make, and there is no trigger beside them. Views and tables that were added are never asked.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from functools import lru_cache

from provenance.store.schema import MIGRATIONS, statements

Objects = Mapping[str, tuple[str, str]]
_OBJECTS = "SELECT name, type, coalesce(sql, '') FROM sqlite_schema"


def _read(conn: sqlite3.Connection) -> Objects:
    return {name: (kind, " ".join(sql.split())) for name, kind, sql in conn.execute(_OBJECTS)}


@lru_cache(maxsize=1)
def _made(version: int) -> Objects:
    """Name to kind and SQL of what the migrations up to ``version`` make."""
    conn = sqlite3.connect(":memory:", isolation_level=None)
    try:
        conn.execute("BEGIN")
        for script in MIGRATIONS[:version]:
            for statement in statements(script):
                conn.execute(statement)
        return _read(conn)
    finally:
        conn.close()


def differences(conn: sqlite3.Connection, version: int) -> tuple[list[str], list[str]]:
    """What is missing of the schema of this version, and what is not ours in it: two lists of
    names, each with its kind before it."""
    ours, found = _made(version), _read(conn)
    missing = [f"{kind} {name}" for name, (kind, _) in sorted(ours.items()) if name not in found]
    strange = []
    for name, (kind, sql) in sorted(found.items()):
        wanted = ours.get(name)
        if wanted is None:
            changed = kind == "trigger"
        else:
            # A table's text depends on the SQLite that altered it; the code in it does not.
            changed = kind != wanted[0] or (kind in ("trigger", "view") and sql != wanted[1])
        if changed:
            strange.append(f"{kind} {name}")
    return missing, strange
