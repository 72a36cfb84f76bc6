"""From a page to its matches: the walk through the pure rooms, between reading and storing.

Everything here takes values and gives values, but for ``find_matches``, which asks the index. The
command line, a pool of workers and a cluster run this very code.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Protocol

from provenance import (
    boilerplate,
    candidates,
    cohort,
    compare,
    direction,
    disguise,
    extract,
    remarks,
    spacing,
    traces,
    urls,
    verdict,
)
from provenance.config import LIMITS, Parameters
from provenance.errors import ExtractError
from provenance.fingerprint import fingerprint, fragments, rare_terms
from provenance.models import (
    DERIVED,
    Article,
    Capture,
    Channel,
    Comparison,
    Fingerprint,
    Index,
    Match,
    Record,
    Status,
    Trace,
    Verdict,
)
from provenance.normalize import match_id, tokenize, without
from provenance.screen import Decision, Screen, skim
from provenance.sites import NOTHING_KNOWN, Sites

#: Relations that are worth a row: what was found, not what was not.
RECORDED = DERIVED | {"common-source", "quote", "cites", "version"}
#: Links of a page that are looked up among the originals.
MAX_LINKS = 300
#: Words that must be left of an article without its boilerplate: as few as extraction takes.
MIN_OWN_WORDS = 20
#: Originals of a site are counted so far.
MOST_COUNTED = 1000
#: Probability of reuse, judged by rough text, above which a page is read in full. Menus and teasers
#: lower it: the least that a graded rewrite has, which is found in full, is 0.12.
MAYBE = 0.1
#: What nobody has learned.
NOTHING = boilerplate.Boilerplate()
# Traces that name an outlet without pointing at a page of it.
_HEARSAY = frozenset({"told-outlet", "wire-credit", "section-suffix"})


class Originals(Index, Protocol):
    """A collection of known originals: the index, and the articles behind it."""

    def articles(self, ids: Sequence[str]) -> dict[str, Article]: ...

    def traces_of(self, article_id: str) -> tuple[Trace, ...]: ...

    def relations(self) -> list[tuple[str, str, str]]: ...

    def of_site(self, site: str, limit: int) -> int: ...


@dataclass(frozen=True, slots=True)
class Page:
    """One page, read: its article and traces, and where its bytes were."""

    article: Article
    traces: tuple[Trace, ...]
    capture: Capture | None = None


@dataclass(frozen=True, slots=True)
class NamedSource:
    """An outlet that a page's traces name, and what the collection knows of it.

    ``original`` is the id of the page that is named, if it is an original; ``registered`` is how
    many originals the outlet's site has, counted up to ``MOST_COUNTED``.
    """

    named: traces.Named
    original: str | None
    registered: int


def prepare(item: Capture | Record) -> Page:
    """A capture or record as a page. Pure. Raises ExtractError."""
    if isinstance(item, Record):
        return Page(extract.article_from_record(item), ())
    if is_flood(item):
        return prepare_roughly(item)
    document = extract.parse(item)
    article = extract.extract(item, document)
    return Page(article, traces.read(document.tree, article), item)


def is_flood(item: Capture | Record) -> bool:
    """Whether a page has more tags than a parser is asked to read."""
    return isinstance(item, Capture) and extract.is_flood(item)


def prepare_roughly(item: Capture | Record) -> Page:
    """The same without parser and extractor, for what defeated them; no traces. Pure.

    Raises ExtractError (``empty``).
    """
    record = item if isinstance(item, Record) else extract.bare_record(item)
    return Page(
        replace(extract.article_from_record(record), rough=True),
        (),
        item if isinstance(item, Capture) else None,
    )


def screened(
    capture: Capture,
    screen: Screen,
    originals: Originals,
    known: boilerplate.Boilerplate = NOTHING,
) -> Decision:
    """Whether a page of a crawl must be read in full, from a quick look at it. Pure.

    First the channels are asked; then what they propose for the text alone is compared with the
    rough text. What is no page, or shows a wall, must: there the full way says so.
    """
    try:
        text, _ = extract.markup_of(capture)
    except ExtractError:
        return Decision(True, "no page")
    page = skim(text)
    if page is not None and extract.gates.gate(page.running, page.title):
        return Decision(True, "a wall")
    url = urls.unwrap_archive(capture.final_url or capture.url)[0]
    decision = screen.decide(page, url)
    if page is None or not (decision.copied or decision.retold):
        return decision
    marks = known.of(urls.site(url))
    sources = originals.ids((*decision.copied, *decision.retold))
    articles = originals.articles(list(sources.values()))
    # An excerpt lies anywhere; a short article beside many teasers is told by its paragraphs.
    asked = [(page.running, (*decision.copied, *decision.retold))]
    if decision.retold and page.paragraphs != page.running:
        asked.append((page.paragraphs, decision.retold))
    for rough, numbers in asked:
        target = compare.profile(rough, boilerplate=marks)
        glance = compare.Glance(target)
        for number in numbers:
            source = articles.get(sources.get(number, ""))
            if source is None or not glance.is_worth(source.text):
                continue
            held = _source_profile(source.text, known.of(source.site))
            copied = number in decision.copied
            # Of an excerpt the original's rare words may be few.
            if copied or compare.may_derive(target, held):
                found = verdict.judge(compare.compare(target, held))
                if found.relation in RECORDED or found.probability > MAYBE:
                    return decision
    return Decision(False, "its rough text derives from none")


def admit(page: Page, known: boilerplate.Boilerplate = NOTHING) -> tuple[Page, int]:
    """The page, and how many words it has that are not boilerplate.

    A page of which too few are left is no article: it comes back with the gate ``boilerplate``.
    """
    article, marks = page.article, known.of(page.article.site)
    if article.gate or not marks:
        return page, article.words
    left, places = without(tokenize(article.text), marks)
    if not places:
        return page, article.words
    if left.count < MIN_OWN_WORDS:
        page = dataclasses.replace(page, article=dataclasses.replace(article, gate="boilerplate"))
    return page, left.count


# --- judging -----------------------------------------------------------------------------------


def fingerprint_of(article: Article, parameters: Parameters) -> Fingerprint | None:
    """The fingerprint of an article; a consent wall has none, so that walls never match."""
    made = None if article.gate else fingerprint(disguise.read(article.text), parameters)
    # The digest is that of the text as it stands, disguised or not.
    return made and dataclasses.replace(made, digest=article.digest)


def hold(
    source: Page,
    target: Page,
    *,
    profiles: tuple[compare.Profile, compare.Profile] | None = None,
    channels: Sequence[Channel] = (),
    sites: Sites = NOTHING_KNOWN,
    threshold: float | None = None,
) -> Match:
    """Hold one target against one source: compare, order in time, judge. Pure.

    ``profiles`` (source's, target's) save making them again; ``sites`` says who owns whom;
    ``threshold`` as in ``verdict.judge``.
    """
    s_profile, t_profile = profiles or (
        compare.profile(source.article.text),
        compare.profile(target.article.text),
    )
    # What was read so before stays as it is.
    t_profile = compare.meant(t_profile, s_profile)
    comparison = compare.compare(t_profile, s_profile)
    found = judge(comparison, source, target, sites, threshold)
    if shared := traces.shared_names(source.article, target.article):
        found = dataclasses.replace(found, reasons=(*found.reasons, *shared))
    if found.is_reuse and found.relation != "verbatim":
        told_otherwise = remarks.changed(compare.changes(t_profile, s_profile, comparison.passages))
        found = dataclasses.replace(found, reasons=(*found.reasons, *told_otherwise))
    if told_of := remarks.disguised(target.article.text, t_profile.reread):
        found = dataclasses.replace(found, reasons=(*found.reasons, told_of))
    if t_profile.left_out or s_profile.left_out:
        told = remarks.left_out(len(t_profile.left_out), len(s_profile.left_out))
        found = dataclasses.replace(found, reasons=(*found.reasons, told))
    return Match(
        id=match_id(source.article.id, target.article.id),
        source=source.article,
        target=target.article,
        comparison=comparison,
        verdict=found,
        traces=target.traces,
        channels=tuple(channels),
    )


def hold_texts(suspect: str, source: str) -> tuple[Comparison, Verdict]:
    """Compare two plain texts, of which nothing else is known. Pure."""
    s_profile, t_profile = compare.profile(source), compare.profile(suspect)
    same = bool(t_profile.tokens.words) and t_profile.digest == s_profile.digest
    comparison = compare.compare(t_profile, s_profile)
    return comparison, verdict.judge(comparison, verdict.Context(same_digest=same))


def judge(
    comparison: Comparison,
    source: Page,
    target: Page,
    sites: Sites = NOTHING_KNOWN,
    threshold: float | None = None,
) -> Verdict:
    """The verdict on two pages whose texts were compared. Pure."""
    here, there = target.article, source.article
    context = verdict.Context(
        same_digest=here.digest == there.digest,
        same_series=sites.one_house(there.site, here.site),
        named=_named(target, there),
        wire=_shared_wire(source.traces, target.traces),
        direction=direction.judge(
            there,
            here,
            source.traces,
            target.traces,
            containment_target=comparison.scores.containment_target_5,
            containment_source=comparison.scores.containment_source_5,
        ),
        attribution=direction.attribution(
            there,
            here,
            target.traces,
            source.traces,
            permitted=sites.permitted(there.site, here.site) is not None,
            linked=_links_to(here, there),
        ),
    )
    return verdict.judge(comparison, context, threshold=threshold)


def _named(target: Page, source: Article) -> bool:
    """Whether the page names this very article: by a trace, or by a link in its text."""
    if any(
        trace.kind not in _HEARSAY and direction.names_source(trace, source) == "page"
        for trace in target.traces
    ):
        return True
    return _links_to(target.article, source)


def _links_to(target: Article, source: Article) -> bool:
    """Whether the target's text links the source's very page."""
    named = urls.canonical_url(urls.redact(source.canonical_url))
    return bool(named) and named in _linked(target.links, target.canonical_url)


# Asked anew for each original that a page is held against.
@lru_cache(maxsize=8)
def _linked(links: tuple[str, ...], own: str) -> tuple[str, ...]:
    """Canonical URLs of the pages that a text links, its ``own`` left out."""
    # Redacted, as the store keeps them.
    found = (urls.canonical_url(urls.redact(link)) for link in links[:MAX_LINKS])
    return tuple(dict.fromkeys(url for url in found if url != own))


def _shared_wire(source: Sequence[Trace], target: Sequence[Trace]) -> str | None:
    credited = {trace.value for trace in source if trace.kind == "wire-credit"}
    return next((t.value for t in target if t.kind == "wire-credit" and t.value in credited), None)


def find_matches(
    page: Page,
    made: Fingerprint | None,
    originals: Originals,
    parameters: Parameters,
    known: boilerplate.Boilerplate = NOTHING,
    threshold: float | None = None,
    earlier: Index | None = None,
    *,
    nearest: bool = False,
) -> list[Match]:
    """Every candidate of a page that is worth it, compared and judged, best first. Writes nothing.

    ``earlier`` names further candidates, of which ``originals`` gives the articles. With
    ``nearest``, the first candidate is compared where none is worth it.
    Each text is looked up and compared without what is ``known`` as boilerplate of its site; an
    original that is little else is passed over. ``threshold`` as in ``verdict.judge``.
    """
    article = page.article
    if article.gate:
        return []
    profile = compare.profile(article.text, boilerplate=known.of(article.site))
    if made and profile.left_out:
        # The signature stays that of the whole text, so that equal texts always meet.
        words = profile.tokens.words
        made = dataclasses.replace(
            made, fragments=fragments(words, parameters), terms=rare_terms(words)
        )
    named = (
        *traces.lookup_urls(page.traces, article),
        *_linked(article.links, article.canonical_url),
    )
    stems, slugs = traces.lookup_stems(article), traces.lookup_slugs(article)
    guesses = spacing.guesses(article.text)
    found = [
        one
        for index in (originals, earlier)
        if index is not None
        for one in candidates.find(
            made, index, parameters, urls=named, stems=stems, slugs=slugs, guesses=guesses
        )
    ]
    wanted = [one for one in found if one.source_id != article.id and not one.slight]
    sources = originals.articles([one.source_id for one in wanted])
    sites = _sites(tuple(originals.relations()))
    wanted = [one for one in wanted if one.source_id in sources]
    glance = compare.Glance(profile)
    # What the page names, or shows the picture of, is compared in any case.
    worth = [
        one
        for one in wanted
        if "traces" in one.channels or glance.is_worth(sources[one.source_id].text)
    ]
    matches = []
    for one in worth or (wanted[:1] if nearest else []):
        source = sources[one.source_id]
        held = _source_profile(source.text, known.of(source.site))
        if held.left_out and held.tokens.count < MIN_OWN_WORDS:
            continue
        own = compare.meant(profile, held)
        if one.channels == ("terms",) and not compare.may_derive(own, held):
            continue
        matches.append(
            hold(
                Page(source, originals.traces_of(source.id)),
                page,
                profiles=(held, own),
                channels=one.channels,
                sites=sites,
                threshold=threshold,
            )
        )
    return sorted(_settled(matches, originals, sites, known, threshold), key=_rank)


def named_sources(page: Page, originals: Originals) -> tuple[NamedSource, ...]:
    """Whom the page's traces name, surest first, originals or not. Reads no text."""
    found = []
    for one in traces.named(page.traces):
        known = originals.by_urls([urls.canonical_url(one.url)], MOST_COUNTED) if one.url else []
        count = originals.of_site(one.site, MOST_COUNTED) if one.site else 0
        found.append(NamedSource(one, known[0] if known else None, count))
    return tuple(found)


