"""A record that says it is longer than the file."""

from hostile_kit import Crawl, record

CASE = Crawl(
    {"x.warc": record() + record(url="https://copy.example/2", length=10**9)},
    "x.warc",
    1,
    1,
    ("oversize",),
    code=3,
    damaged=True,
)
