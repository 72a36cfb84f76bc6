"""The pages of `report`: what they show, and that nothing in a text can make them act."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
from conftest import run
from hypothesis import given
from hypothesis import strategies as st
from lxml import html as lxml_html
from store_samples import TRACES, article, fingerprint, match

from provenance.report import html, marking, pictures
from provenance.report.marking import Span
from provenance.report.match_page import match_page
from provenance.report.overview_page import overview_page
from provenance.store import Store

EVIL = (
    '<script>alert("x")</script><img src=x onerror=alert(1)>\u202egnp.exe\x1b[31m\u200b\x07'
    "</style></title>&#x3c;b"
)
ADDRESSES = (
    "javascript:alert(1)",
    "JAVASCRIPT:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "file:///etc/passwd",
    'https://a.example/"onmouseover="alert(1)',
    "https://a.example/ x",
    "https://",
    "//a.example/",
    "\x01javascript:alert(1)",
)


def row(**changes: Any) -> dict[str, Any]:
    """A match as the store gives it."""
    side = {
        "id": "a" * 20,
        "url": "https://a.example/x",
        "canonical_url": "https://a.example/x",
        "site": "a.example",
        "title": "A title",
        "byline": None,
        "published": "2026-03-01T10:00:00+00:00",
        "observed": None,
        "modified": None,
        "language": "en",
        "words": 6,
        "digest": "d",
        "rough": 0,
        "gate": None,
        "role": "original",
        "text": "In Kabul Muttaqi met the envoy. Nine people came.",
    }
    target = {**side, "id": "b" * 20, "text": "Motti, in Cabul, met with the envoy. 9 men came."}
    made: dict[str, Any] = {
        "id": "c" * 20,
        "relation": "rewrite",
        "is_repost": True,
        "is_reuse": True,
        "probability": 0.999,
        "direction": "source-first",
        "direction_confidence": 0.9975,
        "attribution": "attributed",
        "channels": ["terms"],
        "run_id": 1,
        "found": "2026-03-02T10:00:00Z",
        "parameters": {"version": "0"},
        "scores": {
            "coverage": 0.5,
            "coverage_source": 0.5,
            "containment_target_5": 0.1,
            "containment_source_5": 0.1,
            "longest_run": 3.0,
        },
        "passages": [[0, 36, 0, 31, "reworded"], [37, 11, 32, 17, "reworded"]],
        "reasons": [{"code": "x", "text": "Because."}],
        "evidence": [{"kind": "claimed", "log_odds": 1.5, "text": "It claims so."}],
        "traces": [
            {
                "kind": "source-link",
                "value": "v",
                "target_url": "https://a.example/x",
                "target_site": "a.example",
                "strength": "strong",
                "snippet": "Source link",
            }
        ],
        "source": side,
        "target": target,
    }
    return {**made, **changes}


def tree(page: str) -> Any:
    return lxml_html.document_fromstring(page)


# -- marking -----------------------------------------------------------------------------------


def test_passages_lead_to_each_other() -> None:
    page = tree(match_page(row(), version="1"))
    for number in (1, 2):
        (here,) = page.xpath(f'//a[@id="t{number}"]')
        (there,) = page.xpath(f'//a[@id="s{number}"]')
        assert here.get("href") == f"#s{number}" and there.get("href") == f"#t{number}"
        assert here.get("class") == there.get("class") == "reworded"
        assert here.xpath("b/text()") == [str(number)]


def test_changed_names_are_marked_and_equal_numbers_are_not() -> None:
    text = "Then in Cabul came Motti of Norland. He met 9 men and 14 others."
    told = "Then in Kabul came Muttaqi of Norland. He met nine men and 15 others."
    long = [[0, len(text), 0, len(told), "reworded"]]
    target, source = marking.changed((text, told), long)
    assert [text[a:b] for a, b in target] == ["Cabul", "Motti", "14"]
    assert [told[a:b] for a, b in source] == ["Kabul", "Muttaqi", "15"]
    assert marking.changed((text, told), [[*long[0][:4], "exact"]]) == ([], [])
    page = marking.marked(text, marking.spans(long, "target", len(text)), "target", target)
    assert "<ins>Motti</ins>" in page and "Norland" in page


def test_quotations_are_set_apart_inside_and_outside_of_passages() -> None:
    text = "He said “we came” and left. She said “no more” too."
    page = marking.marked(text, [Span(0, 16, "exact", 1)], "target")
    assert page.count('<span class="q">') == 3  # the first is cut by the passage's end
    assert re.sub(r"<b class=\"n\">\d+</b>|<[^>]+>", "", page) == text


def test_a_passage_that_others_hide_is_still_found() -> None:
    page = marking.marked("abcdef", [Span(0, 6, "exact", 1), Span(2, 4, "reworded", 2)], "source")
    assert 'id="s2"' in page and 'id="s1"' in page


@given(
    st.text(max_size=60),
    st.lists(
        st.tuples(st.integers(-5, 70), st.integers(-5, 70), st.sampled_from(["exact", "reworded"])),
        max_size=8,
    ),
)
def test_marking_keeps_the_text_whole(text: str, given_spans: list[tuple[int, int, str]]) -> None:
    passages = [[start, size, start, size, kind] for start, size, kind in given_spans]
    spans = marking.spans(passages, "target", len(text))
    parts = list(marking.cover(len(text), spans))
    assert "".join(text[part.start : part.end] for part in parts) == text
    page = marking.marked(text, spans, "target")
    plain = re.sub(r"<b class=\"n\">\d+</b>|<[^>]+>", "", page)
    assert plain == html.shown(text)
    for span in spans:
        assert page.count(f'id="t{span.number}"') == 1
    assert 0 <= marking.share(len(text), spans)["all"] <= 1.000001


# -- safety ------------------------------------------------------------------------------------


def hostile(address: str = "javascript:alert(1)") -> dict[str, Any]:
    made = row()
    for side in ("source", "target"):
        made[side] = {
            **made[side],
            "title": EVIL,
            "url": address,
            "site": EVIL,
            "byline": EVIL,
            "published": EVIL,
            "language": 'en" onload="x',
            "text": (EVIL + " word") * 50,
        }
    made["reasons"] = [{"code": EVIL, "text": EVIL}]
    made["evidence"] = [{"kind": EVIL, "log_odds": -1.0, "text": EVIL}]
    made["traces"] = [
        {
            "kind": EVIL,
            "value": EVIL,
            "target_url": address,
            "target_site": EVIL,
            "strength": EVIL,
            "snippet": EVIL,
        }
    ]
    made["parameters"] = {EVIL: EVIL}
    made["relation"] = made["attribution"] = EVIL
    made["channels"] = [EVIL]
    return made


@pytest.mark.parametrize("address", ADDRESSES)
def test_nothing_of_a_page_acts(address: str) -> None:
    page = match_page(hostile(address), version="1")
    parsed = tree(page)
    assert not parsed.xpath("//script|//img|//iframe|//form|//object|//base|//*[@style]")
    assert len(parsed.xpath("//style")) == 1 and len(parsed.xpath("//title")) == 1
    for element in parsed.iter():
        for name in element.attrib:
            assert not name.startswith("on"), name
    for href in parsed.xpath("//a/@href"):
        assert href.startswith(("#", "https://"))
    assert not re.search("[\x00-\x08\x0b-\x1f\u202e\u200b]", page)


def test_the_policy_holds_the_hash_of_the_style() -> None:
    page = match_page(row(), version="1")
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style
    hashed = base64.b64encode(hashlib.sha256(style.group(1).encode()).digest()).decode()
    policy = tree(page).xpath('//meta[@http-equiv="Content-Security-Policy"]/@content')
    assert policy == [html.POLICY] and f"'sha256-{hashed}'" in html.POLICY
    assert "default-src 'none'" in html.POLICY and "unsafe" not in html.POLICY
    assert not re.search(r"""(src|href)=["']?(https?:)?//(?!a\.example)""", page)
    assert "url(" not in html.STYLE and "@import" not in html.STYLE


