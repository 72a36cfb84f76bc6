"""What ``scan`` does where the reading is done by Spark."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from provenance.commands.shared import PARTLY, UNREADABLE, jobs_of, say
from provenance.errors import UsageError


@dataclass(frozen=True, slots=True)
class Cluster:
    """What was said of a scan that Spark is to do."""

    engine: str
    index: str | None
    out: str | None
    master: str | None
    manifest: Path | None


def cluster_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of a scan by Spark, as one argument ``cluster``."""

    def gathered(
        *args: Any,
        engine: str,
        index: str | None,
        out: str | None,
        master: str | None,
        manifest: Path | None,
        **rest: Any,
    ) -> Any:
        return command(*args, cluster=Cluster(engine, index, out, master, manifest), **rest)

    gathered.__name__, gathered.__doc__ = command.__name__, command.__doc__
    gathered.__click_params__ = getattr(command, "__click_params__", [])  # type: ignore[attr-defined]
    found: Callable[..., Any] = gathered
    for option in (
        click.option(
            "--manifest",
            type=click.Path(path_type=Path),
            help="With spark: a file that names more inputs, one a line.",
        ),
        click.option(
            "--master",
            help="With spark: where, as Spark writes it; else --jobs cores here.",
        ),
        click.option("-o", "--out", help="With spark: the folder to write what was found to."),
        click.option("--index", help="With spark: what export-index wrote; else made of --db."),
        click.option(
            "--engine",
            type=click.Choice(["here", "spark"]),
            default="here",
            show_default=True,
            help="Who reads: this machine, or Spark. See docs/spark.md.",
        ),
    ):
        found = option(found)
    return found


def refuse_on_cluster(*, screen: bool, fetching: bool, exit_code: bool) -> None:
    """Raises UsageError for what a scan does here only."""
    if screen:
        raise UsageError(
            "Spark reads every page in full, so --screen does not go with it",
            hint="Leave --screen out, or --engine",
        )
    if fetching:
        raise UsageError(
            "only files and folders are read on a cluster, so --fetch does not go with it",
            hint="Use `provenance scan --fetch` without --engine for addresses",
        )
    if exit_code:
        raise UsageError(
            "--exit-code does not go with --engine spark, whose matches are stored later",
            hint="After import-matches, `provenance matches --reposts` tells what was found",
        )


def scan_by_spark(
    inputs: tuple[str, ...], db: Path, cluster: Cluster, *, jobs: int | None, within: bool
) -> None:
    """Scan with Spark, and exit as a scan does."""
    from provenance.engines import spark

    began = time.monotonic()
    if cluster.out is None:
        raise UsageError("with --engine spark, -o must name a folder", hint="Add -o OUT")
    specs = list(inputs)
    if cluster.manifest is not None:
        try:
            specs += spark.listed(cluster.manifest.read_text("utf-8").splitlines())
        except (OSError, ValueError) as error:
            raise UsageError(
                "the manifest cannot be read", subject=str(cluster.manifest)
            ) from error
    if not specs:
        raise UsageError("there is nothing to scan", hint="Name inputs, or a --manifest of them")
    index = cluster.index or _exported(db, Path(cluster.out), create=within)
    session = spark.session(cluster.master or f"local[{jobs_of(jobs) or 1}]")
    try:
        counts = spark.scan(session, specs, index, cluster.out, within=within)
    finally:
        session.stop()
    found, then = "", "compare"
    if not within:
        found = f"{counts['matched']} matched, {counts['reposts']} of them reposts, "
        then = "see"
    say(
        f"{counts['pages'] + counts['failures']} pages read in {time.monotonic() - began:.1f} s: "
        f"{found}{counts['failures']} could not be read. "
        f"To {then} them: provenance import-matches {cluster.out}"
    )
    if counts["failures"]:
        sys.exit(PARTLY if counts["pages"] else UNREADABLE)


def _exported(db: Path, out: Path, *, create: bool) -> str:
    """The originals of a database, exported beside what is to be found. A crawl that is compared
    with itself needs none, so its database may be ``create``d."""
    from provenance.engines import index
    from provenance.store import Store

    place = out.with_name(out.name + ".index")
    with Store.open(db, create=create) as store:
        index.export(store, place)
    return str(place)
