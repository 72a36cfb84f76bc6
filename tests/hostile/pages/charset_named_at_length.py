"""A charset with a name of a hundred kilobytes."""

from hostile_kit import Page, within

CASE = Page(lambda: within("", head=f'<meta charset="{"utf-8" * 20_000}">'), "verbatim")
