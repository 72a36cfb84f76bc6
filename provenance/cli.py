"""The command line: parse, call the pipeline, hand the result to the report.

stdout is data, stderr is everything else. Exit codes: 0 ran; 1 a repost was found and
``--exit-code`` was given; 2 nothing could be read or run; 3 ran, but some inputs were damaged or
unreadable; 130 interrupted. Heavy modules are imported by the verb that needs them.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn

import click
from click_default_group import DefaultGroup

from provenance import __version__
from provenance.errors import ProvenanceError, ReadError

if TYPE_CHECKING:
    from provenance.pipeline import Checked, Given, Tally
    from provenance.store import Store

REPOST, UNREADABLE, PARTLY, INTERRUPTED = 1, 2, 3, 130

db_option = click.option(
    "--db",
    type=click.Path(dir_okay=False, path_type=Path),
    default="provenance.db",
    envvar="PROVENANCE_DB",
    show_default=True,
    show_envvar=True,
    help="The database.",
)
private_option = click.option(
    "--allow-private", is_flag=True, help="Also fetch from private addresses (your own servers)."
)
exit_option = click.option("--exit-code", is_flag=True, help="Exit 1 when a repost was found.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def page_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What a saved page can't say of itself."""
    for option in (
        click.option("--site", help="Registered domain of the publisher, if the URL doesn't say."),
        click.option("--published", help="When the page was published (ISO 8601)."),
        click.option("--url", help="The URL that a saved page or text came from."),
    ):
        command = option(command)
    return command


def _given(
    url: str | None = None,
    published: str | None = None,
    site: str | None = None,
    allow_private: bool = False,
) -> Given:
    from provenance.pipeline import Given

    return Given(url=url, published=published, site=site, allow_private=allow_private)


def _open(db: Path, *, create: bool = True) -> Store:
    from provenance.store import Store

    return Store.open(db, create=create)


def _say(text: str) -> None:
    click.echo(text, err=True)


def _json_out(value: Any, *, indent: int | None = 2) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=indent))


class _Progress:
    """A line on stderr that counts, on a terminal only, a few times a second."""

    def __init__(self, verb: str) -> None:
        self.verb = verb
        self.live = sys.stderr.isatty()
        self.last = 0.0
        self.began = time.monotonic()

    def __call__(self, tally: Tally) -> None:
        now = time.monotonic()
        if not self.live or now - self.last < 0.2:
            return
        self.last = now
        rate = tally.read / max(now - self.began, 0.001)
        click.echo(
            f"\r\033[K{self.verb}: {tally.read} pages, {tally.matched} matched, "
            f"{len(tally.failures)} failed, {rate:.0f} pages/s",
            nl=False,
            err=True,
        )

    def done(self) -> None:
        if self.live:
            click.echo("\r\033[K", nl=False, err=True)


@click.group(
    cls=DefaultGroup,
    default="check",
    default_if_no_args=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="provenance")
def cli() -> None:
    """Tells which known original a news page came from, how it was changed, who was first, and
    on what evidence.

    \b
    provenance add originals/          register what you know
    provenance check https://…         check one page (the verb may be left out)
    provenance scan crawl/             check a whole crawl
    provenance matches                 what was found
    """


@cli.command()
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@db_option
@page_options
@private_option
def add(
    inputs: tuple[str, ...],
    db: Path,
    url: str | None,
    published: str | None,
    site: str | None,
    allow_private: bool,
) -> None:
    """Register known originals: URLs, files, folders, or - for standard input.

    \b
    provenance add corpus/originals
    provenance add https://outlet.example/news/1 saved.html
    provenance add articles.jsonl
    """
    from provenance import pipeline

    progress = _Progress("add")
    with _open(db) as store:
        tally = pipeline.add(store, inputs, _given(url, published, site, allow_private), progress)
        progress.done()
        total = store.size()
    _failures(tally)
    _say(
        f"{tally.stored} originals added, {tally.known} known already; "
        f"{total} in {db}" + _troubles(tally)
    )
    _exit_for(tally, nothing=not (tally.stored or tally.known or tally.skipped_inputs))


