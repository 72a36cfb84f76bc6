"""What is told of two pages beside the verdict, and weighs nothing in it. Pure."""

from __future__ import annotations

from provenance import disguise
from provenance.compare import Changes
from provenance.models import Reason

#: Names spelled otherwise that a reason tells, and characters of a quotation.
MAX_NAMES = 6
MAX_QUOTED = 90
#: Characters of one kind from which a disguise is told: fewer come from editors and keyboards.
LEAST_DISGUISED = 10


def changed(changes: Changes) -> list[Reason]:
    """What of names and quotations is no longer as the source has it, in a line each."""
    found = []
    if changes.names:
        pairs = ", ".join(f"“{one}” for “{other}”" for one, other in changes.names[:MAX_NAMES])
        more = len(changes.names) - MAX_NAMES
        more_text = f" and {more} more" if more > 0 else ""
        found.append(
            Reason(
                "respelled", f"Names are spelled otherwise than in the source: {pairs}{more_text}."
            )
        )
    if changes.altered:
        one, other = (_short(text) for text in changes.altered[0])
        found.append(
            Reason(
                "altered-quotes",
                f"{len(changes.altered)} of {changes.quotations} quotations that the source has as "
                f"well stand in other words: “{one}” for “{other}”.",
            )
        )
    return found


def _short(text: str) -> str:
    """One line of a quotation."""
    flat = " ".join(text.split())
    return flat if len(flat) <= MAX_QUOTED else flat[: MAX_QUOTED - 1].rstrip() + "…"


def disguised(text: str, reread: int = 0) -> Reason | None:
    """What of a text was written so that programs should not read it, where it is more than a few
    characters. ``reread``: words that were read by those of the source."""
    found = dict(disguise.counted(text))
    found[disguise.OTHERWISE] = max(found.get(disguise.OTHERWISE, 0), reread)
    counts = [(what, count) for what, count in found.items() if count >= LEAST_DISGUISED]
    if not counts:
        return None
    told = ", ".join(f"{count:,} {what}" for what, count in counts)
    return Reason("disguise", f"Undone in this text before it was compared: {told}.")


def left_out(target: int, source: int) -> Reason:
    """How many sentences of each text were left out of the comparison."""
    return Reason(
        "boilerplate",
        f"Left out as boilerplate: {target} {'sentence' if target == 1 else 'sentences'} of this "
        f"text and {source} of the source.",
    )
