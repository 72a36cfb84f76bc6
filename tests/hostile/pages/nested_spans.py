"""Inline elements nest, too."""

from hostile_kit import Page, within

CASE = Page(within("<span>" * 6000), "verbatim")
