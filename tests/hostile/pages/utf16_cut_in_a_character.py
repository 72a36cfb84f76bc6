"""UTF-16 of an odd number of bytes."""

from hostile_kit import Page, within

CASE = Page(b"\xff\xfe" + within("").encode("utf-16-le")[:-1], "verbatim")
