"""Forty names for one member: a bomb that needs no packing."""

import copy
import io
import zipfile

from hostile_kit import Crawl, record


def layered() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("archive/00.warc", record())
        for number in range(40):
            again = copy.copy(archive.filelist[0])
            again.filename = f"archive/{number:02}.warc"
            archive.filelist.append(again)
    return held.getvalue()


CASE = Crawl({"x.wacz": layered}, "x.wacz", 0, 0, ("bad-zip",), code=2)
