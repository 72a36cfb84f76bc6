"""UTF-16 that nothing announces."""

from hostile_kit import Page, within

CASE = Page(within("").encode("utf-16-le"), "verbatim|unreadable:binary")
