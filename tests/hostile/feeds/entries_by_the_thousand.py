"""Five thousand entries, each an address alone."""

from hostile_kit import Crawl, entry, feed

CASE = Crawl(
    {
        "feed.xml": lambda: feed(
            entry()
            + "".join(f"<item><link>https://copy.example/{n}</link></item>" for n in range(5000))
        )
    },
    "feed.xml",
    1,
    1,
    ("not-fetched",),
    passed={"not-fetched": 5000},
    code=3,
    seconds=15,
)
