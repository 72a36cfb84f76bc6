"""A made crawl for scans by several machines: cheap to read, and of every kind of page.

Texts are sentences of a few forms, their words drawn from a made vocabulary, so that pages share
words with originals by chance, as news do. One page in a hundred tells an original again, half of
them without some of its sentences. Among the others are the same page twice, the same text at
another address, an empty page, a wall, and records that are no page. Everything follows from the
number of a page, so a crawl of any size begins as a larger one does.

Of a crawl that is ``alike``, a share of the pages repeat a template: sentences that one original
holds, and phrases that more originals hold than a look-up takes (docs/settings.md, ``bucket``).
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

#: Of a hundred pages, in this order.
RETOLD, TWICE, MOVED, EMPTY, WALL, PICTURE = range(6)
#: Originals that hold the phrases of the template.
COMMON = 250

_FORMS = (
    "The {} of the {} was {} when they had {} it in the {} of {}, and all of them {} for a {}.",
    "It is not yet {} whether {} will {} the {} that {} had asked for in {}.",
    "At {}, the {} said that {} and {} had been {} by {} before any {} came.",
    "Of the {} in {} only the {} was {}, while the {} had its own {} until {}.",
)
_WALL = (
    "We and our partners keep and read what your device holds. You can agree to all of it, or look "
    "at every single purpose first, and change your mind later at the foot of each page. "
) * 3


def vocabulary() -> list[str]:
    """Words, all different."""
    chance = random.Random(11)
    starts = [*"bcdfghklmnprstvw", "br", "cl", "dr", "fl", "gr", "kr", "pl", "st", "tr"]
    heads = [start + vowel for start in starts for vowel in ("a", "e", "i", "o", "u", "ai", "ea")]
    tails = ["l", "m", "n", "r", "s", "t", "lk", "nd", "rn", "st", "ck", "ly", "ner", "ton", "ling"]
    found = [first + second + tail for first in heads for second in heads for tail in tails]
    chance.shuffle(found)
    return found


class Made:
    """Texts by number. ``alike``: the share of pages that repeat the template."""

    def __init__(self, originals: int, alike: float = 0.0) -> None:
        self.words, self.originals, self.alike = vocabulary(), originals, alike
        #: 1 while words are drawn that no original has.
        self.other = 0
        chance = random.Random("template")
        self.template = self._sentences(chance, 4)
        self.phrases = [one.rstrip(".") for one in self._sentences(chance, 2)]

    def _word(self, chance: random.Random) -> str:
        # Some words are in many texts, most in few.
        place = int(len(self.words) // 2 * chance.random() ** 2)
        return self.words[2 * place + self.other]

    def _sentences(self, chance: random.Random, count: int) -> list[str]:
        found = []
        for _ in range(count):
            form = chance.choice(_FORMS)
            sentence = form.format(*(self._word(chance) for _ in range(form.count("{}"))))
            found.append(sentence[0].upper() + sentence[1:])
        return found

    def _phrases(self, chance: random.Random) -> list[str]:
        """Each with an end of its own: a sentence that is the same in so many texts would be
        learned as boilerplate, and not be asked for."""
        return [f"{phrase} and {self._word(chance)}." for phrase in self.phrases]

    def original(self, number: int) -> list[str]:
        """The sentences of an original."""
        chance = random.Random(f"original {number}")
        own = self._sentences(chance, 8)
        if number == 0:
            own += self.template
        return own + self._phrases(chance) if number < COMMON else own

    def page(self, number: int) -> list[str]:
        """The sentences of a page that is an article."""
        chance = random.Random(f"page {number}")
        if number % 100 == RETOLD:
            told = self.original(chance.randrange(self.originals))
            return told if number % 200 == RETOLD else [s for s in told if chance.random() > 0.33]
        # Three in four are short, and about something else than any original: their words are
        # others.
        self.other = int(number % 4 > 0)
        own = self._sentences(chance, chance.randint(3, 4) if self.other else 5)
        self.other = 0
        if chance.random() < self.alike:
            return own[:3] + self.template + self._phrases(chance) + own[3:]
        return own


def write_originals(path: Path, made: Made) -> None:
    """Originals as JSON lines, fit for ``add``."""
    with path.open("w", encoding="utf-8") as lines:
        for number in range(made.originals):
            row = {
                "url": f"https://original{number % 89}.example/{number}",
                "title": " ".join(made.words[number * 3 : number * 3 + 6]),
                "text": " ".join(made.original(number)),
                "published": f"2025-{1 + number % 12:02}-{1 + number % 28:02}",
            }
            lines.write(json.dumps(row) + "\n")


def write_crawl(folder: Path, made: Made, count: int, files: int) -> list[Path]:
    """So many pages, one file in eight a WARC of HTML (gzip by record), the others rows of texts;
    the last is cut off in its last record."""
    found = []
    for part in range(files):
        numbers = range(count * part // files, count * (part + 1) // files)
        found.append(
            _warc(folder, part, made, numbers)
            if part % 8 == 7
            else _rows(folder, part, made, numbers)
        )
    size = found[-1].stat().st_size
    with found[-1].open("r+b") as stream:
        stream.truncate(size - 100)
    return found


def _warc(folder: Path, part: int, made: Made, numbers: range) -> Path:
    path = folder / f"crawl-{part:02}.warc.gz"
    with path.open("wb") as stream:
        writer = WARCWriter(stream, gzip=True)
        for number in numbers:
            for url, kind, body in _records(made, number):
                _write(writer, url, kind, body, number)
    return path


def _rows(folder: Path, part: int, made: Made, numbers: range) -> Path:
    path = folder / f"crawl-{part:02}.jsonl"
    with path.open("w", encoding="utf-8") as lines:
        for number in numbers:
            kind = number % 100
            if kind == PICTURE:
                lines.write("no row\n")
                continue
            row = {"url": _url(number), "title": f"Report {number}"}
            row |= {"text": " ".join(_sentences(made, number)), "published": _day(number)}
            for _ in range(2 if kind == TWICE else 1):
                lines.write(json.dumps(row) + "\n")
    return path


def _url(number: int) -> str:
    return f"https://site{number % 997}.example/news/{number}"


def _day(number: int) -> str:
    return f"2026-{1 + number % 9:02}-{1 + number % 28:02}"


def _sentences(made: Made, number: int) -> list[str]:
    kind = number % 100
    if kind == EMPTY:
        return []
    if kind == WALL:
        return [_WALL]
    # MOVED: the text of the page before it, on another site.
    return made.page(number - 1 if kind == MOVED else number)


def _records(made: Made, number: int) -> Iterator[tuple[str, str, bytes]]:
    """A page as addresses, content types and bodies."""
    kind = number % 100
    if kind == PICTURE:
        yield _url(number), "image/png", b"\x89PNG\r\n\x1a\n" + bytes(40)
        return
    body = _html(number, _sentences(made, number)).encode()
    for _ in range(2 if kind == TWICE else 1):
        yield _url(number), "text/html; charset=utf-8", body


def _html(number: int, sentences: list[str]) -> str:
    told = "".join(
        f"<p>{' '.join(sentences[i : i + 3])}</p>\n" for i in range(0, len(sentences), 3)
    )
    return (
        f'<!DOCTYPE html><html lang="en"><head><title>Report {number}</title>'
        f'<meta property="article:published_time" content="{_day(number)}"></head><body>'
        f"<nav><a href='/'>Home</a> <a href='/news'>News</a></nav>"
        f"<article><h1>Report {number}</h1>{told}</article>"
        "<footer><a href='/about'>About us</a></footer></body></html>"
    )


def _write(writer: WARCWriter, url: str, kind: str, body: bytes, number: int) -> None:
    headers = StatusAndHeaders("200 OK", [("Content-Type", kind)], protocol="HTTP/1.1")
    # The same bytes whenever it is made.
    seen = f"2026-10-{1 + number % 28:02}T{number % 24:02}:{number % 60:02}:00Z"
    more = {"WARC-Date": seen, "WARC-Record-ID": f"<urn:x:{number}>"}
    writer.write_record(
        writer.create_warc_record(
            url, "response", payload=BytesIO(body), http_headers=headers, warc_headers_dict=more
        )
    )
