"""What is learned as boilerplate, and what copying is not mistaken for."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance import boilerplate
from provenance.boilerplate import Boilerplate, Text, snapshot
from provenance.compare import compare_texts, profile
from provenance.normalize import digest, sentence_hashes, tokenize, without

BLOCK = (
    "Sign up for our morning letter. It comes at six with the weather and the tides. "
    "You can leave whenever you like."
)
NOTICE = "No part of this page may be printed or sent on without our leave."


def word(generator: random.Random) -> str:
    return "".join(generator.choice(("ba", "ko", "mel", "tri", "dun", "sa", "vor")) for _ in "1234")


def story(seed: int, sentences: int = 12, event: int | None = None) -> str:
    """A text of its own words; with an ``event`` a third of its names are those of the event."""
    own, shared = random.Random(f"text {seed}"), random.Random(f"event {event}")
    names = [word(shared if event is not None and i % 3 == 0 else own) for i in range(36)]
    return " ".join(
        f"The {word(own)} of {own.choice(names).title()} saw the {word(own)} near "
        f"{names[i % 36].title()} on the {own.randint(2, 99)}th {word(own)}."
        for i in range(sentences)
    )


def text_of(name: str, body: str, event: int | None = None) -> Text:
    """As learning sees it. The event's words are its terms, so that its texts are one story."""
    tokens = tokenize(body)
    common = [f"event {event} {i}" for i in range(20)] if event is not None else []
    return boilerplate.text(name, tokens, [*common, *(w for w in tokens.words if len(w) > 7)][:80])


def learned(sites: dict[str, Sequence[Text]]) -> dict[str, set[int]]:
    def read() -> Iterator[tuple[str, Sequence[Text]]]:
        for site in sorted(sites):
            yield site, sorted(sites[site], key=lambda text: text.id)

    found: dict[str, set[int]] = {}
    for one in boilerplate.learn(read):
        found.setdefault(one.site, set()).add(one.hash)
    return found


def hashes(text: str) -> set[int]:
    return set(sentence_hashes(tokenize(text)))


# --- what is boilerplate -------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["first", "last", "inside"])
def test_a_block_in_three_stories_of_a_site_is_learned_whole(place: str) -> None:
    def page(seed: int) -> str:
        body = story(seed)
        if place == "inside":
            return f"{story(seed + 50)} {BLOCK} {body}"
        return f"{BLOCK} {body}" if place == "first" else f"{body} {BLOCK}"

    pages = [text_of(f"p{seed}", page(seed)) for seed in range(3)]
    assert learned({"a.example": pages}) == {"a.example": hashes(BLOCK)}
    assert learned({"a.example": pages[:2]}) == {}
    assert learned({site: [one] for site, one in zip("abc", pages, strict=True)}) == {}


def test_pages_with_nothing_but_furniture_hide_nothing() -> None:
    pages = [text_of(f"p{seed}", f"{story(seed)} {BLOCK}") for seed in range(3)]
    bare = [text_of(f"a{seed}", BLOCK) for seed in range(3)]
    assert learned({"a.example": [*bare, *pages]}) == {"a.example": hashes(BLOCK)}


def test_where_all_is_one_story_more_texts_are_asked_for() -> None:
    pages = [text_of(f"p{n}", f"{story(n)} {BLOCK}", event=1) for n in range(boilerplate.TEXTS)]
    assert learned({"a.example": pages}) == {"a.example": hashes(BLOCK)}
    assert learned({"a.example": pages[1:]}) == {}


def test_what_stands_in_stories_of_many_sites_is_boilerplate_everywhere() -> None:
    sites = {
        f"s{n}.example": [text_of(f"p{n}", f"{story(n)} {NOTICE}")]
        for n in range(boilerplate.SPREAD)
    }
    assert learned(sites) == {"": hashes(NOTICE)}
    assert learned(dict(list(sites.items())[1:])) == {}


def test_what_three_sites_repeat_is_boilerplate_everywhere() -> None:
    sites = {
        f"s{site}.example": [
            text_of(f"p{site}{n}", f"{story(10 * site + n)} {NOTICE}") for n in range(3)
        ]
        for site in range(boilerplate.SITES)
    }
    found = learned(sites)
    assert found.pop("") == hashes(NOTICE)
    assert found == {site: hashes(NOTICE) for site in sites}


def test_a_wall_on_many_pages_of_a_site_is_learned() -> None:
    wall = story(7, sentences=6)
    pages = [text_of(f"p{n}", wall) for n in range(boilerplate.PAGES)]
    assert learned({"a.example": pages}) == {"a.example": hashes(wall)}
    assert learned({"a.example": pages[1:]}) == {}
    long = story(7, sentences=40)
    assert learned({"a.example": [text_of(f"p{n}", long) for n in range(20)]}) == {}


