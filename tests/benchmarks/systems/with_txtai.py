"""txtai: an embeddings database with `hybrid`, that is vectors and BM25 weighed half and half."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from serving import PLACES, Ask, Paragraph, serve
from txtai import Embeddings

_BETWEEN = "\t"


def build(paragraphs: Sequence[Paragraph], folder: Path, model: str) -> None:
    """Write the database as the library saves it; an id tells the document."""
    embeddings = Embeddings(path=model, content=True, hybrid=True)
    embeddings.index((f"{number}{_BETWEEN}{each.document}", each.text) for number, each in enumerate(paragraphs))
    embeddings.save(str(folder / "database"))


def load(folder: Path, model: str) -> Ask:
    """Read the database, which names the model."""
    embeddings = Embeddings()
    embeddings.load(str(folder / "database"))

    def ask(question: str) -> list[Paragraph]:
        found = embeddings.search(question, PLACES)
        return [Paragraph(each["id"].split(_BETWEEN)[1], each["text"]) for each in found]

    return ask


if __name__ == "__main__":
    serve(build, load)
