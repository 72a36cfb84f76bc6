"""Candidates: the union of the channels, against an index that is a few mappings."""

from __future__ import annotations

import dataclasses
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from provenance.background import term_keys
from provenance.candidates import CLEAR, FEW, MIN_FRAGMENTS, by_terms, find
from provenance.config import LIMITS, Parameters
from provenance.models import Fingerprint

PARAMETERS = Parameters()


@dataclass
class Shelf:
    """An index in memory: key to the ids of the originals that hold it."""

    bands: dict[int, list[str]] = field(default_factory=dict)
    fragments: dict[int, list[str]] = field(default_factory=dict)
    terms: dict[str, list[str]] = field(default_factory=dict)
    urls: dict[str, list[str]] = field(default_factory=dict)
    stems: dict[str, list[str]] = field(default_factory=dict)
    slugs: dict[str, list[str]] = field(default_factory=dict)
    originals: int = 100
    asked: dict[str, tuple[list[object], int]] = field(default_factory=dict)

    def _count(self, table: dict, keys: Sequence, limit: int) -> list[tuple[str, int]]:
        hits = Counter[str]()
        for key in keys:
            if len(table.get(key, ())) <= limit:
                hits.update(table.get(key, ()))
        return list(hits.items())

    def by_bands(self, keys: Sequence[int], limit: int) -> list[tuple[str, int]]:
        self.asked["bands"] = (list(keys), limit)
        return self._count(self.bands, keys, limit)

    def by_fragments(
        self, hashes: Sequence[int], limit: int, least: int = 1
    ) -> list[tuple[str, int]]:
        self.asked["fragments"] = (list(hashes), limit)
        found = self._count(self.fragments, hashes, limit)
        return [(name, count) for name, count in found if count >= least]

    def held(self, keys: Sequence[str]) -> bool:
        return any(self.terms.get(key) for key in keys)

    def holders(self, keys: Sequence[str], limit: int) -> dict[str, list[int]]:
        self.asked["terms"] = (list(keys), limit)
        numbers = {name: number for number, name in enumerate(self._names())}
        return {
            key: [numbers[name] for name in self.terms[key]]
            for key in keys
            if 0 < len(self.terms.get(key, ())) <= limit
        }

    def ids(self, numbers: Sequence[int]) -> dict[int, str]:
        names = self._names()
        return {number: names[number] for number in numbers}

    def _names(self) -> list[str]:
        return list(dict.fromkeys(name for held in self.terms.values() for name in held))

    def by_urls(self, urls: Sequence[str], limit: int) -> list[str]:
        self.asked["urls"] = (list(urls), limit)
        return sorted(name for name, _ in self._count(self.urls, urls, limit))

    def by_image_stems(self, stems: Sequence[str], limit: int) -> list[str]:
        self.asked["stems"] = (list(stems), limit)
        return sorted(name for name, _ in self._count(self.stems, stems, limit))

    def by_slugs(self, slugs: Sequence[str], limit: int) -> list[str]:
        self.asked["slugs"] = (list(slugs), limit)
        return sorted(name for name, _ in self._count(self.slugs, slugs, limit))

    def size(self) -> int:
        return self.originals


def of(
    bands: Sequence[int] = (), fragments: Sequence[int] = (), terms: Sequence[str] = ()
) -> Fingerprint:
    return Fingerprint("digest", b"", tuple(bands), tuple(fragments), tuple(terms))


def channels(shelf: Shelf, fingerprint: Fingerprint | None, **more: object) -> dict[str, tuple]:
    found = find(fingerprint, shelf, PARAMETERS, **more)  # type: ignore[arg-type]
    assert len({one.source_id for one in found}) == len(found)
    assert [one.rank for one in found] == sorted((one.rank for one in found), reverse=True)
    return {one.source_id: one.channels for one in found}


def test_an_empty_index_proposes_nothing() -> None:
    page = of([1], [2, 3], ["heron"])
    assert find(page, Shelf(originals=0), PARAMETERS, urls=["u"], stems=["s"]) == []


