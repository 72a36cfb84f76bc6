"""A frame of Zstandard that says it is of a terabyte."""

from hostile_kit import Crawl

CASE = Crawl(
    {"x.warc.zst": b"\x28\xb5\x2f\xfd\xe0" + (1 << 40).to_bytes(8, "little") + b"\0" * 100},
    "x.warc.zst",
    0,
    0,
    damaged=True,
    code=2,
)