def test_unseen_characters_are_counted_and_shown() -> None:
    made = row()
    made["target"] = {**made["target"], "text": "pass\u200bword \u202eevil", "language": None}
    made["passages"] = []
    page = match_page(made, version="1")
    assert "2 characters that are not seen" in page
    assert "pass\ufffdword" in page
    assert html.shown("\u0645\u06cc\u200c\u062e\u0648") == "\u0645\u06cc\u200c\u062e\u0648"


def test_a_line_of_200_kb_and_many_traces_are_bounded() -> None:
    made = row()
    made["target"] = {**made["target"], "title": "x" * 200_000, "text": "y" * 200_000}
    made["traces"] = made["traces"] * 5000
    page = match_page(made, version="1")
    assert len(page) < 400_000 and "… and 4800 more." in page


def test_the_seed_is_not_told() -> None:
    page = match_page(row() | {"parameters": {"seed": 20250703, "bands": 32}}, version="1")
    assert "bands" in page and "20250703" not in page


def test_without_texts_the_page_says_so() -> None:
    made = row()
    for side in ("source", "target"):
        made[side] = {**made[side], "text": ""}
    page = match_page(made, version="1")
    assert "They are not shown here" in page and "Because." in page and "0.10" in page


# -- pictures ----------------------------------------------------------------------------------


def flow(taker: str, source: str, reposts: int, unattributed: int = 0) -> dict[str, Any]:
    return {
        "target_site": taker,
        "source_site": source,
        "reposts": reposts,
        "unattributed": unattributed,
        "median_lag_minutes": None,
    }


