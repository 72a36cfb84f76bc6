"""The Atom feed of matches: by RFC 4287, and that no title gets out of its element."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import feedparser
import pytest
from conftest import run
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from store_samples import article, match

from provenance.report.feed import atom_lines
from provenance.report.lists import cell
from provenance.store import Store

ATOM = "{http://www.w3.org/2005/Atom}"
EVIL = (
    "</title><script>alert(1)</script>]]>&x;<!-- \x00\x08\x0b\x1b[31m\u202e\u200b\uffff\ufffe"
    "\U0001ffff \" ' <?php ?> \r\n\t"
)
# What may not stand in any output: controls, overrides and isolates, what is not seen.
HARMFUL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ufeff]")


def row(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A match as ``Store.matches`` lists it, as far as a feed reads it."""
    return {
        "id": f"{number:020x}",
        "relation": "rewrite",
        "probability": 0.987,
        "direction": "source-first",
        "attribution": "unattributed",
        "found": f"2026-05-0{number}T10:00:00Z",
        "source_id": "s",
        "source_title": "A source",
        "source_url": "https://s.example/a",
        "source_site": "s.example",
        "target_id": "t",
        "target_title": "A page",
        "target_url": "https://t.example/b?x=1&y=2",
        **changes,
    }


def feed(*rows: dict[str, Any], address: str | None = None, **filters: Any) -> str:
    now = "2026-06-01T00:00:00Z"
    return "".join(atom_lines(rows, filters=filters, now=now, version="1", address=address))


def valid(text: str) -> Any:
    """The tree of a feed, what RFC 4287 asks for in its §4 checked."""
    tree = etree.fromstring(text.encode())
    assert tree.tag == f"{ATOM}feed"
    for parent in (tree, *tree.findall(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            (found,) = parent.findall(f"{ATOM}{name}")
            assert found.text and found.text.strip()
        assert re.match(r"(tag:[a-z.]+,\d{4}:|https?://)\S+$", parent.find(f"{ATOM}id").text)
        when = parent.find(f"{ATOM}updated").text
        assert datetime.fromisoformat(when).tzinfo
        assert len(parent.findall(f"{ATOM}link[@rel='alternate']")) <= 1
        for link in parent.findall(f"{ATOM}link"):
            assert re.match(r"https?://[\x21-\x7e]+$", link.get("href"))
    (author,) = tree.findall(f"{ATOM}author/{ATOM}name")
    assert author.text
    for entry in tree.findall(f"{ATOM}entry"):
        (content,) = entry.findall(f"{ATOM}content")
        assert content.get("type") == "text" and len(content) == 0
    names = {element.tag.removeprefix(ATOM) for element in tree.iter()}
    assert names <= {
        "feed", "id", "title", "subtitle", "updated", "author", "name", "generator", "link",
        "entry", "published", "category", "content",
    }  # fmt: skip
    ids = [one.text for one in tree.findall(f"{ATOM}entry/{ATOM}id")]
    assert len(set(ids)) == len(ids)
    return tree


def test_a_reader_reads_it_back() -> None:
    text = feed(row(2), row(1), address="https://news.example/feed.atom", only="reposts")
    valid(text)
    read = feedparser.parse(text)
    assert not read.bozo and read.version == "atom10"
    assert read.feed.id == read.feed.links[0].href == "https://news.example/feed.atom"
    assert read.feed.updated == "2026-05-02T10:00:00Z"
    first, second = read.entries
    assert first.id == "tag:provenance.invalid,2026:match/00000000000000000002"
    assert first.title == "Rewrite: A page ← s.example"
    assert first.link == "https://t.example/b?x=1&y=2"
    assert [link.href for link in first.links if link.rel == "related"] == ["https://s.example/a"]
    assert first.tags[0].term == "rewrite"
    assert "0.99" not in second.id and "0.99" in second.content[0].value


def test_an_empty_feed_is_one() -> None:
    tree = valid(feed())
    assert tree.find(f"{ATOM}updated").text == "2026-06-01T00:00:00Z"


def test_ids_name_the_question_and_the_match() -> None:
    one, other = (valid(feed(row(1), site=site)) for site in ("a.example", "b.example"))
    again = valid(feed(row(1, probability=0.5), row(2), site="a.example"))
    assert one.find(f"{ATOM}id").text == again.find(f"{ATOM}id").text
    assert one.find(f"{ATOM}id").text != other.find(f"{ATOM}id").text
    entry = f"{ATOM}entry/{ATOM}id"
    assert one.find(entry).text == again.find(entry).text == other.find(entry).text


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        'https://a.example/"><x',
        "https://a.example/\u202e",
        "",
        "https://ä.x/é",
    ],
)
def test_hostile_rows_stay_text(address: str) -> None:
    evil = row(
        1, target_title=EVIL, source_title=EVIL, source_site=EVIL, target_url=address, relation=EVIL
    )
    text = feed(evil, site=EVIL)
    assert not HARMFUL.search(text)
    tree = valid(text)
    told = "".join(tree.itertext())
    assert "<script>alert(1)</script>" in told
    read = feedparser.parse(text)
    assert not read.bozo
    # Whoever shows it is told that it is text, and no markup.
    assert read.entries[0].title_detail.type == "text/plain"
    assert read.entries[0].content[0].type == "text/plain"


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_title_makes_a_valid_feed(title: str, url: str) -> None:
    text = feed(
        row(1, target_title=title, source_title=title, target_url=f"https://a.example/{url}")
    )
    valid(text)
    assert not feedparser.parse(text).bozo


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    path = tmp_path / "hostile.db"
    with Store.open(path) as store:
        source = article("alpha", title=EVIL, byline=EVIL)
        job = store.begin_run("scan", {})
        store.add_article(source, "original", None, ())
        for number, start in enumerate(STARTS):
            target = article(
                f"beta{number}",
                title=f"{start}cmd|' /C calc'!A0",
                url=f"https://b.example/{number}",
            )
            store.add_article(target, "crawled", None, ())
            store.add_match(match(source, target), job)
        job = store.conn.execute(
            "UPDATE matches SET found = '2026-01-01T00:00:00Z' WHERE rowid = 1"
        )
    return path


