"""A valid value of nine hundred levels."""

from hostile_kit import Page, within

CASE = Page(
    within(
        "", head='<script type="application/ld+json">' + '{"a":[' * 450 + "]}" * 450 + "</script>"
    ),
    "verbatim",
)
