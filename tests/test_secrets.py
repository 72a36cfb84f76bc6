"""Passwords and tokens in addresses: in no table, no archive, no message, no report."""

from __future__ import annotations

import gzip
import io
import json
import re
import shutil
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import duckdb
import pytest
from conftest import EDITED, OTHER, SOURCE, page, run
from engine_samples import Joined
from httpd import Server, redirect, response

from provenance.urls import canonical_url, redact

#: What must be found nowhere: 24 letters and digits, so that it looks like a token.
SECRET = "Zq7hunter2Kx93bQw81LmP0s"
_JWT = f"eyJhbGciOiJIUzI1NiJ9.{SECRET}.{SECRET}"

_PARAMETERS = """
    token access_token accessToken refresh_token id_token auth_token oauth_token oauth_verifier
    oauth_signature csrf_token csrf xsrf-token apikey api_key api-key apiKey x-api-key client_secret
    secret app_secret access_key private_key signature sig Signature hmac X-Amz-Signature
    X-Amz-Credential X-Amz-Security-Token AWSAccessKeyId X-Goog-Signature X-Goog-Credential
    GoogleAccessId Key-Pair-Id Policy jwt JWT bearer authorization auth password passwd pass pwd
    otp session sessionid session_id PHPSESSID JSESSIONID ASP.NET_SessionId cftoken sid
    reset_token resetToken reset_password_token confirmation_token invitation_token
    verification_token magic_link magic login_token one_time_token ticket SAMLResponse assertion
    nonce state code key credential credentials hdnea hdnts __token__ wstoken sas gift
    unlocked_article_code share_token preview_token subscription-key Ocp-Apim-Subscription-Key
    hash user[token] token[] To%6ben x-oss-signature
"""
CATALOGUE = [
    *(f"https://h.example/a?{name}={SECRET}&id=1" for name in _PARAMETERS.split()),
    *(f"https://h.example/a?id=1#{name}={SECRET}" for name in ("access_token", "jwt", "code")),
    f"https://user:{SECRET}@h.example/a",
    f"https://{SECRET}@h.example/a",
    f"//user:{SECRET}@h.example/a",
    f"https:\\\\user:{SECRET}@h.example/a",
    f"https://h.example/#/route?token={SECRET}",
    f"https://h.example/a;jsessionid={SECRET}",
    f"https://h.example/a;jsessionid={SECRET}?id=1",
    f"https://h.example/reset-password/{SECRET}",
    f"https://h.example/users/confirmation/{SECRET}/edit",
    f"https://h.example/invite/{SECRET}",
    f"https://h.example/unsubscribe/{SECRET}",
    f"https://h.example/magic/{_JWT}",
    f"https://h.example/a?x={_JWT}",
    f"https://h.example/bot1234567:{SECRET}{SECRET}/getMe",
    f"https://h.example/login?next=https%3A%2F%2Fh.example%2F%3Ftoken%3D{SECRET}",
    f"https://h.example/login?next=https://u:{SECRET}@h.example/",
    f"https://h.example/a?id=1&amp;token={SECRET}",
    f"https://h.example/a?id=1;token={SECRET}",
    f"http://[::1?token={SECRET}",
    f"HTTPS://H.EXAMPLE/?TOKEN={SECRET}",
]
KEPT = [
    "https://h.example/a?id=1&page=2&code=4711&key=sports&state=ohio",
    "https://h.example/2025/07/03/grain-pier-shut-after-cracks-4711.html",
    "https://h.example/share/grain-pier-shut-after-cracks-2025",
    "https://h.example/auth/2025-07-03-minister-resets-passwords",
    "https://h.example/confirmed/minister-confirms-2025-budget",
    "https://h.example/a#comments",
    "https://h.example/tag/secret-service?page=3",
    "https://h.example/watch?v=dQw4w9WgXcQ",
]


@pytest.mark.parametrize("url", CATALOGUE)
def test_no_secret_of_the_catalogue_is_shown(url: str) -> None:
    shown = redact(url)
    assert SECRET not in shown
    assert redact(shown) == shown
    assert SECRET not in redact(canonical_url(url)) or not canonical_url(url).startswith("https:")


def test_the_catalogue_is_long_enough() -> None:
    assert len(CATALOGUE) > 100


@pytest.mark.parametrize("url", KEPT)
def test_what_is_no_secret_is_kept(url: str) -> None:
    assert redact(url) == url


def unpacked(name: str, raw: bytes) -> str:
    """The bytes of a file as text, unpacked where packed."""
    if name.endswith(".gz"):
        raw = gzip.decompress(raw)
    if name.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(raw)) as bundle:
            return "\n".join(unpacked(one, bundle.read(one)) for one in bundle.namelist())
    return raw.decode("latin-1")


