"""The article stands in the source of a frame."""

from hostile_kit import ARTICLE, Page, wrapped

CASE = Page(
    wrapped("<iframe srcdoc='" + ARTICLE.replace("'", "&#39;") + "'></iframe>"),
    "verbatim|unreadable:empty",
)
