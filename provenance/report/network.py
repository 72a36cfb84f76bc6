"""Clusters as JSON, CSV and text. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from provenance.dates import lag
from provenance.models import Cluster
from provenance.report.text import Style, clipped, moment, plain, printable, probable

#: Columns of the CSV: one page a row.
COLUMNS = (
    "cluster_id",
    "role",
    "id",
    "url",
    "title",
    "site",
    "published",
    "observed",
    "source_id",
    "source_url",
    "lag_minutes",
    "match_id",
    "relation",
    "probability",
    "direction",
    "attribution",
)
_FACTS = ("relation", "probability", "direction", "attribution")


def cluster_rows(
    clusters: Sequence[Cluster],
    pages: Mapping[str, Mapping[str, Any]],
    facts: Mapping[str, Mapping[str, Any]],
) -> list[dict[str, Any]]:
    """Each cluster as a mapping: id, members, attached, sites (counts), pages (the root first).

    A page: role, what names the article, its best source (id and URL, or None), the match that
    says so with its verdict, and ``lag_minutes`` after that source, where both claim an hour with
    its zone.
    """
    rows = []
    for cluster in clusters:
        listed = []
        for member in cluster.members:
            page = pages[member.article_id]
            source = pages[member.source_id] if member.source_id else None
            fact = facts.get(member.match_id or "", {})
            listed.append(
                {
                    "role": member.role,
                    **page,
                    "source_id": member.source_id,
                    "source_url": source["url"] if source else None,
                    "lag_minutes": _minutes(source, page) if source else None,
                    "match_id": member.match_id,
                    **{name: fact.get(name) for name in _FACTS},
                }
            )
        attached = sum(member.role == "attached" for member in cluster.members)
        rows.append(
            {
                "id": cluster.id,
                "members": len(listed) - attached,
                "attached": attached,
                "sites": len({page["site"] for page in listed}),
                "pages": listed,
            }
        )
    return rows


def _minutes(source: Mapping[str, Any], page: Mapping[str, Any]) -> int | None:
    passed = lag(source["published"] or "", page["published"] or "")
    return round(passed[0] / 60) if passed and not passed[1] else None


def flat_rows(rows: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """One mapping a page, for CSV."""
    for row in rows:
        for page in row["pages"]:
            yield {"cluster_id": row["id"], **page}


def _after(minutes: int) -> str:
    sign = "-" if minutes < 0 else "+"
    hours, rest = divmod(abs(minutes), 60)
    days, hours = divmod(hours, 24)
    parts = [f"{days} d" if days else "", f"{hours} h" if hours else "", f"{rest} min"]
    return sign + " ".join(part for part in parts[: 2 if days else 3] if part)


def cluster_text(row: Mapping[str, Any], style: Style = plain) -> str:
    """One cluster for people: a line of counts, then two lines a page."""
    numbers = {page["id"]: number for number, page in enumerate(row["pages"], 1)}
    pages = "page" if row["members"] == 1 else "pages"
    head = f"{row['members']} {pages}" + (
        f", {row['attached']} attached" if row["attached"] else ""
    )
    lines = [f"{style(row['id'][:8], bold=True)}  {head}, {row['sites']} sites"]
    for page in row["pages"]:
        told = [page["role"], page["site"], moment(page["published"] or page["observed"])]
        if page["source_id"]:
            told[0] = page["relation"] if page["role"] == "member" else f"takes {page['relation']}"
            arrow = "from" if page["direction"] != "unknown" else "likely from"
            told.append(f"{arrow} {numbers.get(page['source_id'], page['source_url'])}")
            if page["lag_minutes"] is not None:
                told.append(_after(page["lag_minutes"]))
            told.append(probable(page["probability"]))
            # One publisher owes itself no credit.
            told += [page["attribution"]] if page["relation"] != "version" else []
        lines.append(f"  {numbers[page['id']]:>3}  {printable('  '.join(told))}")
        lines.append(f"       {clipped(page['title'] or '(no title)', 80)}")
        if page["url"]:
            lines.append(f"       {printable(page['url'])}")
    return "\n".join(lines)
