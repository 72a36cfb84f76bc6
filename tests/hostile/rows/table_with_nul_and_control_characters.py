"""NULs and escapes in cells."""

from hostile_kit import SOURCE, Crawl

CASE = Crawl(
    {
        "x.csv": 'url,title,text\nhttps://copy.example/1,"\x1b]0;owned\x07","'
        + SOURCE.replace('"', '""')
        + '\x1b[2J"\n'
    },
    "x.csv",
    1,
    1,
)
