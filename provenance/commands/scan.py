"""``scan``: a crawl against the originals."""

from __future__ import annotations

import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from provenance.commands.cluster import (
    Cluster,
    cluster_options,
    refuse_on_cluster,
    scan_by_spark,
)
from provenance.commands.shared import (
    INTERRUPTED,
    REPOST,
    Progress,
    counted,
    db_option,
    drop_output,
    exit_for,
    exit_option,
    failures,
    fetch_options,
    given,
    jobs_of,
    jobs_option,
    json_option,
    json_out,
    learn_when_due,
    learned,
    open_to_write,
    parameters,
    private_option,
    require_database,
    require_inputs,
    say,
    troubles,
    unread,
)

if TYPE_CHECKING:
    from provenance.models import Match
    from provenance.runs import Tally


@click.command()
@click.argument("inputs", nargs=-1, metavar="INPUT...")
@db_option
@private_option
@fetch_options
@jobs_option
@click.option(
    "--within",
    is_flag=True,
    help="Compare the crawl with itself, too: each page with those observed before it. Every page"
    " is read in full.",
)
@click.option(
    "--screen/--no-screen",
    default=False,
    help="Look at each page quickly first, and read in full only what that doesn't rule out. It"
    " loses a little: see docs/performance.md. Default: every page is read in full, and kept.",
)
@exit_option
@json_option
@cluster_options
def scan(
    inputs: tuple[str, ...],
    db: Path,
    allow_private: bool,
    fetching: bool,
    delay: float,
    jobs: int | None,
    within: bool,
    screen: bool,
    exit_code: bool,
    as_json: bool,
    cluster: Cluster,
) -> None:
    """Hold a crawl against the originals: WARC, WACZ, HTML folders, rows, single pages.

    An input that was read to its end before, and against which nothing new could match, is
    skipped; what could not be read of it is said again. What could not be read becomes rows of
    `failures`. With --json, one line of JSON for each page that matched, as it is found: its best
    match.

    With --within, every page is read first, boilerplate is learned from all of them, and then each
    is compared with the originals and with the pages of the crawl that were observed before it,
    those of earlier scans --within among them.

    With --screen, a page is read in full only where a quick look finds something that may come
    from an original; the others are listed in the table `screened`, and not stored. What can't be
    looked at so is read in full.

    \b
    provenance scan crawl.warc.gz mirror/ articles.jsonl.gz
    provenance scan --fetch addresses.txt feed.xml
    provenance scan --within crawl.warc.gz
    provenance scan --screen crawl.warc.gz
    """
    if cluster.engine == "spark":
        refuse_on_cluster(screen=screen, fetching=fetching, exit_code=exit_code)
        scan_by_spark(inputs, db, cluster, jobs=jobs, within=within)
        return
    if cluster.index or cluster.out or cluster.master or cluster.manifest:
        raise click.UsageError("--index, --out, --master and --manifest go with --engine spark")
    if within and screen:
        raise click.UsageError("--within reads every page in full; leave --screen out")
    if not inputs:
        raise click.UsageError("Missing argument 'INPUT...'.", click.get_current_context())
    from provenance import pipeline
    from provenance.report.rows import match_row
    from provenance.report.text import match_line

    require_inputs(inputs)
    if not within:
        require_database(db)
    progress = Progress("scan")
    began = time.monotonic()
    with open_to_write(db) as store:
        if not store.size() and not within:
            say(
                f"No originals in {db} yet, so nothing can match. "
                "Register some: provenance add INPUT…"
            )
        made_with = parameters(store)

        def found(match: Match) -> None:
            progress.done()
            row = match_row(match, made_with)
            if as_json:
                json_out(row, indent=None)
            else:
                click.echo(match_line(row, click.style))

        try:
            options = given(allow_private=allow_private, fetching=fetching, delay=delay)
            told = (options, progress, found)
            if within:
                from provenance.within import scan_within

                read, tally = scan_within(store, inputs, *told, _tell_read, jobs=jobs_of(jobs))
            else:
                read = tally = pipeline.scan(
                    store, inputs, *told, jobs=jobs_of(jobs), screen=screen
                )
        except KeyboardInterrupt:
            progress.done()
            say("Stopped. What was read is kept; run the same command again to go on.")
            sys.exit(INTERRUPTED)
        except BrokenPipeError:
            # An answer that is cut must not look whole: nobody reads it, so we stop and say so.
            progress.done()
            drop_output()
            with suppress(BrokenPipeError):  # stderr may go the same way: 2>&1
                say(
                    "Stopped, for nobody reads the output any more. What was read is kept; run "
                    "the same command again to go on."
                )
            sys.exit(INTERRUPTED)
        progress.done()
        if not within:
            learn_when_due(store, tally.run)
        _tell(tally, time.monotonic() - began, "compared" if within else "read")
        store.learned_in(None)
    exit_for(read, nothing=read.nothing)
    exit_for(tally, nothing=read.nothing)
    if exit_code and tally.reposts:
        sys.exit(REPOST)


def _tell_read(tally: Tally, found: dict[str, int] | None) -> None:
    """What was read of a crawl that is then compared with itself."""
    failures(tally)
    _tell_skipped(tally)
    say(f"{counted(tally.read, 'page')} read{troubles(tally)}")
    if found:
        say(learned(found))


def _tell_skipped(tally: Tally) -> None:
    for one in tally.skipped_inputs:
        say(f"{one.path}: read before, nothing has changed; skipped{unread(one)}")
    if tally.resumed:
        say(
            f"{counted(tally.resumed, 'page')} read by a run that was stopped; it went on "
            "after that"
        )


def _tell(tally: Tally, seconds: float, done: str) -> None:
    failures(tally)
    _tell_skipped(tally)
    judged = tally.stored + tally.known
    quiet = judged - tally.matched
    let_go = f", {tally.screened} let go at a quick look" if tally.screened else ""
    say(
        f"{counted(tally.read, 'page')} {done} in {seconds:.1f} s: "
        f"{counted(tally.reposts, 'repost')}, "
        f"{counted(tally.matched - tally.reposts, 'other match', 'other matches')}, "
        f"{quiet} without a match"
        + (
            f" (of these {counted(tally.gated, 'wall')}, {tally.too_short} too short)"
            if quiet
            else ""
        )
        + let_go
        + troubles(tally)
    )
