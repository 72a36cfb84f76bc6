"""Ten attributes on each of six thousand elements."""

from hostile_kit import Page, within

CASE = Page(
    lambda: within("<i a=1 b=2 c=3 d=4 e=5 f=6 g=7 h=8 i=9 j=0>x</i>" * 6_000),
    "verbatim|edited|partial",
    seconds=8,
)
