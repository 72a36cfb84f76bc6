"""A saved page whose parts have no end."""

from hostile_kit import PAGE, Crawl

CASE = Crawl(
    {
        "x.mhtml": "From: <Saved>\r\nSnapshot-Content-Location: https://copy.example/1\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/related; type="text/html"; boundary="b"\r\n\r\n--b\r\nContent-Type: text/html\r\n'
        "Content-Transfer-Encoding: 8bit\r\n\r\n" + PAGE
    },
    "x.mhtml",
    1,
    1,
)
