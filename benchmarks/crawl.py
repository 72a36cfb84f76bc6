"""A made crawl: distinct texts poured into real page templates, as WARC.

The folder given holds ``html/`` (pages whose long runs of text are exchanged) and
``articles.jsonl.gz`` (texts to pour in, and to register as originals). See benchmarks/dataset.py.
"""

from __future__ import annotations

import gzip
import html
import json
import random
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

_RUN = re.compile(r">([^<>]{80,})<")


def articles(data: Path) -> Iterator[str]:
    """The texts of the articles, in order."""
    with gzip.open(data / "articles.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            yield str(json.loads(line)["text"])


def templates(data: Path) -> list[str]:
    """Real pages, as text."""
    found = []
    for path in sorted((data / "html").rglob("*")):
        if path.is_file():
            raw = path.read_bytes()
            raw = gzip.decompress(raw) if path.suffix == ".gz" else raw
            text = raw.decode("utf-8", "replace")
            if len(_RUN.findall(text)) >= 5:
                found.append(text)
    return found


def pages(data: Path, count: int, *, copies: float = 0.01, seed: int = 7) -> Iterator[str]:
    """So many pages; a share of them holds a whole article, the others words drawn anew."""
    chance = random.Random(seed)
    known = list(articles(data))
    words = [word for text in known[:500] for word in text.split()]
    shapes = templates(data)
    for i in range(count):
        shape = shapes[i % len(shapes)]
        whole = chance.random() < copies
        rest = iter(chance.choice(known).split() if whole else [])

        def pour(found: re.Match[str], rest: Iterator[str] = rest) -> str:
            size = len(found.group(1).split())
            taken = [word for word, _ in zip(rest, range(size), strict=False)]
            taken += chance.choices(words, k=size - len(taken))
            return f">{html.escape(' '.join(taken))}<"

        yield _RUN.sub(pour, shape)


def write_warc(path: Path, made: Iterator[str]) -> int:
    """Write the pages as a WARC, gzip by record; how many."""
    count = 0
    with path.open("wb") as stream:
        writer = WARCWriter(stream, gzip=True)
        for count, text in enumerate(made, 1):
            headers = StatusAndHeaders(
                "200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1"
            )
            writer.write_record(
                writer.create_warc_record(
                    f"https://site{count % 97}.example/news/{count}",
                    "response",
                    payload=BytesIO(text.encode()),
                    http_headers=headers,
                )
            )
    return count


def write_originals(path: Path, data: Path, count: int) -> int:
    """Write so many articles as JSON lines, fit for ``add``."""
    written = 0
    with path.open("w", encoding="utf-8") as lines:
        for written, text in enumerate(articles(data), 1):
            url = f"https://original{written % 89}.example/{written}"
            lines.write(json.dumps({"url": url, "text": text}) + "\n")
            if written == count:
                break
    return written
