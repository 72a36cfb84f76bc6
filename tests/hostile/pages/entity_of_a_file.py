"""An external entity that names a file of this machine."""

from hostile_kit import ARTICLE, Page

CASE = Page(
    f'<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]><html><body>{ARTICLE}<p>&x;</p></body></html>',
    "verbatim|edited",
)
