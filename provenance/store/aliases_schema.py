"""The migrations that bring other names of the originals, and what traces name beside them.

Migrations like those of ``schema``, in a module of its own: never edit one once released.
"""

from __future__ import annotations

ALIASES = """
-- Of originals only: addresses that the page gives itself, and the slug of its address. They are
-- kept of what is added from now on.
CREATE TABLE aliases (
  key TEXT NOT NULL,
  article_id TEXT NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('url', 'slug')),
  PRIMARY KEY (key, article_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX aliases_article ON aliases(article_id);
"""

UNKNOWN_SOURCES = """
-- Outlets that pages name as their source, of which nothing is registered: what to add next.
CREATE VIEW unknown_sources AS
SELECT
  t.target_site AS source_site,
  count(DISTINCT t.article_id) AS pages,
  count(DISTINCT a.site) AS sites,
  group_concat(DISTINCT t.kind) AS kinds,
  min(t.target_url) AS example_source,
  min(a.url) AS example_page
FROM traces t
JOIN articles a ON a.id = t.article_id
WHERE t.strength = 'strong' AND t.target_site IS NOT NULL AND a.role = 'crawled'
  AND NOT EXISTS (
    SELECT 1 FROM articles o WHERE o.site = t.target_site AND o.role = 'original'
  )
GROUP BY t.target_site
ORDER BY pages DESC, source_site;
"""
