"""The migration that brings clusters, what servers say of times, and who is apart.

A migration like those of ``schema``, in a module of its own: never edit it once released.
"""

from __future__ import annotations

# A time with its hour and its zone: others can't be subtracted to the minute.
_EXACT = "({0} GLOB '*T*Z' OR {0} GLOB '*T*[+-][0-9][0-9]:[0-9][0-9]')"
_LAG = f"""CASE
    WHEN {_EXACT.format("s.published")} AND {_EXACT.format("t.published")}
    THEN CAST(round((julianday(t.published) - julianday(s.published)) * 1440) AS INTEGER)
  END"""

NETWORK = """
ALTER TABLE articles ADD COLUMN modified TEXT;

-- `apart` says that two sites are not one house, whatever the shipped table says.
CREATE TABLE relations_new (
  site_a TEXT NOT NULL,
  site_b TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('owner', 'wire', 'licence', 'apart')),
  PRIMARY KEY (site_a, site_b, kind)
) STRICT, WITHOUT ROWID;
INSERT INTO relations_new SELECT site_a, site_b, kind FROM relations;
DROP TABLE relations;
ALTER TABLE relations_new RENAME TO relations;

-- Made anew as a whole by `provenance clusters` and `provenance serve`.
CREATE TABLE clusters (
  id TEXT PRIMARY KEY REFERENCES articles(id) ON DELETE CASCADE,
  title TEXT NOT NULL,
  members INTEGER NOT NULL,
  attached INTEGER NOT NULL,
  sites INTEGER NOT NULL,
  earliest TEXT,
  latest TEXT
) STRICT;

CREATE TABLE cluster_members (
  cluster_id TEXT NOT NULL REFERENCES clusters(id) ON DELETE CASCADE,
  article_id TEXT NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
  role TEXT NOT NULL CHECK (role IN ('root', 'member', 'attached')),
  source_id TEXT REFERENCES articles(id) ON DELETE CASCADE,
  match_id TEXT REFERENCES matches(id) ON DELETE CASCADE,
  PRIMARY KEY (cluster_id, article_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX cluster_members_article ON cluster_members(article_id);
CREATE INDEX cluster_members_source ON cluster_members(source_id);
CREATE INDEX cluster_members_match ON cluster_members(match_id);

DROP VIEW repost_network;
CREATE VIEW repost_network AS
WITH pairs AS (
  SELECT
    t.site AS target_site,
    s.site AS source_site,
    m.attribution AS attribution,
    m.relation AS relation,
    m.probability AS probability,
    coalesce(t.published, t.observed) AS target_time,
    {lag} AS lag_minutes
  FROM matches m
  JOIN articles s ON s.id = m.source_id
  JOIN articles t ON t.id = m.target_id
  WHERE m.is_repost = 1
),
ranked AS (
  SELECT
    target_site,
    source_site,
    lag_minutes,
    row_number() OVER (PARTITION BY target_site, source_site ORDER BY lag_minutes) AS place,
    count(*) OVER (PARTITION BY target_site, source_site) AS known
  FROM pairs
  WHERE lag_minutes IS NOT NULL
),
medians AS (
  SELECT
    target_site,
    source_site,
    CAST(round(avg(lag_minutes)) AS INTEGER) AS median_lag_minutes,
    max(known) AS lags_known
  FROM ranked
  WHERE place IN ((known + 1) / 2, (known + 2) / 2)
  GROUP BY target_site, source_site
)
SELECT
  p.target_site AS target_site,
  p.source_site AS source_site,
  count(*) AS reposts,
  sum(p.attribution = 'licensed') AS licensed,
  sum(p.attribution = 'attributed') AS attributed,
  sum(p.attribution = 'unattributed') AS unattributed,
  round(avg(p.attribution <> 'unattributed'), 2) AS share_attributed,
  sum(p.relation = 'verbatim') AS verbatim,
  max(d.median_lag_minutes) AS median_lag_minutes,
  coalesce(max(d.lags_known), 0) AS lags_known,
  round(avg(p.probability), 2) AS mean_probability,
  min(p.target_time) AS earliest,
  max(p.target_time) AS latest
FROM pairs p
LEFT JOIN medians d ON d.target_site = p.target_site AND d.source_site = p.source_site
GROUP BY p.target_site, p.source_site
ORDER BY reposts DESC, target_site, source_site;

DROP VIEW needs_review;
CREATE VIEW needs_review AS
SELECT
  m.id AS match_id,
  CASE
    WHEN m.probability < 0.9 THEN 'probability'
    WHEN m.is_repost = 0 THEN 'who was first: the times speak against the source'
    ELSE 'who was first: the evidence contradicts itself'
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
WHERE (m.is_reuse = 1 AND m.probability < 0.9)
  OR (m.is_reuse = 0 AND m.relation = 'quote' AND m.probability BETWEEN 0.5 AND 0.9)
  OR (m.is_reuse = 1 AND m.direction = 'unknown' AND m.relation <> 'common-source' AND (
    m.is_repost = 0
    OR (SELECT sum(max(e.log_odds, 0)) >= 1 AND sum(min(e.log_odds, 0)) <= -1
        FROM direction_evidence e WHERE e.match_id = m.id)
  ))
ORDER BY unsure_of, abs(m.probability - 0.7), m.id;

-- A lag is given only where both pages claim an hour and its zone: a bare day would invent one,
-- and a sighting says when somebody looked.
DROP VIEW timeline;
CREATE VIEW timeline AS
SELECT
  s.id AS source_id,
  s.title AS source_title,
  s.url AS source_url,
  s.site AS source_site,
  coalesce(s.published, s.observed) AS source_time,
  CASE WHEN s.published IS NOT NULL THEN 'claimed' WHEN s.observed IS NOT NULL THEN 'observed'
  END AS source_time_is,
  row_number() OVER (
    PARTITION BY s.id
    ORDER BY julianday(coalesce(t.published, t.observed)) NULLS LAST, t.id
  ) AS copy,
  coalesce(t.published, t.observed) AS target_time,
  CASE WHEN t.published IS NOT NULL THEN 'claimed' WHEN t.observed IS NOT NULL THEN 'observed'
  END AS target_time_is,
  {lag} AS lag_minutes,
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
""".replace("{lag}", _LAG)
