"""Two million beginnings of tags in an entry; each costs a parser some microseconds."""

from hostile_kit import ARTICLE, Crawl, entry, feed

CASE = Crawl(
    {"feed.xml": lambda: feed(entry(ARTICLE + "<" * 2_000_000))},
    "feed.xml",
    0,
    0,
    ("flood",),
    code=2,
)
