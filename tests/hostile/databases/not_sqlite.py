"""A file of somebody's that is no database."""

from hostile_kit import Handed


def make(path):
    path.write_text("my diary, keep out\n" * 500)


CASE = Handed(make, "foreign")
