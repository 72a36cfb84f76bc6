"""Compressed bytes as frames (gzip members, Zstandard frames), also behind damaged ones.

Decoders stop at the first bad byte, and some of them in silence. Archives are many small frames,
so the bytes after a broken one are as good as ever: they are searched for the next beginning.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Literal

_CHUNK = 65536
# Packed bytes of a frame that are kept to search them again when it breaks. A frame that is longer
# is searched from here on: what it swallowed of the next one before it broke is far less.
_KEPT = 4 << 20
# A frame that gives more than this, and more than so many times what it takes, is a bomb. Deflate
# reaches 1,032, pages about 10.
_BOMB_BYTES = 256 << 20
_BOMB_RATIO = 200
# Bytes that are decoded to tell whether a frame begins here.
_PROBE = 2048
# Blocks decode to 128 KB at most (RFC 8878 §3.1.1.2), whatever window is asked for; past this
# window (zstd --long=27) nothing is read.
_WINDOW = 1 << 27

# RFC 1952 §2.3: magic, deflate, no reserved flag. RFC 8878 §3.1.1, §3.1.2: frame, skippable frame.
_GZIP = re.compile(rb"\x1f\x8b\x08[\x00-\x1f]")
_ZSTD = re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18")
_ZSTD_FRAME = b"\x28\xb5\x2f\xfd"
# A WARC's own dictionary stands in the first frame, which decoders of Zstandard pass over
# (the .warc.zst specification of the IIPC).
_MAGIC = {"gzip": b"\x1f\x8b\x08\0", "zstd": _ZSTD_FRAME}
_DICTIONARY = b"\x5d\x2a\x4d\x18"
_DICTIONARY_SIZE = 16 << 20

Packing = Literal["gzip", "zstd", ""]


def is_bomb(content: int, packed: int) -> bool:
    """True when these many bytes of content for these many packed ones are no pages."""
    return content > _BOMB_BYTES and content > _BOMB_RATIO * packed


class Broken(Exception):
    """These bytes are no frame, or a damaged one."""


class Short(Exception):
    """The file ends within a frame."""


@dataclass(frozen=True, slots=True)
class Begin:
    """A frame begins at this byte of the file."""

    offset: int


@dataclass(frozen=True, slots=True)
class End:
    """The frame ended at this byte of the file, its checksum right."""

    offset: int


@dataclass(frozen=True, slots=True)
class Gap:
    """The bytes from ``start`` to ``end`` could not be decoded; ``broken_at`` is where decoding
    failed in them. ``short``: the file ends there."""

    start: int
    broken_at: int
    end: int
    short: bool
    #: Bytes of content that the frame gave before it failed.
    made: int = 0


Event = Begin | End | Gap | bytes


class Window:
    """A binary stream with its place in it, of which the last bytes can be looked at again."""

    def __init__(self, stream: BinaryIO, base: int = 0) -> None:
        self._stream = stream
        self._held = bytearray()
        #: Place in the file of the first byte held, and of the next one to be read.
        self.base = self.pos = base
        self._over = False

    def peek(self, size: int) -> bytes:
        """Up to ``size`` bytes from ``pos`` on, fewer only at the end of the file."""
        begin = self.pos - self.base
        while not self._over and len(self._held) - begin < size:
            chunk = self._stream.read(max(size, _CHUNK))
            self._over = not chunk
            self._held += chunk
        return bytes(self._held[begin : begin + size])

    def take(self, size: int) -> bytes:
        """:meth:`peek`, and go on behind it."""
        found = self.peek(size)
        self.pos += len(found)
        return found

    def forget(self, before: int) -> None:
        """Let go of what lies before this place of the file."""
        # Not at every frame: to delete from the front moves all that is behind.
        if before - self.base > 4 * _CHUNK:
            del self._held[: before - self.base]
            self.base = before

    def search(self, pattern: re.Pattern[bytes], reach: int) -> bool:
        """Go to the next match from ``pos`` on, which is at most ``reach`` bytes long; False,
        and at the end of the file, when there is none."""
        while True:
            size = len(self.peek(_CHUNK))
            begin = self.pos - self.base
            if found := pattern.search(self._held, begin, begin + size):
                self.pos = self.base + found.start()
                return True
            if self._over and size < _CHUNK:
                self.pos += size
                return False
            self.pos += max(1, size - reach + 1)
            self.forget(self.pos)


# --- one frame ---------------------------------------------------------------------------------


def _gunzip(window: Window, _: bytes | None) -> Iterator[bytes]:
    """The content of the gzip member that begins at ``pos``, and ``pos`` behind it."""
    decoder = zlib.decompressobj(31)
    begun = False
    while True:
        packed = window.peek(_CHUNK)
        if not packed:
            raise Short
        # What was decoded in a call that fails is lost, so the state before it is kept.
        before = decoder.copy() if begun else zlib.decompressobj(31)
        begun = True
        try:
            out = decoder.decompress(packed, 4 * _CHUNK)
        except zlib.error:
            yield from _until_it_breaks(before, packed)
            raise Broken from None
        left = len(decoder.unused_data if decoder.eof else decoder.unconsumed_tail)
        window.pos += len(packed) - left
        if out:
            yield out
        if decoder.eof:
            return
        if len(window.peek(1)) == 0 and not out:
            raise Short


def _until_it_breaks(decoder: Any, packed: bytes) -> Iterator[bytes]:
    """All that a decoder gives of bytes that it will fail on."""
    for size in (4096, 64, 1):
        while True:
            before = decoder.copy()
            try:
                out = decoder.decompress(packed, size)
            except zlib.error:
                decoder = before
                break
            packed = decoder.unconsumed_tail
            if out:
                yield out
            if not packed:
                return


def _unzstd(window: Window, dictionary: bytes | None) -> Iterator[bytes]:
    """The content of the Zstandard frame that begins at ``pos``, and ``pos`` behind it.

    The frame is walked block by block (RFC 8878 §3.1.1), because a block is the most that one call
    may decode.
    """
    import zstandard

    magic = window.peek(8)
    if len(magic) < 8:
        raise Short
    if not magic.startswith(_ZSTD_FRAME):  # skippable: four bytes of magic, four of length
        size = int.from_bytes(magic[4:], "little")
        window.pos += 8
        while size:
            passed = len(window.take(min(size, _CHUNK)))
            if not passed:
                raise Short
            size -= passed
            yield b""  # nothing of it need be held
        return
    known = zstandard.ZstdCompressionDict(dictionary) if dictionary else None
    decoder = zstandard.ZstdDecompressor(dict_data=known, max_window_size=_WINDOW).decompressobj()
    described = magic[4]
    single, checked = described >> 5 & 1, described >> 2 & 1
    content_size = (single, 2, 4, 8)[described >> 6]
    head = 5 + (1 - single) + (0, 1, 2, 4)[described & 3] + content_size
    try:
        out = decoder.decompress(_exactly(window, head))
        while True:
            block = _exactly(window, 3)
            word = int.from_bytes(block, "little")
            last, kind, size = word & 1, word >> 1 & 3, word >> 3
            if kind == 3 or size > 2 * _CHUNK:
                raise Broken
            end = checked * 4 if last else 0
            out += decoder.decompress(block + _exactly(window, (1 if kind == 1 else size) + end))
            if out:
                yield out
            out = b""
            if last:
                if not decoder.eof:
                    raise Broken
                return
    except zstandard.ZstdError:
        raise Broken from None


def _exactly(window: Window, size: int) -> bytes:
    found = window.take(size)
    if len(found) < size:
        raise Short
    return found


def _dictionary(window: Window) -> bytes | None:
    """The dictionary in the first frame of a .warc.zst; it may itself be compressed."""
    head = window.peek(8)
    size = int.from_bytes(head[4:], "little")
    if not head.startswith(_DICTIONARY) or size > _DICTIONARY_SIZE:
        return None
    found = window.peek(8 + size)[8:]
    if found.startswith(_ZSTD_FRAME):
        try:
            found = b"".join(_unzstd(Window(io.BytesIO(found)), None))
        except (Broken, Short):
            return None
    return found or None


# --- all frames --------------------------------------------------------------------------------


def packing_of(head: bytes) -> Packing:
    """How these bytes are packed, by how they begin."""
    if _GZIP.match(head):
        return "gzip"
    return "zstd" if _ZSTD.match(head) else ""


def packing_by_name(name: str) -> Packing:
    """How a file of this name is packed, for when its first bytes are damaged."""
    name = name.lower()
    return "gzip" if name.endswith(".gz") else "zstd" if name.endswith(".zst") else ""


def frames(
    stream: BinaryIO,
    packing: Packing,
    begins: Callable[[bytes], bool] = bool,
    base: int = 0,
) -> Iterator[Event]:
    """The frames of a packed stream in order: a Begin, pieces of content, an End; a Gap for what
    is damaged. Without ``packing`` the stream is one frame that is never wrong.

    After damage the next frame counts whose content ``begins`` accepts. ``base``: place in the
    file at which the stream begins. Memory: some 4 MB at most, and only for long frames.
    """
    window = Window(stream, base)
    if not packing:
        yield Begin(base)
        while piece := window.take(4 * _CHUNK):
            window.forget(window.pos)
            yield piece
        yield End(window.pos)
        return
    decode = _gunzip if packing == "gzip" else _unzstd
    magic = _GZIP if packing == "gzip" else _ZSTD
    dictionary = _dictionary(window) if packing == "zstd" else None
    while True:
        # Tapes are filled up with zeros; the library of gzip passes over them as well.
        while (rest := window.peek(_CHUNK)) and not rest.strip(b"\0"):
            window.pos += len(rest)
            window.forget(window.pos)
        window.pos += len(rest) - len(rest.lstrip(b"\0"))
        if not window.peek(1):
            return
        start = window.pos
        window.forget(start)
        yield Begin(start)
        made, short = 0, False
        try:
            head = window.peek(4)
            if not magic.match(head):
                # Too few bytes to be told: the file ends within them.
                short = len(head) < 4 and _MAGIC[packing].startswith(head)
                raise Short if short else Broken
            for piece in decode(window, dictionary):
                made += len(piece)
                yield piece
                window.forget(max(start, window.pos - _KEPT))
                if is_bomb(made, window.pos - start):
                    raise Broken
            yield End(window.pos)
            continue
        except Broken:
            pass
        except Short:
            short = True
        failed = window.pos
        window.pos = max(start + 1, window.base)
        found = _next_frame(window, decode, magic, dictionary, begins)
        # A frame that is cut off is found to be so at the end, unless it swallowed sound ones.
        yield Gap(start, failed, window.pos, short and not found, made)


def _next_frame(
    window: Window,
    decode: Callable[[Window, bytes | None], Iterator[bytes]],
    magic: re.Pattern[bytes],
    dictionary: bytes | None,
    begins: Callable[[bytes], bool],
) -> bool:
    """Go to the next frame that decodes to something ``begins`` accepts; False at the end."""
    while window.search(magic, 4):
        here = window.pos
        try:
            if decode is _gunzip:  # a file may be made of nothing but beginnings: look at little
                first = zlib.decompressobj(31).decompress(window.peek(_PROBE), _PROBE)
            else:
                first = next(decode(window, dictionary), b"")
        except (Broken, Short, zlib.error):
            first = b""
        window.pos = here
        if begins(first):
            return True
        window.pos += 1
    return False
