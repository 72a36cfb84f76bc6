"""What people and reports ask of the database."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from provenance import urls
from provenance.errors import StoreError
from provenance.models import Article, Fingerprint, Trace
from provenance.store import reading, rows
from provenance.store.connection import guarded
from provenance.store.opening import explained
from provenance.store.progress import Progress
from provenance.store.reading import ARTICLE_COLUMNS, MATCHES, booleans
from provenance.store.writing import Role

_BEST_FIRST = " ORDER BY m.probability DESC, m.coverage DESC, m.containment_target_5 DESC, m.id"
_NEWEST_FIRST = " ORDER BY julianday(m.found) DESC, m.id"

_WITH_WORDS = (
    "SELECT a.id FROM articles_fts f JOIN articles a ON a.number = f.rowid"
    " WHERE articles_fts MATCH ?"
)


def _after(prefix: str) -> str:
    return prefix + "\U0010ffff"


class Queries(Progress):
    """The part of ``Store`` that answers."""

    # -- articles ----------------------------------------------------------------------------

    @guarded
    def article(self, article_id: str) -> Article | None:
        """One article with its text; links, images and aliases only for originals and
        for pages of a crawl that is compared with itself."""
        return self.articles([article_id]).get(article_id)

    @guarded
    def articles(self, ids: Sequence[str]) -> dict[str, Article]:
        """Articles by id; those that are not stored are left out."""
        wanted = json.dumps(list(dict.fromkeys(ids)))
        texts = dict(
            self.conn.execute(
                "SELECT article_id, text FROM texts"
                " WHERE article_id IN (SELECT value FROM json_each(?))",
                (wanted,),
            ).fetchall()
        )
        kept: dict[tuple[str, str], list[str]] = {}
        for article_id, kind, url in self.conn.execute(
            "SELECT article_id, kind, url FROM links"
            " WHERE article_id IN (SELECT value FROM json_each(?))"
            " ORDER BY article_id, kind, position",
            (wanted,),
        ):
            kept.setdefault((article_id, kind), []).append(url)
        for article_id, url in self.conn.execute(
            "SELECT article_id, key FROM aliases WHERE kind = 'url'"
            " AND article_id IN (SELECT value FROM json_each(?)) ORDER BY article_id, key",
            (wanted,),
        ):
            kept.setdefault((article_id, "alias"), []).append(url)
        for article_id, *lists in self.conn.execute(
            "SELECT article_id, links, images, aliases FROM within_pages"
            " WHERE article_id IN (SELECT value FROM json_each(?))",
            (wanted,),
        ):
            for kind, packed in zip(("link", "image", "alias"), lists, strict=True):
                kept.setdefault((article_id, kind), json.loads(packed))
        found = {}
        for row in self._query(
            f"SELECT {ARTICLE_COLUMNS} FROM articles"  # noqa: S608
            " WHERE id IN (SELECT value FROM json_each(?))",
            wanted,
        ):
            name = row["id"]
            found[name] = rows.to_article(
                row,
                texts.get(name, ""),
                kept.get((name, "link"), ()),
                kept.get((name, "image"), ()),
                kept.get((name, "alias"), ()),
            )
        return {name: found[name] for name in dict.fromkeys(ids) if name in found}

    @guarded
    def traces_of(self, article_id: str) -> tuple[Trace, ...]:
        """The traces of an article's page, in the page's order."""
        return tuple(
            Trace(**row)
            for row in self._query(
                "SELECT kind, value, target_url, target_site, strength, snippet FROM traces"
                " WHERE article_id = ? ORDER BY position",
                article_id,
            )
        )

    @guarded
    def fingerprint(self, article_id: str) -> Fingerprint | None:
        """The stored fingerprint of an article."""
        return self._fingerprint(article_id)

    @guarded
    def originals(
        self, limit: int | None = None, offset: int = 0, query: str | None = None
    ) -> list[dict[str, Any]]:
        """Originals by site, time and id; ``query`` keeps those with all its words.

        Each: id, url, canonical_url, site, title, byline, published, observed, language, words,
        digest, rough, gate, matches (how many texts were found to reuse it).
        """
        where, values = "", []
        if query is not None:
            words = rows.phrase_query(query)
            if not words:
                return []
            where, values = f" AND id IN ({_WITH_WORDS})", [words]
        return list(
            self._query(
                f"SELECT {ARTICLE_COLUMNS}, (SELECT count(*) FROM matches m"  # noqa: S608
                " WHERE m.source_id = articles.id AND m.is_reuse = 1) AS matches"
                f" FROM articles WHERE role = 'original'{where}"
                " ORDER BY site, coalesce(published, observed), id LIMIT ? OFFSET ?",
                *values,
                -1 if limit is None else limit,
                offset,
            )
        )

    @guarded
    def find_articles(self, text: str, role: Role | None = None) -> list[Article]:
        """Articles that ``text`` names: an id or the start of one, or a URL in any spelling."""
        text = rows.text_of(text.strip())
        if not text:
            return []
        if urls.is_url(text):
            where = "(url = ? OR canonical_url = ?)"
            values = [rows.safe_url(text), rows.safe_url(urls.canonical_url(text))]
        else:
            where, values = "id >= ? AND id < ?", [text, _after(text)]
        found = self.conn.execute(
            f"SELECT id FROM articles WHERE {where}"  # noqa: S608
            " AND role = coalesce(?, role) ORDER BY id",
            (*values, role),
        ).fetchall()
        return list(self.articles([row[0] for row in found]).values())

    # -- matches -----------------------------------------------------------------------------

    def matches(
        self,
        *,
        relation: str | None = None,
        repost: bool | None = None,
        site: str | None = None,
        decision: str | None = None,
        min_probability: float | None = None,
        since: str | None = None,
        query: str | None = None,
        limit: int | None = None,
        newest: bool = False,
    ) -> Iterator[dict[str, Any]]:
        """Matches, best first (or ``newest`` first), one flat mapping each.

        Keys: id, relation, is_repost, is_reuse (bools), probability, direction,
        direction_confidence, attribution, decision, every score, channels (text,
        comma-separated), run_id, found, and id, url, title, site, published, observed of both
        sides as ``source_…`` and ``target_…``. ``site`` is that of either side; ``decision`` what
        a person said, or "undecided"; ``since`` an ISO time that ``found`` must not be before;
        ``query`` words that either text must have.
        """
        where: list[str] = []
        values: list[Any] = []

        def only(condition: str, *given: Any) -> None:
            where.append(condition)
            values.extend(given)

        if relation is not None:
            only("m.relation = ?", relation)
        if repost is not None:
            only("m.is_repost = ?", int(repost))
        if site is not None:
            only("(s.site = ? OR t.site = ?)", site, site)
        if decision is not None:
            only("m.decision = ?", decision)
        if min_probability is not None:
            only("m.probability >= ?", min_probability)
        if since is not None:
            only("julianday(m.found) >= julianday(?)", since)
        if query is not None:
            words = rows.phrase_query(query)
            if not words:
                return
            only(
                f"(m.source_id IN ({_WITH_WORDS}) OR m.target_id IN ({_WITH_WORDS}))", words, words
            )
        sql = MATCHES + ("WHERE " + " AND ".join(where) if where else "")
        sql += _NEWEST_FIRST if newest else _BEST_FIRST
        if limit is not None:
            sql += " LIMIT ?"
            values.append(limit)
        with explained(self.path):
            for row in self._query(sql, *values):
                yield booleans(row)

    @guarded
    def match_columns(self) -> list[str]:
        """The keys of ``matches``, in order, whether there are rows or not."""
        found = self.conn.execute(MATCHES + "LIMIT 0")
        return [column[0] for column in found.description]

    @guarded
    def match(self, id_prefix: str) -> dict[str, Any] | None:
        """One match, whole, by its id or the start of it; None when there is none.

        Keys: id, relation, is_repost, is_reuse, probability, direction, direction_confidence,
        attribution, channels (list), run_id, found, parameters (mapping: what the run that judged
        it was made with), scores (mapping), passages
        (``[target_offset, target_length, source_offset, source_length, kind]`` each), reasons
        (code, text), evidence (kind, log_odds, text), traces of the target, and source and
        target (mappings with the fields of an article, text included, links and images not).
        Raises StoreError (``ambiguous``) when several ids start so.
        """
        prefix = rows.text_of(id_prefix.strip())
        if not prefix:
            return None
        ids = reading.match_ids(self.conn, prefix)
        if not ids:
            return None
        if len(ids) > 1 and ids[0] != prefix:
            shown = ", ".join(ids[:5]) + (", …" if len(ids) > 5 else "")
            raise StoreError(
                f"several matches start with {prefix!r}: {shown}",
                hint="Give more of the id.",
                code="ambiguous",
            )
        return reading.one_match(self.conn, ids[0])

    @guarded
    def overview(self) -> dict[str, Any]:
        """What the overview page draws: see ``reading.overview``."""
        return reading.overview(self.conn)

    # -- the rest ----------------------------------------------------------------------------

    @guarded
    def failures(self, run_id: int | None = None) -> list[dict[str, Any]]:
        """What could not be read, in order: run_id, input_id, input, stage, error, message."""
        return list(
            self._query(
                "SELECT run_id, input_id, input, stage, error, message FROM failures"
                " WHERE run_id = coalesce(?, run_id) ORDER BY id",
                run_id,
            )
        )

    @guarded
    def counts(self) -> dict[str, int]:
        """How many rows there are: originals, crawled, matches, reuse, reposts, failures, …"""
        asked = {
            "originals": "articles WHERE role = 'original'",
            "crawled": "articles WHERE role = 'crawled'",
            "matches": "matches",
            "reuse": "matches WHERE is_reuse = 1",
            "reposts": "matches WHERE is_repost = 1",
            "captures": "captures",
            "screened": "screened",
            "inputs": "inputs",
            "failures": "failures",
            "runs": "runs",
        }
        return {
            name: int(self.conn.execute(f"SELECT count(*) FROM {what}").fetchone()[0])  # noqa: S608
            for name, what in asked.items()
        }
