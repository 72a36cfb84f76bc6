"""A title of a megabyte."""

from hostile_kit import Page, within

CASE = Page(
    lambda: within("").replace("<title>T", "<title>" + "Canal " * 170_000), "verbatim", seconds=8
)
