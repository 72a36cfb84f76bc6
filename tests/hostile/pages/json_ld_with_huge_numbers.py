"""A number of a hundred thousand digits, which Python refuses to read."""

from hostile_kit import Page, within

CASE = Page(
    lambda: within(
        "",
        head='<script type="application/ld+json">{"@type":"NewsArticle","wordCount":'
        + "9" * 100_000
        + "}</script>",
    ),
    "verbatim",
)
