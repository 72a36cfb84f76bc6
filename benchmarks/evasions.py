"""What is done to a copied text so that it is not known again: one function an alteration.

Each takes the text and gives it altered, the same every time. ``FOREIGN`` are stories of others,
for padding. Read by benchmarks/evasion.py and by the tests.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

Evasion = Callable[[str], str]
# Letters of every alphabet.
_LETTER = r"[^\W\d_]"
_LETTERS = re.compile(rf"(?<={_LETTER})(?={_LETTER})")
_SENTENCE = re.compile(r"(?<=[.!?])[\"”’]?\s+")

_LATIN = "abcdefghijklmnopqrstuvwxyz"
#: Look-alikes by alphabet: the letters, and what stands for them.
CYRILLIC = ("aceopxysijhAEKMHOPCTX", "асеорхуѕіјһАЕКМНОРСТХ")
GREEK = ("ovuianpxykABEZHIKMNOPTYX", "ονυιαηρχγκΑΒΕΖΗΙΚΜΝΟΡΤΥΧ")
ODD = ("aoieguhnpqsw", "ɑօіеɡսհոрԛѕԝ")
SMALL_CAPITALS = (_LATIN, "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘǫʀꜱᴛᴜᴠᴡxʏᴢ")
LEET = ("aeiost", "431057")
TO_CYRILLIC = (
    "abvgdezijklmnoprstufhcyqwx" + "ABVGDEZIJKLMNOPRSTUFHCYQWX",
    "абвгдезийклмнопрстуфхцыкшх" + "АБВГДЕЗИЙКЛМНОПРСТУФХЦЫКШХ",
)
_FIGURES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_NUMBERS = {str(value): word for value, word in enumerate(_FIGURES)}
_FILLERS = ("actually", "indeed", "moreover", "reportedly", "clearly", "basically", "certainly")
BOILERPLATE = (
    "Sign up for our newsletter and never miss a story like this one again.",
    "Advertisement: this space could be yours for less than a cup of coffee a day.",
    "Follow us wherever you like to read, and tell your friends about our page.",
    "Read more of today's most read stories at the bottom of this page, after the break.",
)
FRENCH = (
    "Le conseil municipal s'est réuni hier soir pour parler de la fontaine, qui ne coule plus "
    "depuis le printemps. Personne ne sait encore combien coûtera la réparation, mais chacun a "
    "son avis sur la couleur du carrelage. La séance a duré jusqu'à minuit passé."
)
WALL = "We value your privacy. We and our partners use cookies. Accept all to continue reading."
DECOY = (
    "The choir of the lower town sang for four hours without a break, and nobody left early.",
    "A baker whose name we promised to keep gave away all of his rolls before the rain came.",
    "Children had painted the walls of the station in colours that no paint shop would admit to.",
    "The mayor had a cold, so her speech was read by the caretaker, who added jokes of his own.",
    "Two goats went missing for an afternoon and were found in the reading room of the library.",
    "By evening the accordion had been mended with tape, and it sounded better than before.",
)


def swapped(pairs: tuple[str, str], every: int = 1) -> Evasion:
    """Letters replaced by others, or each ``every``-th of them."""
    table = dict(zip(*pairs, strict=True))

    def altered(text: str) -> str:
        out, seen = [], 0
        for character in text:
            if character in table:
                seen += 1
                if seen % every == 0:
                    character = table[character]
            out.append(character)
        return "".join(out)

    return altered


def between_letters(piece: str) -> Evasion:
    return lambda text: _LETTERS.sub(piece, text)


def after_letters(piece: str) -> Evasion:
    return lambda text: re.sub(f"({_LETTER})", "\\1" + piece, text)


def shifted(lower: int, upper: int | None = None) -> Evasion:
    """Latin letters moved to another block of Unicode, by its first small and first capital."""

    def one(found: re.Match[str]) -> str:
        letter = found.group()
        if letter.isupper():
            return letter if upper is None else chr(upper + ord(letter) - ord("A"))
        return chr(lower + ord(letter) - ord("a"))

    return lambda text: re.sub("[A-Za-z]", one, text)


def each_word(change: Callable[[str], str], every: int = 1, least: int = 1) -> Evasion:
    """Each ``every``-th word of at least so many letters changed."""

    def altered(text: str) -> str:
        seen = 0

        def one(found: re.Match[str]) -> str:
            nonlocal seen
            word = found.group()
            if len(word) < least:
                return word
            seen += 1
            return change(word) if seen % every == 0 else word

        return re.sub(f"{_LETTER}+", one, text)

    return altered


def in_half(piece: str) -> Callable[[str], str]:
    return lambda word: word[: len(word) // 2] + piece + word[len(word) // 2 :]


def paragraphs(text: str) -> list[str]:
    return [one for one in text.split("\n") if one.strip()]


def sentences(text: str) -> list[str]:
    return [one for paragraph in paragraphs(text) for one in _SENTENCE.split(paragraph) if one]


def shuffled(cut: Callable[[str], list[str]], glue: str) -> Evasion:
    def altered(text: str) -> str:
        pieces = cut(text)
        random.Random(len(pieces)).shuffle(pieces)
        return glue.join(pieces)

    return altered


def without_each(number: int) -> Evasion:
    return lambda text: "\n".join(
        " ".join(word for i, word in enumerate(line.split()) if i % number != number - 1)
        for line in text.split("\n")
    )


def dusted(number: int) -> Evasion:
    """A word of filling before each ``number``-th word."""

    def altered(text: str) -> str:
        lines = []
        for line in text.split("\n"):
            words = line.split()
            for place in range(len(words) - 1, 0, -number):
                words.insert(place, _FILLERS[place % len(_FILLERS)])
            lines.append(" ".join(words))
        return "\n".join(lines)

    return altered


def neighbours_swapped(text: str) -> str:
    lines = []
    for line in text.split("\n"):
        words = line.split()
        for i in range(0, len(words) - 1, 6):
            words[i], words[i + 1] = words[i + 1], words[i]
        lines.append(" ".join(words))
    return "\n".join(lines)


def padded(times: int, stories: Sequence[str]) -> Evasion:
    """Stories of others before and behind, ``times`` as many words as the text has."""

    def altered(text: str) -> str:
        wanted, taken, have = times * len(text.split()), [], 0
        for number in range(10_000):
            if have >= wanted:
                break
            taken.append(stories[number % len(stories)])
            have += len(taken[-1].split())
        half = len(taken) // 2
        return "\n\n".join((*taken[:half], text, *taken[half:]))

    return altered


def interleaved(pieces: Sequence[str], cut: Callable[[str], list[str]] = sentences) -> Evasion:
    """After each sentence one of somebody else."""
    return lambda text: "\n".join(
        f"{one} {pieces[i % len(pieces)]}" for i, one in enumerate(cut(text))
    )


def reversed_by_direction(text: str) -> str:
    """Each line backwards, shown forwards by a character that turns direction round."""
    return "\n".join(f"\u202e{line[::-1]}\u202c" for line in text.split("\n"))


def spelled(text: str) -> str:
    return re.sub(r"\b\d{1,2}\b", lambda found: _NUMBERS.get(found.group(), found.group()), text)


def evasions(stories: Sequence[str]) -> dict[str, Evasion]:
    """Every alteration by its name. ``stories``: texts of others, for padding."""
    return {
        "as it is": lambda text: text,
        "zero-width spaces between letters": between_letters("\u200b"),
        "joiners and non-joiners between letters": between_letters("\u200d\u200c\u2060"),
        "soft hyphens between letters": between_letters("\u00ad"),
        "tag characters and variation selectors": after_letters("\U000e0041\ufe0f"),
        "direction marks and isolates": each_word(lambda word: f"\u2066\u200e{word}\u2069"),
        "backwards, shown forwards": reversed_by_direction,
        "some Cyrillic letters": swapped(CYRILLIC, 3),
        "all Cyrillic letters": swapped(CYRILLIC),
        "all Greek letters": swapped(GREEK),
        "look-alikes of other blocks": swapped(ODD),
        "full-width letters": shifted(0xFF41, 0xFF21),
        "mathematical bold": shifted(0x1D41A, 0x1D400),
        "circled letters": shifted(0x24D0, 0x24B6),
        "small capitals": swapped(SMALL_CAPITALS),
        "accents": after_letters("\u0301"),
        "struck through": after_letters("\u0336"),
        "figures for letters": swapped(LEET),
        "figures for letters in each third word": each_word(swapped(LEET), 3),
        "blanks between letters": lambda text: re.sub(
            r"(?<=\w)(?=\w)", " ", text.replace(" ", "   ")
        ),
        "thin blanks between letters": between_letters("\u200a"),
        "words split by a blank": each_word(in_half(" "), 1, 4),
        "each third word split by a blank": each_word(in_half(" "), 3, 4),
        "words split by a hyphen": each_word(in_half("-"), 1, 4),
        "words split by a full stop": each_word(in_half("."), 1, 4),
        "words split by an underscore": each_word(in_half("_"), 1, 4),
        "words split by a pictogram": each_word(in_half("\U0001f4a7"), 1, 4),
        "blanks left out": lambda text: text.replace(" ", ""),
        "upper case": str.upper,
        "punctuation left out": lambda text: re.sub(r"[^\w\s]", "", text),
        "full stops after each word": lambda text: re.sub(r"(\w) ", r"\1. ", text),
        "in Cyrillic letters": swapped(TO_CYRILLIC),
        "numbers spelled": spelled,
        "in quotation marks": lambda text: "\n".join(f"“{one}”" for one in paragraphs(text)),
        "a wall before it": lambda text: f"{WALL}\n\n{text}",
        "boilerplate after each paragraph": interleaved(BOILERPLATE, paragraphs),
        "filling after each sentence": interleaved(DECOY),
        "paragraphs shuffled": shuffled(paragraphs, "\n\n"),
        "sentences shuffled": shuffled(sentences, " "),
        "filler before each sixth word": dusted(6),
        "filler before each third word": dusted(3),
        "each seventh word left out": without_each(7),
        "each fourth word left out": without_each(4),
        "each sixth pair of words swapped": neighbours_swapped,
        "each fifth word misspelled": each_word(lambda w: w[0] + w[2] + w[1] + w[3:], 5, 4),
        "each letter doubled in each third word": each_word(
            lambda word: "".join(letter * 2 for letter in word), 3, 3
        ),
        "a French text around it": padded(1, [FRENCH]),
        "padded once": padded(1, stories),
        "padded three times": padded(3, stories),
        "padded ten times": padded(10, stories),
        "behind nine hundred lines": lambda text: (
            "".join(f"Line {number}.\n" for number in range(900)) + text
        ),
    }
