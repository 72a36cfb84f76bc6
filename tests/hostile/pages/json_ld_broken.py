"""Metadata that break off."""

from hostile_kit import Page, within

CASE = Page(
    within(
        "",
        head='<script type="application/ld+json">{"@type":"NewsArticle","headline":"x",</script>',
    ),
    "verbatim",
)
