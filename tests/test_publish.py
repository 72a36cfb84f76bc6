"""The copy without texts: that nothing which others wrote is in its bytes, and that it works."""

from __future__ import annotations

import dataclasses
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from conftest import run
from store_samples import article, match

from provenance.models import Capture, Direction, Evidence, Failure, InputAccount, Reason, Trace
from provenance.normalize import tokenize
from provenance.store import Line, Store
from provenance.store.publishing import LEFT_OUT, safe_reason

# Words that stand nowhere but where a page or a person put them.
MARKERS = {
    name: f"xq{name}zv"
    for name in (
        "text", "other", "snippet", "value", "reason", "quoted", "evidence", "header", "folder",
        "line", "failure", "link", "picture", "alias", "argument", "term", "owner",
        "note", "reviewer",
    )
}  # fmt: skip


@pytest.fixture
def marked(tmp_path: Path) -> Path:
    """A database with a marker in every place where words of others can lie."""
    m = MARKERS
    path = tmp_path / "marked.db"
    with Store.open(path) as store:
        source = article("alpha", f"The {m['text']} was seen by nobody but the {m['other']} man.")
        source = dataclasses.replace(
            source,
            links=(f"https://a.example/{m['link']}",),
            images=(f"https://a.example/{m['picture']}.jpg",),
            aliases=(f"https://alpha.example/{m['alias']}",),
        )
        target = article("beta", f"The {m['text']} was seen by the {m['other']} man of Beta.")
        page = Capture(
            target.url, b"<p>", target.url, 200, (("X-Note", m["header"]),), "2025-07-02T00:00:00Z"
        )
        from provenance.config import Parameters
        from provenance.fingerprint import fingerprint

        made = [fingerprint(tokenize(one.text * 9), Parameters()) for one in (source, target)]
        made[0] = dataclasses.replace(made[0], terms=(m["term"],))
        traces = (
            Trace("told-outlet", m["value"], None, "alpha.example", "weak", m["snippet"]),
            Trace("canonical", source.url, source.url, "alpha.example", "strong", m["snippet"]),
        )
        job = store.begin_run("scan", {"inputs": [f"/home/{m['argument']}/crawl.warc.gz"]})
        file = f"/home/{m['folder']}/crawl.warc.gz"
        read = store.add_input(job, InputAccount(file, "warc", 1), digest="d")
        ids = [
            store.add_capture(page, file=name, offset=1, length=2) for name in (file, f"{file}.2")
        ]
        assert ids[0] != ids[1]
        store.add_article(source, "original", made[0], ())
        store.add_article(target, "crawled", made[1], traces, input_id=read, capture_id=ids[1])
        ledger = (
            Evidence("claimed", 1.0, "The source claims to be the earlier one (a against b)."),
            Evidence(
                "trace:told-outlet", 1.0, f"The page names it (told-outlet: {m['evidence']})."
            ),
        )
        reasons = (
            Reason("exact", "84 % of this text stands word for word in the source."),
            Reason("shared-slug", f"The addresses of both pages end in “{m['quoted']}”."),
            Reason("something-new", m["reason"]),
        )
        found = match(
            source, target, direction=Direction("source-first", 0.9, ledger), reasons=reasons
        )
        store.add_match(found, job)
        store.replace_learned([Line(5, "alpha.example", m["line"], 4, 9, 1)], articles=2)
        store.add_failure(job, Failure(file, "read", "bad", m["failure"]), read)
        store.add_relations([(f"{m['owner']}.example", "beta.example", "owner")])
    words = ("--note", m["note"], "--by", m["reviewer"], "--db", path)
    assert run("review", found.id, "confirmed", *words).code == 0
    return path


def published(db: Path, folder: Path, name: str = "public.db") -> Path:
    out = folder / name
    ran = run("publish-db", "--no-text", "-o", out, "--db", db)
    assert (ran.code, ran.out) == (0, ""), ran.err
    return out


