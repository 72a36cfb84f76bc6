"""The words that datasette shows with our tables: values only.

``SCORES`` repeats the documentation in ``models.Scores``, so that datasette starts without the
rest of the package; a test compares the two, and the columns with the schema.
"""

from __future__ import annotations

from typing import Any

SCORES: dict[str, str] = {
    "jaccard_3": "Jaccard of word 3-shingles, both texts whole.",
    "containment_target_5": "Share of the target's word 5-shingles found in the source.",
    "containment_source_5": "Share of the source's word 5-shingles found in the target.",
    "coverage": (
        "Share of the target's informative weight that its aligned source sentences account for."
    ),
    "coverage_source": (
        "Share of the source's informative weight that aligned target sentences account for."
    ),
    "order": (
        "Share of aligned sentences in the source's order, beyond what chance gives (-1 to 1)."
    ),
    "hard_containment": (
        "Share of the target's hard tokens (names, numbers, rare words) found in the source."
    ),
    "hard_source": "Share of the source's hard tokens found in the target.",
    "novel": "Share of the target's hard-token weight that the source does not have.",
    "quoted": "Share of the shared exact text that stands inside quotation marks.",
    "longest_run": "Words in the longest exact passage (a count, not a share).",
    "best_block": (
        "Strength of the best run of consecutive reworded sentences (excess similarity, ≥ 0)."
    ),
}

_RELATION = (
    "What the target's text is to the source's: verbatim, edited, partial, rewrite, translation, "
    "common-source, quote, cites, version, independent or unrelated."
)
_PROBABILITY = "Calibrated probability that the target's text derives from the source's."
_DIRECTION = "Who was first: source-first, target-first or unknown."
_ATTRIBUTION = "Whether the target names its source: licensed, attributed or unattributed."
_DECISION = (
    "What a person decided (provenance review): undecided, confirmed, rejected or licensed. It "
    "stands beside the verdict and changes none of it."
)
_FOUND = "When the pair was first found (UTC)."
_PUBLISHED = "When the page says that it was published: a claim."
_OBSERVED = "When the page was seen, by our own clock or an archive's."

_VERDICT: dict[str, str] = {
    "relation": _RELATION,
    "probability": _PROBABILITY,
    "is_repost": "1 when this target took from this source: derived, and not likely the earlier.",
    "is_reuse": "1 when text is shared by derivation, whoever was first.",
    "direction": _DIRECTION,
    "direction_confidence": "How sure the direction is, 0.5 to 1.",
    "attribution": _ATTRIBUTION,
}


def _sides(*columns: str) -> dict[str, str]:
    about = {
        "title": "title",
        "url": "address",
        "site": "site (registered domain)",
        "published": "claimed time of publication",
        "observed": "time when it was seen",
        "time": "best time: as claimed, else as observed",
    }
    sides = {"source": "The known original's", "target": "The text under test's"}
    return {
        f"{side}_{column}": f"{sides[side]} {about[column]}."
        for side in sides
        for column in columns
    }


def _scores(*names: str) -> dict[str, str]:
    return {name: SCORES[name] for name in names}


