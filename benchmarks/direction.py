"""Measure who-was-first on simulated timelines, and on the demonstration corpus.

    python -m benchmarks.direction [--pairs N] [--write]

No labelled timelines of copies are to be had, so the web's clocks are simulated: an original, a
copy some hours later, and what each page says of itself and when each is seen. ``Web`` holds the
rates of every failure; they are judgements, stated here and in the table, not measurements. What
the simulation does tell is how the ledger behaves when they happen: how often it decides, how
often wrongly, and whether a weight claims more than it is worth. In each pair a coin says which
page is called the source. ``--write`` puts the tables into docs/direction.md.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import math
import random
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from benchmarks.evaluate import write_tables
from provenance import direction, pipeline
from provenance.dates import lag
from provenance.models import Article, Direction, Evidence, Trace
from provenance.store import Store
from provenance.verdict import DOUBTED

PAGE = Path(__file__).parent.parent / "docs" / "direction.md"
_START = datetime(2025, 7, 1, tzinfo=UTC)
#: An answer is called confident from here on.
CONFIDENT = 0.9


@dataclass(frozen=True)
class Web:
    """Shares of pages (0 to 1) to which each thing happens, and delays in hours.

    Judged, not measured. "Copy" and "original" say whose page it is; the rest is for either.
    """

    #: The copy follows after so many hours in the median.
    copied_after: float = 6.0
    #: Standard deviation of the logarithm of that.
    copied_spread: float = 1.8
    #: The copy keeps a trace: naming the page, the site, or no more than the outlet's name.
    page_trace: float = 0.25
    site_trace: float = 0.10
    name_trace: float = 0.10
    undated: float = 0.10
    #: No hour is told, or no zone.
    day_only: float = 0.25
    zone_dropped: float = 0.15
    #: Local time that is written down as UTC.
    zone_wrong: float = 0.03
    #: The day stands in the address.
    filed: float = 0.40
    #: Minutes by which a clock is off (standard deviation).
    skew: float = 3.0
    #: The copy's importer keeps the original's second.
    copied_time: float = 0.10
    #: Dated anew by an update, up to so many hours later.
    original_redated: float = 0.10
    copy_redated: float = 0.05
    redated_within: float = 120.0
    #: The copy claims days before the original.
    spoofed: float = 0.03
    #: A wrong date is read, up to a year off.
    misread: float = 0.02
    #: No sighting is known. Else the page is seen so many hours later (mean of an exponential).
    unseen: float = 0.30
    seen_after: float = 48.0
    #: The original is looked up days later, because its copy was found first.
    original_late: float = 0.30
    #: The server tells when the page changed; half of the time it means it.
    last_modified: float = 0.30
    #: Of the traces that name the page, so many stand in its head alone (a canonical).
    head_only: float = 0.0
    #: The trace stands in the original and names the copy, as a head may name a partner's page.
    wrong_way: float = 0.0


CALM = Web(
    undated=0, day_only=0, zone_dropped=0, zone_wrong=0, skew=0, copied_time=0, original_redated=0,
    copy_redated=0, spoofed=0, misread=0, original_late=0,
)  # fmt: skip
UNTRACED = dataclasses.replace(Web(), page_trace=0, site_trace=0, name_trace=0)


def _alone(**changes: float) -> Web:
    """No trace, nothing wrong but this."""
    return dataclasses.replace(CALM, page_trace=0, site_trace=0, name_trace=0, **changes)


SCENARIOS: dict[str, Web] = {
    "all at the rates below": Web(),
    "the same, no traces": UNTRACED,
    "nothing wrong, no traces": _alone(),
    "clocks off (30 min)": _alone(skew=30),
    "time copied to the second": _alone(copied_time=1),
    "original dated anew after the copy": _alone(original_redated=1),
    "copy dated anew": _alone(copy_redated=1),
    "original seen days after the copy": _alone(original_late=1),
    "zones dropped": _alone(zone_dropped=1),
    "local time written as UTC": _alone(zone_wrong=1),
    "dates by the day only": _alone(day_only=1),
    "copy claims to be days earlier": _alone(spoofed=1),
    "the same, and original seen late": _alone(spoofed=1, original_late=1),
    "the same, but a source link": dataclasses.replace(
        CALM, spoofed=1, page_trace=1, site_trace=0, name_trace=0
    ),
    "the same, but only a canonical": dataclasses.replace(
        CALM, spoofed=1, page_trace=1, site_trace=0, name_trace=0, head_only=1
    ),
    "a canonical that points the wrong way": dataclasses.replace(
        CALM, page_trace=1, site_trace=0, name_trace=0, head_only=1, wrong_way=1
    ),
    "wrong dates read": _alone(misread=1),
}


def _article(name: str, **known: str | None) -> Article:
    url = f"https://{name}.example/{known.pop('path', None) or 'news'}/story"
    return Article(name, url, url, f"{name}.example", "Story", "", "d", 400, **known)  # type: ignore[arg-type]


def _page(web: Web, draw: random.Random, name: str, written: datetime, *, copy: bool) -> Article:
    """A page that was put up at ``written``: its claims, and when it was seen."""
    claimed = written + timedelta(minutes=draw.gauss(0, web.skew))
    if draw.random() < (web.copy_redated if copy else web.original_redated):
        claimed += timedelta(hours=draw.uniform(1, web.redated_within))
    filed = written
    if copy and draw.random() < web.spoofed:
        # Addresses are made of the date, so they follow the spoof.
        claimed = filed = written - timedelta(days=draw.uniform(3, 30))
    if draw.random() < web.misread:
        claimed += timedelta(days=draw.uniform(-365, 365))
    seen = written + timedelta(hours=draw.expovariate(1 / web.seen_after))
    if not copy and draw.random() < web.original_late:
        seen += timedelta(days=draw.uniform(3, 30))
    # What a page says at the sighting: an update that is yet to come isn't seen.
    if claimed > seen and claimed > written:
        claimed = written
    zone = timezone(timedelta(hours=draw.choice((-5, -4, 0, 1, 2, 3, 5, 9))))
    local = claimed.astimezone(zone)
    if draw.random() < web.undated:
        published = None
    elif draw.random() < web.day_only:
        published = local.strftime("%Y-%m-%d")
    elif draw.random() < web.zone_dropped:
        published = local.replace(tzinfo=None).isoformat(timespec="seconds")
    elif draw.random() < web.zone_wrong:
        published = local.replace(tzinfo=UTC).isoformat(timespec="seconds")
    else:
        published = local.isoformat(timespec="seconds")
    modified = None
    if draw.random() < web.last_modified and draw.random() < 0.5:
        modified = max(claimed, written).isoformat(timespec="seconds")
    return _article(
        name,
        path=filed.astimezone(zone).strftime("%Y/%m/%d") if draw.random() < web.filed else None,
        published=published,
        observed=None if draw.random() < web.unseen else seen.isoformat(timespec="seconds"),
        modified=modified,
    )


def _trace(web: Web, draw: random.Random, named: Article) -> tuple[Trace, ...]:
    at = draw.random()
    if at < web.page_trace:
        # Drawn only where it matters, so that the other rows keep their numbers.
        if web.head_only and draw.random() < web.head_only:
            return (Trace("canonical", named.url, named.url, named.site, "strong"),)
        return (Trace("source-link", "Source", named.url, named.site, "strong"),)
    if at < web.page_trace + web.site_trace:
        picture = f"https://{named.site}/a.jpg"
        return (Trace("hotlink", picture, None, named.site, "strong"),)
    if at < web.page_trace + web.site_trace + web.name_trace:
        return (Trace("section-suffix", named.site.split(".")[0], None, None, "medium"),)
    return ()


def timelines(web: Web, pairs: int, seed: int) -> Iterator[tuple[int, Direction]]:
    """``(1 if the source was first else -1, the answer)`` for so many pairs."""
    return ((truth, found) for truth, found, *_ in _judged(web, pairs, seed))


def _judged(web: Web, pairs: int, seed: int) -> Iterator[tuple[int, Direction, Article, Article]]:
    draw = random.Random(seed)
    for _ in range(pairs):
        written = _START + timedelta(hours=draw.uniform(0, 24 * 28))
        after = web.copied_after * math.exp(draw.gauss(0, web.copied_spread))
        original = _page(web, draw, "firstpost", written, copy=False)
        copy = _page(web, draw, "laterwire", written + timedelta(hours=after), copy=True)
        if draw.random() < web.copied_time:
            copy = dataclasses.replace(copy, published=original.published)
        of_original: tuple[Trace, ...] = ()
        of_copy: tuple[Trace, ...] = ()
        if web.wrong_way and draw.random() < web.wrong_way:
            of_original = _trace(web, draw, copy)
        else:
            of_copy = _trace(web, draw, original)
        pages = ((original, of_original), (copy, of_copy))
        truth = draw.choice((1, -1))
        (source, s_traces), (target, t_traces) = pages[::truth]
        shares = {"containment_target": 0.9, "containment_source": 0.9}
        found = direction.judge(source, target, s_traces, t_traces, **shares)
        yield truth, found, source, target


def scenario_lines(pairs: int) -> list[str]:
    """How often it decides, and how often wrongly, in each scenario."""
    lines = [
        "| timelines | right | wrong | wrong, 0.9 and surer | `unknown` | reposts lost | spared |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for number, (name, web) in enumerate(SCENARIOS.items()):
        told: Counter[str] = Counter()
        for truth, found in timelines(web, pairs, seed=number):
            signed = truth * {"source-first": 1, "target-first": -1, "unknown": 0}[found.value]
            told[{1: "right", -1: "wrong", 0: "unknown"}[signed]] += 1
            told["sure"] += signed < 0 and found.confidence >= CONFIDENT
            told["reposts" if truth > 0 else "others"] += 1
            told["lost" if truth > 0 else "spared"] += found.log_odds <= DOUBTED
        shares = [told[key] / pairs for key in ("right", "wrong", "sure", "unknown")]
        shares += [told["lost"] / told["reposts"], told["spared"] / told["others"]]
        lines.append(f"| {name} | {' | '.join(f'{100 * share:.1f} %' for share in shares)} |")
    note = (
        f"{pairs:,} pairs a row; from the second row on no page has a trace, unless the row "
        "says so. Lost: true reposts whose `is_repost` is false, because what is known of the "
        "times speaks against it. Spared: pairs whose target was first, and `is_repost` is false."
    )
    return [*lines, "", note]


def _named(line: Evidence, source: Article, target: Article) -> str:
    """The kind of a line; a claim with the size of its gap."""
    claims = direction.claim(source)[0] or "", direction.claim(target)[0] or ""
    gap = lag(*claims) if line.kind == "claimed" else None
    if gap is None:
        return line.kind
    days = (abs(gap[0]) - gap[1]) / 86400
    size = "under a day" if days < 1 else "1 to 7 days" if days <= 7 else "over 7 days"
    return f"{line.kind}, {size}"


def weight_lines(pairs: int) -> list[str]:
    """What each line of the ledger is worth: the log-odds that its share of right answers is."""
    signs: dict[tuple[str, float], Counter[bool]] = defaultdict(Counter)
    for truth, found, source, target in _judged(UNTRACED, pairs, seed=99):
        for line in found.evidence:
            told = line.log_odds
            if line.kind == "observed" and source.observed and target.observed:
                # Weighs nothing: what would it be worth?
                gap = lag(source.observed, target.observed)
                right = gap is not None and truth * gap[0] > 0
            elif told:
                right = truth * told > 0
            else:
                continue
            signs[_named(line, source, target), abs(told)][right] += 1
    lines = [
        "| line | in pairs | points the right way | worth | weight |",
        "|---|---:|---:|---:|---:|",
    ]
    for (kind, weight), counted in sorted(signs.items()):
        total = counted[True] + counted[False]
        worth = math.log((counted[True] + 0.5) / (counted[False] + 0.5))
        lines.append(
            f"| `{kind.split(',')[0]}`{kind.partition(',')[1]}{kind.partition(',')[2]} "
            f"| {100 * total / pairs:.1f} % | {100 * counted[True] / total:.1f} % "
            f"| {worth:.2f} | {weight:.1f} |"
        )
    lines += ["", f"{pairs:,} pairs at the rates below, without traces. Worth: ln(right / wrong)."]
    return lines


def rate_lines() -> list[str]:
    """The rates, as they stand in ``Web``."""
    words = {
        "copied_after": "median hours from original to copy",
        "skew": "minutes that a clock is off (standard deviation)",
        "redated_within": "hours within which a page is dated anew",
        "seen_after": "mean hours until a page is seen",
    }
    rows = [
        f"| {words.get(field.name, field.name.replace('_', ' '))} | {field.default:g} |"
        for field in dataclasses.fields(Web)
    ]
    return ["| what | share, or amount |", "|---|---:|", *rows]


def corpus_lines() -> list[str]:
    """The answers on the demonstration corpus: every repost in it came after its original."""
    corpus = pipeline.demo_corpus()
    labels = {
        (corpus / row["page"]).resolve(): row
        for row in map(json.loads, (corpus / "labels.jsonl").read_text("utf-8").splitlines())
    }
    told: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "p.db") as store:
        given = pipeline.Given()
        pipeline.add(store, [str(corpus / "originals")], given)
        pipeline.scan(store, [str(corpus / "crawl")], given)
        for row in store.conn.execute(
            "SELECT c.file, m.direction, m.is_repost FROM matches m"
            " JOIN articles t ON t.id = m.target_id JOIN captures c ON c.id = t.capture_id"
            " WHERE m.is_reuse = 1 AND m.relation <> 'common-source'"
        ):
            label = labels[Path(row[0]).resolve()]
            if label["is_repost"]:
                told[row[1]] += 1
                told["repost"] += row[2]
    total = sum(told[v] for v in ("source-first", "target-first", "unknown"))
    told_in_words = (
        f"On the demonstration corpus ({total} reposts, all later than their originals, most "
        f"without a trace, seen at no known time): {told['source-first']} `source-first`, "
        f"{told['target-first']} `target-first`, {told['unknown']} `unknown`; "
        f"{told['repost']} are called reposts."
    )
    return [told_in_words]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pairs", type=int, default=20_000, help="timelines a row")
    parser.add_argument("--write", action="store_true", help="write docs/direction.md")
    arguments = parser.parse_args()
    tables = {
        "scenarios": scenario_lines(arguments.pairs),
        "weights": weight_lines(5 * arguments.pairs),
        "rates": rate_lines(),
        "corpus": corpus_lines(),
    }
    for lines in tables.values():
        print("\n".join(lines), end="\n\n")
    if arguments.write:
        write_tables(tables, PAGE)


if __name__ == "__main__":
    main()
