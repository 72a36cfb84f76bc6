"""Texts and titles in the database hold what a terminal would obey."""

import sqlite3
from contextlib import closing

from hostile_kit import Handed


def make(path):
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute(
            "UPDATE articles SET title = char(27) || '[2J' || title || char(8238, 7, 155), url = 'javascript:alert(1)' WHERE role = 'original'"
        )


CASE = Handed(make)
