"""A member that is encrypted."""

from hostile_kit import Crawl, record, zipped


def locked() -> bytes:
    made = bytearray(zipped({"archive/data.warc": record()}))
    made[6] |= 1
    made[made.find(b"PK\x01\x02") + 8] |= 1
    return bytes(made)


CASE = Crawl({"x.wacz": locked}, "x.wacz", 0, 0, ("bad-zip",), code=2)
