"""A page that begins again and again."""

from hostile_kit import Page, within

CASE = Page(lambda: within("<html><head><body>" * 5_000), "verbatim|edited")
