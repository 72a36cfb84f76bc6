"""What a page shows, by a fast parser: its words, links and pictures. The only importer of
selectolax.

No extraction: menus and teasers are among the words. What would cost the parser much, or holds too
little to tell anything, is not skimmed at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

#: Characters and tags up to which a page is skimmed: far above those of articles (of 181 real pages
#: none has 4,000). The parser takes squares of the tags that are left open.
MAX_PAGE, MAX_TAGS = 2_000_000, 8_000
#: Characters of one tag: the parser takes squares of its attributes.
MAX_TAG = 30_000
#: Words of one piece of text from which it is running text, not a menu.
_RUNNING = 11
#: Words from which a piece is a paragraph, not a teaser: of the pages that were read wrongly by all
#: their running text, most told a short article beside many teasers.
_PARAGRAPH = 20
#: Before tags that end a piece; text runs on over all others.
_BLOCK = re.compile(
    r"<(?=/?(?:p|div|li|br|t[dhr]|h[1-6]|[uod]l|d[dt]|section|article|header|footer|nav|main|aside"
    r"|blockquote|figure|figcaption|table|form|button|label|option|pre|address|hr)[ >])"
)
#: Stands between two pieces: no text of people holds it.
_BETWEEN = "\x1e"
_UNSEEN = ["script", "style", "noscript", "template", "svg", "select", "iframe", "textarea"]
_DECLARED = ("link[rel]", "meta[content]")
_RELS = frozenset({"canonical", "amphtml", "shortlink", "syndication-source", "original-source"})
_NAMES = frozenset(
    {
        "og:url",
        "twitter:url",
        "syndication-source",
        "original-source",
        "dc.source",
        "dcterms.source",
    }
)
_PICTURES = ("og:image", "twitter:image")
_MOST = 300
_SOURCE = re.compile(r"\s*(\S+)")


# No slots: what is made of the pieces is kept.
@dataclass(frozen=True)
class Skim:
    """A page's words, and the addresses in it as they are written there."""

    title: str
    #: Pieces of text, a block each, in order; their words with one space between them.
    pieces: tuple[str, ...]
    links: tuple[str, ...]
    pictures: tuple[str, ...]
    #: Addresses that the head gives the page itself, or its source.
    declared: tuple[str, ...]

    @cached_property
    def running(self) -> str:
        """The pieces that are long enough to be running text, a line each."""
        return "\n".join(filter(is_running, self.pieces))

    @cached_property
    def paragraphs(self) -> str:
        """Those that are long enough to be paragraphs of an article, a line each."""
        return "\n".join(piece for piece in self.pieces if piece.count(" ") >= _PARAGRAPH - 1)


def is_running(piece: str) -> bool:
    """Whether a piece is long enough to be running text."""
    return piece.count(" ") >= _RUNNING - 1


def skim(page: str) -> Skim | None:
    """A page, skimmed; None for one that the full way must judge."""
    if len(page) > MAX_PAGE or page.count("<") > MAX_TAGS:
        return None
    for tag in page.split("<"):
        if len(tag) > MAX_TAG and tag[0] not in "!?" and tag.find(">", 0, MAX_TAG) < 0:
            return None
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(page)
    declared, shown = [], []
    for node in tree.css(", ".join(_DECLARED))[:_MOST]:
        told = node.attributes
        if node.tag == "link":
            if not _RELS.isdisjoint((told.get("rel") or "").lower().split()):
                declared.append(told.get("href") or "")
            continue
        name = (told.get("property") or told.get("name") or "").lower()
        if name in _NAMES:
            declared.append(told.get("content") or "")
        elif name in _PICTURES:
            shown.append(told.get("content") or "")
    title = tree.css_first("title")
    tree.strip_tags(_UNSEEN)
    if tree.body is None:
        return None
    links = [node.attributes.get("href") or "" for node in tree.css("a[href]")]
    for node in tree.css("img")[:_MOST]:
        shown += _sources(node.attributes)
    # Written out, what is left is a third of the page, and all tags are written alike.
    marked = LexborHTMLParser(_BLOCK.sub(f"{_BETWEEN}<", tree.body.html or ""))
    text = marked.body.text() if marked.body is not None else ""
    return Skim(
        title=" ".join(title.text().split()) if title is not None else "",
        pieces=tuple(" ".join(p.split()) for p in text.split(_BETWEEN) if p and not p.isspace()),
        links=tuple(links),
        pictures=tuple(shown),
        declared=tuple(declared),
    )


def _sources(told: dict[str, str | None]) -> Iterator[str]:
    for name in ("src", "data-src", "data-lazy-src", "srcset", "data-srcset"):
        if (found := _SOURCE.match(told.get(name) or "")) and not found[1].startswith("data:"):
            yield found[1]
