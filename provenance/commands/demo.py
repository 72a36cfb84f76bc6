"""``demo``: the shipped corpus, end to end."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from provenance.commands.shared import Progress, db_words, given, open_store, parameters


@click.command()
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
    options = given()
    progress = Progress("demo")
    with open_store(db) as store:
        added = pipeline.add(store, [str(corpus / "originals")], options, progress)
        scanned = pipeline.scan(store, [str(corpus / "crawl")], options, progress)
        progress.done()
        click.echo(click.style("Originals", bold=True) + f"  {store.size()} registered\n")
        for row in store.matches():
            click.echo(match_line(row, click.style))
        counts = store.counts()
        quiet = counts["crawled"] - scanned.matched if not scanned.skipped_inputs else None
        founding = next((corpus / "crawl" / "worldupdatehub.example").rglob("*.html"))
        checked = pipeline.check(store, str(founding), options)
        made_with = parameters(store)
    click.echo(
        f"\n{counts['reposts']} reposts and {counts['matches'] - counts['reposts']} other matches"
        + (f"; {quiet} pages without a match" if quiet is not None else "")
        + (f", {scanned.failed} unreadable" if scanned.failed else "")
        + f" ({added.stored + added.known} originals)."
    )
    click.echo(click.style("\nThe founding case, a repost in other words:", bold=True))
    for match in checked.matches[:1]:
        click.echo(
            match_text(
                match_row(match, made_with),
                texts=(match.target.text, match.source.text),
                style=click.style,
                passages=3,
            )
        )
    first = checked.matches[0].id[:8] if checked.matches else "ID"
    here = db_words(db)
    click.echo(
        f"""
Try next:
  provenance show {first}{here}
  provenance matches --reposts -t{here}
  datasette {shlex.quote(str(db))}          (or: provenance serve{here})"""
    )
