"""A feed whose base address leads elsewhere."""

from hostile_kit import ARTICLE, Crawl

CASE = Crawl(
    {
        "feed.xml": '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="javascript:"><title>x</title><entry><title>Canal drained</title><link href="//"/><content type="html"><![CDATA['
        + ARTICLE
        + "]]></content></entry></feed>"
    },
    "feed.xml",
    1,
    1,
)
