"""Bundles that somebody changed, and files that only look like bundles."""

from __future__ import annotations

import gzip
import io
import json
import stat
import struct
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bundle_samples import changed, checks, members
from conftest import EDITED, command, page, run

from provenance.evidence import container

EVIL = "\x1b[31m\u202etxt\u200b\x07<script>"


@pytest.fixture
def bundle(small: Path, tmp_path: Path) -> Path:
    saved = tmp_path / "copy.html"
    saved.write_text(page(EDITED), "utf-8")
    ran = run("check", saved, "--db", small, "--url", "https://copy.example/canal", "--json")
    made = tmp_path / "bundle.zip"
    assert run("evidence", ran.json["matches"][0]["id"], "--db", small, "-o", made).code == 0
    assert run("verify", made).code == 0
    return made


# --- digests -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["README.txt", "SHA256SUMS", "match.json", "report.html", "source.txt", "target.warc.gz"],
)
def test_a_changed_member_is_seen(bundle: Path, name: str) -> None:
    content = members(bundle)[name]
    other = changed(bundle, {name: content[:-1] + bytes([content[-1] ^ 1])}, honest=False)
    ran = run("verify", other)
    assert ran.code == 1
    assert f"{name}: its SHA-256" in ran.out


def test_members_missing_and_too_many(bundle: Path) -> None:
    less = changed(bundle, {"source.txt": None}, honest=False)
    ran = run("verify", less)
    assert ran.code == 1 and "source.txt: missing" in ran.out
    more = changed(bundle, {"note.txt": b"trust me"}, honest=False)
    ran = run("verify", more)
    assert ran.code == 1 and "note.txt: not in the manifest" in ran.out
    stamped = changed(bundle, {"timestamp.tsr": b"x"}, honest=False)
    ran = run("verify", stamped)
    assert ran.code == 1 and "timestamp.tsr: not in the manifest" in ran.out


