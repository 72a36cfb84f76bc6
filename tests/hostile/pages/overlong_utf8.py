"""Characters written in more bytes than they may."""

from hostile_kit import Page, within

CASE = Page(
    within("<p>QQQ</p>")
    .encode()
    .replace(b"QQQ", b"\xc0\xbc\xe0\x80\xbc\xf8\x88\x80\x80\x80\xfe\xff"),
    "verbatim|edited",
)
