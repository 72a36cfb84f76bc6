"""Which pages tell one text, and where each of them most likely has it from. Pure.

Only verified pairs count, never hits of a hash. A page is a *member* when it and another member
are, by more than half of either text, the same: of two unrelated stories a page can be more than
half only one, so that a roundup never joins them. What took less, or stands inside something
longer, is *attached* to the page that it took from, and nothing is joined through it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from provenance.dates import instant, parse_time
from provenance.models import Cluster, ClusterMember, Edge

#: Relations that say that the target is the source's text as a whole.
_WHOLE = frozenset({"verbatim", "edited", "rewrite", "translation", "common-source", "version"})
#: Of these less than all can be seen word by word: one share is held against the other.
_REWORDED = frozenset({"rewrite", "translation"})
#: More than half: what makes a page a member of one text alone.
HALF = 0.5
_NEVER = datetime.max.replace(tzinfo=UTC)

Times = Mapping[str, str | None]


def joins(edge: Edge) -> bool:
    """True when the two texts of a match are one, by more than half of either."""
    least, most = sorted((edge.share_target, edge.share_source))
    whole = most if edge.relation in _REWORDED else 1.0
    return edge.relation in _WHOLE and least > HALF * whole


def group(edges: Iterable[Edge], times: Times) -> list[Cluster]:
    """Clusters of at least two pages, by id; ``times`` gives each page's best time, ISO 8601.

    ``edges`` are matches of reuse, and versions, which join but make no cluster alone. A page
    may be attached to several clusters, and a member of one.
    """
    every = sorted(edges, key=lambda edge: edge.match_id)
    whole = [edge for edge in every if joins(edge)]
    top = _joined(every, whole)
    inside: dict[str, list[Edge]] = defaultdict(list)
    for edge in whole:
        inside[top[edge.source_id]].append(edge)
    members: dict[str, list[str]] = defaultdict(list)
    for page in sorted(top):
        members[top[page]].append(page)
    hanging: dict[str, list[Edge]] = defaultdict(list)
    for edge in every:
        if edge.is_reuse and top[edge.source_id] != top[edge.target_id]:
            hanging[top[_sides(edge)[0]]].append(edge)
    found = []
    for name, pages in members.items():
        if not hanging[name] and not any(edge.is_reuse for edge in inside[name]):
            continue
        found.append(_cluster(pages, inside[name], hanging[name], times))
    return sorted(found, key=lambda cluster: cluster.id)


def _joined(every: Sequence[Edge], whole: Sequence[Edge]) -> dict[str, str]:
    """Each page to one page that stands for its component."""
    parent = {page: page for edge in every for page in (edge.source_id, edge.target_id)}

    def top(page: str) -> str:
        while parent[page] != page:
            parent[page] = parent[parent[page]]
            page = parent[page]
        return page

    for edge in whole:
        first, second = sorted((top(edge.source_id), top(edge.target_id)))
        parent[second] = first
    return {page: top(page) for page in parent}


def _sides(edge: Edge) -> tuple[str, str]:
    """``(from, to)``: the source, unless the evidence leans to the target's having been first."""
    turned = edge.direction == "target-first" or (edge.direction == "unknown" and edge.log_odds < 0)
    return (edge.target_id, edge.source_id) if turned else (edge.source_id, edge.target_id)


def _moment(page: str, times: Times) -> datetime:
    moment = parse_time(times.get(page) or "")
    return _NEVER if moment is None else instant(moment)


def _best_first(edges: Sequence[Edge], times: Times) -> list[Edge]:
    """By direction, probability, share of the later text, time of the earlier one; ties by id."""

    def rank(edge: Edge) -> tuple[bool, float, float, datetime, str]:
        earlier, later = _sides(edge)
        share = edge.share_target if later == edge.target_id else edge.share_source
        decided = edge.direction != "unknown"
        return not decided, -edge.probability, -share, _moment(earlier, times), edge.match_id

    return sorted(edges, key=rank)


def _cluster(
    pages: Sequence[str], inside: Sequence[Edge], hanging: Sequence[Edge], times: Times
) -> Cluster:
    taken: dict[str, ClusterMember] = {}
    parent = {page: page for page in pages}

    def top(page: str) -> str:
        while parent[page] != page:
            page = parent[page]
        return page

    for edge in _best_first(inside, times):
        earlier, later = _sides(edge)
        # One source a page, and no page its own ancestor.
        if later not in taken and top(earlier) != later:
            taken[later] = ClusterMember(later, "member", earlier, edge.match_id)
            parent[later] = earlier
    roots = [page for page in pages if page not in taken]
    order = {page: (_moment(page, times), page) for page in pages}
    root = min(roots, key=order.__getitem__)
    members = [ClusterMember(root, "root")]
    for page in sorted(set(pages) - {root}, key=order.__getitem__):
        members.append(taken.get(page, ClusterMember(page, "member")))
    attached: dict[str, ClusterMember] = {}
    for edge in _best_first(hanging, times):
        earlier, later = _sides(edge)
        attached.setdefault(later, ClusterMember(later, "attached", earlier, edge.match_id))
    members += sorted(
        attached.values(), key=lambda one: (_moment(one.article_id, times), one.article_id)
    )
    return Cluster(root, tuple(members))
