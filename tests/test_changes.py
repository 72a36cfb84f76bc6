"""Names and quotations that a rewriting altered, told as reasons and weighed nowhere."""

from __future__ import annotations

import pytest

from provenance import compare, extract, matching
from provenance.models import Record


def paragraphs(wrapped: str) -> str:
    """Each paragraph in one line, as an extractor gives it."""
    return "\n".join(" ".join(part.split()) for part in wrapped.split("\n\n"))


SOURCE = paragraphs(
    """
The harbour council of Skerrow voted on Tuesday to close the old grain pier. Mayor Amir Khan
Muttaqi told reporters in Ellery that divers had found rotten piles under the northern half of
the pier.

“We will not wait for the first accident before we shut this pier to lorries,” said Muttaqi, who
has led the town since the storm of 2014.

The engineer Zhirnov measured the piles in March and again in June, and wrote both times that
forty of them had lost a third of their thickness. “The sea has eaten what the builders left us,
and it is still hungry,” he told the council.

Shipping firms in Kabul Street answered that the closure would cost them two days a week. The
council sits again on 14 August, when the bids of three builders from Dunmore will be opened.
"""
)

REWRITTEN = paragraphs(
    """
On Tuesday the harbour council in Skerrow decided by vote to shut down the ancient grain pier.
The Mayor, Amir Khan Motti, informed reporters in Ellery that rotten piles had been discovered
by divers below the northern half of the pier.

“The pier is being closed to trucks by us before an accident occurs for the first time,” Motti
said, who has been leading the town after the storm in 2014.

Engineer Girnov took measures of the piles in March and once more in June, writing each time
that forty of these had lost one third of the thickness. “The sea has eaten what the builders
left us, and it is still hungry,” he said to the council.

Shipping companies in Cabul Street replied that closing it would cost two days every week to
them. On 14 August the council will sit again, as the bids from three Dunmore builders are
opened.
"""
)


def changes_of(target: str, source: str) -> compare.Changes:
    here, there = compare.profile(target), compare.profile(source)
    return compare.changes(here, there, compare.compare(here, there).passages)


def test_names_spelled_otherwise_are_paired() -> None:
    found = changes_of(REWRITTEN, SOURCE)
    assert set(found.names) == {("Motti", "Muttaqi"), ("Girnov", "Zhirnov"), ("Cabul", "Kabul")}


def test_a_quotation_in_other_words_is_told_from_one_that_was_kept() -> None:
    found = changes_of(REWRITTEN, SOURCE)
    assert found.quotations == 2
    [(ours, theirs)] = found.altered
    assert ours.startswith("The pier is being closed")
    assert theirs.startswith("We will not wait")


def test_a_quotation_that_was_cut_was_not_altered() -> None:
    cut = REWRITTEN.replace(
        "The pier is being closed to trucks by us before an accident occurs for the first time,",
        "We will not wait for the first accident,",
    )
    assert not changes_of(cut, SOURCE).altered


def test_a_form_of_a_name_is_no_other_spelling() -> None:
    target = REWRITTEN.replace("Dunmore", "Dunmorean").replace("Skerrow", "Skerrow's")
    names = dict(changes_of(target, SOURCE).names)
    assert not {"Dunmorean", "Skerrow's"} & set(names)


def test_equal_texts_and_swapped_ones() -> None:
    same = changes_of(SOURCE, SOURCE)
    assert (same.names, same.altered) == ((), ())
    forth, back = changes_of(REWRITTEN, SOURCE), changes_of(SOURCE, REWRITTEN)
    assert {(b, a) for a, b in back.names} == set(forth.names)
    assert len(back.altered) == len(forth.altered)


def test_texts_of_two_languages_have_none() -> None:
    german = (
        "Der Hafenrat von Skerrow hat am Dienstag beschlossen, die alte Pier zu schließen. "
        "Bürgermeister Motti sagte, dass die Pfähle faul sind und dass man nicht warten wolle."
    )
    assert changes_of(german, SOURCE) == compare.Changes()


@pytest.mark.parametrize("mark", ["“", "„", "\x00", "”“"])
def test_marks_that_never_close_and_crowds_of_names_cost_little(mark: str) -> None:
    crowd = " ".join(f"{mark}Name{i:03d}x met Other{i:03d}y there and said so." for i in range(400))
    found = changes_of(crowd, crowd.replace("x met", "z met"))
    assert found.quotations <= 400


def page(name: str, text: str) -> matching.Page:
    url = f"https://{name}.example/pier"
    article = extract.article_from_record(Record(url=url, text=text, title="Pier"))
    return matching.Page(article, ())


def test_a_match_says_so_in_its_reasons() -> None:
    found = matching.hold(page("post", SOURCE), page("blog", REWRITTEN)).verdict
    reasons = {reason.code: reason.text for reason in found.reasons}
    assert found.relation == "rewrite"
    assert "“Motti” for “Muttaqi”" in reasons["respelled"]
    assert reasons["altered-quotes"].startswith("1 of 2 quotations")
