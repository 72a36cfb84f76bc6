"""The tables and views, as numbered migrations. Append only: never edit one that was released.

``PRAGMA user_version`` counts the migrations that a database has had. Every table is STRICT, so
that SQLite refuses a value of the wrong type instead of turning ``"0123"`` into 123.

The index (``postings``) holds the compact ``fingerprints.number``, not the article's text id.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from provenance.store.aliases_schema import ALIASES, UNKNOWN_SOURCES
from provenance.store.index_schema import INDEX
from provenance.store.network_schema import NETWORK
from provenance.store.review_schema import REVIEWS
from provenance.store.screened_schema import OF_CAPTURES
from provenance.store.states_schema import STATES
from provenance.store.visits_schema import VISITS
from provenance.store.within_schema import WITHIN

#: In the header of every database of ours: "PROV".
APPLICATION_ID = 0x50524F56

_CORE = """
CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE runs (
  id INTEGER PRIMARY KEY,
  verb TEXT NOT NULL,
  arguments TEXT NOT NULL CHECK (json_valid(arguments)),
  parameters TEXT NOT NULL CHECK (json_valid(parameters)),
  generation INTEGER NOT NULL,
  counts TEXT CHECK (counts IS NULL OR json_valid(counts)),
  started TEXT NOT NULL,
  ended TEXT
) STRICT;

-- What is known of each input as it was last read: reading it again takes the same row.
CREATE TABLE inputs (
  id INTEGER PRIMARY KEY,
  run_id INTEGER NOT NULL REFERENCES runs(id),
  verb TEXT NOT NULL,
  path TEXT NOT NULL,
  kind TEXT NOT NULL,
  digest TEXT,
  size INTEGER,
  records_read INTEGER NOT NULL DEFAULT 0,
  bytes_skipped INTEGER NOT NULL DEFAULT 0,
  truncated INTEGER NOT NULL DEFAULT 0 CHECK (truncated IN (0, 1)),
  finished INTEGER NOT NULL DEFAULT 0 CHECK (finished IN (0, 1)),
  generation INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX inputs_identity ON inputs(path, verb, coalesce(digest, ''));

CREATE TABLE captures (
  id INTEGER PRIMARY KEY,
  url TEXT NOT NULL,
  final_url TEXT NOT NULL DEFAULT '',
  sha256 TEXT NOT NULL,
  status INTEGER,
  headers TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(headers)),
  redirects TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(redirects)),
  observed TEXT,
  file TEXT,
  "offset" INTEGER,
  length INTEGER
) STRICT;
CREATE UNIQUE INDEX captures_identity ON captures(sha256, url, coalesce(file, ''));

CREATE TABLE articles (
  id TEXT PRIMARY KEY,
  number INTEGER NOT NULL UNIQUE,
  role TEXT NOT NULL CHECK (role IN ('original', 'crawled')),
  title TEXT NOT NULL,
  site TEXT NOT NULL,
  url TEXT NOT NULL,
  canonical_url TEXT NOT NULL,
  byline TEXT,
  published TEXT,
  observed TEXT,
  language TEXT,
  words INTEGER NOT NULL,
  digest TEXT NOT NULL,
  rough INTEGER NOT NULL DEFAULT 0 CHECK (rough IN (0, 1)),
  gate TEXT,
  input_id INTEGER REFERENCES inputs(id) ON DELETE SET NULL,
  capture_id INTEGER REFERENCES captures(id) ON DELETE SET NULL
) STRICT;
CREATE INDEX articles_canonical_url ON articles(canonical_url);
CREATE INDEX articles_url ON articles(url);
CREATE INDEX articles_digest ON articles(digest);
CREATE INDEX articles_originals ON articles(site) WHERE role = 'original';

CREATE TABLE texts (
  article_id TEXT PRIMARY KEY REFERENCES articles(id) ON DELETE CASCADE,
  text TEXT NOT NULL
) STRICT;

-- Hashes are packed as little-endian 64-bit integers, terms are a JSON list.
CREATE TABLE fingerprints (
  number INTEGER PRIMARY KEY,
  article_id TEXT NOT NULL UNIQUE REFERENCES articles(id) ON DELETE CASCADE,
  digest TEXT NOT NULL,
  signature BLOB NOT NULL,
  bands BLOB NOT NULL,
  fragments BLOB NOT NULL,
  terms TEXT NOT NULL CHECK (json_valid(terms))
) STRICT;

