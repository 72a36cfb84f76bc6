"""``evidence``: a match as one file that can be handed on and checked."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from provenance.commands.shared import (
    PARTLY,
    db_option,
    open_store,
    private_option,
    say,
    stored_match,
    write_whole,
)
from provenance.errors import UsageError
from provenance.urls import is_url, redact

if TYPE_CHECKING:
    from provenance.evidence.gather import Gathered


@click.command()
@click.argument("match_id", metavar="ID")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file (- for standard output). Without it: evidence-ID.zip.",
)
@click.option(
    "--timestamp",
    "authority",
    metavar="URL",
    help="Have the bundle's digest stamped by this authority (RFC 3161). Only the digest is sent.",
)
@click.option(
    "--reviews", is_flag=True, help="With what was decided on it (see review), names and notes."
)
@private_option
@db_option
def evidence(
    match_id: str,
    output: Path | None,
    authority: str | None,
    reviews: bool,
    allow_private: bool,
    db: Path,
) -> None:
    """Write a match as a bundle: pages, texts, report, scores, and the digests of all.

    A page that can't be found any more is named in the bundle, and the exit code is 3. With
    SOURCE_DATE_EPOCH set, that is the time of making, and equal databases give equal bytes.

    \b
    provenance evidence 3f2a9c01 -o bundle.zip
    provenance evidence 3f2a9c01 --timestamp https://tsa.example/tsr
    provenance verify bundle.zip
    """
    from provenance.evidence import container, stamp
    from provenance.evidence.gather import gather

    if authority:
        if not is_url(authority):
            raise UsageError("--timestamp must be an http or https address", subject=authority)
        stamp.require()
    if output and db.exists() and output.exists() and output.samefile(db):
        raise UsageError("that is the database itself", subject=str(output), hint="Name another.")
    with open_store(db, create=False, read_only=True) as store:
        row = stored_match(store, match_id)
        named = redact(authority) if authority else None
        made = gather(store, row, created=_now(), authority=named, reviews=reviews)
    members = dict(made.members)
    if authority:
        members[container.STAMP] = stamp.ask(authority, made.manifest, allow_private=allow_private)
    packed = container.pack(members)
    if output and str(output) == "-":
        sys.stdout.buffer.write(packed)
    else:
        output = output or Path(f"evidence-{row['id'][:8]}.zip")
        write_whole(output, packed)
        say(f"Written: {output}")
    say(f"SHA-256 of its manifest: {container.sha256(made.manifest)}")
    _told(made)
    if made.lost:
        sys.exit(PARTLY)


def _told(made: Gathered) -> None:
    from provenance.report.text import printable

    for side, why in sorted(made.missing.items()):
        say(f"The page of the {side} is not in it: {printable(why)}.")
    for check in made.checks:
        if check.result == "differs":
            say(
                f"Computed again here and now, the {check.part} are not as stored: "
                f"{printable('; '.join(check.details) or check.text)}. The match may have been "
                "made by another version, or before boilerplate was learned; scan again, or hand "
                "it on as it is: the bundle says which version made it."
            )


def _now() -> str:
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    try:
        moment = datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)
    except (ValueError, OverflowError, OSError):
        raise UsageError("SOURCE_DATE_EPOCH is no number of seconds", subject=epoch) from None
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
