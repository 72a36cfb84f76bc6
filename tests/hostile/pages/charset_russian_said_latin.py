"""Windows-1251 that says it is Latin-1: the Latin letters live."""

from hostile_kit import Page, within

CASE = Page(
    within("<p>Пруд осушен за ночь</p>", head="<meta charset=iso-8859-1>").encode(
        "cp1251", "replace"
    ),
    "verbatim|edited",
)
