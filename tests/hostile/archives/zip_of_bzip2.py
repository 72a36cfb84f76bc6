"""A hundred megabytes in some hundred bytes, by a method that unpacks all of it at once."""

import bz2
import io
import struct
import zipfile

from hostile_kit import Crawl


def bomb() -> bytes:
    packed = bz2.compress(bytes(100_000_000))
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("archive/data.warc", packed)
    made = bytearray(held.getvalue())
    directory = made.find(b"PK\x01\x02")
    made[8] = made[directory + 10] = zipfile.ZIP_BZIP2
    struct.pack_into("<I", made, directory + 24, 1000)  # and says that it is a kilobyte
    return bytes(made)


CASE = Crawl({"x.wacz": bomb}, "x.wacz", 0, 0, ("bad-zip",), code=2, megabytes=60)
