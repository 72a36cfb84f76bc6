"""NULs in a text, a title and an address."""

from hostile_kit import SOURCE, Crawl, row

CASE = Crawl(
    {
        "x.jsonl": row(
            SOURCE.replace("canal", "ca\0nal"), title="a\0b", url="https://copy.example/\0"
        )
    },
    "x.jsonl",
    1,
    1,
)