@cli.command()
@click.argument("source", metavar="INPUT")
@db_option
@page_options
@private_option
@exit_option
@json_option
def check(
    source: str,
    db: Path,
    url: str | None,
    published: str | None,
    site: str | None,
    allow_private: bool,
    exit_code: bool,
    as_json: bool,
) -> None:
    """Hold one page against the originals: a URL, a file, or - for standard input.

    \b
    provenance check https://blog.example/post
    provenance check page.html --url https://blog.example/post
    curl -s https://blog.example/post | provenance check - --json
    """
    from provenance import pipeline

    try:
        with _open(db) as store:
            found = pipeline.check(store, source, _given(url, published, site, allow_private))
            parameters = _parameters(store)
    except ProvenanceError as error:
        if as_json:
            _json_out({"status": "unreadable", "error": error.code, "message": str(error), "matches": []})
        raise
    if as_json:
        _json_out(_checked_row(found, parameters))
    else:
        click.echo(_checked_text(found, source, db))
    if found.error:
        _fail(found.error)
    if exit_code and any(match.verdict.is_repost for match in found.matches):
        sys.exit(REPOST)


@cli.command()
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@db_option
@private_option
@exit_option
@json_option
def scan(
    inputs: tuple[str, ...], db: Path, allow_private: bool, exit_code: bool, as_json: bool
) -> None:
    """Hold a crawl against the originals: HTML folders, JSONL files, single pages.

    An input that was read to its end before, and against which nothing new could match, is
    skipped. What could not be read becomes rows of `failures`.

    \b
    provenance scan crawl/ articles.jsonl.gz
    """
    from provenance import pipeline
    from provenance.report.rows import match_row
    from provenance.report.text import match_line

    progress = _Progress("scan")
    began = time.monotonic()
    with _open(db) as store:
        if not store.size():
            _say(f"No originals in {db} yet, so nothing can match. Register some: provenance add INPUT…")
        try:
            tally = pipeline.scan(store, inputs, _given(allow_private=allow_private), progress)
        except KeyboardInterrupt:
            progress.done()
            _say("Stopped. What was read is kept; run the same command again to go on.")
            sys.exit(INTERRUPTED)
        progress.done()
        parameters = _parameters(store)
    matches = sorted(tally.matches, key=lambda m: (not m.verdict.is_repost, -m.verdict.probability))
    rows = [match_row(match, parameters) for match in matches]
    if as_json:
        _json_out({"counts": tally.counts(), "matches": rows})
    else:
        for row in rows:
            click.echo(match_line(row, click.style))
    _failures(tally)
    for path in tally.skipped_inputs:
        _say(f"{path}: read before, nothing has changed; skipped")
    quiet = tally.stored - tally.matched
    _say(
        f"{tally.read} pages read in {time.monotonic() - began:.1f} s: {tally.reposts} reposts, "
        f"{tally.matched - tally.reposts} other matches, {quiet} without a match"
        + (f" (of these {tally.gated} walls, {tally.too_short} too short)" if quiet else "")
        + _troubles(tally)
    )
    _exit_for(tally, nothing=not (tally.stored or tally.skipped_inputs))
    if exit_code and tally.reposts:
        sys.exit(REPOST)


@cli.command()
@click.argument("target", required=False)
@click.argument("source", required=False)
@click.option("--pairs", type=click.File("rb"), help='JSONL rows {"id", "suspect", "source"}.')
@private_option
@json_option
def compare(
    target: str | None,
    source: str | None,
    pairs: BinaryIO | None,
    allow_private: bool,
    as_json: bool,
) -> None:
    """Compare TARGET (the suspect) with SOURCE, without a database.

    With --pairs: one JSON row out for each row in, in the same order, as they come.

    \b
    provenance compare repost.html original.html
    provenance compare --pairs pairs.jsonl > verdicts.jsonl
    """
    from provenance import pipeline
    from provenance.report import text
    from provenance.report.rows import match_row

    if pairs is not None:
        if target or source:
            raise click.UsageError("give two inputs or --pairs, not both")
        _compare_pairs(pairs)
        return
    if not (target and source):
        raise click.UsageError("give a TARGET and a SOURCE, or --pairs FILE.jsonl")
    match = pipeline.compare_two(target, source, _given(allow_private=allow_private))
    row = match_row(match, _plain_parameters())
    if as_json:
        _json_out(row)
    else:
        click.echo(
            text.match_text(row, texts=(match.target.text, match.source.text), style=click.style)
        )


