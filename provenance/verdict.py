"""Comparison in, verdict out: a calibrated probability, a relation, and the reasons. Pure.

The model is two logistic regressions over the comparison's features: ``whole`` asks whether the
target as a whole tells the source's text again, ``passage`` whether some run of it does. Either
suffices, so the two are joined as a noisy-or (Pearl 1988) and calibrated together (isotonic
regression, Zadrozny and Elkan 2002). Weights, calibration and thresholds live in
``data/model.json`` with the model card; ``benchmarks/train.py`` writes that file.
"""

from __future__ import annotations

import json
import math
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

from provenance.config import LIMITS
from provenance.models import (
    DERIVED,
    Attribution,
    Comparison,
    Direction,
    Reason,
    Relation,
    Verdict,
)

#: Exact words, both ways, from which a copy is called verbatim: furniture that the extractor
#: leaves in (captions, "Comments (3)") costs a few per cent of a page.
VERBATIM = 0.88
#: Share of the target in exact passages from which the source's very words are there.
EDITED = 0.36
#: Share of the target's weight in aligned sentences from which it tells the source whole.
WHOLE = 0.5
#: Share of the target in sentences that are aligned but not exact, from which it is a rewrite.
REWORDED = 0.3
#: A lone shared sentence under so many words is a stock line (a sign-up, a caption), no excerpt.
LONE_WORDS = 30
#: So is a run of sentences of fewer words in all: rare words strewn over two texts are no passage.
THIN_WORDS = 20
#: An exact run of so few words that opens or closes both texts is furniture, unless more follows.
FURNITURE_WORDS = 60
#: Fewer exact words in all are a notice (of rights, of an agency) or a phrase, wherever they stand.
NOTICE_WORDS = 40
#: Neither holds for a reworded stretch of so many words (no more than this share of them exact),
#: or one that is `retold` to so many nats; nor is a lone sentence or a notice all there is, where a
#: gist of so many words is held by the source to this share.
RETOLD_WORDS, RETOLD_EXACT, RETOLD_SPARED = 40, 0.9, 10.0
GIST_WORDS, GIST_SHARE = 60, 0.6
#: Under so many words in exact runs a passage is told in other words alone, and must be surer.
FEW_EXACT = 15
#: The most (a probability) that such evidence may claim.
HELD_DOWN = 0.3
#: So many words in long exact runs outside quotations, and the least that they are worth.
OWN_EXACT, BY_WORDS = 60, 0.95
#: So much of `retold` (nats) is worth as much, whatever else differs.
RETOLD_ENOUGH = 20.0
#: Strength (nats) of a further run from which there is more than furniture.
FURTHER = 15.0
#: Texts under so many words are judged by their exact words alone: one sentence of a teaser names
#: the whole event, as does some sentence of every other report.
FEW_WORDS = LIMITS.min_words
#: Share of shared exact text inside quotation marks from which the sharing is called quotation.
QUOTED = 0.6

#: Sum of the direction's ledger at or under which a repost is no longer claimed, though nobody
#: can say who was first: a page that claims to be the earlier one, with nothing against it. What
#: that costs and gains is in docs/direction.md (``benchmarks/direction.py``).
DOUBTED = -0.6
#: The least of what a translation shares with its original: shares of either text's names and
#: numbers, order (Kendall's tau), and the most that they may stand apart (share of the length).
TRANSLATED = {"across_anchors": 6, "across_target": 0.5, "across_source": 0.5, "across_order": 0.7}
DRIFT = 0.08
#: What such a finding claims. A rule, not a trained model: there were no pairs to learn from.
TRANSLATION = 0.9

_UNKNOWN = Direction("unknown", 0.5)


@dataclass(frozen=True, slots=True)
class Context:
    """What is known of the two articles beside their texts."""

    same_digest: bool = False
    same_series: bool = False
    #: The target's page names the source (link, canonical, credit).
    named: bool = False
    #: The agency that both credit, if any.
    wire: str | None = None
    direction: Direction = _UNKNOWN
    attribution: Attribution = "unattributed"


#: What the passage head reads of the gist: shares as they are, amounts (nats, words) as logarithms.
_GIST_SHARES = ("gist_share", "gist_hard", "gist_part", "gist_around", "gist_source_part")
_AMOUNTS = ("exact_long", "gist_excess", "gist_nats", "gist_words")


@cache
def model() -> Mapping[str, Any]:
    """The shipped model: heads, calibration, thresholds and card."""
    loaded: Mapping[str, Any] = json.loads(
        files("provenance").joinpath("data", "model.json").read_text("utf-8")
    )
    return loaded


def shipped_threshold() -> float:
    """The probability from which a text is said to derive, where nothing else was set."""
    return float(model()["thresholds"]["repost"])


