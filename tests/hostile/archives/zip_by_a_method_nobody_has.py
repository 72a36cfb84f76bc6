"""A member packed in a way that is not known."""

from hostile_kit import Crawl, record, zipped


def odd() -> bytes:
    made = bytearray(zipped({"archive/data.warc": record()}))
    made[8] = 97
    made[made.find(b"PK\x01\x02") + 10] = 97
    return bytes(made)


CASE = Crawl({"x.wacz": odd}, "x.wacz", 0, 0, ("bad-zip",), code=2)
