"""A database whose parameters are no parameters."""

import sqlite3
from contextlib import closing

from hostile_kit import Handed


def make(path):
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("UPDATE meta SET value = '[1, {\"a\": null}]' WHERE key = 'parameters'")


CASE = Handed(make, "corrupt|parameters|inconsistent")
