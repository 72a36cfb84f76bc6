"""Verdicts: the relation, the reasons, and the arithmetic behind the probability."""

from __future__ import annotations

import dataclasses
import itertools
import math

import pytest
from conftest import EDITED, EXCERPT, INDEPENDENT, OTHER, REWORDED, SHUFFLED, SOURCE
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.compare import compare_texts
from provenance.models import DERIVED, Direction, Evidence, Verdict
from provenance.verdict import Context, calibrated, inputs, joined, judge, model, raw_score

THRESHOLD = model()["thresholds"]["repost"]
KNOTS = model()["calibration"]


def verdict(target: str, source: str = SOURCE, **context: object) -> Verdict:
    return judge(compare_texts(target, source), Context(**context))  # type: ignore[arg-type]


def codes(found: Verdict) -> set[str]:
    return {reason.code for reason in found.reasons}


# Known pairs


@pytest.mark.parametrize(
    ("target", "relations"),
    [
        (SOURCE, {"verbatim"}),
        (SOURCE.upper().replace(" ", "\n"), {"verbatim"}),
        (EDITED, {"edited", "verbatim"}),
        (SHUFFLED, {"verbatim", "edited"}),
        (EXCERPT, {"partial"}),
        (REWORDED, {"rewrite"}),
    ],
    ids=["identical", "layout", "edited", "shuffled", "excerpt", "reworded"],
)
def test_derived(target: str, relations: set[str]) -> None:
    found = verdict(target)
    assert found.relation in relations
    assert found.is_reuse and found.is_repost
    assert found.probability >= THRESHOLD
    assert "below-threshold" not in codes(found)
    assert found.reasons and all(reason.text.endswith(".") for reason in found.reasons)


@pytest.mark.parametrize(
    ("target", "relations"),
    [(INDEPENDENT, {"independent", "unrelated"}), (OTHER, {"unrelated"})],
    ids=["independent", "other"],
)
def test_not_derived(target: str, relations: set[str]) -> None:
    found = verdict(target)
    assert found.relation in relations
    assert not found.is_reuse and not found.is_repost
    assert found.probability < 0.5
    assert "below-threshold" in codes(found)


def test_identical_texts_are_certain() -> None:
    assert verdict(SOURCE).probability == pytest.approx(1, abs=0.001)
    same = verdict(SOURCE, same_digest=True)
    assert (same.probability, same.relation) == (1.0, "verbatim")
    assert "same-digest" in codes(same)


@pytest.mark.parametrize(
    ("target", "code"),
    [
        (EDITED, "exact"),
        (REWORDED, "aligned"),
        (REWORDED, "names"),
        (INDEPENDENT, "novel"),
        (SOURCE.replace("43 boats", "58 boats").replace("1987", "1993").replace("2009", "2011")
         .replace("740,000", "910,000"), "conflict"),
    ],
)  # fmt: skip
def test_reasons(target: str, code: str) -> None:
    assert code in codes(verdict(target))


def test_shared_quotation_is_no_reuse() -> None:
    words = (
        "we have looked at every pin in every gate on this waterway and what we found gives none "
        "of us any comfort at all this winter"
    )
    here = f"The letter was blunt. “{words},” it ran.\n\n{OTHER}"
    there = f"{INDEPENDENT}\n\nA letter reached the parish: “{words}.”"
    found = verdict(here, there)
    assert found.relation == "quote"
    assert not found.is_repost and "quoted" in codes(found)


# What is known beside the texts


def test_a_shared_passage_makes_no_version() -> None:
    found = verdict(EXCERPT, same_series=True)
    assert found.relation not in ("version", "partial") and not found.is_repost


def test_the_same_series_is_a_version() -> None:
    for text in (EDITED, REWORDED):
        found = verdict(text, same_series=True)
        assert found.relation == "version"
        assert not found.is_repost and not found.is_reuse
        assert "same-series" in codes(found)
    assert verdict(SOURCE, same_series=True, same_digest=True).relation == "version"


def test_the_same_series_makes_no_version_of_what_is_not_derived() -> None:
    assert verdict(OTHER, same_series=True).relation == "unrelated"


