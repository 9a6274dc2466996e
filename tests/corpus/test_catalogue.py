"""The catalogue of two sets of documents is that of all of them, however they are divided."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

import corpus
from corpus.catalogue import Catalogue
from corpus.document import Kind, Source
from corpus.folder import read_folder

SOURCES = [
    *(document.source for document in read_folder(Path(corpus.__file__).parent / "documents").documents),
    Source("a/Rules.md", "Rules", Kind.OTHER),
    Source("b/Rules.md", "House rules", Kind.OTHER),
    Source("b/x.md", "Rules", Kind.OTHER),
    Source("b/S_RES_1138_1997.txt", "A copy", Kind.OTHER),
    Source("c/res.md", "About resolution 1138", Kind.OTHER),
    Source("c/house rules.txt", "Zoo", Kind.OTHER),
]


@pytest.mark.parametrize("seed", range(50))
def test_a_catalogue_with_more_is_the_catalogue_of_all(seed: int) -> None:
    documents = random.Random(seed).sample(SOURCES, len(SOURCES))
    here = seed % len(documents)
    assert Catalogue.of(documents[:here]).with_more(Catalogue.of(documents[here:])) == Catalogue.of(documents)
