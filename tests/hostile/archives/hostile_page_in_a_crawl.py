"""Sound pages on both sides of one that no extractor can read."""

from hostile_kit import PAGE, Crawl, record

CASE = Crawl(
    {
        "x.warc": lambda: (
            record()
            + record(b"<p>x" * 150_000 + PAGE.encode(), url="https://copy.example/2")
            + record(url="https://copy.example/3")
        )
    },
    "x.warc",
    3,
    3,
    ("crashed",),
    seconds=15,
)
