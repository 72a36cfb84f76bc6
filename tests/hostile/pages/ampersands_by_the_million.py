"""A million ampersands that begin nothing."""

from hostile_kit import Page, within

CASE = Page(lambda: within("<p>" + "&" * 1_000_000 + "</p>"), "verbatim|edited", seconds=8)
