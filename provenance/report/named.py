"""Whom a page's traces name, for people and as JSON. Pure."""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from provenance import tracekinds
from provenance.models import Trace
from provenance.report.text import clipped, labelled, printable

#: Sentences that are shown of one outlet; JSON has them all.
_SHOWN = 4


def named_row(
    name: str,
    *,
    site: str | None,
    url: str | None,
    strength: str,
    is_open: bool,
    original: str | None,
    registered: int,
    traces: Sequence[Trace],
) -> dict[str, Any]:
    """One outlet that the page names.

    ``as_source``: the page says so itself; else it is a leftover. ``original`` is the id of the
    page named, if it is registered; ``registered`` counts the originals of the site.
    """
    return {
        "name": name,
        "site": site,
        "url": url,
        "strength": strength,
        "as_source": is_open,
        "original": original,
        "registered": registered,
        "says": [tracekinds.sentence(trace.kind, name) for trace in traces],
        "traces": [dataclasses.asdict(trace) for trace in traces],
    }


def named_text(row: Mapping[str, Any]) -> str:
    """An outlet that the page names, as labelled lines: how sure, what is known of it, and why."""
    name = clipped(row["name"], 60)
    if not row["site"] and not row["as_source"]:
        # A word of the title or the text: whose, nobody says.
        told = [
            f"{clipped(says, 90)}: “{clipped(trace['snippet'] or '', 110)}”"
            for says, trace in zip(row["says"], row["traces"], strict=True)
        ]
        return "\n".join(
            labelled("it also" if not i else "", line) for i, line in enumerate(told[:2])
        )
    how = "as its source" if row["as_source"] else "by what was left in the page"
    perhaps = "" if row["strength"] == "strong" else ", perhaps"
    if row["original"]:
        known = f"it is the original {row['original'][:8]}"
    elif row["registered"] and row["url"]:
        known = "that page is not among the originals"
    elif row["registered"]:
        known = f"{row['registered']} of its pages are among the originals"
    else:
        known = "not among the originals"
    lines = [labelled("it names", f"{name} {how}{perhaps}; {known}")]
    if row["url"]:
        lines.append(labelled("", printable(row["url"]), fill=False))
    shown: dict[str, str] = {}
    for says, trace in zip(row["says"], row["traces"], strict=True):
        line = f"- {clipped(says, 90)} ({trace['kind']}, {trace['strength']})"
        shown.setdefault(line, clipped(trace["snippet"] or "", 110))
    for line, snippet in list(shown.items())[:_SHOWN]:
        lines.append(labelled("", f"{line}: “{snippet}”" if snippet else line))
    return "\n".join(lines)


def next_step(rows: Sequence[Mapping[str, Any]], typed: str | None, db: str = "") -> str:
    """What to try when a named source is not among the originals; "" when there is nothing.

    ``typed`` is the input as it was given, for the command to follow; None when following was
    tried. ``db`` is what the commands need to take the same database.
    """
    unknown = [row for row in rows if not row["original"]]
    pages = [row["url"] for row in unknown if row["url"] and row["strength"] == "strong"]
    lines = []
    if pages:
        add = f"provenance add {shlex.quote(printable(pages[0]))}{db}"
        lines.append(labelled("try next", add, fill=False))
        if typed is not None:
            again = f"provenance check {shlex.quote(printable(typed))} --follow{db}"
            lines.append(labelled("or", again, fill=False))
    elif sites := [row["site"] for row in unknown if row["site"]]:
        # The page gives the outlet, not the article.
        where = f"find the article on {printable(sites[0])}, then: provenance add URL{db}"
        lines.append(labelled("try next", where))
    return "\n".join(lines)
