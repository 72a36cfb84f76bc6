"""A row whose text is markup, nested beyond what a parser reads."""

from hostile_kit import ARTICLE, Crawl, row

CASE = Crawl({"x.jsonl": row("<p>One.</p>" + "<x-y>" * 3000 + ARTICLE)}, "x.jsonl", 1, 1)
