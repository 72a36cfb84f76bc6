"""Packed three times over: not unpacked more than once."""

from hostile_kit import Page, packed, within

CASE = Page(lambda: packed(within("").encode(), 3), "unreadable:binary|verbatim")
