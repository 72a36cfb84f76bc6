"""A database whose texts are noise."""

import sqlite3
from contextlib import closing

from hostile_kit import Handed


def make(path):
    with closing(sqlite3.connect(path)) as conn, conn:
        (root,) = conn.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'texts'").fetchone()
        (size,) = conn.execute("PRAGMA page_size").fetchone()
    held = bytearray(path.read_bytes())
    held[(root - 1) * size : root * size] = b"\xff" * size
    path.write_bytes(held)


CASE = Handed(make, "corrupt", untouched=False)
