"""WACZ, a web archive packed as ZIP (WACZ 1.1.1 of the Webrecorder project). Nothing is unpacked
to disk, and no name in the archive becomes one on disk."""

from __future__ import annotations

import dataclasses
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, BinaryIO

from provenance.models import Capture, Failure
from provenance.readers.packed import is_bomb, packing_by_name, packing_of
from provenance.readers.reading import Given, Item, Tally
from provenance.readers.streams import Pieces, peeked
from provenance.readers.warc import read_warc

_ARCHIVE = re.compile(r"^archive/[^/]+\.w?arc(?:\.gz|\.zst)?$", re.IGNORECASE)
# APPNOTE.TXT 4.3.7: lengths of name and extra field, at the end of a local header of 30 bytes.
_LOCAL, _LENGTHS = 30, struct.Struct("<26xHH")
# WACZ asks for the first. Of bzip2 and LZMA the library unpacks all that it was given at once, and
# a kilobyte of bzip2 may be as much as a gigabyte.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class _Region(Pieces):
    """Some bytes of a file."""

    def __init__(self, file: BinaryIO, start: int, size: int) -> None:
        self._file, self._at, self._end = file, start, start + size

    def piece(self) -> bytes:
        self._file.seek(self._at)
        found = self._file.read(min(1 << 16, self._end - self._at))
        self._at += len(found)
        return found


class _Member(Pieces):
    """A compressed member, up to where it breaks."""

    def __init__(self, member: IO[bytes], tally: Tally) -> None:
        self._member, self._tally = member, tally

    def piece(self) -> bytes:
        try:
            return self._member.read(1 << 16)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError):
            self._tally.truncated = True
            return b""


def read_wacz(path: Path, label: str, given: Given, tally: Tally) -> Iterator[Item]:
    """The pages of every WARC in the archive, in its order.

    Places (``offset``, ``length``) are of the WACZ file itself, where its members are stored as
    the specification asks. Without its directory, which a cut file lacks, it is searched for
    records from its beginning.
    """
    with path.open("rb") as file:
        try:
            directory = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error, OSError):
            tally.truncated = True
            file.seek(0)
            yield from read_warc(file, "gzip", label, given, tally)
            return
        with directory:
            members = [m for m in directory.infolist() if _ARCHIVE.match(m.filename)]
            if sum(m.compress_size for m in members) > path.stat().st_size:
                message = "its members lie over one another; not read"
                yield Failure(label, "read", "bad-zip", message)
                return
            if not members:
                yield Failure(label, "read", "bad-zip", "a ZIP archive without archive/*.warc.gz")
            for member in members:
                yield from _member(file, directory, member, label, given, tally)


def _member(
    file: BinaryIO,
    directory: zipfile.ZipFile,
    member: zipfile.ZipInfo,
    label: str,
    given: Given,
    tally: Tally,
) -> Iterator[Item]:
    if member.compress_type == zipfile.ZIP_STORED and not member.flag_bits & 1:
        if member.header_offset < 0:
            yield Failure(label, "read", "bad-zip", "a member before the beginning of the file")
            return
        file.seek(member.header_offset)
        local = file.read(_LOCAL)
        lengths = _LENGTHS.unpack(local) if len(local) == _LOCAL else (0, 0)
        start = member.header_offset + _LOCAL + sum(lengths)
        region = io.BufferedReader(_Region(file, start, member.compress_size))
        head, stream = peeked(region)
        packing = packing_of(head)
        if not packing and not head.startswith(b"WARC/"):
            packing = packing_by_name(member.filename)
        items = read_warc(stream, packing, label, given, tally, start)
        # A dictionary stands at the beginning of the member, where nobody looks for it later.
        yield from items if packing != "zstd" else map(_unplaced, items)
        return
    if member.compress_type not in _METHODS:
        yield Failure(label, "read", "bad-zip", "a member is packed in a way that is not read")
        return
    if is_bomb(member.file_size, member.compress_size):
        yield Failure(
            label, "read", "oversize", f"a member of {member.file_size:,} bytes; not read"
        )
        return
    try:
        opened = directory.open(member)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError) as error:
        message = f"a member cannot be unpacked ({type(error).__name__})"
        yield Failure(label, "read", "bad-zip", message)
        return
    with opened:
        head, stream = peeked(io.BufferedReader(_Member(opened, tally)))
        yield from map(_unplaced, read_warc(stream, packing_of(head), label, given, tally))


def _unplaced(item: Item) -> Item:
    """The item without its place, by which it could not be read again."""
    if isinstance(item, Capture):
        return dataclasses.replace(item, offset=None, length=None)
    return item
