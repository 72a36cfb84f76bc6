"""Cells that a spreadsheet would run stay text."""

from hostile_kit import SOURCE, Crawl

CASE = Crawl(
    {
        "x.csv": 'url,title,author,text\nhttps://copy.example/1,"=HYPERLINK(""https://evil.example"")","@SUM(A1)","'
        + SOURCE.replace('"', '""')
        + '"\n'
    },
    "x.csv",
    1,
    1,
)
