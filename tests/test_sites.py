"""What sites are to each other: owners, wires, licences; and what follows for stored matches."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from cli_samples import saved
from conftest import EDITED, EXCERPT, REWORDED, page, run, spawn

from provenance.sites import NOTHING_KNOWN, Sites, ordered, shipped
from provenance.urls import site_named

ELVER, QUAY = "elverpost.example", "quaymail.example"

# -- what follows from what was entered --------------------------------------------------------


def test_one_owner_is_one_owner() -> None:
    sites = Sites([("b.example", "c.example", "owner"), ("a.example", "b.example", "owner")])
    assert sites.one_house("a.example", "c.example") and sites.one_house("c.example", "a.example")
    assert sites.one_house("z.example", "z.example")
    assert not sites.one_house("a.example", "z.example")
    assert not sites.one_house("y.example", "z.example")
    assert not sites.one_house("", "") and not sites.one_house("", "a.example")


def test_what_was_entered_stands_before_the_shipped_table() -> None:
    pair = ("wsj.com", "marketwatch.com")
    assert shipped(*pair) and NOTHING_KNOWN.one_house(*pair)
    assert not Sites([ordered(*pair, "apart")]).one_house(*pair)
    # Two papers of one name may have two owners.
    assert not NOTHING_KNOWN.one_house("independent.co.uk", "independent.ie")
    rows = [("a.example", "b.example", "owner"), ("b.example", "c.example", "owner")]
    assert not Sites([*rows, ("a.example", "c.example", "apart")]).one_house(
        "a.example", "c.example"
    )


def test_wires_and_licences_go_one_way() -> None:
    sites = Sites([("wire.example", "a.example", "wire"), ("b.example", "a.example", "licence")])
    assert sites.permitted("wire.example", "a.example") == "wire"
    assert sites.permitted("a.example", "wire.example") is None
    assert sites.permitted("b.example", "a.example") == "licence"
    assert not sites.one_house("wire.example", "a.example")
    assert ordered("z.example", "a.example", "wire")[0] == "z.example"
    assert ordered("z.example", "a.example", "owner")[0] == "a.example"


@pytest.mark.parametrize(
    ("typed", "site"),
    [
        ("outlet.example", "outlet.example"),
        ("WWW.Outlet.example", "outlet.example"),
        ("https://news.bbc.co.uk/1/hi", "bbc.co.uk"),
        ("news.bbc.co.uk/", "bbc.co.uk"),
        ("outlet", None),
        ("", None),
        ("127.0.0.1", "127.0.0.1"),
        ("two words.example", None),
        ("ftp://outlet.example", None),
    ],
)
def test_sites_as_typed(typed: str, site: str | None) -> None:
    assert site_named(typed) == site


def test_a_publisher_has_one_name_however_it_is_told(tmp_path: Path) -> None:
    """A row that tells `www.` and a page of the same site are of one series: no repost."""
    row = {"text": EDITED, "url": f"https://www.{ELVER}/1", "source_domain": f"www.{ELVER}"}
    (tmp_path / "rows.jsonl").write_text(json.dumps(row))
    (tmp_path / "page.html").write_text(page(EDITED + "\n\nCorrected on Friday."))
    db = tmp_path / "x.db"
    assert run("add", tmp_path / "rows.jsonl", "--db", db).code == 0
    (original,) = run("originals", "--db", db, "--json").json
    assert original["site"] == ELVER
    words = ("check", tmp_path / "page.html", "--db", db, "--json")
    for site in (ELVER, f"www.{ELVER}", f"https://www.{ELVER}/news"):
        (match,) = run(*words, "--site", site).json["matches"]
        assert (match["relation"], match["is_repost"]) == ("version", False)
    ran = run(*words, "--site", "The Elver Post")
    assert ran.code == 2 and "is no site: write its domain" in ran.err


# -- the verb ----------------------------------------------------------------------------------


@pytest.fixture
def scanned(small: Path, tmp_path: Path) -> Path:
    """The report as an original, and an edited copy, an excerpt and a rewrite at one site."""
    for name, text in (("edited", EDITED), ("excerpt", EXCERPT), ("reworded", REWORDED)):
        file = saved(tmp_path, text, f"{name}.html")
        ran = run("check", file, "--url", f"https://{QUAY}/{name}", "--db", small)
        assert ran.code == 0, ran.err
    return small


def told(db: Path) -> dict[str, tuple[str, str, int]]:
    """Relation, attribution and is_repost of each match, by the name of its page."""
    with closing(sqlite3.connect(db)) as conn:
        rows = conn.execute(
            "SELECT t.url, m.relation, m.attribution, m.is_repost FROM matches m"
            " JOIN articles t ON t.id = m.target_id"
        )
        return {row[0].rsplit("/", 1)[1]: tuple(row[1:]) for row in rows}


def scores(db: Path) -> list[Any]:
    with closing(sqlite3.connect(db)) as conn:
        return conn.execute(
            "SELECT id, probability, jaccard_3, coverage, novel FROM matches ORDER BY id"
        ).fetchall()


def test_one_owner_makes_versions_at_once(scanned: Path) -> None:
    before, numbers = told(scanned), scores(scanned)
    assert before["edited"] == ("edited", "unattributed", 1)
    ran = run("sites", "add", ELVER, "owner", f"https://www.{QUAY}/x", "--db", scanned, "--json")
    assert ran.code == 0, ran.err
    assert ran.json["added"] == 1 and ran.json["judged"] == len(before)
    after = told(scanned)
    assert after["edited"][::2] == ("version", 0) and after["reworded"][0] == "version"
    # A shared passage makes no version, and no repost inside one house.
    assert "excerpt" not in after
    kept = {row[0] for row in scores(scanned)}
    assert scores(scanned) == [row for row in numbers if row[0] in kept]
    again = run("sites", "add", QUAY, "owner", ELVER, "--db", scanned)
    assert "entered before" in again.err and told(scanned) == after
    ran = run("sites", "remove", QUAY, "owner", ELVER, "--db", scanned)
    assert "2 stored matches" in ran.err
    assert told(scanned) == {name: before[name] for name in after}


def test_a_licence_is_attribution_and_no_score(scanned: Path) -> None:
    before, numbers = told(scanned), scores(scanned)
    ran = run("sites", "add", ELVER, "licence", QUAY, "--db", scanned)
    assert "edited, unattributed  →  edited, licensed" in ran.err
    assert {row[1] for row in told(scanned).values()} == {"licensed"}
    assert {name: row[0] for name, row in told(scanned).items()} == {
        name: row[0] for name, row in before.items()
    }
    assert scores(scanned) == numbers
    # The other way round it says nothing.
    assert run("sites", "remove", ELVER, "licence", QUAY, "--db", scanned).code == 0
    assert run("sites", "add", QUAY, "licence", ELVER, "--db", scanned).code == 0
    assert told(scanned) == before


def test_judged_again_is_as_scanned_again(scanned: Path, tmp_path: Path) -> None:
    assert run("sites", "add", ELVER, "wire", QUAY, "--db", scanned).code == 0

    def rows() -> list[Any]:
        with closing(sqlite3.connect(scanned)) as conn:
            tables = ("passages", "reasons", "direction_evidence")
            found = [conn.execute(f"SELECT * FROM {t} ORDER BY 1, 2").fetchall() for t in tables]
            kept = "id, relation, attribution, is_repost, direction, channels, coverage"
            return [*found, conn.execute(f"SELECT {kept} FROM matches ORDER BY id").fetchall()]

    before = rows()
    for name in ("edited", "excerpt", "reworded"):
        file = tmp_path / f"{name}.html"
        assert run("check", file, "--url", f"https://{QUAY}/{name}", "--db", scanned).code == 0
    assert rows() == before


def test_a_citation_stays_one(small: Path, tmp_path: Path) -> None:
    """Links of crawled pages aren't kept; what was found through one is."""
    comment = (
        "<p>I have said for years that nobody looks beneath the waterline, and now see this "
        '<a href="https://elverpost.example/tarrow-basin">report</a>.</p>'
        "<p>My own view of pins, divers and councils fills this page with other words, and it "
        "goes on about kettles, gloves, tomatoes, neighbours, drums and the price of paint, until "
        "the editor, who has a train to catch, takes the pen away from me for good.</p>"
    )
    file = tmp_path / "comment.html"
    file.write_text(f"<html><body><article>{comment}</article></body></html>", "utf-8")
    ran = run("check", file, "--url", f"https://{QUAY}/comment", "--db", small, "--json")
    assert told(small)["comment"][0] == "cites", ran.out
    assert run("sites", "add", ELVER, "licence", QUAY, "--db", small).code == 0
    assert told(small)["comment"][0] == "cites"


