"""A database whose page size is none."""

from hostile_kit import Handed


def make(path):
    held = bytearray(path.read_bytes())
    held[16:18] = b"\x00\x03"
    path.write_bytes(held)


CASE = Handed(make, "corrupt|foreign")
