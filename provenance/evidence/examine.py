"""A bundle checked, part by part: digests, time stamp, and everything computed once more.

A bundle is hostile input like any page: its texts are compared and its pages read in a worker
that may be killed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from provenance import __version__, workers
from provenance.errors import ExtractError, ReadError
from provenance.evidence import container, recompute, stamp
from provenance.evidence.recompute import Check
from provenance.evidence.records import captures_in
from provenance.evidence.versions import installed
from provenance.report.match_page import match_page
from provenance.report.text import clipped

SIDES = ("target", "source")
# What can go wrong in reading a match.json that somebody wrote.
_MALFORMED = (KeyError, TypeError, ValueError, AttributeError, IndexError)

#: Parts that are checked by what match.json says.
_PARTS = ("versions", "texts", "scores", *(f"page of {side}" for side in SIDES), "report")


def _malformed(error: Exception) -> str:
    """What is wrong with a match.json, for people."""
    match error:
        case KeyError(args=("match.json" | "source.txt" | "target.txt" as name,)):
            return f"{name} is missing, without which nothing is computed again"
        case KeyError(args=(name, *_)):
            return f"match.json lacks {clipped(str(name), 40)}"
        case ReadError():
            return error.message
        case UnicodeDecodeError():
            return "a text is not written in UTF-8"
    return f"match.json holds something else than a match ({clipped(str(error), 80)})"


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found of a bundle. ``differs`` when any part does."""

    manifest_sha256: str
    about: dict[str, Any]
    checks: tuple[Check, ...]

    @property
    def status(self) -> Literal["agrees", "differs"]:
        """Whether all that could be checked agrees."""
        return "differs" if any(one.result == "differs" for one in self.checks) else "agrees"


@dataclass(frozen=True, slots=True)
class _Again:
    """Scores to be computed anew."""

    match: Mapping[str, Any]
    facts: Mapping[str, Any]
    target: str
    source: str
    part: str = "scores"


@dataclass(frozen=True, slots=True)
class _Shown:
    """A report to be written anew."""

    page: bytes | None
    match: Mapping[str, Any]
    texts: Mapping[str, str]
    version: str
    part: str = "report"


@dataclass(frozen=True, slots=True)
class _Page:
    """A page to be read anew."""

    side: str
    raw: bytes
    record: Mapping[str, Any]
    text: str
    rough: bool

    @property
    def part(self) -> str:
        return f"page of {self.side}"


Item = _Again | _Page | _Shown


def examine(raw: bytes, *, roots: list[Any] | None = None, jobs: int = 1) -> Examined:
    """Check a bundle.

    ``roots``: certificates that a time stamp may be signed under (see ``stamp.certificates``).
    ``jobs``: worker processes; 0 computes in this one, without limits of time and memory. Raises
    ReadError ``bad-bundle`` or ``newer-bundle``.
    """
    found = container.unpack(raw)
    about = container.read_manifest(found)
    manifest = found.members[container.MANIFEST]
    wrong = tuple(container.differences(found, about))
    count = len(about["members"])
    checks = [
        Check("digests", "differs", f"{len(wrong)} not as in the manifest", wrong)
        if wrong
        else Check("digests", "agrees", f"{count} members, none missing and none too many")
    ]
    if not found.as_made and not wrong:
        checks.append(Check("zip", "note", "packed anew by another program; its content is whole"))
    if about.get("timestamp") and container.STAMP in found.members:
        checks.append(stamp.examine(found.members[container.STAMP], manifest, roots or []))
    elif not about.get("timestamp"):
        checks.append(
            Check("timestamp", "note", "there is none: when it was made is its maker's word")
        )
    checks += _content(found.members, about, jobs)
    return Examined(container.sha256(manifest), about, tuple(checks))


