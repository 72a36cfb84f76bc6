"""Entities that multiply, as in XML: HTML knows none of its own making."""

from hostile_kit import ARTICLE, Page

DOCTYPE = (
    "<!DOCTYPE html [" + "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9)) + "]>"
)
CASE = Page(f"{DOCTYPE}<html><body><p>&l9;</p>{ARTICLE}</body></html>", "verbatim|edited")