def _plain_parameters() -> dict[str, Any]:
    """What a comparison without a database was made with."""
    from provenance.background import documents
    from provenance.verdict import model

    return {
        "provenance": __version__,
        "model": model()["version"],
        "threshold": model()["thresholds"]["repost"],
        "background_documents": documents(),
    }


def _parameters(store: Store) -> dict[str, Any]:
    return {**_plain_parameters(), **store.parameters.asdict()}


def _compare_pairs(lines: Iterable[bytes]) -> None:
    from provenance import pipeline
    from provenance.report.rows import pair_row

    parameters = _plain_parameters()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        name: Any = None
        try:
            row = json.loads(line)
            if not isinstance(row, dict):
                raise ValueError("the row is no JSON object")
            name = row.get("id")
            suspect, source = row.get("suspect"), row.get("source")
            if not isinstance(suspect, str) or not isinstance(source, str):
                raise ValueError('the row needs the texts "suspect" and "source"')
            comparison, verdict = pipeline.compare_pair(suspect, source)
            _json_out(pair_row(name, comparison, verdict, parameters), indent=None)
        except (ValueError, RecursionError) as error:
            _json_out({"id": name, "line": number, "error": str(error)}, indent=None)


@cli.command()
@db_option
@click.option("--relation", help="Only this relation (verbatim, edited, rewrite, …).")
@click.option("--reposts", is_flag=True, help="Only reposts.")
@click.option("--site", help="Only matches in which this site is on either side.")
@click.option("--min-probability", type=click.FloatRange(0, 1), help="Only from this on.")
@click.option("--since", help="Only what was found since this time (ISO 8601).")
@click.option("-q", "--query", help="Only where either text has these words.")
@click.option("--limit", type=click.IntRange(1), help="At most so many.")
@click.option("-t", "--table", "form", flag_value="table", help="As a table.")
@click.option("--json", "form", flag_value="json", help="As one JSON list.")
@click.option("--nl", "form", flag_value="nl", help="As JSON, one match a line.")
@click.option("--csv", "form", flag_value="csv", help="As CSV, formulas neutralised.")
def matches(db: Path, reposts: bool, form: str | None, **filters: Any) -> None:
    """List what was found, best first.

    \b
    provenance matches --reposts -t
    provenance matches --site outlet.example --csv > matches.csv
    """
    with _open(db, create=False) as store:
        _print_matches(store.matches(repost=True if reposts else None, **filters), form)


def _print_matches(rows: Iterator[dict[str, Any]], form: str | None) -> None:
    from provenance.report import text
    from provenance.report.lists import csv_lines

    if form == "json":
        _json_out(list(rows))
    elif form == "nl":
        for row in rows:
            _json_out(row, indent=None)
    elif form == "csv":
        listed = list(rows)
        for line in csv_lines(listed, list(listed[0]) if listed else ["id"]):
            click.echo(line, nl=False)
    elif form == "table":
        header = ["id", "relation", "prob", "direction", "credit", "page", "source"]
        cells = [
            [
                row["id"][:8],
                row["relation"],
                f"{row['probability']:.2f}",
                row["direction"],
                row["attribution"],
                row["target_url"],
                row["source_url"],
            ]
            for row in rows
        ]
        click.echo(text.table(cells, header, [8, 13, 4, 12, 12, 60, 60]))
    else:
        count = 0
        for count, row in enumerate(rows, 1):
            click.echo(text.match_line(row, click.style))
        if not count:
            _say("No matches.")


@cli.command()
@click.argument("match_id", metavar="ID")
@db_option
@json_option
def show(match_id: str, db: Path, as_json: bool) -> None:
    """Show one match with all its evidence. The start of an id is enough.

    \b
    provenance show 3f2a9c01
    """
    from provenance.report.text import match_text

    with _open(db, create=False) as store:
        row = store.match(match_id)
        parameters = _parameters(store)
    if row is None:
        raise ReadError(
            "no match has this id",
            subject=match_id,
            hint="List them: provenance matches",
            code="missing",
        )
    row["parameters"] = parameters
    if as_json:
        _json_out(row)
    else:
        texts = (row["target"]["text"], row["source"]["text"])
        click.echo(match_text(row, texts=texts, style=click.style, passages=40))


