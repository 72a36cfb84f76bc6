"""Entities that multiply to billions."""

from hostile_kit import Crawl, entry, feed

DOCTYPE = (
    "<!DOCTYPE rss [<!ENTITY l0 'lol'>"
    + "".join(f"<!ENTITY l{n + 1} '{f'&l{n};' * 10}'>" for n in range(9))
    + "]>"
)
CASE = Crawl(
    {"feed.xml": feed(entry() + "<item><title>&l9;</title></item>", DOCTYPE)},
    "feed.xml",
    1,
    1,
    ("no-text",),
    code=3,
)
