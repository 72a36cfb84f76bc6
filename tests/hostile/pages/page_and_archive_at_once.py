"""A page that is a ZIP archive, too, if read from its end."""

from hostile_kit import Page, within, zipped

CASE = Page(lambda: within("").encode() + zipped({"archive/x.warc.gz": b""}), "verbatim|edited")