def _settled(
    matches: list[Match],
    originals: Originals,
    sites: Sites,
    known: boilerplate.Boilerplate,
    threshold: float | None,
) -> list[Match]:
    """The matches of one target, once each knows of the others (see ``cohort``)."""

    def alike(one: Match, other: Match) -> bool:
        left, right = (
            _source_profile(match.source.text, known.of(match.source.site))
            for match in (one, other)
        )
        return verdict.judge(compare.compare(left, right), threshold=threshold).is_reuse

    def earlier(one: Match, other: Match) -> bool:
        traces = originals.traces_of(one.source.id), originals.traces_of(other.source.id)
        # Two that carry one agency's text got it there, whoever was quicker.
        if _shared_wire(*traces):
            return False
        first = direction.judge(
            one.source, other.source, *traces, containment_target=0.0, containment_source=0.0
        )
        return first.value == "source-first"

    names = sorted({match.source.site for match in matches})
    owned = frozenset(
        frozenset({one, other}) for one in names for other in names if sites.one_house(one, other)
    )
    found = cohort.settle(matches, owned=owned, alike=alike, earlier=earlier)
    return [_with(match, found.get(match.id)) for match in matches]


def _with(match: Match, finding: cohort.Finding | None) -> Match:
    if finding is None:
        return match
    judged = match.verdict
    if finding.shared:
        return replace(match, verdict=verdict.of_third(judged, match.comparison, finding.reason))
    return replace(match, verdict=replace(judged, reasons=(*judged.reasons, finding.reason)))


