"""A page that holds what looks like a record."""

from hostile_kit import PAGE, Crawl, record

CASE = Crawl(
    {
        "x.warc": record(
            PAGE.replace(
                "</body>",
                "\r\n\r\nWARC/1.0\r\nWARC-Type: response\r\nContent-Length: 5\r\n\r\nhello\r\n\r\n</body>",
            )
        )
    },
    "x.warc",
    1,
    1,
)
