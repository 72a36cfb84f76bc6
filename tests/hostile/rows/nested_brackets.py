"""Brackets on which the parser exhausts its stack."""

from hostile_kit import Crawl, row

CASE = Crawl(
    {
        "x.jsonl": lambda: "\n".join(
            (row(), '{"text": ' + "[" * 100_000, row(url="https://copy.example/2"))
        )
    },
    "x.jsonl",
    2,
    2,
    ("bad-json",),
    damaged=True,
    code=3,
)
