"""``boilerplate``: the sentences that don't count: list, learn, add, keep, remove."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click
from click.core import ParameterSource

from provenance.commands.shared import (
    db_option,
    db_words,
    json_option,
    json_out,
    learned,
    one_form,
    open_store,
    say,
    typed_site,
)
from provenance.errors import ReadError, UsageError

if TYPE_CHECKING:
    from provenance.store import Store

_ID = re.compile(r"[0-9a-f]{4,12}", re.IGNORECASE)


def _site(context: click.Context, option: click.Parameter, value: str) -> str:
    """The site that was typed; "" for all of them."""
    return typed_site(context, option, value or None) or ""


site_option = click.option("--site", default="", callback=_site, help="Only in texts of this site.")


@click.group(invoke_without_command=True)
@db_option
@click.option("--site", callback=typed_site, help="Only what counts for this site.")
@click.option("--csv", "as_csv", is_flag=True, help="As CSV, formulas neutralised.")
@json_option
@click.pass_context
def boilerplate(
    context: click.Context, db: Path, site: str | None, as_csv: bool, as_json: bool
) -> None:
    """List the sentences that don't count as evidence, or change the list.

    A sentence that a site repeats in texts that are otherwise different (a sign-up line, an
    author box), or that stands on many sites (an agency's notice), is left out of comparisons.
    Learned from the stored articles, and again by itself after `add` and `scan` when their number
    has grown by half. A change counts from the next run on.

    \b
    provenance boilerplate
    provenance boilerplate --site outlet.example --csv > lines.csv
    provenance boilerplate learn
    provenance boilerplate add "Sign up for our newsletter." --site outlet.example
    provenance boilerplate keep 3f2a9c01
    """
    if context.invoked_subcommand is not None:
        # The database, too: the verb would take its own, and change another one.
        elsewhere = context.get_parameter_source("db") is ParameterSource.COMMANDLINE
        if site is not None or as_csv or as_json or elsewhere:
            raise UsageError(
                "options of the list were given before another verb",
                hint=f"Put them behind it: provenance boilerplate {context.invoked_subcommand} …",
            )
        return
    form = one_form(json=as_json, csv=as_csv)
    from provenance.report import text
    from provenance.report.lists import csv_lines

    with open_store(db, create=False, read_only=True) as store:
        rows = store.boilerplate_lines(site)
        never = not store.learned_from()
    if form == "json":
        json_out(rows)
    elif form == "csv":
        for line in csv_lines(rows, _COLUMNS):
            click.echo(line, nl=False)
    elif rows:
        cells = [
            [row["id"][:8], row["origin"], row["articles"], row["site"] or "(all)", row["sentence"]]
            for row in rows
        ]
        header = ["id", "origin", "articles", "site", "sentence"]
        click.echo(text.table(cells, header, [8, 7, 8, 24, 80]))
    else:
        say("No boilerplate." + (" Learn it: provenance boilerplate learn" if never else ""))


_COLUMNS = ("id", "site", "sentence", "words", "articles", "sites", "origin", "found", "hash")


@boilerplate.command()
@db_option
def learn(db: Path) -> None:
    """Learn from all stored articles, in place of what was learned before.

    What you added or kept stays.

    \b
    provenance boilerplate learn
    """
    from provenance import learning

    with open_store(db, create=False) as store:
        say(learned(learning.learn(store)))


@boilerplate.command()
@click.argument("text")
@db_option
@site_option
def add(text: str, db: Path, site: str) -> None:
    """Say that a text is boilerplate: each of its sentences, in all texts or those of a site.

    \b
    provenance boilerplate add "Follow us on all channels." --site outlet.example
    """
    with open_store(db, create=False) as store:
        _say_of(store, text, site, "added")


@boilerplate.command()
@click.argument("text", metavar="TEXT|ID")
@db_option
@site_option
def keep(text: str, db: Path, site: str) -> None:
    """Say that a text is no boilerplate, whatever is learned. An id names a line of the list.

    \b
    provenance boilerplate keep 3f2a9c01
    provenance boilerplate keep "The council meets on Monday." --site outlet.example
    """
    from provenance.store import Line

    with open_store(db, create=False) as store:
        row = store.boilerplate_line(text) if _ID.fullmatch(text.strip()) else None
        if row is None:
            _say_of(store, text, site, "kept")
            return
        line = Line(row["hash"], site or row["site"], row["sentence"], row["words"])
        _told(store.say_boilerplate(line, "kept"), "kept", line.site, row["sentence"])


@boilerplate.command()
@click.argument("line_id", metavar="ID")
@db_option
def remove(line_id: str, db: Path) -> None:
    """Remove a line from the list. What was learned may be learned again: `keep` prevents it.

    \b
    provenance boilerplate remove 3f2a9c01
    """
    with open_store(db, create=False) as store:
        row = store.boilerplate_line(line_id)
        if row is None:
            raise ReadError(
                "no line of boilerplate has this id",
                subject=line_id,
                hint=f"List them: provenance boilerplate{db_words(db)}",
                code="missing",
            )
        store.remove_boilerplate(row["id"])
    _told(row["id"], "removed", row["site"], row["sentence"])


def _say_of(store: Store, text: str, site: str, origin: Literal["added", "kept"]) -> None:
    from provenance.learning import sentences_of
    from provenance.store import Line

    sentences = sentences_of(text)
    if not sentences:
        raise UsageError("there is no word in this text", subject=text, hint="Give a sentence.")
    with store.transaction():
        for value, (sentence, words) in sentences.items():
            line = Line(value, site, sentence, words)
            _told(store.say_boilerplate(line, origin), origin, site, sentence)


def _told(line: str, what: str, site: Any, sentence: str) -> None:
    from provenance.report.text import clipped

    say(f"{line[:8]} {what}{f' for {site}' if site else ''}: {clipped(sentence, 80)}")
