"""A million references in a row."""

from hostile_kit import Page, within

CASE = Page(lambda: within("<p>" + "&amp;" * 1_000_000 + "</p>"), "verbatim|edited", seconds=8)
