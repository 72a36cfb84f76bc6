"""Numbers, lists and truth where names and dates belong."""

from hostile_kit import Page, within

CASE = Page(
    within(
        "",
        head='<script type="application/ld+json">{"@type":["NewsArticle",7,null],"headline":[1,{"a":2}],'
        '"author":{"name":{"name":true}},"datePublished":1e400,"publisher":[[[["x"]]]],"image":{"url":{"url":[]}},'
        '"mainEntityOfPage":{"@id":NaN},"articleBody":false,"isBasedOn":-1}</script>',
    ),
    "verbatim",
)
