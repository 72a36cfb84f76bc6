"""Halves of characters, as JSON can spell them."""

from hostile_kit import SOURCE, Crawl, row

CASE = Crawl({"x.jsonl": row(SOURCE + "\n\n\ud800 half", title="\udfff\ud800")}, "x.jsonl", 1, 1)
