"""A feed that breaks off in its second entry."""

from hostile_kit import Crawl, entry, feed

CASE = Crawl(
    {"feed.xml": feed(entry() + entry(link="https://copy.example/2"))[:-400]},
    "feed.xml",
    1,
    1,
    ("not-fetched",),
    passed={"not-fetched": 1},
    code=3,
    damaged=True,
)
