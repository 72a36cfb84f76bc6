"""Our pages in a real browser, through datasette and as files: what a reader meets.

Runs where Chromium is installed (Debian: apt install chromium); Playwright's own download of a
browser is not used.
"""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from conftest import run
from hostile_samples import hostile_database

playwright = pytest.importorskip("playwright.sync_api")
axe_core_python = pytest.importorskip("axe_core_python")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed")
SERIOUS = ("serious", "critical")
DESKTOP = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 800}, "is_mobile": True}
DARK = {**DESKTOP, "color_scheme": "dark"}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("browser") / "demo.db"
    assert run("demo", "--db", path).code == 0
    listed = run("review", "--json", "--db", path).json
    assert run("review", listed[0]["id"], "rejected", "--note", "Own", "--db", path).code == 0
    return path


@pytest.fixture(scope="module")
def match_id(demo: Path) -> str:
    rows = run("matches", "--relation", "rewrite", "--json", "--db", demo).json
    return str(next(row["id"] for row in rows if "worldupdatehub" in row["target_site"]))


@contextmanager
def served(db: Path) -> Iterator[str]:
    """The address of datasette on a database, started as a person does."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = [sys.executable, "-m", "provenance", "serve", "--db", str(db), "--port", str(port)]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            for _ in range(300):
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.send_signal(2)
            process.wait(20)


@pytest.fixture(scope="module")
def site(demo: Path) -> Iterator[str]:
    with served(demo) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


class Seen:
    """One page, and all that it did."""

    def __init__(self, browser: Any, url: str, **view: Any) -> None:
        self.context = browser.new_context(**view)
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda m: self.complaints.append(m.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda d: (self.complaints.append("dialog"), d.dismiss()))
        self.page.on("request", lambda request: self.asked.append(request.url))
        assert self.page.goto(url)

    def __enter__(self) -> Seen:
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()

    def outside(self, home: str) -> list[str]:
        return [url for url in self.asked if not url.startswith((home, "data:"))]

    def fits(self) -> bool:
        return bool(self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def findings(browser: Any, url: str, **view: Any) -> list[str]:
    """What axe-core calls serious. Its script needs a context without our policy."""
    (script,) = Path(axe_core_python.__file__).parent.rglob("axe.min.js")
    with Seen(browser, url, bypass_csp=True, **view) as seen:
        seen.page.evaluate(script.read_text("utf-8"))
        found = seen.page.evaluate("axe.run()")
    return [f"{v['id']}: {v['help']}" for v in found["violations"] if v["impact"] in SERIOUS]


@pytest.fixture(scope="module")
def files(demo: Path, match_id: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("pages")
    assert run("report", match_id, "-o", folder / "m.html", "--db", demo).code == 0
    assert run("report", "--all", "-o", folder / "all", "--db", demo).code == 0
    return {
        "match": (folder / "m.html").as_uri(),
        "overview": (folder / "all" / "index.html").as_uri(),
    }


@pytest.mark.parametrize("view", [DESKTOP, PHONE, DARK], ids=["desktop", "phone", "dark"])
@pytest.mark.parametrize("name", ["match", "overview"])
def test_a_file_stands_by_itself(
    browser: Any, files: dict[str, str], name: str, view: dict[str, Any]
) -> None:
    with Seen(browser, files[name], **view) as seen:
        assert seen.complaints == [] and seen.outside("file:") == []
        assert seen.asked == [files[name]] and seen.fits()
    assert findings(browser, files[name], **view) == []


def test_a_passage_leads_to_its_counterpart_by_mouse_and_keyboard(
    browser: Any, files: dict[str, str]
) -> None:
    with Seen(browser, files["match"], **DESKTOP) as seen:
        page = seen.page
        page.click("#t9")
        assert page.url.endswith("#s9")
        playwright.expect(page.locator("#s9")).to_be_in_viewport()
        page.goto(files["match"])
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        reached: list[str] = []
        for _ in range(40):
            page.keyboard.press("Tab")
            reached.append(page.evaluate("document.activeElement.id"))
        assert "t1" in reached and "t5" in reached
        page.focus("#t3")
        page.keyboard.press("Enter")
        assert page.url.endswith("#s3")
        assert seen.complaints == []


def test_printed_it_is_whole(browser: Any, files: dict[str, str]) -> None:
    with Seen(browser, files["match"], **DESKTOP) as seen:
        seen.page.emulate_media(media="print")
        heights = seen.page.eval_on_selector_all(
            ".text", "all => all.map(e => [e.scrollHeight, e.clientHeight])"
        )
        assert len(heights) == 2 and all(inner <= outer for inner, outer in heights)
        assert seen.page.pdf()[:5] == b"%PDF-"


@pytest.mark.parametrize(
    "path",
    [
        "/demo",
        "/demo/reposts",
        "/demo/matches?_sort_desc=probability",
        "/demo/reposted_within?minutes=600",
        "/demo/rewrites_to_review",
        "/demo/needs_review",
        "/demo/decisions",
        "/demo/reviews",
        "/demo/matches/{id}",
        "/-/provenance/demo",
        "/-/provenance/demo/{id}",
    ],
)
def test_datasette_shows_it_without_a_complaint(
    browser: Any, site: str, match_id: str, path: str
) -> None:
    with Seen(browser, site + path.format(id=match_id), **DESKTOP) as seen:
        assert seen.complaints == [] and seen.outside(site) == []
        assert seen.fits()
    with Seen(browser, site + path.format(id=match_id), **PHONE) as seen:
        assert seen.complaints == [] and seen.outside(site) == [] and seen.fits()
    if path.startswith("/-/"):
        assert findings(browser, site + path.format(id=match_id), **PHONE) == []


def test_from_the_table_to_the_texts(browser: Any, site: str) -> None:
    with Seen(browser, f"{site}/demo/reposts?relation=rewrite", **DESKTOP) as seen:
        seen.page.click("a:has-text('side\xa0by\xa0side') >> nth=0")
        assert re.search(r"/-/provenance/demo/[0-9a-f]{20}$", seen.page.url)
        assert seen.page.locator("a.reworded").count() > 5
        seen.page.click("text=Overview")
        assert seen.page.url.endswith("/-/provenance/demo")
        assert seen.page.locator("svg").count() == 3
        assert seen.complaints == [] and seen.outside(site) == []


def test_rows_come_before_long_explanations(browser: Any, site: str) -> None:
    for path in ("/demo/matches", "/demo/reposts"):
        with Seen(browser, site + path, **DESKTOP) as seen:
            head = seen.page.locator("h2, h3").filter(has_text="rows").first
            assert head.bounding_box()["y"] < 700, path
        with Seen(browser, site + path, **PHONE) as seen:
            head = seen.page.locator("h2, h3").filter(has_text="rows").first
            assert head.bounding_box()["y"] < 700, path


def test_rows_come_before_long_facets(browser: Any, site: str) -> None:
    """Thirty sites to choose from push the rows down by no screen."""
    with Seen(browser, f"{site}/demo/reposts", **DESKTOP) as seen:
        assert seen.page.locator(".facet-info li").count() > 30
        assert seen.page.locator("table.rows-and-columns").bounding_box()["y"] < 1100


def test_the_database_leads_to_its_overview(browser: Any, site: str) -> None:
    with Seen(browser, f"{site}/demo", **DESKTOP) as seen:
        seen.page.click(".metadata-description a:has-text('Overview')")
        assert seen.page.url.endswith("/-/provenance/demo")


def test_the_row_of_a_match_has_titles(browser: Any, site: str, match_id: str) -> None:
    with Seen(browser, f"{site}/demo/matches/{match_id}", **DESKTOP) as seen:
        for side in ("source_id", "target_id"):
            cell = seen.page.locator(f"td.col-{side}").first.inner_text()
            assert "Moscow" in cell
        seen.page.click("td.col-source_id a")
        assert "/demo/articles/" in seen.page.url


def test_a_facet_leads_to_what_was_decided(browser: Any, site: str) -> None:
    with Seen(browser, f"{site}/demo/matches", **DESKTOP) as seen:
        seen.page.click(".facet-info a:text-is('rejected')")
        seen.page.wait_for_url("**decision=rejected**")
        rows = seen.page.locator("table.rows-and-columns tbody tr")
        playwright.expect(rows).to_have_count(1)
        assert seen.complaints == []


def test_datasette_is_walked_by_keyboard(browser: Any, site: str) -> None:
    """From the list of reposts to a passage's counterpart without a mouse."""
    with Seen(browser, f"{site}/demo/reposts?relation=rewrite", **DESKTOP) as seen:
        page = seen.page
        for _ in range(300):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.textContent") == "side\xa0by\xa0side":
                break
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("/-/provenance/demo/[0-9a-f]{20}"))
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.id") == "t1":
                break
        page.keyboard.press("Enter")
        assert page.url.endswith("#s1")
        playwright.expect(page.locator("#s1")).to_be_in_viewport()
        assert seen.complaints == []


