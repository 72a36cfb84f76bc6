"""A record of less than nothing."""

from hostile_kit import Crawl, record

CASE = Crawl(
    {"x.warc": record(length=-1) + record(url="https://copy.example/2")},
    "x.warc",
    1,
    1,
    code=3,
    damaged=True,
)
