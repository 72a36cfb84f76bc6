"""An entry whose address is a script."""

from hostile_kit import Crawl, entry, feed

CASE = Crawl({"feed.xml": feed(entry(link="javascript:alert(1)"))}, "feed.xml", 1, 1)
