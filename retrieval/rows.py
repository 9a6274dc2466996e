"""Document → rows: what is stored of a document, its passages and sentences, and the texts that are embedded for them.

The row of a passage or sentence names its vectors by a key, the hash of the text that was embedded. So the next
generation knows which vectors it can take over.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field

from corpus.abbreviations import abbreviations_in
from corpus.document import Document, Passage, Source
from corpus.passages import passages_of, sentences_of
from retrieval.lexical import terms_of


@dataclass(frozen=True, slots=True)
class SentenceRow:
    """A sentence as it is stored: its range in the passage, its terms, the key of its vector."""

    start: int
    stop: int
    terms: str
    vector_key: bytes


@dataclass(frozen=True, slots=True)
class PassageRow:
    """A passage as it is stored, with its sentences and the abbreviations it introduces."""

    ordinal: int
    role: str
    locator: str
    headings: str
    label: str | None
    spans: str
    stem_spans: str
    content: str
    context_terms: str
    setting_key: bytes
    sentences: tuple[SentenceRow, ...]
    abbreviations: tuple[tuple[str, str], ...]

    @property
    def terms(self) -> str:
        """The terms of all sentences."""
        return " ".join(sentence.terms for sentence in self.sentences if sentence.terms)


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document as it is stored."""

    source: Source
    text: str
    passages: tuple[PassageRow, ...]

    def words(self, passage: PassageRow) -> str:
        """Return the words of one of its passages."""
        return Document(self.source, self.text).slice(tuple((start, end) for start, end in json.loads(passage.spans)))


@dataclass(frozen=True, slots=True)
class Texts:
    """What is embedded, under the key of its vector: the same words are embedded once."""

    sentences: dict[bytes, str] = field(default_factory=dict)
    settings: dict[bytes, str] = field(default_factory=dict)

    @property
    def parts(self) -> tuple[dict[bytes, str], dict[bytes, str]]:
        """The two kinds of texts."""
        return self.sentences, self.settings


def document_row(document: Document, texts: Texts) -> DocumentRow:
    """Return the rows of a document, and remember in `texts` what is to be embedded for them."""
    passages = tuple(_passage_row(passage, texts) for passage in passages_of(document))
    return DocumentRow(document.source, document.text, passages)


def _passage_row(passage: Passage, texts: Texts) -> PassageRow:
    text, context = passage.text, passage.context
    return PassageRow(
        ordinal=passage.ordinal,
        role=passage.role,
        locator=passage.locator,
        headings=json.dumps(passage.headings, ensure_ascii=False),
        label=passage.label,
        spans=json.dumps(passage.spans),
        stem_spans=json.dumps(passage.stem_spans),
        content=passage.id,
        context_terms=" ".join(terms_of(context)),
        setting_key=_keyed(passage.setting, texts.settings),
        sentences=_sentence_rows(passage, texts),
        abbreviations=tuple((found.short, found.long) for found in abbreviations_in(text)),
    )


def _sentence_rows(passage: Passage, texts: Texts) -> tuple[SentenceRow, ...]:
    text = passage.text
    # A sub-paragraph is no sentence without the words above it.
    stem = f"{passage.stem} " if passage.stem else ""
    return tuple(
        SentenceRow(
            start=start,
            stop=stop,
            terms=" ".join(terms_of(text[start:stop])),
            vector_key=_keyed(stem + text[start:stop], texts.sentences),
        )
        for start, stop in sentences_of(text)
    )


def _keyed(text: str, texts: dict[bytes, str]) -> bytes:
    """Remember a text to embed under the key of its vector: the same words are embedded once."""
    key = hashlib.sha256(text.encode()).digest()[:16]
    texts[key] = text
    return key
