"""What datasette shows of a database of ours, through its own in-process client."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import EDITED, run
from conftest import page as markup
from store_samples import TRACES, article, fingerprint, match

from provenance import datasette_plugin, store
from provenance.datasette_plugin import serve
from provenance.errors import UsageError
from provenance.models import Scores
from provenance.store import Store
from provenance.upkeep import make_clusters

datasette_app = pytest.importorskip("datasette.app")

HOSTILE = '<script>alert("x")</script>'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database with a hostile title, a hostile address and one repost."""
    with Store.open(tmp_path / "p.db") as opened:
        source = article("alpha", title=HOSTILE)
        target = article("beta", url='https://beta.example/?a="><b>&x=1')
        script = article("gamma", url="javascript:alert(1)", canonical_url="javascript:alert(1)")
        run = opened.begin_run("scan", {})
        opened.add_article(source, "original", fingerprint(source), ())
        opened.add_article(target, "crawled", None, TRACES)
        opened.add_article(script, "crawled", None, ())
        opened.add_match(match(source, target), run)
        opened.add_match(match(source, script, is_repost=False, probability=0.5), run)
    return tmp_path / "p.db"


NEXT = not serve.installed_version().startswith("0.")


def ask(
    *paths: Path, url: str, immutable: bool = True, status: int = 200, public: bool = False
) -> Any:
    """The response to one request."""
    (response,) = ask_all(*paths, urls=[url], immutable=immutable, public=public)
    assert response.status_code == status, response.text
    return response


def ask_all(
    *paths: Path, urls: list[str], immutable: bool = True, public: bool = False
) -> list[Any]:
    """The responses of one server, for it takes a while to start."""

    async def go() -> list[Any]:
        names = [str(path) for path in paths]
        given: dict[str, Any] = {"immutables": names} if immutable else {"files": names}
        told = serve.settings_of(paths[0], public=public)
        given["config" if NEXT else "metadata"] = told
        settings = {**TYPED_SETTINGS, "default_allow_sql": not public}
        served = datasette_app.Datasette(settings=settings, **given)
        await served.invoke_startup()
        return [await served.client.get(url, follow_redirects=True) for url in urls]

    return asyncio.run(go())


TYPED_SETTINGS: dict[str, Any] = {
    name: {"on": True, "off": False}.get(value, value if not value.isdigit() else int(value))
    for name, value in serve.SETTINGS.items()
}


def test_what_the_plugin_repeats_is_what_the_package_says() -> None:
    documented = {field.name: field.metadata["doc"] for field in dataclasses.fields(Scores)}
    assert documented == datasette_plugin.SCORES
    assert datasette_plugin.APPLICATION_ID == store.APPLICATION_ID


def test_the_words_name_tables_and_columns_that_exist(path: Path) -> None:
    with Store.open(path) as opened:
        names = {n for n in opened.db.table_names() if not n.startswith("articles_fts")}
        assert set(datasette_plugin.TABLES) == names | set(opened.db.view_names())
        for name, columns in datasette_plugin.COLUMNS.items():
            there = [column.name for column in opened.db[name].columns]
            assert set(columns) <= set(there), name
            if datasette_plugin.TABLES[name].get("view"):
                assert set(columns) == set(there), name
        for name, table in datasette_plugin.TABLES.items():
            there = [column.name for column in opened.db[name].columns]
            asked = [*table.get("facets", ()), table.get("sort_desc"), table.get("label_column")]
            assert {column for column in asked if column} <= set(there), name
        for query in datasette_plugin.QUERIES.values():
            opened.conn.execute(query["sql"], dict.fromkeys(query.get("params", ()), "x"))


@pytest.mark.parametrize("immutable", [True, False])
def test_the_database_page_has_its_titles_and_queries(path: Path, immutable: bool) -> None:
    page = ask(path, url="/p", immutable=immutable).text
    assert "Where these pages came from" in page
    assert "It accuses nobody" in page
    for name in ("reposts_by_outlet", "unattributed_copies", "copies_of_one_article"):
        assert f"/p/{name}" in page
    assert "needs_review" in page
    assert f"{path}" not in page


