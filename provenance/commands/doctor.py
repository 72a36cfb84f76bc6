"""``doctor``: what is installed, what is damaged, what to do."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from provenance.commands.shared import PARTLY, UNREADABLE, db_option, json_option, json_out
from provenance.errors import ProvenanceError

_MARKS = {"ok": "ok", "warning": "note", "damaged": "DAMAGED"}


@click.command()
@db_option
@click.option("--all-texts", is_flag=True, help="Read every text again, not only 500 of them.")
@json_option
def doctor(db: Path, all_texts: bool, as_json: bool) -> None:
    """Examine the installation and the database; say what is damaged, and what to do.

    Reads the whole database and changes nothing. Exits 3 when something is damaged, 2 when the
    database can't be used as it is.

    \b
    provenance doctor
    provenance doctor --db news.db --json
    """
    found = _database(db, all_texts)
    report = {"installed": _installed(), "database": {"path": str(db), **found}}
    if as_json:
        json_out(report)
    else:
        click.echo(_text(report))
    states = {finding["state"] for finding in found["findings"]}
    if found["status"] in ("unusable", "outdated"):
        sys.exit(UNREADABLE)
    if "damaged" in states:
        sys.exit(PARTLY)


def _installed() -> dict[str, str]:
    """Versions of Python, SQLite and every package that is named as needed."""
    from provenance.evidence.versions import installed
    from provenance.store import SQLITE_VERSION

    found = installed(("evidence", "parquet", "serve"))
    return {name: found.pop(name) for name in ("provenance", "python")} | {
        "sqlite": SQLITE_VERSION,
        **found,
    }


def _database(db: Path, all_texts: bool) -> dict[str, Any]:
    """Status (``ok``, ``missing``, ``outdated``, ``unusable``), parameters and findings."""
    from provenance.store import Finding, Store
    from provenance.verdict import shipped_threshold

    told: list[Finding] = []
    try:
        try:
            store = Store.open(db, create=False)
        except ProvenanceError as error:
            if error.code not in ("published", "readonly"):
                raise
            store = Store.open(db, read_only=True)
            if error.code == "published":
                told.append(Finding("copy", "warning", "for publication: without texts or index"))
        with store:
            return {
                "status": "ok",
                "parameters": store.parameters.asdict(),
                "threshold": {
                    "value": shipped_threshold() if store.threshold is None else store.threshold,
                    "set_here": store.threshold is not None,
                },
                "generation": store.generation,
                "findings": [one._asdict() for one in told]
                + [one._asdict() for one in store.examine(all_texts=all_texts)],
            }
    except ProvenanceError as error:
        status = {"missing": "missing", "parameters": "outdated"}.get(error.code, "unusable")
        state: Any = "damaged" if status == "unusable" else "warning"
        finding = Finding(error.code, state, error.message, error.hint)
        return {"status": status, "findings": [finding._asdict()]}


def _text(report: dict[str, Any]) -> str:
    from provenance.report.text import printable

    lines = ["Installed"]
    lines += [f"  {name:20} {version}" for name, version in report["installed"].items()]
    found = report["database"]
    lines += ["", f"Database {printable(found['path'])}"]
    for name, value in found.get("parameters", {}).items():
        lines.append(f"  {name:20} {value}")
    if threshold := found.get("threshold"):
        where = "set for this database" if threshold["set_here"] else "as shipped"
        lines.append(f"  {'threshold':20} {threshold['value']} ({where})")
    lines.append("")
    for one in found["findings"]:
        lines.append(f"  {_MARKS[one['state']]:8} {one['check']:12} {printable(one['message'])}")
        if one["hint"] and one["state"] != "ok":
            lines.append(f"  {'':8} {'':12} {printable(one['hint'])}")
    return "\n".join(lines)
