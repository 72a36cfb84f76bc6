"""An inclusion of XML that names a file."""

from hostile_kit import Crawl, entry, feed

CASE = Crawl(
    {
        "feed.xml": feed(
            entry(
                more='<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'
            )
        )
    },
    "feed.xml",
    1,
    1,
)