@pytest.mark.parametrize("name", sorted(datasette_plugin.TABLES))
def test_every_table_and_view_opens(path: Path, name: str) -> None:
    page = ask(path, url=f"/p/{name}").text
    title = datasette_plugin.TABLES[name].get("title")
    assert title is None or f"<h1>{title}" in page
    assert "<script>alert" not in page
    assert 'href="javascript:' not in page


def test_a_view_is_read_with_links(path: Path) -> None:
    page = ask(path, url="/p/reposts").text
    assert "Reposts" in page and datasette_plugin.SCORES["novel"] in page.replace("&#39;", "'")
    assert "&lt;script&gt;alert(&#34;x&#34;)&lt;/script&gt;" in page
    assert 'rel="noreferrer noopener nofollow"' in page
    assert '"><b>' not in page
    assert 'href="/p/matches/' in page
    assert ask(path, url="/p/reposts?_sort=novel&_facet=relation").status_code == 200


def test_a_table_shows_labels_of_what_it_refers_to(path: Path) -> None:
    page = ask(path, url="/p/matches").text
    assert "&lt;script&gt;alert(" in page  # the source's title, by its foreign key
    assert ">Bridge opened in beta</a>" in page
    traces = ask(path, url="/p/traces").text
    assert ">Bridge opened in beta</a>" in traces


def test_the_row_of_a_match_names_its_articles(path: Path) -> None:
    with Store.open(path) as opened:
        (name,) = opened.conn.execute("SELECT id FROM matches WHERE is_repost = 1").fetchone()
    page = ask(path, url=f"/p/matches/{name}").text
    assert ">Bridge opened in beta</a>" in page
    assert "&lt;script&gt;alert(" in page and "<script>alert" not in page
    assert 'href="/p/articles/' in page


def test_clusters_are_shown_by_title(path: Path) -> None:
    with Store.open(path) as opened:
        (source,) = opened.originals()
        make_clusters(opened)
        assert opened.conn.execute("SELECT count(*) FROM clusters").fetchone() == (1,)
    page = ask(path, url="/p/clusters").text
    assert "<h1>Clusters" in page and "&lt;script&gt;alert(" in page
    page = ask(path, url=f"/p/cluster_members?cluster_id={source['id']}").text
    assert ">Bridge opened in beta</a>" in page


def test_articles_are_searched(path: Path) -> None:
    def rows(words: str) -> int:
        return len(ask(path, url=f"/p/articles.json?_search={words}&_shape=array").json())

    assert rows("mayor+beta") == 1
    assert rows("mayor") == 3
    assert rows("nothing") == 0
    assert rows("%22unbalanced") == 0
    assert 'type="search"' in ask(path, url="/p/articles").text


@pytest.mark.parametrize("name", sorted(datasette_plugin.QUERIES))
def test_stored_queries_run(path: Path, name: str) -> None:
    page = ask(path, url=f"/p/{name}?outlet=&article=").text
    assert datasette_plugin.QUERIES[name]["title"] in page
    assert "<script>alert" not in page


def test_stored_queries_answer(path: Path) -> None:
    with Store.open(path) as opened:
        (source,) = [row["id"] for row in opened.originals()]
    for name, expected in (
        ("reposts_by_outlet.json?_shape=array&outlet=", 1),
        ("reposts_by_outlet.json?_shape=array&outlet=beta.example", 1),
        ("reposts_by_outlet.json?_shape=array&outlet=none.example", 0),
        ("unattributed_copies.json?_shape=array", 1),
        (f"copies_of_one_article.json?_shape=array&article={source}", 2),
        ("copies_of_one_article.json?_shape=array&article=%27%20or%201=1", 0),
    ):
        assert len(ask(path, url=f"/p/{name}").json()) == expected, name


def test_the_database_is_not_handed_out(path: Path) -> None:
    ask(path, url="/p.db", status=403)


def test_no_value_may_fill_the_memory(path: Path) -> None:
    response = ask(path, url="/p.json?sql=select+length(zeroblob(900000000))", status=400)
    assert "too big" in response.text


