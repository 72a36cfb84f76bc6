"""``check --html``: the page of the best match, or the one that says that there is none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from cli_samples import saved
from conftest import EDITED, INDEPENDENT, OTHER, SOURCE, page, run
from lxml import html as lxml_html
from test_report_pages import EVIL


def written(small: Path, file: Path, *words: object, code: int = 0) -> str:
    out = small.parent / "out.html"
    ran = run("check", file, "--db", small, "--html", out, *words)
    assert ran.code == code, ran.err
    assert f"Written: {out}" in ran.err
    assert ran.out  # the text is told all the same
    text = out.read_text("utf-8")
    tree = lxml_html.document_fromstring(text)
    assert not tree.xpath(
        "//script | //iframe | //form | //object | //embed | //link[@href!='data:,']"
    )
    assert not tree.xpath("//@*[starts-with(name(), 'on')]")
    assert "default-src 'none'" in tree.xpath("string(//meta[@http-equiv]/@content)")
    assert len(tree.xpath("//main")) == len(tree.xpath("//h1")) == 1
    return text


def test_the_best_match_is_the_page_of_report(small: Path) -> None:
    text = written(small, saved(small.parent, EDITED))
    (found,) = run("matches", "--db", small, "--json").json
    assert run("report", found["id"], "--db", small, "-o", "-").out == text


def test_no_match_says_so(small: Path) -> None:
    text = written(small, saved(small.parent, INDEPENDENT))
    assert "<h1>No match</h1>" in text
    assert "Held against 1 known original." in text
    assert "which is no match" in text and "hard_containment" in text
    assert "elverpost.example" in text
    # What is not known of an article has no line, but for times.
    assert "<dt>Byline</dt>" not in text and "<dt>Published (claimed)</dt>" in text
    assert "<h1>No match</h1>" in written(small, saved(small.parent, OTHER))


@pytest.mark.parametrize(
    ("text", "heading"),
    [
        ("Just a few words of a note about nothing that anybody could hold against a text. " * 2,
         "Too short to judge"),
    ],
)  # fmt: skip
def test_what_can_not_be_judged_is_no_no_match(small: Path, text: str, heading: str) -> None:
    shown = written(small, saved(small.parent, text))
    assert f"<h1>{heading}</h1>" in shown and "No match" not in shown


def test_without_originals(tmp_path: Path) -> None:
    file, db = saved(tmp_path, SOURCE), tmp_path / "new.db"
    db.touch()
    text = written(db, file)
    assert "<h1>Nothing to hold it against</h1>" in text and "provenance add" in text


def test_whom_the_page_names_is_in_it(small: Path) -> None:
    head = '<link rel="canonical" href="https://gazette.example/bees">'
    file = saved(small.parent, OTHER, head=head)
    text = written(small, file, "--url", "https://copy.example/x")
    assert "Whom the page names" in text and "gazette.example" in text


def test_hostile_titles_and_addresses_stay_text(small: Path) -> None:
    from html import escape

    file = small.parent / "evil.html"
    file.write_text(page(OTHER, title=escape(EVIL)), "utf-8")
    text = written(small, file, "--url", "https://copy.example/?a=\"'><script>alert(1)</script>")
    assert "<script" not in text
    assert not re.search(r"[\x00-\x08\x1b\u202e\u200b]", text)


def test_standard_output_and_refusals(small: Path) -> None:
    file = saved(small.parent, EDITED)
    ran = run("check", file, "--db", small, "--html", "-")
    assert ran.code == 0 and ran.out.startswith("<!DOCTYPE html>") and ran.out.endswith("</html>\n")
    assert run("check", file, "--db", small, "--html", "-", "--json").code == 2
    before = small.read_bytes()
    ran = run("check", file, "--db", small, "--html", small)
    assert ran.code == 2 and "the database itself" in ran.err
    assert small.read_bytes() == before
    ran = run("check", file, "--db", small, "--html", small.parent / "no" / "x.html")
    assert ran.code == 2 and "could not be written" in ran.err
    out = small.parent / "none.html"
    ran = run("check", small.parent / "none", "--db", small, "--html", out)
    assert ran.code == 2 and not out.exists()


def test_with_json_and_exit_code(small: Path) -> None:
    file, out = saved(small.parent, EDITED), small.parent / "o.html"
    ran = run("check", file, "--db", small, "--html", out, "--json", "--exit-code")
    assert ran.code == 1 and ran.json["matches"][0]["relation"] == "edited"
    assert out.exists()