#: Explanations of columns, by table or view; for views all columns.
COLUMNS: dict[str, dict[str, str]] = {
    "articles": {
        "id": "Hash of canonical address and text: new text at the same address is a new version.",
        "role": "original: known source; crawled: page that was compared.",
        "title": "Title of the page.",
        "site": "Registered domain of the page.",
        "canonical_url": "The address in one uniform spelling, by which pages are identified.",
        "published": _PUBLISHED,
        "observed": _OBSERVED,
        "modified": "When its server said that it last changed (Last-Modified).",
        "words": "Words of the main text.",
        "digest": "SHA-256 of the folded words: equal digest, equal text but for layout and case.",
        "rough": "1 when a fast parser gave the text because the extractor could not.",
        "gate": "What stood in place of the article: consent, paywall, challenge or boilerplate.",
    },
    "matches": {
        "source_id": "The known original.",
        "target_id": "The text under test.",
        **_VERDICT,
        **SCORES,
        "channels": "Which channels proposed the pair: minhash, fragments, terms, traces.",
        "run_id": "The run that judged it last.",
        "decision": _DECISION,
        "found": _FOUND,
    },
    "boilerplate": {
        "id": "Hash of site and sentence.",
        "hash": "Hash of the sentence's folded words (xxh3, signed 64 bits).",
        "site": "Site whose texts it is left out of; empty for all texts.",
        "sentence": "The sentence, or how it begins.",
        "words": "Words of the sentence.",
        "articles": "Articles that hold it, of those that were read when it was learned.",
        "sites": "Sites that hold it.",
        "origin": "learned, added by a person, or kept: never boilerplate, whatever is learned.",
        "found": "When it was first learned, or said (UTC).",
    },
    "passages": {
        "target_offset": "Code points from the start of the target's text.",
        "target_length": "Code points.",
        "source_offset": "Code points from the start of the source's text.",
        "source_length": "Code points.",
        "kind": "exact or reworded.",
    },
    "relations": {
        "site_a": "The first site; of a wire or licence the one that gives.",
        "site_b": "The second site; of a wire or licence the one that takes.",
        "kind": (
            "owner: one publisher; wire: b takes a's wire; licence: b may print a's texts; apart: "
            "not one publisher, whatever the shipped table says."
        ),
    },
    "reasons": {"code": "Stable name of the reason.", "text": "The reason in words."},
    "direction_evidence": {
        "log_odds": "Weight of this evidence: above 0 the source was first, below 0 the target.",
        "text": "The evidence in words.",
    },
    "traces": {
        "kind": "Kind of mark.",
        "value": "The mark itself.",
        "target_url": "The page that it points to.",
        "strength": "strong, medium or weak.",
        "snippet": "The text that it was read from.",
    },
    "aliases": {
        "key": "The address (canonical), or the words that it ends in.",
        "kind": "url: an address that the page gives itself; slug: the last words of an address.",
    },
    "captures": {
        "sha256": "Of the page's bytes as received.",
        "observed": _OBSERVED,
        "file": "Where the bytes lie: a WARC or file; they are not in this database.",
        "offset": "Bytes from the start of the file.",
        "length": "Bytes in the file.",
    },
    "visits": {
        "list": "The list or feed, as it was named.",
        "at": "When it was asked for.",
        "capture_id": "The page, if it is here.",
        "error": "Why it is not.",
    },
    "inputs": {
        "records_read": "Records that were met: matched + unmatched + skipped + failed.",
        "matched": "Records whose page has a match.",
        "unmatched": "Records whose page was judged and has none.",
        "skipped": "Records that are no page of an article.",
        "failed": "Records whose page could not be read.",
        "stamp": "Of the file's size, time and place: equal, and its digest is not made again.",
        "bytes_skipped": "Bytes that were damaged and passed over.",
        "truncated": "1 when the file ends before its last record does.",
        "passed_over": "What it held beside pages (pictures, redirects, repeats), by reason, "
        "as JSON.",
        "finished": "1 when it was read to its end.",
        "generation": "State of the collection (originals, relations) when the reading began; of "
        "an `add`, when it ended.",
    },
    "within_pages": {
        "links": "Addresses that the text links, as a JSON list.",
        "images": "Addresses of its pictures, as a JSON list.",
        "aliases": "Other addresses that the page gives itself, as a JSON list.",
    },
    "failures": {
        "input": "The page or file.",
        "stage": "fetch, read, extract, fingerprint or compare.",
        "error": "Kind of error.",
    },
    "reposts": {
        "match_id": "The match, with its passages and reasons.",
        "relation": _RELATION,
        "probability": _PROBABILITY,
        "decision": _DECISION,
        **_sides("title", "url", "site", "published", "observed"),
        "attribution": _ATTRIBUTION,
        "direction": _DIRECTION,
        "direction_confidence": _VERDICT["direction_confidence"],
        **_scores(
            "containment_target_5",
            "containment_source_5",
            "coverage",
            "hard_containment",
            "novel",
            "longest_run",
        ),
        "channels": "Which channels proposed the pair.",
        "found": _FOUND,
    },
    "repost_network": {
        "target_site": "The site that reposts.",
        "source_site": "The site that it takes from.",
        "reposts": "How many pairs of pages.",
        "licensed": "How many of them are printed by right, as far as is known.",
        "attributed": "How many of them name their source.",
        "unattributed": "How many of them name no source.",
        "share_attributed": "Share of them that are licensed or attributed.",
        "verbatim": "How many of them are the text whole.",
        "median_lag_minutes": "Median minutes from original to repost, by what both claim.",
        "lags_known": "In how many both pages claim an hour with its zone.",
        "mean_probability": _PROBABILITY + " The mean of the pairs.",
        "earliest": "Best time of the first repost.",
        "latest": "Best time of the last repost.",
    },
    "top_reposters": {
        "target_site": "The site that reposts.",
        "pages": "How many of its pages are reposts.",
        "originals": "How many originals they came from.",
        "source_sites": "From how many sites.",
        "unattributed_pages": "Pages that name no source.",
        "verbatim_pages": "Pages that have the text whole.",
        "rewritten_pages": "Pages that say the same in other words.",
        "latest": "Best time of the last repost.",
    },
    "clusters": {
        "id": "The root: the page that the others most likely come from.",
        "title": "Its title.",
        "members": "Pages that are this text by more than half.",
        "attached": "Pages that hold parts of it, or more than it.",
        "sites": "How many sites they are on.",
        "earliest": "Best time of the first page.",
        "latest": "Best time of the last page.",
    },
    "cluster_members": {
        "article_id": "The page.",
        "role": "root, member (the same text by more than half) or attached.",
        "source_id": "The page that it most likely has its text from.",
        "match_id": "The match that says so.",
    },
    "unknown_sources": {
        "source_site": "The outlet that pages name, of which no original is registered.",
        "pages": "How many pages name it by a strong trace.",
        "sites": "How many sites these pages are of.",
        "kinds": "The kinds of traces.",
        "example_source": "One page of the outlet that is named, if any: add it, or others of it.",
        "example_page": "One page that names it.",
    },
    "needs_review": {
        "match_id": "The match, with its passages and evidence.",
        "unsure_of": "What a person should decide: whether it is reuse, or who was first; or that "
        "the verdict has changed since it was decided.",
        "relation": _RELATION,
        "probability": _PROBABILITY,
        "direction": _DIRECTION,
        "attribution": _ATTRIBUTION,
        "decision": _DECISION,
        **_sides("title", "url", "site", "time"),
        **_scores("coverage", "hard_containment", "novel"),
        "reasons": "Why the verdict was given.",
    },
    "reviews": {
        "match_id": "The match. It may have been dropped since: the decision stays.",
        "source_id": "The known original.",
        "target_id": "The text under test.",
        "decision": "confirmed, rejected, licensed, or undone: the one before was taken back.",
        "note": "Why, in the reviewer's words.",
        "reviewer": "Who decided, as told.",
        "decided": "When (UTC).",
        "relation": "The verdict that was decided on.",
        "probability": "Its probability.",
        "is_repost": "Whether it was called a repost.",
        "is_reuse": "Whether it was called reuse.",
        "direction": "Who was first by it.",
        "attribution": "Whether the source was named by it.",
    },
    "decisions": {
        "match_id": "The match, with its passages and evidence.",
        "decision": "confirmed, rejected or licensed.",
        "decided": "When (UTC).",
        "verdict_is": "as decided on; changed since; or no longer found.",
        "decided_relation": "The relation that was decided on.",
        "decided_probability": "The probability that was decided on.",
        "relation": _RELATION,
        "probability": _PROBABILITY,
        "direction": _DIRECTION,
        "attribution": _ATTRIBUTION,
        **_sides("title", "url", "site"),
    },
    "timeline": {
        "source_id": "The known original.",
        "copy": "Number of the copy, by time.",
        "source_time_is": "claimed by the page, or observed.",
        "target_time_is": "claimed by the page, or observed.",
        "lag_minutes": "Minutes from original to copy, where both claim an hour with its zone.",
        **_sides("title", "url", "site", "time"),
        "relation": _RELATION,
        "probability": _PROBABILITY,
        "direction": _DIRECTION,
        "attribution": _ATTRIBUTION,
        "match_id": "The match, with its passages and evidence.",
    },
}