@cli.command()
@db_option
@click.option("-q", "--query", help="Only originals with these words.")
@click.option("--limit", type=click.IntRange(1), help="At most so many.")
@click.option("--remove", metavar="ID|URL", help="Remove an original and its matches.")
@json_option
def originals(
    db: Path, query: str | None, limit: int | None, remove: str | None, as_json: bool
) -> None:
    """List the registered originals, or remove one.

    \b
    provenance originals -q "harbour bridge"
    provenance originals --remove https://outlet.example/news/1
    """
    from provenance.report import text

    with _open(db, create=False) as store:
        if remove:
            found = store.find_articles(remove, "original")
            if len(found) != 1:
                raise ReadError(
                    "no original has this id or URL" if not found else "several originals match",
                    subject=remove,
                    hint="List them: provenance originals",
                    code="missing" if not found else "ambiguous",
                )
            with store.transaction():
                store.remove_original(found[0].id)
            _say(f"Removed {found[0].url or found[0].id} and its matches.")
            return
        rows = store.originals(limit=limit, query=query)
    if as_json:
        _json_out(rows)
        return
    cells = [
        [row["id"][:8], text.moment(row["published"]), row["matches"], row["site"], row["title"]]
        for row in rows
    ]
    click.echo(text.table(cells, ["id", "published", "reused", "site", "title"], [8, 20, 6, 28, 60]))


@cli.command()
@db_option
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8001, show_default=True, type=click.IntRange(0, 65535))
@click.option("--open", "open_browser", is_flag=True, help="Open a browser.")
def serve(db: Path, host: str, port: int, open_browser: bool) -> NoReturn:
    """Browse the database with datasette, with our titles, links and stored queries.

    \b
    pip install 'article-provenance[serve]'
    provenance serve --db provenance.db
    """
    import subprocess

    from provenance.datasette_plugin import serve as plugin

    version = plugin.installed_version()
    _open(db, create=False).close()  # says what is wrong with it, and empties the WAL
    command = plugin.command(db, host=host, port=port, open_browser=open_browser, version=version)
    try:
        sys.exit(subprocess.run(command, check=False).returncode)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


@cli.command()
@click.option(
    "--db",
    type=click.Path(dir_okay=False, path_type=Path),
    default="demo.db",
    show_default=True,
    help="Where the result goes.",
)
def demo(db: Path) -> None:
    """Register the shipped corpus, scan its crawl, check the founding case. No network.

    \b
    provenance demo
    """
    from provenance import pipeline
    from provenance.report.rows import match_row
    from provenance.report.text import match_line, match_text

    corpus = pipeline.demo_corpus()
    given = _given()
    progress = _Progress("demo")
    with _open(db) as store:
        added = pipeline.add(store, [str(corpus / "originals")], given, progress)
        scanned = pipeline.scan(store, [str(corpus / "crawl")], given, progress)
        progress.done()
        click.echo(click.style("Originals", bold=True) + f"  {store.size()} registered\n")
        for row in store.matches():
            click.echo(match_line(row, click.style))
        counts = store.counts()
        quiet = counts["crawled"] - scanned.matched if not scanned.skipped_inputs else None
        founding = next((corpus / "crawl" / "worldupdatehub.example").rglob("*.html"))
        checked = pipeline.check(store, str(founding), given)
        parameters = _parameters(store)
    click.echo(
        f"\n{counts['reposts']} reposts and {counts['matches'] - counts['reposts']} other matches"
        + (f"; {quiet} pages without a match" if quiet is not None else "")
        + (f", {len(scanned.failures)} unreadable" if scanned.failures else "")
        + f" ({added.stored + added.known} originals)."
    )
    click.echo(click.style("\nThe founding case, a repost in other words:", bold=True))
    for match in checked.matches[:1]:
        click.echo(
            match_text(
                match_row(match, parameters),
                texts=(match.target.text, match.source.text),
                style=click.style,
                passages=3,
            )
        )
    first = checked.matches[0].id[:8] if checked.matches else "ID"
    click.echo(
        f"""
Try next:
  provenance show {first} --db {db}
  provenance matches --reposts -t --db {db}
  datasette {db}          (or: provenance serve --db {db})"""
    )


# --- what the verbs share ----------------------------------------------------------------------


