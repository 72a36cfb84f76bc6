"""File names that are markup and formulas."""

from hostile_kit import PAGE, Crawl

CASE = Crawl({"<img src=x onerror=alert(1)>.html": PAGE, "=cmd|'x'!A0.html": PAGE + " "}, "", 2, 2)
