"""A length that is no number for any machine."""

from hostile_kit import Crawl, record

CASE = Crawl(
    {
        "x.warc": record().replace(b"Content-Length: ", b"Content-Length: " + b"9" * 5000, 1)
        + record(url="https://copy.example/2")
    },
    "x.warc",
    1,
    1,
    code=3,
    damaged=True,
)
