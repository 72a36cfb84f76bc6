"""An archive that is cut before its directory."""

from hostile_kit import Crawl, record, zipped

CASE = Crawl(
    {"x.wacz": zipped({"archive/data.warc": record()})[:-400]}, "x.wacz", 0, 0, code=2, damaged=True
)
