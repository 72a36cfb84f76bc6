"""What is made anew of stored rows when something beside the pages changed.

Verdicts after a person told what sites are to each other, clusters after matches came or went,
fingerprints and index when their parameters changed. Nothing is fetched: what is judged again is
judged from the stored texts and traces, by the very code of a scan.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from provenance import clusters, compare, matching
from provenance.boilerplate import Boilerplate
from provenance.errors import UsageError
from provenance.matching import Page
from provenance.models import Cluster, Match
from provenance.pipeline import judged_with, known_boilerplate
from provenance.sites import Row, Sites, ordered
from provenance.store import Store
from provenance.verdict import shipped_threshold


@dataclass(slots=True)
class Amended:
    """What an edit of the sites, or of the threshold, did to what is stored."""

    added: int = 0
    removed: int = 0
    #: Matches that were judged again, and what became of those that changed: ``(before, after)``,
    #: where "" means that it is no longer recorded.
    judged: int = 0
    changed: Counter[tuple[str, str]] = field(default_factory=Counter)
    #: Matches that could not be judged again, for the database holds no texts.
    textless: int = 0


def amend_sites(
    store: Store,
    add: Sequence[Row] = (),
    remove: Sequence[Row] = (),
) -> Amended:
    """Enter and remove relations of sites, and judge anew the matches that depend on them.

    One transaction: whole or not at all. Pages that left no match are not looked at; the next
    scan does that, since the generation is raised. Raises UsageError (``missing``) for a relation
    to remove that was not entered, and (``contradiction``) for sites that would be of one owner
    and apart.
    """
    done = Amended()
    with store.transaction():
        before = Sites(store.relations())
        for row in remove:
            if not store.remove_relation(*row):
                raise UsageError(
                    f"nobody entered {row[0]} {row[2]} {row[1]}",
                    hint="List what was entered: provenance sites",
                    code="missing",
                )
            done.removed += 1
        done.added = store.add_relations(add)
        after = Sites(store.relations())
        _refuse_contradictions(after)
        pairs = [
            pair for pair in store.matched_sites() if before.essence(*pair) != after.essence(*pair)
        ]
        if pairs:
            stake = store.matches_between(pairs)
            _judge_anew(store, "sites", {"pairs": len(pairs)}, stake, after, done)
    return done


def amend_threshold(store: Store, threshold: float | None) -> Amended:
    """Keep a threshold for this database (None: the shipped one again), and judge anew the matches
    on which it bears.

    One transaction. As with the sites, pages that left no match are looked at by the next scan,
    which also settles anew which of several originals a page is from.
    """
    done = Amended()
    with store.transaction():
        before, after = (
            shipped_threshold() if one is None else one for one in (store.threshold, threshold)
        )
        store.set_threshold(threshold)
        if before != after:
            stake = store.matches_at_stake(*sorted((before, after)))
            sites = Sites(store.relations())
            _judge_anew(store, "calibrate", {"threshold": after}, stake, sites, done)
    return done


def _refuse_contradictions(sites: Sites) -> None:
    for site_a, site_b, kind in sorted(sites.rows):
        if kind == "apart" and ordered(site_a, site_b, "owner") in sites.rows:
            raise UsageError(
                f"{site_a} and {site_b} can't be of one owner and apart",
                hint=f"Remove the other first: provenance sites remove {site_a} owner {site_b}, "
                "or apart in place of owner",
                code="contradiction",
            )


def _judge_anew(
    store: Store,
    verb: str,
    arguments: Mapping[str, Any],
    stake: Sequence[dict[str, Any]],
    sites: Sites,
    done: Amended,
) -> None:
    known = known_boilerplate(store)
    run = store.begin_run(verb, arguments, judged_with(known, store.threshold))
    for row in stake:
        match = _held_again(store, row, sites, known)
        if match is None:
            done.textless += 1
            continue
        words = matching.admit(Page(match.target, ()), known)[1]
        kept = matching.worth_a_row(words, [match])
        if kept:
            store.add_match(match, run)
        else:
            store.drop_match(match.id)
        now = match.verdict.relation if kept else ""
        done.judged += 1
        if (row["relation"], row["attribution"]) != (now, match.verdict.attribution):
            done.changed[_named(row), _named(_row(match)) if kept else ""] += 1
    counts = {"judged": done.judged, "changed": done.changed.total(), "textless": done.textless}
    store.end_run(run, counts)


def _row(match: Match) -> dict[str, Any]:
    return {"relation": match.verdict.relation, "attribution": match.verdict.attribution}


def _named(row: dict[str, Any]) -> str:
    return f"{row['relation']}, {row['attribution']}"


def _held_again(
    store: Store, row: dict[str, Any], sites: Sites, known: Boilerplate
) -> Match | None:
    """The match of a stored pair, judged now; None when a text is missing."""
    found = store.articles([row["source_id"], row["target_id"]])
    source, target = found[row["source_id"]], found[row["target_id"]]
    if not source.text or not target.text:
        return None
    if row["named"]:
        # The links of crawled pages aren't kept: put back the one that was found.
        target = dataclasses.replace(target, links=(*target.links, source.canonical_url))
    return matching.hold(
        Page(source, store.traces_of(source.id)),
        Page(target, store.traces_of(target.id)),
        profiles=(
            compare.profile(source.text, boilerplate=known.of(source.site)),
            compare.profile(target.text, boilerplate=known.of(target.site)),
        ),
        channels=[channel for channel in row["channels"].split(",") if channel],
        sites=sites,
        threshold=store.threshold,
    )


def make_clusters(store: Store) -> list[Cluster]:
    """The clusters of all stored matches; written in place of the old ones, if it may write."""
    found = clusters.group(store.edges(), store.best_times())
    if not store.read_only:
        store.write_clusters(found)
    return found


def reindex(
    store: Store, *, texts: bool = False, told: Callable[[int, int], None] = lambda *_: None
) -> bool:
    """Make the index anew; the fingerprints too when their parameters are not those of the store,
    or with ``texts``. True when fingerprints were made. Raises StoreError.

    Matches stay; the next scan looks at every page again when fingerprints were made.
    """
    if not (texts or store.outdated):
        store.rebuild_index(told)
        return False
    store.rebuild(lambda article: matching.fingerprint_of(article, store.parameters), told)
    return True
