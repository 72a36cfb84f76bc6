"""An address that would move the cursor."""

from hostile_kit import Crawl, record

CASE = Crawl({"x.warc": record(url="https://copy.example/\x1b[2J\x07%00")}, "x.warc", 1, 1)
