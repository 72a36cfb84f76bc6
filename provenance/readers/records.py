"""Records of WARC and ARC files, one after the other, and the next whole one after damage.

WARC/1.0 and 1.1 (ISO 28500:2017); ARC 1 and 2 (Internet Archive, 1996). fastwarc reads no ARC,
ends a cut file without a word, and stops at the first bad byte; so the records are told apart
here.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from provenance.readers.packed import Begin, End, Gap, Packing, frames
from provenance.readers.reading import Tally

#: Bytes of a record's own header; what goes on longer is none.
MAX_HEADER = 65536
# Bytes of a block too large to read that are given all the same: HTTP headers, mostly.
_BEGINNING = 16384

_WARC = re.compile(rb"WARC/[01]\.\d{1,2}\r?\n(?=[A-Za-z][\w-]*:)")
_WARC_END = re.compile(rb"\r?\n\r?\n")
# URL, address, 14 digits, type, then the length or (ARC 2) five fields of which it is the last.
_ARC = re.compile(
    rb"(?:(?<=\n)|\A)[a-z][a-z0-9+.-]{1,20}:[^ \r\n]{1,8000} [0-9a-fA-F.:]{1,45} \d{14}"
    rb" [^ \r\n]{1,200}"
    rb"(?: [^ \r\n]{1,3} [^ \r\n]{1,100} [^ \r\n]{1,8000} \d{1,15} [^ \r\n]{1,200})?"
    rb" \d{1,12}\r?\n"
)
# A header may be found this far behind the place where it should be, and the record before it
# still be whole: writers disagree on empty lines, and a bad byte among these costs nothing.
_SLACK = 16


@dataclass(frozen=True, slots=True)
class Stored:
    """One record: its header fields (names in lower case), its block, and where it lies.

    ``offset`` and ``length`` are of the file's bytes: of the frame if the record has one to
    itself, of the record if the file is not packed; None for one of several in a frame.
    ``block`` is None, and ``size`` what the header says, when it was too large to read; ``head``
    is how it began.
    """

    fields: Mapping[str, str]
    block: bytes | None
    size: int
    offset: int | None = None
    length: int | None = None
    head: bytes = b""


@dataclass(slots=True)
class _Frame:
    begin: int  # place in the decoded stream
    offset: int  # and in the file
    end: int | None = None
    end_offset: int | None = None
    records: int = 0


def begins_record(content: bytes) -> bool:
    """True when these bytes begin as a record of a WARC or ARC does."""
    return _WARC.match(content) is not None or _ARC.match(content) is not None


def looks_like_records(content: bytes) -> bool:
    """True when a record's header stands in these bytes, as it does behind a damaged one."""
    return re.search(rb"\nWARC/[01]\.\d{1,2}\r\nWARC-[\w-]+:", content) is not None


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace").strip()


def _warc_fields(head: bytes) -> dict[str, str]:
    fields: dict[str, str] = {}
    last = ""
    for line in head.split(b"\n")[1:]:
        if line[:1] in (b" ", b"\t") and last:
            fields[last] += " " + _text(line)
            continue
        name, colon, value = line.partition(b":")
        if colon:
            last = _text(name).lower()
            fields.setdefault(last, _text(value))
    return fields


def _arc_fields(line: bytes) -> dict[str, str]:
    words = line.split()
    return {
        "warc-type": "warcinfo" if words[0].startswith(b"filedesc:") else "response",
        "warc-target-uri": _text(words[0]),
        "warc-date": _text(words[2]),
        "content-type": "application/http" if words[0].startswith(b"http") else "",
        "content-length": _text(words[-1]),
        "arc-content-type": _text(words[3]),
    }


