"""``import-matches``: what a scan on other machines found, into the database."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from provenance.commands.shared import (
    INTERRUPTED,
    Progress,
    counted,
    db_option,
    exit_for,
    failures,
    jobs_of,
    jobs_option,
    learn_when_due,
    open_store,
    say,
    troubles,
    unread,
)


@click.command("import-matches")
@click.argument("folder", type=click.Path(path_type=Path), metavar="OUT")
@db_option
@jobs_option
def import_matches(folder: Path, db: Path, jobs: int | None) -> None:
    """Bring what `scan --engine spark -o OUT` found into the database its index came from.

    The rows are those that a scan here would have made. What was imported before is skipped, and
    an import that was stopped goes on where it stopped.

    What `scan --engine spark --within` read is compared here, by --jobs processes: with the
    originals, and each page with those that were observed before it.

    \b
    provenance import-matches found/
    """
    from provenance.engines import importing

    progress = Progress("import")
    with open_store(db, create=False) as store:
        try:
            done = importing.import_matches(store, folder, progress, jobs=jobs_of(jobs))
        except KeyboardInterrupt:
            progress.done()
            say("Stopped. What was imported is kept; run the same command again to go on.")
            sys.exit(INTERRUPTED)
        progress.done()
        if done.compared is None:
            learn_when_due(store)
    tally, judged = done.tally, done.compared or done.tally
    failures(tally)
    if tally.skipped_inputs:
        count = counted(len(tally.skipped_inputs), "input")
        say(f"{count} imported or scanned before; skipped")
        for one in tally.skipped_inputs:
            if told := unread(one):
                say(f"{one.path}: skipped{told}")
    if tally.resumed:
        say(
            f"{counted(tally.resumed, 'page')} imported by a run that was stopped; it went on "
            "after that"
        )
    if done.gone:
        gone = counted(done.gone, "match", "matches")
        say(f"{gone} with originals that are no longer here; left out")
    if done.outdated:
        say("Originals changed since the index was exported: a scan will read these inputs again.")
    if done.compared:
        failures(done.compared)
    say(
        f"{counted(tally.read, 'page')} imported: {judged.reposts} with a repost, "
        f"{judged.matched - judged.reposts} with other matches" + troubles(tally)
    )
    if done.compared:
        exit_for(done.compared, nothing=False)
    exit_for(tally, nothing=tally.nothing)
