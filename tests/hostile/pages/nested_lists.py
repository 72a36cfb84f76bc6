"""Lists in lists exhaust the extractor's stack."""

from hostile_kit import Page, within

CASE = Page(within("<ul><li>" * 900, "</li></ul>" * 900), "verbatim|edited")
