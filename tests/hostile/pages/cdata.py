"""Sections that belong to XML."""

from hostile_kit import Page, within

CASE = Page(within("<![CDATA[ <p>x</p> ]]>"), "verbatim|edited")
