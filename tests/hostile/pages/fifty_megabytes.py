"""A page of fifty megabytes is refused, in words that say so."""

from hostile_kit import Page, within

CASE = Page(lambda: within("x" * 50_000_000), "unreadable:oversize")