@lru_cache(maxsize=8)
def _sites(rows: tuple[tuple[str, str, str], ...]) -> Sites:
    """What is known of the sites: the same for all pages of a run."""
    return Sites(rows)


# Two thirds of a MB each (articles of 1,000 words), in every worker.
@lru_cache(maxsize=128)
def _source_profile(text: str, marks: boilerplate.Marks) -> compare.Profile:
    """The profile of an original: one story's pages ask for the same few again and again."""
    return compare.profile(text, boilerplate=marks)


def _rank(match: Match) -> tuple[int, float, float, str]:
    """Reposts first, then other reuse, then by probability and shared weight; ties by id."""
    found, scores = match.verdict, match.comparison.scores
    grade = 3
    if found.is_repost:
        grade = 0
    elif found.is_reuse:
        grade = 1
    elif found.relation in RECORDED:
        grade = 2
    return grade, -found.probability, -(scores.coverage + scores.coverage_source), match.id


def worth_a_row(words: int, matches: Sequence[Match]) -> list[Match]:
    """The matches that are recorded. A text of few own words counts only when verbatim or
    traced."""
    kept = [match for match in matches if match.verdict.relation in RECORDED]
    if words >= LIMITS.min_words:
        return kept
    return [
        match
        for match in kept
        if match.verdict.relation == "verbatim" or "traces" in match.channels
    ]


def status(article: Article, words: int, kept: Sequence[Match], originals: int) -> Status:
    """What can be said of a page of so many own words at all; only ``ok`` with no match means
    "no match"."""
    if article.gate:
        return "gated"
    if not originals:
        return "no-originals"
    if words < LIMITS.min_words and not kept:
        return "too-short"
    return "ok"