def test_the_union_remembers_who_proposed() -> None:
    shelf = Shelf(
        bands={1: ["band", "all"]},
        fragments={8: ["fragment", "all"], 16: ["fragment", "all"]},
        terms={"heron": ["term", "all"]},
        urls={"https://a.example/x": ["trace", "all"]},
        stems={"stem": ["image"]},
    )
    found = channels(
        shelf, of([1], [8, 16], ["heron"]), urls=["https://a.example/x"], stems=["stem"]
    )
    assert found == {
        "all": ("fragments", "minhash", "terms", "traces"),
        "trace": ("traces",),
        "image": ("traces",),
        "band": ("minhash",),
        "fragment": ("fragments",),
        "term": ("terms",),
    }
    assert next(iter(found)) == "all"


def test_a_page_without_fingerprint_still_has_traces() -> None:
    shelf = Shelf(urls={"u": ["a"]}, stems={"s": ["b", "a"]}, slugs={"g": ["d"]}, bands={1: ["c"]})
    assert channels(shelf, None, urls=["u"], stems=["s"]) == {"a": ("traces",), "b": ("traces",)}
    assert channels(shelf, None, slugs=["g"]) == {"d": ("traces",)}
    assert set(shelf.asked) == {"urls", "stems", "slugs"}


def test_a_traced_original_is_before_any_other() -> None:
    shelf = Shelf(
        bands={key: ["copy"] for key in range(32)},
        fragments={key: ["copy"] for key in range(0, 800, 8)},
        terms={"heron": ["copy"]},
        urls={"u": ["linked"]},
    )
    page = of(range(32), range(0, 800, 8), ["heron"])
    assert list(channels(shelf, page, urls=["u"])) == ["linked", "copy"]


def test_one_shared_fragment_is_not_enough() -> None:
    shelf = Shelf(fragments={8: ["one", "two"], 16: ["two"]})
    assert MIN_FRAGMENTS == 2
    assert channels(shelf, of(fragments=[8, 16])) == {"two": ("fragments",)}


def test_one_shared_band_is_enough() -> None:
    assert channels(Shelf(bands={1: ["a"]}), of([1, 2])) == {"a": ("minhash",)}


def test_common_terms_are_not_enough() -> None:
    shelf = Shelf(terms={"weir": ["o1", "o2", "o3"], "heron": ["o3"]})
    assert FEW == 2
    assert channels(shelf, of(terms=["weir", "heron"])) == {"o3": ("terms",)}
    assert channels(shelf, of(terms=["weir"])) == {}


def test_more_shared_keys_rank_first_and_ties_go_by_id() -> None:
    shelf = Shelf(bands={1: ["b", "c", "a"], 2: ["c"]})
    assert list(channels(shelf, of([1, 2]))) == ["c", "a", "b"]


def test_the_order_in_which_the_index_answers_does_not_matter() -> None:
    names = [f"o{i}" for i in range(9)]
    page = of([1, 2], [8, 16], ["heron"])

    def shelf(order: list[str]) -> Shelf:
        return Shelf({1: order, 2: order[:4]}, {8: order, 16: order}, {"heron": order})

    expected = find(page, Shelf({1: names, 2: ["o2"]}, {8: names, 16: names}), PARAMETERS)
    assert expected == find(
        page, Shelf({1: names[::-1], 2: ["o2"]}, {8: names[::-1], 16: names[::-1]}), PARAMETERS
    )
    assert {c.source_id for c in find(page, shelf(names), PARAMETERS)} == set(names)


def test_agreement_of_channels_outranks_one() -> None:
    shelf = Shelf(
        bands={1: ["both", "single"], 2: ["single"]}, fragments={8: ["both"], 16: ["both"]}
    )
    assert next(iter(channels(shelf, of([1, 2], [8, 16])))) == "both"


def test_a_source_named_twice_counts_once() -> None:
    twice = Shelf(urls={"u": ["a"], "v": ["a"]}, stems={"s": ["a"]})
    once = Shelf(urls={"u": ["a"]})
    options = {"urls": ["u", "v"], "stems": ["s"]}
    assert find(None, twice, PARAMETERS, **options) == find(None, once, PARAMETERS, urls=["u"])


