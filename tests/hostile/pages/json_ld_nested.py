"""Brackets in brackets, on which parsers of JSON exhaust the stack."""

from hostile_kit import Page, within

CASE = Page(
    lambda: within("", head='<script type="application/ld+json">' + "[" * 200_000 + "</script>"),
    "verbatim",
)
