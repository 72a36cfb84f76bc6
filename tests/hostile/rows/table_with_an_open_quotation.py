"""A quotation mark that never closes."""

from hostile_kit import SOURCE, Crawl

CASE = Crawl(
    {
        "x.csv": 'url,text\nhttps://copy.example/1,"'
        + SOURCE.replace('"', '""')
        + '"\nhttps://copy.example/2,"open\n'
        + "x\n" * 50
    },
    "x.csv",
    2,
    1,
    ("bad-csv",),
    damaged=True,
    code=3,
)