def leaked(raw: bytes, word: str) -> bool:
    """Whether a word stands in these bytes, in any case, as UTF-8 or UTF-16."""
    return any(
        form in raw.lower() for form in (word.lower().encode(), word.lower().encode("utf-16-le"))
    )


def test_no_marker_is_in_its_bytes(marked: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(marked)) as conn:
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = marked.read_bytes()
    assert [name for name, word in MARKERS.items() if not leaked(before, word)] == []
    raw = published(marked, tmp_path).read_bytes()
    assert [name for name, word in MARKERS.items() if leaked(raw, word)] == []
    assert not leaked(raw, "/home/")
    assert not list(tmp_path.glob("public.db-*")) and not list(tmp_path.glob(".publish-*"))


def test_no_sentence_and_no_word_of_the_corpus_is_in_its_bytes(
    corpus_scanned: Path, tmp_path: Path
) -> None:
    raw = published(corpus_scanned, tmp_path).read_bytes().lower()
    with closing(sqlite3.connect(corpus_scanned)) as conn:
        texts = [row[0] for row in conn.execute("SELECT text FROM texts")]
        # What stays: titles, addresses, names; what the program says itself; the schema.
        kept = " ".join(
            str(value)
            for sql in (
                "SELECT title, url, canonical_url, byline, site FROM articles",
                "SELECT target_url, target_site, kind FROM traces",
                "SELECT value FROM traces WHERE value LIKE 'http%'",
                "SELECT url, final_url FROM captures",
                "SELECT parameters, counts FROM runs",
                "SELECT sql FROM sqlite_schema",
            )
            for row in conn.execute(sql)
            for value in row
        )
        ours = [safe_reason(*row) for row in conn.execute("SELECT code, text FROM reasons")]
    allowed = f"{kept} {' '.join(ours)}".lower()
    sentences = words = 0
    for text in texts:
        for sentence in re.split(r"(?<=[.!?])\s+", text):
            if len(sentence.split()) >= 5 and sentence.lower() not in allowed:
                assert sentence.lower().encode() not in raw, sentence
                sentences += 1
        # Shorter ones come about where two values meet.
        for word in set(re.findall(r"[^\W\d_]{9,}", text.lower())):
            if word not in allowed:
                assert word.encode() not in raw, word
                words += 1
    assert sentences > 500 and words > 1500


def test_what_stays(marked: Path, tmp_path: Path) -> None:
    out = published(marked, tmp_path)
    with closing(sqlite3.connect(f"file:{out}?mode=ro", uri=True)) as conn:
        assert conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert conn.execute("PRAGMA foreign_key_check").fetchall() == []
        assert conn.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert conn.execute("SELECT count(*) FROM reposts").fetchone() == (1,)
        assert conn.execute("SELECT count(*) FROM passages").fetchone() == (2,)
        assert conn.execute("SELECT DISTINCT decision FROM matches").fetchone() != ("undecided",)
        assert conn.execute("SELECT text FROM reasons ORDER BY position").fetchall() == [
            ("84 % of this text stands word for word in the source.",), (LEFT_OUT,), (LEFT_OUT,)
        ]  # fmt: skip
        assert conn.execute("SELECT text FROM direction_evidence ORDER BY position").fetchall() == [
            ("The source claims to be the earlier one (a against b).",),
            ("The page names it (told-outlet).",),
        ]
        assert conn.execute("SELECT value, target_url, snippet FROM traces").fetchall() == [
            ("alpha.example", None, ""),
            *[("https://www.alpha.example/news/alpha.html",) * 2 + ("",)],
        ]
        # Two files had the page: one row, no file.
        assert conn.execute("SELECT url, file, headers FROM captures").fetchall() == [
            ("https://www.beta.example/news/beta.html", None, "[]")
        ]
        assert conn.execute("SELECT count(*) FROM articles WHERE capture_id = 1").fetchone() == (1,)
        (parameters,) = conn.execute("SELECT parameters FROM runs").fetchone()
        assert "bands" in parameters and "seed" not in parameters
        for empty in ("inputs", "failures", "fingerprints", "links", "aliases", "boilerplate"):
            assert conn.execute(f"SELECT count(*) FROM {empty}").fetchone() == (0,), empty


