"""A document type that would have to be fetched."""

from hostile_kit import Crawl, entry, feed

CASE = Crawl(
    {"feed.xml": feed(entry(), '<!DOCTYPE rss SYSTEM "http://127.0.0.1:9/x.dtd">')},
    "feed.xml",
    1,
    1,
)
