"""The migration that brings people's decisions on matches.

A migration like those of ``schema``, in a module of its own: never edit it once released.
"""

from __future__ import annotations

# The verdict is not the one that was decided on. A licence that was entered after a person had
# said "licensed" agrees with that person, and is no news.
_OLDER = """(
    r.relation <> m.relation OR r.is_reuse <> m.is_reuse OR r.is_repost <> m.is_repost
    OR r.direction <> m.direction
    OR (r.attribution <> m.attribution
        AND NOT (r.decision = 'licensed' AND m.attribution = 'licensed'))
  )"""
_LAST = "r.id = (SELECT max(l.id) FROM reviews l WHERE l.match_id = r.match_id)"

REVIEWS = """
-- Every decision ever made, with the verdict that it was made on. A match may be dropped and found
-- again, so that its id here is no foreign key: the decision outlives it.
CREATE TABLE reviews (
  id INTEGER PRIMARY KEY,
  match_id TEXT NOT NULL,
  source_id TEXT NOT NULL,
  target_id TEXT NOT NULL,
  decision TEXT NOT NULL CHECK (decision IN ('confirmed', 'rejected', 'licensed', 'undone')),
  note TEXT NOT NULL DEFAULT '',
  reviewer TEXT NOT NULL DEFAULT '',
  decided TEXT NOT NULL,
  relation TEXT NOT NULL,
  probability REAL NOT NULL CHECK (probability BETWEEN 0 AND 1),
  is_repost INTEGER NOT NULL CHECK (is_repost IN (0, 1)),
  is_reuse INTEGER NOT NULL CHECK (is_reuse IN (0, 1)),
  direction TEXT NOT NULL,
  attribution TEXT NOT NULL
) STRICT;
CREATE INDEX reviews_match ON reviews(match_id, id);

CREATE TRIGGER reviews_unchanged BEFORE UPDATE ON reviews BEGIN
  SELECT RAISE(ABORT, 'decisions are kept as they were made: add another');
END;
CREATE TRIGGER reviews_kept BEFORE DELETE ON reviews BEGIN
  SELECT RAISE(ABORT, 'decisions are kept: take one back by adding undone');
END;

-- The decision that stands, so that matches can be filtered and counted by it.
ALTER TABLE matches ADD COLUMN decision TEXT NOT NULL DEFAULT 'undecided'
  CHECK (decision IN ('undecided', 'confirmed', 'rejected', 'licensed'));
CREATE INDEX matches_decision ON matches(decision) WHERE decision <> 'undecided';

CREATE TRIGGER reviews_stand AFTER INSERT ON reviews BEGIN
  UPDATE matches SET decision = replace(new.decision, 'undone', 'undecided')
  WHERE id = new.match_id;
END;
CREATE TRIGGER reviews_stand_again AFTER INSERT ON matches
WHEN EXISTS (SELECT 1 FROM reviews WHERE match_id = new.id) BEGIN
  UPDATE matches SET decision = (
    SELECT replace(decision, 'undone', 'undecided') FROM reviews
    WHERE match_id = new.id ORDER BY id DESC LIMIT 1
  ) WHERE id = new.id;
END;

CREATE VIEW decisions AS
SELECT
  r.match_id AS match_id,
  r.decision AS decision,
  r.decided AS decided,
  CASE WHEN m.id IS NULL THEN 'no longer found' WHEN {older} THEN 'changed since'
    ELSE 'as decided on' END AS verdict_is,
  r.relation AS decided_relation,
  round(r.probability, 2) AS decided_probability,
  m.relation AS relation,
  round(m.probability, 2) AS probability,
  m.direction AS direction,
  m.attribution AS attribution,
  t.title AS target_title,
  t.url AS target_url,
  t.site AS target_site,
  s.title AS source_title,
  s.url AS source_url,
  s.site AS source_site
FROM reviews r
LEFT JOIN matches m ON m.id = r.match_id
LEFT JOIN articles s ON s.id = r.source_id
LEFT JOIN articles t ON t.id = r.target_id
WHERE r.decision <> 'undone' AND {last}
ORDER BY r.id DESC;

DROP VIEW reposts;
CREATE VIEW reposts AS
SELECT
  m.id AS match_id,
  m.relation AS relation,
  round(m.probability, 2) AS probability,
  m.decision AS decision,
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

DROP VIEW needs_review;
CREATE VIEW needs_review AS
SELECT
  m.id AS match_id,
  CASE
    WHEN r.id IS NOT NULL THEN 'decided on an older verdict'
    WHEN m.probability < 0.9 THEN 'probability'
    WHEN m.is_repost = 0 THEN 'who was first: the times speak against the source'
    ELSE 'who was first: the evidence contradicts itself'
  END AS unsure_of,
  m.relation AS relation,
  round(m.probability, 2) AS probability,
  m.direction AS direction,
  m.attribution AS attribution,
  m.decision AS decision,
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
  (SELECT group_concat(e.text, ' ') FROM reasons e WHERE e.match_id = m.id) AS reasons
FROM matches m
JOIN articles s ON s.id = m.source_id
JOIN articles t ON t.id = m.target_id
LEFT JOIN reviews r ON m.decision <> 'undecided' AND r.match_id = m.id AND {last}
WHERE CASE WHEN m.decision <> 'undecided' THEN {older} ELSE
    (m.is_reuse = 1 AND m.probability < 0.9)
    OR (m.is_reuse = 0 AND m.relation = 'quote' AND m.probability BETWEEN 0.5 AND 0.9)
    OR (m.is_reuse = 1 AND m.direction = 'unknown' AND m.relation <> 'common-source' AND (
      m.is_repost = 0
      OR (SELECT sum(max(e.log_odds, 0)) >= 1 AND sum(min(e.log_odds, 0)) <= -1
          FROM direction_evidence e WHERE e.match_id = m.id)
    ))
  END
ORDER BY unsure_of, abs(m.probability - 0.7), m.id;
""".replace("{older}", _OLDER).replace("{last}", _LAST)
