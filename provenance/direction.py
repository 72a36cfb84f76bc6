"""Who was first, from evidence; and whether the copy says where it is from. Pure.

A ledger of signed log-odds: positive lines say that the source was first, negative ones the
target. Every rule treats both sides alike, so that swapping the two articles turns the answer
around exactly. A page can lie about its date, and is dated anew when it is updated, so claimed
dates weigh little; what a copyist left in the page by oversight weighs most. No answer hangs on
one date: below the margin it is ``unknown``.

The weights are natural log-odds. Those of times lie at or under what they are worth on simulated
timelines (``benchmarks/direction.py``, table in ``docs/direction.md``); those of traces, of
self-reference and of length are judgements, for no labelled timelines exist to measure them on.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import lru_cache

from provenance import tracekinds, urls
from provenance.dates import lag
from provenance.houses import AGENCIES
from provenance.models import Article, Attribution, Direction, DirectionValue, Evidence, Trace
from provenance.outlets import own_reporting, same_name, same_outlet

#: The sum of log-odds that an answer needs: 0.88 as a probability. No date reaches it alone.
MARGIN = 2.0

# Judged: pages that link, load from or are filed under the page that they are the source of are
# rare (a late "as reported by …"), about 1 in 50; a whole site is named more loosely, 1 in 12.
NAMES_PAGE = 4.0
NAMES_SITE = 2.5
# What stands in the page's head alone is written by a template: one setting, a moved site or a
# partner's contract writes it for all pages. It decides where nothing speaks against it; any one
# claim or sighting against it leaves the answer open (docs/direction.md has both ways simulated).
DECLARED = 2.5
# A name in the text, or a mechanism: 1 in 4 is the other way round.
NAMES_MEDIUM = 1.0
#: Each further trace of another kind adds this, up to the limit: they seldom are independent.
FURTHER_TRACE = 0.5
MOST_FROM_TRACES = 5.0
# Judged: both texts say who asked ("told the Post"), and the Post is one of the two houses.
TOLD_IN_BOTH = 1.5
# Only the house's own text says so: the other cut it, or the house added to what it took.
TOLD_IN_ONE = 0.5
# At or under the worth that simulated timelines give them (see above). A claim is held far under
# it, for the pages of one site err together: a site that dates its pages early does so always.
CLAIMED = 1.0
# Judged: the wider the gap, the more often it is a wrong date. How often is anybody's guess, so
# this is no more than keeps a page that claims to be earlier from being called a repost.
CLAIMED_WIDE = 0.6
EXISTED_BEFORE = 1.5
#: The same, where the later page's date stands in its address too, which no update moves.
EXISTED_BEFORE_FILED = 2.2
#: The same by the word of the server: clocks and caches err.
SERVER_BEFORE = 1.0
#: Originals are looked up after their copies so often that the order of sightings says nothing.
OBSERVED = 0.0
# Judged: short versions of long texts are made more often than long ones of short texts.
EXCERPT = 0.3

_MINUTES = 5 * 60
_DAY = 24 * 3600
_WEEK = 7 * _DAY
#: Traces by which a page openly says where its text is from, and those that say it may.
_ATTRIBUTES = tracekinds.named(open=True)
_DECLARED = tracekinds.named(declared=True)
_LICENCE_KINDS = tracekinds.named(licence=True)
_PUBLIC_DOMAIN = frozenset({"zero", "mark"})
_LICENCE_NOTICE = re.compile(r"^(permission|creative-commons|republished):")


def names_source(trace: Trace, source: Article) -> str | None:
    """How a trace names an article: ``page``, ``site``, ``name``, or None if it doesn't."""
    if trace.target_url and _page(trace.target_url) in {
        _page(url) for url in (source.canonical_url, source.url, *source.aliases)
    }:
        return "page"
    if trace.kind in ("hotlink", "image-proxy") and any(
        urls.redact(image) == trace.value for image in source.images
    ):
        return "page"
    if trace.target_site:
        return "site" if source.site and same_outlet(trace.target_site, source.site) else None
    label = source.site.split(".")[0]
    # Short labels are found in too many names.
    if len(label) >= 4 and trace.value and same_name(trace.value, label):
        return "name"
    return None


# Of one page the same are asked for with each original that it is held against.
@lru_cache(maxsize=512)
def _page(url: str) -> str:
    """A URL for comparison: traces and what is stored have no secrets, a fresh page has."""
    return urls.canonical_url(urls.redact(url))


