"""The article in a form in a form, as some systems print it."""

from hostile_kit import Page, within

CASE = Page(within("<form><form><fieldset>", "</fieldset></form>"), "verbatim|edited")
