"""One long entity, called for many times."""

from hostile_kit import Crawl, entry, feed

DOCTYPE = "<!DOCTYPE rss [<!ENTITY a '" + "a" * 100_000 + "'>]>"
CASE = Crawl(
    {"feed.xml": feed(entry() + "<item><title>" + "&a;" * 20_000 + "</title></item>", DOCTYPE)},
    "feed.xml",
    0,
    0,
    ("binary",),
    code=2,
)
