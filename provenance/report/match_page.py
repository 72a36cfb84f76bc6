"""One match as a page: the two texts side by side and all the evidence. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from provenance.models import Scores
from provenance.report import decisions, html, marking
from provenance.report.html import link, shown
from provenance.report.text import LINES, NAMES, moment, probable

#: Rows of a page's lists; a page that stuffs traces can't stuff the report.
MAX_ROWS = 200
#: Characters of one text that are shown. No news article comes near.
MAX_TEXT = 400_000
#: Characters of a title, a reason or a snippet.
MAX_LINE = 500

_MEANING = {"source": "Known original (source)", "target": "Page under test (target)"}
_SHARES = (
    "Shares of each text, in both directions. Exact passages are runs of eight equal words and "
    "more; the reasons count runs of five, too."
)
_DOCS = {name: field.metadata["doc"] for name, field in Scores.__dataclass_fields__.items()}
_COUNTS = ("longest_run", "best_block")


def match_page(
    match: Mapping[str, Any],
    *,
    version: str,
    top: str = "",
    row_link: Callable[[str], str] | None = None,
) -> str:
    """The whole page of one match.

    ``match`` is as ``Store.match`` gives it, the texts of both articles in it ("" where a copy
    of the database has none). ``version`` is ours, for the foot. ``top`` is HTML above the
    page; ``row_link`` makes an address of an article's id, where there is something to lead to.
    """
    source, target = match["source"], match["target"]
    texts = (str(target["text"])[:MAX_TEXT], str(source["text"])[:MAX_TEXT])
    given: dict[marking.Side, list[marking.Span]] = {
        "target": marking.spans(match["passages"], "target", len(texts[0])),
        "source": marking.spans(match["passages"], "source", len(texts[1])),
    }
    body = [
        _head(match),
        '<section aria-label="The two articles"><div class="sides links">',
        *(article_card(match[side], side, row_link) for side in ("target", "source")),
        "</div></section>",
        _shares(match, texts, given),
        _texts(match, texts, given),
        _reasons(match),
        _direction(match),
        _reviews(match.get("reviews") or ()),
        _traces(match["traces"]),
        score_table(match["scores"]),
        _foot(match, version),
    ]
    title = f"{_named(match)}: {target['title'] or target['url'] or target['id']}"
    return html.document(title, f"<main>{''.join(body)}</main>", top=top)


def _named(match: Mapping[str, Any]) -> str:
    relation = str(match["relation"])
    return NAMES.get(relation, relation.upper()).capitalize()


def _line(value: object) -> str:
    return shown(html.clip(str(value), MAX_LINE))


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}." if words else ""


def _head(match: Mapping[str, Any]) -> str:
    tone = "repost" if match["is_repost"] else "reuse" if match["is_reuse"] else "clear"
    first = {
        "source-first": "the source was first",
        "target-first": "the page under test was first",
    }.get(str(match["direction"]), "who was first is not known")
    sure = ""
    if match["direction"] != "unknown":
        sure = f" (confidence {probable(match['direction_confidence'])})"
    credit = {
        "licensed": "printed by right, as far as is known",
        "attributed": "the source is named",
        "unattributed": "no source is named",
    }.get(str(match["attribution"]), str(match["attribution"]))
    return (
        '<a class="skip" href="#texts">Skip to the texts</a>'
        f'<header class="verdict {tone}"><h1>{shown(_named(match))}</h1>'
        f"<p>{shown(_sentence(LINES.get(str(match['relation']), '')))} "
        f"Probability that the page's text derives from the source's: "
        f"<strong>{probable(match['probability'])}</strong>.</p>"
        f"<p>Who was first: {shown(first)}{sure}. Credit: {shown(credit)}.</p>{_decision(match)}"
        '<p class="soft">Texts that are similar or derived; who did what, and by what right, '
        "this page cannot say.</p></header>"
    )


def _decision(match: Mapping[str, Any]) -> str:
    """What a person said, beside the verdict and never in its place."""
    said = str(match.get("decision", "undecided"))
    if said == "undecided":
        return ""
    meaning = decisions.MEANING.get(said, "")
    changed = " The verdict has changed since." if match.get("older_verdict") else ""
    return f"<p>Decided by a person: <strong>{shown(said)}</strong>, {shown(meaning)}.{changed}</p>"


def _when(value: str | None) -> str:
    if not value:
        return '<span class="soft">not known</span>'
    return f'<time datetime="{shown(value)}">{shown(moment(value))}</time>'


def article_card(
    article: Mapping[str, Any], side: str, row_link: Callable[[str], str] | None = None
) -> str:
    """What names and describes an article, as HTML; ``side`` is ``source`` or ``target``."""
    title = f"<bdi>{_line(article['title'] or '(no title)')}</bdi>"
    if row_link:
        title = f'<a href="{shown(row_link(article["id"]))}">{title}</a>'
    facts = [
        ("Address", link(article["url"]) or '<span class="soft">none</span>'),
        ("Site", f"<bdi>{_line(article['site'])}</bdi>" if article["site"] else ""),
        ("Byline", f"<bdi>{_line(article['byline'])}</bdi>" if article["byline"] else ""),
        ("Published (claimed)", _when(article["published"])),
        ("Seen (observed)", _when(article["observed"])),
        ("Last changed (server)", _when(article["modified"]) if article["modified"] else ""),
        ("Language", shown(article["language"] or "")),
        ("Words", f"{article['words']:,}"),
        ("Text", "rough: the extractor could not read this page" if article.get("rough") else ""),
    ]
    rows = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in facts if value)
    heading = f'<p class="soft">{_MEANING[side]}</p><h2>{title}</h2>'
    return f'<article class="card">{heading}<dl>{rows}</dl></article>'


def _percent(value: float) -> str:
    # 100 % is kept for all, 0 % for nothing.
    if 0 < value < 0.005:
        return "under 1 %"
    return f"{min(99, round(value * 100)) if value < 1 else 100} %"


def _shares(
    match: Mapping[str, Any],
    texts: tuple[str, str],
    given: Mapping[marking.Side, Sequence[marking.Span]],
) -> str:
    scores = match["scores"]
    rows = []
    sides: tuple[tuple[marking.Side, str, str, str, str], ...] = (
        ("target", "of the page", texts[0], "containment_target_5", "coverage"),
        ("source", "of the source", texts[1], "containment_source_5", "coverage_source"),
    )
    for side, label, text, containment, coverage in sides:
        part = marking.share(len(text), given[side])
        rows.append(
            (
                f"Share {label}",
                *(
                    _bar(part[kind], strong=kind == "exact") if text else "no text here"
                    for kind in ("exact", "reworded")
                ),
                _bar(float(scores[coverage])),
                _bar(float(scores[containment]), strong=True),
            )
        )
    header = (
        "",
        "in exact passages",
        "in reworded passages",
        "answered, by weight",
        "word 5-shingles contained",
    )
    return "<section><h2>How much is shared</h2>" + html.table(header, rows, _SHARES) + "</section>"


def _bar(value: float, *, strong: bool = False) -> str:
    width = round(max(0.0, min(1.0, value)) * 100, 1)
    tone = " strong" if strong else ""
    return (
        f'<span class="number">{_percent(value)}</span>'
        '<svg width="100" height="8" viewBox="0 0 100 8" aria-hidden="true">'
        '<rect class="track" width="100" height="8" rx="2"/>'
        f'<rect class="bar{tone}" width="{width}" height="8" rx="2"/></svg>'
    )


def _texts(
    match: Mapping[str, Any],
    texts: tuple[str, str],
    given: Mapping[marking.Side, Sequence[marking.Span]],
) -> str:
    if not any(texts):
        return (
            '<section id="texts"><h2>The texts</h2><p>They are not shown here: this copy of the '
            "database has none, or they are not for everyone.</p></section>"
        )
    exact = sum(passage[4] == "exact" for passage in match["passages"])
    reworded = len(match["passages"]) - exact
    out = [
        '<section id="texts"><h2>The texts, side by side</h2><ul class="legend">',
        f'<li><span class="exact">exact passage</span> ({exact})</li>',
        f'<li><span class="reworded">reworded passage</span> ({reworded})</li>',
        "<li><ins>name or number</ins> that the other passage lacks</li>",
        '<li><span class="q">quotation, caption or embedded post</span></li>',
        '<li><span class="own">text of its own</span></li></ul>',
        '<p class="soft">A passage leads to its counterpart.</p>',
    ]
    unseen = sum(html.hidden(text) for text in texts)
    if unseen:
        out.append(
            f"<p>{unseen} characters that are not seen, or turn the direction of others, "
            f"are shown as {html.HIDDEN_SIGN}.</p>"
        )
    if len(match["target"]["text"]) > MAX_TEXT or len(match["source"]["text"]) > MAX_TEXT:
        out.append(f"<p>Only the first {MAX_TEXT:,} characters of a text are shown.</p>")
    changes = marking.changed(texts, match["passages"])
    out.append('<div class="sides">')
    sides: tuple[marking.Side, ...] = ("target", "source")
    for number, side in enumerate(sides):
        label = _MEANING[side]
        out.append(
            f'<div><h3>{label}</h3><div class="text" role="region" aria-label="{label}" '
            f'tabindex="0" dir="auto"{html.language_attribute(match[side]["language"])}>'
            + marking.marked(texts[number], given[side], side, changes[number])
            + "</div></div>"
        )
    out.append("</div></section>")
    return "".join(out)


def _reasons(match: Mapping[str, Any]) -> str:
    reasons = "".join(f"<li>{_line(reason['text'])}</li>" for reason in match["reasons"][:MAX_ROWS])
    channels = ", ".join(shown(channel) for channel in match["channels"])
    proposed = f'<p class="soft">Proposed by: {channels}.</p>' if channels else ""
    return f"<section><h2>Why</h2><ul>{reasons}</ul>{proposed}</section>"


def _direction(match: Mapping[str, Any]) -> str:
    ledger = match["evidence"][:MAX_ROWS]
    if not ledger:
        return "<section><h2>Who was first</h2><p>No evidence either way.</p></section>"
    rows = [
        (
            _line(line["text"]),
            shown(line["kind"]),
            f'<span class="number">{line["log_odds"]:+.2f}</span>',
        )
        for line in ledger
    ]
    total = sum(float(line["log_odds"]) for line in ledger)
    return (
        "<section><h2>Who was first</h2>"
        + html.table(
            ("Evidence", "Kind", "Log-odds"),
            [*rows, ("Sum", "", f'<span class="number">{total:+.2f}</span>')],
            "Above 0 speaks for the source, below 0 for the page under test",
        )
        + "</section>"
    )


def _reviews(reviews: Sequence[Mapping[str, Any]]) -> str:
    if not reviews:
        return ""
    rows = [
        (
            shown(one["decision"]),
            _when(one["decided"]),
            f"<bdi>{_line(one['reviewer'])}</bdi>",
            f"{shown(one['relation'])}, {probable(one['probability'])}",
            f"<bdi>{_line(one['note'])}</bdi>",
        )
        for one in reviews[-MAX_ROWS:]
    ]
    return (
        "<section><h2>What people decided</h2>"
        + html.table(
            ("Decision", "When", "By", "On the verdict", "Note"), rows, "Decisions, oldest first"
        )
        + "</section>"
    )


def _traces(traces: Sequence[Mapping[str, Any]]) -> str:
    if not traces:
        return "<section><h2>Traces in the page</h2><p>None.</p></section>"
    rows = [
        (
            shown(trace["kind"]),
            shown(trace["strength"]),
            link(trace["target_url"])
            or f"<bdi>{_line(trace['target_site'] or trace['value'])}</bdi>",
            f"<bdi>{_line(trace['snippet'] or '')}</bdi>",
        )
        for trace in traces[:MAX_ROWS]
    ]
    more = len(traces) - len(rows)
    return (
        '<section><h2>Traces in the page</h2><div class="links">'
        + html.table(
            ("Kind", "Strength", "Names", "Read from"), rows, "Marks of copying left in the page"
        )
        + (f"<p>… and {more} more.</p>" if more else "")
        + "</div></section>"
    )


def score_table(scores: Mapping[str, float]) -> str:
    """The section with every score by its name."""
    rows = [
        (
            shown(name),
            f'<span class="number">{f"{value:.0f}" if name in _COUNTS else f"{value:.2f}"}</span>',
            shown(_DOCS.get(name, "")),
        )
        for name, value in scores.items()
    ]
    return (
        "<section><h2>Scores</h2>"
        + html.table(("Score", "Value", "Meaning"), rows, "The numbers of this comparison")
        + "</section>"
    )


def _foot(match: Mapping[str, Any], version: str) -> str:
    # A page may go to anyone, and texts can be crafted against a known seed.
    told = {name: value for name, value in match["parameters"].items() if name != "seed"}
    made = json.dumps(told, indent=1, sort_keys=True, ensure_ascii=False)
    return (
        "<section><h2>How this was made</h2>"
        f"<p>Match <code>{shown(match['id'])}</code>, found {_when(match['found'])}, "
        f"page by provenance {shown(version)}.</p>"
        "<details><summary>Parameters of the run</summary>"
        f"<pre>{shown(html.clip(made, 20_000))}</pre></details></section>"
    )
