"""A database that says it is ours and has none of our tables."""

import sqlite3
from contextlib import closing

from hostile_kit import Handed


def make(path):
    with closing(sqlite3.connect(path)) as conn, conn:
        (mark,) = conn.execute("PRAGMA application_id").fetchone()
        (version,) = conn.execute("PRAGMA user_version").fetchone()
    path.unlink()
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute(f"PRAGMA application_id = {mark}")
        conn.execute(f"PRAGMA user_version = {version}")
        conn.execute("CREATE TABLE t (x)")


CASE = Handed(make, "foreign|corrupt")
