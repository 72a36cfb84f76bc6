"""A directory that says it begins later than it does, so that its members lie before the file."""

from hostile_kit import Crawl, record, zipped


def shifted() -> bytes:
    made = bytearray(zipped({"archive/data.warc": record()}))
    at = made.rfind(b"PK\x05\x06") + 16
    made[at : at + 4] = (int.from_bytes(made[at : at + 4], "little") + 50_000).to_bytes(4, "little")
    return bytes(made)


CASE = Crawl({"x.wacz": shifted}, "x.wacz", 0, 0, ("bad-zip",), code=2)
