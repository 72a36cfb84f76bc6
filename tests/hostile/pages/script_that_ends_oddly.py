"""A script with its own end in a string, and one that never ends, after the article."""

from hostile_kit import Page, within

CASE = Page(
    within("<script>var a = '</scr' + 'ipt>';</script>", "<script>var b = '<p>"), "verbatim"
)
