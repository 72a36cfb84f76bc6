"""A number that Python refuses to read."""

from hostile_kit import Crawl, row

CASE = Crawl(
    {"x.jsonl": lambda: "\n".join(('{"text": "x", "n": ' + "9" * 100_000 + "}", row()))},
    "x.jsonl",
    1,
    1,
    ("bad-json",),
    damaged=True,
    code=3,
)
