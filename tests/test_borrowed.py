"""Words that are not the writer's: picture captions and embedded posts."""

from __future__ import annotations

import pytest

from provenance.borrowed import borrowed
from provenance.compare.profile import profile

REPORT = "The mayor opened the bridge at noon. Crowds had waited since the morning."


def marked(text: str) -> str:
    """The marked parts of a text, joined by |."""
    return "|".join(text[start:end].strip() for start, end in borrowed(text))


@pytest.mark.parametrize(
    "caption",
    [
        "Mayor Ada Lunt opens the bridge in Corran, Monday, May 4, 2026. (AP Photo/Jo Fell)",
        "Mayor Ada Lunt opens the bridge. Photo: Jo Fell, AP",
        "Ada Lunt on the bridge. Jo Fell/AFP",
        "Ada Lunt on the bridge. Jo Fell | AP | Getty Images",
        "FILE - In this May 4, 2026, file photo, Ada Lunt opens the bridge.",
        "Ada Lunt on the bridge. (Jo Fell/Lehtikuva via AP)",
    ],
)
def test_a_caption_of_its_own_line(caption: str) -> None:
    assert marked(f"{REPORT}\n{caption}\n{REPORT}") == caption


def test_a_caption_in_a_long_line() -> None:
    long = " ".join([REPORT] * 10)
    caption = "Ada Lunt opens the bridge in Corran, Monday, May 4. (AP Photo/Jo Fell)"
    assert marked(f"{long} {caption} {long}") == caption


def test_a_post_and_its_signature() -> None:
    post = "The bridge is open, and it is the best bridge anyone ever saw in this town!"
    for gap in (" ", "\n"):
        text = f"{REPORT}\n{post}{gap}— Ada Lunt (@adalunt) May 4, 2026\n{REPORT}"
        assert marked(text) == f"{post}{gap}— Ada Lunt (@adalunt) May 4, 2026"


@pytest.mark.parametrize(
    "text",
    [
        REPORT,
        "CORRAN (AP) — The mayor opened the bridge at noon.",
        "She told the AP that the photo was hers. Getty Images said it was not.",
        "Write to us (@corran) or call.",
        "",
    ],
)
def test_a_report_is_the_writers_own(text: str) -> None:
    assert borrowed(text) == []


def test_they_count_as_quotation() -> None:
    held = profile(f"{REPORT}\nAda Lunt on the bridge. (AP Photo/Jo Fell)")
    assert held.quoted[-6:].all() and not held.quoted[:10].any()
