"""Who was first, from evidence; and whether the copy says where it is from. Pure.

A ledger of signed log-odds: positive lines say that the source was first, negative ones the
target. Every rule treats both sides alike, so that swapping the two articles turns the answer
around exactly. A page can lie about its date, so claimed dates weigh little; what a copyist
left in the page by oversight weighs most. Below the margin the answer is ``unknown``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import datetime

from provenance import urls
from provenance.dates import instant, parse_time
from provenance.houses import AGENCIES
from provenance.models import Article, Attribution, Direction, DirectionValue, Evidence, Trace
from provenance.outlets import same_name, same_outlet

#: The sum of log-odds that an answer needs.
MARGIN = 1.5

NAMES_PAGE = 4.0
NAMES_SITE = 2.5
NAMES_MEDIUM = 1.0
#: Each further trace of another kind adds this, up to the limit: they seldom are independent.
FURTHER_TRACE = 0.5
MOST_FROM_TRACES = 5.0
CLAIMED_DAYS = 1.0
CLAIMED_MINUTES = 0.7
OBSERVED = 0.5
EXISTED_BEFORE = 2.0
EXCERPT = 0.3

_MINUTES = 5 * 60
_DAY = 24 * 3600
# A time without zone may be off by as much.
_ZONES = 14 * 3600
#: Traces by which a page openly says where its text is from.
_ATTRIBUTES = frozenset(
    {
        "source-link",
        "canonical",
        "og-url",
        "feed-footer",
        "jsonld",
        "republish-notice",
        "syndication-source",
        "original-source",
    }
)
_LICENCE_KINDS = frozenset({"syndication-source", "original-source"})
_LICENCE_NOTICE = re.compile(r"^(permission|creative-commons|republished):")


def names_source(trace: Trace, source: Article) -> str | None:
    """How a trace names an article: ``page``, ``site``, ``name``, or None if it doesn't."""
    if trace.target_url and _page(trace.target_url) in (
        _page(source.canonical_url),
        _page(source.url),
    ):
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
    ledger += _from_traces(target_traces, source, 1, "target", "source")
    ledger += _from_traces(source_traces, target, -1, "source", "target")
    ledger += _from_claims(source, target)
    ledger += _from_observation(source, target)
    ledger += _from_lengths(containment_target, containment_source)
    # fsum rounds once, whatever the order: the mirror image has exactly the opposite sum.
    total = math.fsum(line.log_odds for line in ledger)
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
) -> Attribution:
    """Whether the target says where its text is from, and by what right.

    ``licensed``: a syndication field, a notice of permission or licence that names the source,
    or one agency's credit on both pages. ``attributed``: a source link, canonical, feed footer
    or page data that names the source. Hot-linked pictures and leftover addresses say nothing
    openly, and are no attribution.
    """
    attributed = False
    for trace in target_traces:
        how = names_source(trace, source)
        if how is None or trace.kind not in _ATTRIBUTES:
            continue
        if trace.kind in _LICENCE_KINDS or (
            trace.kind == "republish-notice" and _LICENCE_NOTICE.match(trace.snippet)
        ):
            return "licensed"
        attributed = True
    here, there = _agencies(target_traces), _agencies(source_traces)
    agency = source.site.split(".")[0]
    if here & there or any(same_name(name, agency) for name in here):
        return "licensed"
    return "attributed" if attributed else "unattributed"


def _agencies(traces: Sequence[Trace]) -> set[str]:
    known = set(AGENCIES.values())
    return {t.value for t in traces if t.kind == "wire-credit" and t.value in known}


def _from_traces(
    traces: Sequence[Trace], other: Article, sign: int, here: str, there: str
) -> list[Evidence]:
    """What the traces of one page say of the other; the strongest line counts whole."""
    best: dict[str, tuple[float, Trace, str]] = {}
    for trace in traces:
        how = names_source(trace, other)
        # A weak picture host may have been a service unknown here: now it is known to be theirs.
        picture = trace.kind in ("hotlink", "image-proxy")
        if how is None or (trace.strength == "weak" and not picture):
            continue
        weight = NAMES_MEDIUM
        if trace.strength == "strong":
            weight = {"page": NAMES_PAGE, "site": NAMES_SITE}.get(how, NAMES_MEDIUM)
        if trace.kind not in best or weight > best[trace.kind][0]:
            best[trace.kind] = (weight, trace, how)
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


def _seconds(source: str, target: str) -> tuple[float, float] | None:
    """How much later the target's time is, and how far off that may be; None if unreadable."""
    first, second = parse_time(source), parse_time(target)
    if first is None or second is None:
        return None
    slack = 0.0
    for text, moment in ((source, first), (target, second)):
        if _is_day(text, moment):
            slack = max(slack, float(_DAY))
        elif moment.tzinfo is None:
            slack = max(slack, float(_ZONES))
    return (instant(second) - instant(first)).total_seconds(), slack


def _is_day(text: str, moment: datetime) -> bool:
    return len(text.strip()) <= 10 and (moment.hour, moment.minute) == (0, 0)


def _from_claims(source: Article, target: Article) -> list[Evidence]:
    if not source.published or not target.published:
        return []
    measured = _seconds(source.published, target.published)
    if measured is None:
        return []
    later, slack = measured
    size = abs(later)
    if slack == 0 and later == 0:
        return [
            Evidence(
                "claimed-equal",
                0.0,
                f"Both pages claim the same second ({source.published}), as an import leaves it.",
            )
        ]
    if size <= slack or size < _MINUTES:
        return []
    # By the day alone, two days apart is surely one.
    weight = CLAIMED_DAYS if size - slack >= _DAY else CLAIMED_MINUTES
    first, last = (source, target) if later > 0 else (target, source)
    who = "source" if later > 0 else "target"
    return [
        Evidence(
            "claimed",
            math.copysign(weight, later),
            f"The {who} claims to be the earlier one ({first.published} against {last.published}).",
        )
    ]


def _from_observation(source: Article, target: Article) -> list[Evidence]:
    """When each was seen. Seen before the other says that it was written: it existed first."""
    lines: list[Evidence] = []
    pairs = ((source, target, 1, "source", "target"), (target, source, -1, "target", "source"))
    for one, other, sign, here, there in pairs:
        if (
            one.observed
            and other.published
            and (measured := _seconds(one.observed, other.published))
        ):
            later, slack = measured
            if later > slack + _MINUTES:
                lines.append(
                    Evidence(
                        "existed-before",
                        sign * EXISTED_BEFORE,
                        f"The {here} was seen at {one.observed}, before the {there} claims to have"
                        f" been published ({other.published}).",
                    )
                )
    if lines or not source.observed or not target.observed:
        return lines
    measured = _seconds(source.observed, target.observed)
    if measured is None or abs(measured[0]) <= max(measured[1], _MINUTES):
        return lines
    who = "source" if measured[0] > 0 else "target"
    return [
        Evidence(
            "observed",
            math.copysign(OBSERVED, measured[0]),
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