def test_a_wire_both_credit_is_a_common_source() -> None:
    found = verdict(EDITED, wire="Norwire")
    assert found.relation == "common-source"
    assert found.is_reuse and not found.is_repost
    assert "wire" in codes(found)
    assert any("Norwire" in reason.text for reason in found.reasons)


def test_a_page_that_names_the_source_cites_it() -> None:
    for text in (OTHER, INDEPENDENT):
        found = verdict(text, named=True)
        assert found.relation == "cites"
        assert not found.is_repost
        assert {"named", "below-threshold"} <= codes(found)


def test_naming_the_source_excuses_no_copy() -> None:
    found = verdict(EDITED, named=True, attribution="attributed")
    assert found.relation == "edited" and found.is_repost
    assert found.attribution == "attributed"


@pytest.mark.parametrize("value", ["source-first", "target-first", "unknown"])
def test_direction(value: str) -> None:
    ledger = (Evidence("claimed-time", 1.5, "The source is two hours older."),)
    direction = Direction(value, 0.9, ledger)  # type: ignore[arg-type]
    found = verdict(EDITED, direction=direction)
    assert found.direction == direction
    assert found.is_reuse
    assert found.is_repost == (value != "target-first")
    assert "direction-claimed-time" in codes(found)


@pytest.mark.parametrize(
    ("odds", "repost"), [(0.3, True), (-0.5, True), (-0.6, False), (-1, False)]
)
def test_a_page_that_may_be_the_earlier_one_is_no_repost(odds: float, repost: bool) -> None:
    direction = Direction("unknown", 0.5, (Evidence("claimed", odds, "By their dates."),))
    found = verdict(EDITED, direction=direction)
    assert found.is_repost is repost and found.is_reuse
    assert ("maybe-earlier" in codes(found)) is not repost


@pytest.mark.parametrize(
    "change",
    [{}, {"same_series": True}, {"wire": "W"}, {"named": True},
     {"direction": Direction("target-first", 0.8)}],
)  # fmt: skip
@pytest.mark.parametrize("text", [SOURCE, EDITED, EXCERPT, REWORDED, INDEPENDENT, OTHER])
def test_the_parts_of_a_verdict_agree(text: str, change: dict[str, object]) -> None:
    found = verdict(text, **change)
    assert 0 <= found.probability <= 1
    assert found.is_repost <= found.is_reuse
    if found.is_repost:
        assert found.relation in DERIVED and found.direction.value != "target-first"
    if found.relation in DERIVED:
        assert found.is_reuse
    assert len({(r.code, r.text) for r in found.reasons}) == len(found.reasons)
    assert found == verdict(text, **change)


@pytest.mark.parametrize(
    "texts",
    [
        ("", ""),
        ("… !", "—"),
        ("", SOURCE),
        (SOURCE, ""),
        ("Bridge", "Bridge"),
    ],
)
def test_texts_of_nothing(texts: tuple[str, str]) -> None:
    found = verdict(*texts)
    assert math.isfinite(found.probability)
    if not all(texts):
        assert not found.is_repost


@pytest.mark.parametrize(
    "texts", [("Bridge", "Tunnel"), ("", "x"), ("Hello there", "Good morning")]
)
def test_texts_that_share_no_word_are_not_probable(texts: tuple[str, str]) -> None:
    assert verdict(*texts).probability < 0.2


@pytest.mark.parametrize("text", [OTHER, INDEPENDENT], ids=["other", "independent"])
def test_a_shared_footer_is_no_repost(text: str) -> None:
    footer = (
        "\n\nSign up to our morning newsletter and get the day's top stories straight to your "
        "inbox."
    )
    found = verdict(text + footer, SOURCE + footer)
    assert not found.is_repost and found.probability <= 0.5


@given(st.text(max_size=60), st.text(max_size=60))
@settings(max_examples=100, deadline=None)
def test_any_two_texts_are_judged(target: str, source: str) -> None:
    found = judge(compare_texts(target, source))
    assert 0 <= found.probability <= 1
    assert math.isfinite(raw_score(compare_texts(target, source)))


def test_more_of_the_source_is_never_less_probable() -> None:
    paragraphs = SOURCE.split("\n\n")
    told = [
        verdict("\n\n".join((*paragraphs[:n], OTHER))).probability for n in range(len(paragraphs))
    ]
    assert told[0] < 0.1 < 0.9 < told[2]
    assert all(b >= a - 0.02 for a, b in itertools.pairwise(told))


