"""An archive in an archive."""

from hostile_kit import Crawl, record, zipped

CASE = Crawl(
    {"x.wacz": zipped({"archive/inner.wacz": zipped({"archive/data.warc": record()})})},
    "x.wacz",
    0,
    0,
    ("bad-zip",),
    code=2,
)
