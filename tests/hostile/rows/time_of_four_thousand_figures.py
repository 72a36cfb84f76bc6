"""A time that no clock will tell, and that no float can hold."""

from hostile_kit import SOURCE, Crawl, row

LATE = row(SOURCE)[:-1] + ', "timestamp": ' + "1" * 4000 + "}\n"
CASE = Crawl({"x.jsonl": LATE + row(url="https://copy.example/2")}, "x.jsonl", 2, 2)
