"""A directory that says each member is of another length."""

from hostile_kit import Crawl, record, zipped


def lying() -> bytes:
    made = bytearray(zipped({"archive/data.warc": record()}))
    at = made.find(b"PK\x01\x02")
    made[at + 20 : at + 28] = b"\xff\xff\xff\x7f" * 2
    return bytes(made)


CASE = Crawl({"x.wacz": lying}, "x.wacz", 0, 0, ("bad-zip",), code=2)
