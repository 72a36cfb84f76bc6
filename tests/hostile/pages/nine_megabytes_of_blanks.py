"""Within the limit, and nothing but blanks before the article."""

from hostile_kit import Page, within

CASE = Page(lambda: within(" \n" * 4_500_000), "verbatim", seconds=8)
