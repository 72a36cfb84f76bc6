"""A trigger that deletes the originals when a page is stored."""

import sqlite3
from contextlib import closing

from hostile_kit import Handed


def make(path):
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute(
            "CREATE TRIGGER evil AFTER INSERT ON runs BEGIN DELETE FROM texts; DELETE FROM articles; END"
        )


CASE = Handed(make, "foreign", "trigger evil")
