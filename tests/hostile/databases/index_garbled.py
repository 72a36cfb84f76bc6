"""A database whose index is noise: told, not believed."""

import sqlite3
from contextlib import closing

from hostile_kit import Handed


def make(path):
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("UPDATE unindexed SET keys = randomblob(13)")


CASE = Handed(make, "corrupt", untouched=False)
