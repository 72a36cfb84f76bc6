"""A base address that is a script, and links against it."""

from hostile_kit import Page, within

CASE = Page(
    within(
        "<a href='x'>y</a>", head='<base href="javascript:alert(1)//"><base href="http://[::1">'
    ),
    "verbatim",
)
