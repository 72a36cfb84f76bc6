"""Several originals hold one target's passages: does one of them explain it better? Pure.

``is_repost`` claims that *this* target took from *this* source. Two originals that hold the same
passages about equally, a wire report in two papers, cannot both bear that claim: the passages
then say "a third text", and only a trace, or who of the originals was first, names one of them.

What a source explains is the target's text inside the passages that they share. Sources are
taken greedily, each time the one that adds most (coverage is submodular, for which that is
within 1 - 1/e of the best choice: Nemhauser, Wolsey and Fisher 1978); one that adds next to
nothing follows the one that holds the most of the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from provenance.models import Match, Reason

#: What a reworded passage counts against an exact one of the same length.
REWORDED = 0.5
#: Share of what a source explains that it must explain alone to stand for itself.
OWN = 0.2
#: Two sources explain about equally when the lesser explains this share of the greater's.
EQUAL = 0.9
#: Share of a follower in the very words that its leader holds too, from which no comparison of
#: the two sources is needed to call them alike.
SAME_WORDS = 0.5

#: Whether two sources are themselves derived from one text.
Alike = Callable[[Match, Match], bool]
#: Whether the first of two sources was there before the second, and may be where it is from.
Earlier = Callable[[Match, Match], bool]


@dataclass(frozen=True, slots=True)
class Finding:
    """What the other originals say of one match: ``shared`` takes the claim on it away."""

    shared: bool
    reason: Reason


@dataclass(frozen=True, slots=True)
class _Cover:
    """Characters of the target, one bit each, in exact and in any passages."""

    exact: int = 0
    every: int = 0

    def __or__(self, other: _Cover) -> _Cover:
        return _Cover(self.exact | other.exact, self.every | other.every)

    @property
    def weight(self) -> float:
        """Characters explained; reworded ones count less."""
        exact = self.exact.bit_count()
        return exact + REWORDED * (self.every.bit_count() - exact)

    def beyond(self, other: _Cover) -> float:
        """What this adds to another."""
        return (self | other).weight - other.weight


@dataclass(frozen=True, slots=True)
class _Member:
    match: Match
    cover: _Cover
    #: The page's own traces point at this source.
    named: bool

    @property
    def site(self) -> str:
        return self.match.source.site


def settle(
    matches: Sequence[Match],
    *,
    owned: frozenset[frozenset[str]] = frozenset(),
    alike: Alike,
    earlier: Earlier,
) -> dict[str, Finding]:
    """Findings by match id, for one target's matches; a match without one stands as it is.

    ``owned`` are pairs of sites under one owner. ``alike`` is asked only where the wording does
    not tell, ``earlier`` only among equals. The order of ``matches`` makes no difference. Sources
    of one series, or of unknown sites, never take a claim from each other.
    """
    members = [_member(match) for match in matches if _counts(match)]
    members.sort(key=lambda one: one.match.id)
    found: dict[str, Finding] = {}
    for leader, followers in _families(members, owned, alike):
        found.update(_judged(leader, followers, owned, earlier))
    stake = {one.match.id for one in members if one.match.verdict.is_repost}
    return {name: finding for name, finding in found.items() if name in stake}


def _counts(match: Match) -> bool:
    """Whether a match says that the target has the source's text, or text of a common source."""
    found = match.verdict
    reuse = found.is_repost or (found.relation == "common-source" and found.is_reuse)
    return reuse and bool(match.comparison.passages)


def _member(match: Match) -> _Member:
    exact = every = 0
    for passage in match.comparison.passages:
        bits = ((1 << passage.target_length) - 1) << passage.target_offset
        every |= bits
        if passage.kind == "exact":
            exact |= bits
    direction = match.verdict.direction
    named = direction.value == "source-first" and any(
        line.kind.startswith("trace:") and line.log_odds > 0 for line in direction.evidence
    )
    return _Member(match, _Cover(exact, every), named)


def _rivals(a: _Member, b: _Member, owned: frozenset[frozenset[str]]) -> bool:
    """Whether two sources are known to be of different houses."""
    both = frozenset({a.site, b.site})
    return bool(a.site and b.site) and len(both) == 2 and both not in owned