def inputs(comparison: Comparison) -> dict[str, dict[str, float]]:
    """What each head reads. Counts and strengths go in as logarithms; all else is a share."""
    s, f = comparison.scores, comparison.features
    return {
        "whole": {
            "coverage": s.coverage,
            "coverage_source": s.coverage_source,
            "coverage_least": min(s.coverage, s.coverage_source),
            "cosine": f["cosine"],
            "hard_containment": s.hard_containment,
            "hard_source": s.hard_source,
            "novel": s.novel,
            "order": s.order,
            "monotone": f["monotone"],
            "linked_target": f["linked_target"],
            "linked_source": f["linked_source"],
            "aligned_mean": f["aligned_mean"],
            "reach": f["reach"],
            "bigram_target": f["bigram_target"],
            "bigram_source": f["bigram_source"],
            "exact_own_target": f["exact_own_target"],
            "exact_own_source": f["exact_own_source"],
            "numbers_met": f["numbers_met"],
            "numbers_conflict": f["numbers_conflict"],
            "length_ratio": f["length_ratio"],
            "log_target": f["log_target"],
            "log_source": f["log_source"],
            "log_block": math.log1p(s.best_block),
        },
        "passage": {
            "log_block": math.log1p(s.best_block),
            "log_block_words": math.log1p(f["block_words"]),
            "log_block_second": math.log1p(f["block_second"]),
            "block_bag_target": f["block_bag_target"],
            "block_bag_source": f["block_bag_source"],
            "block_only_here": f["block_only_here"],
            "block_density": f["block_density"],
            "log_block_sentences": math.log1p(f["block_sentences"]),
            "log_block_source_sentences": math.log1p(f["block_source_sentences"]),
            "block_hard": f["block_hard"],
            "block_hard_source": f["block_hard_source"],
            "log_block_hard_shared": math.log1p(f["block_hard_shared"]),
            "block_exact": f["block_exact"],
            "few_exact": float(round(f["exact_target"] * comparison.target_words) < FEW_EXACT),
            "block_quoted": f["block_quoted"],
            "block_share_target": f["block_share_target"],
            "block_share_source": f["block_share_source"],
            "log_room": f["log_room"],
            "log_longest_run": math.log1p(s.longest_run),
            "quoted": s.quoted,
            "cosine": f["cosine"],
            **{name: f[name] for name in _GIST_SHARES},
            **{f"log_{name}": math.log1p(max(0.0, f[name])) for name in _AMOUNTS},
        },
    }


def _logit(head: Mapping[str, Any], values: Mapping[str, float]) -> float:
    total = float(head["intercept"])
    for name, (weight, mean, scale) in head["weights"].items():
        total += weight * (values[name] - mean) / scale
    return total


def joined(*logits: float) -> float:
    """Log-odds of "any of them", from the log-odds of the heads (noisy-or)."""

    def log_not(logit: float) -> float:
        return -math.log1p(math.exp(logit)) if logit < 30 else -logit

    nothing = math.fsum(log_not(logit) for logit in logits)
    return math.log(-math.expm1(nothing)) - nothing if nothing < -1e-12 else -27.0


def raw_score(comparison: Comparison) -> float:
    """Uncalibrated log-odds: what ranking and training read."""
    values = inputs(comparison)
    heads = model()["heads"]
    return joined(*(_logit(heads[name], values[name]) for name in values))


def ceiling(comparison: Comparison) -> float:
    """The most (a probability) that may be claimed where the evidence is of a kind that misleads.

    Texts under `FEW_WORDS` claim no more than their exact share; a lone stock line, a few words,
    a notice, or furniture that opens or closes both texts, no more than ``HELD_DOWN``. 1 for all
    else.
    """
    s, f = comparison.scores, comparison.features
    if min(comparison.target_words, comparison.source_words) < FEW_WORDS:
        return max(f["exact_target"], f["exact_source"])
    if max(f["linked_target"], f["linked_source"]) >= WHOLE:
        return 1.0
    own_words = f["stretch_words"] * (1 - f["stretch_quoted"])
    if own_words >= RETOLD_WORDS and f["stretch_exact"] < RETOLD_EXACT:
        return 1.0
    if retold(comparison) >= RETOLD_SPARED:
        return 1.0
    summed_up = f["gist_words"] >= GIST_WORDS and f["gist_share"] >= GIST_SHARE
    thin = f["block_sentences"] < 2 or f["block_words"] < THIN_WORDS
    lone = thin and s.longest_run < LONE_WORDS
    words = f["exact_target"] * math.expm1(f["log_target"])
    notice = f["block_exact"] >= 0.5 and words < NOTICE_WORDS
    furniture = (
        f["block_edge"] > 0
        and f["block_exact"] >= 0.8
        and f["block_words"] < FURNITURE_WORDS
        and f["block_second"] < FURTHER
    )
    # A gist takes in the furniture that stands beside it.
    return HELD_DOWN if furniture or ((lone or notice) and not summed_up) else 1.0


