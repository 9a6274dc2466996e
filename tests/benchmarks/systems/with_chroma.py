"""Chroma: a persistent collection searched by vectors. Its search by words needs its cloud."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import chromadb
from chromadb.config import Settings
from chromadb.utils.embedding_functions import SentenceTransformerEmbeddingFunction
from serving import PLACES, Ask, Paragraph, serve


def build(paragraphs: Sequence[Paragraph], folder: Path, model: str) -> None:
    """Write the collection, as many paragraphs at a time as the library takes."""
    client = _client(folder)
    collection = client.create_collection(
        "documents", embedding_function=SentenceTransformerEmbeddingFunction(model_name=model)
    )
    size = client.get_max_batch_size()
    for start in range(0, len(paragraphs), size):
        batch = paragraphs[start : start + size]
        collection.add(
            ids=[str(start + number) for number in range(len(batch))],
            documents=[each.text for each in batch],
            metadatas=[{"file": each.document} for each in batch],
        )


def load(folder: Path, model: str) -> Ask:
    """Open the collection."""
    collection = _client(folder).get_collection(
        "documents", embedding_function=SentenceTransformerEmbeddingFunction(model_name=model)
    )

    def ask(question: str) -> list[Paragraph]:
        found = collection.query(query_texts=[question], n_results=PLACES)
        pairs = zip(found["metadatas"][0], found["documents"][0], strict=True)
        return [Paragraph(metadata["file"], text) for metadata, text in pairs]

    return ask


def _client(folder: Path) -> chromadb.ClientAPI:
    return chromadb.PersistentClient(str(folder / "chroma"), settings=Settings(anonymized_telemetry=False))


if __name__ == "__main__":
    serve(build, load)
