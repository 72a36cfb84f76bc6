"""Bytes as they lie in files: packing, encodings and broken ends, under a plain binary stream."""

from __future__ import annotations

import codecs
import io
from typing import TYPE_CHECKING, BinaryIO

from provenance.readers.packed import Gap, Packing, frames, packing_of
from provenance.readers.reading import Tally

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_CHUNK = 65536
#: Bytes looked at to tell what a stream is.
HEAD = 65536


# What a text is made of: all but control characters.
_TEXT = bytes(c for c in range(256) if c in (9, 10, 11, 12, 13, 27) or (c >= 32 and c != 127))


class Pieces(io.RawIOBase):
    """A raw stream made of pieces of any length; b"" from ``piece`` is the end."""

    _left = b""

    def piece(self) -> bytes:
        raise NotImplementedError

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        if not self._left:
            self._left = self.piece()
        count = min(len(view), len(self._left))
        view[:count] = self._left[:count]
        self._left = self._left[count:]
        return count


class _Joined(Pieces):
    """A head that was read already, then the rest."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._left = head
        self._rest = rest

    def piece(self) -> bytes:
        return self._rest.read(_CHUNK)


class _Unpacked(Pieces):
    """The content of gzip or Zstandard frames; what is damaged is passed over and counted."""

    def __init__(self, packed: BinaryIO, packing: Packing, tally: Tally) -> None:
        self._events = frames(packed, packing, _is_text)
        self._tally = tally

    def piece(self) -> bytes:
        for event in self._events:
            if isinstance(event, bytes) and event:
                return event
            if isinstance(event, Gap):
                self._tally.truncated |= event.short
                self._tally.skipped += event.end - (event.broken_at if event.made else event.start)
                if not event.short:
                    return b"\n"  # what breaks off and what comes next are not one line
        return b""


def _is_text(content: bytes) -> bool:
    return bool(content) and not content.translate(None, _TEXT)


class _Recoded(Pieces):
    """UTF-16 with its mark, as UTF-8: some shells write every file so."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-16")("replace")

    def piece(self) -> bytes:
        while chunk := self._stream.read(_CHUNK):
            if text := self._decoder.decode(chunk):
                return text.encode("utf-8", "replace")
        return self._decoder.decode(b"", final=True).encode("utf-8", "replace")


def is_utf16(head: bytes) -> bool:
    """True when the bytes begin with the byte order mark of UTF-16."""
    return head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))


def peeked(stream: BinaryIO, size: int = HEAD) -> tuple[bytes, BinaryIO]:
    """The first ``size`` bytes, and a stream that still begins with them."""
    head = b""
    while len(head) < size and (more := stream.read(size - len(head))):
        head += more
    return head, io.BufferedReader(_Joined(head, stream), _CHUNK)


def looked_at(stream: BinaryIO) -> tuple[bytes, BinaryIO, Packing]:
    """``(head, stream, packing)``: the first ``HEAD`` bytes of content, the packing undone, and
    the stream as it lies, still whole."""
    first, stream = peeked(stream, 2 * HEAD)  # what can't be packed is a little longer packed
    packing = packing_of(first)
    if not packing:
        return first[:HEAD], stream, ""
    return unpacked(io.BytesIO(first), packing, Tally()).read(HEAD), stream, packing


def unpacked(stream: BinaryIO, packing: Packing, tally: Tally) -> BinaryIO:
    """The content of a stream, one layer of packing undone if there is one."""
    if not packing:
        return stream
    return io.BufferedReader(_Unpacked(stream, packing, tally), _CHUNK)


def recoded(stream: BinaryIO) -> BinaryIO:
    """A UTF-16 stream as UTF-8."""
    return io.BufferedReader(_Recoded(stream), _CHUNK)


def whole(stream: BinaryIO, limit: int) -> bytes | None:
    """All that is left of the stream, or None if that is more than ``limit`` bytes."""
    body = stream.read(limit + 1)
    return None if len(body) > limit else body
