"""Rare words that are lists: JSON, and nothing that we write."""

import sqlite3
from pathlib import Path

from hostile_kit import Handed


def spoiled(path: Path) -> None:
    with sqlite3.connect(path) as conn:
        conn.execute("UPDATE fingerprints SET terms = '[[1]]'")


CASE = Handed(spoiled)
