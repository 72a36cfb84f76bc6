"""What a bundle says of itself, for whoever opens it without this program. Pure."""

from __future__ import annotations

_TEXT = """\
Evidence of one match, made by provenance {version}
Match {match}
Made {created} (by the clock of the computer that made it)

What this is
  Two texts were compared: a page under test ("target") and a known original ("source"). This
  bundle holds both texts, the pages they were read from as far as they were kept, the scores and
  the reasons of the comparison, and the digests by which a change would be seen.

What it holds
{members}
{missing}
How to check it
  By hand, with tools that are on most systems:
    unzip bundle.zip -d folder && cd folder
    sha256sum -c SHA256SUMS
    sha256sum manifest.json SHA256SUMS
  The last line prints two digests. The one of SHA256SUMS stands in manifest.json. The one of
  manifest.json is the digest of all; compare it with what whoever made the bundle told you then.
  With the program, which also computes the scores again:
    provenance verify bundle.zip
  If there is a timestamp.tsr (RFC 3161), with the certificate of its authority:
    openssl ts -verify -in timestamp.tsr -data manifest.json -CAfile authority.pem

What it does not prove
  That the pages were ever served as they stand here: whoever makes a bundle could have made its
  pages, too. Digests show a change after the bundle was made; a time stamp shows that the bundle
  was there at that time. Neither shows where its content came from.
  Who was first: the times that pages claim are claims.
  Whether a copy was allowed. Texts are called similar or derived; nobody is accused.
  The texts and pages belong to their publishers. Having this bundle gives no right to print them.
"""

#: What each member is, by name.
HOLDS = {
    "README.txt": "what this bundle is, how to check it, what it does not prove",
    "SHA256SUMS": "digests of the other members, as sha256sum -c reads them",
    "match.json": "the match: scores, passages, reasons, parameters, versions, facts to compute it",
    "report.html": "the same as a page: both texts side by side, no script, no request",
    "source.txt": "main text of the known original, UTF-8",
    "target.txt": "main text of the page under test, UTF-8",
}
_PAGE = {"source": "page of the known original", "target": "page under test"}


def holds_page(side: str, *, as_stored: bool) -> str:
    """What the record of a page is."""
    how = "archive record as it was stored"
    return f"{_PAGE[side]}, {how if as_stored else 'its bytes in an archive record made for this'}"


def statement(
    holds: dict[str, str],
    missing: dict[str, str],
    *,
    version: str,
    match: str,
    created: str,
    authority: str | None,
) -> str:
    """The text of README.txt. ``missing``: by side, why there is no record of its page."""
    listed = {**holds, "manifest.json": "every other member with size and SHA-256"}
    if authority:
        listed["timestamp.tsr"] = "time stamp of manifest.json (RFC 3161)"
    lines = [f"  {name:16} {what}" for name, what in sorted(listed.items())]
    lost = [f"  The {_PAGE[side]} is not in it: {why}." for side, why in sorted(missing.items())]
    return _TEXT.format(
        version=version,
        match=match,
        created=created,
        members="\n".join(lines),
        missing="".join(f"{line}\n" for line in lost),
    )
