"""Characters that XML forbids."""

from hostile_kit import ARTICLE, Crawl, entry, feed

CASE = Crawl({"feed.xml": feed(entry("\x00\x08\x1b[2J" + ARTICLE))}, "feed.xml", 1, 1)
