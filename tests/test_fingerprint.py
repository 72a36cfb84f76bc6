"""Fingerprints: recomputed here with the libraries themselves, from the stored parameters."""

from __future__ import annotations

import dataclasses
import random

import numpy as np
import pytest
import xxhash
from conftest import SOURCE
from datasketch import MinHash
from hypothesis import given
from hypothesis import strategies as st

from provenance.background import (
    documents,
    frequency,
    language_of,
    stemmer,
    term_keys,
    words_and_terms,
)
from provenance.config import Parameters
from provenance.fingerprint import (
    MAX_TERMS,
    band_keys,
    fingerprint,
    fragments,
    rare_terms,
    signature,
)
from provenance.models import Fingerprint
from provenance.normalize import digest, tokenize

PARAMETERS = Parameters()
WORDS = tokenize(SOURCE).words
INT64 = range(-(1 << 63), 1 << 63)


def made(text: str, parameters: Parameters = PARAMETERS) -> Fingerprint:
    found = fingerprint(tokenize(text), parameters)
    assert found is not None
    return found


def hashes(words: tuple[str, ...], n: int, seed: int) -> set[int]:
    """Unsigned hashes of the word n-grams, from the definition."""
    grams = {" ".join(words[i : i + n]) for i in range(len(words) - n + 1)}
    return {xxhash.xxh3_64_intdigest(gram.encode(), seed) for gram in grams}


def independent_signature(words: tuple[str, ...], parameters: Parameters) -> MinHash:
    """datasketch's own, given the low 32 bits of each shingle's hash one at a time."""
    minhash = MinHash(
        num_perm=parameters.permutations,
        seed=parameters.seed,
        scheme=parameters.scheme,
        hashfunc=lambda value: value,
    )
    for value in hashes(words, parameters.shingle, parameters.seed):
        minhash.update(value % (1 << 32))
    return minhash


@pytest.mark.parametrize("seed", [1, 2, 20_250_703, 2**31 - 1])
def test_the_signature_is_datasketchs(seed: int) -> None:
    parameters = dataclasses.replace(PARAMETERS, seed=seed)
    expected = independent_signature(WORDS, parameters)
    signed = made(SOURCE, parameters).signature
    assert len(signed) == 4 * parameters.permutations
    assert np.array_equal(np.frombuffer(signed, "<u4"), expected.hashvalues)


@given(st.integers(0, 2**32 - 1), st.integers(1, 300), st.integers(1, 5000))
def test_the_signature_is_datasketchs_for_any_seed_and_length(
    seed: int, permutations: int, length: int
) -> None:
    parameters = dataclasses.replace(PARAMETERS, seed=seed, permutations=permutations)
    words = [f"w{i}" for i in range(length)]
    expected = MinHash(permutations, seed, scheme=parameters.scheme, hashfunc=lambda value: value)
    grams = [" ".join(words[i : i + 3]) for i in range(max(1, length - 2))]
    expected.update_batch(
        [xxhash.xxh3_64_intdigest(gram.encode(), seed) % (1 << 32) for gram in grams]
    )
    assert signature(words, parameters) == expected.hashvalues.astype("<u4").tobytes()


def test_another_scheme_is_refused() -> None:
    with pytest.raises(ValueError, match="legacy"):
        signature(WORDS, dataclasses.replace(PARAMETERS, scheme="legacy"))


