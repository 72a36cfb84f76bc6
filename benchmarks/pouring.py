"""Material for measuring scans: a large collection of originals, and pages that don't stem from it.

The folder given holds ``articles.jsonl.gz`` (texts) and ``html/`` (real pages). One article in
eight is held out: no original is made of it, and pages without a source are made of those alone.
So what such a page shares with the originals is what news share by chance, and what made texts
share because they are made (see benchmarks/scale.py).
"""

from __future__ import annotations

import gzip
import html
import json
import re
from functools import cache
from pathlib import Path

from benchmarks.dataset import HELD_OUT, rows
from benchmarks.scale import PARAMETERS, Made, Stock, stock_of, text_of
from provenance.fingerprint import fingerprint
from provenance.models import Article
from provenance.normalize import shingles, tokenize

#: Words in a row that a sentence shares with an article by chance at most.
OWN = 8
#: What a page shows as running text: long, between two tags, and no script or style.
_PART = re.compile(r"(<(script|style|noscript)\b.*?</\2\s*>)|>([^<>]{80,})<", re.S | re.I)


@cache
def _column(name: str, data: Path, held_out: bool) -> list[str]:
    return [
        str(row[name])
        for i, row in enumerate(rows(data / "articles.jsonl.gz"))
        if (i % HELD_OUT == 0) is held_out
    ]


def articles(data: Path, *, held_out: bool) -> list[str]:
    """The texts of the articles that are held out, or of all others, in order."""
    return _column("text", data, held_out)


def outlets(data: Path, *, held_out: bool) -> list[str]:
    """The outlet of each of ``articles``."""
    return _column("site", data, held_out)


@cache
def stock(data: Path, *, held_out: bool) -> Stock:
    """What made texts are made of.

    Of the articles that are held out, sentences are left out that share ``OWN`` words in a row with
    one that is not: agencies' reports and sites' own lines stand in many articles, and a page made
    of those would be a repost.
    """
    found = stock_of(articles(data, held_out=held_out))
    if not held_out:
        return found
    others: set[int] = set()
    for text in articles(data, held_out=False):
        others.update(shingles(tokenize(text).words, OWN, 0))
    own = [
        s
        for s in found.sentences
        if others.isdisjoint(shingles(tokenize(" ".join(s)).words, OWN, 0))
    ]
    return found._replace(sentences=own)


def original_text(number: int, data: Path) -> str:
    """The text of an original: a real article for the first numbers, made ones after them."""
    real = articles(data, held_out=False)
    return real[number] if number < len(real) else text_of(number, stock(data, held_out=False))


def original(number: int, data: Path) -> Made:
    """An original with its fingerprint."""
    text = original_text(number, data)
    tokens = tokenize(text)
    of = fingerprint(tokens, PARAMETERS)
    url = f"https://original{number % 997}.example/news/{number}"
    site = f"original{number % 997}.example"
    digest = of.digest if of else ""
    return Article(f"made-{number:08}", url, url, site, "", text, digest, tokens.count), of


def unrelated_text(number: int, data: Path) -> str:
    """A text that stems from no original: made of the articles that were held out."""
    return text_of(50_000_000 + number, stock(data, held_out=True))


@cache
def templates(data: Path) -> list[tuple[str, str]]:
    """Real pages, each with its address, in the order of their names."""
    told = json.loads((data / "html" / "ground-truth.json").read_text("utf-8"))
    found = []
    for path in sorted((data / "html").glob("*.html.gz")):
        page = gzip.decompress(path.read_bytes()).decode("utf-8", "replace")
        found.append((page, str(told[path.name.split(".")[0]]["url"])))
    return found


def poured(text: str, shape: str) -> str:
    """The page with its running text exchanged for this one, all of it, in order.

    What is too long for the page goes to the end of its last run; runs that are too many are
    left empty.
    """
    words = text.split()
    runs = [found for found in _PART.finditer(shape) if found.group(3)]
    at, parts, last = 0, [], 0
    for i, found in enumerate(runs):
        size = len(found.group(3).split()) if i + 1 < len(runs) else len(words)
        taken, at = words[at : at + size], at + size
        parts += [shape[last : found.start(3)], html.escape(" ".join(taken), quote=False)]
        last = found.end(3)
    if not runs:
        parts.append(f"{shape[: shape.rfind('</body')]}<p>{html.escape(text, quote=False)}</p>")
        last = max(0, shape.rfind("</body"))
    return "".join([*parts, shape[last:]])


def page_of(text: str, number: int, data: Path) -> tuple[str, str]:
    """The page with this number of a crawl, showing this text, and its address."""
    shapes = templates(data)
    shape, address = shapes[number % len(shapes)]
    mark = "&" if "?" in address else "?"
    return poured(text, shape), f"{address}{mark}p={number}"