def test_flipped_bytes_never_verify(bundle: Path, tmp_path: Path) -> None:
    raw = bundle.read_bytes()
    other = tmp_path / "flipped.zip"
    for place in range(7, len(raw), len(raw) // 40):
        broken = bytearray(raw)
        broken[place] ^= 0x20
        other.write_bytes(broken)
        ran = run("verify", other)
        # A byte that no reader looks at (an attribute of a zip entry) changes no content.
        told = "packed anew by another program" in ran.out
        assert ran.code in (1, 2) or (ran.code == 0 and told), place


def test_another_zip_of_the_same_members_is_whole(bundle: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(out)
    again = tmp_path / "again.zip"
    with zipfile.ZipFile(again, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(out.iterdir(), reverse=True):
            archive.write(path, path.name)
    ran = run("verify", again)
    assert ran.code == 0
    assert "packed anew by another program" in ran.out


# --- lies with the right digests -----------------------------------------------------------------


def edited(bundle: Path, change: Callable[[Any], object]) -> Path:
    told = json.loads(members(bundle)["match.json"])
    change(told)
    return changed(bundle, {"match.json": container.to_json(told)})


def test_a_score_that_was_raised(bundle: Path) -> None:
    def lie(told: Any) -> None:
        told["match"]["scores"]["coverage"] = 1.0

    other = edited(bundle, lie)
    assert run("verify", other).code == 1
    told = checks(other)
    assert told["digests"]["result"] == "agrees"
    assert told["scores"]["result"] == "differs"
    assert told["scores"]["details"][0].startswith("coverage: 1.0 stored, 0.")
    assert told["report"]["result"] == "differs"


@pytest.mark.parametrize(
    ("name", "value", "part"),
    [
        ("relation", "verbatim", "verdict"),
        ("probability", 0.5, "verdict"),
        ("direction", "target-first", "verdict"),
        ("attribution", "licensed", "verdict"),
        ("passages", [], "passages"),
        ("reasons", [{"code": "x", "text": EVIL}], "reasons"),
        ("evidence", [{"kind": "x", "log_odds": 9.0, "text": "y"}], "reasons"),
        ("id", "0" * 20, "match"),
    ],
)
def test_a_verdict_that_was_changed(bundle: Path, name: str, value: object, part: str) -> None:
    other = edited(bundle, lambda told: told["match"].__setitem__(name, value))
    ran = run("verify", other)
    assert ran.code == 1
    assert checks(other)[part]["result"] == "differs"
    assert not set(EVIL[:-8]) & set(ran.out) - set("txt[31m")


def test_a_text_that_was_changed(bundle: Path) -> None:
    text = members(bundle)["target.txt"].replace(b"43 boats", b"44 boats")
    other = changed(bundle, {"target.txt": text})
    assert run("verify", other).code == 1
    told = checks(other)
    assert told["digests"]["result"] == "agrees"
    assert told["texts"]["result"] == told["page of target"]["result"] == "differs"
    assert told["page of source"]["result"] == "agrees"


def test_a_page_that_was_changed(bundle: Path) -> None:
    raw = gzip.decompress(members(bundle)["target.warc.gz"])
    other = changed(
        bundle, {"target.warc.gz": gzip.compress(raw.replace(b"43 boats", b"44 boats"))}
    )
    assert run("verify", other).code == 1
    assert "no page with the digest" in checks(other)["page of target"]["text"]


def test_versions_that_differ_are_told(bundle: Path) -> None:
    other = edited(
        bundle, lambda told: told["made_with"]["versions"].__setitem__("trafilatura", "0.1")
    )
    ran = run("verify", other)
    assert ran.code == 0
    assert "trafilatura: 0.1 then, " in ran.out
    assert checks(other)["versions"]["result"] == "note"


def test_malformed_matches(bundle: Path) -> None:
    for change in (
        lambda told: told.pop("match"),
        lambda told: told.__setitem__("match", 7),
        lambda told: told["match"].__setitem__("scores", None),
        lambda told: told["match"].__setitem__("passages", "x"),
        lambda told: told["match"].__setitem__("traces", [{}]),
        lambda told: told["match"]["source"].__setitem__("site", 7),
        lambda told: told["match"]["source"].pop("title"),
        lambda told: told["facts"].pop("sites"),
        lambda told: told["facts"]["boilerplate"].__setitem__("source", 7),
        lambda told: told["records"].__setitem__("source", None),
        lambda told: told["records"]["source"].__setitem__("member", ["x"]),
        lambda told: told["made_with"].__setitem__("versions", [1]),
    ):
        ran = run("verify", edited(bundle, change))
        assert ran.code == 1, ran.out
        assert "Traceback" not in ran.err and "Error" not in ran.out
    told = run("verify", edited(bundle, lambda told: told.pop("facts"))).out
    assert "DIFFERS    match           match.json lacks facts" in told
    assert "unchecked  scores          it hangs on match.json" in told
    for junk in (b"", b"[]", b"nonsense", b"[" * 200_000, b'{"match": NaN}'):
        assert run("verify", changed(bundle, {"match.json": junk})).code == 1


def test_what_is_not_there_is_said_not_to_be_checked(bundle: Path) -> None:
    less = changed(bundle, {"target.warc.gz": None, "report.html": None}, honest=False)
    found = checks(less)
    parts = ("digests", "page of target", "report", "scores")
    results = [found[part]["result"] for part in parts]
    assert results == ["differs", "not-checked", "not-checked", "agrees"]
    assert found["page of target"]["text"] == "target.warc.gz is not there to be read"
    told = run("verify", changed(bundle, {"source.txt": None}, honest=False)).out
    assert "source.txt is missing, without which nothing is computed again" in told
    assert checks(bundle)["timestamp"]["result"] == "note"


# --- what is no bundle ---------------------------------------------------------------------------


def zipped(*entries: tuple[str, bytes], **attributes: object) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in entries:
            entry = zipfile.ZipInfo(name)
            for key, value in attributes.items():
                setattr(entry, key, value)
            archive.writestr(entry, content)
    return out.getvalue()


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("target.txt", b"\0" * 60_000_000)
    return out.getvalue()


def lying_bomb() -> bytes:
    """As above, but it says that it is small."""
    raw = bomb()
    return raw.replace(struct.pack("<L", 60_000_000), struct.pack("<L", 100))


LINK = (stat.S_IFLNK | 0o777) << 16

NO_BUNDLES = {
    "empty": b"",
    "text": b"no zip\n",
    "cut": zipped(("manifest.json", b"{}"))[:-30],
    "no-manifest": zipped(("a.txt", b"x")),
    "junk-manifest": zipped(("manifest.json", b"\xff{")),
    "other-manifest": zipped(("manifest.json", b'{"format": "npm"}')),
    "no-list": zipped(
        ("manifest.json", json.dumps({"format": container.FORMAT, "version": 1}).encode())
    ),
    "traversal": zipped(("../manifest.json", b"{}")),
    "absolute": zipped(("/etc/passwd", b"x")),
    "backslash": zipped(("..\\x.txt", b"x")),
    "drive": zipped(("C:x", b"x")),
    "folder": zipped(("a/", b"")),
    "hidden": zipped((".bashrc", b"x")),
    "nul": zipped(("manifest.json\0.txt", b"x")),
    "bidi": zipped(("gpj.\u202eexe", b"x")),
    "ansi": zipped(("\x1b[31m", b"x")),
    "cases": zipped(("A.txt", b"x"), ("a.txt", b"x")),
    "link": zipped(("manifest.json", b"/etc/passwd"), external_attr=LINK),
    "many": zipped(*((f"m{i}.txt", b"") for i in range(200))),
    "endless": zipped(("a.txt", b"x")) + b"PK\x01\x02" * 20_000,
    "bomb": bomb(),
    "lying-bomb": lying_bomb(),
}


@pytest.mark.parametrize("name", NO_BUNDLES)
def test_what_is_no_bundle_is_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / "b.zip"
    path.write_bytes(NO_BUNDLES[name])
    before = sorted(tmp_path.rglob("*"))
    ran = run("verify", path)
    assert (ran.code, ran.out) == (2, ""), ran.out
    assert ran.err.startswith("provenance: ") and ran.err.count("\n") == 1
    assert ran.err[:-1].isprintable()
    assert sorted(tmp_path.rglob("*")) == before
    told = run("verify", path, "--json")
    assert told.code == 2
    assert told.json["status"] == "unreadable" and told.json["error"] == "bad-bundle"


def test_a_newer_bundle_is_told(bundle: Path) -> None:
    about = json.loads(members(bundle)["manifest.json"])
    about["version"] = 2
    other = changed(bundle, {"manifest.json": container.to_json(about)}, honest=False)
    ran = run("verify", other)
    assert ran.code == 2 and "newer version" in ran.err


def test_a_bundle_that_names_itself_in_colours(bundle: Path) -> None:
    about = json.loads(members(bundle)["manifest.json"])
    about["created"] = about["made_by"] = EVIL
    other = changed(bundle, {"manifest.json": container.to_json(about)}, honest=False)
    ran = run("verify", other, terminal=True)
    assert ran.code == 0  # the manifest itself has no digest in the bundle but that of a stamp
    assert "\u202e" not in ran.out and "\x1b[31m" not in ran.out.split("\n", 1)[1]


def test_a_page_that_swells_costs_itself_alone(bundle: Path) -> None:
    # 400 MB of zeros in 2 MB.
    head = b"WARC/1.1\r\nWARC-Type: resource\r\nWARC-Target-URI: https://a.example/\r\n"
    swollen = head + b"Content-Length: 400000000\r\n\r\n" + b"\0" * 400_000_000
    other = changed(bundle, {"target.warc.gz": gzip.compress(swollen, 1)})
    words = command("verify", other, "--jobs", "1")
    done = subprocess.run(words, capture_output=True, text=True, timeout=100)
    assert done.returncode == 1, done.stdout
    assert "agrees     scores" in done.stdout
    assert "DIFFERS    page of target" in done.stdout


def test_files_that_are_not_there(tmp_path: Path) -> None:
    for words in (("verify", tmp_path / "none.zip"), ("verify", tmp_path)):
        ran = run(*words)
        assert (ran.code, ran.out) == (2, "")
        assert ran.err.count("\n") == 1
