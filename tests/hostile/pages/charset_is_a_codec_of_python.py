"""Names of codecs that decode to no text."""

from hostile_kit import Page, within

CASE = Page(
    within(
        "",
        head='<meta charset="zlib_codec"><meta charset="unicode_escape"><meta charset="undefined">',
    ),
    "verbatim",
)
