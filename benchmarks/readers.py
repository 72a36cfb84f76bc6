"""Reading crawls: how fast beside bare fastwarc and warcio, and what is kept of damaged ones.

    python -m benchmarks.readers DATA_FOLDER [--records N] [--write]

``DATA_FOLDER/html`` holds pages (``*.html.gz``); a WARC of N records is made of them in a temporary
folder, one gzip member a record, as crawlers write it. All three read every body to its end. The
damage is done at fixed places, and each record carries its number, so that what is kept is known.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import io
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import accumulate
from pathlib import Path

from fastwarc.warc import ArchiveIterator as FastIterator
from fastwarc.warc import WarcRecordType
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from benchmarks.evaluate import write_tables
from provenance.models import Capture
from provenance.readers import open_input, read_at

PERFORMANCE = Path(__file__).parent.parent / "docs" / "performance.md"
RUNS = 5
Read = Callable[[Path], int]


def member(number: int, body: bytes, packed: bool) -> bytes:
    """One response record, alone in its gzip member or unpacked."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=packed, warc_version="WARC/1.1")
    headers = [("Content-Type", "text/html"), ("Content-Length", str(len(body)))]
    http = StatusAndHeaders("200 OK", headers, protocol="HTTP/1.1")
    # Nothing in it is drawn or of today, so that the damage is the same each time.
    own = {"WARC-Record-ID": f"<urn:x:{number}>", "WARC-Date": "2025-07-03T19:40:00Z"}
    record = writer.create_warc_record(
        f"https://outlet.example/{number}",
        "response",
        payload=io.BytesIO(body),
        http_headers=http,
        warc_headers_dict=own,
    )
    writer.write_record(record)
    return out.getvalue()


def pages(folder: Path) -> list[bytes]:
    """The saved pages, by name."""
    return [gzip.decompress(p.read_bytes()) for p in sorted((folder / "html").glob("*.html.gz"))]


def ours(path: Path) -> int:
    return sum(isinstance(item, Capture) and bool(item.body) for item in open_input(str(path)))


def ours_by_place(path: Path) -> int:
    """Every page read once more by ``(file, offset, length)``, as a worker process does."""
    places = [
        (item.offset, item.length) for item in open_input(str(path)) if isinstance(item, Capture)
    ]
    found = (read_at(path, at, length) for at, length in places if at is not None and length)
    return sum(isinstance(item, Capture) for item in found)


def bare_fastwarc(path: Path) -> int:
    count = 0
    with contextlib.suppress(OSError):
        for record in FastIterator(str(path), record_types=WarcRecordType.response):
            count += bool(record.reader.read())
    return count


def bare_warcio(path: Path) -> int:
    count = 0
    # It tells of damage a line at a time; and what it raises is of many kinds. How far it came is
    # what counts here.
    with (
        path.open("rb") as file,
        contextlib.redirect_stderr(io.StringIO()),
        contextlib.suppress(Exception),
    ):
        for record in ArchiveIterator(file):
            if record.rec_type == "response":
                count += bool(record.content_stream().read())
    return count


def throughput(path: Path, count: int) -> list[str]:
    """Rows of the table: how fast each reader is, in CPU time and in turns, fastwarc being 1."""
    readers: dict[str, Read] = {
        "fastwarc 2, bare": bare_fastwarc,
        "warcio, bare": bare_warcio,
        "provenance": ours,
        "provenance, twice: in a stream, then by place": ours_by_place,
    }
    taken: dict[str, list[float]] = {name: [] for name in readers}
    for run in range(RUNS + 1):
        for name, read in readers.items():
            began = time.process_time()
            if read(path) != count:
                sys.exit(f"{name} did not read all records")
            if run:  # the first warms the disk's cache and imports what is needed
                taken[name].append(time.process_time() - began)
    base = statistics.median(taken["fastwarc 2, bare"])
    return [f"| {name} | {base / statistics.median(times):.2f} |" for name, times in taken.items()]


def flipped(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 0x10]) + content[at + 1 :]


