"""A program with a page's name."""

from hostile_kit import Page

CASE = Page(b"\x7fELF\x02\x01\x01" + bytes(5000), "unreadable:binary")
