"""A database from which a table was taken."""

import sqlite3
from contextlib import closing

from hostile_kit import Handed


def make(path):
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("PRAGMA foreign_keys = OFF")
        conn.execute("DROP TABLE traces")


CASE = Handed(make, "corrupt")
