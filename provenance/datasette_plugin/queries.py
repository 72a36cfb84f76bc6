"""The stored queries that datasette offers for our databases: values only.

The same text serves 0.65 (``canned_queries``) and 1.0 (``add_query``). A parameter that is left
empty stands for no restriction, or for what the description says.
"""

from __future__ import annotations

from typing import Any

QUERIES: dict[str, dict[str, Any]] = {
    "reposts_by_outlet": {
        "title": "Reposts by outlet",
        "description": "What one site took from others. Leave the outlet empty for all.",
        "params": ["outlet"],
        "sql": (
            "select target_site, target_title, target_url, source_site, source_title, source_url,\n"
            "  relation, probability, attribution, target_published, source_published, match_id\n"
            "from reposts\n"
            "where coalesce(:outlet, '') = '' or target_site = :outlet\n"
            "order by target_site, probability desc"
        ),
    },
    "unattributed_copies": {
        "title": "Copies that name no source",
        "description": "Reposts without attribution, most probable first.",
        "sql": (
            "select target_site, target_title, target_url, source_site, source_title, source_url,\n"
            "  relation, probability, target_published, source_published, match_id\n"
            "from reposts\n"
            "where attribution = 'unattributed'\n"
            "order by probability desc, match_id"
        ),
    },
    "copies_of_one_article": {
        "title": "Copies of one article",
        "description": "Give the article's id, or its address as stored.",
        "params": ["article"],
        "sql": (
            "select copy, target_time, target_time_is, lag_minutes, target_site, target_title,\n"
            "  target_url, relation, probability, direction, attribution, match_id\n"
            "from timeline\n"
            "where source_id = trim(:article) or source_url = trim(:article)\n"
            "order by source_id, copy"
        ),
    },
    "first_seen": {
        "title": "First copy of each article",
        "description": "For each original the earliest text that reuses it, and how soon it came.",
        "sql": (
            "select source_time, source_site, source_title, source_url, target_time,\n"
            "  target_time_is, lag_minutes, target_site, target_title, target_url, relation,\n"
            "  attribution, match_id\n"
            "from timeline\n"
            "where copy = 1\n"
            "order by source_time desc, source_id"
        ),
    },
    "reposted_within": {
        "title": "Reposted within some minutes",
        "description": (
            "Copies that claim to be at most so many minutes younger than their original, where "
            "both claim an hour with its zone."
        ),
        "params": ["minutes"],
        "sql": (
            "select lag_minutes, target_site, target_title, target_url, source_site,\n"
            "  source_title, source_url, relation, attribution, match_id\n"
            "from timeline\n"
            "where lag_minutes between 0\n"
            "  and cast(coalesce(nullif(:minutes, ''), '60') as integer)\n"
            "order by lag_minutes, match_id"
        ),
    },
    "sites_that_take_most": {
        "title": "Sites by reposts since a day",
        "description": "Sites whose pages are reposts. Give a day (2026-01-31) or nothing.",
        "params": ["since"],
        "sql": (
            "select target_site, count(*) as reposts, count(distinct source_site) as sources,\n"
            "  sum(attribution = 'unattributed') as unattributed,\n"
            "  sum(relation = 'rewrite') as rewrites,\n"
            "  round(avg(probability), 2) as mean_probability\n"
            "from reposts\n"
            "where coalesce(:since, '') = ''\n"
            "  or coalesce(target_published, target_observed) >= :since\n"
            "group by target_site\n"
            "order by reposts desc, target_site"
        ),
    },
    "takes_from_several": {
        "title": "Sites that take from several outlets",
        "description": "Sites with reposts of at least so many other sites (2 if left empty).",
        "params": ["outlets"],
        "sql": (
            "select target_site, count(distinct source_site) as outlets, sum(reposts) as reposts,\n"
            "  sum(unattributed) as unattributed, group_concat(source_site, ', ') as taken_from\n"
            "from repost_network\n"
            "group by target_site\n"
            "having outlets >= cast(coalesce(nullif(:outlets, ''), '2') as integer)\n"
            "order by outlets desc, reposts desc, target_site"
        ),
    },
    "decided_so": {
        "title": "What people decided",
        "description": "Give confirmed, rejected or licensed, or nothing for all; newest first.",
        "params": ["decision"],
        "sql": (
            "select decision, decided, verdict_is, relation, probability, target_site,\n"
            "  target_title, target_url, source_site, source_title, source_url, match_id\n"
            "from decisions\n"
            "where coalesce(:decision, '') = '' or decision = :decision\n"
            "order by decided desc, match_id"
        ),
    },
    "rewrites_to_review": {
        "title": "Rewrites to review",
        "description": (
            "Rewritten and translated texts that nobody decided, or whose verdict has changed "
            "since; the least certain first."
        ),
        "sql": (
            "select relation, round(m.probability, 2) as probability,\n"
            "  round(m.hard_containment, 2) as hard_containment, round(m.novel, 2) as novel,\n"
            "  t.site as target_site, t.title as target_title, t.url as target_url,\n"
            "  s.site as source_site, s.title as source_title, s.url as source_url,\n"
            "  m.id as match_id\n"
            "from matches m join articles t on t.id = m.target_id\n"
            "  join articles s on s.id = m.source_id\n"
            "where m.is_reuse = 1 and m.relation in ('rewrite', 'translation')\n"
            "  and (m.decision = 'undecided' or m.id in (select match_id from needs_review))\n"
            "order by m.probability, m.id"
        ),
    },
}
