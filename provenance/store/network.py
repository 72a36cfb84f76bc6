"""Sites and clusters: what people know of the sites, and which pages tell one text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from provenance.dates import instant, parse_time
from provenance.models import Cluster, Edge, SiteRelation
from provenance.sites import ordered
from provenance.store import rows
from provenance.store.connection import Connected, guarded

# What judging a stored match again needs to know of it.
_TO_JUDGE = (
    "SELECT m.id, m.source_id, m.target_id, m.channels, m.relation, m.attribution,"
    " m.relation = 'cites' OR EXISTS (SELECT 1 FROM reasons r"
    "  WHERE r.match_id = m.id AND r.code = 'named') AS named FROM matches m"
)


class Network(Connected):
    """The part of ``Store`` that knows which sites and pages belong together."""

    _relations: list[tuple[str, str, str]] | None = None

    # -- what people know of the sites -------------------------------------------------------

    @guarded
    def relations(self) -> list[tuple[str, str, str]]:
        """What is known of the sites: ``(site_a, site_b, kind)``, in order.

        Read once, and again after a change through this store: each page of a run asks.
        """
        if self._relations is not None:
            return list(self._relations)
        found = [
            (row[0], row[1], row[2])
            for row in self.conn.execute(
                "SELECT site_a, site_b, kind FROM relations ORDER BY site_a, site_b, kind"
            )
        ]
        # What a transaction holds may yet be undone.
        if not self.conn.in_transaction:
            self._relations = found
        return list(found)

    @guarded
    def add_relations(self, relations: Iterable[tuple[str, str, SiteRelation]]) -> int:
        """Record that sites belong together, or don't; returns how many are new.

        ``(site_a, site_b, kind)``; ``owner``: one publisher. ``wire``: b takes a's wire.
        ``licence``: b may print a's texts. ``apart``: not one publisher. What is new raises the
        generation, since verdicts depend on it.
        """
        with self._whole():
            self._relations = None
            cursor = self.conn.executemany(
                "INSERT OR IGNORE INTO relations (site_a, site_b, kind) VALUES (?, ?, ?)",
                [ordered(rows.text_of(a), rows.text_of(b), kind) for a, b, kind in relations],
            )
            if cursor.rowcount > 0:
                self._next_generation()
            return max(cursor.rowcount, 0)

    @guarded
    def remove_relation(self, site_a: str, site_b: str, kind: SiteRelation) -> bool:
        """Forget one relation, which raises the generation; False when it was not there."""
        with self._whole():
            self._relations = None
            cursor = self.conn.execute(
                "DELETE FROM relations WHERE site_a = ? AND site_b = ? AND kind = ?",
                ordered(site_a, site_b, kind),
            )
            if not cursor.rowcount:
                return False
            self._next_generation()
            return True

    @guarded
    def known_sites(self, sites: Sequence[str]) -> set[str]:
        """Those of the sites of which an article is stored."""
        return {
            row[0]
            for row in self.conn.execute(
                "SELECT value FROM json_each(?) asked"
                " WHERE EXISTS (SELECT 1 FROM articles WHERE site = asked.value)",
                (json.dumps(list(sites)),),
            )
        }

    @guarded
    def matched_sites(self) -> list[tuple[str, str]]:
        """Every pair ``(source's site, target's site)`` that has a match, in order."""
        return [
            (row[0], row[1])
            for row in self.conn.execute(
                "SELECT DISTINCT s.site, t.site FROM matches m"
                " JOIN articles s ON s.id = m.source_id JOIN articles t ON t.id = m.target_id"
                " ORDER BY s.site, t.site"
            )
        ]

    @guarded
    def matches_between(self, pairs: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
        """The matches of these pairs of sites: id, source_id, target_id, channels,
        relation, attribution, and ``named``.

        ``named`` is true when the target's page was found to name the source by a plain link,
        which is not kept of pages that were crawled.
        """
        return list(
            self._query(
                f"{_TO_JUDGE} JOIN articles s ON s.id = m.source_id"  # noqa: S608
                " JOIN articles t ON t.id = m.target_id"
                " WHERE (s.site, t.site) IN (SELECT json_extract(value, '$[0]'),"
                "  json_extract(value, '$[1]') FROM json_each(?)) ORDER BY m.id",
                json.dumps(list(pairs)),
            )
        )

    @guarded
    def matches_at_stake(self, low: float, high: float) -> list[dict[str, Any]]:
        """The matches on which another threshold bears, as ``matches_between`` gives them: of a
        probability from ``low`` to under ``high``, and those whose reasons tell the threshold."""
        return list(
            self._query(
                f"{_TO_JUDGE} WHERE m.probability >= ? AND m.probability < ?"  # noqa: S608
                " OR EXISTS (SELECT 1 FROM reasons r WHERE r.match_id = m.id"
                "  AND r.code = 'below-threshold') ORDER BY m.id",
                low,
                high,
            )
        )

    @guarded
    def drop_match(self, match_id: str) -> None:
        """Remove one match with its evidence."""
        with self._whole():
            self.conn.execute("DELETE FROM matches WHERE id = ?", (match_id,))

    # -- clusters ----------------------------------------------------------------------------

    @guarded
    def edges(self) -> list[Edge]:
        """Every match of reuse, and every version, as the clusters see it; by id."""
        found = self._query(
            "SELECT m.id AS match_id, source_id, target_id, relation, is_reuse, direction,"
            " coalesce((SELECT sum(e.log_odds) FROM direction_evidence e"
            "  WHERE e.match_id = m.id), 0.0) AS log_odds, probability,"
            " max(coverage, containment_target_5) AS share_target,"
            " max(coverage_source, containment_source_5) AS share_source"
            " FROM matches m WHERE is_reuse = 1 OR relation = 'version' ORDER BY m.id"
        )
        return [Edge(**{**row, "is_reuse": bool(row["is_reuse"])}) for row in found]

    @guarded
    def best_times(self) -> dict[str, str | None]:
        """The best time of each article in a match: as claimed, else as observed."""
        return dict(
            self.conn.execute(
                "SELECT id, coalesce(published, observed) FROM articles"
                " WHERE id IN (SELECT source_id FROM matches UNION SELECT target_id FROM matches)"
            ).fetchall()
        )

    @guarded
    def write_clusters(self, clusters: Sequence[Cluster]) -> None:
        """Put these clusters in place of all that were stored."""
        described = self.cluster_pages(clusters)
        with self._whole():
            self.conn.execute("DELETE FROM clusters")
            for cluster in clusters:
                pages = [described[member.article_id] for member in cluster.members]
                times = sorted(
                    (instant(moment), told)
                    for page in pages
                    if (told := page["published"] or page["observed"] or "")
                    and (moment := parse_time(told))
                )
                attached = sum(member.role == "attached" for member in cluster.members)
                self.conn.execute(
                    "INSERT INTO clusters VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (
                        cluster.id,
                        described[cluster.id]["title"],
                        len(pages) - attached,
                        attached,
                        len({page["site"] for page in pages}),
                        times[0][1] if times else None,
                        times[-1][1] if times else None,
                    ),
                )
            self.conn.executemany(
                "INSERT INTO cluster_members VALUES (?, ?, ?, ?, ?)",
                [
                    (cluster.id, one.article_id, one.role, one.source_id, one.match_id)
                    for cluster in clusters
                    for one in cluster.members
                ],
            )

    @guarded
    def cluster_pages(self, clusters: Sequence[Cluster]) -> dict[str, dict[str, Any]]:
        """What names each article of these clusters: id, url, title, site, published, observed."""
        return {
            row["id"]: row
            for row in self._query(
                "SELECT id, url, title, site, published, observed FROM articles"
                " WHERE id IN (SELECT value FROM json_each(?))",
                json.dumps(sorted({m.article_id for c in clusters for m in c.members})),
            )
        }

    @guarded
    def match_facts(self, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """What the matches of these ids say in short: relation, probability, direction, …"""
        return {
            row["id"]: row
            for row in self._query(
                "SELECT id, relation, probability, direction, attribution, is_repost FROM matches"
                " WHERE id IN (SELECT value FROM json_each(?))",
                json.dumps(list(ids)),
            )
        }