@pytest.mark.parametrize("cap", [1, 5, 50])
def test_at_most_so_many(cap: int) -> None:
    shelf = Shelf(bands={1: [f"o{i:03}" for i in range(150)]})
    limits = dataclasses.replace(LIMITS, candidates=cap)
    found = channels(shelf, of([1]), limits=limits)
    assert list(found) == [f"o{i:03}" for i in range(cap)]


def test_the_cap_spares_what_is_traced() -> None:
    shelf = Shelf(bands={1: [f"o{i:03}" for i in range(150)]}, urls={"u": ["z"]})
    limits = dataclasses.replace(LIMITS, candidates=3)
    assert "z" in channels(shelf, of([1]), urls=["u"], limits=limits)


def test_no_traced_original_is_cut_off() -> None:
    names = [f"o{i:03}" for i in range(8)]
    limits = dataclasses.replace(LIMITS, candidates=3)
    found = channels(Shelf(urls={"u": names}), None, urls=["u"], limits=limits)
    assert set(found) == set(names)


def test_no_more_than_a_bucket_of_named_originals_and_the_best_of_them() -> None:
    names = [f"o{i:03}" for i in range(9)]
    limits = dataclasses.replace(LIMITS, candidates=3, bucket=5)
    shelf = Shelf(bands={1: ["o008"]}, urls={"u": names[:5], "v": names[5:]})
    found = channels(shelf, of([1]), urls=["u", "v"], limits=limits)
    assert list(found) == ["o008", "o000", "o001", "o002", "o003"]
    crowded = Shelf(urls={"u": names[:6], "v": names[6:]})
    assert set(channels(crowded, None, urls=["u", "v"], limits=limits)) == set(names[6:])


def test_shared_images_crowd_nothing_out() -> None:
    shelf = Shelf(
        bands={1: ["text"]},
        urls={"u": ["zz-named"]},
        stems={"s": [f"o{i:03}" for i in range(9)], "t": ["zz-named"]},
    )
    limits = dataclasses.replace(LIMITS, candidates=3)
    found = channels(shelf, of([1]), urls=["u"], stems=["s", "t"], limits=limits)
    assert list(found) == ["zz-named", "text", "o000"]
    assert found["text"] == ("minhash",)


def test_a_picture_that_all_show_names_none() -> None:
    shelf = Shelf(stems={"s": [f"o{i}" for i in range(LIMITS.bucket + 1)], "t": ["a"]})
    assert channels(shelf, None, stems=["s", "t"]) == {"a": ("traces",)}


def test_the_bucket_limit_is_handed_on() -> None:
    shelf = Shelf(terms={"heron": ["a"]})
    limits = dataclasses.replace(LIMITS, bucket=7)
    find(of([1], [8], ["heron"]), shelf, PARAMETERS, limits=limits)
    assert len(shelf.asked) == 6
    assert {limit for name, (_, limit) in shelf.asked.items() if name != "terms"} == {7}
    assert shelf.asked["terms"][1] == LIMITS.term_bucket
    assert shelf.asked["bands"][0] == [1] and shelf.asked["fragments"][0] == [8]


def test_full_buckets_are_passed_over() -> None:
    shelf = Shelf(bands={1: [f"o{i}" for i in range(300)], 2: ["a"]})
    assert set(channels(shelf, of([1, 2]))) == {"a"}


# Terms


def lines(*names: str, each: int = 24) -> list[str]:
    """So many made-up words a name, one segment each."""
    return [f"{name}{i:02}" for name in names for i in range(each)]


def holds(*texts: tuple[str, Sequence[str]]) -> Shelf:
    """An index of such originals: name and terms."""
    shelf = Shelf(originals=1000)
    for name, terms in texts:
        for key in dict.fromkeys(term_keys(terms)):
            shelf.terms.setdefault(key, []).append(name)
    return shelf