def damages(packed: Sequence[bytes], plain: Sequence[bytes]) -> list[tuple[str, bytes]]:
    """Each damage by name, with the file that it leaves."""
    third, two_thirds = len(packed) // 3, 2 * len(packed) // 3
    at = [0, *accumulate(len(part) for part in packed)]
    plain_at = [0, *accumulate(len(part) for part in plain)]
    content, bare = b"".join(packed), b"".join(plain)
    middle = at[two_thirds] + len(packed[two_thirds]) // 2
    whole = gzip.compress(bare, 1)
    header = bare.index(b"Content-Length: ", plain_at[two_thirds]) + 16
    return [
        ("cut within a record", content[:middle]),
        ("cut before the last checksum", content[:-8]),
        ("one bit within a member", flipped(content, middle)),
        ("one bit in a member's first byte", flipped(content, at[two_thirds])),
        ("one bit in a checksum", flipped(content, at[two_thirds + 1] - 6)),
        ("two bits, in two members", flipped(flipped(content, middle), at[third] + 50)),
        ("checksum and length of a member missing",
         content[: at[two_thirds + 1] - 8] + content[at[two_thirds + 1] :]),
        ("4,096 bytes lost", content[:middle] + content[middle + 4096 :]),
        ("4,096 bytes of zeros", content[:middle] + bytes(4096) + content[middle + 4096 :]),
        ("500 bytes of junk between members",
         content[: at[two_thirds]] + b"junk!" * 100 + content[at[two_thirds] :]),
        ("not packed: a wrong Content-Length", bare[:header] + b"9" + bare[header + 1 :]),
        ("not packed: cut within a record", bare[: plain_at[two_thirds] + 900]),
        ("packed whole: cut at two thirds", whole[: 2 * len(whole) // 3]),
        ("packed whole: one bit at two thirds", flipped(whole, 2 * len(whole) // 3)),
    ]  # fmt: skip


def damage_rows(folder: Path, packed: Sequence[bytes], plain: Sequence[bytes]) -> list[str]:
    """Rows of the table: records kept by each reader, and our account."""
    rows = []
    for name, content in damages(packed, plain):
        path = folder / ("damaged.warc" if name.startswith("not packed") else "damaged.warc.gz")
        path.write_bytes(content)
        reading = open_input(str(path))
        kept = sum(isinstance(item, Capture) for item in reading)
        account = reading.account()
        rows.append(
            f"| {name} | {bare_warcio(path):,} | {bare_fastwarc(path):,} | {kept:,} "
            f"| {account.bytes_skipped:,} | {'yes' if account.truncated else ''} |"
        )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--records", type=int, default=6000)
    parser.add_argument("--write", action="store_true", help="put it into docs/performance.md")
    arguments = parser.parse_args()
    bodies = pages(arguments.data)
    if not bodies:
        parser.error(f"{arguments.data} holds no html/*.html.gz")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        size = sum(map(len, bodies)) // len(bodies)
        path = folder / "crawl.warc.gz"
        count = arguments.records // 2
        with path.open("wb") as file:
            for i in range(count):
                file.write(member(i, bodies[i % len(bodies)], True))
        told = (
            f"{count:,} pages of {size // 1000} KB, one gzip member each, every body read; CPU "
            f"time of one process, median of {RUNS} runs in turns. fastwarc is 1."
        )
        speed = [
            told,
            "",
            "| reader | speed |",
            "|---|---:|",
            *throughput(path, count),
        ]
        path.unlink()
        # Whole pages say no more of damage than their first bytes, which are sooner packed.
        short = [bodies[i % len(bodies)][:20_000] for i in range(arguments.records)]
        packed = [member(i, body, True) for i, body in enumerate(short)]
        plain = [member(i, body, False) for i, body in enumerate(short)]
        damage = [
            f"Records kept of {arguments.records:,}, and our account of the rest.",
            "",
            "| damage | warcio, bare | fastwarc 2, bare | provenance | bytes skipped | truncated |",
            "|---|---:|---:|---:|---:|---|",
            *damage_rows(folder, packed, plain),
        ]
    print("\n".join([*speed, "", *damage]))
    if arguments.write:
        write_tables({"readers": speed, "damage": damage}, PERFORMANCE)


if __name__ == "__main__":
    main()
