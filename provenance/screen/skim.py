"""What a page shows, by a fast parser: its words, links and pictures. The only importer of
selectolax.

No extraction: menus and teasers are among the words. What would cost the parser much, or holds too
little to tell anything, is not skimmed at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

#: Characters and elements up to which a page is skimmed: far above those of articles.
MAX_PAGE, MAX_ELEMENTS = 2_000_000, 40_000
#: Characters of one tag: the parser takes squares of its attributes.
MAX_TAG = 30_000
#: Words of one piece of text from which it is running text, not a menu.
_RUNNING = 10
_ENDS = (
    *("</p>", "</P>", "</div>", "</DIV>", "</li>", "</td>", "<br>", "<br/>", "<br />"),
    *("</h1>", "</h2>", "</h3>", "</nav>", "</ul>", "</section>", "</header>", "</blockquote>"),
)
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


@dataclass(frozen=True, slots=True)
class Skim:
    """A page's words, and the addresses in it as they are written there."""

    title: str
    #: Pieces of text, about a block each, in order.
    pieces: tuple[str, ...]
    links: tuple[str, ...]
    pictures: tuple[str, ...]
    #: Addresses that the head gives the page itself, or its source.
    declared: tuple[str, ...]

    @property
    def running(self) -> str:
        """The pieces that are long enough to be running text, a line each."""
        return "\n".join(piece for piece in self.pieces if piece.count(" ") >= _RUNNING)


def skim(page: str) -> Skim | None:
    """A page, skimmed; None for one that the full way must judge."""
    if len(page) > MAX_PAGE or page.count("<") > MAX_ELEMENTS:
        return None
    if any(len(tag) > MAX_TAG and tag.find(">", 0, MAX_TAG) < 0 for tag in page.split("<")):
        return None
    from selectolax.lexbor import LexborHTMLParser

    # Text runs on over inline elements, and ends with a block.
    for end in _ENDS:
        page = page.replace(end, f"{end}\n")
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
    text = tree.body.text()
    return Skim(
        title=" ".join(title.text().split()) if title is not None else "",
        pieces=tuple(text.split("\n")),
        links=tuple(links),
        pictures=tuple(shown),
        declared=tuple(declared),
    )


def _sources(told: dict[str, str | None]) -> Iterator[str]:
    for name in ("src", "data-src", "data-lazy-src", "srcset", "data-srcset"):
        if (found := _SOURCE.match(told.get(name) or "")) and not found[1].startswith("data:"):
            yield found[1]
