"""Bundles: what is in them, wherever the pages came from, and that they verify."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import subprocess
import zipfile
from pathlib import Path

import crawl_samples
import pytest
from bundle_samples import checks, members
from conftest import EDITED, REWORDED, SOURCE, page, run
from httpd import Server, response
from warcio.archiveiterator import ArchiveIterator

EPOCH = "1780000000"
WHEN = "2026-05-28T20:26:40Z"


@pytest.fixture(autouse=True)
def one_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", EPOCH)


def found(db: Path) -> str:
    (row,) = run("matches", "--db", db, "--json").json
    return str(row["id"])


def bundled(db: Path, tmp_path: Path, *, code: int = 0) -> Path:
    bundle = tmp_path / "bundle.zip"
    ran = run("evidence", found(db)[:8], "--db", db, "-o", bundle)
    assert (ran.code, ran.out) == (code, ""), ran.err
    return bundle


def agreed(bundle: Path) -> set[str]:
    ran = run("verify", bundle)
    assert ran.code == 0, ran.out
    return {part for part, check in checks(bundle).items() if check["result"] == "agrees"}


ALL = {
    "digests", "versions", "texts", "scores", "passages", "verdict", "reasons",
    "page of target", "page of source", "report",
}  # fmt: skip


@pytest.fixture
def fetched(small: Path) -> Path:
    """The original, and a copy of it that was fetched."""
    kind = {"Set-Cookie": "a=b", "X-Note": "kept"}
    with Server({"/canal": response(page(EDITED).encode(), headers=kind)}) as server:
        ran = run("check", server.url("/canal"), "--db", small, "--allow-private")
        assert ran.code == 0, ran.err
    return small


def test_what_a_bundle_holds(fetched: Path, tmp_path: Path) -> None:
    bundle = bundled(fetched, tmp_path)
    held = members(bundle)
    assert set(held) == {
        "README.txt", "SHA256SUMS", "manifest.json", "match.json", "report.html",
        "source.txt", "source.warc.gz", "target.txt", "target.warc.gz",
    }  # fmt: skip
    about = json.loads(held["manifest.json"])
    assert about["created"] == WHEN
    assert about["match"] == found(fetched)
    for one in about["members"]:
        assert one["sha256"] == hashlib.sha256(held[one["name"]]).hexdigest()
        assert one["size"] == len(held[one["name"]])
        assert one["holds"]
    assert {one["name"] for one in about["members"]} == set(held) - {"manifest.json"}
    assert (
        held["source.txt"].decode()
        == run("show", found(fetched), "--db", fetched, "--json").json["source"]["text"]
    )
    shown = run("show", found(fetched), "--db", fetched, "--json").json
    shown["source"].pop("text"), shown["target"].pop("text")
    told = json.loads(held["match.json"])
    assert told["match"] == shown
    assert {"model", "threshold", "boilerplate", "background_documents"} <= set(
        told["match"]["parameters"]
    )
    assert told["made_with"]["versions"]["trafilatura"]
    assert held["report.html"].startswith(b"<!DOCTYPE html>")
    assert b"accused" in held["README.txt"]
    assert agreed(bundle) == ALL


def test_fetched_pages_are_the_bytes_that_lie_beside_the_database(
    fetched: Path, tmp_path: Path
) -> None:
    held = members(bundled(fetched, tmp_path))
    kept = fetched.with_suffix(".warc.gz").read_bytes()
    assert held["target.warc.gz"] == kept
    (tmp_path / "t.warc.gz").write_bytes(held["target.warc.gz"])
    with (tmp_path / "t.warc.gz").open("rb") as stream:
        (record,) = [
            (r.rec_type, r.http_headers.get_header("X-Note"), r.content_stream().read())
            for r in ArchiveIterator(stream, check_digests="raise")
        ]
    assert record == ("response", "kept", page(EDITED).encode())


def test_a_saved_page_gets_a_record_made_of_its_bytes(fetched: Path, tmp_path: Path) -> None:
    held = members(bundled(fetched, tmp_path))
    (tmp_path / "s.warc.gz").write_bytes(held["source.warc.gz"])
    with (tmp_path / "s.warc.gz").open("rb") as stream:
        (record,) = [
            (
                r.rec_type,
                r.rec_headers.get_header("WARC-Target-URI"),
                r.rec_headers.get_header("WARC-Date"),
                r.content_stream().read(),
            )
            for r in ArchiveIterator(stream, check_digests="raise")
        ]
    url = "https://elverpost.example/tarrow-basin"
    assert record == ("resource", url, WHEN, page(SOURCE).encode())
    records = json.loads(held["match.json"])["records"]
    assert (records["source"]["as_stored"], records["target"]["as_stored"]) == (False, True)


def test_equal_databases_give_equal_bytes(
    fetched: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = bundled(fetched, tmp_path).read_bytes()
    away = tmp_path / "elsewhere"
    away.mkdir()
    for name in ("small.db", "small.warc.gz"):
        shutil.copy(fetched.with_name(name), away)
    monkeypatch.chdir(away)
    assert bundled(away / "small.db", away).read_bytes() == first
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1780000001")
    assert bundled(away / "small.db", away).read_bytes() != first


def test_no_folder_of_this_machine_is_in_it(fetched: Path, tmp_path: Path) -> None:
    for name, content in members(bundled(fetched, tmp_path)).items():
        if name.endswith(".gz"):
            content = gzip.decompress(content)
        for folder in (tmp_path, Path.home(), Path.cwd()):
            assert str(folder).encode() not in content, name
    with zipfile.ZipFile(tmp_path / "bundle.zip") as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.namelist() == sorted(archive.namelist())


def test_by_hand(fetched: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(bundled(fetched, tmp_path)) as archive:
        archive.extractall(tmp_path / "out")
    words = ["sha256sum", "-c", "SHA256SUMS"]
    done = subprocess.run(words, cwd=tmp_path / "out", capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(": OK") == 7


@pytest.mark.parametrize(
    ("packing", "name", "as_stored"),
    [
        ("gzip", "target.warc.gz", True),
        ("plain", "target.warc", True),
        ("zstd", "target.warc.zst", True),
        ("gzip-whole", "target.warc.gz", False),
    ],
)
def test_pages_of_a_crawl(
    small: Path, tmp_path: Path, packing: str, name: str, as_stored: bool
) -> None:
    parts = crawl_samples.records(2)
    body = crawl_samples.http(page(REWORDED).encode())
    parts.insert(2, crawl_samples.record(body, "https://copy.example/canal"))
    raw = crawl_samples.packed(parts, packing)
    crawl = tmp_path / "crawl.warc"
    crawl.write_bytes(b"".join(raw))
    assert run("scan", crawl, "--db", small).code == 0
    bundle = bundled(small, tmp_path)
    held = members(bundle)
    if as_stored:
        assert held[name] == raw[2]
    record = json.loads(held["match.json"])["records"]["target"]
    assert (record["member"], record["as_stored"]) == (name, as_stored)
    assert record["read_from"]["file"] == "crawl.warc"
    assert agreed(bundle) == ALL


def test_an_arc_keeps_its_form(small: Path, tmp_path: Path) -> None:
    parts = crawl_samples.arc_records(1)
    block = crawl_samples.http(page(REWORDED).encode())
    head = b"https://copy.example/canal 192.0.2.1 20250703194000 text/html %d\n" % len(block)
    raw = crawl_samples.packed([*parts, head + block + b"\n"], "gzip")
    crawl = tmp_path / "crawl.arc.gz"
    crawl.write_bytes(b"".join(raw))
    assert run("scan", crawl, "--db", small).code == 0
    bundle = bundled(small, tmp_path)
    assert members(bundle)["target.arc.gz"] == raw[-1]
    assert agreed(bundle) == ALL


def test_texts_without_a_page_come_alone(small: Path, tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    url = "https://copy.example/canal"
    rows.write_text(json.dumps({"text": EDITED, "url": url}) + "\n", "utf-8")
    assert run("scan", rows, "--db", small).code == 0
    bundle = bundled(small, tmp_path)
    held = members(bundle)
    assert "target.warc.gz" not in held and held["target.txt"].decode() == EDITED
    (missing,) = json.loads(held["manifest.json"])["missing"]
    assert missing == {"page": "target", "why": "no page was read: the text came as text"}
    assert "no page was read" in held["README.txt"].decode()
    assert agreed(bundle) == ALL - {"page of target"}
    assert checks(bundle)["page of target"]["result"] == "not-checked"


def test_pages_are_found_beside_a_database_that_was_moved(small: Path, tmp_path: Path) -> None:
    """Where neither the crawl nor the original is where it was, but was copied along or not."""
    crawl, away = tmp_path / "crawl", tmp_path / "away"
    crawl.mkdir()
    away.mkdir()
    (crawl / "copy.html").write_text(page(EDITED), "utf-8")
    assert run("scan", crawl, "--db", small).code == 0
    db = Path(shutil.copy(small, away / "moved.db"))
    shutil.move(crawl / "copy.html", away / "copy.html")
    (tmp_path / "original.html").unlink()
    (found,) = run("matches", "--db", db, "--json").json
    ran = run("evidence", found["id"], "--db", db, "-o", away / "b.zip")
    assert ran.code == 3
    assert (
        "The page of the source is not in it: original.html is neither where the page was read "
        "nor beside the database." in ran.err
    )
    assert "target.warc.gz" in members(away / "b.zip")


@pytest.mark.parametrize("how", ["gone", "changed", "cut"])
def test_a_page_that_is_lost_is_named(fetched: Path, tmp_path: Path, how: str) -> None:
    archive = fetched.with_suffix(".warc.gz")
    if how == "gone":
        archive.unlink()
    elif how == "changed":
        raw = bytearray(archive.read_bytes())
        raw[len(raw) // 2] ^= 0xFF
        archive.write_bytes(raw)
    else:
        archive.write_bytes(archive.read_bytes()[:200])
    bundle = bundled(fetched, tmp_path, code=3)
    held = members(bundle)
    assert "target.warc.gz" not in held
    (missing,) = json.loads(held["manifest.json"])["missing"]
    assert missing["page"] == "target"
    assert "small.warc.gz" in missing["why"] and str(tmp_path) not in missing["why"]
    ran = run("verify", bundle)
    assert ran.code == 0
    assert "could not be checked" in ran.out and missing["why"] in " ".join(ran.out.split())


def test_a_page_that_moved_within_its_crawl_is_found(small: Path, tmp_path: Path) -> None:
    body = crawl_samples.http(page(REWORDED).encode())
    part = crawl_samples.record(body, "https://copy.example/canal")
    crawl = tmp_path / "crawl.warc.gz"
    crawl.write_bytes(b"".join(crawl_samples.packed([*crawl_samples.records(1), part], "gzip")))
    assert run("scan", crawl, "--db", small).code == 0
    crawl.write_bytes(b"".join(crawl_samples.packed([*crawl_samples.records(9), part], "gzip")))
    assert agreed(bundled(small, tmp_path)) == ALL


def test_standard_input_is_not_kept_and_that_is_said(small: Path, tmp_path: Path) -> None:
    words = ("check", "-", "--db", small, "--url", "https://copy.example/canal")
    assert run(*words, stdin=page(EDITED).encode()).code == 0
    bundle = bundled(small, tmp_path, code=3)
    (missing,) = json.loads(members(bundle)["manifest.json"])["missing"]
    assert "standard input" in missing["why"]


def test_every_match_of_the_corpus_is_computed_again(corpus_scanned: Path) -> None:
    from provenance.evidence import container
    from provenance.evidence.examine import examine
    from provenance.evidence.gather import gather
    from provenance.store import Store

    count = 0
    with Store.open(corpus_scanned, read_only=True) as store:
        for listed in list(store.matches())[::3]:
            row = store.match(listed["id"])
            assert row
            made = gather(store, row, created=WHEN)
            found = examine(container.pack(made.members), jobs=0)
            assert found.status == "agrees", [c for c in found.checks if c.result == "differs"]
            count += 1
    assert count >= 10


def test_boilerplate_and_owners_are_in_it(small: Path, tmp_path: Path) -> None:
    line = "Nobody was hurt, the Inland Waters Board said."
    ran = run("boilerplate", "add", line, "--site", "copy.example", "--db", small)
    assert ran.code == 0, ran.err
    run("sites", "add", "elverpost.example", "licence", "copy.example", "--db", small)
    saved = tmp_path / "copy.html"
    saved.write_text(page(SOURCE.replace("43 boats", "44 boats")), "utf-8")
    run("check", saved, "--db", small, "--url", "https://copy.example/canal")
    bundle = bundled(small, tmp_path)
    facts = json.loads(members(bundle)["match.json"])["facts"]
    assert len(facts["boilerplate"]["target"]) == 1 and not facts["boilerplate"]["source"]
    assert facts["sites"] == {"one_house": False, "permitted": "licence"}
    assert json.loads(members(bundle)["match.json"])["match"]["attribution"] == "licensed"
    assert agreed(bundle) == ALL


def test_what_can_not_be_written_or_found_is_told(fetched: Path, tmp_path: Path) -> None:
    for words, part in (
        (("evidence", "ffffffff", "--db", fetched), f"provenance matches --db {fetched}\n"),
        (("evidence", found(fetched), "--db", tmp_path / "none.db"), "there is no database"),
        (("evidence", found(fetched), "--db", fetched, "-o", fetched), "the database itself"),
        (
            ("evidence", found(fetched), "--db", fetched, "-o", tmp_path / "no" / "b.zip"),
            "could not be written",
        ),
        (
            ("evidence", found(fetched), "--db", fetched, "--timestamp", "ftp://a.example"),
            "http or https",
        ),
    ):
        ran = run(*words)
        assert (ran.code, ran.out) == (2, "")
        assert part in ran.err and ran.err.count("\n") == 1
    assert found(fetched)


def test_what_people_decided_is_in_it_only_on_request(fetched: Path, tmp_path: Path) -> None:
    plain = bundled(fetched, tmp_path).read_bytes()
    words = ("--note", "Ask the lawyer", "--by", "Ada Lovett", "--db", fetched)
    assert run("review", found(fetched), "confirmed", *words).code == 0
    assert bundled(fetched, tmp_path).read_bytes() == plain
    ran = run("evidence", found(fetched), "--db", fetched, "-o", tmp_path / "r.zip", "--reviews")
    assert ran.code == 0, ran.err
    held = members(tmp_path / "r.zip")
    for name in ("match.json", "report.html"):
        assert b"Ask the lawyer" in held[name] and b"Ada Lovett" in held[name]
    assert agreed(tmp_path / "r.zip") == ALL


def test_a_key_in_an_address_is_not_handed_on(small: Path, tmp_path: Path) -> None:
    key = "s3cretvalue"
    body = crawl_samples.http(page(REWORDED).encode())
    part = crawl_samples.record(body, f"https://copy.example/canal?token={key}&x=1")
    crawl = tmp_path / "crawl.warc.gz"
    crawl.write_bytes(gzip.compress(part))
    assert run("scan", crawl, "--db", small).code == 0
    bundle = bundled(small, tmp_path)
    for name, content in members(bundle).items():
        raw = gzip.decompress(content) if name.endswith(".gz") else content
        assert key.encode() not in raw, name
    record = json.loads(members(bundle)["match.json"])["records"]["target"]
    assert (record["as_stored"], record["status"]) == (False, 200)
    assert "holds a key" in record["why"]
    assert agreed(bundle) == ALL


def test_standard_output(fetched: Path, tmp_path: Path) -> None:
    from conftest import command

    words = command("evidence", found(fetched), "--db", fetched, "-o", "-")
    done = subprocess.run(words, capture_output=True, timeout=60)
    assert done.returncode == 0
    assert done.stdout == bundled(fetched, tmp_path).read_bytes()
    piped = subprocess.run(command("verify", "-"), input=done.stdout, capture_output=True)
    assert piped.returncode == 0, piped.stdout


def test_a_threshold_of_the_database_goes_along(fetched: Path, tmp_path: Path) -> None:
    assert run("calibrate", "--threshold", "0.9", "--set", "--db", fetched).code == 0
    bundle = bundled(fetched, tmp_path)
    assert agreed(bundle) == ALL
    about = json.loads(members(bundle)["match.json"])
    assert about["made_with"]["parameters"]["threshold"] == 0.9