# The model file


def test_the_model_reads_what_the_comparison_gives() -> None:
    given_inputs = inputs(compare_texts(EDITED, SOURCE))
    heads = model()["heads"]
    assert set(heads) == set(given_inputs)
    for name, head in heads.items():
        assert set(head["weights"]) <= set(given_inputs[name]), name
        for feature, (weight, mean, scale) in head["weights"].items():
            assert math.isfinite(weight) and math.isfinite(mean), feature
            assert scale > 0, feature


def test_the_model_has_a_card_and_sound_numbers() -> None:
    assert model()["version"]
    assert {"purpose", "trained_on", "negatives", "languages", "calibration"} <= set(
        model()["card"]
    )
    assert 0.5 <= THRESHOLD < 1
    assert [x for x, _ in KNOTS] == sorted(x for x, _ in KNOTS)
    assert [y for _, y in KNOTS] == sorted(y for _, y in KNOTS)
    assert 0 <= KNOTS[0][1] <= 0.05 and 0.95 <= KNOTS[-1][1] <= 1


# Arithmetic


@pytest.mark.parametrize("knots", [KNOTS, [[0.0, 0.2], [1.0, 0.9]], [[0.0, 0.0], [0.0, 0.5]]])
@given(a=st.floats(allow_nan=False), b=st.floats(allow_nan=False))
def test_calibrated_is_monotone_and_finite(knots: list[list[float]], a: float, b: float) -> None:
    low, high = (calibrated(score, knots) for score in sorted((a, b)))
    assert 0 <= low <= high <= 1
    assert math.isfinite(low) and math.isfinite(high)


@given(st.floats(KNOTS[0][0], KNOTS[-1][0]))
def test_calibrated_is_continuous(score: float) -> None:
    near = calibrated(math.nextafter(score, math.inf), KNOTS)
    assert near == pytest.approx(calibrated(score, KNOTS), abs=1e-6)


def test_calibrated_at_the_knots() -> None:
    knots = [[-1.0, 0.1], [0.0, 0.4], [2.0, 0.9]]
    assert [calibrated(x, knots) for x in (-9, -1, -0.5, 0, 1, 2, 9)] == pytest.approx(
        [0.1, 0.1, 0.25, 0.4, 0.65, 0.9, 0.9]
    )


def noisy_or(a: float, b: float) -> float:
    p = 1 - (1 - 1 / (1 + math.exp(-a))) * (1 - 1 / (1 + math.exp(-b)))
    return math.log(p / (1 - p))


@pytest.mark.parametrize(("a", "b"), [(0, 0), (-3, 1), (2, 2), (-5, -5), (4, -9)])
def test_joined_is_the_noisy_or(a: float, b: float) -> None:
    assert joined(a, b) == pytest.approx(noisy_or(a, b), rel=1e-9)
    assert joined(a, b) == joined(b, a) >= max(a, b)


LOGITS = st.one_of(st.floats(-1e6, 1e6), st.floats(-60, 60))


@given(LOGITS, LOGITS)
def test_joined_is_finite(a: float, b: float) -> None:
    assert math.isfinite(joined(a, b))
    assert joined(a, b) == joined(b, a)


@given(LOGITS, LOGITS, LOGITS)
def test_joined_is_monotone(a: float, b: float, other: float) -> None:
    low, high = sorted((a, b))
    assert joined(low, other) <= joined(high, other) + 1e-9 * max(1.0, abs(joined(high, other)))


@pytest.mark.parametrize("a", [-1e6, -710.0, -30.0, -27.7, 29.999, 30.0, 30.001, 710.0, 1e6])
@pytest.mark.parametrize("b", [-1e6, 0.0, 1e6])
def test_joined_at_the_edges(a: float, b: float) -> None:
    assert math.isfinite(joined(a, b))


def test_the_verdict_rounds_what_it_shows() -> None:
    found = verdict(REWORDED)
    assert found.probability == round(found.probability, 6)
    frozen = dataclasses.fields(found)
    assert {field.name for field in frozen} >= {"relation", "probability", "reasons"}
