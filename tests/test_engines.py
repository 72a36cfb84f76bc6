"""The originals out of their database, and what was found with them back into it."""

from __future__ import annotations

import dataclasses
import json
import random
import shutil
import sys
from pathlib import Path

import pytest
from conftest import SOURCE, page, run, spawn
from crawl_samples import packed, record
from engine_samples import CORPUS, Joined, copied, tables
from hypothesis import given
from hypothesis import strategies as st

from provenance import matching, study
from provenance.config import LIMITS
from provenance.engines import importing, index, parquet, plain, walk
from provenance.errors import ProvenanceError, ReadError, StoreError, UsageError
from provenance.models import Article, Capture, Failure, Trace
from provenance.runs import known_boilerplate
from provenance.store import Store


@given(st.text(), st.none() | st.text(), st.lists(st.text()), st.booleans())
def test_values_are_read_as_what_they_were(
    text: str, maybe: str | None, several: list[str], flag: bool
) -> None:
    article = Article(
        "id", "u", "c", "s", text, text, "d", 3, byline=maybe, rough=flag, links=tuple(several)
    )
    traces = (Trace("kind", text, target_url=maybe), Trace("other", ""))
    capture = Capture(
        "u", text.encode("utf-8", "surrogatepass"), headers=(("a", text),), status=200
    )
    stored = walk.Stored(
        matching.Page(article, traces, capture), None, 3, Failure("i", "read", "e", text), "x"
    )
    written = plain.dumps(stored)
    assert written.isascii()
    assert plain.loads(walk.Stored, written) == stored


