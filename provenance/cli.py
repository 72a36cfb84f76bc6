"""The command line: parse, call the pipeline, hand the result to the report.

stdout is data, stderr is everything else. Exit codes: 0 ran; 1 a repost was found and
``--exit-code`` was given; 2 nothing could be read or run; 3 ran, but some inputs were damaged or
unreadable; 130 interrupted. The verbs stand in ``commands``.
"""

from __future__ import annotations

import errno
import os
import re
import shlex
import sys
from pathlib import Path
from typing import Any

import click
from click_default_group import DefaultGroup

from provenance import __version__
from provenance.commands.add import add
from provenance.commands.boilerplate import boilerplate
from provenance.commands.calibrate import calibrate
from provenance.commands.check import check
from provenance.commands.clusters import clusters
from provenance.commands.compare import compare
from provenance.commands.demo import demo
from provenance.commands.doctor import doctor
from provenance.commands.evidence import evidence
from provenance.commands.export_index import export_index
from provenance.commands.import_matches import import_matches
from provenance.commands.matches import matches
from provenance.commands.originals import originals
from provenance.commands.publish import publish_db
from provenance.commands.reindex import reindex
from provenance.commands.report import report
from provenance.commands.review import review
from provenance.commands.scan import scan
from provenance.commands.serve import serve
from provenance.commands.shared import INTERRUPTED, UNREADABLE, drop_output, fail, say
from provenance.commands.show import show
from provenance.commands.sites import sites
from provenance.commands.verify import verify
from provenance.errors import ProvenanceError

#: Errors of the place that is written to.
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})
#: What a verb looks like.
_WORD = re.compile(r"[a-z]+(?:-[a-z]+)*")
# How click names what it did not expect.
_EXTRA = re.compile(r"unexpected extra argument \((.+)\)")


class Verbs(DefaultGroup):  # type: ignore[misc]  # click_default_group has no types
    """The group of verbs. Without a verb, the words are those of ``check``."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # The reader (head, less) has what it wanted: no failure. Click would exit 1, which
            # here means "a repost was found".
            drop_output()
            ctx.exit(0)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """The verb of these words; a verb that was mistyped is no input of ``check``."""
        word = args[0]
        if word not in self.commands and _WORD.fullmatch(word) and not Path(word).exists():
            import difflib

            for near in difflib.get_close_matches(word, self.commands, n=1):
                raise click.UsageError(
                    f"{word} is no verb, and no file here. Did you mean: provenance {near}?"
                )
        return super().resolve_command(ctx, args)


@click.group(
    cls=Verbs,
    default="check",
    default_if_no_args=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="provenance")
def cli() -> None:
    """Tells which known original a news page came from, how it was changed, who was first, and
    on what evidence.

    \b
    provenance add originals/          register what you know
    provenance check https://…         check one page (the verb may be left out)
    provenance scan crawl/             check a whole crawl
    provenance matches                 what was found
    """


for _verb in (
    add,
    check,
    scan,
    compare,
    matches,
    show,
    report,
    review,
    calibrate,
    evidence,
    verify,
    publish_db,
    clusters,
    sites,
    originals,
    boilerplate,
    serve,
    reindex,
    export_index,
    import_matches,
    doctor,
    demo,
):
    cli.add_command(_verb)


@click.command("help")
@click.argument("words", nargs=-1, metavar="[VERB]...")
@click.pass_context
def help_of(context: click.Context, words: tuple[str, ...]) -> None:
    """Show how a verb is used, or which there are.

    \b
    provenance help scan
    provenance help sites add
    """
    parent = context.find_root()
    command: click.Command = parent.command
    for word in words:
        known = command.commands if isinstance(command, click.Group) else {}
        if word not in known:
            raise click.UsageError(f"there is no verb {word} in {parent.command_path}", parent)
        command = known[word]
        parent = click.Context(command, parent, word)
    click.echo(command.get_help(parent))


cli.add_command(help_of)


def main(arguments: list[str] | None = None) -> None:
    """The entry point: every error becomes one line and an exit code."""
    # The matrices of one pair are small: threads of the linear algebra only get in their way
    # (measured: 1.7 times the processor time for the same wall time).
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        cli.main(args=arguments, prog_name="provenance", standalone_mode=False)
        # What is written last may not fit.
        sys.stdout.flush()
    except ProvenanceError as error:
        fail(error)
    except click.exceptions.Exit as error:
        sys.exit(error.exit_code)
    except click.Abort:
        say("Stopped.")
        sys.exit(INTERRUPTED)
    except click.exceptions.NoArgsIsHelpError as error:
        say(error.format_message())
        sys.exit(UNREADABLE)
    except click.ClickException as error:
        words = sys.argv[1:] if arguments is None else arguments
        if "unexpected extra argument" in error.format_message() and words[0] not in cli.commands:
            say(
                f"provenance: no such verb: {words[0]} (options go after the verb; "
                f"verbs are {', '.join(sorted(cli.commands))})"
            )
            sys.exit(UNREADABLE)
        context = getattr(error, "ctx", None)
        where = context.command_path if context else "provenance"
        told = error.format_message()
        # `datasette demo.db` is typed so; ours take the database by its option.
        if (extra := _EXTRA.search(told)) and Path(extra[1]).suffix in (".db", ".sqlite"):
            told += f". The database is named so: --db {shlex.quote(extra[1])}"
        say(f"provenance: {told} (see {where} --help)")
        sys.exit(UNREADABLE)
    except KeyboardInterrupt:
        say("Stopped.")
        sys.exit(INTERRUPTED)
    except Exception as error:
        if isinstance(error, OSError) and error.errno in _FULL:
            drop_output()
            where = error.filename or "the output"
            say(
                f"provenance: {where} could not be written: {error.strerror}. Free some space, or "
                "write elsewhere"
            )
            sys.exit(UNREADABLE)
        if os.environ.get("PROVENANCE_DEBUG"):
            raise
        say(
            f"provenance: unexpected {type(error).__name__}: {error}. This is a defect; "
            "PROVENANCE_DEBUG=1 shows where"
        )
        sys.exit(UNREADABLE)