def _families(
    members: Sequence[_Member], owned: frozenset[frozenset[str]], alike: Alike
) -> list[tuple[_Member, list[_Member]]]:
    """Sources that explain something of their own, each with those that hold the same as it."""
    left = list(members)
    leaders: list[_Member] = []
    explained = _Cover()
    while left:
        # max takes the first of equals, and they are in the order of their ids.
        best = max(left, key=lambda one: (one.named, one.cover.beyond(explained)))
        if best.cover.beyond(explained) <= OWN * best.cover.weight:
            if not best.named:
                break
            left.remove(best)
            continue
        leaders.append(best)
        left.remove(best)
        explained |= best.cover
    families: list[tuple[_Member, list[_Member]]] = [(leader, []) for leader in leaders]
    for one in (m for m in members if m not in leaders and not m.named):
        leader, followers = min(families, key=lambda family: one.cover.beyond(family[0].cover))
        # What only several together explain is no copy of one of them.
        alone = one.cover.beyond(leader.cover) > OWN * one.cover.weight
        if not alone and _alike(one, leader, alike):
            followers.append(one)
    return families


def _alike(one: _Member, leader: _Member, alike: Alike) -> bool:
    words = (one.cover.exact & leader.cover.exact).bit_count()
    return words >= SAME_WORDS * one.cover.weight or alike(leader.match, one.match)


def _judged(
    leader: _Member,
    followers: Sequence[_Member],
    owned: frozenset[frozenset[str]],
    earlier: Earlier,
) -> dict[str, Finding]:
    """Findings on one family: its leader and those that explain no more than it does."""
    rivals = [one for one in followers if _rivals(one, leader, owned)]
    if not rivals:
        return {}
    weight = leader.cover.weight
    equals = [] if leader.named else [r for r in rivals if r.cover.weight >= EQUAL * weight]
    if not equals:
        code, why = (
            ("cohort-named", f"The page names another original ({leader.site}), which")
            if leader.named
            else ("cohort-less", f"Another original ({leader.site})")
        )
        found = {
            one.match.id: _taken(
                code,
                f"{why} holds these passages too; this one explains "
                f"{_percent(one.cover.weight / weight)} of what that one does.",
            )
            for one in rivals
        }
        most = max(one.cover.weight for one in rivals)
        found[leader.match.id] = _kept(
            "cohort-best",
            f"{_others(len(rivals))} the same passages; "
            + (
                "the page names this one."
                if leader.named
                else f"the next best explains {_percent(most / weight)} of what this one does."
            ),
        )
        return found
    # Also those of the leader's own house: they are no better off than it.
    family = [leader, *followers]
    first = _first([leader, *equals], owned, earlier)
    if first is None:
        return {
            one.match.id: _taken(
                "cohort-shared",
                f"{_others(_rival_count(one, family, owned))} the same passages, and none "
                "explains this text clearly better: both may derive from a third text.",
            )
            for one in family
            if _rival_count(one, family, owned)
        }
    found = {
        one.match.id: _taken(
            "cohort-later",
            f"Another original ({first.site}) holds the same passages, and was there before this "
            "one.",
        )
        for one in family
        if _rivals(one, first, owned)
    }
    found[first.match.id] = _kept(
        "cohort-first", f"{_others(len(found))} the same passages; this one was there first."
    )
    return found


def _first(
    equals: Sequence[_Member], owned: frozenset[frozenset[str]], earlier: Earlier
) -> _Member | None:
    """The one that was there before all of its rivals, if any was."""
    for one in equals:
        others = [other for other in equals if _rivals(one, other, owned)]
        if others and all(earlier(one.match, other.match) for other in others):
            return one
    return None


def _rival_count(one: _Member, family: Sequence[_Member], owned: frozenset[frozenset[str]]) -> int:
    return sum(_rivals(one, other, owned) for other in family)


def _taken(code: str, text: str) -> Finding:
    return Finding(True, Reason(code, text))


def _kept(code: str, text: str) -> Finding:
    return Finding(False, Reason(code, text))


def _others(count: int) -> str:
    return "Another original holds" if count == 1 else f"{count} other originals hold"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
