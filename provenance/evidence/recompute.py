"""The scores and the verdict once more, from nothing but a bundle. Pure.

What a verdict took from the database beside the two pages stands in the bundle as facts: which of
their sentences were boilerplate, whether the sites are of one house, what one page names and the
other is named. What other originals of the collection said of the match can't be had from two
texts; it is taken over from the stored verdict, and told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

from provenance import boilerplate, compare, matching, verdict
from provenance.matching import Page
from provenance.models import Article, Capture, Comparison, Match, Reason, Trace, Verdict
from provenance.normalize import digest, match_id, sentence_hashes, tokenize
from provenance.sites import Sites, is_kind, ordered

#: ``note``: worth knowing, and no finding about the bundle.
Result = Literal["agrees", "differs", "not-checked", "note"]
#: Scores are stored to four places.
PLACES = 0.00015
#: Reasons that come from the other originals of the collection begin so (see ``cohort``).
_OF_OTHERS = "cohort-"
#: Those of them that leave the claim standing.
_STANDS = frozenset({"cohort-best", "cohort-first"})

_ARTICLE = tuple(field.name for field in fields(Article))
_TRACE = tuple(field.name for field in fields(Trace))


@dataclass(frozen=True, slots=True)
class Check:
    """One part of a bundle, whether it holds, and in words what was found."""

    part: str
    result: Result
    text: str
    details: tuple[str, ...] = ()


def boilerplate_in(text: str, marks: boilerplate.Marks) -> list[int]:
    """The hashes of a text's sentences that don't count as evidence, in order of size."""
    return sorted({value for value in sentence_hashes(tokenize(text)) if value in marks})


def facts(
    source: Article,
    target: Article,
    source_traces: Sequence[Trace],
    known: boilerplate.Boilerplate,
    sites: Sites,
    page: Page | None,
) -> dict[str, Any]:
    """What a verdict on this pair takes from the database, for ``match.json``.

    ``page`` is the target's, read again from its record: the links and pictures of a page that was
    compared are not stored.
    """
    one_house, permitted = sites.essence(source.site, target.site)
    links = page.article if page else None
    return {
        "boilerplate": {
            "snapshot": known.name,
            "source": boilerplate_in(source.text, known.of(source.site)),
            "target": boilerplate_in(target.text, known.of(target.site)),
        },
        "sites": {"one_house": one_house, "permitted": permitted},
        "source": {
            "traces": [{name: getattr(one, name) for name in _TRACE} for one in source_traces],
            "links": list(source.links),
            "images": list(source.images),
            "aliases": list(source.aliases),
        },
        "target": {
            "links": list(links.links) if links else None,
            "images": list(links.images) if links else None,
            "aliases": list(links.aliases) if links else None,
        },
    }


def _article(row: Mapping[str, Any], text: str, about: Mapping[str, Any]) -> Article:
    told = {name: row[name] for name in _ARTICLE if name in row}
    lists = {name: tuple(about[name] or ()) for name in ("links", "images", "aliases")}
    return Article(**{**told, **lists, "text": text, "rough": bool(row["rough"])})


def _traces(rows: Iterable[Mapping[str, Any]]) -> tuple[Trace, ...]:
    return tuple(Trace(**{name: row[name] for name in _TRACE}) for row in rows)


def _sites(source: str, target: str, known: Mapping[str, Any]) -> Sites:
    """Rows that say of two sites what is known of them, and nothing of others."""
    rows = [ordered(source, target, "owner" if known["one_house"] else "apart")]
    if known["permitted"] and is_kind(str(known["permitted"])):
        rows.append(ordered(source, target, known["permitted"]))
    return Sites(rows)


def again(match: Mapping[str, Any], given: Mapping[str, Any], target: str, source: str) -> Match:
    """The match of two texts, made anew. ``match`` is as ``show --json`` prints it."""
    pages = {
        "source": Page(
            _article(match["source"], source, given["source"]), _traces(given["source"]["traces"])
        ),
        "target": Page(
            _article(match["target"], target, given["target"]), _traces(match["traces"])
        ),
    }
    profiles = [
        compare.profile(
            pages[side].article.text,
            boilerplate=boilerplate.Marks(here=frozenset(given["boilerplate"][side])),
        )
        for side in ("source", "target")
    ]
    made = matching.hold(
        pages["source"],
        pages["target"],
        profiles=(profiles[0], profiles[1]),
        channels=match["channels"],
        sites=_sites(match["source"]["site"], match["target"]["site"], given["sites"]),
        threshold=_threshold(match),
    )
    others = [one for one in match["reasons"] if str(one["code"]).startswith(_OF_OTHERS)]
    judged = _with_others(made.verdict, made.comparison, others)
    return replace(made, verdict=judged)


def _with_others(judged: Verdict, comparison: Comparison, said: Sequence[Any]) -> Verdict:
    for one in said:
        reason = Reason(str(one["code"]), str(one["text"]))
        if reason.code in _STANDS:
            judged = replace(judged, reasons=(*judged.reasons, reason))
        else:
            judged = verdict.of_third(judged, comparison, reason)
    return judged


def _threshold(match: Mapping[str, Any]) -> float | None:
    """The threshold that the match was judged by, which a database may have of its own."""
    told = match["parameters"].get("threshold")
    return float(told) if isinstance(told, int | float) else None


def _near(one: object, other: object) -> bool:
    return (
        isinstance(one, int | float)
        and isinstance(other, int | float)
        and abs(float(one) - float(other)) <= PLACES
    )


def judged(match: Mapping[str, Any], made: Match, *, links_known: bool) -> list[Check]:
    """What was computed anew beside what is stored: scores, passages, verdict, reasons."""
    scores = made.comparison.scores.asdict()
    off = tuple(
        f"{name}: {match['scores'].get(name)} stored, {value} computed"
        for name, value in scores.items()
        if not _near(match["scores"].get(name), value)
    )
    rows = [passage.row() for passage in made.comparison.passages]
    found = made.verdict
    now = {
        "relation": found.relation,
        "probability": found.probability,
        "is_reuse": found.is_reuse,
        "is_repost": found.is_repost,
        "direction": found.direction.value,
        "direction_confidence": found.direction.confidence,
        "attribution": found.attribution,
    }
    wrong = tuple(
        f"{name}: {match[name]} stored, {value} computed"
        for name, value in now.items()
        if not (_near(match[name], value) if isinstance(value, float) else match[name] == value)
    )
    others = any(str(one["code"]).startswith(_OF_OTHERS) for one in match["reasons"])
    told = "computed from the texts and the facts in the bundle"
    if others:
        told += "; what other originals said of it was taken over"
    return [
        _check("scores", off, f"all {len(scores)} computed from the texts"),
        _check(
            "passages",
            ()
            if rows == match["passages"]
            else (f"{len(rows)} found, which are not those stored",),
            f"all {len(rows)} found again in the texts",
        ),
        _check("verdict", wrong, told),
        _reasons(match, found, links_known=links_known),
    ]


def _reasons(match: Mapping[str, Any], found: Verdict, *, links_known: bool) -> Check:
    stored = [(one["code"], one["text"]) for one in match["reasons"]]
    ledger = [(one["kind"], one["text"]) for one in match["evidence"]]
    same = stored == [(one.code, one.text) for one in found.reasons]
    first = ledger == [(one.kind, one.text) for one in found.direction.evidence]
    if same and first:
        return Check("reasons", "agrees", f"all {len(stored)}, and who was first with its evidence")
    if not links_known:
        why = "some rest on links of the page, which can't be read without its record"
        return Check("reasons", "not-checked", why)
    what = "the reasons" if not same else "the evidence of who was first"
    return Check("reasons", "differs", f"{what} computed are not those stored")


def _check(part: str, wrong: tuple[str, ...], well: str) -> Check:
    if wrong:
        return Check(part, "differs", f"{len(wrong)} not as stored", wrong)
    return Check(part, "agrees", well)


def identity(match: Mapping[str, Any], target: str, source: str) -> Check:
    """Whether the texts are those that the match is of: their digests, and its id."""
    wrong = [
        f"{side}: the text's digest is not the one that the match names"
        for side, text in (("target", target), ("source", source))
        if digest(tokenize(text)) != match[side]["digest"]
    ]
    if match_id(match["source"]["id"], match["target"]["id"]) != match["id"]:
        wrong.append("the id of the match is not that of its two articles")
    return _check("texts", tuple(wrong), "are those that the match is of")


def read_page(captures: Iterable[Capture], sha256: str, *, rough: bool) -> Page | None:
    """The page in a record whose body has this digest, read anew; None when there is none.

    Raises ExtractError, and whatever a parser raises at a hostile page.
    """
    from provenance.evidence.container import sha256 as hashed

    for capture in captures:
        if hashed(capture.body) == sha256:
            return matching.prepare_roughly(capture) if rough else matching.prepare(capture)
    return None


def same_text(stored: str, read: str) -> tuple[Result, str]:
    """Whether a text read anew is the one stored, and in words how near it comes."""
    if stored == read:
        return "agrees", "the text read from it is the text stored, character by character"
    if digest(tokenize(stored)) == digest(tokenize(read)):
        return (
            "agrees",
            "the text read from it has the words of the text stored, laid out otherwise",
        )
    return "differs", "the text read from it is not the text stored"
