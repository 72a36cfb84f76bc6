"""``check`` of a page whose source is not among the originals: what its traces tell."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from conftest import EDITED, OTHER, SOURCE, page, run
from httpd import Server, response

from provenance import pipeline

MOSCOW = "worldupdatehub.example/2025/07/04"
OUTLET = "meridianworld.example"
LINK = (
    f"https://www.{OUTLET}/news/2025/7/3/moscow-first-capital-to-recognise-taliban-government.html"
)
URL = "https://worldupdatehub.example/2025/07/04/moscow/"


@pytest.fixture
def founding() -> str:
    """The page that it all began with, of the demonstration corpus."""
    (path,) = (pipeline.demo_corpus() / "crawl" / MOSCOW).glob("*/index.html")
    return path.read_text("utf-8")


def checked(tmp_path: Path, html: str, *words: object, url: str = URL) -> list[object]:
    path = tmp_path / "page.html"
    path.write_text(html, "utf-8")
    return ["check", path, "--url", url, "--db", tmp_path / "p.db", *words]


def test_the_outlet_is_named_without_its_text(tmp_path: Path, founding: str) -> None:
    run("add", "-", "--db", tmp_path / "p.db", stdin=page(OTHER).encode())
    ran = run(*checked(tmp_path, founding))
    assert ran.code == 0 and not ran.err
    assert ran.out.startswith("No match among the originals")
    assert f"it names    {OUTLET} as its source; not among the originals" in ran.out
    assert "uploaded 2025-07-03T19:13:12Z by its name" in ran.out
    assert (
        "it also     keeps the name of a section or outlet in its title (Taliban News)" in ran.out
    )
    assert "no finding about its text" in ran.out
    assert f"try next    provenance add {LINK} --db {tmp_path / 'p.db'}\n" in ran.out
    assert "--follow" in ran.out
    row = run(*checked(tmp_path, founding, "--json")).json
    assert row["status"] == "ok" and row["matches"] == [] and row["followed"] == []
    named = row["named"][0]
    assert (named["site"], named["url"], named["strength"]) == (OUTLET, LINK, "strong")
    assert named["as_source"] and named["original"] is None and named["registered"] == 0
    assert [trace["kind"] for trace in named["traces"]][:3] == [
        "source-link", "hotlink", "email-protected",
    ]  # fmt: skip
    assert named["says"][1] == f"loads a picture from {OUTLET}"
    with sqlite3.connect(tmp_path / "p.db") as conn:
        kept = set(conn.execute("SELECT kind, target_site FROM traces"))
    assert {("hotlink", OUTLET), ("source-link", OUTLET), ("section-suffix", None)} <= kept


def test_the_nearest_original_is_told_in_lines_that_fit(tmp_path: Path) -> None:
    corpus, db = pipeline.demo_corpus(), tmp_path / "p.db"
    run("add", corpus / "originals" / "quillpost.example", "--db", db)
    page = corpus / "crawl" / "regionreview.example" / "reporting" / "what-the-coast-can-keep"
    ran = run("check", page / "index.html", "--db", db)
    told = ran.out.partition("\nNearest original: UNRELATED")[2].splitlines()
    assert [line[:14] for line in told[1:3]] == ["  source      ", " " * 14]
    assert told[3].startswith("  scores      jaccard_3 ") and max(map(len, told)) <= 110


def test_the_outlet_is_named_by_its_picture_alone(tmp_path: Path, founding: str) -> None:
    bare = founding.replace(f'<a href="{LINK}">Source link</a>', "").replace(
        "data-cfemail", "data-x"
    )
    (tmp_path / "p.db").touch()
    ran = run(*checked(tmp_path, bare))
    assert "There are no originals" in ran.out  # never "no match"
    assert f"it names    {OUTLET} by what was left in the page" in ran.out
    assert "as its source" not in ran.out
    assert f"try next    find the article on {OUTLET}, then: provenance add URL" in ran.out
    assert "--follow" not in ran.out  # there is no page to follow


def test_other_pages_of_the_outlet_are_told_apart(tmp_path: Path, founding: str) -> None:
    db = tmp_path / "p.db"
    run("add", "-", "--db", db, "--url", f"https://{OUTLET}/other", stdin=page(OTHER).encode())
    ran = run(*checked(tmp_path, founding))
    assert f"{OUTLET} as its source; that page is not among the originals" in ran.out
    run("add", "-", "--db", db, "--url", LINK, stdin=page(OTHER).encode())
    row = run(*checked(tmp_path, founding, "--json")).json
    # A trace that names an original proposes it; its text is another, so it is only cited.
    assert row["named"][0]["original"] == row["matches"][0]["source"]["id"]
    assert row["matches"][0]["relation"] == "cites"
    assert row["matches"][0]["channels"] == ["traces"]


def test_a_match_does_not_hide_what_else_is_named(tmp_path: Path) -> None:
    db = tmp_path / "p.db"
    run("add", "-", "--db", db, "--url", "https://elverpost.example/a", stdin=page(SOURCE).encode())
    end = "<p>Source: <a href='https://third.example/news/canal'>Third</a></p></article>"
    ran = run(*checked(tmp_path, page(EDITED).replace("</article>", end)))
    assert "EDITED COPY" in ran.out or "VERBATIM COPY" in ran.out
    assert "it names    third.example as its source; not among the originals" in ran.out


WORDS = "tarrow-lock-gates-fail-elver-canal"


def test_other_names_of_an_original_propose_it(tmp_path: Path) -> None:
    db = tmp_path / "p.db"
    picture = (
        "<img src='https://elverpost.example/wp-content/uploads/2025/07/gates-1751569992.jpg'>"
    )
    head = "<head><link rel='shortlink' href='https://elverpost.example/?p=4711'>"
    original = page(SOURCE).replace("<head>", head).replace("</article>", picture + "</article>")
    url = f"https://elverpost.example/news/{WORDS}-88213"
    run("add", "-", "--db", db, "--url", url, stdin=original.encode())
    few = "Water is scarce this summer, and nothing floats. More on that, and on the price of oak, "
    few += "will follow here when we know it."

    def matched(html: str, url: str) -> dict:
        row = run(*checked(tmp_path, html, "--json", url=url)).json
        assert ["traces" in match["channels"] for match in row["matches"]] == [True], row
        return row["matches"][0]

    # The GUID of the feed, in an importer's field, and next to no text.
    guid = "<head><meta name='original_guid' content='https://elverpost.example/?p=4711&utm_source=rss'>"
    named = matched(page(few).replace("<head>", guid), URL)
    assert named["relation"] == "cites" and named["direction"] == "source-first"
    # A picture of that name, re-hosted, and an address in the same words: proposed, and told.
    shown = "<img src='/media/gates-1751569992-770x513.jpg'></article>"
    both = page(SOURCE).replace("</article>", shown)
    row = run(*checked(tmp_path, both, "--json", url=f"https://copyquay.example/{WORDS}/")).json
    reasons = {reason["code"]: reason["text"] for reason in row["matches"][0]["reasons"]}
    assert "uploaded 2025-07-03T19:13:12Z by its name" in reasons["shared-picture"]
    assert f"“{WORDS}”" in reasons["shared-slug"]
    assert "traces" in row["matches"][0]["channels"]


def linked(link: str, text: str = EDITED) -> str:
    end = f"<p><a href='{link}'>Source link</a></p></article>"
    html = page(text)
    assert "</article>" in html
    return html.replace("</article>", end)


def test_follow_fetches_registers_and_compares(tmp_path: Path) -> None:
    with Server({"/canal": response(page(SOURCE).encode())}) as server:
        words = checked(tmp_path, linked(server.url("/canal")), "--follow", "--allow-private")
        ran = run(*words)
        assert ran.code == 0, ran.err
        assert (
            f"Fetched and registered, because the page names it: {server.url('/canal')}" in ran.out
        )
        assert "source-first" in ran.out and "EDITED COPY" in ran.out
        again = run(*words, "--json").json
        assert again["followed"] == []  # it is an original now
        assert server.paths == ["/robots.txt", "/canal"]
    (match,) = again["matches"]
    assert match["is_repost"] and match["attribution"] == "attributed"


def test_follow_says_what_it_could_not_fetch(tmp_path: Path) -> None:
    with Server({"/canal": response(b"", status="404 Not Found")}) as server:
        ran = run(*checked(tmp_path, linked(server.url("/canal")), "--follow", "--allow-private"))
        assert ran.code == 3
        assert ran.err.count("could not be followed") == 1 and "[" in ran.err
        # Without being asked, nothing private is fetched, whatever a page names.
        guarded = run(*checked(tmp_path, linked(server.url("/other")), "--follow", "--json"))
        assert guarded.code == 3 and server.paths == ["/robots.txt", "/canal"]
    (followed,) = guarded.json["followed"]
    assert followed["error"] == "private" and followed["message"]


def test_follow_fetches_three_at_most(tmp_path: Path) -> None:
    private = ("10.0.0.1", "127.0.0.1", "172.16.0.1", "192.168.0.1")
    hosts = "".join(f"<meta property='og:url' content='http://{at}:9/p'>" for at in private)
    html = page(EDITED).replace("<head>", f"<head>{hosts}")
    row = run(*checked(tmp_path, html, "--follow", "--json")).json
    assert len(row["followed"]) == 3


def test_an_unreadable_page_is_told_once(tmp_path: Path) -> None:
    ran = run("check", tmp_path / "no.html", "--db", tmp_path / "p.db")
    assert ran.code == 2 and not ran.out
    assert ran.err.count("no.html") == 1 and ran.err.count("\n") == 1
    (tmp_path / "empty.html").write_text("")
    ran = run("check", tmp_path / "empty.html", "--db", tmp_path / "p.db")
    assert ran.code == 2 and not ran.out and ran.err.count("\n") == 1
