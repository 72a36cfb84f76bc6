"""The screen: what a quick look lets go, what it must not, and what a scan makes of either."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from conftest import EDITED, EXCERPT, OTHER, REWORDED, SOURCE, run
from timing import NOISE, cost

from provenance import matching, pipeline, verdict
from provenance.background import Places
from provenance.boilerplate import snapshot
from provenance.config import Parameters
from provenance.models import Capture
from provenance.normalize import sentence_hashes, tokenize
from provenance.screen import Decision, Screen, skim
from provenance.store import Store
from provenance.store.postings import HOT, WAITING, Sieve

GIVEN = pipeline.Given()
MENU = "<nav><a href='/news'>News</a><a href='/sport'>Sport</a><select><option>Us</select></nav>"
WALL = "We and our partners store and access information on your device. " * 6 + (
    "You can change your choices at any time. Accept all. Manage your preferences. " * 3
)
# A story that shares no event, name or number with the others. Written for these tests.
UNRELATED = """\
Gardeners on the terraces above Lindow have begun lifting their saffron a fortnight early, after \
a spring so dry that the corms never swelled. Yields will be thin, the growers' circle expects, \
and the threads short.

Marta Quillfeather, whose family has picked there for six generations, blames the wind rather \
than the sun. It came from the plateau in April, she says, and it carried the mulch away before \
anybody could pin it down with hazel.

The village sells what it harvests at one market and to two cooks. Neither will pay more for \
less, so several households mean to plant lavender instead, which asks for nothing and brings \
coaches of visitors in July.

