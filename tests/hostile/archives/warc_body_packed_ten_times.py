"""Ten encodings on top of one another."""

from hostile_kit import PAGE, Crawl, packed, record

CASE = Crawl(
    {
        "x.warc": record(
            packed(PAGE.encode(), 10),
            http=b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: "
            + b"gzip, " * 9
            + b"gzip\r\n\r\n",
        )
    },
    "x.warc",
    0,
    0,
    ("unreadable",),
    code=2,
)
