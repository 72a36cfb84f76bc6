"""A title that is a script."""

from hostile_kit import Told

CASE = Told(
    title='<script>alert(1)</script>"><img src=x onerror=alert(2)>',
    markup=("<script>alert(1)", "<img src=x onerror"),
)
