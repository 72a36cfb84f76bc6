"""A body that says gzip and unpacks to a hundred megabytes."""

from hostile_kit import Crawl, packed, record

CASE = Crawl(
    {
        "x.warc": lambda: (
            record(
                packed(b" " * 100_000_000),
                http=b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\n",
            )
            + record(url="https://copy.example/2")
        )
    },
    "x.warc",
    1,
    1,
    ("oversize",),
    code=3,
    seconds=10,
)
