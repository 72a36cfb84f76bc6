"""Thirty thousand records that begin and never end their headers, then a sound one."""

from hostile_kit import Crawl, record

CASE = Crawl(
    {"x.warc": b"WARC/1.0\r\nA: b\r\n" * 30_000 + record(url="https://copy.example/2")},
    "x.warc",
    1,
    1,
    damaged=True,
    code=3,
)
