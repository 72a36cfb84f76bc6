"""A packed record whose checksum is wrong."""

from hostile_kit import Crawl, packed, record

CASE = Crawl(
    {"x.warc.gz": packed(record())[:-8] + b"\0" * 8 + packed(record(url="https://copy.example/2"))},
    "x.warc.gz",
    1,
    1,
    code=3,
    damaged=True,
)
