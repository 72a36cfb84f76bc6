"""A database that breaks off."""

from hostile_kit import Handed


def make(path):
    path.write_bytes(path.read_bytes()[:20_000])


CASE = Handed(make, "corrupt")
