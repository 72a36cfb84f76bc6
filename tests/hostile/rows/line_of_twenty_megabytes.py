"""A line that is too long is passed over in pieces."""

from hostile_kit import Crawl, row

CASE = Crawl(
    {
        "x.jsonl": lambda: "\n".join(
            (row(), row("x" * 21_000_000), row(url="https://copy.example/2"))
        )
    },
    "x.jsonl",
    2,
    2,
    ("oversize",),
    damaged=True,
    code=3,
    seconds=10,
)
