"""A file of no bytes is a new database: no originals, and said so."""

from hostile_kit import Handed


def make(path):
    path.write_bytes(b"")


CASE = Handed(make, matched=False)
