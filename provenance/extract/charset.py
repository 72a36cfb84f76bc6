"""Bytes of a page to text, whatever the page says its encoding is.

Order: a byte-order mark; bytes that are valid UTF-8 and not plain ASCII (no other encoding
looks like that by accident); the declared encodings, header before page; a guess from the
letters. Nothing fails: bytes that fit nowhere become U+FFFD.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

# What browsers read under these names (WHATWG Encoding Standard).
_BROWSER = {
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "windows-31j": "cp932",
    "x-mac-cyrillic": "mac_cyrillic",
    "unicode": "utf-16",
}
# Python codecs that aren't text encodings, or that no page should choose.
_REFUSED = re.compile(r"^(utf-?7|rot|hex|base64|bz2|zip|zlib|quopri|uu|punycode|idna|raw|unicode_)")
_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]{3,40})""", re.IGNORECASE)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What is never closed goes to the end, as in browsers; looked for from each beginning, a page of
# beginnings takes squares.
_MARKUP = re.compile(rb"<(script|style)\b.*?(?:</\1|\Z)|<[^<>]*>", re.IGNORECASE | re.DOTALL)
_SAMPLE = 20_000


def decode(body: bytes, content_type: str = "") -> tuple[str, str]:
    """The text of a page and the name of the encoding that it was read with.

    ``content_type`` is the value of the HTTP header, or "".
    """
    for mark, name in _MARKS:
        if body.startswith(mark):
            return body.decode(name, "replace").removeprefix("\ufeff"), name
    names = list(_declared(body, content_type))
    if b"\x1b$" in body[:100_000] and "iso2022_jp" in names:
        return body.decode("iso2022_jp", "replace"), "iso2022_jp"
    if body[:2000].count(0) > len(body[:2000]) // 4:
        name = "utf-16-le" if body[1:2000:2].count(0) > body[0:2000:2].count(0) else "utf-16-be"
        return body.decode(name, "replace"), name
    try:
        # Not final: a body cut at the size limit may end inside a character.
        return codecs.getincrementaldecoder("utf-8")().decode(body), "utf-8"
    except UnicodeDecodeError as error:
        damaged = error
    for name in names:
        if name.startswith(("utf-16", "utf-32")):
            continue  # it would be full of zeros
        try:
            return codecs.getincrementaldecoder(name)().decode(body), name
        except (UnicodeDecodeError, LookupError):
            continue
    if "utf-8" in names or _mostly_utf8(body, damaged):
        return body.decode("utf-8", "replace"), "utf-8"
    name = names[0] if names else _guess(body)
    return body.decode(name, "replace"), name


def _declared(body: bytes, content_type: str) -> Iterator[str]:
    seen: set[str] = set()
    found = [*_DECLARED.findall(content_type.encode()), *_DECLARED.findall(body[:8192])[:3]]
    for raw in found:
        name = raw.decode("ascii", "replace").lower()
        name = _BROWSER.get(name, name)
        try:
            name = codecs.lookup(name).name.replace("-", "_") if name != "utf-8" else name
        except (LookupError, ValueError):
            continue
        name = "utf-8" if name == "utf_8" else name
        if name not in seen and not _REFUSED.match(name):
            seen.add(name)
            yield name


def _mostly_utf8(body: bytes, error: UnicodeDecodeError) -> bool:
    """True for UTF-8 with some broken bytes, as cut or mixed pages have."""
    text = body[: error.start + 200_000].decode("utf-8", "replace")
    broken = text.count("\ufffd")
    return sum(c > "\x7f" for c in text) - broken > 20 * broken


def _guess(body: bytes) -> str:
    from charset_normalizer import from_bytes

    sample = b" ".join(_MARKUP.sub(b" ", body[:500_000]).split())
    # Lines of ASCII tell nothing: keep what stands around the other bytes.
    spots = [m.start() for m in re.finditer(rb"[\x80-\xff]", sample)]
    if spots:
        sample = sample[max(0, spots[0] - 200) : spots[0] + _SAMPLE]
    best = from_bytes(sample).best()
    name = best.encoding if best is not None else "cp1252"
    return "cp1252" if name in ("ascii", "latin_1") else name