@pytest.fixture(scope="module")
def exported(corpus_added: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The corpus's originals as an index."""
    folder = tmp_path_factory.mktemp("exported")
    ran = run("export-index", "-o", folder / "index", "--db", copied(corpus_added, folder / "a.db"))
    assert ran.code == 0, ran.err
    assert "16 originals written" in ran.err
    return folder / "index"


def test_a_notebook_gives_the_candidates_of_the_store(exported: Path, corpus_added: Path) -> None:
    joined = Joined(exported)
    with Store.open(corpus_added, read_only=True) as store:
        known = known_boilerplate(store)
        here = study.studying(lambda one: study.judged(one, store, known))
        found = 0
        for row in walk.read(enumerated_sites(), joined.about, jobs=0):
            if row[2] != "page":
                continue
            stored = plain.loads(walk.Stored, row[3])
            answers = (
                {key: joined.keys[key] for key in row[4] if key in joined.keys},
                {name: joined.names[name] for name in row[5] if name in joined.names},
            )
            wanted, _ = walk.seek(row[3], answers, joined.about)
            got = walk.judge(row[3], answers, [joined.originals[i] for i in wanted], joined.about)
            page_here = dataclasses.replace(stored.page, capture=None)
            made = matching.fingerprint_of(stored.page.article, store.parameters)
            every = matching.find_matches(page_here, made, store, store.parameters, known)
            # Every match whole: channels, scores, passages, reasons, direction.
            assert got == matching.worth_a_row(stored.words, every)
            assert made == stored.fingerprint
            found += len(got)
        assert found > 5
        assert here(_broken_page(), "") == Failure(
            "https://x.example/", "extract", "empty", "the page holds no article text"
        )


def enumerated_sites() -> list[tuple[int, str, None]]:
    """Some sites of the corpus, as inputs."""
    sites = sorted((CORPUS / "crawl").iterdir())[:10]
    return [(number, str(site), None) for number, site in enumerate(sites)]


def _broken_page() -> Capture:
    return Capture("https://x.example/", b"<html></html>", status=200)


@pytest.mark.parametrize("jobs", [0, 1])
def test_what_is_imported_is_what_a_scan_finds(
    exported: Path, corpus_added: Path, corpus_scanned: Path, tmp_path: Path, jobs: int
) -> None:
    out, db = tmp_path / "out", copied(corpus_added, tmp_path / "b.db")
    Joined(exported).scan([str(CORPUS / "crawl")], out, jobs=jobs)
    ran = run("import-matches", out, "--db", db)
    assert ran.code == 3, ran.err  # one page of the crawl is empty
    expected = tables(corpus_scanned)
    assert len(expected["matches"]) > 30
    assert len(expected["failures"]) == 1
    assert tables(db) == expected
    ran = run("import-matches", out, "--db", db)
    assert ran.code == 3  # as it was
    assert "1 input imported or scanned before" in ran.err
    assert "skipped; then 1 page could not be read" in ran.err
    got = tables(db)
    assert len(got.pop("runs")) == 3
    del expected["runs"]
    assert got == expected
    # A scan here knows that it has nothing to do.
    ran = run("scan", CORPUS / "crawl", "--db", db)
    assert "skipped" in ran.err


@pytest.mark.timeout(300)
def test_a_crawl_is_compared_with_itself_as_it_is_here(
    exported: Path, corpus_added: Path, tmp_path: Path
) -> None:
    specs = sorted(map(str, (CORPUS / "crawl").iterdir()))[::2]
    one, db = copied(corpus_added, tmp_path / "a.db"), copied(corpus_added, tmp_path / "b.db")
    told = run("scan", "--within", *specs, "--db", one, "--jobs", "0")
    Joined(exported).scan(specs, tmp_path / "out", within=True)
    ran = run("import-matches", tmp_path / "out", "--db", db, "--jobs", "0")
    assert ran.code == told.code, ran.err
    with Store.open(corpus_added, read_only=True) as store:
        originals = [str(row["id"]) for row in store.originals()]
    expected = tables(one)
    assert [row for row in expected["matches"] if not any(name in row for name in originals)]
    assert tables(db) == expected
    ran = run("import-matches", tmp_path / "out", "--db", db, "--jobs", "0")
    assert "imported or scanned before; skipped" in ran.err
    assert tables(db)["matches"] == expected["matches"]


def flood(tmp_path: Path) -> Path:
    """A database of originals that share so much that keys of every channel are too full."""
    chance = random.Random(5)
    words = [f"{a}{b}{c}" for a in "bdfg" for b in "aeiou" for c in ("lmer", "nto", "rish", "ska")]
    shared = " ".join(chance.choices(words, k=80))
    rows = [
        {
            "url": f"https://site{i}.example/a/same-old-story-told-again",
            "text": f"{shared}. " + " ".join(chance.choices(words, k=60)) + f" {i}.",
        }
        for i in range(LIMITS.bucket + 20)
    ]
    source = tmp_path / "flood.jsonl"
    source.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    db = tmp_path / "flood.db"
    ran = run("add", source, "--db", db)
    assert ran.code == 0, ran.err
    target = tmp_path / "target.jsonl"
    row = {
        "url": "https://copy.example/b/same-old-story-told-again",
        "text": rows[7]["text"] + " And a sentence of its own.",
    }
    target.write_text(json.dumps(row), "utf-8")
    return db


def test_what_is_too_full_here_is_too_full_there(tmp_path: Path) -> None:
    db = flood(tmp_path)
    other, third = copied(db, tmp_path / "other.db"), copied(db, tmp_path / "third.db")
    with Store.open(db) as store:
        rows = index.export(store, tmp_path / "index")
    assert rows["originals"] == LIMITS.bucket + 20
    full = list(
        parquet.read(tmp_path / "index" / "postings.parquet", ["held"], "len(originals) = 0")
    )
    assert full
    assert all(held > LIMITS.term_bucket for (held,) in full)
    specs = [str(tmp_path / "target.jsonl")]
    Joined(tmp_path / "index").scan(specs, tmp_path / "out")
    assert run("import-matches", tmp_path / "out", "--db", db).code == 0
    assert run("scan", *specs, "--db", other).code == 0
    expected = tables(other)
    assert expected["matches"]
    counts = [line for line in expected["runs"] if "capped_fragments" in line]
    assert counts
    assert "capped_slugs" in counts[0]
    assert tables(db)["runs"] == expected["runs"]
    assert tables(db)["matches"] == expected["matches"]
    assert tables(db)["reasons"] == expected["reasons"]
    # Workers count for themselves; what they counted is in the run all the same.
    assert spawn("scan", *specs, "--db", third, "--jobs", "2").code == 0
    assert tables(third) == expected


def test_an_import_goes_on_where_it_was_stopped(
    exported: Path,
    corpus_added: Path,
    corpus_scanned: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out, db = tmp_path / "out", copied(corpus_added, tmp_path / "b.db")
    Joined(exported).scan([str(CORPUS / "crawl")], out)
    monkeypatch.setattr("provenance.runs._BATCH", 10)
    with Store.open(db) as store:

        def stop(tally: object) -> None:
            if tally.read == 20:  # type: ignore[attr-defined]
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            importing.import_matches(store, out, stop)
        done = importing.import_matches(store, out)
    assert done.tally.resumed >= 20
    got, expected = tables(db), tables(corpus_scanned)
    for name in ("articles", "matches", "passages", "reasons", "traces", "fingerprints"):
        mine, theirs = got[name], expected[name]
        if name == "matches":  # the numbers of the runs differ
            assert len(mine) == len(theirs)
        else:
            assert mine == theirs, name


def test_inputs_that_cannot_be_opened_are_failures(exported: Path, tmp_path: Path) -> None:
    (tmp_path / "noise.bin").write_bytes(bytes(range(256)) * 8)
    specs = [str(tmp_path / "missing.warc.gz"), str(tmp_path / "noise.bin"), "https://a.example/"]
    about = index.read_about(exported)
    rows = list(walk.read([(i, spec, None) for i, spec in enumerate(specs)], about, jobs=0))
    assert [row[2] for row in rows] == ["unopened"] * 3
    assert [plain.loads(walk.Account, row[3]).error for row in rows] == [
        "missing", "binary", "usage",
    ]  # fmt: skip


def test_bytes_that_only_spark_can_read_are_named_as_it_names_them(
    exported: Path, tmp_path: Path
) -> None:
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + page(SOURCE).encode()
    crawl = b"".join(packed([record(block, "https://a.example/gates")], "gzip"))
    spec = "s3a://bucket/crawl/one.warc.gz"
    about = index.read_about(exported)
    first, last = walk.read([(4, spec, crawl)], about, jobs=0)
    stored = plain.loads(walk.Stored, first[3])
    assert stored.page.capture is not None
    assert (stored.page.capture.path, stored.page.capture.body) == (spec, b"")
    assert len(stored.sha256) == 64
    assert first[0] == 4 << walk.ITEM_BITS
    account = plain.loads(walk.Account, last[3])
    assert (account.path, account.kind) == (spec, "warc")
    assert account.account is not None
    assert account.account.records_read == 1


def test_a_page_that_defeats_the_comparison_costs_itself(
    exported: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    about = index.read_about(exported)
    (row, _) = walk.read([(0, str(next((CORPUS / "crawl").rglob("*.html"))), None)], about, jobs=0)

    def defeated(*_: object) -> None:
        raise RecursionError

    monkeypatch.setattr(matching, "find_matches", defeated)
    assert walk.seek(row[3], ({}, {}), about) == ([], {})
    (found,) = walk.judged([(row[0], row[3], ({}, {}), [])], about, jobs=0)
    assert found[2] == "failure"
    failure = plain.loads(Failure, found[-1])
    assert (failure.stage, failure.error) == ("compare", "crashed")
    assert "RecursionError" in failure.message


def test_an_index_takes_no_folder_that_is_something_else(
    corpus_added: Path, tmp_path: Path
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("mine", "utf-8")
    db = copied(corpus_added, tmp_path / "a.db")
    ran = run("export-index", "-o", tmp_path / "mine", "--db", db)
    assert ran.code == 2
    assert "left as it is" in ran.err
    assert (tmp_path / "mine" / "letter.txt").read_text("utf-8") == "mine"
    for _ in range(2):  # what was exported is replaced
        assert run("export-index", "-o", tmp_path / "new", "--db", db).code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        ["a.db", "mine", "new"] + [p.name for p in tmp_path.glob("a.db-*")]
    )


def test_an_export_that_fails_leaves_the_one_before_it(
    exported: Path, corpus_added: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    db, out = copied(corpus_added, tmp_path / "a.db"), tmp_path / "index"
    shutil.copytree(exported, out)
    before = sorted(path.name for path in tmp_path.iterdir())
    monkeypatch.setitem(sys.modules, "duckdb", None)
    ran = run("export-index", "-o", out, "--db", db)
    assert ran.code == 2 and "Parquet needs duckdb" in ran.err
    monkeypatch.undo()

    def full(*_: object) -> int:
        raise ReadError("the disk is full", subject="here")

    monkeypatch.setattr(index.parquet, "write", full)
    assert run("export-index", "-o", out, "--db", db).code == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    assert index.read_about(out)


def test_an_empty_collection_is_exported(tmp_path: Path, store: Store) -> None:
    assert index.export(store, tmp_path / "index") == {
        "originals": 0, "postings": 0, "names": 0, "about": 1,
    }  # fmt: skip
    about = index.read_about(tmp_path / "index")
    assert about.size == 0
    assert not about.may_hold(12345)


def test_a_scan_of_other_originals_is_refused(
    exported: Path, corpus_added: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    Joined(exported).scan([str(CORPUS / "crawl" / "snapbrief.example")], out)
    with Store.open(tmp_path / "other.db") as store, pytest.raises(StoreError) as refused:
        importing.import_matches(store, out)
    assert refused.value.code == "parameters"
    with Store.open(copied(corpus_added, tmp_path / "b.db")) as store:
        first = str(store.originals(limit=1)[0]["id"])
        store.remove_original(first)
        done = importing.import_matches(store, out)
        assert done.outdated
        assert store.counts()["crawled"] > 0
        # Not called finished: a scan reads it again.
        ran = run("scan", CORPUS / "crawl" / "snapbrief.example", "--db", tmp_path / "b.db")
        assert "skipped" not in ran.err


@pytest.mark.parametrize("name", ["nothing", "file"])
def test_what_is_no_scan_is_said_to_be_none(corpus_added: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("a letter", "utf-8")
    ran = run("import-matches", tmp_path / name, "--db", copied(corpus_added, tmp_path / "a.db"))
    assert ran.code == 2
    assert "no finished scan here" in ran.err


def test_parquet_that_is_none_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "about.parquet").write_bytes(b"PAR1 and nothing behind it")
    with pytest.raises(ReadError, match="cannot be read"):
        index.read_about(tmp_path)
    parquet.write(tmp_path / "about.parquet", index.ABOUT, [("{}",)])
    with pytest.raises(ProvenanceError, match="no index that provenance exported"):
        index.read_about(tmp_path)


def test_spark_asks_for_what_it_lacks(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from provenance.engines import spark

    ran = run("scan", "--engine", "spark", tmp_path, "--db", small)
    assert (ran.code, "-o must name a folder" in ran.err) == (2, True)
    ran = run("scan", "--engine", "spark", "--index", tmp_path, "-o", tmp_path / "out")
    assert (ran.code, "nothing to scan" in ran.err) == (2, True)
    ran = run("scan", "--db", small)
    assert (ran.code, "Missing argument" in ran.err) == (2, True)
    for option, why in (
        ("--screen", "reads every page in full"),
        ("--fetch", "only files and folders are read on a cluster"),
        ("--exit-code", "matches are stored later"),
    ):
        ran = run("scan", "--engine", "spark", option, tmp_path, "-o", tmp_path / "out")
        assert (ran.code, ran.out, why in ran.err) == (2, "", True)
        assert not (tmp_path / "out").exists()
    monkeypatch.setitem(__import__("sys").modules, "pyspark", None)
    with pytest.raises(UsageError, match="needs pyspark"):
        spark.session("local[1]")


def test_a_manifest_names_an_input_a_line() -> None:
    from provenance.engines.spark import listed

    assert listed(["# crawl of May", "a.warc.gz ", "", "s3a://b/c.parquet"]) == [
        "a.warc.gz", "s3a://b/c.parquet",
    ]  # fmt: skip


def test_small_inputs_are_read_together(tmp_path: Path) -> None:
    from provenance.engines.spark import dealt

    for name, size in (("a", 10), ("b", 20), ("c", 30), ("d", 100), ("e", 5)):
        (tmp_path / name).write_bytes(bytes(size))
    specs = list(enumerate(str(tmp_path / name) for name in "abcdxe"))  # x is not there
    numbers = [[number for number, _ in task] for task in dealt(specs, 1, small=60)]
    assert numbers == [[0, 1], [2], [3], [4], [5]]
    assert len(dealt(specs[:3], 2, small=60)) == 3
    assert dealt(specs[4:5], 8) == [specs[4:5]]
