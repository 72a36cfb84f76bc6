"""A crawl packed five times over."""

from hostile_kit import Crawl, packed, record

CASE = Crawl({"x.warc.gz": packed(record(), 5)}, "x.warc.gz", 0, 0, damaged=True, code=2)
