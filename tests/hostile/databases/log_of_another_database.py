"""A write-ahead log that belongs to another database."""

from hostile_kit import Handed


def make(path):
    path.with_name(path.name + "-wal").write_bytes(b"\x37\x7f\x06\x82" + bytes(range(256)) * 40)


CASE = Handed(make)