def test_without_texts_a_match_stays_as_it_was(scanned: Path) -> None:
    with closing(sqlite3.connect(scanned)) as conn:
        conn.execute("DELETE FROM texts")
        conn.commit()
    before = told(scanned)
    ran = run("sites", "add", ELVER, "owner", QUAY, "--db", scanned)
    assert "texts are not stored: 3 matches" in ran.err
    assert told(scanned) == before


def test_the_next_scan_looks_again(scanned: Path, tmp_path: Path) -> None:
    folder = tmp_path / "crawl" / QUAY
    folder.mkdir(parents=True)
    saved(folder, EXCERPT, "excerpt.html")
    assert run("scan", folder.parent, "--db", scanned).code == 0
    assert "skipped" in run("scan", folder.parent, "--db", scanned).err
    assert run("sites", "add", ELVER, "owner", QUAY, "--db", scanned).code == 0
    assert run("sites", "remove", ELVER, "owner", QUAY, "--db", scanned).code == 0
    assert "excerpt.html" not in told(scanned)
    assert "skipped" not in run("scan", folder.parent, "--db", scanned).err
    assert told(scanned)["excerpt.html"][0] == "partial"


def test_out_and_in_again(scanned: Path, tmp_path: Path) -> None:
    for words in ((ELVER, "owner", QUAY), (ELVER, "wire", "far.example")):
        ran = run("sites", "add", *words, "--db", scanned)
    assert "No page of far.example is stored" in ran.err
    after = told(scanned)
    for more, name in ((), "sites.csv"), (("--json",), "sites.json"):
        out = run("sites", "export", *more, "--db", scanned).out
        (tmp_path / name).write_text(out, "utf-8")
        assert run("sites", "remove", ELVER, "owner", QUAY, "--db", scanned).code == 0
        ran = run("sites", "import", tmp_path / name, "--db", scanned)
        assert "1 of 2 new" in ran.err, ran.err
        assert told(scanned) == after
    assert run("sites", "--json", "--db", scanned).json == json.loads(out)
    assert run("sites", "far.example", "--json", "--db", scanned).json == [
        {"site_a": ELVER, "kind": "wire", "site_b": "far.example"}
    ]
    assert "far.example" in run("sites", "list", "--db", scanned).out
    ran = run("sites", "import", "-", "--db", scanned, stdin=out.encode())
    assert ran.code == 0 and "entered before" in ran.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add", "outlet", "owner", QUAY), "is no site"),
        (("add", ELVER, "friend", QUAY), "'friend' is not one of"),
        (("add", ELVER, "owner", f"www.{ELVER}"), "name two sites"),
        (("add", ELVER, "owner"), "Missing argument 'SITE_B'"),
        (("remove", ELVER, "owner", QUAY), "nobody entered"),
        (("frobnicate",), "is no site"),
        (("import", "nowhere.csv"), "there is no such file"),
    ],
)
def test_wrong_words(small: Path, words: tuple[str, ...], said: str) -> None:
    ran = run("sites", *words, "--db", small)
    assert ran.code == 2 and ran.out == ""
    assert said in ran.err and len(ran.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "the file is empty"),
        (b"site_a,kind,site_b\n", "no relation in it"),
        (b"a,b\n1,2\n", "-:2: site_a, kind or site_b is missing"),
        (b"site_a,kind,site_b\na.example,owner\n", "two different sites are needed"),
        (b'[{"site_a": "a.example", "kind": "x", "site_b": "b.example"}]', "entry 1: 'x' is none"),
        (b"[1]", "entry 1"),
        (b"{not json", "this is no JSON"),
        (b"\xff\xfe\x00", "no text in UTF-8"),
    ],
)
def test_files_that_hold_no_relations(small: Path, data: bytes, said: str) -> None:
    ran = run("sites", "import", "-", "--db", small, stdin=data)
    assert ran.code == 2 and said in ran.err, ran.err
    assert run("sites", "--db", small, "--json").json == []


