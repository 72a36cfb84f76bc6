"""A sound text whose other fields are of no use."""

from hostile_kit import Crawl, row

CASE = Crawl(
    {
        "x.jsonl": row(
            url=["x"],
            title={"a": 1},
            published=1e300,
            authors=[[["x"]]],
            language=-5,
            site="not a host",
        )
    },
    "x.jsonl",
    1,
    1,
)
