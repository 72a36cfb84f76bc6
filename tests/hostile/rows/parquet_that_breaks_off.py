"""The beginning of a Parquet file alone."""

from hostile_kit import Crawl

CASE = Crawl(
    {"x.parquet": b"PAR1" + b"\x15\x04" * 100},
    "x.parquet",
    0,
    0,
    ("bad-parquet",),
    damaged=True,
    code=2,
)
