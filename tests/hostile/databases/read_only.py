"""A database in a file that may only be read."""

from hostile_kit import Handed


def make(path):
    path.chmod(0o444)


CASE = Handed(make, "readonly", matched=False)
