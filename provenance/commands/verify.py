"""``verify``: a bundle checked, without any database."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from provenance.commands.shared import (
    DIFFERS,
    counted,
    jobs_of,
    jobs_option,
    json_option,
    json_out,
)
from provenance.errors import ProvenanceError, ReadError

if TYPE_CHECKING:
    from provenance.evidence.examine import Examined

_MARKS = {"agrees": "agrees", "differs": "DIFFERS", "not-checked": "unchecked", "note": "note"}
#: Lines of one part that are told; JSON has them all.
_DETAILS = 12


@click.command()
@click.argument("bundle", metavar="FILE", type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "--ca",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Certificates (PEM) that a time stamp may be signed under.",
)
@jobs_option
@json_option
def verify(bundle: Path, ca: Path | None, jobs: int | None, as_json: bool) -> None:
    """Check a bundle of evidence: every digest, the time stamp, and all scores once more.

    The texts are compared again, the pages read again, the report written again; what can't be
    checked is said. Exits 0 when all that was checked agrees, 1 when anything differs, 2 when the
    file is no bundle that can be read. Nothing is unpacked onto the disk, or asked of any server.

    \b
    provenance verify bundle.zip
    provenance verify bundle.zip --ca authority.pem
    """
    from provenance.evidence import stamp
    from provenance.evidence.examine import examine

    try:
        roots = stamp.certificates(_read(ca), str(ca)) if ca else None
        raw = _read(bundle)
        try:
            found = examine(raw, roots=roots, jobs=jobs_of(jobs))
        except ReadError as error:
            error.subject = str(bundle)
            raise
    except ProvenanceError as error:
        if as_json:
            json_out({"status": "unreadable", "error": error.code, "message": str(error)})
        raise
    if as_json:
        json_out(
            {
                "status": found.status,
                "match": found.about.get("match"),
                "created": found.about.get("created"),
                "manifest_sha256": found.manifest_sha256,
                "checks": [dataclasses.asdict(check) for check in found.checks],
            }
        )
    else:
        click.echo(_text(found, bundle))
    if found.status == "differs":
        sys.exit(DIFFERS)


def _read(path: Path) -> bytes:
    """A whole file, or standard input; no more than a bundle may have, and a byte."""
    from provenance.evidence.container import MAX_BUNDLE

    try:
        if str(path) == "-":
            return sys.stdin.buffer.read(MAX_BUNDLE + 1)
        with path.open("rb") as file:
            return file.read(MAX_BUNDLE + 1)
    except OSError as error:
        raise ReadError(
            f"cannot be read ({error.strerror or error})",
            subject=str(path),
            hint="Check the name and its permissions",
            code="missing" if isinstance(error, FileNotFoundError) else "unreadable",
        ) from error


def _text(found: Examined, bundle: Path) -> str:
    from provenance.report.text import clipped, printable

    parts = [one for one in found.checks if one.result == "not-checked"]
    head = {
        "agrees": click.style("AGREES", fg="green", bold=True),
        "differs": click.style("DIFFERS", fg="red", bold=True),
    }[found.status]
    left = f"; {counted(len(parts), 'part')} could not be checked"
    about = {
        name: clipped(str(found.about.get(name)), 80) for name in ("match", "created", "made_by")
    }
    lines = [
        f"{head}  {printable(str(bundle))}{left if parts else ''}",
        f"  match {about['match']}",
        f"  made {about['created']} by {about['made_by']}, by its own word",
        f"  manifest {found.manifest_sha256}",
        "",
    ]
    for check in found.checks:
        lines.append(f"  {_MARKS[check.result]:10} {check.part:15} {clipped(check.text, 300)}")
        lines += [f"  {'':10} {'':15} - {clipped(one, 200)}" for one in check.details[:_DETAILS]]
        if len(check.details) > _DETAILS:
            lines.append(f"  {'':10} {'':15} … and {len(check.details) - _DETAILS} more")
    return "\n".join(lines)
