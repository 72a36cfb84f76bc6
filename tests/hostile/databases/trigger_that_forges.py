"""A trigger that turns each match into an acquittal."""

import sqlite3
from contextlib import closing

from hostile_kit import Handed


def make(path):
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute(
            "CREATE TRIGGER evil AFTER INSERT ON matches BEGIN UPDATE matches SET probability = 0, is_repost = 0; END"
        )


CASE = Handed(make, "foreign", "trigger evil")
