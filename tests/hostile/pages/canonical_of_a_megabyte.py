"""A canonical address of a megabyte."""

from hostile_kit import Page, within

CASE = Page(
    lambda: within("", head=f'<link rel=canonical href="https://copy.example/{"a" * 1_000_000}">'),
    "verbatim",
)
