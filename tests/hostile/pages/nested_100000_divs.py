"""As deep as a page can be made cheaply."""

from hostile_kit import Page, within

CASE = Page(within("<div>" * 100_000), "verbatim")