def judge(
    source: Article,
    target: Article,
    source_traces: Sequence[Trace],
    target_traces: Sequence[Trace],
    *,
    containment_target: float,
    containment_source: float,
) -> Direction:
    """Who of two articles that share text was first.

    ``containment_target`` is the share of the target's shingles found in the source, 0 to 1,
    and ``containment_source`` the other way round. Confidence is 0.5 for ``unknown``, else the
    logistic of the absolute sum.
    """
    ledger: list[Evidence] = []
    told = _from_self_reference(source, target)
    ledger += _from_traces(target_traces, source, 1, "target", "source", told)
    ledger += _from_traces(source_traces, target, -1, "source", "target", told)
    ledger += told
    ledger += _from_times(source, target)
    ledger += _from_lengths(containment_target, containment_source)
    total = Direction("unknown", 0.5, tuple(ledger)).log_odds
    value: DirectionValue = "unknown"
    if total >= MARGIN:
        value = "source-first"
    elif total <= -MARGIN:
        value = "target-first"
    confidence = 0.5 if value == "unknown" else 1 / (1 + math.exp(-abs(total)))
    return Direction(value, round(confidence, 4), tuple(ledger))


def attribution(
    source: Article,
    target: Article,
    target_traces: Sequence[Trace],
    source_traces: Sequence[Trace] = (),
    *,
    permitted: bool = False,
    linked: bool = False,
) -> Attribution:
    """Whether the target says where its text is from, and by what right.

    ``licensed``: the user entered that the target's site may print the source's texts
    (``permitted``); a syndication field, or a notice of permission or licence, that names the
    source or stands beside a credit that does; or one agency's credit on both pages.
    A Creative Commons mark on the source's own page permits a copy that credits it.
    ``attributed``: the target's text links the source's page (``linked``), or it has a source link,
    canonical, feed footer or page data that names the source.
    Hot-linked pictures and leftover addresses say nothing openly, and are no attribution.
    """
    if permitted:
        return "licensed"
    attributed, licence = linked, False
    for trace in target_traces:
        permits = trace.kind in _LICENCE_KINDS or (
            trace.kind == "republish-notice" and _LICENCE_NOTICE.match(trace.snippet) is not None
        )
        how = names_source(trace, source) if trace.kind in _ATTRIBUTES else None
        if how is not None and permits:
            return "licensed"
        attributed = attributed or how is not None
        # "Under a Creative Commons licence" names nobody: the credit beside it does.
        licence = licence or (permits and not trace.target_site and not trace.target_url)
    free = {trace.value for trace in source_traces if trace.kind == "cc-mark"}
    if (attributed and (licence or free)) or free & _PUBLIC_DOMAIN:
        return "licensed"
    here, there = _agencies(target_traces), _agencies(source_traces)
    agency = source.site.split(".")[0]
    if here & there or any(same_name(name, agency) for name in here):
        return "licensed"
    return "attributed" if attributed else "unattributed"


def _agencies(traces: Sequence[Trace]) -> set[str]:
    known = set(AGENCIES.values())
    return {t.value for t in traces if t.kind == "wire-credit" and t.value in known}


def _from_traces(
    traces: Sequence[Trace],
    other: Article,
    sign: int,
    here: str,
    there: str,
    told: Sequence[Evidence],
) -> list[Evidence]:
    """What the traces of one page say of the other; the strongest line counts whole.

    ``told`` are lines that were already made of who asked, which are not to count twice.
    """
    best: dict[str, tuple[float, Trace, str]] = {}
    for trace in traces:
        if trace.kind == "told-outlet" and told:
            continue
        how = names_source(trace, other)
        # A weak picture host may have been a service unknown here: now it is known to be theirs.
        picture = trace.kind in ("hotlink", "image-proxy")
        if how is None or (trace.strength == "weak" and not picture):
            continue
        weight = NAMES_MEDIUM
        if trace.strength == "strong":
            weight = {"page": NAMES_PAGE, "site": NAMES_SITE}.get(how, NAMES_MEDIUM)
        family = trace.kind
        if trace.kind in _DECLARED:
            # One template writes them all: they count as one.
            family, weight = "declared", min(weight, DECLARED)
        if family not in best or weight > best[family][0]:
            best[family] = (weight, trace, how)
    ranked = sorted(best.values(), key=lambda item: (-item[0], item[1].kind))
    lines: list[Evidence] = []
    spent = 0.0
    for weight, trace, how in ranked:
        share = weight if not lines else min(FURTHER_TRACE, MOST_FROM_TRACES - spent)
        if share <= 0:
            break
        spent += share
        what = {"page": "page itself", "site": "site", "name": "name"}[how]
        lines.append(
            Evidence(
                f"trace:{trace.kind}",
                sign * share,
                f"The {here} page names the {there}'s {what} ({trace.kind}: {trace.value[:120]}).",
            )
        )
    return lines


def _from_self_reference(source: Article, target: Article) -> list[Evidence]:
    """A text that says which house asked the questions names the house that reported it."""
    lines: list[Evidence] = []
    pairs = ((source, target, 1, "source", "target"), (target, source, -1, "target", "source"))
    for one, other, sign, here, there in pairs:
        if source.site == target.site or not (own := own_reporting(one.text, one.site)):
            continue
        both = own_reporting(other.text, one.site)
        found = f"The {here}'s text calls its own house the one that asked (“{own}”)"
        more = f", and so does the {there}'s." if both else "."
        weight = TOLD_IN_BOTH if both else TOLD_IN_ONE
        lines.append(Evidence("self-reference", sign * weight, found + more))
    return lines


