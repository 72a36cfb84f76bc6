"""Elements nested twenty thousand levels deep before the entry."""

from hostile_kit import Crawl, entry, feed

CASE = Crawl({"feed.xml": lambda: feed("<a>" * 20_000 + entry())}, "feed.xml", 1, 1)
