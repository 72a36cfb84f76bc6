"""File names whose bytes are no UTF-8, as old systems wrote them."""

from hostile_kit import PAGE, Crawl

CASE = Crawl(
    {"caf\udce9.html": PAGE, "\udcff\udcfe\udce9t\udce9.html": PAGE + " ", "b\udce9.jsonl": "{"},
    "",
    2,
    2,
    ("bad-json",),
    code=3,
    damaged=True,
)
