"""One text under thirty addresses."""

from hostile_kit import Crawl, row

CASE = Crawl(
    {"x.jsonl": lambda: "\n".join(row(url=f"https://copy.example/{n}") for n in range(30))},
    "x.jsonl",
    30,
    30,
    seconds=30,
)
