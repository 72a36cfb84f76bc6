"""Old elements that show their markup."""

from hostile_kit import SOURCE, Page, wrapped

CASE = Page(wrapped("<xmp>" + SOURCE + "</xmp><listing>x</listing>"), "verbatim|edited")
