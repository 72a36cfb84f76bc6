"""Which sites are one house, and which may print another's texts. Pure.

What a person entered stands before the shipped table of houses: an ``owner`` adds to it, and
``apart`` overrules it.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import get_args

from provenance import houses
from provenance.models import SiteRelation

#: What a relation of two sites says, as shown in help and docs.
KINDS: dict[SiteRelation, str] = {
    "owner": "one publisher: what A and B share are versions",
    "wire": "B takes A's wire: what it prints of A is licensed",
    "licence": "B may print A's texts: licensed",
    "apart": "not one publisher, whatever the shipped table says",
}
# These say the same of B and A.
_MUTUAL = frozenset({"owner", "apart"})

Row = tuple[str, str, SiteRelation]


def ordered(site_a: str, site_b: str, kind: SiteRelation) -> Row:
    """A relation in its one spelling: mutual ones with their sites in alphabetical order."""
    if kind in _MUTUAL and site_b < site_a:
        site_a, site_b = site_b, site_a
    return site_a, site_b, kind


def is_kind(word: str) -> bool:
    """True for the name of a relation."""
    return word in get_args(SiteRelation)


class Sites:
    """What is known of the sites: rows ``(site_a, site_b, kind)`` over the shipped table."""

    def __init__(self, rows: Iterable[tuple[str, str, str]] = ()) -> None:
        self.rows = frozenset(rows)

    @cached_property
    def _houses(self) -> dict[str, str]:
        """Each site that has an owner entered, to one site that stands for the house.

        One owner is one owner: from A and B, and B and C, follows A and C.
        """
        parent: dict[str, str] = {}

        def top(site: str) -> str:
            while parent.setdefault(site, site) != site:
                site = parent[site]
            return site

        for site_a, site_b, kind in sorted(self.rows):
            if kind == "owner":
                first, second = sorted((top(site_a), top(site_b)))
                parent[second] = first
        return {site: top(site) for site in parent}

    def one_house(self, one: str, other: str) -> bool:
        """True when two sites (registered domains) have one publisher; "" is no site."""
        if not one or not other:
            return False
        if one == other:
            return True
        if self._says(one, other, "apart"):
            return False
        mine = self._houses
        if one in mine and mine[one] == mine.get(other):
            return True
        return shipped(one, other)

    def _says(self, one: str, other: str, kind: SiteRelation) -> bool:
        return ordered(one, other, kind) in self.rows

    def permitted(self, source: str, target: str) -> SiteRelation | None:
        """``wire`` or ``licence`` when the target's site may print the source's texts."""
        if self._says(source, target, "wire"):
            return "wire"
        return "licence" if self._says(source, target, "licence") else None

    def essence(self, source: str, target: str) -> tuple[bool, SiteRelation | None]:
        """All that a verdict on two pages of these sites takes from here."""
        return self.one_house(source, target), self.permitted(source, target)


def shipped(one: str, other: str) -> bool:
    """True when the shipped table has two registered domains under one house, by their labels.

    Unlike ``outlets.same_outlet``, which keeps a house's own links from being traces, likeness
    is not enough here: two papers of one name under two endings often have two owners.
    """
    labels = {one.split(".")[0], other.split(".")[0]}
    return len(labels) == 2 and any(labels <= house for house in houses.HOUSES)


NOTHING_KNOWN = Sites()
