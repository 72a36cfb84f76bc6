"""A line that is cut costs itself alone."""

from hostile_kit import Crawl, row

CASE = Crawl(
    {"x.jsonl": "\n".join((row(), '{"text": "cut', row(url="https://copy.example/2")))},
    "x.jsonl",
    2,
    2,
    ("bad-json",),
    damaged=True,
    code=3,
)
