"""A charset in which every letter would be another."""

from hostile_kit import Page, within

CASE = Page(within("", head="<meta charset=cp037>"), "verbatim")
