"""A set of frames with the article behind it."""

from hostile_kit import ARTICLE, Page

CASE = Page(
    f"<html><frameset><frame src=a.html></frameset><body>{ARTICLE}</body></html>",
    "verbatim|edited|unreadable:empty",
)