@dataclass(slots=True)
class _Run:
    """The decoded stream, of which what may be needed again is held."""

    events: Iterator[Begin | End | Gap | bytes]
    packed: bool
    tally: Tally
    held: bytearray = field(default_factory=bytearray)
    #: Place of the first byte held in the decoded stream.
    base: int = 0
    frames: deque[_Frame] = field(default_factory=deque)
    #: What broke the stream off behind the bytes held, if anything did.
    gap: Gap | None = None
    over: bool = False
    #: What begins a record; of one kind as soon as the first was seen.
    beginnings: tuple[re.Pattern[bytes], ...] = (_WARC, _ARC)

    def more(self) -> bool:
        """Take in one more piece; False at a gap and at the end."""
        while not self.gap and not self.over:
            event = next(self.events, None)
            if event is None:
                self.over = True
            elif isinstance(event, Begin):
                self.frames.append(_Frame(self.base + len(self.held), event.offset))
            elif isinstance(event, End):
                self.frames[-1].end = self.base + len(self.held)
                self.frames[-1].end_offset = event.offset
            elif isinstance(event, Gap):
                self.gap = event
            elif event:
                self.held += event
                return True
        return False

    def reach(self, size: int) -> int:
        """Hold ``size`` bytes if there are so many; how many there are of them."""
        while len(self.held) < size and self.more():
            pass
        return min(size, len(self.held))

    def drop(self, size: int) -> None:
        """Let go of the first bytes held."""
        del self.held[:size]
        self.base += size

    def resume(self) -> Gap:
        """Leave what is held, which nothing can be made of, and go on behind the gap."""
        gap = self.gap or Gap(0, 0, 0, False)
        self.base += len(self.held)
        self.held.clear()
        self.frames.clear()
        self.gap = None
        return gap


def read_records(
    stream: BinaryIO, packing: Packing, limit: int, tally: Tally, base: int = 0
) -> Iterator[Stored]:
    """Every whole record of a WARC or ARC, in order, in memory for no more than one of them.

    A record of which ``limit`` bytes don't hold the block comes without it. What is damaged is
    passed over and added to the tally: in bytes of the file where a frame is broken, in decoded
    bytes where its content is.
    """
    run = _Run(frames(stream, packing, begins_record, base), bool(packing), tally)
    while True:
        yield from _until_gap(run, limit)
        if run.gap is None:
            return
        # The frame that broke is counted whole, unless records were read from it.
        kept = run.frames[-1].records if run.frames else 0
        gap = run.resume()
        tally.truncated |= gap.short
        begin = gap.broken_at if kept else gap.start
        tally.skipped += max(gap.end - begin, 0)


def _until_gap(run: _Run, limit: int) -> Iterator[Stored]:
    while True:
        run.reach(_SLACK)
        ahead = bytes(run.held[:_SLACK])
        blank = len(ahead) - len(ahead.lstrip(b"\r\n"))
        if blank:
            run.drop(blank)
            continue
        if not run.held:
            return
        head = _header(run)
        if head is None:
            if not _find_next(run, 1):
                return
            continue
        size, fields = head
        run.beginnings = (_ARC,) if "arc-content-type" in fields else (_WARC,)
        length = int(fields["content-length"])
        if length > limit:
            have = run.reach(size + min(length, _BEGINNING))
            began = bytes(run.held[size : min(have, size + min(length, _BEGINNING))])
            yield Stored(fields, None, length, head=began)
            _frame(run).records += 1
            run.drop(size)
            _pass_over(run, length)
            continue
        end = size + length
        have = run.reach(end + _SLACK)
        if have < end or not _ends_well(run, size, end, have):
            if not _find_next(run, 1):
                return
            continue
        frame = _frame(run)
        # A frame with a wrong checksum that holds but this record: it is the damaged one.
        if run.gap and not run.gap.short and frame.end is None and have - end <= 4:
            return
        frame.records += 1
        where = _where(run, frame, end, have)
        yield Stored(fields, bytes(run.held[size:end]), length, *where)
        run.drop(end)


def _frame(run: _Run) -> _Frame:
    """The frame in which the record at hand begins."""
    while len(run.frames) > 1 and run.frames[1].begin <= run.base:
        run.frames.popleft()
    return run.frames[0]


