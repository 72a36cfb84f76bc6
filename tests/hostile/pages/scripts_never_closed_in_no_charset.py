"""No charset, and sixty thousand scripts that never close: looked for from each beginning, squares."""

from hostile_kit import PAGE, Page

BODY = PAGE.replace('<meta charset="utf-8">', "").encode() + b"\xe9 \xff" + b"<script " * 60_000
CASE = Page(lambda: BODY, "verbatim")
