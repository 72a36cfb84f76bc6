"""An entry with a million full stops, each of which may begin the end of a teaser."""

from hostile_kit import ARTICLE, Crawl, entry, feed

DOTS = "<p>" + "." * 1_000_000 + "x</p>"
CASE = Crawl({"feed.xml": lambda: feed(entry(DOTS + ARTICLE))}, "feed.xml", 1, 1)