def _where(run: _Run, frame: _Frame, end: int, have: int) -> tuple[int | None, int | None]:
    if not run.packed:
        begin = frame.offset + run.base - frame.begin
        return begin, end
    alone = frame.begin == run.base and frame.end is not None and frame.end <= run.base + end + 4
    if alone and frame.end_offset is not None:
        return frame.offset, frame.end_offset - frame.offset
    return None, None


def _header(run: _Run) -> tuple[int, dict[str, str]] | None:
    """``(its length, its fields)`` of the header that begins here; None if none does."""
    run.reach(5)
    if run.held.startswith(b"WARC/"):
        size = 512
        while True:
            have = run.reach(size)
            if ended := _WARC_END.search(run.held, 0, have):
                break
            # Another beginning before the end: of a file of beginnings each would be searched far.
            if have < size or size >= MAX_HEADER or run.held.find(b"\nWARC/", 0, have) >= 0:
                return None
            size *= 2
        head = bytes(run.held[: ended.end()])
        if not _WARC.match(head):
            return None
        fields = _warc_fields(head)
    else:
        run.reach(4096)
        line = run.held.find(b"\n", 0, MAX_HEADER)
        head = bytes(run.held[: line + 1])
        if line < 0 or not _ARC.match(head):
            return None
        fields = _arc_fields(head)
    if not re.fullmatch(r"[0-9]{1,15}", fields.get("content-length", "")):
        return None
    return len(head), fields


def _ends_well(run: _Run, begin: int, end: int, have: int) -> bool:
    """True when what stands behind the block is what stands between records."""
    behind = bytes(run.held[end:have])
    if not behind.strip(b"\r\n") or behind.startswith(b"\r\n\r\n"):
        return True
    if behind.startswith(b"\n"):
        # The end of an ARC's record is one line feed. What follows may be damaged, but when the
        # length is wrong, the block holds the beginning of another record.
        frame_end = _frame(run).end
        if frame_end is not None and 0 <= frame_end - run.base - end <= 4:
            return True
        if _first(run, begin, end) is None:
            return True
    run.reach(end + _SLACK + 8192)
    reach = end + _SLACK + 8192
    found = _first(run, end, reach)
    return found is not None and found - end <= _SLACK


def _find_next(run: _Run, begin: int) -> bool:
    """Go to the next header from ``begin`` bytes on; False when the run ends before one."""
    passed = 0
    start = begin
    while True:
        found = _first(run, start)
        if found is not None:
            break
        # A header may be cut by the end of what is held.
        beyond = max(len(run.held) - 2 * 8192, 0)
        if beyond > (1 << 20):
            run.drop(beyond)
            passed += beyond
        start = max(len(run.held) - 2 * 8192, begin if not passed else 0)
        if not run.more():
            found = _first(run, start)
            break
    if found is not None:
        run.drop(found)
        run.tally.skipped += passed + found
        return True
    if run.gap:
        # The gap is counted with the frame that it broke; sound frames before it are not in it.
        last = run.frames[-1].begin if run.frames else run.base
        run.tally.skipped += passed + max(last - run.base, 0)
    else:
        run.tally.truncated = True
        run.tally.skipped += passed + len(run.held)
        run.drop(len(run.held))
    return False


def _first(run: _Run, start: int, end: int | None = None) -> int | None:
    """Where in the bytes held the first header begins; None if none does."""
    nearest = None
    for pattern in run.beginnings:
        if found := pattern.search(run.held, start, len(run.held) if end is None else end):
            nearest = end = found.start()
    return nearest


def _pass_over(run: _Run, length: int) -> None:
    """Pass over a block that is too large to hold, unless a record begins before its end: then
    its length was wrong, and what comes is not to be lost."""
    left = length
    while left > 0:
        if not run.reach(1):
            run.tally.truncated |= run.gap is None
            return
        run.reach(min(left, 1 << 18))
        span = min(len(run.held), left)
        found = _first(run, 0, span)
        if found is not None:
            run.drop(found)
            return
        # A beginning may be cut by the end of what is held.
        step = span if span == left else max(span - 64, 1)
        run.drop(step)
        left -= step
