"""A copy whose page tries all that a page can try, and its original; what no output may hold."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from conftest import SOURCE, run
from lxml import html as lxml_html

SCRIPT = '<script>alert(1)</script><img src=x onerror=alert(2)><a href="javascript:alert(3)">x</a>'
#: ANSI colours and a cleared screen, a bell, a window title, right-to-left overrides, a C1 control.
TERMINAL = "\x1b[31m\x1b[2J\x07\x1b]0;owned\x07\u202egnp.exe\u2066\u200b\x9b31m"
FORMULA = "=HYPERLINK(1)"
TITLE = f"{FORMULA} {SCRIPT} {TERMINAL} title"
LONG = "x" * 200_000
URL = "https://copy.example/a?q=%22onmouseover=alert(4)&r=%3Cscript%3E"


def _text(value: str) -> str:
    for plain, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        value = value.replace(plain, entity)
    # Characters that HTML can only hold by number.
    return re.sub("[\x00-\x08\x0b-\x1f]", lambda found: f"&#{ord(found.group())};", value)


def hostile_page(text: str) -> str:
    """A whole page: title, byline, canonical, links, pictures and text are all hostile."""
    paragraphs = "".join(f"<p>{_text(part)}</p>" for part in text.split("\n\n"))
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{_text(TITLE)}</title>'
        f'<meta name="author" content="{_text(TITLE)}">'
        f'<meta property="og:title" content="{_text(TITLE)}">'
        '<link rel="canonical" href="javascript:alert(5)">'
        f"</head><body><article><h1>{_text(TITLE)}</h1>{paragraphs}"
        f"<p>{_text(SCRIPT)} {_text(TERMINAL)} and {LONG}</p>"
        f'<p>Source: <a href="https://elverpost.example/tarrow-basin">{_text(TITLE)}</a> '
        f'<a href="javascript:alert(6)">{_text(SCRIPT)}</a> '
        '<a href="data:text/html,&lt;script&gt;alert(7)&lt;/script&gt;">data</a></p>'
        '<img src="https://elverpost.example/p/gate-1.jpg" onerror="alert(8)" '
        f'alt="{_text(TITLE)}"></article></body></html>'
    )


def hostile_database(folder: Path) -> Path:
    """A database in which a hostile original has a hostile copy, made as a user makes it."""
    db = folder / "demo.db"
    original, copy = folder / "original.html", folder / "copy.html"
    original.write_text(hostile_page(SOURCE), "utf-8")
    copy.write_text(hostile_page(SOURCE.replace("Tuesday", "Monday")), "utf-8")
    url = "https://elverpost.example/tarrow-basin"
    assert run("add", original, "--url", url, "--db", db).code == 0
    ran = run("check", copy, "--url", URL, "--db", db)
    assert ran.code == 0, ran.err
    (found,) = run("matches", "--json", "--db", db).json
    words = ("--note", TITLE, "--by", TITLE)
    assert run("review", found["id"], "confirmed", *words, "--db", db).code == 0
    assert run("clusters", "--json", "--db", db).json
    return db


#: What a terminal obeys, or what turns the direction of a line.
OBEYED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_SAFE = re.compile(r"(https?://|#|/|match-|index\.html|data:,)")


def assert_tame(page: str) -> None:
    """A page of ours: no script, no event handler, no link but to the web or inside."""
    assert not OBEYED.search(page)
    tree: Any = lxml_html.document_fromstring(page)
    assert not tree.xpath("//script|//iframe|//object|//embed|//form|//base")
    for element in tree.iter():
        for name, value in element.attrib.items():
            assert not name.lower().startswith("on"), (element.tag, name)
            if name in ("href", "src", "action", "formaction"):
                assert _SAFE.match(value), value
    assert not tree.xpath("//*[@src]")
