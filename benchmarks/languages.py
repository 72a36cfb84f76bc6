"""Measure other languages on stories that we wrote: `tests/languages/`, a file a language.

    python -m benchmarks.languages --write [--data folder]

Each file holds an invented news story, an edit list, a rewrite, an independent report of the same
event and an unrelated story; the reader of them is here, for the tests too. The stories of one
event are translations of each other. ``--write`` puts the tables into ``docs/languages.md``. With
a folder of labelled data (see ``benchmarks/dataset.py``) the rule for translations is also held
against real English pairs, as if they were in two languages.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from pathlib import Path

from benchmarks.dataset import load_pairs, rows
from benchmarks.evaluate import share
from provenance.compare import Profile, compare, profile
from provenance.compare.across import meet
from provenance.matching import hold_texts
from provenance.models import Verdict
from provenance.normalize import tokenize
from provenance.verdict import judge, tells_across

FOLDER = Path(__file__).parent.parent / "tests" / "languages"
PAGE = Path(__file__).parent.parent / "docs" / "languages.md"
#: The kinds of target, and whether each derives from the story.
KINDS = {
    "verbatim": True,
    "edited": True,
    "rewrite": True,
    "excerpt": True,
    "independent": False,
    "unrelated": False,
}


@dataclass(frozen=True, slots=True)
class Sample:
    """The texts of one language about one event."""

    language: str
    event: str
    story: str
    #: Kind of target to text; English has only ``independent``.
    targets: dict[str, str]


def read(path: Path) -> Sample:
    """A file of sections: ``# language · event``, then ``== name`` before each text."""
    head, *parts = path.read_text("utf-8").split("\n== ")
    language, event = head.removeprefix("# ").strip().split(" · ")
    found = {name: text.strip() for name, _, text in (part.partition("\n") for part in parts)}
    story = found.pop("story")
    if edits := found.pop("edits", ""):
        found["edited"] = _edited(story, edits)
        found["verbatim"] = _laid_out(story)
        found["excerpt"] = _excerpt(story, found["unrelated"])
    return Sample(language, event, story, found)


def _edited(story: str, edits: str) -> str:
    for line in edits.splitlines():
        old, _, new = line.partition(" =>")
        assert old in story, f"{old!r} is not in the story"
        story = story.replace(old, new.strip())
    return story


def _laid_out(story: str) -> str:
    """One paragraph a sentence, wide and no-break spaces, lower case."""
    tokens = tokenize(story)
    starts = [tokens.starts[first] for first, _ in tokens.sentences]
    cut = [story[a:b].strip() for a, b in zip([0, *starts[1:]], [*starts[1:], None], strict=True)]
    return "\n\n\u3000".join(cut).replace(" ", "\u00a0 ").lower()