CREATE TABLE bands (
  key INTEGER NOT NULL,
  fingerprint INTEGER NOT NULL REFERENCES fingerprints(number) ON DELETE CASCADE,
  PRIMARY KEY (key, fingerprint)
) STRICT, WITHOUT ROWID;

CREATE TABLE fragments (
  key INTEGER NOT NULL,
  fingerprint INTEGER NOT NULL REFERENCES fingerprints(number) ON DELETE CASCADE,
  PRIMARY KEY (key, fingerprint)
) STRICT, WITHOUT ROWID;

CREATE TABLE terms (
  key TEXT NOT NULL,
  fingerprint INTEGER NOT NULL REFERENCES fingerprints(number) ON DELETE CASCADE,
  PRIMARY KEY (key, fingerprint)
) STRICT, WITHOUT ROWID;

CREATE TABLE traces (
  article_id TEXT NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  kind TEXT NOT NULL,
  value TEXT NOT NULL,
  target_url TEXT,
  target_site TEXT,
  strength TEXT NOT NULL CHECK (strength IN ('strong', 'medium', 'weak')),
  snippet TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (article_id, position)
) STRICT, WITHOUT ROWID;

-- Of originals only: what a copy's page may still point to.
CREATE TABLE links (
  article_id TEXT NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('link', 'image')),
  position INTEGER NOT NULL,
  url TEXT NOT NULL,
  stem TEXT,
  PRIMARY KEY (article_id, kind, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX links_stem ON links(stem, article_id) WHERE stem IS NOT NULL;

CREATE TABLE matches (
  id TEXT PRIMARY KEY,
  source_id TEXT NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
  target_id TEXT NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
  relation TEXT NOT NULL CHECK (relation IN (
    'verbatim', 'edited', 'partial', 'rewrite', 'translation', 'common-source', 'quote',
    'cites', 'version', 'independent', 'unrelated')),
  probability REAL NOT NULL CHECK (probability BETWEEN 0 AND 1),
  is_repost INTEGER NOT NULL CHECK (is_repost IN (0, 1)),
  is_reuse INTEGER NOT NULL CHECK (is_reuse IN (0, 1)),
  direction TEXT NOT NULL CHECK (direction IN ('source-first', 'target-first', 'unknown')),
  direction_confidence REAL NOT NULL,
  attribution TEXT NOT NULL CHECK (attribution IN ('licensed', 'attributed', 'unattributed')),
  jaccard_3 REAL NOT NULL,
  containment_target_5 REAL NOT NULL,
  containment_source_5 REAL NOT NULL,
  coverage REAL NOT NULL,
  coverage_source REAL NOT NULL,
  "order" REAL NOT NULL,
  hard_containment REAL NOT NULL,
  hard_source REAL NOT NULL,
  novel REAL NOT NULL,
  quoted REAL NOT NULL,
  longest_run REAL NOT NULL,
  best_block REAL NOT NULL,
  channels TEXT NOT NULL DEFAULT '',
  run_id INTEGER NOT NULL REFERENCES runs(id),
  found TEXT NOT NULL
) STRICT;
CREATE INDEX matches_source ON matches(source_id);
CREATE INDEX matches_target ON matches(target_id);
CREATE INDEX matches_best ON matches(probability DESC);

CREATE TABLE passages (
  match_id TEXT NOT NULL REFERENCES matches(id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  target_offset INTEGER NOT NULL,
  target_length INTEGER NOT NULL,
  source_offset INTEGER NOT NULL,
  source_length INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('exact', 'reworded')),
  PRIMARY KEY (match_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE reasons (
  match_id TEXT NOT NULL REFERENCES matches(id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  code TEXT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (match_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE direction_evidence (
  match_id TEXT NOT NULL REFERENCES matches(id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  kind TEXT NOT NULL,
  log_odds REAL NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (match_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE failures (
  id INTEGER PRIMARY KEY,
  run_id INTEGER NOT NULL REFERENCES runs(id),
  input_id INTEGER REFERENCES inputs(id) ON DELETE SET NULL,
  input TEXT NOT NULL,
  stage TEXT NOT NULL CHECK (stage IN ('fetch', 'read', 'extract', 'fingerprint', 'compare')),
  error TEXT NOT NULL,
  message TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX failures_identity ON failures(input, stage, error, message);

CREATE TABLE relations (
  site_a TEXT NOT NULL,
  site_b TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('owner', 'wire', 'licence')),
  PRIMARY KEY (site_a, site_b, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE screened (
  capture_id INTEGER PRIMARY KEY REFERENCES captures(id) ON DELETE CASCADE,
  input_id INTEGER REFERENCES inputs(id) ON DELETE SET NULL,
  why TEXT NOT NULL
) STRICT;
"""

_FULL_TEXT = """
-- Titles and texts lie in two tables, so the index reads its content through a view.
CREATE VIEW searchable AS
SELECT a.number AS number, a.title AS title, t.text AS text
FROM articles a JOIN texts t ON t.article_id = a.id;

CREATE VIRTUAL TABLE articles_fts USING fts5(
  title, text,
  content='searchable', content_rowid='number', tokenize='unicode61 remove_diacritics 2'
);

CREATE TRIGGER texts_indexed AFTER INSERT ON texts BEGIN
  INSERT INTO articles_fts(rowid, title, text)
  SELECT number, title, new.text FROM articles WHERE id = new.article_id;
END;

-- Before the article goes, since the index must be told what it is to forget.
CREATE TRIGGER articles_forgotten BEFORE DELETE ON articles BEGIN
  INSERT INTO articles_fts(articles_fts, rowid, title, text)
  SELECT 'delete', old.number, old.title, text FROM texts WHERE article_id = old.id;
END;
"""

_VIEWS = """
CREATE VIEW reposts AS
SELECT
  m.id AS match_id,
  m.relation AS relation,
  round(m.probability, 2) AS probability,
  t.title AS target_title,
  t.url AS target_url,
  t.site AS target_site,
  t.published AS target_published,
  t.observed AS target_observed,
  s.title AS source_title,
  s.url AS source_url,
  s.site AS source_site,
  s.published AS source_published,
  s.observed AS source_observed,
  m.attribution AS attribution,
  m.direction AS direction,
  round(m.direction_confidence, 2) AS direction_confidence,
  round(m.containment_target_5, 2) AS containment_target_5,
  round(m.containment_source_5, 2) AS containment_source_5,
  round(m.coverage, 2) AS coverage,
  round(m.hard_containment, 2) AS hard_containment,
  round(m.novel, 2) AS novel,
  CAST(m.longest_run AS INTEGER) AS longest_run,
  m.channels AS channels,
  m.found AS found
FROM matches m
JOIN articles s ON s.id = m.source_id
JOIN articles t ON t.id = m.target_id
WHERE m.is_repost = 1
ORDER BY m.probability DESC, m.id;

CREATE VIEW repost_network AS
SELECT
  t.site AS target_site,
  s.site AS source_site,
  count(*) AS reposts,
  sum(m.attribution = 'unattributed') AS unattributed,
  sum(m.relation = 'verbatim') AS verbatim,
  round(avg(m.probability), 2) AS mean_probability,
  min(coalesce(t.published, t.observed)) AS earliest,
  max(coalesce(t.published, t.observed)) AS latest
FROM matches m
JOIN articles s ON s.id = m.source_id
JOIN articles t ON t.id = m.target_id
WHERE m.is_repost = 1
GROUP BY t.site, s.site
ORDER BY reposts DESC, target_site, source_site;

CREATE VIEW top_reposters AS
SELECT
  t.site AS target_site,
  count(DISTINCT m.target_id) AS pages,
  count(DISTINCT m.source_id) AS originals,
  count(DISTINCT s.site) AS source_sites,
  count(DISTINCT CASE WHEN m.attribution = 'unattributed' THEN m.target_id END)
    AS unattributed_pages,
  count(DISTINCT CASE WHEN m.relation = 'verbatim' THEN m.target_id END) AS verbatim_pages,
  count(DISTINCT CASE WHEN m.relation = 'rewrite' THEN m.target_id END) AS rewritten_pages,
  max(coalesce(t.published, t.observed)) AS latest
FROM matches m
JOIN articles s ON s.id = m.source_id
JOIN articles t ON t.id = m.target_id
WHERE m.is_repost = 1
GROUP BY t.site
ORDER BY pages DESC, target_site;

CREATE VIEW needs_review AS
SELECT
  m.id AS match_id,
  CASE
    WHEN m.probability BETWEEN 0.3 AND 0.9 AND m.direction = 'unknown'
      THEN 'probability and direction'
    WHEN m.direction = 'unknown' THEN 'direction'
    ELSE 'probability'
  END AS unsure_of,
  m.relation AS relation,
  round(m.probability, 2) AS probability,
  m.direction AS direction,
  m.attribution AS attribution,
  t.title AS target_title,
  t.url AS target_url,
  t.site AS target_site,
  coalesce(t.published, t.observed) AS target_time,
  s.title AS source_title,
  s.url AS source_url,
  s.site AS source_site,
  coalesce(s.published, s.observed) AS source_time,
  round(m.coverage, 2) AS coverage,
  round(m.hard_containment, 2) AS hard_containment,
  round(m.novel, 2) AS novel,
  (SELECT group_concat(r.text, ' ') FROM reasons r WHERE r.match_id = m.id) AS reasons
FROM matches m
JOIN articles s ON s.id = m.source_id
JOIN articles t ON t.id = m.target_id
WHERE m.is_reuse = 1 AND (m.probability BETWEEN 0.3 AND 0.9 OR m.direction = 'unknown')
ORDER BY abs(m.probability - 0.6), m.id;

-- A lag is given only where both times are known to the minute: a bare day would invent one.
CREATE VIEW timeline AS
SELECT
  s.id AS source_id,
  s.title AS source_title,
  s.url AS source_url,
  s.site AS source_site,
  coalesce(s.published, s.observed) AS source_time,
  row_number() OVER (
    PARTITION BY s.id
    ORDER BY julianday(coalesce(t.published, t.observed)) NULLS LAST, t.id
  ) AS copy,
  coalesce(t.published, t.observed) AS target_time,
  CASE WHEN t.published IS NOT NULL THEN 'claimed' WHEN t.observed IS NOT NULL THEN 'observed'
  END AS target_time_is,
  CASE
    WHEN length(coalesce(s.published, s.observed)) > 10
     AND length(coalesce(t.published, t.observed)) > 10
    THEN CAST(round((julianday(coalesce(t.published, t.observed))
                   - julianday(coalesce(s.published, s.observed))) * 1440) AS INTEGER)
  END AS lag_minutes,
  t.title AS target_title,
  t.url AS target_url,
  t.site AS target_site,
  m.relation AS relation,
  round(m.probability, 2) AS probability,
  m.direction AS direction,
  m.attribution AS attribution,
  m.id AS match_id
FROM matches m
JOIN articles s ON s.id = m.source_id
JOIN articles t ON t.id = m.target_id
WHERE m.is_reuse = 1
ORDER BY s.id, copy;
"""

_BOILERPLATE = """
-- Sentences that don't count as evidence. A site of '' is everywhere.
CREATE TABLE boilerplate (
  id TEXT PRIMARY KEY,
  hash INTEGER NOT NULL,
  site TEXT NOT NULL,
  sentence TEXT NOT NULL,
  words INTEGER NOT NULL,
  articles INTEGER NOT NULL,
  sites INTEGER NOT NULL,
  origin TEXT NOT NULL CHECK (origin IN ('learned', 'added', 'kept')),
  found TEXT NOT NULL,
  UNIQUE (hash, site)
) STRICT;

-- Learning reads the texts site by site, in the order of their ids.
CREATE INDEX articles_site ON articles(site, id);
"""

# What an input held beside pages, by reason, as JSON.
_PASSED_OVER = "ALTER TABLE inputs ADD COLUMN passed_over TEXT NOT NULL DEFAULT '{}';\n"

# Items of an input that are written, in its order: where a scan that was stopped goes on.
_PROGRESS = "ALTER TABLE inputs ADD COLUMN done INTEGER NOT NULL DEFAULT 0;\n"

#: Each is run whole, in one transaction with the others that a database lacks.
MIGRATIONS: tuple[str, ...] = (
    _CORE,
    _FULL_TEXT,
    _VIEWS,
    NETWORK,
    _BOILERPLATE,
    _PASSED_OVER,
    ALIASES,
    UNKNOWN_SOURCES,
    INDEX,
    _PROGRESS,
    VISITS,
    REVIEWS,
    STATES,
    WITHIN,
    OF_CAPTURES,
)


def statements(script: str) -> Iterator[str]:
    """The single statements of a migration, triggers kept whole.

    ``executescript`` would commit the transaction that a migration must stand in.
    """
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""
    if pending.strip():
        yield pending
