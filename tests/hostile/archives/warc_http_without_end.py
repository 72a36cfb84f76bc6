"""An HTTP header that never ends."""

from hostile_kit import Crawl, record

CASE = Crawl(
    {
        "x.warc": record(
            http=b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX: " + b"a" * 100_000, body=""
        )
        + record(url="https://copy.example/2")
    },
    "x.warc",
    1,
    1,
    passed={"empty": 1},
)
