"""Quotations in quotations."""

from hostile_kit import Page, within

CASE = Page(within("<blockquote>" * 1500, "</blockquote>" * 1500), "verbatim|edited")
