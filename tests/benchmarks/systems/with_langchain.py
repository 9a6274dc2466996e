"""LangChain: FAISS and rank_bm25 joined by EnsembleRetriever, which fuses by reciprocal rank."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from langchain_classic.retrievers import EnsembleRetriever
from langchain_community.retrievers import BM25Retriever
from langchain_community.vectorstores import FAISS
from langchain_core.documents import Document
from langchain_huggingface import HuggingFaceEmbeddings
from serving import SHORTLIST, Ask, Paragraph, serve


def build(paragraphs: Sequence[Paragraph], folder: Path, model: str) -> None:
    """Write the vectors and documents as the library saves them; its BM25 retriever has nothing to save itself with."""
    documents = [
        Document(page_content=each.text, metadata={"file": each.document, "number": number})
        for number, each in enumerate(paragraphs)
    ]
    FAISS.from_documents(documents, _embeddings(model)).save_local(str(folder / "vectors"))


def load(folder: Path, model: str) -> Ask:
    """Read the vectors and documents, and index the words again."""
    vectors = FAISS.load_local(str(folder / "vectors"), _embeddings(model), allow_dangerous_deserialization=True)
    documents = [vectors.docstore.search(name) for name in vectors.index_to_docstore_id.values()]
    retriever = EnsembleRetriever(
        retrievers=[
            BM25Retriever.from_documents(documents, k=SHORTLIST),
            vectors.as_retriever(search_kwargs={"k": SHORTLIST}),
        ],
        weights=[0.5, 0.5],
        id_key="number",  # or paragraphs with the same words would be one
    )

    def ask(question: str) -> list[Paragraph]:
        return [Paragraph(each.metadata["file"], each.page_content) for each in retriever.invoke(question)]

    return ask


def _embeddings(model: str) -> HuggingFaceEmbeddings:
    return HuggingFaceEmbeddings(model_name=model, model_kwargs={"device": "cpu"})


if __name__ == "__main__":
    serve(build, load)
