"""A record that says it is shorter than it is: the next is found."""

from hostile_kit import Crawl, record

CASE = Crawl(
    {"x.warc": record(length=10) + record(url="https://copy.example/2")},
    "x.warc",
    1,
    1,
    code=3,
    damaged=True,
)
