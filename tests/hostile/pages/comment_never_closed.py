"""A comment that begins after the article and never ends."""

from hostile_kit import Page, within

CASE = Page(within("", "<!-- " + "x" * 100_000), "verbatim")
