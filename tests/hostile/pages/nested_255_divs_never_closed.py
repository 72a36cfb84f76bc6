"""The same, never closed."""

from hostile_kit import Page, within

CASE = Page(within("<div>" * 255), "verbatim")