def test_one_owner_and_apart_contradict(small: Path) -> None:
    assert run("sites", "add", ELVER, "apart", QUAY, "--db", small).code == 0
    ran = run("sites", "add", QUAY, "owner", ELVER, "--db", small)
    assert ran.code == 2 and "can't be of one owner and apart" in ran.err
    # Whole or not at all.
    assert len(run("sites", "--db", small, "--json").json) == 1


def test_nothing_entered(small: Path, tmp_path: Path) -> None:
    ran = run("sites", "--db", small)
    assert ran.code == 0 and ran.out == "" and "provenance sites add" in ran.err
    assert run("sites", "--db", tmp_path / "none.db").code == 2
    shown = spawn("sites", "--help")
    assert "provenance sites add dailypost.example owner eveningpost.example" in shown.out


def test_a_scan_asks_for_the_relations_once(small: Path) -> None:
    from provenance.store import Store

    with Store.open(small) as store:
        asked: list[str] = []
        store.conn.set_trace_callback(asked.append)
        for _ in range(3):
            assert store.relations() == []
        assert sum("FROM relations" in sql for sql in asked) == 1
        store.add_relations([(ELVER, QUAY, "owner")])
        assert store.relations() == [(ELVER, QUAY, "owner")]
        with pytest.raises(KeyError), store.transaction():
            store.remove_relation(QUAY, ELVER, "owner")
            assert store.relations() == []
            raise KeyError
        assert store.relations() == [(ELVER, QUAY, "owner")]  # it was undone
