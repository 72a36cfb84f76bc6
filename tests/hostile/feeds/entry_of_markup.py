"""An entry that is a hostile page."""

from hostile_kit import ARTICLE, Crawl, entry, feed

CASE = Crawl(
    {
        "feed.xml": feed(
            entry("<div>" * 3000 + ARTICLE + "<script>x</script><iframe src=//copy.example>")
        )
    },
    "feed.xml",
    1,
    1,
)
