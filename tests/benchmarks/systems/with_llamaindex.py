"""LlamaIndex: its vector index and its BM25 retriever, joined by QueryFusionRetriever without generated queries."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from llama_index.core import StorageContext, VectorStoreIndex, load_index_from_storage
from llama_index.core.llms import MockLLM
from llama_index.core.retrievers import QueryFusionRetriever
from llama_index.core.retrievers.fusion_retriever import FUSION_MODES
from llama_index.core.schema import TextNode
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.retrievers.bm25 import BM25Retriever
from serving import PLACES, SHORTLIST, Ask, Paragraph, serve


def build(paragraphs: Sequence[Paragraph], folder: Path, model: str) -> None:
    """Write the vector index and the BM25 retriever, each as the library persists it."""
    nodes = [_node(str(number), paragraph) for number, paragraph in enumerate(paragraphs)]
    index = VectorStoreIndex(nodes, embed_model=HuggingFaceEmbedding(model_name=model, device="cpu"))
    index.storage_context.persist(str(folder / "vectors"))
    BM25Retriever.from_defaults(nodes=nodes, similarity_top_k=SHORTLIST).persist(str(folder / "words"))


def load(folder: Path, model: str, fusion: str) -> Ask:
    """Read both; `fusion` is a mode of QueryFusionRetriever."""
    index = load_index_from_storage(
        StorageContext.from_defaults(persist_dir=str(folder / "vectors")),
        embed_model=HuggingFaceEmbedding(model_name=model, device="cpu"),
    )
    retriever = QueryFusionRetriever(
        [index.as_retriever(similarity_top_k=SHORTLIST), BM25Retriever.from_persist_dir(str(folder / "words"))],
        llm=MockLLM(),  # never asked: one query, the question itself
        num_queries=1,
        mode=FUSION_MODES(fusion),
        similarity_top_k=PLACES,
    )

    def ask(question: str) -> list[Paragraph]:
        return [Paragraph(found.node.metadata["file_name"], found.node.text) for found in retriever.retrieve(question)]

    return ask


def _node(name: str, paragraph: Paragraph) -> TextNode:
    """Return a node as the library's own reader of folders makes it: the file's name is kept and not embedded."""
    return TextNode(
        id_=name,
        text=paragraph.text,
        metadata={"file_name": paragraph.document},
        excluded_embed_metadata_keys=["file_name"],
        excluded_llm_metadata_keys=["file_name"],
    )


if __name__ == "__main__":
    serve(build, load)
