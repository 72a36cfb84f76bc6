"""Tiny paragraphs, on which the extractor would take minutes."""

from hostile_kit import Page, within

CASE = Page(lambda: within("<p>x" * 150_000), "verbatim|edited|partial", rough=True, seconds=10)
