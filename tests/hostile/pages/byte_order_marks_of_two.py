"""A mark of UTF-8 before a mark of UTF-16 before a page in UTF-8."""

from hostile_kit import Page, within

CASE = Page(b"\xef\xbb\xbf\xff\xfe" + within("").encode(), "verbatim|unreadable:binary")
