"""An address of a million slashes."""

from hostile_kit import Crawl, row

CASE = Crawl({"x.jsonl": row(url="https://copy.example/" + "/" * 1_000_000 + "x")}, "x.jsonl", 1, 1)