def held(folder: Path) -> str:
    """Every byte of every file, and every value of a table of Parquet."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".parquet":
            found.append(repr(duckdb.read_parquet(str(path)).fetchall()))
        elif path.is_file():
            found.append(unpacked(path.name, path.read_bytes()))
    return "\n".join(found)


def test_nothing_is_stored_or_said(tmp_path: Path) -> None:
    query = f"token={SECRET}&password={SECRET}"
    given, made = tmp_path / "given", tmp_path / "made"
    given.mkdir()
    made.mkdir()
    db = made / "p.db"
    told: list[str] = []

    def command(*words: object) -> None:
        ran = run(*words, "--db", db)
        told.append(ran.out + ran.err)
        assert "Traceback" not in ran.err

    cookies = {
        "Set-Cookie": f"session={SECRET}",
        "Link": f"</a?{query}>; rel=canonical",
        "Content-Location": f"/b?{query}",
        "Refresh": f"9; url=?{query}",
    }
    with Server({"/robots.txt": response(b"", status="404 Not Found")}) as server:
        server.pages |= {
            f"/source?{query}": response(page(SOURCE).encode(), headers=cookies),
            f"/copy?{query}": response(page(EDITED).encode(), headers=cookies),
            f"/other?{query}": response(page(OTHER).encode(), headers=cookies),
            f"/hop?{query}": redirect(f"/other?{query}", **{"Set-Cookie": f"a={SECRET}"}),
            f"/gone?{query}": response(b"", status="410 Gone"),
            f"/away?{query}": redirect(f"http://127.0.0.1:1/?{query}"),
            f"/in?{query}": redirect(f"http://user:{SECRET}@127.0.0.1/"),
        }

        def at(path: str) -> str:
            return server.url(f"/{path}?{query}")

        command("add", at("source"), "--allow-private")
        for path in ("copy", "gone", "away", "in"):
            command("check", at(path), "--allow-private")
            command("check", at(path), "--allow-private", "--json")
        listed = given / "list.txt"
        listed.write_text("\n".join(map(at, ("copy", "hop", "gone", "away", "in"))) + "\n")
        command("scan", listed, "--fetch", "--delay", 0, "--allow-private")
        again = given / "again.txt"
        again.write_text(listed.read_text() + "\n")
        command("scan", again, "--fetch", "--delay", 0, "--allow-private", "--json")
        assert any(f"/other?{query}" in path for path in server.paths)
    # What pages and rows say of themselves and of others.
    head = f'<link rel="canonical" href="https://h.example/c?{query}">'
    links = f'<p><a href="https://user:{SECRET}@gazette.example/x?{query}">Source link</a></p>'
    image = f'<img src="https://cdn.example/AFP__a-1751569992.jpg?{query}">'
    html = page(EDITED, head=head).replace("</article>", f"{links}{image}</article>")
    (given / "saved.html").write_text(html)
    address = f"https://u:{SECRET}@blog.example/p?{query}"
    command("check", given / "saved.html", "--url", address)
    command("check", given / "saved.html", "--url", address, "--json")
    rows = [
        {"url": address, "html": html},
        {"url": f"https://h.example/r?{query}", "text": EDITED + "\n\nEnd."},
        {"url": f"https://h.example/empty?{query}", "html": "<html></html>"},
    ]
    (given / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    command("scan", given / "rows.jsonl")
    command("add", f"ftp://u:{SECRET}@h.example/?{query}")
    command("add", f"https://u:{SECRET}@h.example/?{query}")
    for words in (
        ("matches",),
        ("matches", "--json"),
        ("matches", "--csv"),
        ("matches", "--atom"),
        ("originals", "--json"),
    ):
        command(*words)
    command("report", "--all", "-o", made / "report")
    command("check", given / "saved.html", "--url", address, "--html", made / "check.html")
    command("publish-db", "--no-text", "-o", made / "public.db")
    # What goes to a cluster, what comes back from it, and what is handed to others.
    command("export-index", "-o", made / "index")
    crawl = [str(given / "rows.jsonl"), str(given / "saved.html")]
    Joined(made / "index").scan(crawl, made / "out")
    (made / "other").mkdir()
    other = made / "other" / "p.db"
    shutil.copy(db, other)
    with closing(sqlite3.connect(other)) as conn, conn:
        conn.execute("DELETE FROM inputs WHERE verb = 'scan'")
    ran = run("import-matches", made / "out", "--db", other)
    told.append(ran.out + ran.err)
    assert ran.code in (0, 3) and "4 pages" in ran.err, ran.err
    fetched = [
        row["id"] for row in run("matches", "--json", "--db", db).json
        if "127.0.0.1" in row["target_url"]
    ]  # fmt: skip
    assert fetched
    for name in fetched:
        command("evidence", name, "-o", made / f"{name}.zip")
        command("verify", made / f"{name}.zip")
        assert (made / f"{name}.zip").exists()
    command("doctor")
    assert (made / "check.html").exists() and (made / "public.db").exists()
    assert len(told) > 20
    for text in told:
        assert SECRET not in text, text[max(0, text.index(SECRET) - 300) :][:600]
    kept = held(made)
    places = [kept[max(0, m.start() - 200) : m.end() + 50] for m in re.finditer(SECRET, kept)]
    assert not places, places[:3]
    assert "REDACTED-" in kept
