"""The article stands in a template that a browser shows as a shadow tree."""

from hostile_kit import ARTICLE, Page, wrapped

CASE = Page(
    wrapped(f'<div><template shadowrootmode="open">{ARTICLE}</template></div>'),
    "verbatim|unreadable:empty",
)