def _excerpt(story: str, host: str) -> str:
    """Three sentences of the story in the middle of another one."""
    tokens, around = tokenize(story), tokenize(host)
    first, last = tokens.sentences[1][0], tokens.sentences[4][0]
    middle = around.starts[around.sentences[len(around.sentences) // 2][0]]
    taken = story[tokens.starts[first] : tokens.starts[last]].strip()
    return f"{host[:middle].strip()}\n{taken}\n{host[middle:]}"


def samples(folder: Path = FOLDER) -> list[Sample]:
    return [read(path) for path in sorted(folder.glob("*.txt"))]


def without_numbers(text: str) -> str:
    return re.sub(r"\d[\d.,:]*\s?", "", text)


def told(verdict: Verdict) -> str:
    return f"{verdict.relation} {verdict.probability:.2f}"


def kinds_table(found: Sequence[Sample]) -> list[str]:
    """One language: what each kind of target is to the story."""
    lines = [
        "| language | " + " | ".join(KINDS) + " | rewrite, numbers taken out of both |",
        "|---|" + "---|" * (len(KINDS) + 1),
    ]
    for sample in found:
        if "rewrite" not in sample.targets:
            continue
        cells = [told(hold_texts(sample.targets[kind], sample.story)[1]) for kind in KINDS]
        bare = without_numbers(sample.targets["rewrite"]), without_numbers(sample.story)
        cells.append(told(hold_texts(*bare)[1]))
        lines.append(f"| {sample.language} | " + " | ".join(cells) + " |")
    return lines


@cache
def _profile(text: str) -> Profile:
    return profile(text)


def across(target: str, source: str) -> Verdict:
    """The verdict on two texts, of which nothing else is known."""
    return judge(compare(_profile(target), _profile(source)))


def lead(sample: Sample) -> str:
    """The first two sentences of the story."""
    tokens = tokenize(sample.story)
    return sample.story[: tokens.starts[tokens.sentences[2][0]]].strip()


def crossings(found: Sequence[Sample]) -> Iterator[tuple[str, Sample, Sample, str]]:
    """Targets in one language for stories in another: ``(kind, target, source, text)``."""
    for target in found:
        for source in found:
            if target.language == source.language:
                continue
            own = target.targets["independent"]
            if target.event != source.event:
                yield "unrelated", target, source, target.story
                yield "unrelated", target, source, own
                continue
            yield "translation", target, source, target.story
            yield "independent", target, source, own
            yield "with lead", target, source, f"{lead(target)}\n{own}"


def across_table(found: Sequence[Sample]) -> list[str]:
    """Across languages, by the language of the target: how many are called translations."""
    kinds = ("translation", "independent", "with lead", "unrelated")
    counts: dict[tuple[str, str], list[int]] = {}
    most = dict.fromkeys(kinds, 0.0)
    for kind, target, source, text in crossings(found):
        verdict = across(text, source.story)
        count = counts.setdefault((target.language, kind), [0, 0])
        count[0] += verdict.is_repost
        count[1] += 1
        if kind != "translation":
            most[kind] = max(most[kind], verdict.probability)
    heads = ["target in", "translations found", "independent, flagged"]
    heads += ["independent with the story's lead, flagged", "unrelated, flagged"]
    lines = [f"| {' | '.join(heads)} |", "|---|---|---|---|---|"]
    languages = sorted({sample.language for sample in found})
    for language in [*languages, "all"]:
        cells = []
        for kind in kinds:
            chosen = [
                n for (name, k), n in counts.items() if k == kind and language in (name, "all")
            ]
            cells.append(f"{sum(n[0] for n in chosen)} of {sum(n[1] for n in chosen)}")
        lines.append(f"| {language} | " + " | ".join(cells) + " |")
    highest = " | ".join(f"{most[kind]:.2f}" if most[kind] else "–" for kind in kinds)
    lines.append(f"| highest probability | {highest} |")
    return lines


def stand_in_table(data: Path, outlets: int = 90) -> list[str]:
    """The rule for translations on real English pairs, as if they were in two languages."""
    names = {
        "wmt": "two English renderings of one Russian article",
        "llmfake": "ChatGPT rewrites",
        "basil": "three outlets on one event",
        "event": "many outlets on one event, under 5 % of 5-grams shared",
    }
    counts = {name: [0, 0] for name in names}

    def count(name: str, one: Profile, other: Profile) -> None:
        counts[name][0] += tells_across(meet(one, other)[1])
        counts[name][1] += 1

    for pair in load_pairs(data):
        if pair.set in names:
            count(pair.set, profile(pair.suspect), profile(pair.source))
    articles = [profile(row["text"]) for row in rows(data / "one_event.jsonl.gz")][:outlets]
    for one, other in combinations(articles, 2):
        least = min(len(one.words_5), len(other.words_5))
        if len(one.words_5 & other.words_5) < 0.05 * least:
            count("event", one, other)
    lines = ["| set | what | meets the rule |", "|---|---|---|"]
    lines += [f"| `{name}` | {what} | {share(*counts[name])} |" for name, what in names.items()]
    return lines


def write(tables: dict[str, list[str]]) -> None:
    """Put tables between their marks in ``docs/languages.md``."""
    page = PAGE.read_text("utf-8")
    for name, lines in tables.items():
        before, rest = page.split(f"<!-- {name} -->\n")
        after = rest.split(f"<!-- /{name} -->")[1]
        table = "\n".join(lines)
        page = f"{before}<!-- {name} -->\n{table}\n<!-- /{name} -->{after}"
    PAGE.write_text(page, "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder of labelled data, for the real pairs")
    parser.add_argument(
        "--write", action="store_true", help="put the tables into docs/languages.md"
    )
    arguments = parser.parse_args()
    found = samples()
    tables = {"kinds": kinds_table(found), "across": across_table(found)}
    if arguments.data:
        tables["stand-in"] = stand_in_table(arguments.data)
    for name, lines in tables.items():
        print(f"\n{name}\n" + "\n".join(lines))
    if arguments.write:
        write(tables)


if __name__ == "__main__":
    main()
