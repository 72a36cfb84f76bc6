"""``publish-db``: a copy of the database that can be put online."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from provenance.commands.shared import db_option, open_store, say, unwritten
from provenance.errors import UsageError


@click.command("publish-db")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="The file; an older copy there is replaced, and nothing else is.",
)
@click.option("--no-text", is_flag=True, help="Without what others wrote. There is no other way.")
@db_option
def publish_db(output: Path, no_text: bool, db: Path) -> None:
    """Write a copy of the database without texts, which can be put online.

    Left out: texts, the full-text index of them, fingerprints and index (they hold words), links,
    snippets, values and reasons that quote a page, headers, paths, failures, what was learned as
    boilerplate, relations of sites, the seed. Kept: titles, addresses as stored, times, scores,
    offsets of passages, verdicts, the views, and a search in titles. The copy is for reading.

    \b
    provenance publish-db --no-text -o public.db
    provenance serve --public --db public.db
    """
    from provenance.store import publishing

    if not no_text:
        raise UsageError(
            "a copy with texts is the database itself",
            hint="Say --no-text; to keep a copy for yourself, copy the file",
        )
    if output.exists():
        _require_copy(output, db)
    try:
        with tempfile.TemporaryDirectory(
            prefix=".publish-", dir=output.absolute().parent
        ) as folder:
            made = Path(folder) / "copy.db"
            with open_store(db, create=False, read_only=True) as store:
                counts = publishing.publish(store, made)
            made.replace(output)
    except OSError as error:
        raise unwritten(output, error) from error
    told = ", ".join(f"{counts[name]:,} {name}" for name in ("articles", "matches", "passages"))
    say(f"Written: {output} ({output.stat().st_size:,} bytes; {told}), without texts")


def _require_copy(output: Path, db: Path) -> None:
    """Raise UsageError for a file that is no older copy."""
    from provenance.errors import StoreError

    what = "that is the database itself"
    if not (db.exists() and output.samefile(db)):
        what = "there is a file already, and it is no copy made by publish-db"
        try:
            # Opened to write, a copy says what it is.
            with open_store(output, create=False):
                pass
        except StoreError as error:
            if error.code == "published":
                return
    raise UsageError(what, subject=str(output), hint="Name another file with -o")
