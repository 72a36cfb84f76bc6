"""A doctype that does not end."""

from hostile_kit import Page, within

CASE = Page("<!DOCTYPE html [ <!ELEMENT " + within("")[15:], "verbatim|edited|unreadable:empty")
