"""Eight thousand columns."""

from hostile_kit import SOURCE, Crawl

CASE = Crawl(
    {
        "x.csv": lambda: (
            "url,text,"
            + ",".join(f"c{n}" for n in range(8_000))
            + '\nhttps://copy.example/1,"'
            + SOURCE.replace('"', '""')
            + '"\n'
        )
    },
    "x.csv",
    1,
    1,
)
