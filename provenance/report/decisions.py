"""What people decided on a match, in words. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provenance.report.text import clipped, moment, probable

#: What each decision says, as shown in help and docs.
MEANING = {
    "confirmed": "the verdict is right",
    "rejected": "the verdict is wrong",
    "licensed": "the text is taken, and by right",
    "undone": "the decision before was taken back",
}
#: Characters of a note that a line shows.
MAX_NOTE = 300


def decided(review: Mapping[str, Any], *, note: bool = True) -> str:
    """One decision in a line: what, by whom, when, on what verdict, and why."""
    who = f" by {clipped(review['reviewer'], 60)}" if review["reviewer"] else ""
    verdict = f"{review['relation']}, {probable(review['probability'])}"
    why = f": {clipped(review['note'], MAX_NOTE)}" if note and review["note"] else ""
    return f"{review['decision']}{who}, {moment(review['decided'])} (on {verdict}){why}"


def standing(match: Mapping[str, Any]) -> str:
    """The decision that stands on a match in a line, "" where none does.

    ``match`` is as ``Store.match`` gives it.
    """
    if match.get("decision", "undecided") == "undecided":
        return ""
    told = match.get("reviews") or []
    line = decided(told[-1]) if told else str(match["decision"])
    return line + (". The verdict has changed since" if match.get("older_verdict") else "")
