"""Parts in parts, two hundred levels deep."""

from hostile_kit import PAGE, Crawl


def nested() -> str:
    made = "Content-Type: text/html\r\n\r\n" + PAGE
    for n in range(200):
        made = f'Content-Type: multipart/related; boundary="b{n}"\r\n\r\n--b{n}\r\n{made}\r\n--b{n}--\r\n'
    return (
        "From: <Saved>\r\nSnapshot-Content-Location: https://copy.example/1\r\nMIME-Version: 1.0\r\n"
        + made
    )


CASE = Crawl({"x.mhtml": nested}, "x.mhtml", 1, 1)
