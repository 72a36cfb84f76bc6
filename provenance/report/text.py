"""Matches for people at a terminal. Pure; nothing that a page says can move the cursor."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from provenance import tracekinds

#: Styles a piece of text ("bold", "red", …); the command line gives click's on a terminal.
Style = Callable[..., str]

#: Each relation as a headline has it.
NAMES = {
    "verbatim": "VERBATIM COPY",
    "edited": "EDITED COPY",
    "partial": "EXCERPT",
    "rewrite": "REWRITE",
    "translation": "TRANSLATION",
    "common-source": "COMMON SOURCE",
    "quote": "QUOTATION ONLY",
    "cites": "CITES",
    "version": "VERSION",
    "independent": "INDEPENDENT REPORT",
    "unrelated": "UNRELATED",
}
#: Each relation in a line.
LINES = {
    "verbatim": "the source's text, whole",
    "edited": "the source's text with edits, cuts or house style",
    "partial": "passages of the source inside a text with other content",
    "rewrite": "the source told again, sentence by sentence, in other words",
    "translation": "the source in another language",
    "common-source": "both carry one third text",
    "quote": "what is shared is quotation",
    "cites": "names the source; its text is not taken",
    "version": "another edition by the same publisher",
    "independent": "its own report; text not taken",
    "unrelated": "nothing in common",
}
_WIDTH = 96
_LABEL = 12


def plain(text: str, _: str = "", **__: object) -> str:
    """The style that styles nothing."""
    return text


def printable(text: str) -> str:
    """Text without control, format and line-breaking characters: one harmless line."""
    return "".join(
        " " if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp", "Cs", "Co") else c for c in text
    ).strip()


def clipped(text: str, width: int) -> str:
    """One harmless line of at most ``width`` characters."""
    line = re.sub(r"\s+", " ", printable(text))
    return line if len(line) <= width else line[: max(1, width - 1)].rstrip() + "…"


def moment(when: str | None) -> str:
    """An ISO time as people write it, in UTC; the day alone where no hour is known."""
    if not when:
        return "no date"
    if len(when) <= 10:
        return printable(when)
    try:
        at = datetime.fromisoformat(when.replace("Z", "+00:00"))
    except ValueError:
        return printable(when)
    if at.tzinfo is None:
        return at.strftime("%Y-%m-%d %H:%M")
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def labelled(label: str, text: str, *, fill: bool = True) -> str:
    """Text behind a label, wrapped under itself; commands and URLs stay on one line."""
    return _row(label, text) if fill else f"  {label:<{_LABEL}}{text}"


def _row(label: str, text: str) -> str:
    lead = f"  {label:<{_LABEL}}"
    return textwrap.fill(
        text,
        width=_WIDTH,
        initial_indent=lead,
        subsequent_indent=" " * len(lead),
        break_long_words=False,
        break_on_hyphens=False,
    )


def scores_line(scores: Mapping[str, float]) -> str:
    """Every score by its name."""
    counts = {"longest_run": "{:.0f} words", "best_block": "{:.0f}"}
    return " · ".join(
        f"{name} {counts.get(name, '{:.2f}').format(value)}" for name, value in scores.items()
    )


def probable(probability: float) -> str:
    """A probability to two places; 1.00 is kept for texts that are equal."""
    return f"{probability if probability == 1 else min(probability, 0.99):.2f}"


def headline(match: Mapping[str, Any], style: Style = plain) -> str:
    """Verdict in one line."""
    relation = str(match["relation"])
    colour = "red" if match["is_repost"] else "yellow" if match["is_reuse"] else "green"
    name = style(NAMES.get(relation, relation.upper()), fg=colour, bold=True)
    return f"{name}  probability {probable(match['probability'])}: {LINES.get(relation, '')}"


def match_text(
    match: Mapping[str, Any],
    *,
    texts: tuple[str, str] | None = None,
    style: Style = plain,
    passages: int = 4,
    decision: str = "",
) -> str:
    """One match as a paragraph of labelled lines.

    ``decision`` is what a person said of it, in a line (``decisions.standing``). ``texts`` are the
    target's and the source's, for the passages; at most ``passages`` are quoted (0: only counted).
    """
    source, target = match["source"], match["target"]
    lines = [headline(match, style)]
    for label, article in (("this page", target), ("source", source)):
        lines.append(_row(label, clipped(article["title"] or "(no title)", 80)))
        if article["url"]:
            lines.append(f"  {'':<{_LABEL}}{printable(article['url'])}")
        lines.append(f"  {'':<{_LABEL}}{moment(article['published'])}, {article['words']} words")
    sure = f" ({match['direction_confidence']:.2f})" if match["direction"] != "unknown" else ""
    lines.append(_row("who first", f"{match['direction']}{sure}"))
    lines.append(_row("credit", str(match["attribution"])))
    if decision:
        lines.append(_row("decided", decision))
    lines.append(_row("scores", scores_line(match["scores"])))
    for i, reason in enumerate(match["reasons"]):
        lines.append(_row("why" if not i else "", "- " + clipped(reason["text"], 300)))
    for i, trace in enumerate(match["traces"][:8]):
        lines.append(_row("traces" if not i else "", trace_line(trace)))
    lines.append(_row("passages", _counted(match["passages"])))
    if texts and passages:
        lines.extend(_quoted(match["passages"], texts, passages))
    return "\n".join(lines)


def trace_line(trace: Mapping[str, Any]) -> str:
    """One trace: what the page does, its kind, the page named, the words it was read from."""
    says = tracekinds.sentence(trace["kind"], trace["target_site"] or clipped(trace["value"], 60))
    page = f": {clipped(trace['target_url'], 110)}" if trace["target_url"] else ""
    snippet = clipped(trace["snippet"] or "", 60)
    return f"{clipped(says, 110)} ({trace['kind']}, {trace['strength']}){page}" + (
        f'  "{snippet}"' if snippet else ""
    )


def _counted(passages: Sequence[Sequence[Any]]) -> str:
    exact = [p for p in passages if p[4] == "exact"]
    reworded = len(passages) - len(exact)
    if not passages:
        return "none"
    parts = []
    if exact:
        parts.append(f"{len(exact)} exact ({sum(p[1] for p in exact)} characters)")
    if reworded:
        parts.append(f"{reworded} reworded")
    return ", ".join(parts)


def _quoted(passages: Sequence[Sequence[Any]], texts: tuple[str, str], most: int) -> list[str]:
    """The longest passages in short: exact ones once, reworded ones beside their source."""
    target, source = texts
    chosen = sorted(passages, key=lambda p: (-p[1], p[0]))[:most]
    lines = []
    for t_start, t_length, s_start, s_length, kind in sorted(chosen, key=lambda p: p[0]):
        here = clipped(target[t_start : t_start + t_length], 78)
        if kind == "exact":
            lines.append(f"  {'':<{_LABEL}}= {here}")
        else:
            there = clipped(source[s_start : s_start + s_length], 78)
            lines.append(f"  {'':<{_LABEL}}~ {here}")
            lines.append(f"  {'':<{_LABEL}}  {there}")
    left = len(passages) - len(chosen)
    if left > 0:
        lines.append(f"  {'':<{_LABEL}}… and {left} more")
    return lines


def match_line(match: Mapping[str, Any], style: Style = plain) -> str:
    """One match in two lines, for lists: verdict and scores, then the two URLs."""
    colour = "red" if match["is_repost"] else "yellow" if match["is_reuse"] else "green"
    s = match.get("scores", match)
    name = style(f"{match['relation']:<13}", fg=colour, bold=True)
    first = (
        f"{match['id'][:8]}  {name} {probable(match['probability'])}  "
        f"coverage {s['coverage']:.2f}  containment {s['containment_target_5']:.2f}  "
        f"order {s['order']:.2f}  novel {s['novel']:.2f}  "
        f"{match['direction']}, {match['attribution']}"
    )
    if match.get("decision", "undecided") != "undecided":
        first += f"  [{match['decision']}]"
    urls = [
        _side(match, side, "url") or _side(match, side, "title") for side in ("target", "source")
    ]
    return f"{first}\n          {printable(urls[0])}\n       ←  {printable(urls[1])}"


def _side(match: Mapping[str, Any], side: str, name: str) -> str:
    nested = match.get(side)
    value = nested[name] if isinstance(nested, Mapping) else match.get(f"{side}_{name}")
    return str(value or "")


def table(rows: Sequence[Sequence[object]], header: Sequence[str], widths: Sequence[int]) -> str:
    """A plain aligned table; cells are clipped to the widths."""
    lines = ["  ".join(f"{name:<{width}}" for name, width in zip(header, widths, strict=True))]
    lines.append("  ".join("-" * width for width in widths))
    lines.extend(
        "  ".join(
            f"{clipped(str(cell if cell is not None else ''), width):<{width}}"
            for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    )
    return "\n".join(lines)
