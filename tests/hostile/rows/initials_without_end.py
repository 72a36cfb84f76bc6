"""Two hundred thousand initials, each of which may begin an outlet's name."""

from hostile_kit import SOURCE, Crawl, row

CASE = Crawl({"x.jsonl": row(SOURCE + "\n" + "A." * 200_000)}, "x.jsonl", 1, 1)
