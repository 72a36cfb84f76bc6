"""A quarter of a million empty lines."""

from hostile_kit import Page, within

CASE = Page(
    lambda: within("<br>" * 250_000), "verbatim|edited", rough=True, seconds=10, megabytes=900
)
