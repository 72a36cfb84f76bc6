"""Fuzzing of every room that reads what others wrote: mutations, bounded by count and by time.

    python -m benchmarks.fuzz [--executions N] [--minutes N] [--only NAME] [--guided] [--write]

Each target takes bytes and must give a value or one of our own errors; anything else is a finding,
kept with its input under ``fuzz-findings/``. Inputs are mutated seeds (bits, pieces cut, doubled,
put in, exchanged; tokens of the format), from a fixed seed: a run can be run again. The cheap
rooms get most of the executions. With ``--guided``, coverage leads (benchmarks/guided.py).
"""

from __future__ import annotations

import argparse
import io
import random
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks import guided
from benchmarks.evaluate import write_tables
from provenance import compare, dates, disguise, extract, matching, normalize, urls, verdict
from provenance.errors import ProvenanceError
from provenance.extract import charset
from provenance.models import Capture, Record
from provenance.readers import mirror
from provenance.readers.feed import read_feed
from provenance.readers.http import parse as parse_http
from provenance.readers.jsonl import read_json, read_jsonl
from provenance.readers.reading import Given, Tally
from provenance.readers.sniff import sniff
from provenance.readers.table import read_addresses, read_table
from provenance.readers.wacz import read_wacz
from provenance.readers.warc import read_warc

PAGE = Path(__file__).parent.parent / "docs" / "security.md"
FINDINGS = Path("fuzz-findings")
#: Seconds of one execution that count as a finding.
SLOW = 10.0

