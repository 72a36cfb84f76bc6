"""A database of another program, with a table of the same name."""

import sqlite3
from contextlib import closing

from hostile_kit import Handed


def make(path):
    path.unlink()
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("CREATE TABLE articles (id TEXT, text BLOB)")


CASE = Handed(make, "foreign")