def claim(article: Article) -> tuple[str | None, str | None]:
    """The time of publication that a page claims, and the day that its address is filed under.

    An address keeps its day when the page is dated anew, so a day that is clearly the earlier
    one (by more than zones and time slips explain) is taken for the claim. A page that was seen
    before the time that it claims was there when it was seen.
    """
    filed = urls.day_in_path(article.url) or urls.day_in_path(article.canonical_url)
    claimed = article.published
    before = lag(article.observed, claimed) if article.observed and claimed else None
    if before and before[0] > before[1] + _MINUTES:
        claimed = article.observed
    passed = lag(filed, claimed) if filed and claimed else None
    if not claimed or (passed and passed[0] > 2 * _DAY):
        return filed, filed
    return claimed, filed


def _seen(article: Article) -> list[tuple[str, float, str]]:
    """When a page surely was there: ``(time, weight, in words)``, for each clock that says so.

    A server's time that is older than the page's own claim is that of a template, and no use.
    """
    found = []
    if article.observed:
        found.append((article.observed, EXISTED_BEFORE, "was seen at"))
    if article.modified and article.published:
        passed = lag(article.published, article.modified)
        if passed and passed[0] >= -passed[1]:
            found.append(
                (
                    article.modified,
                    SERVER_BEFORE,
                    "was there, as its server says (Last-Modified), at",
                )
            )
    return found


def _from_times(source: Article, target: Article) -> list[Evidence]:
    """Claimed and observed times, kept apart. What says the same date twice counts once."""
    existed = _from_sightings(source, target)
    claimed = _from_claims(source, target)
    # Seen before the other's date: then its own date is earlier, too, which adds nothing.
    claimed = [c for c in claimed if not any(e.log_odds * c.log_odds > 0 for e in existed)]
    return claimed + (existed or _from_order_seen(source, target))


def _from_claims(source: Article, target: Article) -> list[Evidence]:
    first, second = claim(source)[0], claim(target)[0]
    measured = lag(first, second) if first and second else None
    if not first or not second or measured is None:
        return []
    later, slack = measured
    if slack == 0 and later == 0:
        return [
            Evidence(
                "claimed-equal",
                0.0,
                f"Both pages claim the same second ({first}), as an import leaves it: one took "
                "the other's time, which says not which.",
            )
        ]
    if abs(later) <= max(slack, _MINUTES):
        return []
    weight = CLAIMED if abs(later) - slack <= _WEEK else CLAIMED_WIDE
    who = "source" if later > 0 else "target"
    early, late = (first, second) if later > 0 else (second, first)
    return [
        Evidence(
            "claimed",
            math.copysign(weight, later),
            f"The {who} claims to be the earlier one ({early} against {late}).",
        )
    ]


def _from_sightings(source: Article, target: Article) -> list[Evidence]:
    """Seen before the other says that it was written: then it existed first."""
    lines: list[Evidence] = []
    pairs = ((source, target, 1, "source", "target"), (target, source, -1, "target", "source"))
    for one, other, sign, here, there in pairs:
        claimed, filed = claim(other)
        best: tuple[float, str] | None = None
        for seen, weight, words in _seen(one):
            measured = lag(seen, claimed) if claimed else None
            if measured is None or measured[0] <= measured[1] + _MINUTES:
                continue
            ahead = lag(seen, filed) if filed else None
            confirmed = ""
            if ahead and ahead[0] > ahead[1] and weight == EXISTED_BEFORE:
                weight = EXISTED_BEFORE_FILED
                confirmed = f", and its address is filed under {filed}"
            text = (
                f"The {here} {words} {seen}, before the {there} claims to have been published "
                f"({claimed}{confirmed})."
            )
            best = max(best or (0.0, ""), (weight, text))
        if best:
            lines.append(Evidence("existed-before", sign * best[0], best[1]))
    return lines


def _from_order_seen(source: Article, target: Article) -> list[Evidence]:
    """Which was seen first: told, but not weighed."""
    measured = (
        lag(source.observed, target.observed) if source.observed and target.observed else None
    )
    if measured is None or abs(measured[0]) <= max(measured[1], _MINUTES):
        return []
    who = "source" if measured[0] > 0 else "target"
    return [
        Evidence(
            "observed",
            OBSERVED,
            f"The {who} was seen first ({source.observed} and {target.observed}).",
        )
    ]


def _from_lengths(containment_target: float, containment_source: float) -> list[Evidence]:
    """A text that stands whole in a longer one is more often its excerpt than its seed."""
    high, low = 0.8, 0.6
    if containment_target >= high and containment_source < low:
        return [Evidence("excerpt", EXCERPT, "The target stands whole in the longer source.")]
    if containment_source >= high and containment_target < low:
        return [Evidence("excerpt", -EXCERPT, "The source stands whole in the longer target.")]
    return []