_TEXT = (
    "The gates at Tarrow failed after four on Tuesday, emptying 3.4 kilometres of canal. Nobody "
    "was hurt. “Thirty years I have worked this cut,” said Ivo Brandt, whose barge settled on its "
    "side. The repair needs 14 metres of oak and £740,000, Ms. Sandhu of the board said."
)
_HTML = (
    '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Canal drained</title>'
    '<link rel="canonical" href="https://a.example/1"><meta property="article:published_time" '
    'content="2021-02-04T09:00:00Z"><script type="application/ld+json">{"@type":"NewsArticle",'
    '"headline":"Canal","author":{"name":"A. B."}}</script></head><body><article><h1>Canal</h1>'
    f"<p>{_TEXT}</p><p>{_TEXT[::-1]}</p><ul><li><a href='/x?y=1#z'>z</a></li></ul>"
    "<img src=a-1024x768.jpg srcset='b.jpg 2x'><p>Source: <a href='https://b.example/2'>Post</a></p>"
    "</article></body></html>"
)
_WARC = (
    "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://a.example/1\r\nWARC-Date: "
    "2021-02-05T00:00:00Z\r\nWARC-Record-ID: <urn:uuid:0>\r\nContent-Type: application/http; "
    "msgtype=response\r\nContent-Length: 92\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
    "Content-Length: 33\r\n\r\n<html><body><p>Hello</body></html>\r\n\r\n"
)
_FEED = (
    '<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">'
    "<channel><title>F</title><item><title>T</title><link>https://a.example/1</link><pubDate>Thu, 04 "
    f"Feb 2021 09:00:00 GMT</pubDate><content:encoded><![CDATA[<p>{_TEXT}</p>]]></content:encoded>"
    "</item></channel></rss>"
)
TOKENS = [
    b"<", b">", b"</", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<script>", b"</script>", b"<div>",
    b"&#0;", b"&amp;", b"&#xD800;", b'"', b"'", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80",
    b"{", b"}", b"[", b"]", b",", b":", b"null", b"1e999", b"NaN", b"\\ud800", b"\r\n", b"\n\n",
    b"WARC/1.0\r\n", b"Content-Length: ", b"HTTP/1.1 200 OK\r\n", b"-1", b"99999999999", b"PK\x03\x04",
    b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"http://", b"https://[::1", b"//", b"%00", b"%zz", b"?", b"#",
    b"\xe2\x80\xae", b"\xe2\x80\x8b", b"\xcc\x81", b"2021-02-30", b"T24:00", b"+99:99", b".", b"'s",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Target:
    """A room, its seeds, and its part of the executions."""

    run: Callable[[bytes], object]
    seeds: tuple[bytes, ...]
    share: float


def _capture(data: bytes) -> Capture:
    return Capture(url="https://a.example/1", final_url="https://a.example/1", body=data)


def _page(data: bytes) -> object:
    """Parse, extract and read the traces of a page; also the rough way."""
    try:
        return matching.prepare(_capture(data))
    except ProvenanceError:
        return matching.prepare_roughly(_capture(data))


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _urls(data: bytes) -> object:
    text = _text(data)
    urls.canonical_url(text), urls.redact(text), urls.site(text), urls.image_stem(text)
    urls.unwrap_archive(text), urls.slug(text), urls.day_in_path(text)
    return urls.absolute("https://a.example/b/", text)


def _dates(data: bytes) -> object:
    text = _text(data)
    return dates.parse_time(text), dates.iso_time(text), mirror.saved_time(text)


def _tokens(data: bytes) -> object:
    text = _text(data)
    tokens = normalize.tokenize(text)
    assert list(tokens.starts) == sorted(tokens.starts)
    assert all(0 <= a < b <= len(text) for a, b in zip(tokens.starts, tokens.ends, strict=True))
    return normalize.digest(tokens) if normalize.clean(text) == text else None


def _disguises(data: bytes) -> object:
    text = normalize.clean(_text(data))
    tokens = disguise.read(text)
    assert list(tokens.starts) == sorted(tokens.starts)
    return disguise.counted(text)


def _pair(data: bytes) -> object:
    first, _, second = normalize.clean(_text(data)).partition("\x1f")
    return verdict.judge(compare.compare_texts(first, second or _TEXT)).probability


def _mirror(data: bytes) -> object:
    parts = [part for part in _text(data).split("/")[:12] if part]
    return mirror.from_comment(data), mirror.from_page(data), mirror.from_path(parts or ["x"])


def _zip(data: bytes) -> object:
    path = Path("/dev/shm" if Path("/dev/shm").is_dir() else "/tmp") / "provenance-fuzz.wacz"
    path.write_bytes(data)
    return list(read_wacz(path, "x", Given(), Tally()))


def _record(data: bytes) -> object:
    return extract.article_from_record(Record(text=_text(data), url="https://a.example/1"))


def _zipped() -> bytes:
    import zipfile

    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("archive/data.warc", _WARC)
        archive.writestr("datapackage.json", "{}")
    return held.getvalue()


def targets() -> dict[str, Target]:
    """Every target by name; the shares add up to 1."""
    import gzip

    html, text, warc = _HTML.encode(), _TEXT.encode(), _WARC.encode()
    rows = b'{"text": "Hello there", "url": "https://a.example/1", "authors": ["A"]}\n' * 2
    listed = b"https://a.example/1\nhttps://b.example/2\n"
    stream = io.BytesIO
    return {
        "page: parse, extract, traces": Target(_page, (html,), 0.001),
        "page: bare text": Target(lambda d: extract.bare_record(_capture(d)), (html,), 0.03),
        "page: charset": Target(lambda d: charset.decode(d, "text/html"), (html[:400],), 0.1),
        "record": Target(_record, (text, html), 0.002),
        "kind of a file": Target(lambda d: sniff(d[:4096], "x"), (html, rows, warc), 0.1),
        "WARC": Target(
            lambda d: list(read_warc(stream(d), "", "x", Given(), Tally())), (warc * 2,), 0.05
        ),
        "WARC, packed": Target(
            lambda d: list(read_warc(stream(d), "gzip", "x", Given(), Tally())),
            (gzip.compress(warc, mtime=0) * 2,),
            0.04,
        ),
        "HTTP": Target(lambda d: parse_http(d, 10_000), (warc[warc.index(b"HTTP/1.1") :],), 0.12),
        "WACZ": Target(_zip, (_zipped(),), 0.01),
        "JSON Lines": Target(
            lambda d: list(read_jsonl(stream(d), "x", Given(), (), Tally())), (rows,), 0.05
        ),
        "JSON": Target(
            lambda d: list(read_json(stream(d), "x", Given(), (), Tally())), (b"[" + rows.replace(b"\n", b",")[:-1] + b"]",), 0.05
        ),
        "table": Target(
            lambda d: list(read_table(stream(d), ",", "x", Given(), (), Tally())),
            (b'url,text\nhttps://a.example/1,"Hello, ""you"""\n',),
            0.05,
        ),
        "addresses": Target(lambda d: list(read_addresses(stream(d), "x", Tally())), (listed,), 0.11),
        "feed": Target(lambda d: list(read_feed(stream(d), "x", Given(), Tally())), (_FEED.encode(),), 0.001),
        "mirror": Target(_mirror, (html[:300], b"<!-- saved from url=(0021)https://a.example/1 -->"), 0.05),
        "URLs": Target(_urls, (b"https://user@a.example:80/b/../c?utm_source=x&q=1#d", b"//a.example/x-300x200.jpg"), 0.08),
        "dates": Target(_dates, (b"2021-02-04T09:00:00+01:00", b"Thu, 04 Feb 2021 09:00:00 GMT"), 0.12),
        "tokens and sentences": Target(_tokens, (text,), 0.03),
        "disguises": Target(_disguises, (text,), 0.005),
        "comparison": Target(_pair, (text + b"\x1f" + text[40:],), 0.001),
    }  # fmt: skip


def mutated(
    seed: bytes, chance: random.Random, others: tuple[bytes, ...], most: int = 20_000
) -> bytes:
    """A seed after one to eight changes, and no longer than so many bytes."""
    data = bytearray(seed)
    for _ in range(chance.choice((1, 1, 2, 3, 8))):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(8):
            case 0 if data:
                data[at % len(data)] ^= 1 << chance.randrange(8)
            case 1 if data:
                data[at % len(data)] = chance.randrange(256)
            case 2:
                del data[at : at + chance.randrange(1, 40)]
            case 3:
                data[at:at] = data[at : at + chance.randrange(1, 60)] * chance.choice((1, 2, 20))
            case 4 | 5:
                data[at:at] = chance.choice(TOKENS) * chance.choice((1, 1, 1, 3, 30))
            case 6:
                other = chance.choice(others)
                cut = chance.randrange(len(other))
                data[at:at] = other[cut : cut + chance.randrange(1, 80)]
            case _:
                data[at:] = b""
        if not data:
            data = bytearray(seed[: chance.randrange(1, len(seed))])
    return bytes(data[:most])


targets_by_name = targets()


def tried(target: Target, given: bytes) -> str:
    """Run a target once; what is wrong with what came of it, or ""."""
    start = time.process_time()
    try:
        target.run(given)
    except ProvenanceError:
        pass
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}"
    return "slow" if time.process_time() - start > SLOW else ""