def test_the_network_keeps_all_counts() -> None:
    rows = [flow(f"t{i}.example", f"s{i % 3}.example", i + 1, i % 2) for i in range(40)]
    picture = pictures.network(rows)
    counts = [int(n) for n in re.findall(r"\((\d+)\)</text>", picture)]
    assert sum(counts) == 2 * sum(range(1, 41))
    assert "other sites (" in picture
    assert tree(picture).xpath("//svg/title/text()") == ["Who takes from whom"]
    assert pictures.network([flow(EVIL, EVIL, 1)]).count("<script") == 0


def test_the_timeline_says_where_no_time_is_known() -> None:
    base = {
        "source_title": EVIL,
        "source_site": "s.example",
        "source_time": "2026-03-01T10:00:00+00:00",
        "relation": "verbatim",
        "attribution": "attributed",
    }
    times = ("2026-03-01T11:00:00+00:00", "2026-03-01T12:00:00+00:00", None)
    picture = pictures.timeline([{**base, "target_site": "t", "target_time": t} for t in times])
    at = [float(x) for x in re.findall(r'cx="([\d.]+)"', picture)]
    assert len(at) == 3 and at[1] - at[0] == pytest.approx(at[2] - at[1])
    assert picture.count("no time known") == 1 and "<script" not in picture
    alone = pictures.timeline([{**base, "source_time": None, "target_site": "", "target_time": ""}])
    assert "cx=" not in alone


def test_the_scores_are_counted_by_tenths() -> None:
    rows = [
        {"is_repost": 1, "tenth": 9, "matches": 7},
        {"is_repost": 0, "tenth": 9, "matches": 2},
        {"is_repost": 0, "tenth": 0, "matches": 1},
    ]
    picture = pictures.scores(rows)
    bars = [float(high) for high in re.findall(r'height="([\d.]+)"/>', picture)]
    assert bars == pytest.approx([160 / 9, 160 * 7 / 9, 160 * 2 / 9], abs=0.1)
    assert "7 reposts and 3 other matches" in picture


# -- the command -------------------------------------------------------------------------------


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "p.db"
    with Store.open(path) as opened:
        source = article("alpha", title=EVIL)
        target = article("beta", url="javascript:alert(1)")
        run_id = opened.begin_run("scan", {})
        opened.add_article(source, "original", fingerprint(source), ())
        opened.add_article(target, "crawled", None, TRACES)
        opened.add_match(match(source, target), run_id)
    return path


def matched(path: Path) -> str:
    with Store.open(path) as opened:
        return str(next(iter(opened.matches()))["id"])


def test_report_writes_one_file(database: Path, tmp_path: Path) -> None:
    name = matched(database)
    out = tmp_path / "m.html"
    ran = run("report", name[:8], "-o", out, "--db", database)
    assert ran.code == 0 and ran.out == "" and f"Written: {out}" in ran.err
    page = out.read_text("utf-8")
    assert name in page and "<script" not in page
    again = run("report", name, "-o", "-", "--db", database)
    assert again.out == page
    assert list(tmp_path.glob("*.part")) == []


def test_report_of_all_leaves_a_page_that_is_not_ours(database: Path, tmp_path: Path) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    words = ("report", "--all", "-o", folder, "--db", database)
    (folder / "index.html").write_text("<h1>My site</h1>")
    ran = run(*words)
    assert ran.code == 2 and "it is no report" in ran.err and "-o" in ran.err
    assert [path.name for path in folder.iterdir()] == ["index.html"]
    assert (folder / "index.html").read_text() == "<h1>My site</h1>"
    (folder / "index.html").unlink()
    assert [run(*words).code for _ in range(2)] == [0, 0]  # its own it writes anew


def test_report_of_all_is_a_folder_that_hangs_together(database: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    assert run("report", "--all", "-o", folder, "--db", database).code == 0
    index = tree((folder / "index.html").read_text("utf-8"))
    links = {href for href in index.xpath("//a/@href") if "://" not in href}
    assert links == {f"match-{matched(database)}.html"}
    for name in links:
        assert 'href="index.html"' in (folder / name).read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "give the id of a match, or --all"),
        (("abc", "--all"), "give the id of a match, or --all"),
        (("0000",), "no match has this id"),
        (("{id}", "-o", "{db}"), "that is the database itself"),
        (("{id}", "-o", "{folder}/none/x.html"), "could not be written"),
        (("--all", "-o", "{db}"), "that is the database itself"),
    ],
)
def test_report_as_it_should_not_be_typed(
    database: Path, tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    before = database.read_bytes()
    name = matched(database)
    typed = [word.format(id=name, db=database, folder=tmp_path) for word in words]
    ran = run("report", *typed, "--db", database)
    assert ran.code == 2 and told in ran.err and "Traceback" not in ran.err
    assert database.read_bytes()[:100] == before[:100]


def test_an_empty_database_has_an_overview(tmp_path: Path) -> None:
    with Store.open(tmp_path / "e.db") as opened:
        page = overview_page(opened.overview(), version="1", match_link=str)
    assert "No repost was found." in page
