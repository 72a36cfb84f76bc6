"""An entity that names a file of this machine: it is not read."""

from hostile_kit import Crawl, entry, feed

DOCTYPE = '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY % y SYSTEM "http://127.0.0.1:9/"> %y;]>'
CASE = Crawl({"feed.xml": feed(entry(more="<author>&x;</author>"), DOCTYPE)}, "feed.xml", 1, 1)
