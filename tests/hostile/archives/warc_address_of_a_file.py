"""A record that says it is a file of this machine, and one that is a script."""

from hostile_kit import Crawl, record

CASE = Crawl(
    {
        "x.warc": record(url="file:///etc/passwd")
        + record(url="javascript:alert(1)")
        + record(url="https://copy.example/3")
    },
    "x.warc",
    1,
    1,
    passed={"no-page": 2},
)
