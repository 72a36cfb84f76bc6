"""A body in chunks of lengths that are wrong."""

from hostile_kit import Crawl, record

CASE = Crawl(
    {
        "x.warc": record(
            http=b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFF\r\n"
        )
    },
    "x.warc",
    1,
    1,
)
