"""A view that stands where a table of ours belongs, and never ends."""

import sqlite3
from contextlib import closing

from hostile_kit import Handed


def make(path):
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("PRAGMA foreign_keys = OFF")
        conn.execute("DROP TABLE traces")
        conn.execute(
            "CREATE VIEW traces AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x AS article_id, x AS kind, x AS value FROM c"
        )


CASE = Handed(make, "foreign|corrupt")
