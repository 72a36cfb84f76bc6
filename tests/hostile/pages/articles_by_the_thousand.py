"""Thousands of empty articles before the one that is none."""

from hostile_kit import Page, within

CASE = Page(lambda: within("<article></article>" * 5_000), "verbatim|edited")
