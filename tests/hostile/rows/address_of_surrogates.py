"""Halves of characters in an address, which no percent-encoding can spell."""

from hostile_kit import Crawl, row

CASE = Crawl(
    {"x.jsonl": row(url="https://copy.example/\ud800/x?q=\udfff&token=\ud800#\udc80")},
    "x.jsonl",
    1,
    1,
)
