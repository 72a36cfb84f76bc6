"""``report``: a match, or all of them, as pages that stand by themselves."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from provenance import __version__
from provenance.commands.shared import (
    counted,
    db_option,
    open_store,
    say,
    stored_match,
    unwritten,
    write_whole,
)
from provenance.errors import UsageError

if TYPE_CHECKING:
    from provenance.store import Store


@click.command()
@click.argument("match_id", metavar="[ID]", required=False)
@click.option("--all", "everything", is_flag=True, help="Every repost, into a folder.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="The file (- for standard output), or with --all the folder. "
    "Without it: match-ID.html, or the folder report.",
)
@db_option
def report(match_id: str | None, everything: bool, output: Path | None, db: Path) -> None:
    """Write a match as one page: both texts side by side, and all the evidence.

    The page is one file, runs no script and asks nothing of any server. With --all: a folder
    with an overview (index.html) and a page for every repost.

    \b
    provenance report 3f2a9c01 -o match.html
    provenance report --all -o report/
    """
    if everything == bool(match_id):
        raise click.UsageError("give the id of a match, or --all")
    if output and db.exists() and output.exists() and output.samefile(db):
        raise UsageError("that is the database itself", subject=str(output), hint="Name another.")
    with open_store(db, create=False, read_only=True) as store:
        if everything:
            _folder(store, output or Path("report"))
        else:
            _one(store, str(match_id), output)


def _one(store: Store, match_id: str, output: Path | None) -> None:
    from provenance.report.match_page import match_page

    row = stored_match(store, match_id)
    page = match_page(row, version=__version__)
    if output and str(output) == "-":
        sys.stdout.buffer.write(page.encode())
        return
    output = output or Path(f"match-{row['id'][:8]}.html")
    write_whole(output, page.encode())
    say(f"Written: {output}")


def _folder(store: Store, folder: Path) -> None:
    from provenance.report.match_page import match_page
    from provenance.report.overview_page import overview_page

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritten(folder, error) from error
    _require_ours(folder / "index.html")
    back = '<nav><a href="index.html">All reposts</a></nav>'
    count = 0
    live = sys.stderr.isatty()
    for listed in store.matches(repost=True):
        row = stored_match(store, listed["id"])
        page = match_page(row, version=__version__, top=back)
        write_whole(folder / _name(row["id"]), page.encode())
        count += 1
        if live and not count % 20:
            click.echo(f"\r\033[K{count} pages", nl=False, err=True)
    if live:
        click.echo("\r\033[K", nl=False, err=True)
    page = overview_page(store.overview(), version=__version__, match_link=_name)
    write_whole(folder / "index.html", page.encode())
    say(f"Written: {folder / 'index.html'} and {counted(count, 'page')} of reposts")


def _require_ours(index: Path) -> None:
    """Raise UsageError where a page lies that we did not write: nobody named it to be replaced."""
    from provenance.report.html import OURS

    try:
        with index.open(encoding="utf-8", errors="replace") as stream:
            ours = OURS in stream.read(4000)
    except FileNotFoundError:
        return
    except OSError as error:
        raise unwritten(index, error) from error
    if not ours:
        raise UsageError(
            "there is a page already, and it is no report; it was left as it was",
            subject=str(index),
            hint="Name another folder with -o",
        )


def _name(match_id: str) -> str:
    return f"match-{match_id}.html"
