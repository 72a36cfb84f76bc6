"""What all our HTML pages share: escaping, safe links, the frame, the content policy. Pure.

A page of ours is one file: no script, no request, one style sheet inside it whose hash is in its
content security policy. Whatever a crawled page said stands in it as text.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from html import escape
from importlib.resources import files
from urllib.parse import urlsplit

import regex

STYLE = files("provenance.report").joinpath("page.css").read_text("utf-8")

_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
#: Content Security Policy Level 3: nothing is loaded, run, framed or sent; only our own style.
POLICY = (
    f"default-src 'none'; style-src 'sha256-{_HASH}'; img-src data:; base-uri 'none'; "
    "form-action 'none'"
)
#: What a server sends with a page of ours (``frame-ancestors`` counts in a header only).
HEADERS = {
    "content-security-policy": POLICY + "; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}

#: What stands for a character that is not seen or changes the direction of others.
HIDDEN_SIGN = "\ufffd"
# Unicode TR36 §2.5 (bidirectional spoofing) and TR39 §5.4; marks that right-to-left and Indic
# scripts need for themselves (ZWNJ, ZWJ, LRM, RLM, ALM) can reorder nothing far away and stay.
_HIDDEN = regex.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u180e\u200b\u2028\u2029\u202a-\u202e"
    r"\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f\p{Cs}\p{Co}]"
)
_LANGUAGE = regex.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")


def hidden(text: str) -> int:
    """How many characters of a text are not seen, or turn the direction of others."""
    return 0 if text.isascii() and text.isprintable() else len(_HIDDEN.findall(text))


def without_hidden(text: str, sign: str = " ") -> str:
    """The text with a sign for each character that is unseen, or turns the direction of others."""
    return str(_HIDDEN.sub(sign, text))


def shown(text: object) -> str:
    """A value as HTML: markup escaped, unseen characters as a sign, one for one."""
    return escape(without_hidden(str(text), HIDDEN_SIGN).replace("\r", " "))


def web_link(url: str | None) -> str | None:
    """The address, if it is one that a browser may be given: http or https, with a host."""
    if not url or any(c.isspace() or not c.isprintable() for c in url):
        return None
    try:
        parts = urlsplit(url)
        return url if parts.scheme.lower() in ("http", "https") and parts.hostname else None
    except ValueError:
        return None


def clip(text: str, most: int) -> str:
    """At most so many characters, the last one a mark of what is left out."""
    return text if len(text) <= most else text[: most - 1] + "…"


def link(url: str | None, label: str | None = None, *, most: int = 120) -> str:
    """An address as a link that tells the other side nothing; as text where it isn't one."""
    if not url:
        return shown(label or "")
    text = f"<bdi>{shown(clip(label or url, most))}</bdi>"
    if web_link(url) is None:
        return text
    return f'<a href="{escape(url)}" rel="noreferrer noopener nofollow">{text}</a>'


def language_attribute(language: str | None) -> str:
    """``lang`` for a text (BCP 47), empty when nothing sensible is known."""
    if not language or not _LANGUAGE.fullmatch(language):
        return ""
    return f' lang="{language}"'


def table(header: Sequence[str], rows: Iterable[Sequence[str]], caption: str) -> str:
    """A table of cells that are HTML already. The first cell of a row is its heading."""
    head = "".join(f'<th scope="col">{cell}</th>' for cell in header)
    lines = []
    for first, *rest in rows:
        cells = "".join(f"<td>{cell}</td>" for cell in rest)
        lines.append(f'<tr><th scope="row">{first}</th>{cells}</tr>')
    return (
        f'<div class="wide" role="region" aria-label="{escape(caption)}" tabindex="0"><table>'
        f"<caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )


#: By this a page of ours is known again.
OURS = '<meta name="generator" content="provenance">'


def document(title: str, body: str, *, top: str = "") -> str:
    """A whole page. ``title`` is text; ``body`` and ``top`` (links above it) are HTML."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f'{OURS}\n<meta name="robots" content="noindex">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{shown(clip(title, 120))}</title>\n"
        '<link rel="icon" href="data:,">\n'
        f"<style>{STYLE}</style>\n</head>\n<body>\n{top}{body}</body>\n</html>\n"
    )
