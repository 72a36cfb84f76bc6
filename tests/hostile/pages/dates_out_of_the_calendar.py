"""Times that no calendar has."""

from hostile_kit import Page, within

CASE = Page(
    within(
        "<time datetime='999999-99-99T99:99:99+99:99'>x</time><time datetime='-0001-00-00'>y</time>",
        head='<meta property="article:published_time" content="99999999999999999999"><meta name="date" content="0000-00-00T24:61:61Z">'
        '<meta name="pubdate" content="٢٠٢١-٠٢-٣١"><meta name="dc.date" content="2021-02-30T12:00:00+23:59">',
    ),
    "verbatim",
)
