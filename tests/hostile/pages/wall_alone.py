"""A consent wall and no article."""

from hostile_kit import Page, wrapped

CASE = Page(
    wrapped(
        "<p>We value your privacy. We and our 841 partners store and access information on a device, such as cookies, and process personal data. You may accept or manage your choices by clicking below. Accept all. Reject all. Manage preferences.</p>"
    ),
    "gated|too-short",
)
