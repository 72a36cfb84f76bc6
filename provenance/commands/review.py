"""``review``: what people decide on matches, and what is left to decide."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import click

from provenance.commands.shared import (
    db_option,
    db_words,
    json_option,
    json_out,
    open_store,
    say,
    stored_match,
)
from provenance.models import Decision


@click.command()
@click.argument("match_id", metavar="[ID]", required=False)
@click.argument(
    "decision",
    metavar="[DECISION]",
    required=False,
    type=click.Choice(get_args(Decision)),
)
@click.option("--note", default="", help="Why, in a sentence; kept with the decision.")
@click.option(
    "--by",
    default="",
    envvar="PROVENANCE_REVIEWER",
    show_envvar=True,
    help="Who decides.",
)
@click.option("--undo", is_flag=True, help="Take the decision back: the match is left to decide.")
@click.option("--limit", type=click.IntRange(1), help="List at most so many.")
@db_option
@json_option
def review(
    match_id: str | None,
    decision: Decision | None,
    note: str,
    by: str,
    undo: bool,
    limit: int | None,
    db: Path,
    as_json: bool,
) -> None:
    """Decide on a match, or list what is left to decide.

    \b
    provenance review                                     what is left to decide
    provenance review 3f2a9c01                            the decisions on one match
    provenance review 3f2a9c01 confirmed --note "Same typos" --by Ada
    provenance review 3f2a9c01 --undo

    \b
    confirmed  the verdict is right: the text derives from the source (or, of a quotation or
               citation, it doesn't)
    rejected   the verdict is wrong
    licensed   the text is taken, and by right

    A decision stands beside the verdict and changes none of it. It outlives new scans. Where the
    verdict has changed since, the match is listed again, as decided on an older verdict. Every
    decision is kept, also those that were taken back.
    """
    if match_id is None:
        if note or undo:
            raise click.UsageError("give the id of a match")
        _list(db, limit, as_json)
        return
    if undo and decision:
        raise click.UsageError("give a decision or --undo, not both")
    if note and not (decision or undo):
        raise click.UsageError(f"give a decision: {', '.join(get_args(Decision))}")
    if decision or undo:
        with open_store(db, create=False) as store:
            row = stored_match(store, match_id)
            if undo and row["decision"] == "undecided":
                raise click.UsageError(f"nothing is decided on {row['id'][:8]}")
            store.decide(row["id"], decision, note=note, reviewer=by)
    _one(db, match_id, as_json, told=bool(decision or undo))


def _one(db: Path, match_id: str, as_json: bool, *, told: bool) -> None:
    from provenance.report import decisions
    from provenance.report.text import match_line

    with open_store(db, create=False, read_only=True) as store:
        row = stored_match(store, match_id)
        left = store.count_to_review() if told else 0
    if as_json:
        names = ("id", "decision", "older_verdict", "reviews", "relation", "probability")
        json_out({name: row[name] for name in names})
        return
    if told:
        say(f"{row['id'][:8]}: {decisions.decided(row['reviews'][-1])}")
        say(f"Left to decide: {left}.")
        return
    click.echo(match_line(row, click.style))
    for one in row["reviews"]:
        click.echo(f"          {decisions.decided(one)}")
    if row["older_verdict"]:
        click.echo("          The verdict has changed since.")
    if not row["reviews"]:
        say("Nobody has decided on it.")


def _list(db: Path, limit: int | None, as_json: bool) -> None:
    from provenance.report.text import match_line

    with open_store(db, create=False, read_only=True) as store:
        rows = store.to_review(limit)
        left = store.count_to_review()
    if as_json:
        json_out(rows)
        return
    for row in rows:
        click.echo(match_line(row, click.style))
        click.echo(f"          unsure of: {row['unsure_of']}")
    here = db_words(db)
    say(
        f"Left to decide: {left}. Look: provenance show ID{here}. "
        f"Decide: provenance review ID confirmed|rejected|licensed{here}"
        if left
        else "Nothing is left to decide."
    )
