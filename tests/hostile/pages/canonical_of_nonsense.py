"""Canonical addresses that are none."""

from hostile_kit import Page, within

CASE = Page(
    within(
        "",
        head='<link rel=canonical href="http://["><link rel=canonical href="//"><link rel=canonical href="http://a.example:99999999/">'
        '<meta property="og:url" content="http://\x01\x02/"><link rel="shortlink" href="http:///?p=%zz">',
    ),
    "verbatim",
)