def keep(name: str, number: int, what: str, given: bytes) -> None:
    """Write the input of a finding down, and tell."""
    FINDINGS.mkdir(exist_ok=True)
    stem = "".join(c if c.isalnum() else "-" for c in name)
    (FINDINGS / f"{stem}-{number}.bin").write_bytes(given)
    print(f"  {name}: {what}", flush=True)


def hunt(name: str, target: Target, count: int, seconds: float) -> tuple[int, float, list[str]]:
    """Executions, seconds, and the findings of one target."""
    chance = random.Random(name)
    found: dict[str, bytes] = {}
    began = time.perf_counter()
    done = 0
    while done < count and (done % 64 or time.perf_counter() - began < seconds):
        data = mutated(chance.choice(target.seeds), chance, target.seeds)
        done += 1
        if what := tried(target, data):
            found.setdefault(what, data)
    for number, (what, data) in enumerate(found.items()):
        keep(name, number, what, data)
    return done, time.perf_counter() - began, list(found)


def written(table: str) -> dict[str, str]:
    """The rows of the last run, by room."""
    _, _, rest = PAGE.read_text("utf-8").partition(f"<!-- {table} -->\n")
    lines = rest.partition("<!-- /")[0].splitlines()
    return {line[2:].partition(" | ")[0]: line for line in lines[2:]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--executions", type=int, default=1_000_000)
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument(
        "--only", default="", help="rooms whose name holds this; the others' rows stay"
    )
    parser.add_argument("--guided", action="store_true", help="led by coverage, with atheris")
    parser.add_argument("--write", action="store_true", help="put the table into docs/security.md")
    options = parser.parse_args()
    if options.guided and not guided.available():
        sys.exit("--guided needs atheris: pip install atheris")
    head = "| room | executions | seconds | findings |"
    lines = [head + (" edges |" if options.guided else ""), "|---|--:|--:|--:|"]
    lines[1] += "--:|" if options.guided else ""
    total, spent, findings = 0, 0.0, 0
    name_of_table = "fuzz-guided" if options.guided else "fuzz"
    kept = written(name_of_table) if options.only else {}
    for name, target in targets_by_name.items():
        if options.only not in name and name in kept:
            cells = kept[name].strip("| ").split(" | ")
            before, seconds, count = (int(cell.replace(",", "")) for cell in cells[1:4])
            total, spent, findings = total + before, spent + seconds, findings + count
            lines.append(kept[name])
        if options.only in name:
            wanted = max(1, round(options.executions * target.share))
            most = 60 * options.minutes * 0.15
            if options.guided:
                done, took, edges, found = guided.hunt(name, wanted, most)
            else:
                done, took, found = hunt(name, target, wanted, most)
            total, spent, findings = total + done, spent + took, findings + len(found)
            lines.append(f"| {name} | {done:,} | {took:.0f} | {len(found)} |")
            lines[-1] += f" {edges:,} |" if options.guided else ""
            print(lines[-1], flush=True)
    lines.append(f"| together | {total:,} | {spent:.0f} | {findings} |")
    lines[-1] += " |" if options.guided else ""
    print(lines[-1])
    if options.write:
        write_tables({name_of_table: lines}, PAGE)


if __name__ == "__main__":
    main()
