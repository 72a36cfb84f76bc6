"""Bytes as they lie in files: gzip, encodings and broken ends, under a plain binary stream."""

from __future__ import annotations

import codecs
import io
import zlib
from typing import TYPE_CHECKING, BinaryIO

from provenance.readers.reading import Tally

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_CHUNK = 65536
#: Bytes looked at to tell what a stream is.
HEAD = 65536


class _Pieces(io.RawIOBase):
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


class _Joined(_Pieces):
    """A head that was read already, then the rest."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._left = head
        self._rest = rest

    def piece(self) -> bytes:
        return self._rest.read(_CHUNK)


class _Gunzip(_Pieces):
    """The content of gzip members (RFC 1952), up to where they break.

    The standard library raises at a damaged end and with it takes back what it had decoded;
    here a broken stream ends, and the tally knows.
    """

    def __init__(self, packed: BinaryIO, tally: Tally) -> None:
        self._packed = packed
        self._tally = tally
        self._decoder = zlib.decompressobj(31)
        self._input = b""
        self._begun = False
        self._over = False

    def piece(self) -> bytes:
        while not self._over:
            if self._decoder.eof:
                self._input = self._decoder.unused_data.lstrip(b"\0")  # padding of tapes
                self._decoder = zlib.decompressobj(31)
                self._begun = False
            if not self._input:
                self._input = self._packed.read(_CHUNK)
            if not self._input:
                self._over = True
                self._tally.truncated |= self._begun
                break
            if not self._begun:
                self._input = self._input.lstrip(b"\0")
                if not self._input:
                    continue
            self._begun = True
            try:
                out = self._decoder.decompress(self._input, _CHUNK)
            except zlib.error:
                self._broken()
                break
            self._input = self._decoder.unconsumed_tail
            if out:
                return out
        return b""

    def _broken(self) -> None:
        self._over = True
        self._tally.truncated = True
        self._tally.skipped += len(self._input)
        while rest := self._packed.read(_CHUNK):
            self._tally.skipped += len(rest)


class _Recoded(_Pieces):
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


def peeked(stream: BinaryIO) -> tuple[bytes, BinaryIO]:
    """The first ``HEAD`` bytes, and a stream that still begins with them."""
    head = b""
    while len(head) < HEAD and (more := stream.read(HEAD - len(head))):
        head += more
    return head, io.BufferedReader(_Joined(head, stream), _CHUNK)


def unpacked(stream: BinaryIO, tally: Tally) -> tuple[bytes, BinaryIO, bool]:
    """``(head, stream, packed)``: as :func:`peeked`, one layer of gzip undone if there is one."""
    head, stream = peeked(stream)
    if not head.startswith(b"\x1f\x8b"):
        return head, stream, False
    head, stream = peeked(io.BufferedReader(_Gunzip(stream, tally), _CHUNK))
    return head, stream, True


def recoded(stream: BinaryIO) -> BinaryIO:
    """A UTF-16 stream as UTF-8."""
    return io.BufferedReader(_Recoded(stream), _CHUNK)


def whole(stream: BinaryIO, limit: int) -> bytes | None:
    """All that is left of the stream, or None if that is more than ``limit`` bytes."""
    body = stream.read(limit + 1)
    return None if len(body) > limit else body
