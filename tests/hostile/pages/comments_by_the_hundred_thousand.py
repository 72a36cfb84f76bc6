"""More comments than text."""

from hostile_kit import Page, within

CASE = Page(lambda: within("<!-- x -->" * 200_000), "verbatim")
