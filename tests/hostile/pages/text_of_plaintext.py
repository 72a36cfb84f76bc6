"""An old element after which nothing is markup."""

from hostile_kit import SOURCE, Page, wrapped

CASE = Page(wrapped("<plaintext>" + SOURCE), "verbatim|edited")
