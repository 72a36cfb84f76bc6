"""A record whose address is sixty thousand slashes."""

from hostile_kit import Crawl, record

CASE = Crawl({"x.warc": record(url="https://copy.example/" + "/" * 60_000 + "x")}, "x.warc", 1, 1)
