"""The article is written by a script: we run none, and say that nothing was read."""

from hostile_kit import ARTICLE, Page, wrapped

CASE = Page(wrapped("<script>document.write(" + repr(ARTICLE) + ")</script>"), "unreadable:empty")
