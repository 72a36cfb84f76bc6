"""Whom a page's traces name, put together: one outlet a line, with what is known of it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from provenance import tracekinds
from provenance.models import Strength, Trace
from provenance.outlets import is_front_page, same_name, same_outlet

_RANK: dict[Strength, int] = {"strong": 0, "medium": 1, "weak": 2}
#: Names that a page may give: one that names more is a list of links.
MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Named:
    """An outlet that a page's traces name, strongest trace first.

    ``site`` is None for a bare name. ``url`` is the page that is named, if one is. ``open``: a
    reader can see that the page names it, so "as its source" is the page's own word; else it
    is what copying left behind. What the traces name is no finding about the text.
    """

    name: str
    site: str | None
    url: str | None
    strength: Strength
    open: bool
    traces: tuple[Trace, ...]


def named(traces: Sequence[Trace]) -> tuple[Named, ...]:
    """The outlets that traces name, surest first, at most ``MOST_NAMED``.

    Weak traces count only beside stronger ones of the same outlet. A bare name joins the site
    that may be its own.
    """
    groups: dict[str, list[Trace]] = {}
    bare: list[Trace] = []
    for trace in traces:
        if trace.target_site:
            key = next((s for s in groups if same_outlet(s, trace.target_site)), trace.target_site)
            groups.setdefault(key, []).append(trace)
        elif trace.value and tracekinds.names_somebody(trace.kind):
            bare.append(trace)
    for trace in bare:
        site = next((s for s in groups if same_name(trace.value, s.split(".")[0])), None)
        groups.setdefault(site or trace.value, []).append(trace)
    found = [_named(key, members) for key, members in groups.items()]
    kept = [one for one in found if one.strength != "weak"]
    kept.sort(key=lambda one: (_RANK[one.strength], not one.url, not one.open, -len(one.traces)))
    return tuple(kept[:MOST_NAMED])


def _named(key: str, members: list[Trace]) -> Named:
    members = sorted(members, key=lambda trace: _RANK[trace.strength])
    pages = [
        trace.target_url
        for trace in members
        if trace.target_url
        and trace.strength != "weak"
        and tracekinds.BY_NAME[trace.kind].page
        and not is_front_page(trace.target_url)
    ]
    return Named(
        name=key,
        site=next((trace.target_site for trace in members if trace.target_site), None),
        url=pages[0] if pages else None,
        strength=members[0].strength,
        open=any(tracekinds.BY_NAME[trace.kind].open for trace in members),
        traces=tuple(members),
    )
