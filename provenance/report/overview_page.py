"""The overview of a database as a page: pictures, and the tables behind them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from provenance.report import html, pictures
from provenance.report.html import link, shown
from provenance.report.text import moment, probable

#: Rows of a table under a picture.
MAX_ROWS = 100
_CAUTION = (
    "Texts that are similar or derived; who did what, and by what right, these pages cannot say."
)


def overview_page(
    overview: Mapping[str, Any],
    *,
    version: str,
    match_link: Callable[[str], str],
    top: str = "",
) -> str:
    """The page. ``overview`` is as ``Store.overview`` gives it; ``match_link`` makes the
    address of a match's own page of its id."""
    counts = overview["counts"]
    told = (
        ("known originals", counts["originals"]),
        ("pages compared", counts["pages"]),
        ("matches", counts["matches"]),
        ("reposts", counts["reposts"]),
        ("could not be read", counts["failures"]),
    )
    facts = "".join(
        f"<dt>{name}</dt><dd>{'not in this copy' if count is None else f'{count:,}'}</dd>"
        for name, count in told
    )
    body = [
        "<header><h1>Where these pages came from</h1>",
        f'<p class="soft">{_CAUTION}</p><dl>{facts}</dl></header>',
        _network(overview["network"]),
        _story(overview["story"], match_link),
        _scores(overview["scores"]),
        _reposts(overview["reposts"], counts["reposts"], match_link),
        f'<p class="soft">Made by provenance {shown(version)}.</p>',
    ]
    return html.document("Where these pages came from", f"<main>{''.join(body)}</main>", top=top)


def _figure(picture: str, caption: str) -> str:
    return f"<figure>{picture}<figcaption>{shown(caption)}</figcaption></figure>"


def _numbers(summary: str, body: str) -> str:
    return f"<details><summary>{summary}</summary>{body}</details>"


def _network(rows: Sequence[Mapping[str, Any]]) -> str:
    if not rows:
        return "<section><h2>Who takes from whom</h2><p>No repost was found.</p></section>"
    cells = [
        (
            f"<bdi>{shown(row['target_site'])}</bdi>",
            f"<bdi>{shown(row['source_site'])}</bdi>",
            str(row["reposts"]),
            str(row["unattributed"]),
            _lag(row["median_lag_minutes"]),
        )
        for row in rows[:MAX_ROWS]
    ]
    return (
        "<section><h2>Who takes from whom</h2>"
        + _figure(
            pictures.network(rows),
            "A band is as wide as reposts are many; orange where half of them or more name "
            "no source, else blue.",
        )
        + _numbers(
            "The figures",
            html.table(
                ("Site", "takes from", "Reposts", "Name no source", "Median lag"),
                cells,
                "Reposts by pair of sites",
            ),
        )
        + "</section>"
    )


def _lag(minutes: int | None) -> str:
    return "not known" if minutes is None else f"{minutes:,} min"


def _story(rows: Sequence[Mapping[str, Any]] | None, match_link: Callable[[str], str]) -> str:
    if not rows:
        return ""
    first = rows[0]
    cells = [
        (
            f"<bdi>{shown(row['target_site'])}</bdi>",
            shown(moment(row["target_time"])),
            shown(row["target_time_is"] or ""),
            _lag(row["lag_minutes"]),
            _to_match(row, match_link),
        )
        for row in rows[:MAX_ROWS]
    ]
    title = html.clip(str(first["source_title"] or first["source_url"]), 200)
    return (
        "<section><h2>The story with most copies</h2>"
        f'<p class="links"><bdi>{shown(title)}</bdi>, {link(first["source_url"])}</p>'
        + _figure(
            pictures.timeline(rows),
            "Times as the pages claim them, or as they were seen. A claim can be wrong.",
        )
        + _numbers(
            "The figures",
            html.table(
                ("Site", "Time (UTC)", "Time is", "After the original", "Match"),
                cells,
                "Texts that reuse this original",
            ),
        )
        + "</section>"
    )


def _to_match(row: Mapping[str, Any], match_link: Callable[[str], str]) -> str:
    name = f"{row['relation']}, {probable(row['probability'])}"
    return f'<a href="{shown(match_link(str(row["match_id"])))}">{shown(name)}</a>'


def _scores(rows: Sequence[Mapping[str, Any]]) -> str:
    if not rows:
        return ""
    totals: dict[tuple[str, bool], int] = {}
    for row in rows:
        key = (str(row["relation"]), bool(row["is_repost"]))
        totals[key] = totals.get(key, 0) + row["matches"]
    cells = [
        (shown(relation), "yes" if repost else "no", str(count))
        for (relation, repost), count in sorted(totals.items())
    ]
    return (
        "<section><h2>Probability of the matches</h2>"
        + _figure(
            pictures.scores(rows),
            "Calibrated probability that a page's text derives from an original's: reposts in "
            "orange, other matches in blue.",
        )
        + _numbers(
            "The figures",
            html.table(("Relation", "Repost", "Matches"), cells, "Matches by relation"),
        )
        + "</section>"
    )


def _reposts(
    rows: Sequence[Mapping[str, Any]], total: int, match_link: Callable[[str], str]
) -> str:
    if not rows:
        return ""
    cells = [
        (
            _to_match(row, match_link),
            f"<bdi>{_short(row, 'target')}</bdi>",
            f"<bdi>{_short(row, 'source')}</bdi>",
            shown(row["attribution"]),
            shown("" if row["decision"] == "undecided" else row["decision"]),
        )
        for row in rows
    ]
    more = f"<p>… and {total - len(rows):,} more.</p>" if total > len(rows) else ""
    return (
        "<section><h2>Reposts</h2>"
        + html.table(
            ("Verdict", "Page", "Source", "Credit", "Decided"), cells, "Most probable first"
        )
        + f"{more}</section>"
    )


def _short(row: Mapping[str, Any], side: str) -> str:
    title = html.clip(str(row[f"{side}_title"] or row[f"{side}_url"] or "(no title)"), 120)
    return f'{shown(title)} <span class="soft">{shown(row[f"{side}_site"])}</span>'
