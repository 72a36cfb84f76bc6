"""Text in elements of other vocabularies, with an end of each in the wrong place."""

from hostile_kit import Page, within

CASE = Page(
    within("<svg><style><p></svg><math><mtext><img src=x onerror=alert(1)></mtext></p></math>"),
    "verbatim|edited",
)
