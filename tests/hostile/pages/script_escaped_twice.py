"""A script that hides its end in a comment: a browser shows nothing of what follows, nor do we."""

from hostile_kit import Page, within

CASE = Page(within("<script><!-- <script> </script>"), "unreadable:empty|verbatim")
