"""A feed that says UTF-16 and is not."""

from hostile_kit import Crawl, entry, feed

CASE = Crawl(
    {"feed.xml": feed(entry()).replace('version="1.0"', 'version="1.0" encoding="UTF-16"')},
    "feed.xml",
    1,
    1,
)