def retold(comparison: Comparison) -> float:
    """Evidence (nats) of the strongest reworded stretch by itself; 0 when it is exact or an edge.

    Its strength times the share of neighbouring stems that stand side by side in the source's
    stretch too. Reports of one fact share its names, which is strength; only who tells it by the
    source's text keeps the neighbours. What independent texts reach is in docs/quality.md.
    """
    f = comparison.features
    if f["stretch_exact"] >= RETOLD_EXACT or f["stretch_edge"]:
        return 0.0
    return f["stretch_strength"] * f["stretch_pairs"]


def translated(comparison: Comparison) -> bool:
    """Whether two texts in different languages are alike as a translation and its original are.

    Not where one's very words are in the other: then a language was told wrongly.
    """
    f = comparison.features
    return f["exact_target"] < EDITED and tells_across(f)


def tells_across(features: Mapping[str, float]) -> bool:
    """The rule for translations, on the features of ``compare.across``."""
    return (
        all(features.get(name, 0.0) >= least for name, least in TRANSLATED.items())
        and features["across_drift"] <= DRIFT
    )


def floor(comparison: Comparison) -> float:
    """The least (a probability) that the shared words ask for, whatever else differs.

    Long exact runs outside quotations, ``OWN_EXACT`` words together: of the graded and silver
    negatives one in 4,870 has so many (the silver ones were in part chosen by shared wording).
    Or one reworded stretch that is `retold` to ``RETOLD_ENOUGH``. The heads see few excerpts in
    pages on the same subject, and rate a passage by its share of long pages, so the rule stands
    beside them.
    """
    own = comparison.features["exact_long"] >= OWN_EXACT
    return BY_WORDS if own or retold(comparison) >= RETOLD_ENOUGH else 0.0


def calibrated(score: float, knots: list[list[float]]) -> float:
    """Probability at a score: linear between the knots, clamped at the ends."""
    at = bisect_right(knots, [score, math.inf])
    if at == 0:
        return knots[0][1]
    if at == len(knots):
        return knots[-1][1]
    (x0, y0), (x1, y1) = knots[at - 1], knots[at]
    return y0 + (y1 - y0) * (score - x0) / (x1 - x0)


def judge(
    comparison: Comparison, context: Context | None = None, *, threshold: float | None = None
) -> Verdict:
    """What the target is to the source, and why. Direction and credit come with the context.

    ``threshold`` (a probability) is the shipped one unless given.
    """
    context = context or Context()
    threshold = shipped_threshold() if threshold is None else threshold
    if context.same_digest:
        probability = 1.0
    else:
        probability = calibrated(raw_score(comparison), model()["calibration"])
        probability = max(min(probability, ceiling(comparison)), floor(comparison))
        if translated(comparison):
            probability = max(TRANSLATION, threshold)
    derived = probability >= threshold
    relation = _derived(comparison, context) if derived else _apart(comparison, context)
    is_reuse = relation in DERIVED or (relation == "common-source" and _shares_text(comparison))
    is_repost = relation in DERIVED and not _maybe_earlier(context.direction)
    return Verdict(
        relation=relation,
        probability=round(probability, 6),
        is_reuse=is_reuse,
        is_repost=is_repost,
        direction=context.direction,
        attribution=context.attribution,
        reasons=tuple(_reasons(relation, comparison, context, probability, threshold)),
    )


def _maybe_earlier(direction: Direction) -> bool:
    """True when the evidence speaks, if only a little, for the target's having been first."""
    return direction.value == "target-first" or direction.log_odds <= DOUBTED


def of_third(verdict: Verdict, comparison: Comparison, reason: Reason) -> Verdict:
    """The verdict where other originals hold the same text: no claim that it is from this one."""
    return replace(
        verdict,
        relation="common-source",
        is_reuse=_shares_text(comparison),
        is_repost=False,
        reasons=(*verdict.reasons, reason),
    )


def _shares_text(comparison: Comparison) -> bool:
    return comparison.scores.longest_run >= 8