#: Titles, order, facets and labels, by table or view, as datasette's metadata has them.
TABLES: dict[str, dict[str, Any]] = {
    "articles": {
        "title": "Articles",
        "description": "Known originals and the pages that were compared with them.",
        "label_column": "title",
        "sort_desc": "published",
        "facets": ["role", "site", "language"],
        "fts_table": "articles_fts",
        "fts_pk": "number",
    },
    "matches": {
        "title": "Matches",
        "description": "A text held against an original: verdict and scores.",
        "label_column": "relation",
        "sort_desc": "probability",
        "facets": ["relation", "direction", "attribution", "is_repost", "decision"],
    },
    "reposts": {
        "view": True,
        "title": "Reposts",
        "description": "Pages whose text was taken from a known original, most probable first.",
        "sort_desc": "probability",
        "facets": ["relation", "attribution", "decision", "target_site", "source_site"],
    },
    "repost_network": {
        "view": True,
        "title": "Who takes from whom",
        "description": (
            "Reposts counted by site and source site: how often, how fast, how much attributed."
        ),
        "sort_desc": "reposts",
    },
    "top_reposters": {
        "view": True,
        "title": "Sites by reposts",
        "description": "How many pages of a site are reposts, and of what kind.",
        "sort_desc": "pages",
    },
    "unknown_sources": {
        "view": True,
        "title": "Sources that are not registered",
        "description": (
            "Outlets that strong traces of crawled pages name, and of which nothing is among the "
            "originals: what to add next."
        ),
        "sort_desc": "pages",
    },
    "needs_review": {
        "view": True,
        "title": "For a person to decide",
        "description": (
            "Reuse with a probability under 0.9; reuse that is no repost because the times speak "
            "against it; and reuse where the evidence of who was first contradicts itself: as far "
            "as nobody decided it (provenance review), or the verdict has changed since."
        ),
        "facets": ["unsure_of", "relation", "target_site"],
    },
    "decisions": {
        "view": True,
        "title": "Decided by people",
        "description": (
            "The decision that stands on each match, and whether the verdict is still the one that "
            "was decided on."
        ),
        "facets": ["decision", "verdict_is", "target_site"],
    },
    "timeline": {
        "view": True,
        "title": "Copies in time",
        "description": "For each original the texts that reuse it, in order of time.",
        "facets": ["relation", "target_site"],
    },
    "texts": {"title": "Texts", "description": "The main text of each article."},
    "traces": {
        "title": "Traces of copying",
        "description": "What a copy leaves in the page: links, image names, leftovers.",
        "facets": ["kind", "strength", "target_site"],
    },
    "passages": {
        "title": "Shared passages",
        "description": "Where the two texts of a match agree.",
        "facets": ["kind"],
    },
    "reasons": {
        "title": "Reasons",
        "description": "Why each verdict was given.",
        "facets": ["code"],
    },
    "direction_evidence": {
        "title": "Who was first: the evidence",
        "description": "The ledger behind each direction.",
        "facets": ["kind"],
    },
    "links": {
        "title": "Links and images of originals",
        "description": "What the page of a copy may still point to.",
        "facets": ["kind"],
    },
    "aliases": {
        "title": "Other names of originals",
        "description": "Addresses, short links and slugs by which a copy may point to an original.",
        "facets": ["kind"],
    },
    "captures": {
        "title": "Captures",
        "description": "Pages as they were received, and where their bytes lie.",
        "label_column": "url",
    },
    "visits": {
        "title": "Lists being fetched",
        "description": "What came of the addresses of lists not yet fetched to their end.",
        "facets": ["list", "error"],
    },
    "inputs": {
        "title": "Inputs",
        "description": "Files and addresses that were read, and what of them was damaged.",
        "label_column": "path",
        "facets": ["verb", "kind", "finished"],
    },
    "failures": {
        "title": "Failures",
        "description": "What could not be read. Never the same as “no match”.",
        "facets": ["stage", "error"],
    },
    "within_pages": {
        "title": "Pages compared with each other",
        "description": "Pages of crawls that were scanned --within, and what they link and show.",
    },
    "screened": {
        "title": "Screened out",
        "description": "Pages that a quick look let go, and why.",
        "facets": ["why"],
    },
    "runs": {
        "title": "Runs",
        "description": "When the tool ran, with which parameters, and its counts.",
        "label_column": "verb",
        "sort_desc": "id",
    },
    "clusters": {
        "title": "Clusters",
        "description": "Pages that tell one text, verified pair by pair (provenance clusters).",
        "label_column": "title",
        "sort_desc": "members",
    },
    "cluster_members": {
        "title": "Pages of clusters",
        "description": "Each page of a cluster, with its best source.",
        "facets": ["role"],
    },
    "reviews": {
        "title": "History of decisions",
        "description": "Every decision on a match, with its note; none is ever changed or removed.",
        "label_column": "decision",
        "sort_desc": "id",
        "facets": ["decision", "reviewer"],
    },
    "relations": {
        "title": "What sites are to each other",
        "description": "Owners, wires and licences, as entered by people (provenance sites).",
        "facets": ["kind"],
    },
    "boilerplate": {
        "title": "Boilerplate",
        "description": "Sentences that don't count as evidence, because they recur in texts that "
        "are otherwise different.",
        "label_column": "sentence",
        "sort_desc": "articles",
        "facets": ["origin", "site"],
    },
    # Of use to the program only.
    "fingerprints": {"hidden": True, "label_column": "article_id"},
    "postings": {"hidden": True},
    "levels": {"hidden": True},
    "unindexed": {"hidden": True},
    "capped": {"hidden": True},
    "meta": {"hidden": True},
    "searchable": {"hidden": True},
}
