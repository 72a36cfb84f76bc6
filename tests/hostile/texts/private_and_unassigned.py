"""Characters that nobody has assigned, and the last there is."""

from hostile_kit import SOURCE, Told

CASE = Told(
    title="Canal \ue000\ufffe\uffff\U0010ffff\U000e0041 drained",
    text=SOURCE + "\n\n\ufffe\uffff\U0010ffff",
)