An agronomist from the college has offered shade cloth and a rain gauge. The circle accepted the \
gauge at once, and will vote about the cloth when the last basket has been weighed on the scale \
in the chapel porch."""


def page(text: str, extra: str = "", head: str = "") -> str:
    body = "".join(f"<p>{line}</p>" for line in text.split("\n") if line.strip())
    return (
        f"<html><head><title>A page</title>{head}</head><body>{MENU}"
        f"<article>{body}{extra}</article></body></html>"
    )


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    original = tmp_path / "outlet.example" / "locks-fail-at-tarrow-basin.html"
    original.parent.mkdir()
    head = '<link rel="canonical" href="https://outlet.example/news/locks-fail-at-tarrow-basin">'
    original.write_text(page(SOURCE, head=head), "utf-8")
    # A passage of forty words has some five fragments; with another seed it may have one.
    with Store.open(tmp_path / "p.db", parameters=Parameters(seed=20250703)) as opened:
        pipeline.add(opened, [str(tmp_path / "outlet.example")], GIVEN)
        yield opened


def decided(store: Store, html: str, url: str = "https://blog.example/1") -> Decision:
    capture = Capture(url=url, body=html.encode(), path="crawl.warc.gz", status=200)
    return matching.screened(capture, Screen(store, store.parameters), store)


# What a quick look sees


def test_a_skim_has_what_the_page_shows() -> None:
    head = '<link rel="canonical" href="/a"><meta property="og:image" content="/p.jpg">'
    found = skim(page("One <b>bol</b>d word. " * 6, '<img src="/q.jpg"><script>x</script>', head))
    assert found is not None
    assert found.title == "A page"
    assert "One bold word." in found.running and "Sport" not in found.running
    assert "Us" not in found.pieces and not any(piece == "x" for piece in found.pieces)
    assert (found.declared, found.links) == (("/a",), ("/news", "/sport"))
    assert set(found.pictures) == {"/p.jpg", "/q.jpg"}


@pytest.mark.parametrize(
    "html",
    [
        "<p>" * 50_000,
        "<p " + "a=1 " * 10_000 + ">text",
        "x" * 2_000_001,
    ],
)
def test_what_costs_the_parser_much_is_not_skimmed(html: str) -> None:
    assert skim(html) is None


@pytest.mark.parametrize("unit", ["<div>", "<ul><li>", "<a><div>", "<b>x</p>"])
def test_what_is_left_open_costs_little_or_is_not_skimmed(unit: str) -> None:
    def opened(tags: int) -> str:
        return f"<html><body>{unit * (tags // unit.count('<'))}{SOURCE}"

    assert cost(lambda: skim(opened(7_900)), 2) < 1.0 + NOISE
    assert skim(opened(7_900)) is not None and skim(opened(8_100)) is None


def test_a_script_is_no_tag_however_long() -> None:
    script = f"<script>//<![CDATA[\nvar x = '{'ab ' * 20_000}';\n//]]></script>"
    found = skim(page(SOURCE, script))
    assert found is not None and found.running == skim(page(SOURCE)).running  # type: ignore[union-attr]


# What is wanted


@pytest.mark.parametrize("text", [SOURCE, EDITED, EXCERPT, REWORDED])
def test_a_page_that_tells_an_original_is_wanted(store: Store, text: str) -> None:
    assert decided(store, page(text)).wanted


def test_a_page_that_no_channel_wants_is_let_go(store: Store) -> None:
    assert decided(store, page(UNRELATED)) == Decision(False, "no channel")


def test_a_passage_in_a_long_page_is_wanted(store: Store) -> None:
    passage = "\n\n".join(SOURCE.split("\n\n")[1:3])
    assert decided(store, page(f"{UNRELATED}\n\n{passage}\n\n{OTHER}")).why == "fragments"


def test_what_the_full_way_calls_independent_is_let_go(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Forty words of it: fragments propose the original, and the rough text says what the full way
    # would say, but that it is not asked to be that sure.
    html = page(f"{UNRELATED}\n\n{SOURCE.split(chr(10) * 2)[1]}\n\n{OTHER}")
    assert decided(store, html).wanted
    monkeypatch.setattr(matching, "MAYBE", verdict.HELD_DOWN)
    assert decided(store, html) == Decision(False, "its rough text derives from none")
    target = matching.prepare(Capture(url="https://blog.example/1", body=html.encode(), status=200))
    made = matching.fingerprint_of(target.article, store.parameters)
    found = matching.find_matches(target, made, store, store.parameters)
    assert [match.verdict.relation for match in found] == ["independent"]


def test_a_short_article_among_teasers_is_told_by_its_paragraphs(store: Store) -> None:
    teasers = [
        f"<div>{name} told {place} on Friday that the {thing} would be {deed} before winter"
        " comes</div>"
        for name in ("Orla Vint", "Bram Sallow", "Ines Quay", "Tom Harle", "Una Birch")
        for place, thing in (("Mossley", "bridge"), ("Dunnet", "mill"), ("Carrow", "chapel"))
        for deed in ("sold", "painted", "opened")
    ]
    found = skim(page(REWORDED, "".join(teasers)))
    assert found is not None
    assert "Orla Vint" in found.running and "Orla Vint" not in found.paragraphs
    assert decided(store, page(REWORDED, "".join(teasers))).wanted


def test_lines_that_a_site_prints_everywhere_want_no_page(store: Store) -> None:
    passage = "\n\n".join(SOURCE.split("\n\n")[1:3])
    capture = Capture(
        url="https://blog.example/1",
        body=page(f"{UNRELATED}\n\n{passage}\n\n{OTHER}").encode(),
        path="crawl.warc.gz",
        status=200,
    )
    screen = Screen(store, store.parameters)
    assert matching.screened(capture, screen, store).wanted
    sentences = sentence_hashes(tokenize(passage))
    known = snapshot([(value, "blog.example", "learned") for value in sentences])
    assert not matching.screened(capture, screen, store, known).wanted


@pytest.mark.parametrize(
    ("extra", "head", "url"),
    [
        (
            "<a href='https://outlet.example/news/locks-fail-at-tarrow-basin?utm_source=x'>a</a>",
            "",
            "https://blog.example/1",
        ),
        (
            "",
            "<link rel=canonical href='https://outlet.example/news/another-page'>",
            "https://blog.example/1",
        ),
        ("", "", "https://blog.example/2025/locks-fail-at-tarrow-basin"),
        ("", "", "http://www.outlet.example/news/locks-fail-at-tarrow-basin"),
    ],
)
def test_a_page_that_points_at_an_original_is_wanted(
    store: Store, extra: str, head: str, url: str
) -> None:
    assert decided(store, page(UNRELATED, extra, head), url).wanted


@pytest.mark.parametrize(
    "html",
    [
        page("Too short to tell."),
        page(WALL),
        "",
        "%PDF-1.7 not a page",
        "<p>" * 50_000,
        "<rss><channel></channel></rss>",
    ],
)
def test_what_cannot_be_looked_at_goes_the_full_way(store: Store, html: str) -> None:
    assert decided(store, html).wanted


def test_blocks_end_a_piece_and_inline_elements_do_not() -> None:
    found = skim(
        "<body><div>Wrapped\n  over <b>l</b>ines<p>Next<br>line"
        "<table><tr><td>cell<td>other</table></div>"
        "<P title='</p> > x'>Last &lt;p&gt; one</P>"
    )
    assert found is not None
    assert found.pieces == ("Wrapped over lines", "Next", "line", "cell", "other", "Last <p> one")


def test_share_is_that_of_the_best_stretch() -> None:
    original = ["quorn", "vexil", "zither", "ombud"]
    near = ["other"] * 100 + original + ["other"] * 100
    far = [word for term in original for word in (term, *["other"] * 60)]
    assert Places(near).share(original, 0.1) == 1.0
    assert 0 < Places(far).share(original, 0.1) < 0.5
    assert Places(far).share(original, 1.01) == 0.0
    assert Places([]).share(original, 0.1) == Places(near).share([], 0.1) == 0.0


def test_the_sieve_changes_nothing_but_the_time(store: Store) -> None:
    pages = [SOURCE, EDITED, EXCERPT, REWORDED, UNRELATED, OTHER]
    before = [decided(store, page(text)) for text in pages]
    assert store.sift() and store.sieve is not None
    assert [decided(store, page(text)) for text in pages] == before
    (keys,) = store.conn.execute("SELECT group_concat(number) FROM fingerprints").fetchone()
    assert keys and not store.sift(most=-1)


def test_a_sieve_keeps_every_key_that_is_held(tmp_path: Path) -> None:
    held = np.arange(0, 1 << 47, (1 << 47) // 5000, dtype=np.uint64)
    low, high = held[::4], held[::2]
    sieve = Sieve({0: len(low), 3: len(high), WAITING: 0}, [(0, 20), (3, 400)])
    for place, keys in ((0, low), (3, high)):
        for part in np.array_split(keys, 7):
            sieve.add(place, (part, np.where(part % 2, HOT, 7).astype(np.uint32)))
    assert sieve.hot == set(high[high % 2 == 1].tolist())
    kept = sieve.kept(held.tolist())
    assert set(low.tolist()) <= set(kept[0]) and set(high.tolist()) <= set(kept[3])
    assert len(kept[0]) < len(held) * 0.4 and len(kept[3]) < len(held) * 0.6 and not kept[WAITING]
    assert sieve.kept([]) == {0: [], 3: [], WAITING: []}
    sieve.save(tmp_path)
    shared = Sieve.saved(tmp_path)
    assert (shared.hot, shared.levels) == (sieve.hot, sieve.levels)
    assert shared.kept(held.tolist()) == kept


# A scan


def crawl(folder: Path) -> Path:
    place = folder / "crawl" / "blog.example"
    place.mkdir(parents=True)
    texts = {"a": EDITED, "b": UNRELATED, "c": REWORDED, "d": UNRELATED + " Again.", "e": "Short."}
    for name, text in texts.items():
        (place / f"{name}.html").write_text(page(text), "utf-8")
    return folder / "crawl"


def rows(store: Store) -> dict[str, list[tuple[object, ...]]]:
    queries = {
        "articles": "SELECT id, url, role FROM articles ORDER BY id",
        "matches": "SELECT id, relation FROM matches ORDER BY id",
        "screened": "SELECT c.url, s.why FROM screened s JOIN captures c ON c.id = s.capture_id"
        " ORDER BY c.url",
        "failures": "SELECT input, error FROM failures ORDER BY input",
    }
    return {name: store.conn.execute(sql).fetchall() for name, sql in queries.items()}


@pytest.mark.parametrize("jobs", [0, 2])
def test_a_page_let_go_is_a_row_and_no_article(store: Store, tmp_path: Path, jobs: int) -> None:
    folder = crawl(tmp_path)
    tally = pipeline.scan(store, [str(folder)], GIVEN, jobs=jobs, screen=True)
    assert (tally.read, tally.screened, tally.matched, tally.failed) == (5, 2, 2, 1)
    found = rows(store)
    assert [str(url).rsplit("/", 1)[1] for url, _ in found["screened"]] == ["b.html", "d.html"]
    assert len(found["articles"]) == 3 and len(found["matches"]) == 2
    assert pipeline.scan(store, [str(folder)], GIVEN, screen=True).skipped_inputs
    assert store.sieve is None


def test_what_the_full_way_finds_is_found_with_the_screen(store: Store, tmp_path: Path) -> None:
    folder = crawl(tmp_path)
    pipeline.scan(store, [str(folder)], GIVEN, screen=True)
    quick = rows(store)
    # Another purpose: nothing is skipped, and what was let go is stored.
    tally = pipeline.scan(store, [str(folder)], GIVEN)
    full = rows(store)
    assert tally.screened == 0 and not tally.skipped_inputs
    assert full["matches"] == quick["matches"] and full["failures"] == quick["failures"]
    assert full["screened"] == [] and len(full["articles"]) == len(quick["articles"]) + 2
    # And what is stored is judged anew, screen or not.
    assert pipeline.scan(store, [str(folder)], GIVEN, screen=True).screened == 0


def test_after_add_what_could_now_match_is_looked_at_again(store: Store, tmp_path: Path) -> None:
    folder = crawl(tmp_path)
    pipeline.scan(store, [str(folder)], GIVEN, screen=True)
    new = tmp_path / "new.html"
    new.write_text(page(UNRELATED), "utf-8")
    pipeline.add(store, [str(new)], pipeline.Given(url="https://lindow.example/saffron"))
    tally = pipeline.scan(store, [str(folder)], GIVEN, screen=True)
    assert tally.screened == 0 and tally.matched == 4
    assert rows(store)["screened"] == []


def test_a_scan_that_was_stopped_goes_on_after_pages_let_go(store: Store, tmp_path: Path) -> None:
    folder = crawl(tmp_path)

    class Stop(Exception):
        pass

    def stop(tally: pipeline.Tally) -> None:
        if tally.read == 2:
            raise Stop

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("provenance.runs._BATCH", 1)
        with pytest.raises(Stop):
            pipeline.scan(store, [str(folder)], GIVEN, stop, screen=True)
    tally = pipeline.scan(store, [str(folder)], GIVEN, screen=True)
    assert tally.resumed >= 2 and tally.read + tally.resumed == 5
    found = rows(store)
    assert len(found["screened"]) == 2 and len(found["matches"]) == 2


def test_nothing_is_let_go_where_nothing_is_known(tmp_path: Path) -> None:
    with Store.open(tmp_path / "empty.db") as store:
        tally = pipeline.scan(store, [str(crawl(tmp_path))], GIVEN, screen=True)
    assert tally.screened == 0 and tally.stored == 4


def test_the_command_says_what_it_let_go(store: Store, tmp_path: Path) -> None:
    folder = crawl(tmp_path)
    store.close()
    ran = run("scan", folder, "--db", tmp_path / "p.db", "--screen", "--jobs", "0")
    assert ran.code == 3 and "2 let go at a quick look" in ran.err
    with sqlite3.connect(tmp_path / "p.db") as conn:
        (counted,) = conn.execute(
            "SELECT json_extract(counts, '$.screened') FROM runs ORDER BY id DESC LIMIT 1"
        ).fetchone()
    assert counted == 2
    ran = run("scan", folder, "--db", tmp_path / "p.db", "--jobs", "0")
    assert "let go" not in ran.err and "5 pages read" in ran.err


def test_a_crawl_that_is_compared_with_itself_is_read_in_full(store: Store, tmp_path: Path) -> None:
    folder = crawl(tmp_path)
    store.close()
    ran = run("scan", folder, "--db", tmp_path / "p.db", "--screen", "--within")
    assert ran.code == 2 and "leave --screen out" in ran.err


def test_options_of_another_engine_are_not_passed_over(tmp_path: Path) -> None:
    ran = run("scan", tmp_path, "--db", tmp_path / "p.db", "--manifest", tmp_path / "none.txt")
    assert ran.code == 2 and "go with --engine spark" in ran.err
