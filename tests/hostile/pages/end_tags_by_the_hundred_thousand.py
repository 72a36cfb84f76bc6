"""End tags of what never began."""

from hostile_kit import Page, within

CASE = Page(lambda: within("</p></div></b></table>" * 50_000), "verbatim|edited|partial", seconds=8)