STARTS = [
    "=", "+", "-", "@", "\t=", "\r=", "\n=", " =", "\u00a0=", "\u3000=", "＝", "＋", "－", "＠",
    "﹦", "﹢", "﹣", "﹫", "\u2212", "\u200b=", "\u202e=", "\ufeff=", "\u200d=", "\x00=", "x;=",
    "x; \t＝",
]  # fmt: skip


@pytest.mark.parametrize("start", STARTS)
def test_no_cell_is_a_formula(start: str) -> None:
    made = cell(f"{start}HYPERLINK(1)")
    for part in re.split(r"[;\t]", made):
        first = part.lstrip("".join(c for c in part if c.isspace() or not c.isprintable()))[:1]
        assert first not in set("=+-@＝＋－＠﹦﹢﹣﹫\u2212"), made
    assert not HARMFUL.search(made)


def test_what_is_no_formula_stays_as_it_is() -> None:
    for value in ("a-b", "1 + 1 = 2", "me@b.example", "Tea; coffee - and milk", "", 1.5, -2, None):
        assert cell(value) == value


@pytest.mark.parametrize("form", ["--csv", "--nl", "--json", "--atom", "--feed", "-t", ""])
def test_every_form_of_the_list_is_harmless(hostile: Path, form: str) -> None:
    ran = run("matches", "--db", hostile, *([form] if form else []))
    assert ran.code == 0 and ran.out
    assert not HARMFUL.search(ran.out.replace("\r\n", "\n")), form
    if form == "--csv":
        for line in csv.DictReader(io.StringIO(ran.out, newline="")):
            assert not re.match(r"\s*[=+@＝]", line["target_title"])
    if form == "--nl":
        titles = {json.loads(line)["source_title"] for line in ran.out.splitlines()}
        assert "\u202e" in titles.pop()  # escaped on the way, and whole again


def test_the_command(hostile: Path) -> None:
    ran = run("matches", "--db", hostile, "--reposts", "--atom", "--since", "2026-02-01")
    assert ran.code == 0
    since = valid(ran.out).findall(f"{ATOM}entry")
    every = valid(run("matches", "--db", hostile, "--reposts", "--atom").out)
    assert len(since) == len(every.findall(f"{ATOM}entry")) - 1 == len(STARTS) - 1
    # What is asked since when is no other feed.
    assert valid(ran.out).find(f"{ATOM}id").text == every.find(f"{ATOM}id").text
    newest = [entry.find(f"{ATOM}updated").text for entry in every.findall(f"{ATOM}entry")]
    assert newest == sorted(newest, reverse=True)
    few = valid(run("matches", "--db", hostile, "--atom", "--limit", "3").out)
    assert len(few.findall(f"{ATOM}entry")) == 3
    assert run("matches", "--db", hostile, "--feed-url", "https://a.example/").code == 2
    assert run("matches", "--db", hostile, "--atom", "--feed-url", "javascript:x").code == 2
