"""Words in a text that are not its writer's: quotations, picture captions, embedded posts. Pure.

A caption names who is in the picture, where and on which day, in an agency's fixed order, so that
captions of two pictures of one scene answer each other sentence by sentence. Its credit tells it
from the report.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

import regex

# Opening and closing marks of quotations; straight double quotes are paired by turns.
_QUOTES = regex.compile(
    r"“[^“”]{1,1200}”|„[^„“”]{1,1200}[“”]|«[^«»]{1,1200}»|「[^「」]{1,600}」|『[^『』]{1,600}』"
    r"|(?<![\p{L}\p{N}])\"[^\"\n]{1,1200}\"(?![\p{L}\p{N}])"
)
# The credit of a picture. An agency in brackets alone is a dateline, and no credit.
_CREDIT = r"""
    \(\s*(?:AP|AFP|EPA|DPA|Reuters)\s+(?:Photo|Image|File)\b [^)\n]{0,60} \)?
    | \bPhoto(?:graph)?(?:\s+(?:credit|by))?\s*:\s*\p{L}
    | \(\s*(?:Photo|Picture)\s+(?:credit|by)\b [^)\n]{0,80} \)?
    | \b(?:AP|AFP|EPA|Reuters)\s+(?:File\s+)?Photo\b
    | \bvia\s+(?:AP|AFP|EPA|Reuters|Getty\s+Images)\b
    | \b\p{Lu}\p{L}+,\s+(?:File\s+)?(?:AP|AFP|EPA)(?=\s*(?:[\n)]|$))
    | \bGetty\s+Images\b (?=\s*(?:[\n)/]|$))
    | \bFILE\s*[-–—]?\s*In\s+this\b | \bIn\s+this\b [^.\n]{0,40} \bfile\s+photo\b
"""
_AGENCY = r"[/|]\s*(?:AP|AFP|EPA|DPA|Reuters|TASS|Associated\s+Press)\b"
_NAMED = regex.compile(_CREDIT, regex.VERBOSE)
# With the photographer's name before it; it may begin at any letter, which makes the search slow.
_ANY = regex.compile(rf"[\p{{L}}.]\s*{_AGENCY} | {_CREDIT}", regex.VERBOSE)
_BEHIND_A_NAME = regex.compile(_AGENCY)
# One of these stands in whatever a credit is; most lines have none, and are not searched.
_MARK = re.compile(r"AP|AFP|EPA|DPA|Reuters|TASS|Associated|Getty|Photo|Picture|FILE|file\s+photo")
#: Words of a line up to which its credit makes the whole of it a caption.
_LINE_WORDS = 90
_SENTENCE_END = regex.compile(r"[.!?][\"”’)]?\s+(?=[\p{Lu}(])")
#: The signature of an embedded post: dash, name, handle.
_SIGNATURE = regex.compile(r"[-–—]{1,2}\s*[^\n(@]{1,60}\(@\w{1,30}\)(?:\s*\p{L}+ \d{1,2}, \d{4})?")
#: Characters before its signature that a post may have: the longest allowed, with links.
_POST = 600


def borrowed(text: str) -> list[tuple[int, int]]:
    """Spans (start, end) of quotations, captions and posts, in order; they may overlap."""
    return sorted([*quotations(text), *_captions(text), *_posts(text)])


def quotations(text: str) -> Iterator[tuple[int, int]]:
    """Spans (start, end) of what stands in quotation marks, marks included, in order."""
    return (found.span() for found in _QUOTES.finditer(text))


def _captions(text: str) -> Iterator[tuple[int, int]]:
    at = 0
    for line in text.split("\n"):
        hits = _credits(line) if _MARK.search(line) else []
        if hits and len(line.split()) <= _LINE_WORDS:
            yield at, at + len(line)
        elif hits:
            # No line of its own: the credited sentence, and the one before it.
            starts = [0, *(found.end() for found in _SENTENCE_END.finditer(line))]
            for start, end in hits:
                number = bisect_right(starts, start) - 1
                if line[end - 1] != ")":
                    end = max(end, starts[number + 1] if number + 1 < len(starts) else len(line))
                yield at + starts[max(0, number - 1)], at + end
        at += len(line) + 1


def _credits(line: str) -> list[tuple[int, int]]:
    pattern = _ANY if _BEHIND_A_NAME.search(line) else _NAMED
    return [found.span() for found in pattern.finditer(line)]


def _posts(text: str) -> Iterator[tuple[int, int]]:
    last = 0
    for found in _SIGNATURE.finditer(text):
        start = found.start()
        # The post is the line that the signature ends, or the one before it.
        head = text.rfind("\n", 0, start) + 1
        if not text[head:start].strip():
            head = text.rfind("\n", 0, max(0, head - 1)) + 1
        yield max(head, last, start - _POST), found.end()
        last = found.end()
