"""More headings than text."""

from hostile_kit import Page, within

CASE = Page(
    lambda: within("<h2>x</h2>" * 41_000), "verbatim|edited|partial", rough=True, seconds=10
)
