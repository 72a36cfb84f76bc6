"""Ten thousand empty members before a record."""

from hostile_kit import Crawl, packed, record

CASE = Crawl(
    {"x.warc.gz": lambda: packed(b"") * 10_000 + packed(record())}, "x.warc.gz", 1, 1, seconds=10
)