def test_signatures_estimate_jaccard() -> None:
    half = " ".join(WORDS[: len(WORDS) // 2])
    a, b = (np.frombuffer(made(text).signature, "<u4") for text in (SOURCE, half))
    one, other = hashes(WORDS, 3, 1), hashes(tokenize(half).words, 3, 1)
    truth = len(one & other) / len(one | other)
    assert abs(float((a == b).mean()) - truth) < 4 * (truth * (1 - truth) / 128) ** 0.5


@pytest.mark.parametrize("text", ["", " \n", "…—!", "\u200b\u200d"])
def test_an_empty_text_has_no_fingerprint(text: str) -> None:
    assert fingerprint(tokenize(text), PARAMETERS) is None


@pytest.mark.parametrize(
    "text", ["word", "two words", "now three words", "橋", "1", "word " * 3000]
)
def test_the_shortest_and_dullest_texts(text: str) -> None:
    found = made(text)
    assert len(found.signature) == 512 and len(found.bands) == PARAMETERS.bands
    assert found.digest == digest(tokenize(text))


def test_band_keys() -> None:
    keys = made(SOURCE).bands
    assert len(keys) == PARAMETERS.bands
    assert all(key in INT64 for key in keys)
    assert any(key < 0 for key in keys) and any(key > 0 for key in keys)
    assert band_keys(signature(WORDS, PARAMETERS), PARAMETERS) == keys


def test_equal_rows_in_different_bands_have_different_keys() -> None:
    assert len(set(band_keys(b"\x01\x00\x00\x00" * 128, PARAMETERS))) == PARAMETERS.bands


def test_one_changed_row_changes_one_band() -> None:
    signed = bytearray(signature(WORDS, PARAMETERS))
    before = band_keys(bytes(signed), PARAMETERS)
    signed[4 * (PARAMETERS.rows * 5 + 2)] ^= 1
    after = band_keys(bytes(signed), PARAMETERS)
    assert [i for i, (a, b) in enumerate(zip(before, after, strict=True)) if a != b] == [5]


def test_fragments_are_a_sample_of_the_shingle_hashes() -> None:
    found = made(SOURCE).fragments
    wanted = {value for value in hashes(WORDS, PARAMETERS.fragment, 1) if value % 8 == 0}
    assert {value % (1 << 64) for value in found} == wanted
    assert all(value % PARAMETERS.fragment_modulus == 0 and value in INT64 for value in found)
    assert list(found) == sorted(set(found))


def test_an_excerpt_samples_the_same_fragments() -> None:
    part = WORDS[50:150]
    assert set(fragments(part, PARAMETERS)) <= set(fragments(WORDS, PARAMETERS))
    assert fragments(part, PARAMETERS)


def test_another_seed_is_another_fingerprint() -> None:
    one, other = made(SOURCE), made(SOURCE, dataclasses.replace(PARAMETERS, seed=2))
    assert one.signature != other.signature
    assert set(one.bands).isdisjoint(other.bands)
    assert set(one.fragments).isdisjoint(other.fragments)
    assert (one.digest, one.terms) == (other.digest, other.terms)


def test_terms_are_rare_and_in_text_order() -> None:
    terms = rare_terms(WORDS)
    assert {"mossleigh", "wrenfield"} <= set(terms)
    assert not {"the", "said", "and", "year", "tuesday"} & set(terms)
    stems = iter(stemmer("english")(WORDS))
    assert all(term in stems for term in terms), "an order that the text does not have"
    assert rare_terms(WORDS + WORDS) == terms + terms


def test_keys_are_rare_words_and_pairs_of_neighbours() -> None:
    assert frequency("mayor") > 0.01 * documents() > frequency("heron")
    assert term_keys(["mayor", "heron", "heron", "weir"]) == [
        "heron mayor", "heron", "heron", "heron weir", "weir",
    ]  # fmt: skip
    assert set(term_keys(["weir", "heron"])) == set(term_keys(["heron", "weir"]))
    assert term_keys([]) == [] == term_keys(["mayor"])


def test_stuffed_words_do_not_stuff_the_index() -> None:
    generator = random.Random(5)
    stuffed = ["".join(generator.choices("bcdfghkaeiou", k=9)) for _ in range(20_000)]
    assert len(rare_terms(stuffed)) == MAX_TERMS


@pytest.mark.parametrize(
    "text",
    [
        SOURCE,
        f"{SOURCE} https://outlet.example/news/{'locks-fail-' * 9} {SOURCE}",
        " ".join(f"the keeper of lock{number} said that it was shut," for number in range(3_000)),
        "Мост через пролив закрыли во вторник утром, и открыть его не обещают до весны.",
        "橋は火曜日の朝に閉鎖された。" * 9,
        "",
    ],
    ids=["news", "a long address", "stuffed", "Russian", "Japanese", "nothing"],
)
def test_words_and_terms_are_read_at_once_as_apart(text: str) -> None:
    words = list(tokenize(text).words)
    language = language_of(words)
    assert words_and_terms(text) == (words, language, rare_terms(words, language))


def test_terms_of_other_languages() -> None:
    assert "hathersbi" not in rare_terms(())
    assert rare_terms(tokenize("Мост через пролив закрыли во вторник утром").words)
    assert rare_terms(tokenize("橋は火曜日の朝に閉鎖された").words)


def test_no_state_is_carried_from_text_to_text() -> None:
    first = made(SOURCE)
    for i in range(5):
        made(f"Another text, number {i}, of quite different words about gardening and bees.")
        assert made(SOURCE) == first
    other = dataclasses.replace(PARAMETERS, permutations=64, bands=16)
    assert len(made(SOURCE, other).signature) == 256
    assert made(SOURCE) == first


def test_the_order_of_shingles_does_not_matter_to_the_signature() -> None:
    doubled = signature(WORDS + WORDS, PARAMETERS)
    seam = tokenize(SOURCE + "\n" + SOURCE).words
    assert doubled == signature(seam, PARAMETERS)


@given(st.text(max_size=120))
def test_any_text(text: str) -> None:
    tokens = tokenize(text)
    found = fingerprint(tokens, PARAMETERS)
    assert (found is None) == (not tokens.words)
    if found:
        assert found == fingerprint(tokens, PARAMETERS)
        assert all(value in INT64 for value in (*found.bands, *found.fragments))
        assert all(found.terms)
