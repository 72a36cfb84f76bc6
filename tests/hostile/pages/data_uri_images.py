"""Pictures inside the page, a megabyte each."""

from hostile_kit import Page, within

CASE = Page(lambda: within(f'<img src="data:image/png;base64,{"A" * 1_000_000}">' * 8), "verbatim")