@pytest.mark.timeout(400)
def test_hostile_pages_do_nothing_in_a_browser(browser: Any, tmp_path: Path) -> None:
    db = hostile_database(tmp_path)
    (found,) = run("matches", "--json", "--db", db).json
    assert run("report", "--all", "-o", tmp_path / "all", "--db", db).code == 0
    files = [(path.as_uri(), "file:") for path in sorted((tmp_path / "all").glob("*.html"))]
    tables = (
        "matches", "articles", "reposts", "needs_review", "decisions", "reviews", "traces", "links",
        "texts", "reasons", "clusters", "cluster_members", "timeline", "unknown_sources", "runs",
        f"matches/{found['id']}", f"articles/{found['target_id']}", "decided_so?decision=",
        "first_seen", "unattributed_copies",
    )  # fmt: skip
    with served(db) as home:
        pages = [f"{home}/demo/{name}" for name in tables]
        pages += [f"{home}/-/provenance/demo", f"{home}/-/provenance/demo/{found['id']}"]
        for url, allowed in [*files, *((page, home) for page in pages)]:
            with Seen(browser, url, **DESKTOP) as seen:
                links = seen.page.eval_on_selector_all("a", "all => all.map(a => a.protocol)")
                assert set(links) <= {"http:", "https:", "file:"}, url
                # Whatever can be clicked without leaving the page.
                seen.page.evaluate("document.querySelectorAll('img').forEach(e => e.click())")
                assert seen.page.locator("main script, td script, td img, .text img").count() == 0
                assert seen.complaints == [] and seen.outside(allowed) == [], url
