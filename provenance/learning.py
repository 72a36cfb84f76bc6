"""Boilerplate learned from what the database holds: its texts in, rows of the table out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from provenance import boilerplate
from provenance.boilerplate import Text
from provenance.languages import MARK
from provenance.normalize import sentence_hashes, tokenize
from provenance.store import Line, Store

#: New articles from which learning again is worth it, and their share of those known then: the
#: share makes that all learning together reads each text a fixed number of times.
STEP = 200
STEP_SHARE = 0.5


def due(store: Store) -> bool:
    """Whether so much was stored since boilerplate was learned that it should be again."""
    before = store.learned_from()
    return store.article_count() - before >= max(STEP, STEP_SHARE * before)


def learn(store: Store, run: int | None = None) -> dict[str, int]:
    """Learn boilerplate anew from all texts, in place of what was learned before. ``run``: at the
    end of this run, which is told afterwards (``Store.learned_in``).

    Returns how many: articles, of_sites (sentences), sites (that have any), everywhere.
    """
    articles = store.article_count()

    def read() -> Iterator[tuple[str, list[Text]]]:
        for site, texts in store.texts_of_sites(boilerplate.TEXTS_OF_SITE):
            # The keys of names are few and coarse: unlike words, they meet by chance.
            yield (
                site,
                [
                    boilerplate.text(
                        name, tokenize(text), [term for term in terms if not term.startswith(MARK)]
                    )
                    for name, text, terms in texts
                ],
            )

    found = boilerplate.learn(read)
    wanted: dict[str, list[boilerplate.Found]] = defaultdict(list)
    for one in found:
        wanted[one.example].append(one)
    lines = [line for name, every in wanted.items() for line in _lines(store, name, every)]
    store.replace_learned(lines, articles, run)
    local = [one for one in found if one.site]
    return {
        "articles": articles,
        "of_sites": len(local),
        "sites": len({one.site for one in local}),
        "everywhere": len(found) - len(local),
    }


def _lines(store: Store, article_id: str, found: list[boilerplate.Found]) -> Iterator[Line]:
    """What was found, with the sentences themselves, from a text that holds them."""
    article = store.article(article_id)
    if article is None:
        return
    sentences = sentences_of(article.text)
    for one in found:
        if one.hash in sentences:
            shown, words = sentences[one.hash]
            yield Line(one.hash, one.site, shown, words, one.articles, one.sites)


def sentences_of(text: str) -> dict[int, tuple[str, int]]:
    """The sentences of a text by hash: as written, and how many words they have."""
    tokens = tokenize(text)
    return {
        value: (text[tokens.starts[first] : tokens.ends[last - 1]], last - first)
        for value, (first, last) in zip(sentence_hashes(tokens), tokens.sentences, strict=True)
    }
