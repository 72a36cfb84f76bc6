"""Other languages: what is folded, cut and told, and whole stories through compare and judge."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import run

from benchmarks.languages import KINDS, Sample, across, crossings, samples
from provenance.anchors import anchors, keys, language_key
from provenance.config import Parameters
from provenance.fingerprint import fingerprint
from provenance.languages import figures, language_of, stemmer
from provenance.latin import skeleton, sounds
from provenance.matching import hold_texts
from provenance.normalize import digest, tokenize
from provenance.verdict import model

SAMPLES = samples()
WHOLE = [sample for sample in SAMPLES if "rewrite" in sample.targets]
CROSSINGS = list(crossings(SAMPLES))
THRESHOLD = model()["thresholds"]["repost"]


def sentences(text: str) -> list[str]:
    tokens = tokenize(text)
    return [text[tokens.starts[a] : tokens.ends[b - 1]] for a, b in tokens.sentences]


def values(text: str) -> list[str]:
    tokens = tokenize(text)
    found = figures(tokens, language_of(tokens.words))
    return [value for _, value in sorted(found.items()) if value]


# Words, sentences, numbers


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("الطائرة إلى أين", "الطائره الى اين"),
        ("كتــــاب", "كتاب"),
        ("مُحَمَّد", "محمد"),
        ("شָׁלוֹם", "شלום"),
        ("हफ़्ते", "हफ्ते"),
        ("काँसा", "कांसा"),
        ("IŞIK", "ışık"),
        ("STRASSE", "Straße"),
        ("ＡＢＣ１２", "abc12"),
        ("١٬٢٥٠", "1250"),
        ("٢٫٥", "2.5"),
        ("४८", "48"),
        ("๑๒", "12"),
    ],
)
def test_two_spellings_are_one_word(one: str, other: str) -> None:
    assert digest(tokenize(one)) == digest(tokenize(other))


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Sie kam am 14. Juli an. Dann ging sie.", 2),
        ("Πού είναι; Δεν ξέρω. Ναι.", 3),
        ("Նա եկավ։ Նա գնաց։", 2),
        ("ወደ ቤት ሄደ። ተመለሰ።", 2),
        ("वह आया। वह गया।", 2),
        ("وہ آیا۔ وہ گیا۔", 2),
        ("هل جاء؟ نعم.", 2),
        ("他来了。她走了！真的？", 3),
        ("ის მოვიდა. ის წავიდა.", 2),
        ("I am 20. Now I am 21.", 2),
    ],
)
def test_sentences_of_other_scripts(text: str, count: int) -> None:
    assert len(sentences(text)) == count


def test_thai_is_cut_at_spaces() -> None:
    story = next(sample.story for sample in SAMPLES if sample.language == "thai")
    assert 8 <= len(sentences(story)) <= 20


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "der Umbau hat 4,6 Millionen Euro und zwei Jahre für das Schiff gedauert",
            ["4600000", "2"],
        ),
        ("les 1 350 habitants de la ville et les 17 passagers sur le port", ["1350", "17"]),
        ("это стоит 2,5 млн долларов и три года для него", ["2500000", "3"]),
        ("8万5000体の人形と920万ドルを1974年に", ["85000", "9200000", "1974"]),
        ("潘多罗估计损失为920万美元和8.5万个", ["9200000", "85000"]),
        ("판도로는 피해액을 920만 달러로 추산했다", ["9200000"]),
        ("ठेकेदार ने 50 लाख माँगे हैं और वह 15 मई को", ["5000000", "15"]),
        ("the company paid 2.5 million for the ship in 1998, said the owner", ["2500000", "1998"]),
        ("les " + "9" * 400 + " habitants de la ville et les 17 du port", ["9" * 400, "17"]),
    ],
)
def test_figures(text: str, expected: list[str]) -> None:
    assert values(text) == expected


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: f"{s.language}-{s.event}")
def test_the_language_is_told(sample: Sample) -> None:
    for text in (sample.story, *sample.targets.values()):
        assert language_of(tokenize(text).words) == sample.language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Пес біг за котом, але він не наздогнав його, бо це було у лісі", "ukrainian"),
        ("Той каза, че ще дойде след това, но не е сигурно кога", "bulgarian"),
        ("Řekl, že to bylo podle něj jako před rokem, ale už se to nestane", "czech"),
        ("این کتاب را برای شما که به ایران می روید خریده است", "persian"),
        ("یہ کتاب آپ کے لیے ہے اور اس میں بھی تصویر ہیں", "urdu"),
        ("ეს წიგნი არის ძალიან კარგი", "georgian"),
        ("", ""),
        ("1974 12 640", ""),
        ("Lorem ipsum dolor amet consectetur adipiscing", ""),
    ],
)
def test_languages_apart(text: str, language: str) -> None:
    assert language_of(tokenize(text).words) == language


def test_stems() -> None:
    assert stemmer("korean")(["항구에서", "항구를"]) == ["항구", "항구"]
    assert stemmer("hebrew")(["בנמל", "הנמל", "נמל"]) == ["נמל"] * 3
    assert stemmer("ukrainian")(["пасажирів", "пасажири"]) == ["пасаж"] * 2
    assert stemmer("chinese")(["仓库"]) == ["仓库"]
    assert stemmer("")(["word"]) == ["word"]


# Names by their sound


@pytest.mark.parametrize(
    "names",
    [
        "Marduman Мардуман Μαρντουμάν ماردومان मार्दुमान",
        "Orhandi Орханди Ορχάντι أورهاندي ओरहांदी",
        "Velden ולדן 벨덴 ベルデン 韦尔登 เวลเดน",
        "Lisandra ליסנדרה 리산드라 リサンドラ 利桑德拉 ลิซานดรา",
        "Kestrel קסטרל 케스트렐 ケストレル 凯斯特雷尔 เคสเทรล",
    ],
)
def test_a_name_sounds_alike_in_every_script(names: str) -> None:
    assert len({skeleton(name) for name in names.split()}) == 1


@pytest.mark.parametrize("word", ["", "1974", "…", "'", "ๆ", "\u0301", "x" * 500, "ー"])
def test_sounds_of_anything(word: str) -> None:
    assert set(sounds(word)) <= set("APTSKMNR")


def test_keys() -> None:
    english = next(s for s in SAMPLES if s.language == "english" and s.event == "grave")
    arabic = next(s for s in SAMPLES if s.language == "arabic")
    one, other = (keys(tokenize(s.story), s.language) for s in (english, arabic))
    assert one[0] == language_key("english") and other[0] == language_key("arabic")
    assert {"~2300", "~2500000", "~MRTMN", "~SNTR"} <= set(one) & set(other)
    made = fingerprint(tokenize(arabic.story), Parameters())
    assert made and set(other) <= set(made.terms)
    assert keys(tokenize("Lorem Ipsum"), "") == ()


def test_anchors_of_an_empty_text() -> None:
    for language in ("english", "thai", "chinese", "arabic"):
        found = anchors(tokenize(""), language)
        assert not found.numbers and not found.names


# Whole stories


@pytest.mark.parametrize("sample", WHOLE, ids=lambda s: s.language)
def test_one_language(sample: Sample) -> None:
    found = {kind: hold_texts(sample.targets[kind], sample.story)[1] for kind in KINDS}
    derived = [found[kind].probability for kind, wanted in KINDS.items() if wanted]
    apart = [found[kind].probability for kind, wanted in KINDS.items() if not wanted]
    assert min(derived) > max(apart)
    assert found["verbatim"].relation == "verbatim"
    assert found["edited"].relation == "edited"
    assert all(found[kind].is_repost == wanted for kind, wanted in KINDS.items())


@pytest.mark.parametrize("kind", ["translation", "independent", "with lead", "unrelated"])
def test_across_languages(kind: str) -> None:
    for named, target, source, text in CROSSINGS:
        if named == kind:
            verdict = across(text, source.story)
            where = f"{target.language} of {source.language}: {verdict}"
            assert verdict.is_repost == (kind == "translation"), where
            if kind == "translation":
                assert verdict.relation == kind, where
                assert THRESHOLD <= verdict.probability <= max(0.9, THRESHOLD), where
                assert verdict.reasons[0].code == "languages", where


def test_a_translation_is_found_by_the_command_line(tmp_path: Path) -> None:
    db = str(tmp_path / "a.db")
    for sample in SAMPLES:
        if sample.language in ("german", "russian", "chinese", "arabic", "hindi", "japanese"):
            path = tmp_path / f"{sample.language}.txt"
            path.write_text(sample.story, "utf-8")
            assert run("add", path, "--db", db).code == 0
    for event, expected in (("ferry", 1), ("grave", 3), ("fire", 2)):
        sample = next(s for s in SAMPLES if (s.language, s.event) == ("english", event))
        page = tmp_path / "page.txt"
        for text, matches in ((sample.story, expected), (sample.targets["independent"], 0)):
            page.write_text(text, "utf-8")
            found = run("check", page, "--db", db, "--json").json
            assert [m["relation"] for m in found["matches"]] == ["translation"] * matches
