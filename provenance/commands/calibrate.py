"""``calibrate``: how often people agree, from which threshold on, and their pairs for training."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from provenance.commands.shared import (
    counted,
    db_option,
    json_option,
    json_out,
    open_store,
    say,
    tell_changed,
)
from provenance.errors import ReadError, UsageError

if TYPE_CHECKING:
    from provenance.calibration import Decided
    from provenance.store import Store
    from provenance.upkeep import Amended


@click.command()
@click.option(
    "--false-alarms",
    "rate",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.01,
    show_default=True,
    help="Share of the claims that may be wrong.",
)
@click.option(
    "--threshold",
    type=click.FloatRange(0, 1, min_open=True),
    help="Examine this threshold, in place of the one that is in use.",
)
@click.option(
    "--set",
    "keep",
    is_flag=True,
    help="Keep for this database the threshold that holds the rate, or the one given.",
)
@click.option("--unset", is_flag=True, help="Use the shipped threshold again.")
@click.option(
    "--export",
    "file",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    help="Write the pairs that were decided as rows for training (.gz: packed; -: stdout).",
)
@db_option
@json_option
def calibrate(
    rate: float,
    threshold: float | None,
    keep: bool,
    unset: bool,
    file: Path | None,
    db: Path,
    as_json: bool,
) -> None:
    """How often the verdict is right by people's decisions (see review), and from which threshold
    on it is wrong no more often than you can bear.

    \b
    provenance calibrate --false-alarms 0.05
    provenance calibrate --false-alarms 0.05 --set
    provenance calibrate --threshold 0.9 --set
    provenance calibrate --export reviewed.jsonl.gz

    A threshold that is set counts for check and scan on this database, from now on. Stored matches
    on which it bears are judged anew at once; no score changes. Pages without a match are looked
    at again by the next scan.
    """
    if keep and unset:
        raise click.UsageError("give --set or --unset, not both")
    if file and (keep or unset or as_json):
        raise click.UsageError("--export stands alone")
    with open_store(db, create=False, read_only=not (keep or unset)) as store:
        if file:
            _export(store, file)
        elif unset:
            _amend(store, None, as_json)
        else:
            _examine(store, rate, threshold, keep, as_json)


def _examine(store: Store, rate: float, given: float | None, keep: bool, as_json: bool) -> None:
    from dataclasses import asdict

    from provenance import calibration
    from provenance.verdict import shipped_threshold

    shipped = shipped_threshold()
    in_use = shipped if store.threshold is None else store.threshold
    asked = in_use if given is None else given
    standing = store.standing()
    pairs = calibration.decided(standing)
    # Under the shipped threshold no claim was ever made, so that nobody decided on any.
    held = calibration.held(pairs, rate, shipped)
    row: dict[str, Any] = {
        "decisions": len(standing),
        "told": len(pairs),
        "derived": sum(pair.derived for pair in pairs),
        "threshold": asked,
        "threshold_in_use": in_use,
        "threshold_shipped": shipped,
        "precision": asdict(calibration.precision(pairs, asked)),
        "bands": _bands(store, pairs, asked),
        "false_alarms": asdict(held),
    }
    if keep:
        chosen = held.threshold if given is None else given
        if chosen is None:
            raise UsageError(
                f"{len(pairs)} decisions are too few, or too many of them are rejections, to hold "
                f"a share of {rate:.3g} wrong claims at any threshold",
                hint=f"It takes {held.needed} claims that are all right. Decide more (provenance "
                "review), bear more (--false-alarms), or name one: --threshold 0.9 --set",
                code="too-few",
            )
        _amend(store, chosen, as_json, row)
    elif as_json:
        json_out(row)
    else:
        click.echo(_text(row))


def _bands(store: Store, pairs: list[Decided], threshold: float) -> list[dict[str, Any]]:
    from dataclasses import asdict

    from provenance import calibration

    claimed = store.probabilities()
    return [
        {
            "from": low,
            "to": min(high, 1.0),
            "claimed": sum(low <= one < high for one in claimed),
            **asdict(calibration.precision(pairs, low, high)),
        }
        for low, high in calibration.bands(threshold)
    ]


def _text(row: dict[str, Any]) -> str:
    from provenance.report.text import labelled, table

    found, alarms = row["precision"], row["false_alarms"]
    left_out = row["decisions"] - row["told"]
    where = "in use" if row["threshold"] == row["threshold_in_use"] else "not in use"
    shipped = "shipped" if row["threshold"] == row["threshold_shipped"] else "not as shipped"
    lines = [
        labelled(
            "decided",
            f"{counted(row['decisions'], 'match', 'matches')}: {row['derived']} derived, "
            f"{row['told'] - row['derived']} not"
            + (f", {left_out} tell nothing of the texts alone" if left_out else ""),
        ),
        labelled("threshold", f"{row['threshold']:.4f} ({where}, {shipped})"),
        labelled("precision", _share(found)),
    ]
    if found["decided"]:
        lines.append("")
        header = ["probability", "claims", "decided", "right", "share", "95 % interval"]
        cells = [
            [
                f"{one['from']:.2f} to {one['to']:.2f}",
                one["claimed"],
                one["decided"],
                one["right"],
                "" if one["share"] is None else f"{one['share']:.2f}",
                "" if one["share"] is None else f"{one['low']:.2f} to {one['high']:.2f}",
            ]
            for one in row["bands"]
        ]
        lines += ["  " + line for line in table(cells, header, [12, 6, 7, 5, 5, 13]).splitlines()]
        lines += [
            "",
            "  Not a sample: people decide the doubtful ones first. Read the precision by band.",
        ]
    lines += ["", *_alarms(alarms)]
    return "\n".join(lines)


def _share(found: dict[str, Any]) -> str:
    if not found["decided"]:
        return "not known: nobody has decided on a claim. Decide some: provenance review"
    return (
        f"{found['share']:.2f} (95 % interval {found['low']:.2f} to {found['high']:.2f}): "
        f"{found['right']} of {counted(found['decided'], 'claim')} right"
    )


def _alarms(held: dict[str, Any]) -> list[str]:
    from provenance.report.text import labelled

    name = f"{held['rate']:.3g}"
    if held["threshold"] is not None:
        told = f"held from {held['threshold']:.4f} on, with the whole interval. Keep it: --set"
    else:
        told = (
            f"too few decisions to hold it: that takes {held['needed']} claims that are all right"
        )
        if held["observed"] is not None:
            told += f". By the share alone, which chance can make: from {held['observed']:.4f} on"
    return [labelled("alarms", f"at most {name} of the claims wrong: {told}")]


def _amend(
    store: Store, threshold: float | None, as_json: bool, row: dict[str, Any] | None = None
) -> None:
    from provenance.upkeep import amend_threshold
    from provenance.verdict import shipped_threshold

    done = amend_threshold(store, threshold)
    now = shipped_threshold() if threshold is None else threshold
    if as_json:
        json_out({**(row or {}), "set": threshold, **_amended(done)})
        return
    say(f"Threshold: {now:.4f}, {'as shipped' if threshold is None else 'for this database'}.")
    judged = counted(done.judged, "stored match", "stored matches")
    say(f"Judged anew: {judged}. Changed: {done.changed.total()}.")
    tell_changed(done)


def _amended(done: Amended) -> dict[str, Any]:
    changed = [
        {"before": before, "after": after or None, "matches": count}
        for (before, after), count in sorted(done.changed.items())
    ]
    return {"judged": done.judged, "changed": changed, "textless": done.textless}


def _export(store: Store, file: Path) -> None:
    """Rows as ``benchmarks/dataset.py`` reads them: set, id, label, suspect, source."""
    counts = {"written": 0, "textless": 0}
    if str(file) == "-":
        for row in _rows(store, counts):
            json_out(row, indent=None)
    else:
        partial = file.with_name(file.name + ".part")
        packed = file.suffix == ".gz"
        try:
            with (
                gzip.open(partial, "wt", encoding="utf-8")
                if packed
                else partial.open("w", encoding="utf-8") as lines
            ):
                for row in _rows(store, counts):
                    lines.write(json.dumps(row, ensure_ascii=False) + "\n")
            partial.replace(file)
        except OSError as error:
            partial.unlink(missing_ok=True)
            raise ReadError(
                f"could not be written: {error.strerror or error}",
                subject=str(file),
                hint="Name another place.",
                code="unwritten",
            ) from error
    say(f"Written: {counted(counts['written'], 'pair')}.")
    if counts["textless"]:
        say(f"Left out, for texts are not stored: {counted(counts['textless'], 'pair')}.")


def _rows(store: Store, counts: dict[str, int]) -> Iterator[dict[str, str]]:
    from provenance import calibration

    for one in store.standing():
        truth = calibration.derives(one["decision"], one["relation"], one["is_repost"])
        if truth is None:
            continue
        found = store.articles([one["source_id"], one["target_id"]])
        source, target = found.get(one["source_id"]), found.get(one["target_id"])
        if not (source and target and source.text and target.text):
            counts["textless"] += 1
            continue
        counts["written"] += 1
        yield calibration.training_row(one, truth, target.text, source.text)
