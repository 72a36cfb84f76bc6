"""File names with escapes, line ends and directions."""

from hostile_kit import PAGE, Crawl

CASE = Crawl(
    {"a\x1b[2J\n.html": PAGE, "b\u202elmth.html": PAGE + " ", "empty\x07.html": ""},
    "",
    2,
    2,
    ("empty",),
    code=3,
)
