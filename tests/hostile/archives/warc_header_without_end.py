"""A header of megabytes."""

from hostile_kit import Crawl, record

CASE = Crawl(
    {
        "x.warc": lambda: (
            record(extra=b"X: " + b"a" * 3_000_000 + b"\r\n") + record(url="https://copy.example/2")
        )
    },
    "x.warc",
    1,
    1,
    code=3,
    damaged=True,
)
