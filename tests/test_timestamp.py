"""Time stamps of bundles, by an authority of our own on the loopback."""

from __future__ import annotations

import dataclasses
import shutil
import subprocess
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from bundle_samples import changed, checks, members
from conftest import EDITED, page, run
from httpd import Server, response
from tsa_samples import REPLY, WHEN, Authority


@pytest.fixture(scope="session")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def match(small: Path, tmp_path: Path) -> str:
    saved = tmp_path / "copy.html"
    saved.write_text(page(EDITED), "utf-8")
    ran = run("check", saved, "--db", small, "--url", "https://copy.example/canal", "--json")
    return str(ran.json["matches"][0]["id"])


def stamped(small: Path, match: str, authority: Authority, tmp_path: Path) -> Path:
    bundle = tmp_path / "bundle.zip"
    with Server({"/tsr": authority.serve}) as server:
        ran = run(
            "evidence", match, "--db", small, "-o", bundle,
            "--timestamp", server.url("/tsr"), "--allow-private",
        )  # fmt: skip
        assert ran.code == 0, ran.err
        (request,) = server.requests
    assert request.startswith(b"POST /tsr HTTP/1.1\r\n")
    assert b"Content-Type: application/timestamp-query" in request
    # The digest and nothing else: no text, no address of the pages.
    assert len(request.partition(b"\r\n\r\n")[2]) < 100
    return bundle


def test_a_stamp_is_asked_for_kept_and_checked(
    small: Path, match: str, authority: Authority, tmp_path: Path
) -> None:
    bundle = stamped(small, match, authority, tmp_path)
    ca = tmp_path / "ca.pem"
    ca.write_bytes(authority.pem)

    ran = run("verify", bundle, "--ca", ca)
    assert ran.code == 0, ran.out
    assert "2026-05-04T03:02:01Z" in ran.out
    assert checks(bundle, "--ca", ca)["timestamp"]["result"] == "agrees"

    unasked = run("verify", bundle)
    assert unasked.code == 0
    assert "was not checked: give the authority's certificate with --ca" in unasked.out
    assert checks(bundle)["timestamp"]["result"] == "not-checked"


@pytest.mark.skipif(not shutil.which("openssl"), reason="no openssl to ask")
def test_openssl_agrees(small: Path, match: str, authority: Authority, tmp_path: Path) -> None:
    bundle = stamped(small, match, authority, tmp_path)
    ca = tmp_path / "ca.pem"
    ca.write_bytes(authority.pem)
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(tmp_path / "out")
    words = ["openssl", "ts", "-verify", "-in", "timestamp.tsr", "-data", "manifest.json"]
    told = ["-CAfile", str(ca), "-attime", str(int(WHEN.timestamp()))]
    done = subprocess.run([*words, *told], cwd=tmp_path / "out", capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "Verification: OK" in done.stdout + done.stderr


def test_a_stamp_under_another_root_does_not_hold(
    small: Path, match: str, authority: Authority, tmp_path: Path
) -> None:
    bundle = stamped(small, match, authority, tmp_path)
    other = tmp_path / "other.pem"
    other.write_bytes(Authority().pem)
    assert run("verify", bundle, "--ca", other).code == 1
    assert checks(bundle, "--ca", other)["timestamp"]["result"] == "differs"


def test_a_stamp_of_something_else_does_not_hold(
    small: Path, match: str, authority: Authority, tmp_path: Path
) -> None:
    bundle = stamped(small, match, authority, tmp_path)
    ca = tmp_path / "ca.pem"
    ca.write_bytes(authority.pem)
    manifest = members(bundle)["manifest.json"].replace(b"2026-", b"2020-")
    forged = changed(bundle, {"manifest.json": manifest}, honest=False)
    assert run("verify", forged, "--ca", ca).code == 1
    assert checks(forged)["timestamp"]["text"] == "is of another manifest"
    for junk in (b"", b"0", b"\x30\x80" * 5000, b"\x00" * 100):
        broken = changed(bundle, {"timestamp.tsr": junk}, honest=False)
        assert run("verify", broken).code == 1
        assert checks(broken)["timestamp"]["result"] == "differs"


def test_a_stamp_that_was_taken_away_is_missed(
    small: Path, match: str, authority: Authority, tmp_path: Path
) -> None:
    bundle = stamped(small, match, authority, tmp_path)
    without = changed(bundle, {"timestamp.tsr": None}, honest=False)
    ran = run("verify", without)
    assert ran.code == 1
    assert "timestamp.tsr: missing" in ran.out


def test_a_key_that_may_not_stamp_is_refused(small: Path, match: str, tmp_path: Path) -> None:
    forger = Authority()
    forger.key, forger.certificate = forger.root_key, forger.root
    bundle = stamped(small, match, forger, tmp_path)
    ca = tmp_path / "ca.pem"
    ca.write_bytes(forger.pem)
    assert checks(bundle, "--ca", ca)["timestamp"]["result"] == "differs"


def refused(request: bytes) -> Iterable[bytes]:
    yield response(Authority().answer(request.partition(b"\r\n\r\n")[2], status=2), kind=REPLY)


def of_other(request: bytes) -> Iterable[bytes]:
    made = Authority().answer(request.partition(b"\r\n\r\n")[2], imprint=b"x" * 32)
    yield response(made, kind=REPLY)


@pytest.mark.parametrize(
    ("script", "code"),
    [
        (refused, "timestamp"),
        (of_other, "timestamp"),
        (response(b"junk", kind=REPLY), "timestamp"),
        (response(b"<html>", kind="text/html"), "content-type"),
        (response(b"x" * 2_000_000, kind=REPLY), "oversize"),
        (response(status="503 Busy"), "unavailable"),
        (response(status="307 Elsewhere", headers={"Location": "http://x.example/"}), "status"),
    ],
)
def test_what_is_no_stamp_makes_no_bundle(
    small: Path, match: str, tmp_path: Path, script: object, code: str
) -> None:
    bundle = tmp_path / "bundle.zip"
    with Server({"/": script}) as server:  # type: ignore[dict-item]
        words = ("evidence", match, "--db", small, "-o", bundle, "--timestamp", server.url("/"))
        ran = run(*words, "--allow-private")
        assert (ran.code, ran.out) == (2, ""), ran.err
        assert ran.err.count("\n") == 1
        assert not bundle.exists()
        # An authority in one's own network is asked only on request.
        before = len(server.requests)
        assert "private" in run(*words).err
        assert len(server.requests) == before
    from provenance.errors import FetchError
    from provenance.evidence import stamp

    with Server({"/": script}) as server, pytest.raises(FetchError) as caught:  # type: ignore[dict-item]
        stamp.ask(server.url("/"), b"manifest", allow_private=True)
    assert caught.value.code == code


def test_an_authority_whose_certificates_ended_still_holds(
    small: Path, match: str, tmp_path: Path
) -> None:
    old = dataclasses.replace(Authority(), when=WHEN.replace(year=2011))
    bundle = stamped(small, match, old, tmp_path)
    ca = tmp_path / "ca.pem"
    ca.write_bytes(old.pem)
    assert checks(bundle, "--ca", ca)["timestamp"]["result"] == "agrees"


def test_a_file_without_certificates_is_told(
    small: Path, match: str, authority: Authority, tmp_path: Path
) -> None:
    bundle = stamped(small, match, authority, tmp_path)
    ran = run("verify", bundle, "--ca", bundle)
    assert ran.code == 2
    assert "this holds no certificate" in ran.err
