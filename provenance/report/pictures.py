"""Pictures as inline SVG: who takes from whom, a story's spread, the spread of scores. Pure.

Each has a title and a description for screen readers; the figures behind it stand in a table
beside it (see ``overview_page``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from provenance.dates import instant, parse_time
from provenance.report.html import clip, shown
from provenance.report.text import moment

#: Sites on each side of the network, copies of the story that are drawn.
MOST_SITES = 14
MOST_COPIES = 40
_OTHERS = "other sites"


def _svg(width: int, height: int, name: str, title: str, about: str, body: str) -> str:
    return (
        f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'aria-labelledby="{name}-title {name}-about"><title id="{name}-title">{shown(title)}'
        f'</title><desc id="{name}-about">{shown(about)}</desc>{body}</svg>'
    )


def _text(x: float, y: float, words: str, *, anchor: str = "start", soft: bool = False) -> str:
    tone = ' class="soft"' if soft else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{tone}>{shown(words)}</text>'


def _place(counted: tuple[str, int]) -> tuple[bool, int, str]:
    site, count = counted
    return site == _OTHERS, -count, site


def network(rows: Sequence[Mapping[str, Any]]) -> str:
    """Who takes from whom: takers left, sources right, a band for each pair as wide as it is
    often. ``rows`` are those of the view ``repost_network``."""
    takers = Counter[str]()
    sources = Counter[str]()
    for row in rows:
        takers[str(row["target_site"] or "?")] += row["reposts"]
        sources[str(row["source_site"] or "?")] += row["reposts"]
    kept = [{site for site, _ in counts.most_common(MOST_SITES)} for counts in (takers, sources)]
    flows: Counter[tuple[str, str]] = Counter()
    uncredited: Counter[tuple[str, str]] = Counter()
    for row in rows:
        left, right = str(row["target_site"] or "?"), str(row["source_site"] or "?")
        pair = (
            left if left in kept[0] else _OTHERS,
            right if right in kept[1] else _OTHERS,
        )
        flows[pair] += row["reposts"]
        uncredited[pair] += row["unattributed"]
    step, top, width = 34, 40, 760
    x_left, x_right = 250, 510
    columns: list[dict[str, float]] = []
    totals = []
    for side in (0, 1):
        total = Counter[str]()
        for pair, count in flows.items():
            total[pair[side]] += count
        totals.append(total)
        ordered = [site for site, _ in sorted(total.items(), key=_place)]
        columns.append({site: top + i * step for i, site in enumerate(ordered)})
    most = max(flows.values(), default=1)
    out = [
        _text(x_left - 12, 16, "takes", anchor="end", soft=True),
        _text(x_right + 12, 16, "from", soft=True),
    ]
    middle = (x_left + x_right) / 2
    for (left, right), count in sorted(flows.items()):
        y1, y2 = columns[0][left], columns[1][right]
        tone = " uncredited" if uncredited[left, right] * 2 >= count else ""
        out.append(
            f'<path class="flow{tone}" stroke-width="{1 + 15 * count / most:.1f}" '
            f'd="M{x_left} {y1} C{middle} {y1} {middle} {y2} {x_right} {y2}"/>'
        )
    for side, (x, anchor, shift) in enumerate(((x_left, "end", -12), (x_right, "start", 12))):
        for site, y in columns[side].items():
            out.append(
                _text(x + shift, y + 4, f"{clip(site, 28)} ({totals[side][site]})", anchor=anchor)
            )
    height = top + step * max(len(columns[0]), len(columns[1]))
    pairs = sorted(flows.items(), key=lambda found: (-found[1], found[0]))
    about = "; ".join(f"{left} from {right}: {count}" for (left, right), count in pairs[:20])
    return _svg(width, height, "network", "Who takes from whom", about, "".join(out))


def timeline(rows: Sequence[Mapping[str, Any]]) -> str:
    """A story's spread: its original and each copy at its time. Rows of the view ``timeline``."""
    first = rows[0]
    events = [("original", str(first["source_site"]), first["source_time"], "")]
    events += [
        (str(row["relation"]), str(row["target_site"]), row["target_time"], str(row["attribution"]))
        for row in rows[:MOST_COPIES]
    ]
    moments = [parse_time(when) if when else None for _, _, when, _ in events]
    known = [instant(at).timestamp() for at in moments if at]
    low, high = (min(known), max(known)) if known else (0.0, 0.0)
    step, top, left, right, width = 24, 30, 190, 560, 820
    out = [
        f'<line class="axis" x1="{left}" y1="20" x2="{right}" y2="20"/>',
    ]
    if known:
        dates = [when for (_, _, when, _), at in zip(events, moments, strict=True) if at]
        by_time = sorted(zip(known, dates, strict=True))
        out.append(_text(left, 13, moment(by_time[0][1]), soft=True))
        out.append(_text(right, 13, moment(by_time[-1][1]), anchor="end", soft=True))
    for i, ((relation, site, _when, credit), at) in enumerate(zip(events, moments, strict=True)):
        y = top + 14 + i * step
        out.append(_text(left - 14, y + 4, clip(site, 26), anchor="end"))
        out.append(f'<line class="axis" x1="{left}" y1="{y}" x2="{right}" y2="{y}"/>')
        note = relation if not credit else f"{relation}, {credit}"
        if at:
            share = (instant(at).timestamp() - low) / (high - low) if high > low else 0.0
            tone = " first" if not i else ""
            x = left + share * (right - left)
            out.append(f'<circle class="dot{tone}" cx="{x:.1f}" cy="{y}" r="6"/>')
        else:
            note += ", no time known"
        out.append(_text(right + 14, y + 4, note, soft=True))
    height = top + 14 + step * len(events)
    about = (
        f"{first['source_title']} on {first['source_site']}, {moment(first['source_time'])}, "
        f"and {len(rows)} texts that reuse it"
    )
    return _svg(width, height, "timeline", "The spread of one story", about, "".join(out))


def scores(rows: Sequence[Mapping[str, Any]]) -> str:
    """Matches by probability in tenths, reposts apart. Rows: is_repost, tenth, matches."""
    reposts = Counter[int]()
    others = Counter[int]()
    for row in rows:
        (reposts if row["is_repost"] else others)[int(row["tenth"])] += row["matches"]
    most = max([reposts[i] + others[i] for i in range(10)] + [1])
    width, height, base, tall, bar = 640, 240, 200, 160, 52
    out = [f'<line class="axis" x1="30" y1="{base}" x2="{width - 20}" y2="{base}"/>']
    for i in range(10):
        x = 40 + i * (bar + 6)
        upper = 0.0
        for count, tone in ((reposts[i], " strong"), (others[i], "")):
            high = tall * count / most
            if count:
                out.append(
                    f'<rect class="bar{tone}" x="{x}" y="{base - upper - high:.1f}" '
                    f'width="{bar}" height="{high:.1f}"/>'
                )
            upper += high
        if reposts[i] + others[i]:
            out.append(
                _text(x + bar / 2, base - upper - 6, str(reposts[i] + others[i]), anchor="middle")
            )
        out.append(_text(x, base + 18, f".{i}" if i else "0", anchor="middle", soft=True))
    out.append(_text(40 + 10 * (bar + 6) - 6, base + 18, "1", anchor="middle", soft=True))
    about = (
        f"{sum(reposts.values())} reposts and {sum(others.values())} other matches by probability; "
        f"{reposts[9]} reposts at 0.9 and above"
    )
    return _svg(width, height, "scores", "Probability of the matches", about, "".join(out))