def test_a_passage_is_found_in_a_long_text() -> None:
    target = lines("alder", "birch", "cedar", "elder", "hazel")
    # Sixty originals share words here and there, the source six in a row.
    draw = random.Random(1)
    crowd = [(f"o{i:02}", draw.sample(target, 20 + i % 7)) for i in range(60)]
    shelf = holds(*crowd, ("source", target[50:56]))
    limits = dataclasses.replace(LIMITS, term_bucket=100)
    assert "source" in list(by_terms(target, shelf, 24, limits))[:10]
    assert "source" not in list(by_terms(target, shelf, len(target), limits))[:10]


def test_a_passage_across_two_segments_is_whole_enough() -> None:
    target = lines("alder", "birch", "cedar")
    assert list(by_terms(target, holds(("source", target[23:25])), 24)) == ["source"]


def test_copies_of_the_source_hide_none_of_them() -> None:
    target = lines("alder", "birch")
    copies = [(f"copy{i:02}", target) for i in range(15)]
    shelf = holds(*copies, *((f"other{i}", target[i : i + 2]) for i in range(0, 40, 4)))
    found = by_terms(target, shelf, 24)
    assert {f"copy{i:02}" for i in range(15)} <= set(found)


def test_what_too_many_hold_is_passed_over() -> None:
    limits = dataclasses.replace(LIMITS, term_bucket=2)
    shelf = Shelf(terms={"heron": ["a", "b", "c"], "weir": ["a"]})
    assert list(by_terms(["heron", "weir"], shelf, 24, limits)) == ["a"]
    assert not by_terms(["heron"], shelf, 24, limits)


def test_only_so_many_are_proposed_and_ties_go_by_id() -> None:
    names = [f"o{i:02}" for i in range(15)]
    for order in (names, names[::-1]):
        shelf = Shelf(terms={"weir": ["best"], "heron weir": ["best"], "heron": order})
        shelf.originals = 15
        limits = dataclasses.replace(LIMITS, term_candidates=3)
        found = by_terms(["heron", "weir"], shelf, 24, limits)
        assert list(found) == ["best"]
        shelf = Shelf(terms={f"w{i}": [name] for i, name in enumerate(order)})
        found = by_terms([f"w{i}" for i in range(15)], shelf, 24, limits)
        assert list(found) == ["o00", "o01", "o02"]


def test_no_terms() -> None:
    assert not by_terms([], Shelf(), 24)
    assert not by_terms(["heron"], Shelf(originals=0), 24)


def test_what_shares_little_is_slight_unless_it_is_among_the_first() -> None:
    target = lines("alder", "birch", "cedar", "elder", "hazel")
    # Two rare words in a row and their pair for the source; one word alone for each of the others.
    shelf = holds(
        ("source", target[50:52]), *((f"o{i}", target[i : i + 1]) for i in range(0, 48, 6))
    )
    found = {one.source_id: one for one in find(of(terms=target), shelf, PARAMETERS)}
    assert not found["source"].slight
    assert sum(one.slight for one in found.values()) == len(found) - CLEAR > 0
    # Another channel that proposes it is reason enough.
    one = next(name for name, one in found.items() if one.slight)
    shelf.fragments = {1: [one], 2: [one]}
    again = {
        one.source_id: one for one in find(of(fragments=[1, 2], terms=target), shelf, PARAMETERS)
    }
    assert again[one].channels == ("fragments", "terms") and not again[one].slight


# Across languages


def test_anchors_are_looked_up_only_where_another_language_is_held() -> None:
    keys = ("~=german", "~MRTMN", "~SNTR", "~2300")
    held = {key: ["a"] for key in keys[1:]}
    page = of(terms=("~=english", "~MRTMN", "~SNTR", "~2300"))
    assert channels(Shelf(terms={**held, "~=english": ["a"]}), page) == {}
    assert channels(Shelf(terms={**held, "~=german": ["a"]}), page) == {"a": ("terms",)}


def test_anchors_make_no_pairs_and_no_segments_of_words() -> None:
    shelf = Shelf(terms={"heron": ["a"], "~MRTMN": ["b"], "~=english": ["a", "b"]})
    found = find(of(terms=("heron", "~MRTMN", "~=english")), shelf, PARAMETERS)
    assert [one.source_id for one in found] == ["a"]
