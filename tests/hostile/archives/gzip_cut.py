"""A packed crawl that breaks off in its second record."""

from hostile_kit import Crawl, packed, record

CASE = Crawl(
    {"x.warc.gz": packed(record()) + packed(record(url="https://copy.example/2"))[:-300]},
    "x.warc.gz",
    1,
    1,
    code=3,
    damaged=True,
)
