"""Numbers, lists and truth in place of text."""

from hostile_kit import Crawl, row

CASE = Crawl(
    {
        "x.jsonl": '{"text": 7}\n{"text": ["a"]}\n{"text": null, "html": true}\n{"text": {"a": "b"}}\n'
        + row()
    },
    "x.jsonl",
    2,
    1,
    ("no-text",) * 3,
    code=3,
)
