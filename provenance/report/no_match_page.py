"""What a check says when there is no match to show, as a page. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from provenance.report import html
from provenance.report.html import link, shown
from provenance.report.match_page import article_card, score_table
from provenance.report.text import LINES, NAMES, probable


def no_match_page(
    target: Mapping[str, Any],
    *,
    heading: str,
    words: str,
    originals: int,
    nearest: Mapping[str, Any] | None,
    named: Sequence[Mapping[str, Any]],
    made: str,
    version: str,
) -> str:
    """The page of a check that found nothing, or could not judge.

    ``target`` and ``nearest`` are as in the JSON of ``check`` (see ``rows``), ``named`` as
    ``named_row`` makes them. ``heading`` and ``words`` say what was found; ``made`` is the time.
    """
    count = f"{originals:,} known {'original' if originals == 1 else 'originals'}"
    body = [
        f'<header class="verdict clear"><h1>{shown(heading)}</h1><p>{shown(words)}</p>',
        f"<p>Held against {count}. What is not among them can't be found.</p></header>",
        '<section aria-label="The article"><div class="links">',
        article_card(target, "target"),
        "</div></section>",
        _nearest(nearest),
        _named(named),
        f'<footer class="soft"><p>Made {shown(made)} by provenance {shown(version)}.</p></footer>',
    ]
    title = f"{heading}: {target['title'] or target['url'] or target['id']}"
    return html.document(title, f"<main>{''.join(body)}</main>")


def _nearest(match: Mapping[str, Any] | None) -> str:
    if match is None:
        return ""
    relation = str(match["relation"])
    name = NAMES.get(relation, relation.upper()).capitalize()
    return (
        "<section><h2>The nearest original</h2>"
        f"<p>{shown(name)}: {shown(LINES.get(relation, ''))}. Probability that the page's text "
        f"derives from it: {probable(match['probability'])}, which is no match.</p>"
        f'<div class="links">{article_card(match["source"], "source")}</div></section>'
        + score_table(match["scores"])
    )


def _named(named: Sequence[Mapping[str, Any]]) -> str:
    if not named:
        return ""
    rows = [
        (
            f"<bdi>{shown(html.clip(str(one['name']), 120))}</bdi>",
            link(one["url"]) or f"<bdi>{shown(one['site'] or '')}</bdi>",
            shown(one["strength"]),
            "yes" if one["original"] else f"{one['registered']} pages of it" if one["registered"]
            else "no",
            shown(html.clip(" ".join(str(says) for says in one["says"]), 500)),
        )
        for one in named[:50]
    ]  # fmt: skip
    return (
        "<section><h2>Whom the page names</h2>"
        '<p class="soft">That is what the page says or kept, and no finding about its text.</p>'
        '<div class="links">'
        + html.table(
            ("Outlet", "Page", "Strength", "Among the originals", "How"),
            rows,
            "Outlets that the page's traces name",
        )
        + "</div></section>"
    )
