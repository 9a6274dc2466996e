"""Haystack: BM25 and embeddings over its in-memory document store, joined by reciprocal rank fusion."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from haystack import Document, Pipeline
from haystack.components.joiners import DocumentJoiner
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)
from serving import Ask, Paragraph, serve


def build(paragraphs: Sequence[Paragraph], folder: Path, model: str) -> None:
    """Write the store with the vectors in it, as the library saves it."""
    documents = [
        Document(id=str(number), content=each.text, meta={"file": each.document})
        for number, each in enumerate(paragraphs)
    ]
    embedder = SentenceTransformersDocumentEmbedder(model=model, progress_bar=False)
    embedder.warm_up()
    store = InMemoryDocumentStore()
    store.write_documents(embedder.run(documents)["documents"])
    store.save_to_disk(str(folder / "store.json"))


def load(folder: Path, model: str) -> Ask:
    """Read the store and put the pipeline of the library's documentation of hybrid retrieval on it."""
    store = InMemoryDocumentStore.load_from_disk(str(folder / "store.json"))
    pipeline = Pipeline()
    pipeline.add_component("embedder", SentenceTransformersTextEmbedder(model=model, progress_bar=False))
    pipeline.add_component("vectors", InMemoryEmbeddingRetriever(store))
    pipeline.add_component("words", InMemoryBM25Retriever(store))
    pipeline.add_component("joiner", DocumentJoiner(join_mode="reciprocal_rank_fusion"))
    pipeline.connect("embedder.embedding", "vectors.query_embedding")
    pipeline.connect("vectors", "joiner")
    pipeline.connect("words", "joiner")

    def ask(question: str) -> list[Paragraph]:
        found = pipeline.run({"embedder": {"text": question}, "words": {"query": question}})["joiner"]["documents"]
        return [Paragraph(each.meta["file"], each.content) for each in found]

    return ask


if __name__ == "__main__":
    serve(build, load)