def _checked_row(found: Checked, parameters: dict[str, Any]) -> dict[str, Any]:
    import dataclasses

    from provenance.report.rows import article_row, match_row

    row: dict[str, Any] = {"status": found.status}
    if found.error:
        row.update(error=found.error.code, message=str(found.error))
    row["target"] = article_row(found.target) if found.target else None
    row["is_original"] = found.is_original
    row["traces"] = [dataclasses.asdict(trace) for trace in found.traces]
    row["matches"] = [match_row(match, parameters) for match in found.matches]
    row["nearest"] = match_row(found.nearest, parameters) if found.nearest else None
    row["parameters"] = parameters
    return row


_STATUS = {
    "no-originals": "There are no originals to hold it against yet. Register some: provenance add INPUT…",
    "too-short": "Too short to judge: under 50 words, and neither a verbatim copy nor traced.",
    "gated": "The page shows a consent wall or paywall in place of an article. "
    "Save it from a browser that is past the wall and check the file with --url.",
}


def _checked_text(found: Checked, source: str, db: Path) -> str:
    import dataclasses

    from provenance.report import text
    from provenance.report.rows import match_row

    if found.target is None:
        return f"Could not be read, so nothing can be said of it: {text.printable(source)}"
    lines = []
    for match in found.matches[:3]:
        row = match_row(match, {})
        lines.append(
            text.match_text(row, texts=(match.target.text, match.source.text), style=click.style)
        )
        lines.append(f"  stored as {match.id[:8]} in {db}; all of it: provenance show {match.id[:8]}\n")
    if len(found.matches) > 3:
        lines.append(f"… and {len(found.matches) - 3} more originals: provenance matches\n")
    if found.status != "ok":
        lines.append(_STATUS[found.status])
    elif not found.matches:
        known = " It is a registered original itself." if found.is_original else ""
        lines.append(f"No match among the originals in {db}.{known}")
    title = text.clipped(found.target.title or "(no title)", 80)
    if not found.matches:
        lines.append(f"  this page   {title} ({found.target.words} words)")
        named = [t for t in found.traces if t.strength != "weak" and (t.target_url or t.target_site)]
        for trace in named[:5]:
            lines.append("  it names    " + text.trace_line(dataclasses.asdict(trace)))
        url = next((t.target_url for t in named if t.target_url and t.strength == "strong"), None)
        if url:
            lines.append(f"  try next    provenance add {text.printable(url)}")
    if found.nearest and found.status == "ok":
        row = match_row(found.nearest, {})
        lines.append(f"\nNearest original: {text.headline(row, click.style)}")
        lines.append(f"  {text.clipped(row['source']['title'], 80)}  {text.printable(row['source']['url'])}")
        lines.append(f"  {text.scores_line(row['scores'])}")
    return "\n".join(lines).rstrip()


def _failures(tally: Tally) -> None:
    from provenance.report.text import printable

    for failure in tally.failures[:20]:
        _say(f"{printable(failure.input)}: {printable(failure.message)} [{failure.error}]")
    if len(tally.failures) > 20:
        _say(f"… and {len(tally.failures) - 20} more: see the table `failures`")


def _troubles(tally: Tally) -> str:
    parts = []
    if tally.failures:
        parts.append(f"{len(tally.failures)} could not be read")
    for account in tally.damaged:
        what = "cut short" if account.truncated else f"{account.bytes_skipped} bytes skipped"
        parts.append(f"{account.path} is damaged ({what})")
    return "; " + ", ".join(parts) if parts else ""


def _exit_for(tally: Tally, *, nothing: bool) -> None:
    if tally.failures or tally.damaged:
        sys.exit(UNREADABLE if nothing else PARTLY)


def _fail(error: ProvenanceError) -> NoReturn:
    from provenance.report.text import printable

    _say(f"provenance: {printable(str(error))}")
    sys.exit(UNREADABLE)


def main(arguments: list[str] | None = None) -> None:
    """The entry point: every error becomes one line and an exit code."""
    try:
        cli.main(args=arguments, standalone_mode=False)
    except ProvenanceError as error:
        _fail(error)
    except click.exceptions.Exit as error:
        sys.exit(error.exit_code)
    except click.Abort:
        _say("Stopped.")
        sys.exit(INTERRUPTED)
    except click.ClickException as error:
        error.show()
        sys.exit(UNREADABLE)
    except KeyboardInterrupt:
        _say("Stopped.")
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # The reader (head, less) has what it wanted. Python would complain again at exit.
        sys.stderr.close()
        sys.exit(0)
