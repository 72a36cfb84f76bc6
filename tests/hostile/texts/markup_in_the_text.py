"""A text that is a script, once it is unescaped."""

from hostile_kit import SOURCE, Told

CASE = Told(
    text=SOURCE + "\n\n</pre></div><script>alert(1)</script><svg/onload=alert(2)>",
    markup=("<script>alert(1)", "<svg/onload"),
)
