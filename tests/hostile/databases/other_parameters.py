"""A database whose fingerprints were made otherwise: refused, with the way out."""

import json
import sqlite3
from contextlib import closing

from hostile_kit import Handed


def make(path):
    with closing(sqlite3.connect(path)) as conn, conn:
        rows = conn.execute("SELECT key, value FROM meta").fetchall()
        for key, value in rows:
            if key == "parameters":
                told = json.loads(value) | {"version": 0}
                conn.execute("UPDATE meta SET value = ? WHERE key = ?", (json.dumps(told), key))


CASE = Handed(make, "parameters", "provenance reindex")
