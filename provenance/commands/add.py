"""``add``: register known originals."""

from __future__ import annotations

from pathlib import Path

import click

from provenance.commands.shared import (
    Progress,
    counted,
    db_option,
    exit_for,
    failures,
    fetch_options,
    given,
    jobs_of,
    jobs_option,
    learn_when_due,
    open_to_write,
    page_options,
    private_option,
    require_inputs,
    say,
    troubles,
)
from provenance.config import LIMITS


@click.command()
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@db_option
@page_options
@private_option
@fetch_options
@jobs_option
def add(
    inputs: tuple[str, ...],
    db: Path,
    url: str | None,
    published: str | None,
    site: str | None,
    allow_private: bool,
    fetching: bool,
    delay: float,
    jobs: int | None,
) -> None:
    """Register known originals: URLs, files, folders, or - for standard input.

    The address of a feed adds the pages that it names. Those of a list, or of a feed in a file,
    are fetched with --fetch.

    \b
    provenance add corpus/originals
    provenance add https://outlet.example/news/1 saved.html
    provenance add articles.jsonl
    provenance add https://outlet.example/feed.xml
    """
    from provenance import pipeline

    require_inputs(inputs)
    progress = Progress("add")
    with open_to_write(db) as store:
        options = given(url, published, site, allow_private, fetching=fetching, delay=delay)
        tally = pipeline.add(store, inputs, options, progress, jobs=jobs_of(jobs))
        progress.done()
        total = store.size()
        learn_when_due(store, tally.run)
        failures(tally)
        # Often a table, list or teaser that was taken for a text: not to be left unsaid.
        short = (
            f"; {tally.too_short} under {LIMITS.min_words} words, of which only copies word for "
            "word are found"
            if tally.too_short
            else ""
        )
        say(
            f"{counted(tally.stored, 'original')} added, {tally.known} known already; "
            f"{total} in {db}" + short + troubles(tally)
        )
        store.learned_in(None)
    exit_for(tally, nothing=tally.nothing)
