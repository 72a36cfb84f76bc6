"""A hundred kilobytes that unpack to ten times the limit."""

from hostile_kit import Page, packed

CASE = Page(lambda: packed(b"<p>" + b" " * 100_000_000), "unreadable:oversize", seconds=8)
