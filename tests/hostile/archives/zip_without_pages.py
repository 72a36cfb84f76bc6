"""An archive of something else."""

from hostile_kit import Crawl, zipped

CASE = Crawl(
    {"x.zip": zipped({"a.txt": b"x", "b/c.doc": b"y"})}, "x.zip", 0, 0, ("binary",), code=2
)
