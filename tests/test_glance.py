"""A glance spares comparisons that come to nothing, and no other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from conftest import EDITED, OTHER, REWORDED, SHUFFLED, SOURCE
from test_boilerplate import story
from test_evasion import EVASIONS, STORIES

from provenance import matching, pipeline
from provenance.compare import Glance, compare, profile
from provenance.compare.glance import SHARED_RUNS
from provenance.intake import Given
from provenance.models import Record
from provenance.store import Store
from provenance.study import judged

ROW = "it was on the way to them and not as we had said it would be"
PHRASE = "as they had said again and again on the night before"


def is_worth(target: str, source: str) -> bool:
    return Glance(profile(target)).is_worth(source)


@pytest.mark.parametrize("text", [SOURCE, EDITED, SHUFFLED, REWORDED])
def test_what_derives_is_worth_a_comparison(text: str) -> None:
    assert is_worth(text, SOURCE)
    assert is_worth(SOURCE, text)
    # In a long text of something else, too.
    assert is_worth(f"{story(3, 60)}\n{text}\n{story(4, 60)}", SOURCE)


def test_what_shares_a_phrase_is_not() -> None:
    assert not is_worth(f"{OTHER} {PHRASE}.", f"{SOURCE} {PHRASE}.")
    assert not is_worth(OTHER, SOURCE)


def test_words_in_a_row_are_enough_alone() -> None:
    assert len(ROW.split()) == SHARED_RUNS + 4
    assert is_worth(f"{OTHER}\n{ROW}.", f"{SOURCE}\n{ROW}.")
    assert not is_worth(f"{OTHER}\n{PHRASE}.", f"{SOURCE}\n{PHRASE}.")


def test_what_a_glance_cannot_tell_is_worth_it() -> None:
    polish, french = (
        next(text for name, text in STORIES.items() if name.startswith(language))
        for language in ("polish", "french")
    )
    assert is_worth(polish, OTHER)
    assert is_worth(OTHER, french)
    assert is_worth(EVASIONS["words split by a blank"](OTHER), SOURCE)


@pytest.mark.parametrize("name", sorted(EVASIONS))
def test_no_disguise_makes_a_copy_worth_nothing(name: str) -> None:
    text = f"{SOURCE}\n{OTHER}"
    altered = EVASIONS[name](text)
    if compare(profile(altered), profile(text)).scores.containment_target_5 > 0.5:
        assert is_worth(altered, text)
        assert is_worth(text, altered)


def test_a_scan_passes_over_what_a_check_names_as_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "original.txt").write_text(SOURCE, "utf-8")
    with Store.open(tmp_path / "p.db") as store:
        pipeline.add(store, [str(tmp_path / "original.txt")], Given())
        known = pipeline.known_boilerplate(store)
        text = f"{OTHER} That was at Tarrow Basin."
        page = matching.prepare(Record(url="https://page.example/a", text=text))
        assert judged(page, store, known).every == ()
        (one,) = judged(page, store, known, nearest=True).every
        assert one.channels == ("terms",) and one.verdict.relation == "unrelated"
        # What the page names is compared in any case.
        linked = replace(page.article, links=(one.source.canonical_url,))
        assert judged(replace(page, article=linked), store, known).every
