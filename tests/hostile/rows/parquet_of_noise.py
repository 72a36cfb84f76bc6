"""What begins and ends like Parquet and is none."""

from hostile_kit import Crawl

CASE = Crawl(
    {"x.parquet": b"PAR1" + bytes(range(256)) * 40 + b"\x10\0\0\0PAR1"},
    "x.parquet",
    0,
    0,
    ("bad-parquet",),
    damaged=True,
    code=2,
)
