"""Comments whose end is a matter of dispute between parsers."""

from hostile_kit import Page, within

CASE = Page(within("<!-->a<!--->b<!-- --!> <!-- -- > -->"), "verbatim|edited")