def _content(members: Mapping[str, bytes], about: Mapping[str, Any], jobs: int) -> list[Check]:
    try:
        told = container.parsed(members["match.json"], "match.json")
        texts = {side: members[f"{side}.txt"].decode() for side in SIDES}
        match, facts, records = told["match"], told["facts"], told["records"]
        versions = dict(told["made_with"]["versions"])
        pages = [
            _Page(side, members[name], records[side], texts[side], bool(match[side]["rough"]))
            for side in SIDES
            if (name := records[side]["member"]) is not None and name in members
        ]
        absent = [
            Check(f"page of {side}", "not-checked", f"not in it: {records[side]['why']}")
            for side in SIDES
            if records[side]["member"] is None
        ]
        absent += [
            Check(f"page of {side}", "not-checked", f"{name} is not there to be read")
            for side in SIDES
            if (name := records[side]["member"]) is not None and name not in members
        ]
        if about.get("match") != match["id"]:
            return [Check("match", "differs", "the manifest names another match")]
    except (*_MALFORMED, ReadError) as error:
        return [
            Check("match", "differs", _malformed(error)),
            *(Check(part, "not-checked", "it hangs on match.json") for part in _PARTS),
        ]
    checks = [_versions(versions)]
    work: list[Item] = [
        _Again(match, facts, texts["target"], texts["source"]),
        *pages,
        _Shown(members.get("report.html"), match, texts, str(versions.get("provenance"))),
    ]
    for item, result in zip(work, _done(work, jobs), strict=True):
        if isinstance(result, workers.Lost):
            checks.append(Check(item.part, "not-checked", f"it costs too much: {result.why}"))
        else:
            checks += result
    return checks + absent


def _done(work: Sequence[Item], jobs: int) -> Iterator[Sequence[Check] | workers.Lost]:
    if not jobs:
        yield from (_check(item) for item in work)
        return
    with workers.Pool[Any, Sequence[Check]](_made, (), jobs=jobs) as pool:
        yield from pool.map(work)


def _made() -> Callable[[Item, str], Sequence[Check]]:
    """In a worker: what it does. What cost one worker is not tried again in full."""

    def work(item: Item, harm: str) -> Sequence[Check]:
        if not harm:
            return _check(item)
        return [Check(item.part, "not-checked", f"it costs too much: {harm}")]

    return work


def _check(item: Item) -> Sequence[Check]:
    if isinstance(item, _Again):
        return _scores(item)
    return [_page(item) if isinstance(item, _Page) else _report(item)]


def _scores(item: _Again) -> Sequence[Check]:
    try:
        checks = [recompute.identity(item.match, item.target, item.source)]
        made = recompute.again(item.match, item.facts, item.target, item.source)
        known = item.facts["target"]["links"] is not None
        return [*checks, *recompute.judged(item.match, made, links_known=known)]
    except _MALFORMED as error:
        return [Check("match", "differs", _malformed(error))]


def _page(item: _Page) -> Check:
    part = item.part
    try:
        sha256 = str(item.record["sha256"])
        page = recompute.read_page(captures_in(item.raw), sha256, rough=item.rough)
    except ExtractError as error:
        return Check(part, "differs", f"no text can be read from it: {error.message}")
    except Exception as error:  # a parser that a hostile page defeats
        return Check(part, "not-checked", f"it defeats the reader ({type(error).__name__})")
    if page is None:
        return Check(part, "differs", "the record holds no page with the digest in match.json")
    return Check(part, *recompute.same_text(item.text, page.article.text))


def _versions(then: Mapping[str, str]) -> Check:
    now = installed()
    other = tuple(
        f"{name}: {then.get(name, 'not there')} then, {now.get(name, 'not there')} now"
        for name in sorted({*then, *now})
        if then.get(name) != now.get(name)
    )
    if other:
        return Check("versions", "note", f"{len(other)} differ from those it was made with", other)
    return Check("versions", "agrees", f"all {len(now)} as when it was made")


def _report(item: _Shown) -> Check:
    if item.page is None:
        return Check("report", "not-checked", "report.html is not there to be read")
    if item.version != __version__:
        return Check("report", "not-checked", "another version of provenance wrote it")
    texts = item.texts
    try:
        row = {**item.match, **{side: {**item.match[side], "text": texts[side]} for side in SIDES}}
        same = match_page(row, version=__version__).encode() == item.page
    except (*_MALFORMED, OverflowError) as error:
        return Check("report", "differs", _malformed(error))
    if same:
        return Check("report", "agrees", "report.html shows what match.json and the texts say")
    return Check("report", "differs", "report.html does not show what match.json and the texts say")
