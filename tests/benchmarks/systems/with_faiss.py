"""The reference: sentence-transformers on torch and a flat FAISS index over whole paragraphs, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import faiss
from sentence_transformers import SentenceTransformer
from serving import PLACES, Ask, Paragraph, serve


def build(paragraphs: Sequence[Paragraph], folder: Path, model: str) -> None:
    """Write the vectors, and the paragraphs beside them."""
    encoder = SentenceTransformer(model, device="cpu")
    vectors = encoder.encode([each.text for each in paragraphs], normalize_embeddings=True, convert_to_numpy=True)
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    faiss.write_index(index, str(folder / "vectors.faiss"))
    (folder / "paragraphs.json").write_text(json.dumps([asdict(each) for each in paragraphs]), encoding="utf-8")


def load(folder: Path, model: str) -> Ask:
    """Read both, and the model."""
    encoder = SentenceTransformer(model, device="cpu")
    index = faiss.read_index(str(folder / "vectors.faiss"))
    paragraphs = [Paragraph(**each) for each in json.loads((folder / "paragraphs.json").read_text(encoding="utf-8"))]

    def ask(question: str) -> list[Paragraph]:
        vector = encoder.encode([question], normalize_embeddings=True, convert_to_numpy=True)
        _, rows = index.search(vector, PLACES)
        return [paragraphs[row] for row in rows[0] if row >= 0]

    return ask


if __name__ == "__main__":
    serve(build, load)
