"""Lists in lists where authors stand, as deep as a parser of JSON allows."""

from hostile_kit import SOURCE, Crawl, row

NESTED = row(SOURCE)[:-1] + ', "authors": ' + "[" * 900 + '"A"' + "]" * 900 + "}\n"
CASE = Crawl({"x.jsonl": NESTED + row(url="https://copy.example/2")}, "x.jsonl", 2, 2)
