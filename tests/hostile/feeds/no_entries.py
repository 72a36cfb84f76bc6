"""A feed without entries: said, and not called clean."""

from hostile_kit import Crawl, feed

CASE = Crawl({"feed.xml": feed("")}, "feed.xml", 0, 0, ("empty",), code=2)
