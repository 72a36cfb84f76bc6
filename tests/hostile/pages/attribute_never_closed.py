"""A quotation mark that opens before the article and never closes swallows it, for a browser too."""

from hostile_kit import ARTICLE, Page, wrapped

CASE = Page(
    wrapped('<p title="' + ARTICLE), "verbatim|edited|unreadable:empty|unreadable:unreadable"
)
