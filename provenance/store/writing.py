"""What goes into the database. Every method is whole or not at all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal

from provenance.models import Article, Capture, Failure, Fingerprint, InputAccount, Match, Trace
from provenance.redaction import redact_within
from provenance.store import rows
from provenance.store.connection import guarded
from provenance.store.index import Indexed

Role = Literal["original", "crawled"]

#: What an article that was crawled takes over when it is added as an original.
_TAKEN_OVER = (
    "title",
    "byline",
    "published",
    "modified",
    "site",
    "language",
    "url",
    "rough",
    "gate",
)


@lru_cache(maxsize=32)
def _insert_sql(table: str, columns: tuple[str, ...]) -> str:
    # Names come from our own code, never from input.
    names = ", ".join(f'"{column}"' for column in columns)
    marks = ", ".join("?" * len(columns))
    return f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608


# An input as an equal run would read it: verb, content, originals and parameters the same.
_SAME_READING = (
    "FROM inputs i JOIN runs r ON r.id = i.run_id WHERE i.path = ? AND i.digest = ?"
    " AND i.generation = ? AND r.parameters = ? AND i.verb = coalesce(?, i.verb)"
)


class Writing(Indexed):
    """The part of ``Store`` that writes."""

    _verb: str | None = None
    _made_with: str | None = None

    # -- runs and inputs ---------------------------------------------------------------------

    @guarded
    def begin_run(
        self,
        verb: str,
        arguments: Mapping[str, Any],
        judged_with: Mapping[str, Any] | None = None,
    ) -> int:
        """A new row of ``runs``; returns its id. URLs in the arguments lose their secrets.

        ``judged_with`` is what verdicts are made with beside the database's own parameters (the
        model's version, thresholds, …). It is stored with them, and work that was done with
        something else is not finished. It can't change the database's own.
        """
        made_with = self._parameters_of(judged_with or {})
        with self._whole():
            table = self.db.table("runs").insert(
                {
                    "verb": verb,
                    "arguments": rows.to_json(rows.safe(arguments)),
                    "parameters": made_with,
                    "generation": self.generation,
                    "started": rows.now(),
                }
            )
        self._verb, self._made_with = _purpose(verb, arguments), made_with
        return _key(table.last_pk)

    def _parameters_of(self, judged_with: Mapping[str, Any]) -> str:
        return rows.to_json({**rows.safe(judged_with), **self.parameters.asdict()})

    @guarded
    def end_run(self, run_id: int, counts: Mapping[str, int]) -> None:
        """Close a run with its counts."""
        with self._whole():
            self.conn.execute(
                "UPDATE runs SET counts = ?, ended = ? WHERE id = ?",
                (rows.to_json(dict(counts)), rows.now(), run_id),
            )

    @guarded
    def add_input(
        self,
        run_id: int,
        account: InputAccount,
        *,
        digest: str | None = None,
        size: int | None = None,
        finished: bool = False,
    ) -> int:
        """The row of ``inputs`` for a file or URL that is about to be read; returns its id.

        ``digest`` is of its bytes, ``size`` in bytes. An input that was read before for the same
        purpose keeps its row, which starts anew.
        """
        row = {
            "run_id": run_id,
            "kind": account.kind,
            "size": size,
            "finished": int(finished),
            "generation": self.generation,
            **_account_row(account),
        }
        path = rows.safe(account.path)
        with self._whole():
            verb = self._verb_of(run_id)
            known = self.conn.execute(
                "SELECT id FROM inputs WHERE path = ? AND verb = ? AND coalesce(digest, '') = ?",
                (path, verb, digest or ""),
            ).fetchone()
            table = self.db.table("inputs")
            if known:
                table.update(known[0], row)
                return int(known[0])
            table.insert({**row, "path": path, "verb": verb, "digest": digest})
            return _key(table.last_pk)

    @guarded
    def finish_input(self, input_id: int, account: InputAccount, *, finished: bool = True) -> None:
        """Write what was read of an input and what was damaged; mark it as read to its end
        unless it should be read again, then from its start."""
        with self._whole():
            read = {**_account_row(account), "records_read": int(account.records)}
            row = {**read, "finished": int(finished), "done": 0}
            if self._verb == "add":  # it has raised it itself
                row["generation"] = self.generation
            self.db.table("inputs").update(input_id, row)

    @guarded
    def finished_input(self, path: str, digest: str) -> bool:
        """True when this input needs no second reading.

        That is: same path and content digest, read to the end by the verb of the present run (a
        scan ``within`` is another purpose than a scan), against the same generation of originals
        and with the same parameters, those that verdicts are made with among them.
        """
        found = self.conn.execute(
            f"SELECT 1 {_SAME_READING} AND i.finished = 1",
            self._reading(path, digest),
        ).fetchone()
        return found is not None

    @guarded
    def begun_input(self, path: str, digest: str) -> int:
        """How many items of this input are written, counted from its start, where a run like the
        present one (see ``finished_input``) was stopped; else 0."""
        found = self.conn.execute(
            f"SELECT i.done {_SAME_READING} AND i.finished = 0",
            self._reading(path, digest),
        ).fetchone()
        return int(found[0]) if found else 0

    @guarded
    def note_progress(self, input_id: int, done: int) -> None:
        """Write how many items of an input are written, with the last of them."""
        with self._whole():
            self.conn.execute("UPDATE inputs SET done = ? WHERE id = ?", (done, input_id))

    def _reading(self, path: str, digest: str) -> tuple[Any, ...]:
        made_with = self._made_with or self._parameters_of({})
        return rows.safe(path), digest, self.generation, made_with, self._verb

    def _verb_of(self, run_id: int) -> str:
        row = self.conn.execute(
            "SELECT verb, json_extract(arguments, '$.within') FROM runs WHERE id = ?", (run_id,)
        ).fetchone()
        return _purpose(row[0], {"within": row[1]}) if row else ""

    @guarded
    def add_failure(self, run_id: int, failure: Failure, input_id: int | None = None) -> None:
        """Record a page or file that could not be read. The same failure again is one row."""
        with self._whole():
            self.conn.execute(
                "INSERT INTO failures (run_id, input_id, input, stage, error, message)"
                " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE"
                " SET run_id = excluded.run_id, input_id = excluded.input_id",
                (
                    run_id,
                    input_id,
                    rows.safe(failure.input),
                    failure.stage,
                    rows.text_of(failure.error),
                    redact_within(rows.text_of(failure.message)),
                ),
            )

    # -- pages -------------------------------------------------------------------------------

    @guarded
    def known_capture(self, capture: Capture, file: str | None) -> int | None:
        """The id of the row that ``add_capture`` would take for this page; None for a new one.

        For those who append the bytes to ``file`` first: a page known there is there already.
        """
        return self._known_capture(
            hashlib.sha256(capture.body).hexdigest(), rows.safe_url(capture.url), rows.maybe(file)
        )

    def _known_capture(self, sha256: str, url: str, file: str | None) -> int | None:
        found = self.conn.execute(
            "SELECT id FROM captures WHERE sha256 = ? AND url = ? AND coalesce(file, '') = ?",
            (sha256, url, file or ""),
        ).fetchone()
        return int(found[0]) if found else None

    @guarded
    def add_capture(
        self,
        capture: Capture,
        *,
        file: str | None,
        offset: int | None,
        length: int | None,
        sha256: str = "",
    ) -> int:
        """The row of ``captures`` for a page; returns its id. The bytes stay in ``file``.

        ``offset`` and ``length`` are bytes of the file as it lies on the disk; ``sha256`` is of a
        body that is not at hand. The same bytes of the same URL in the same file are one row.
        """
        body = sha256 or hashlib.sha256(capture.body).hexdigest()
        row = rows.capture_row(capture, body, file, offset, length)
        with self._whole():
            known = self._known_capture(row["sha256"], row["url"], row["file"])
            return self._insert("captures", row) if known is None else known

    @guarded
    def add_article(
        self,
        article: Article,
        role: Role,
        fingerprint: Fingerprint | None,
        traces: Sequence[Trace],
        *,
        input_id: int | None = None,
        capture_id: int | None = None,
    ) -> bool:
        """Store an article; True when it is new, or was known as crawled and is now an original.

        Originals enter the index and have their links kept; crawled articles keep their
        fingerprint and traces only. Of an article that is known the earlier of the two observed
        times is kept, and its text stays. A crawled one that becomes an original takes over all
        that is now known of it, and its traces and links are replaced; seen again as crawled, its
        traces are replaced and an empty title, byline or time of publishing is filled. An
        original seen again keeps all else, and never becomes crawled again.
        """
        with self._whole():
            known = self.conn.execute(
                "SELECT role, observed FROM articles WHERE id = ?", (article.id,)
            ).fetchone()
            if known is None:
                self._insert_article(article, role, traces, input_id, capture_id)
            else:
                first = rows.earlier(known[1], rows.maybe(article.observed))
                if first != known[1]:
                    self.conn.execute(
                        "UPDATE articles SET observed = ? WHERE id = ?", (first, article.id)
                    )
                if known[0] == "original":
                    return False
                self._replace_traces(article.id, traces)
                if role == "crawled":
                    self._describe(article, {}, ("title", "byline", "published"), fill=True)
                    # What is learned meanwhile may make a wall of a page, or no longer.
                    self.conn.execute(
                        "UPDATE articles SET gate = ? WHERE id = ? AND gate IS NOT ?",
                        (gate := rows.maybe(article.gate), article.id, gate),
                    )
                    return False
                made_by = {"role": role, "input_id": input_id, "capture_id": capture_id}
                self._describe(article, made_by, _TAKEN_OVER, fill=False)
            number = self._store_fingerprint(article.id, fingerprint)
            if role == "original":
                self._index(number, article, fingerprint)
                self._count_originals(1)
                self._next_generation()
            return True

    def _insert(self, table: str, row: Mapping[str, Any]) -> int:
        # sqlite_utils looks the table up for every insert, which is too slow page by page.
        cursor = self.conn.execute(_insert_sql(table, tuple(row)), tuple(row.values()))
        return int(cursor.lastrowid or 0)

    def _insert_article(
        self,
        article: Article,
        role: Role,
        traces: Iterable[Trace],
        input_id: int | None,
        capture_id: int | None,
    ) -> None:
        (number,) = self.conn.execute(
            "SELECT coalesce(max(number), 0) + 1 FROM articles"
        ).fetchone()
        row = rows.article_row(article, number, role)
        self._insert("articles", {**row, "input_id": input_id, "capture_id": capture_id})
        self._insert("texts", {"article_id": article.id, "text": rows.text_of(article.text)})
        self._replace_traces(article.id, traces)

    def _replace_traces(self, article_id: str, traces: Iterable[Trace]) -> None:
        self.conn.execute("DELETE FROM traces WHERE article_id = ?", (article_id,))
        self.conn.executemany(
            "INSERT INTO traces VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [rows.trace_row(article_id, i, trace) for i, trace in enumerate(traces)],
        )

    def _describe(
        self, article: Article, more: Mapping[str, Any], columns: Sequence[str], *, fill: bool
    ) -> None:
        """Write over what is stored of an article, where there is something to write.

        With ``fill`` only where nothing was stored before.
        """
        (old,) = self._query("SELECT * FROM articles WHERE id = ?", article.id)
        row = rows.article_row(article, old["number"], old["role"])
        changed = {
            name: value
            for name, value in {**{name: row[name] for name in columns}, **more}.items()
            if value not in (None, "", old[name]) and not (fill and old[name])
        }
        if not changed:
            return
        if "title" in changed:
            # The full text must be told what it is to forget, word for word.
            self._index_words("articles_fts, ", "'delete', ", article.id)
        names = ", ".join(f'"{name}" = ?' for name in changed)
        self.conn.execute(
            f"UPDATE articles SET {names} WHERE id = ?",  # noqa: S608
            (*changed.values(), article.id),
        )
        if "title" in changed:
            self._index_words("", "", article.id)

    def _index_words(self, column: str, command: str, article_id: str) -> None:
        self.conn.execute(
            f"INSERT INTO articles_fts({column}rowid, title, text)"  # noqa: S608
            f" SELECT {command}a.number, a.title, t.text FROM articles a"
            " JOIN texts t ON t.article_id = a.id WHERE a.id = ?",
            (article_id,),
        )

    def _store_fingerprint(self, article_id: str, fingerprint: Fingerprint | None) -> int | None:
        found = self.conn.execute(
            "SELECT number FROM fingerprints WHERE article_id = ?", (article_id,)
        ).fetchone()
        if fingerprint is None:
            return int(found[0]) if found else None
        row = rows.fingerprint_row(article_id, fingerprint)
        if found is None:
            return self._insert("fingerprints", {"number": self._next_number(), **row})
        self.db.table("fingerprints").update(found[0], row)
        return int(found[0])

    def _index(self, number: int | None, article: Article, given: Fingerprint | None) -> None:
        self.conn.execute("DELETE FROM links WHERE article_id = ?", (article.id,))
        self.conn.executemany("INSERT INTO links VALUES (?, ?, ?, ?, ?)", rows.link_rows(article))
        self.conn.execute("DELETE FROM aliases WHERE article_id = ?", (article.id,))
        self.conn.executemany("INSERT INTO aliases VALUES (?, ?, ?)", rows.alias_rows(article))
        if number is None:
            return
        fingerprint = given or self._fingerprint(article.id)
        if fingerprint is None:
            return
        self._enter(number, fingerprint)

    def _fingerprint(self, article_id: str) -> Fingerprint | None:
        for row in self._query("SELECT * FROM fingerprints WHERE article_id = ?", article_id):
            return rows.to_fingerprint(row)
        return None

    @guarded
    def remove_original(self, article_id: str) -> bool:
        """Remove an original with its text, postings and matches; False when there is none."""
        with self._whole():
            held = list(self._query("SELECT * FROM fingerprints WHERE article_id = ?", article_id))
            cursor = self.conn.execute(
                "DELETE FROM articles WHERE id = ? AND role = 'original'", (article_id,)
            )
            if not cursor.rowcount:
                return False
            for row in held:
                self._take_out(int(row["number"]), rows.to_fingerprint(row))
            self._count_originals(-1)
            self._next_generation()
            return True

    def _count_originals(self, more: int) -> None:
        self.conn.execute(
            "UPDATE meta SET value = CAST(CAST(value AS INTEGER) + ? AS TEXT)"
            " WHERE key = 'originals'",
            (more,),
        )

    # -- what was found ----------------------------------------------------------------------

    @guarded
    def add_match(self, match: Match, run_id: int) -> None:
        """Store a match, over an older one of the same pair; both articles must be stored.

        ``found`` stays the time when the pair was first found. Raises StoreError
        (``inconsistent``) when an article is missing.
        """
        row = rows.match_row(match, run_id)
        with self._whole():
            names = tuple(row)
            changes = ", ".join(
                f'"{name}" = excluded."{name}"' for name in names if name not in ("id", "found")
            )
            self.conn.execute(
                f"{_insert_sql('matches', names)} ON CONFLICT(id) DO UPDATE SET {changes}",
                tuple(row.values()),
            )
            self._replace_children(match)

    @guarded
    def drop_matches(self, target_id: str, keep: Collection[str], *, crawled: bool = True) -> int:
        """Remove the matches of this target whose ids are not in ``keep``; returns how many.
        Without ``crawled``, those with other pages of the crawl stay.

        For a page that was judged anew: what was found now replaces all that was said of it.
        """
        with self._whole():
            cursor = self.conn.execute(
                "DELETE FROM matches WHERE target_id = ?"
                " AND id NOT IN (SELECT value FROM json_each(?)) AND (? OR source_id IN"
                " (SELECT id FROM articles WHERE role = 'original'))",
                (target_id, json.dumps(sorted(keep)), crawled),
            )
            return cursor.rowcount

    def _replace_children(self, match: Match) -> None:
        children: dict[str, list[dict[str, Any]]] = {
            "passages": [
                {
                    "target_offset": passage.target_offset,
                    "target_length": passage.target_length,
                    "source_offset": passage.source_offset,
                    "source_length": passage.source_length,
                    "kind": passage.kind,
                }
                for passage in match.comparison.passages
            ],
            "reasons": [
                {"code": reason.code, "text": rows.text_of(reason.text)}
                for reason in match.verdict.reasons
            ],
            "direction_evidence": [
                {
                    "kind": evidence.kind,
                    "log_odds": float(evidence.log_odds),
                    "text": rows.text_of(evidence.text),
                }
                for evidence in match.verdict.direction.evidence
            ],
        }
        for table, children_rows in children.items():
            self.db.table(table).delete_where("match_id = ?", [match.id])
            self.db.table(table).insert_all(
                {"match_id": match.id, "position": position, **row}
                for position, row in enumerate(children_rows)
            )


def _key(value: Any) -> int:
    return int(value)


def _purpose(verb: str, arguments: Mapping[str, Any]) -> str:
    return f"{verb} within" if arguments.get("within") else verb


def _account_row(account: InputAccount) -> dict[str, Any]:
    return {
        "records_read": int(account.records_read),
        "bytes_skipped": int(account.bytes_skipped),
        "truncated": int(account.truncated),
        "passed_over": json.dumps(dict(account.passed_over)),
    }
