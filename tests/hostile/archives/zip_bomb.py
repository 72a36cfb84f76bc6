"""A member that says it unpacks to hundreds of megabytes is left, unpacked or not."""

from hostile_kit import Crawl, zipped


def bomb() -> bytes:
    made = bytearray(zipped({"archive/data.warc": b"\0" * 3_000_000}, 8))
    at = made.find(b"PK\x01\x02")
    made[at + 24 : at + 28] = (400_000_000).to_bytes(4, "little")
    return bytes(made)


CASE = Crawl({"bomb.wacz": bomb}, "bomb.wacz", 0, 0, ("oversize",), code=2)
