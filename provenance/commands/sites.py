"""``sites``: what people know of the sites: owners, wires, licences."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click
from click_default_group import DefaultGroup

from provenance.commands.shared import (
    counted,
    db_option,
    json_option,
    json_out,
    open_store,
    say,
    tell_changed,
    typed_site,
)
from provenance.errors import ReadError
from provenance.sites import KINDS, Row, is_kind, ordered
from provenance.urls import site_named

if TYPE_CHECKING:
    from provenance.upkeep import Amended

#: Columns of the CSV, and keys of the JSON.
COLUMNS = ("site_a", "kind", "site_b")
_LARGEST = 10_000_000


_kind = click.Choice(list(KINDS))


@click.group(cls=DefaultGroup, default="list", default_if_no_args=True)
def sites() -> None:
    """What sites are to each other: one owner, a wire, a licence. Without a verb: list it.

    \b
    provenance sites add dailypost.example owner eveningpost.example
    provenance sites add newswire.example wire dailypost.example
    provenance sites remove dailypost.example owner eveningpost.example
    provenance sites export > sites.csv

    \b
    A owner B    one publisher: what both print are versions, no reposts
    A wire B     B takes A's wire: what it prints of A is licensed
    A licence B  B may print A's texts: licensed
    A apart B    not one publisher, whatever the shipped table of houses says

    Stored matches that depend on it are judged anew at once, from the stored texts. No score
    changes, only relation, attribution and what is called a repost. Pages without a match are
    looked at again by the next scan.
    """


# DefaultGroup comes without types.
_verb = cast(click.Group, sites).command


@_verb("list")
@db_option
@click.argument("site", required=False, callback=typed_site)
@json_option
def list_(db: Path, site: str | None, as_json: bool) -> None:
    """List what was entered, or what of it is about one SITE.

    \b
    provenance sites
    provenance sites dailypost.example --json
    """
    from provenance.report import text

    with open_store(db, create=False, read_only=True) as store:
        rows = [row for row in store.relations() if site is None or site in row[:2]]
    if as_json:
        json_out(_mappings(rows))
    elif not rows:
        say("Nothing was entered. Enter something: provenance sites add A owner B")
    else:
        cells = [[a, kind, b] for a, b, kind in rows]
        click.echo(text.table(cells, list(COLUMNS), [36, 7, 36]))


@_verb()
@db_option
@click.argument("site_a", callback=typed_site)
@click.argument("kind", type=_kind)
@click.argument("site_b", callback=typed_site)
@json_option
def add(db: Path, site_a: str, kind: str, site_b: str, as_json: bool) -> None:
    """Enter a relation of two sites, and judge anew what depends on it.

    \b
    provenance sites add dailypost.example owner eveningpost.example
    """
    _amend(db, [_row(site_a, kind, site_b)], [], as_json)


@_verb()
@db_option
@click.argument("site_a", callback=typed_site)
@click.argument("kind", type=_kind)
@click.argument("site_b", callback=typed_site)
@json_option
def remove(db: Path, site_a: str, kind: str, site_b: str, as_json: bool) -> None:
    """Forget a relation that was entered, and judge anew what depends on it.

    \b
    provenance sites remove dailypost.example owner eveningpost.example
    """
    _amend(db, [], [_row(site_a, kind, site_b)], as_json)


@_verb("import")
@db_option
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@json_option
def import_(db: Path, file: Path, as_json: bool) -> None:
    """Enter the relations of a CSV or JSON FILE, as `export` writes it; - is standard input.

    \b
    provenance sites import sites.csv
    """
    _amend(db, read_rows(file), [], as_json)


@_verb()
@db_option
@click.option("--json", "as_json", is_flag=True, help="As a JSON list (else CSV).")
def export(db: Path, as_json: bool) -> None:
    """Write what was entered as CSV or JSON.

    \b
    provenance sites export > sites.csv
    provenance sites export --json > sites.json
    """
    from provenance.report.lists import csv_lines

    with open_store(db, create=False, read_only=True) as store:
        rows = _mappings(store.relations())
    if as_json:
        json_out(rows)
        return
    for line in csv_lines(rows, COLUMNS):
        click.echo(line, nl=False)


def _mappings(rows: Sequence[tuple[str, str, str]]) -> list[dict[str, str]]:
    return [{"site_a": a, "kind": kind, "site_b": b} for a, b, kind in rows]


def _row(site_a: str, kind: str, site_b: str) -> Row:
    if site_a == site_b:
        raise click.UsageError(f"{site_a} is given on both sides: name two sites")
    return ordered(site_a, site_b, kind)  # type: ignore[arg-type]  # click.Choice holds it


def read_rows(file: Path) -> list[Row]:
    """Relations from CSV (with a header line) or JSON. Raises ReadError with the row at fault."""
    name = str(file)

    def refuse(message: str, code: str, place: str = "") -> ReadError:
        return ReadError(
            message,
            subject=name + place,
            hint="Write it as `provenance sites export` does: site_a, kind, site_b",
            code=code,
        )

    try:
        stream = sys.stdin.buffer if name == "-" else file.open("rb")
        data = stream.read(_LARGEST + 1)
    except FileNotFoundError:
        raise refuse("there is no such file", "missing") from None
    except OSError as error:
        raise refuse(error.strerror or "it can't be read", "unreadable") from None
    if len(data) > _LARGEST:
        raise refuse("this is no table of sites: it has over 10 MB", "too-large")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise refuse("this is no text in UTF-8", "binary") from None
    if not text.strip():
        raise refuse("the file is empty", "empty")
    found: list[Any]
    if text.lstrip()[0] in "[{":
        try:
            loaded = json.loads(text)
        except ValueError as error:
            raise refuse(f"this is no JSON: {error}", "bad-json") from None
        found, first = (loaded if isinstance(loaded, list) else [loaded]), 1
    else:
        found, first = list(csv.DictReader(io.StringIO(text))), 2
    rows = []
    for number, row in enumerate(found, first):
        place = f":{number}" if first == 2 else f", entry {number}"
        if not isinstance(row, dict) or not set(COLUMNS) <= set(row):
            raise refuse("site_a, kind or site_b is missing", "bad-row", place)
        kind = str(row["kind"]).strip()
        named = [site_named(str(row[key] or "")) for key in ("site_a", "site_b")]
        if not is_kind(kind):
            raise refuse(f"{kind!r} is none of {', '.join(KINDS)}", "bad-row", place)
        if not named[0] or not named[1] or named[0] == named[1]:
            raise refuse("two different sites are needed, as domains", "bad-row", place)
        rows.append(_row(named[0], kind, named[1]))
    if not rows:
        raise refuse("there is no relation in it", "empty")
    return rows


def _amend(db: Path, add: list[Row], remove: list[Row], as_json: bool) -> None:
    from provenance.upkeep import amend_sites

    with open_store(db, create=False) as store:
        done = amend_sites(store, add, remove)
        named = sorted({site for row in add for site in row[:2]})
        strange = sorted(set(named) - store.known_sites(named))
    if as_json:
        json_out(
            {
                "added": done.added,
                "removed": done.removed,
                "judged": done.judged,
                "changed": [
                    {"before": before, "after": after or None, "matches": count}
                    for (before, after), count in sorted(done.changed.items())
                ],
                "textless": done.textless,
            }
        )
    else:
        _tell(done, add, remove)
    if strange:
        shown = ", ".join(strange[:5]) + (", …" if len(strange) > 5 else "")
        say(f"No page of {shown} is stored so far.")


def _tell(done: Amended, add: Sequence[Row], remove: Sequence[Row]) -> None:
    if add and not done.added:
        say("Nothing new: this was entered before.")
    elif add:
        say(f"{done.added} of {len(add)} new." if len(add) > 1 else "Entered.")
    if remove:
        say("Removed.")
    if not (done.added or done.removed):
        return
    if done.judged:
        judged = counted(done.judged, "stored match", "stored matches")
        say(f"Judged anew: {judged}. Changed: {done.changed.total()}.")
    tell_changed(done)