def test_it_is_read_by_every_verb_and_written_by_none(marked: Path, tmp_path: Path) -> None:
    out = published(marked, tmp_path)
    (listed,) = run("matches", "--db", out, "--json").json
    assert run("matches", "--db", out, "-q", "Bridge", "--json").json == [listed]
    shown = run("show", listed["id"], "--db", out, "--json").json
    assert shown["source"]["text"] == shown["target"]["text"] == ""
    page = run("report", listed["id"], "--db", out, "-o", "-")
    assert page.code == 0, page.err
    examined = run("doctor", "--db", out)
    assert examined.code == 0 and "without texts or index" in examined.out
    assert "texts read again" not in examined.out and "postings" not in examined.out
    (cluster,) = run("clusters", "--db", out, "--json").json
    assert cluster["pages"] == run("clusters", "--db", marked, "--json").json[0]["pages"]
    assert run("report", "--all", "--db", out, "-o", tmp_path / "all").code == 0
    overview = (tmp_path / "all" / "index.html").read_text("utf-8")
    assert "<dt>could not be read</dt><dd>not in this copy</dd>" in overview
    before = out.read_bytes()
    for words in (
        ("add", marked.parent, "--db", out),
        ("check", "-", "--db", out),
        ("boilerplate", "learn", "--db", out),
        ("reindex", "--db", out),
    ):
        ran = run(*words)
        assert ran.code == 2, words
        assert "this is a copy for publication" in ran.err
    ran = run("evidence", listed["id"], "--db", out, "-o", tmp_path / "b.zip")
    assert ran.code == 2 and "without texts" in ran.err
    assert out.read_bytes() == before


def test_it_replaces_a_copy_and_nothing_else(marked: Path, tmp_path: Path) -> None:
    out = published(marked, tmp_path)
    published(marked, tmp_path)
    other = tmp_path / "other.db"
    shutil.copy(marked, other)
    note = tmp_path / "note.txt"
    note.write_text("mine", "utf-8")
    for path, part in (
        (marked, "the database itself"),
        (other, "no copy made by publish-db"),
        (note, "no copy made by publish-db"),
    ):
        before = path.read_bytes()
        ran = run("publish-db", "--no-text", "-o", path, "--db", marked)
        assert (ran.code, ran.out) == (2, "")
        assert part in ran.err
        assert path.read_bytes() == before
    ran = run("publish-db", "-o", tmp_path / "x.db", "--db", marked)
    assert ran.code == 2 and "--no-text" in ran.err
    ran = run("publish-db", "--no-text", "-o", tmp_path / "no" / "x.db", "--db", marked)
    assert ran.code == 2 and "could not be written" in ran.err
    # A copy of a copy holds no more.
    again = published(out, tmp_path, "again.db")
    assert len(run("matches", "--db", again, "--json").json) == 1


def test_datasette_shows_it(marked: Path, tmp_path: Path) -> None:
    pytest.importorskip("datasette.app")
    from test_datasette import ask

    out = published(marked, tmp_path)
    (listed,) = run("matches", "--db", out, "--json").json
    page = ask(out, url=f"/-/provenance/public/{listed['id']}").text
    assert "this copy of the database has none" in " ".join(page.split())
    assert "stands word for word in the source" in page
    for url in (
        "/-/provenance/public",
        "/public/reposts",
        "/public/articles?_search=Bridge",
        f"/public/matches/{listed['id']}",
        "/public/top_reposters",
    ):
        ask(out, url=url)
        ask(out, url=url, public=True)
    assert "Bridge opened in alpha" in ask(out, url="/public/articles?_search=Bridge").text