def _kind(comparison: Comparison) -> Relation:
    """How the target's text derives from the source's, given that it does."""
    if translated(comparison):
        return "translation"
    f = comparison.features
    target, source = f["exact_target"], f["exact_source"]
    if min(target, source) >= VERBATIM:
        return "verbatim"
    whole = max(f["linked_target"], target) >= WHOLE
    if target >= EDITED and whole:
        return "edited"
    # Aligned, but not word for word: told in other words. A source that stands there whole was
    # put among other words.
    reworded = f["linked_target"] - target >= REWORDED and source < VERBATIM
    if f["linked_target"] >= WHOLE and reworded:
        return "rewrite"
    return "partial"


def _derived(comparison: Comparison, context: Context) -> Relation:
    if context.same_series:
        # What one publisher prints in all of its articles makes no two of them versions.
        kind = "verbatim" if context.same_digest else _kind(comparison)
        return "version" if kind != "partial" else "independent"
    if context.wire:
        return "common-source"
    return "verbatim" if context.same_digest else _kind(comparison)


def _apart(comparison: Comparison, context: Context) -> Relation:
    s, f = comparison.scores, comparison.features
    if s.longest_run >= 15 and s.quoted >= QUOTED:
        return "quote"
    if context.named and not context.same_series:
        return "cites"
    if f["cosine"] >= 0.12 and (s.hard_containment >= 0.12 or s.hard_source >= 0.12):
        return "independent"
    return "unrelated"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _reasons(
    relation: Relation,
    comparison: Comparison,
    context: Context,
    probability: float,
    threshold: float,
) -> list[Reason]:
    s, f = comparison.scores, comparison.features
    found: list[Reason] = []
    if context.same_digest:
        found.append(Reason("same-digest", "The two texts are equal but for layout and case."))
    elif f["exact_target"] >= 0.05 or s.longest_run >= 8:
        found.append(
            Reason(
                "exact",
                f"{_percent(f['exact_target'])} of this text stands word for word in the source "
                f"({_percent(f['exact_source'])} of the source); longest passage "
                f"{s.longest_run:.0f} words.",
            )
        )
    across = "across_anchors" in f
    shorter = min(comparison.target_words, comparison.source_words)
    short = shorter < LIMITS.min_words and not context.same_digest
    if short and relation not in DERIVED:
        found.append(
            Reason(
                "too-short",
                f"Too short to tell much by: one text has {shorter} "
                f"{'word' if shorter == 1 else 'words'}, and {LIMITS.min_words} are wanted.",
            )
        )
    if across and not short:  # the language of a few words is a guess
        found.append(
            Reason(
                "languages",
                f"The texts are in different languages. Of the names and numbers of this text "
                f"{_percent(f['across_target'])} are in the source, of the source's "
                f"{_percent(f['across_source'])} in this text"
                + (", in the same order and places." if translated(comparison) else "."),
            )
        )
    if not across and not context.same_digest and f["linked_target"] >= 0.2:
        order = "in the same order" if s.order >= 0.6 else "not in one order"
        found.append(
            Reason(
                "aligned",
                f"Sentences with {_percent(f['linked_target'])} of this text's content answer to "
                f"sentences of the source, {order}.",
            )
        )
    if not across and s.hard_containment >= 0.5:
        found.append(
            Reason(
                "names",
                f"{_percent(s.hard_containment)} of its names, numbers and rare words are in the "
                f"source.",
            )
        )
    if not across and s.novel >= 0.4:
        found.append(
            Reason(
                "novel",
                f"{_percent(s.novel)} of its names, numbers and rare words (outside quotations) "
                "are not in the source: it reports things of its own.",
            )
        )
    if not across and f["numbers_conflict"] >= 0.15:
        found.append(
            Reason(
                "conflict",
                f"{_percent(f['numbers_conflict'])} of the numbers in aligned sentences differ.",
            )
        )
    if s.longest_run >= 8 and s.quoted >= QUOTED:
        found.append(Reason("quoted", f"{_percent(s.quoted)} of the shared wording is quotation."))
    if relation == "version":
        found.append(Reason("same-series", "Both come from one publisher: another edition."))
    if relation == "common-source" and context.wire:
        found.append(
            Reason(
                "wire", f"Both credit {context.wire}: neither need have taken it from the other."
            )
        )
    if context.named and not any(e.kind.startswith("trace:") for e in context.direction.evidence):
        found.append(Reason("named", "The page links to the source."))
    if relation in DERIVED and _maybe_earlier(context.direction):
        found.append(
            Reason(
                "maybe-earlier",
                "Not called a repost: by what is known, this text may be the earlier one.",
            )
        )
    found.extend(Reason(f"direction-{e.kind}", e.text) for e in context.direction.evidence)
    if relation in ("independent", "unrelated", "cites", "quote"):
        found.append(
            Reason(
                "below-threshold",
                f"Probability of derivation {probability:.2f}; the threshold is {threshold:.2f}.",
            )
        )
    return found
