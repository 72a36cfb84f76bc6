"""A crawl of one record that unpacks to eight times the limit."""

from hostile_kit import Crawl, packed, record

CASE = Crawl(
    {
        "x.warc.gz": lambda: (
            packed(record())
            + packed(record(b"\0" * 80_000_000))
            + packed(record(url="https://copy.example/3"))
        )
    },
    "x.warc.gz",
    2,
    2,
    ("oversize",),
    code=3,
    seconds=20,
)
