"""Times that are none, and that a terminal would obey."""

import sqlite3
from pathlib import Path

from hostile_kit import Handed


def spoiled(path: Path) -> None:
    with sqlite3.connect(path) as conn:
        conn.execute("UPDATE articles SET published = ?, observed = ?", ("\x07\u202e", "\x9b31m"))
        conn.execute("UPDATE matches SET found = ?", ("\x07\u202e",))


CASE = Handed(spoiled)
