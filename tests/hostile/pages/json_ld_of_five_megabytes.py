"""Metadata of five megabytes that break off."""

from hostile_kit import Page, within

CASE = Page(
    lambda: within(
        "",
        head='<script type="application/ld+json">['
        + '{"@type":"NewsArticle"},' * 200_000
        + "</script>",
    ),
    "verbatim",
    seconds=8,
)