def test_no_function_of_ours_runs_in_sql(path: Path) -> None:
    """datasette's time limit stops SQL, not Python: so there is no Python in SQL."""
    asked = "SELECT name, narg FROM pragma_function_list ORDER BY 1, 2"
    served = datasette_app.Datasette(immutables=[str(path)])
    with contextlib.closing(sqlite3.connect(path)) as conn:
        before = conn.execute(asked).fetchall()
        datasette_plugin.prepare_connection(conn, "p", served)
        assert conn.execute(asked).fetchall() == before


def test_our_style_is_on_our_pages_only(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    with contextlib.closing(sqlite3.connect(other)) as conn:
        conn.execute("CREATE TABLE matches (id TEXT)")
    assert "/-/provenance.css" in ask(path, url="/p/reposts").text
    assert "/-/provenance.css" not in ask(path, other, url="/other/matches").text
    sheet = ask(path, url="/-/provenance.css")
    assert sheet.headers["content-type"].startswith("text/css") and "columns" in sheet.text


def test_other_databases_are_left_alone(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    conn = sqlite3.connect(other)
    conn.execute("CREATE TABLE matches (id TEXT, url TEXT)")
    conn.execute("INSERT INTO matches VALUES ('a', 'https://a.example/')")
    conn.commit()
    conn.close()
    page = ask(path, other, url="/other/matches").text
    assert "noreferrer" not in page and "Matches" not in page
    assert "reposts_by_outlet" not in ask(path, other, url="/other").text
    assert ask(path, other, url="/").status_code == 200
    assert ask(path, url="/_memory", status=404)


def test_long_and_odd_addresses(path: Path) -> None:
    long = "https://a.example/" + "x" * 500
    page = ask(path, url=f"/p?sql=select+'{long}'+as+url,'https://a b'+as+b,'http://'+as+c").text
    assert f'href="{long}"' in page and f">{long}<" not in page
    assert 'href="https://a b"' not in page


# -- pages of our own ------------------------------------------------------------------------


def matched(path: Path) -> str:
    with Store.open(path) as opened:
        (name,) = opened.conn.execute("SELECT id FROM matches WHERE is_repost = 1").fetchone()
    return str(name)


def test_the_page_of_a_match(path: Path) -> None:
    name = matched(path)
    response = ask(path, url=f"/-/provenance/p/{name}")
    assert response.headers["content-security-policy"].startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in response.headers["content-security-policy"]
    page = response.text
    assert "<script" not in page and "&lt;script&gt;" in page
    assert "The mayor of beta" in page and f'href="/p/matches/{name}"' in page
    for lists in (f"/p/matches/{name}", "/p/reposts", "/p/matches", "/p/unattributed_copies"):
        assert f'href="/-/provenance/p/{name}"' in ask(path, url=lists).text


def test_the_overview(path: Path) -> None:
    page = ask(path, url="/-/provenance").text  # the only one: no list
    assert "<svg" in page and f'href="/-/provenance/p/{matched(path)}"' in page
    assert "<script" not in page
    assert "/-/provenance/p" in ask(path, url="/p").text


def test_the_page_of_a_match_by_the_start_of_its_id(path: Path) -> None:
    name = matched(path)
    response = ask(path, url=f"/-/provenance/p/{name[:8]}")
    assert response.url.path == f"/-/provenance/p/{name}"
    with contextlib.closing(sqlite3.connect(path)) as conn:
        # Another match that begins so.
        conn.execute("PRAGMA foreign_keys = OFF")
        columns = ", ".join(row[1] for row in conn.execute("PRAGMA table_info(matches)"))
        other = columns.replace("id,", f"'{name[:8]}ffffffffffff',", 1).replace("order", '"order"')
        ids = "source_id, target_id"
        conn.execute(
            f"INSERT INTO matches SELECT {other.replace(ids, 'target_id, source_id')} FROM matches"
            " WHERE id = ?",
            (name,),
        )
        conn.commit()
    assert "begin so" in ask(path, url=f"/-/provenance/p/{name[:8]}", status=404).text
    assert ask(path, url=f"/-/provenance/p/{name}").status_code == 200


@pytest.mark.parametrize(
    "url",
    [
        "/-/provenance/p/zz",
        "/-/provenance/p/" + "0" * 20,
        "/-/provenance/none",
        "/-/provenance/none/" + "0" * 20,
        "/-/provenance/p/%27%20or%201=1",
        "/-/provenance/_internal",
    ],
)
def test_pages_that_are_not_there(path: Path, url: str) -> None:
    assert "<script" not in ask(path, url=url, status=404).text


def test_a_database_of_others_has_no_pages(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    conn = sqlite3.connect(other)
    conn.execute("CREATE TABLE matches (id TEXT PRIMARY KEY)")
    conn.execute("INSERT INTO matches VALUES ('00000000')")
    conn.close()
    ask(path, other, url="/-/provenance/other/00000000", status=404)
    assert "/-/provenance/other" not in ask(path, other, url="/other").text


def test_public_shows_no_text(path: Path) -> None:
    name = matched(path)
    for url in (
        "/p/texts.json",
        "/p/-/query?sql=select+text+from+texts" if NEXT else "/p?sql=select+text+from+texts",
        "/p.db",
    ):
        ask(path, url=url, status=403, public=True)
    page = ask(path, url=f"/-/provenance/p/{name}", public=True).text
    assert "They are not shown here" in page and "The mayor of beta" not in page
    assert ask(path, url="/p/first_seen.json?_shape=array", public=True).json()
    assert ask(path, url="/p/articles?_search=mayor", public=True).status_code == 200


def test_public_shows_what_was_found_and_nothing_of_the_computer(
    small: Path, tmp_path: Path
) -> None:
    """Every table there is: open to everyone by name, or to nobody; no path and no seed."""
    (tmp_path / "crawl").mkdir()
    (tmp_path / "crawl" / "copy.html").write_text(markup(EDITED), "utf-8")
    (tmp_path / "crawl" / "empty.html").write_text("<p>", "utf-8")
    assert run("scan", tmp_path / "crawl", "--db", small).code == 3
    with contextlib.closing(sqlite3.connect(small)) as conn:
        tables = {
            row[0]
            for row in conn.execute("SELECT name FROM sqlite_master WHERE type IN ('table','view')")
        }
        (made,) = conn.execute("SELECT value FROM meta WHERE key = 'parameters'").fetchone()
        (match_id,) = conn.execute("SELECT id FROM matches").fetchone()
        (article_id,) = conn.execute("SELECT target_id FROM matches").fetchone()
    assert tables >= serve.FOR_ALL
    seed = str(json.loads(made)["seed"])
    shown = ["/", "/small", "/small.json", "/-/provenance/small"]
    shown += [] if NEXT else ["/-/metadata.json"]
    shown += [f"/-/provenance/small/{match_id}", f"/small/matches/{match_id}"]
    shown += [f"/small/articles/{article_id}.json"]
    for name in sorted(tables):
        if name in serve.FOR_ALL:
            shown += [f"/small/{name}", f"/small/{name}.json?_extra=expandable_columns"]
    hidden = [f"/small/{name}.json" for name in sorted(tables - serve.FOR_ALL)]
    answers = zip([*shown, *hidden], ask_all(small, urls=shown + hidden, public=True), strict=True)
    for url, response in answers:
        assert response.status_code == (403 if url in hidden else 200), url
        assert str(tmp_path) not in response.text and seed not in response.text, url
    # To oneself they are shown.
    assert seed in ask(small, url="/small/runs.json").text
    assert str(tmp_path) in ask(small, url="/small/inputs.json").text


def test_decisions_are_a_column_a_facet_and_a_list(path: Path) -> None:
    name = matched(path)
    before = ask(path, url="/p/needs_review.json?_shape=array").json()
    with Store.open(path) as opened:
        opened.decide(name, "confirmed", note=HOSTILE, reviewer="Ada")
        for row in before:
            opened.decide(row["match_id"], "rejected")
    table = ask(path, url="/p/matches.json?_facet=decision&_extra=facet_results").json()
    facets = table["facet_results"].get("results", table["facet_results"])["decision"]["results"]
    assert {facet["value"] for facet in facets} == {"confirmed", "rejected"}
    assert ask(path, url="/p/needs_review.json?_shape=array").json() == []
    assert len(ask(path, url="/p/decided_so.json?_shape=array&decision=confirmed").json()) == 1
    assert len(ask(path, url="/p/decided_so.json?_shape=array&decision=").json()) == 2
    page = ask(path, url=f"/-/provenance/p/{name}").text
    assert "<strong>confirmed</strong>" in page and "Ada" in page
    assert "<script" not in page and "&lt;script&gt;" in page
    assert "<script>alert" not in ask(path, url="/p/reviews").text
    public = ask(path, url=f"/-/provenance/p/{name}", public=True).text
    assert "<strong>confirmed</strong>" in public and "Ada" not in public


def test_a_page_asks_for_permission_itself(path: Path) -> None:
    async def go(table: str, url: str) -> int:
        told = serve.settings_of(path, public=False)
        told["databases"]["p"]["tables"].setdefault(table, {})["allow"] = {"id": "root"}
        given: dict[str, Any] = {"config" if NEXT else "metadata": told}
        served = datasette_app.Datasette(immutables=[str(path)], **given)
        await served.invoke_startup()
        return int((await served.client.get(url)).status_code)

    name = matched(path)
    assert asyncio.run(go("traces", f"/-/provenance/p/{name}")) == 403
    assert asyncio.run(go("reposts", "/-/provenance/p")) == 403
    assert asyncio.run(go("inputs", "/-/provenance/p")) == 200


# -- starting it -----------------------------------------------------------------------------


def test_the_command_starts_datasette(tmp_path: Path) -> None:
    told = tmp_path / "told.json"
    words = serve.command(
        Path("-x.db"), told, host="127.0.0.1", port=8001, open_browser=True, version="0.65.5"
    )
    assert words[:5] == [sys.executable, "-P", "-m", "datasette", "serve"]
    assert words[5:7] == ["--immutable", "./-x.db"]
    assert words[words.index("--host") + 1] == "127.0.0.1"
    assert words[words.index("--port") + 1] == "8001"
    assert words[-1] == "--open"
    assert "allow_download" in words
    assert words[words.index("--metadata") + 1] == str(told)
    quiet = serve.command(tmp_path, told, host="::1", port=1, open_browser=False, version="0.66a0")
    assert "--open" not in quiet
    later = serve.command(
        tmp_path, told, host="h", port=1, open_browser=False, version="1.0a41", public=True
    )
    assert later[later.index("--config") + 1] == str(told) and "--metadata" not in later
    assert later[later.index("default_allow_sql") + 1] == "off"


def test_datasette_takes_the_command(path: Path) -> None:
    told = path.with_name("told.json")
    told.write_text(json.dumps(serve.settings_of(path, public=False)), encoding="utf-8")
    words = serve.command(
        path,
        told,
        host="127.0.0.1",
        port=8001,
        open_browser=False,
        version=serve.installed_version(),
    )

    def got(url: str) -> str:
        done = subprocess.run(
            [*words, "--get", url], capture_output=True, text=True, check=False, cwd=path.parent
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert '"reposts_by_outlet"' in got("/p.json")
    # What is served, and not where it lies.
    listed = got("/-/databases.json")
    assert "p.db" in listed and str(path.parent) not in listed


def test_datasette_is_missing_or_too_old(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="too old"):
        serve.command(
            Path("p.db"), Path("t"), host="h", port=1, open_browser=False, version="0.64.8"
        )

    def missing(_: str) -> str:
        raise serve.metadata.PackageNotFoundError

    monkeypatch.setattr(serve.metadata, "version", missing)
    with pytest.raises(UsageError, match=r"pip install") as caught:
        serve.installed_version()
    assert caught.value.hint


def test_the_plugin_imports_little() -> None:
    asked = (
        "import sys; sys.modules['pluggy'] = None; sys.modules['markupsafe'] = None\n"
        "import provenance.datasette_plugin.serve\n"
        "heavy = {'sqlite_utils', 'numpy', 'lxml', 'requests', 'datasette'} & set(sys.modules)\n"
        "sys.exit(repr(heavy) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
