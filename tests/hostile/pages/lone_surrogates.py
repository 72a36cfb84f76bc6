"""Halves of characters, as UTF-8 forbids them."""

from hostile_kit import Page, within

CASE = Page(within("<p>\ud800 and \udfff and \ud83d</p>"), "verbatim|edited")
