"""What the verbs share: options, the database, progress, and how failures are told."""

from __future__ import annotations

import json
import os
import re
import shlex
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from provenance.errors import ProvenanceError

if TYPE_CHECKING:
    from provenance.models import InputAccount
    from provenance.pipeline import Given, Tally
    from provenance.runs import Skipped
    from provenance.store import Store
    from provenance.upkeep import Amended

#: Exit codes, beside 0: the table is in docs/settings.md.
REPOST, UNREADABLE, PARTLY, INTERRUPTED = 1, 2, 3, 130
#: Of `verify`: a bundle that is not what it says.
DIFFERS = 1

# Control characters that JSON leaves as they are, lone surrogates, which can't be encoded, and what
# turns the direction of other characters or is not seen (Unicode TR36 §2.5, TR39 §5.4).
_OBEYED = re.compile(
    "[\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
# Beside these, what JSON escapes of itself; line ends are ours.
_MOVING = re.compile(f"[\x00-\x09\x0b-\x1f]|{_OBEYED.pattern}")
# Characters of what is named that a summary tells: an address may have any number.
_SUBJECT = 500

db_option = click.option(
    "--db",
    type=click.Path(dir_okay=False, path_type=Path),
    default="provenance.db",
    envvar="PROVENANCE_DB",
    show_default=True,
    show_envvar=True,
    help="The database.",
)
private_option = click.option(
    "--allow-private", is_flag=True, help="Also fetch from private addresses (your own servers)."
)
jobs_option = click.option(
    "--jobs",
    type=click.IntRange(0, 256),
    envvar="PROVENANCE_JOBS",
    show_envvar=True,
    help="Worker processes; each page is read under limits of time and memory. 0: none, all in "
    "this process, without those limits.  [default: the cores that may be used]",
)
exit_option = click.option("--exit-code", is_flag=True, help="Exit 1 when a repost was found.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def iso_time(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    """A time that was typed, in one spelling. Raises BadParameter for what is none."""
    if value is None:
        return None
    from provenance.dates import iso_time as normalised

    found = normalised(value)
    if found is None:
        raise click.BadParameter("write it like 2026-01-31 or 2026-01-31T14:00Z")
    return found


def typed_site(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    """A site that was typed, as articles have it: its registered domain, also of a host or URL.

    Raises BadParameter for what is none.
    """
    if value is None:
        return None
    from provenance.urls import site_named

    found = site_named(value)
    if found is None:
        raise click.BadParameter(
            f"{value!r} is no site: write its domain (outlet.example) or a URL of it"
        )
    return found


def page_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What a saved page can't say of itself."""
    for option in (
        click.option(
            "--site",
            callback=typed_site,
            help="Registered domain of the publisher, if the URL doesn't say.",
        ),
        click.option(
            "--published", callback=iso_time, help="When the page was published (ISO 8601)."
        ),
        click.option("--url", help="The URL that a saved page or text came from."),
    ):
        command = option(command)
    return command


def fetch_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Whether and how the pages of lists are fetched."""
    for option in (
        click.option(
            "--delay",
            type=click.FloatRange(0, 3600),
            default=1.0,
            show_default=True,
            metavar="SECONDS",
            help="With --fetch: between two requests to one host, unless its robots.txt asks for "
            "more.",
        ),
        click.option(
            "--fetch",
            "fetching",
            is_flag=True,
            help="Fetch the pages that lists of addresses and feeds name, as robots.txt allows.",
        ),
    ):
        command = option(command)
    return command


def given(
    url: str | None = None,
    published: str | None = None,
    site: str | None = None,
    allow_private: bool = False,
    *,
    fetching: bool = False,
    delay: float | None = None,
) -> Given:
    from dataclasses import replace

    from provenance.pipeline import Given

    made = Given(
        url=url, published=published, site=site, allow_private=allow_private, fetch=fetching
    )
    if delay is None:
        return made
    return replace(made, limits=replace(made.limits, host_delay=delay))


def require_inputs(specs: Sequence[str]) -> None:
    """Raise ReadError (``missing``) where none of the inputs is there.

    Asked before the database is opened: a name that was mistyped leaves no database and no row.
    Where some are there, those that are not become failures of the run.
    """
    from provenance.intake import missing
    from provenance.report.text import printable

    absent = [error for error in map(missing, specs) if error]
    if absent and len(absent) == len(specs):
        for error in absent[:-1]:
            say(f"provenance: {printable(str(error))}")
        raise absent[-1]


def open_store(db: Path, *, create: bool = True, read_only: bool = False) -> Store:
    from provenance.store import Store

    return Store.open(db, create=create, read_only=read_only)


#: Seconds that a verb with much to write waits for another one that writes.
PATIENCE = 120.0


def require_database(db: Path) -> None:
    """Raise StoreError (``missing``) where a database is named that is not there: it was mistyped.

    The usual one may be made: whoever has none yet is told how to register originals.
    """
    from provenance.errors import StoreError

    if (named := db_words(db)) and db.absolute().parent.is_dir() and not db.exists():
        raise StoreError(
            "there is no database here",
            subject=str(db),
            hint=f"Make one: provenance add INPUT…{named}",
            code="missing",
        )


def open_to_write(db: Path) -> Store:
    """The database for a verb that writes for long: where another one does, too, it waits and says
    so."""
    store = open_store(db)
    said = (
        f"Another program is writing to {db}; waiting for it, up to {PATIENCE / 60:.0f} minutes …"
    )
    store.wait_longer(PATIENCE, lambda: say(said))
    return store


def stored_match(store: Store, match_id: str) -> dict[str, Any]:
    """One stored match, whole, by its id or the start of it. Raises ReadError when none is."""
    from provenance.errors import ReadError

    row = store.match(match_id)
    if row is None:
        raise ReadError(
            "no match has this id",
            subject=match_id,
            hint=f"List them: provenance matches{db_words(store.path)}",
            code="missing",
        )
    return row


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all. Raises ReadError (``unwritten``)."""
    partial = path.with_name(path.name + ".part")
    try:
        partial.write_bytes(content)
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise unwritten(path, error) from error


def unwritten(path: Path, error: OSError) -> ProvenanceError:
    """The error of a file or folder that can't be written."""
    from provenance.errors import ReadError

    return ReadError(
        f"could not be written: {error.strerror or error}",
        subject=str(path),
        hint="Name another place, in a folder that is there.",
        code="unwritten",
    )


def counted(count: int, one: str, many: str = "") -> str:
    """A number with its noun: ``1 page``, ``2 pages``; ``many`` where an s is not enough."""
    return f"{count} {one if count == 1 else many or f'{one}s'}"


def db_words(db: Path) -> str:
    """What a command that we suggest needs to take this database; "" where it would anyhow."""
    usual = os.environ.get("PROVENANCE_DB") or "provenance.db"
    return "" if str(db) == usual else f" --db {shlex.quote(str(db))}"


def drop_output() -> None:
    """Send stdout nowhere: what waits is not written again when the interpreter ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def say(text: str) -> None:
    """Say something beside the answer, on stderr; of names in it nothing moves the cursor."""
    click.echo(_MOVING.sub(" ", text), err=True)


def json_out(value: Any, *, indent: int | None = 2) -> None:
    """Print JSON (RFC 8259): no NaN, and nothing in it that a terminal would obey.

    What it would is escaped, so that no value changes.
    """
    text = json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=False)
    click.echo(_OBEYED.sub(lambda found: json.dumps(found.group())[1:-1], text))


def one_form(**chosen: bool) -> str | None:
    """The one way of printing that was asked for, by the name of its option; None for none.

    Raises UsageError for two: one of them would be left unsaid.
    """
    forms = [name for name, asked in chosen.items() if asked]
    if len(forms) > 1:
        told = " and ".join(f"--{name}" for name in forms)
        raise click.UsageError(f"{told} are two ways of printing: choose one")
    return forms[0] if forms else None


def status_out(error: ProvenanceError) -> None:
    """The JSON answer of a verb that could read nothing."""
    json_out({"status": "unreadable", "error": error.code, "message": str(error), "matches": []})


def parameters(store: Store) -> dict[str, Any]:
    """What fingerprints and verdicts are made with here and now."""
    from provenance.pipeline import judged_with, known_boilerplate

    made_with = judged_with(known_boilerplate(store), store.threshold)
    return {**made_with, **store.parameters.asdict()}


def jobs_of(jobs: int | None) -> int:
    """Worker processes: as typed, or one a core."""
    from provenance.workers import usable_cores

    return usable_cores() if jobs is None else jobs


def reading_jobs() -> int:
    """Worker processes for a page or two: one, or none where PROVENANCE_JOBS asks for none."""
    return 0 if os.environ.get("PROVENANCE_JOBS") == "0" else 1


def learn_when_due(store: Store, run: int | None = None) -> None:
    """Learn boilerplate when enough was stored since the last time, and say so. Whoever gives the
    run calls ``Store.learned_in(None)`` when all is told."""
    from provenance import learning

    try:
        if learning.due(store):
            say("Learning boilerplate …")
            say(learned(learning.learn(store, run)))
    except ProvenanceError as error:
        # What was read is stored: it is no failure of the verb.
        say(f"Boilerplate was not learned: {error} Try: provenance boilerplate learn")


def learned(counts: Mapping[str, int]) -> str:
    """What was learned, in a line."""
    return (
        f"Boilerplate learned from {counted(counts['articles'], 'article')}: "
        f"{counted(counts['of_sites'], 'sentence')} of {counted(counts['sites'], 'site')}, "
        f"{counts['everywhere']} everywhere. It counts from the next run on."
    )


class Progress:
    """A line on stderr that counts, on a terminal only, a few times a second."""

    def __init__(self, verb: str) -> None:
        self.verb = verb
        self.live = sys.stderr.isatty()
        self.last = 0.0
        self.began = time.monotonic()

    def __call__(self, tally: Tally) -> None:
        now = time.monotonic()
        if not self.live or now - self.last < 0.2:
            return
        self.last = now
        rate = tally.read / max(now - self.began, 0.001)
        click.echo(
            f"\r\033[K{self.verb}: {tally.read} pages, {tally.matched} matched, "
            f"{tally.failed} failed, {rate:.0f} pages/s",
            nl=False,
            err=True,
        )

    def done(self) -> None:
        if self.live:
            click.echo("\r\033[K", nl=False, err=True)


class Counted:
    """A line on stderr that tells how much of some work is done, on a terminal only."""

    def __init__(self, verb: str) -> None:
        self.verb = verb
        self.live = sys.stderr.isatty()
        self.last = 0.0

    def __call__(self, done: int, of: int) -> None:
        now = time.monotonic()
        if self.live and now - self.last >= 0.2:
            self.last = now
            click.echo(f"\r\033[K{self.verb}: {done} of {of}", nl=False, err=True)

    def done(self) -> None:
        if self.live:
            click.echo("\r\033[K", nl=False, err=True)


def failures(tally: Tally) -> None:
    from provenance.report.text import clipped, printable

    for failure in tally.failures:
        named = clipped(failure.input, _SUBJECT)
        say(f"{named}: {printable(failure.message)} [{failure.error}]")
    if (more := tally.failed + tally.unopened - len(tally.failures)) > 0:
        say(f"… and {more} more: see the table `failures`")
    for path in tally.changed_inputs:
        say(f"{printable(path)}: changed since it was read; read again")


def troubles(tally: Tally) -> str:
    parts = []
    if tally.passed_over:
        reasons = ", ".join(f"{count} {reason}" for reason, count in tally.passed_over.items())
        parts.append(f"{tally.passed_over.total()} passed over ({reasons})")
    if tally.failed:
        parts.append(f"{tally.failed} could not be read")
    if tally.unfetched:
        parts.append(f"pages of {counted(tally.unfetched, 'input')} were not fetched")
    if closed := tally.unopened - tally.unfetched:
        parts.append(f"{counted(closed, 'input')} could not be opened")
    if tally.rough:
        parts.append(f"{tally.rough} defeated the extractor and were read roughly")
    parts += [f"{account.path} is damaged ({_damage(account)})" for account in tally.damaged]
    return "; " + ", ".join(parts) if parts else ""


def _damage(account: InputAccount | Skipped) -> str:
    what = ["cut short"] if account.truncated else []
    if account.bytes_skipped:
        what.append(f"{account.bytes_skipped:,} bytes skipped")
    return ", ".join(what)


def unread(one: Skipped) -> str:
    """What could not be read of an input when it was read; "" where all could."""
    parts = []
    if failed := one.states.failed:
        parts.append(f"{counted(failed, 'page')} could not be read (table `failures`)")
    if damage := _damage(one):
        parts.append(f"it is damaged ({damage})")
    return "; then " + ", ".join(parts) if parts else ""


def exit_for(tally: Tally, *, nothing: bool) -> None:
    """Exit 3, or 2 where nothing was read, for what could not be; of skipped inputs, too."""
    before = any(not one.whole for one in tally.skipped_inputs)
    if tally.failed or tally.unopened or tally.damaged or before:
        sys.exit(UNREADABLE if nothing else PARTLY)


def fail(error: ProvenanceError) -> NoReturn:
    from provenance.report.text import printable

    say(f"provenance: {printable(str(error))}")
    sys.exit(UNREADABLE)


def tell_changed(done: Amended) -> None:
    """What became of the stored matches that were judged anew, and of those that could not be."""
    for (before, after), count in sorted(done.changed.items()):
        say(f"  {count:>5}  {before}  →  {after or 'not recorded any more'}")
    if done.textless:
        told = counted(done.textless, "match", "matches")
        say(f"Left as they were, for texts are not stored: {told}.")
    say("Pages without a match are looked at again by the next scan.")
