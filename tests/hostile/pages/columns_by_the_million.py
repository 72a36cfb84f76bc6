"""A cell that spans a billion columns and rows."""

from hostile_kit import Page, within

CASE = Page(
    within('<table><tr><td colspan="999999999" rowspan="999999999">x</td></tr></table>'),
    "verbatim|edited",
)