def test_short_sentences_are_phrases_of_the_language() -> None:
    pages = [text_of(f"p{n}", f"{story(n)} He said so. {BLOCK}") for n in range(6)]
    assert not learned({"a.example": pages})["a.example"] & hashes("He said so.")


# --- what copying is not mistaken for ------------------------------------------------------------


def test_a_wire_story_on_forty_sites_is_not_learned() -> None:
    wire = story(1, sentences=20)
    sites = {f"s{n}.example": [text_of(f"p{n}", f"{wire} {story(n + 9, 4)}")] for n in range(40)}
    assert learned(sites) == {}


def test_a_passage_that_forty_reposters_copied_is_not_learned() -> None:
    passage = story(1, sentences=5)
    sites = {
        f"s{n}.example": [
            text_of(f"p{n}", f"{story(2 * n + 10)} {passage} {story(2 * n + 11)}", event=3)
        ]
        for n in range(40)
    }
    assert learned(sites) == {}


def test_the_versions_of_a_page_are_one_text() -> None:
    lines = story(1, sentences=30).split(". ")
    pages = []
    for n in range(8):
        lines[3 * n] = story(100 + n, sentences=1).rstrip(".")
        pages.append(text_of(f"p{n}", ". ".join(lines)))
    assert learned({"a.example": pages}) == {}


def test_a_text_that_equals_another_says_nothing() -> None:
    same = story(1, sentences=30)
    assert learned({"a.example": [text_of(f"p{n}", same) for n in range(40)]}) == {}


@given(st.permutations(range(6)))
def test_the_order_of_the_pages_does_not_matter(order: list[int]) -> None:
    pages = [text_of(f"p{n}", f"{story(n)} {BLOCK} {NOTICE if n % 2 else ''}") for n in range(6)]
    assert learned({"a.example": [pages[n] for n in order]}) == learned({"a.example": pages})


# --- the snapshot --------------------------------------------------------------------------------


def test_what_people_said_goes_before_what_was_learned() -> None:
    known = snapshot(
        [
            (1, "", "learned"),
            (2, "", "learned"),
            (2, "", "kept"),
            (2, "a.example", "learned"),
            (3, "a.example", "added"),
            (1, "b.example", "kept"),
        ]
    )
    assert [value in known.of("a.example") for value in (1, 2, 3)] == [True, False, True]
    assert [value in known.of("b.example") for value in (1, 2, 3)] == [False, False, False]
    assert [value in known.of("") for value in (1, 2, 3)] == [True, False, False]


def test_a_snapshot_is_named_by_what_is_in_it() -> None:
    rows = [(1, "", "learned"), (2, "a.example", "added"), (1, "b.example", "kept")]
    names = [snapshot(given).name for given in (rows, rows[::-1], rows[:2], rows[:1])]  # type: ignore[arg-type]
    assert names[0] == names[1] and len(set(names)) == 3
    assert snapshot([]) == Boilerplate() and Boilerplate().name == "none"
    # The same sentences by another word of a person's are the same snapshot.
    assert snapshot([(1, "", "added")]).name == snapshot([(1, "", "learned")]).name


# --- what comparisons see ------------------------------------------------------------------------


def test_sentences_that_are_left_out_move_no_offset() -> None:
    text = f"{story(1, 3)} {BLOCK}\n{story(2, 3)}"
    marks = frozenset(hashes(BLOCK))
    made, whole = profile(text, boilerplate=marks), profile(text)
    assert made.digest == whole.digest == digest(tokenize(text))
    assert " ".join(text[at : at + n] + "." for at, n in made.left_out) == BLOCK
    assert made.tokens.count == whole.tokens.count - len(BLOCK.split())
    assert len(made.tokens.sentences) == 6
    for i, one in enumerate(made.tokens.words):
        assert tokenize(text[made.tokens.starts[i] : made.tokens.ends[i]]).words == (one,)
    for first, last in made.tokens.sentences:
        assert text[made.tokens.ends[last - 1]] == "."
        assert text[made.tokens.starts[first] :].startswith("The ")


def test_nothing_is_left_of_a_text_that_is_all_boilerplate() -> None:
    left, places = without(tokenize(BLOCK), frozenset(hashes(BLOCK)))
    assert left.words == () and left.count == 0 and len(places) == 3
    made = profile(BLOCK, boilerplate=frozenset(hashes(BLOCK)))
    assert not made.tokens.words and made.left_out
    assert compare_texts("", BLOCK).scores.longest_run == 0
