"""One attribute of nine megabytes."""

from hostile_kit import Page, within

CASE = Page(lambda: within(f'<div data-x="{"a" * 9_000_000}">x</div>'), "verbatim")
