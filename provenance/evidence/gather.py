"""From a stored match to the members of its bundle."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from provenance import __version__, matching
from provenance.errors import ReadError
from provenance.evidence import container, recompute, statement
from provenance.evidence.records import Kept, Missing, record_of
from provenance.evidence.versions import installed
from provenance.matching import Page
from provenance.report.match_page import match_page
from provenance.runs import judged_with, known_boilerplate
from provenance.sites import Sites
from provenance.store import Store
from provenance.store.evidence import capture_of

SIDES = ("source", "target")


@dataclass(frozen=True, slots=True)
class Gathered:
    """The members of a bundle, manifest included, and what is not in it.

    ``missing``: by side, why there is no record of its page; ``lost`` those of them that there
    should be. ``checks``: what computing the match anew gives here and now.
    """

    members: dict[str, bytes]
    missing: dict[str, str]
    lost: tuple[str, ...]
    checks: tuple[recompute.Check, ...]

    @property
    def manifest(self) -> bytes:
        """The bytes that a time stamp is of."""
        return self.members[container.MANIFEST]


def gather(
    store: Store,
    row: dict[str, Any],
    *,
    created: str,
    authority: str | None = None,
    reviews: bool = False,
) -> Gathered:
    """The bundle of a match (as ``Store.match`` gives it).

    ``created`` is an ISO time in UTC. ``authority``: the address whose time stamp will be added.
    ``reviews``: with what people decided, and their notes; else the bundle says nothing of it.
    Raises ReadError ``no-texts`` for a copy without texts.
    """
    texts = {side: str(row[side]["text"]) for side in SIDES}
    if not all(texts.values()):
        raise ReadError(
            "this is a copy of the database without texts, of which there is no evidence",
            subject=store.path.name,
            hint="Name the database that it was made from with --db",
            code="no-texts",
        )
    if not reviews:
        row = {**row, "decision": "undecided", "reviews": [], "older_verdict": False}
    captures = {side: capture_of(store, row[side]["id"]) for side in SIDES}
    kept = {side: record_of(captures[side], store.path, created) for side in SIDES}
    members = {f"{side}.txt": texts[side].encode() for side in SIDES}
    holds = {name: statement.HOLDS[name] for name in members}
    records: dict[str, dict[str, Any]] = {}
    for side, record in kept.items():
        records[side] = _described(captures[side], record)
        if isinstance(record, Kept):
            name = f"{side}.{record.suffix}"
            records[side]["member"] = name
            members[name] = record.raw
            holds[name] = statement.holds_page(side, as_stored=record.as_stored)
    match = {**row, **{side: {**row[side]} for side in SIDES}}
    for side in SIDES:
        match[side].pop("text")
    facts = _facts(store, row, kept["target"])
    members["match.json"] = container.to_json(
        {
            "match": match,
            "facts": facts,
            "records": records,
            "made_with": {
                "versions": installed(),
                "parameters": {
                    **judged_with(known_boilerplate(store), store.threshold),
                    **store.parameters.asdict(),
                },
            },
        }
    )
    members["report.html"] = match_page(row, version=__version__).encode()
    missing = {side: one.why for side, one in kept.items() if isinstance(one, Missing)}
    for name in ("match.json", "report.html", container.STATEMENT, container.SUMS):
        holds[name] = statement.HOLDS[name]
    members[container.STATEMENT] = statement.statement(
        holds,
        missing,
        version=__version__,
        match=row["id"],
        created=created,
        authority=authority,
    ).encode()
    members[container.SUMS] = container.sums(members)
    about = {
        "statement": "Two texts, the pages they were read from, and the evidence of one match. "
        f"{container.STATEMENT} says how to check it and what it does not prove.",
        "created": created,
        "made_by": f"provenance {__version__}",
        "match": row["id"],
        "missing": [{"page": side, "why": why} for side, why in sorted(missing.items())],
        "timestamp": {"member": container.STAMP, "authority": authority} if authority else None,
    }
    members[container.MANIFEST] = container.manifest(members, holds, about)
    made = recompute.again(match, facts, texts["target"], texts["source"])
    return Gathered(
        members,
        missing,
        tuple(s for s, one in kept.items() if isinstance(one, Missing) and one.lost),
        tuple(recompute.judged(match, made, links_known=facts["target"]["links"] is not None)),
    )


def _described(row: dict[str, Any] | None, record: Kept | Missing) -> dict[str, Any]:
    """What is known of a page's bytes. Of the file only its name: the folders are nobody's
    business."""
    found: dict[str, Any] = {"member": None, "as_stored": False}
    if isinstance(record, Kept):
        found["as_stored"] = record.as_stored
    if record.why:
        found["why"] = record.why
    if row:
        names = ("url", "final_url", "sha256", "status", "redirects", "observed")
        found |= {name: row[name] for name in names}
        if row["file"]:
            place = {"offset": row["offset"], "length": row["length"]}
            found["read_from"] = {"file": Path(row["file"]).name, **place}
    return found


def _facts(store: Store, row: dict[str, Any], record: Kept | Missing) -> dict[str, Any]:
    articles = store.articles([row["source"]["id"], row["target"]["id"]])
    return recompute.facts(
        articles[row["source"]["id"]],
        articles[row["target"]["id"]],
        store.traces_of(row["source"]["id"]),
        known_boilerplate(store),
        Sites(store.relations()),
        _read(record, rough=bool(row["target"]["rough"])),
    )


def _read(record: Kept | Missing, *, rough: bool) -> Page | None:
    if not isinstance(record, Kept):
        return None
    prepare = matching.prepare_roughly if rough else matching.prepare
    try:
        return prepare(record.capture)
    except Exception:  # it was read once; if it can't be now, `verify` will say so
        return None
