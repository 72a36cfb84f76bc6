"""A cell larger than any text."""

from hostile_kit import SOURCE, Crawl

CASE = Crawl(
    {
        "x.csv": lambda: (
            "url,text\nhttps://copy.example/0,"
            + "x" * 11_000_000
            + '\nhttps://copy.example/1,"'
            + SOURCE.replace('"', '""')
            + '"\n'
        )
    },
    "x.csv",
    1,
    1,
    ("bad-csv",),
    damaged=True,
    code=3,
    seconds=10,
)
