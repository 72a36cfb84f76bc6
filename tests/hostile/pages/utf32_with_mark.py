"""UTF-32 with its mark, which begins like that of UTF-16."""

from hostile_kit import Page, within

CASE = Page(
    b"\xff\xfe\x00\x00" + within("").encode("utf-32-le"),
    "verbatim|unreadable:binary|unreadable:unreadable",
)
