"""A crawl that is cut, of whose name the summary says so."""

from hostile_kit import Crawl, packed, record

NAME = "crawl\x07\u202ezg.warc.gz"
CUT = packed(record(url="https://copy.example/2"))[:-300]
CASE = Crawl({NAME: packed(record()) + CUT}, NAME, 1, 1, damaged=True, code=3)
