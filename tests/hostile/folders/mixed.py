"""Sound pages among everything that is none."""

from hostile_kit import PAGE, Crawl, packed, record

CASE = Crawl(
    {
        "a.html": PAGE,
        "b.html": b"\x89PNG\r\n\x1a\n" + bytes(99),
        "c.html": "",
        "d.warc.gz": packed(record())[:-9],
        "e.jsonl": "{",
        "f.xml": "<rss",
        "g.zip": b"PK\x03\x04",
    },
    "",
    2,
    2,
    ("bad-json", "binary", "empty"),
    code=3,
    damaged=True,
)
