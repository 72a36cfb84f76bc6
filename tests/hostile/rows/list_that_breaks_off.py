"""An array of rows whose end is missing."""

from hostile_kit import Crawl, row

CASE = Crawl(
    {"x.json": "[" + row() + "," + row(url="https://copy.example/2") + ', {"te'},
    "x.json",
    0,
    0,
    ("bad-json",),
    damaged=True,
    code=2,
)
