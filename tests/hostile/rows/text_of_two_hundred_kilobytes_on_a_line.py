"""One line, one sentence, two hundred kilobytes."""

from hostile_kit import SOURCE, Crawl, row

CASE = Crawl(
    {"x.jsonl": lambda: row(SOURCE.replace("\n", " ") + " and" * 50_000)},
    "x.jsonl",
    1,
    1,
    seconds=15,
)
