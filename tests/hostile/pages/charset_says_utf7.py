"""UTF-7, in which plus signs hide markup."""

from hostile_kit import Page, within

CASE = Page(
    within("<p>+ADw-script+AD4-alert(1)+ADw-/script+AD4-</p>", head="<meta charset=utf-7>"),
    "verbatim|edited",
)
