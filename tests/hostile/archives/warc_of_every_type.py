"""Records of other types: texts are read, the rest is counted by reason."""

from hostile_kit import Crawl, record

CASE = Crawl(
    {
        "x.warc": b"".join(
            record(kind=k, url=f"https://copy.example/{k}")
            for k in ("request", "metadata", "revisit", "conversion", "\x1bx")
        )
        + record()
    },
    "x.warc",
    2,
    2,
    passed={"other": 1, "revisit": 1},
)
