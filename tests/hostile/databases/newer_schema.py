"""A database of a version that is still to come."""

import sqlite3
from contextlib import closing

from hostile_kit import Handed


def make(path):
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("PRAGMA user_version = 999")


CASE = Handed(make, "newer", "Upgrade")
