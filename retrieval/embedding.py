"""Embedder: texts → unit vectors, of the whole and of each token.

Serving uses a model exported to ONNX (`retrieval.onnx_embedder`). What stands here is what an embedder is, and the
reference: sentence-transformers itself, for models that cannot be exported.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from retrieval.model_files import EmbeddingError, ModelFiles, not_loadable

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from torch import Tensor

Vectors = NDArray[np.float32]

TOKEN_SCALE = 127
"""A token's vector is kept as bytes: its unit row times this, rounded. It costs no quality that could be measured."""

_BATCH = 8  # On a processor small batches of like lengths are faster than the library's 32: less padding.
_TOGETHER = 64


@dataclass(frozen=True, slots=True)
class Embedding:
    """A text as vectors.

    Attributes:
        vector: Of the whole text, `(dimension,)` float32, of length 1.
        token_ids: `(tokens,)` int32, in order, without the model's special tokens.
        token_vectors: Of each token in its context, `(tokens, dimension)` int8, rows of length 1 times `TOKEN_SCALE`.
        token_starts: Where each token begins in the text, `(tokens,)` int32; empty where that is not known.
    """

    vector: Vectors
    token_ids: NDArray[np.int32]
    token_vectors: NDArray[np.int8]
    token_starts: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, dtype=np.int32))


class Embedder(Protocol):
    """Texts → embeddings. A new model needs one class with these four."""

    @property
    def name(self) -> str:
        """What is stamped in an index, so that it is never searched with another model."""
        ...

    @property
    def dimension(self) -> int:
        """Of the vectors."""
        ...

    def embed(self, texts: Sequence[str]) -> Iterator[Embedding]:
        """Return the embedding of each text, in order; the work may begin before the first is asked for."""
        ...

    def knows(self, word: str) -> bool:
        """Tell whether a word in lower case is a word of the model's own vocabulary, hence not misspelt."""
        ...


class SentenceTransformerEmbedder:
    """Any sentence-transformers model, as it is."""

    def __init__(self, files: ModelFiles) -> None:
        self._files = files

    @property
    def name(self) -> str:
        """The model and the beginning of its checksum."""
        return self._files.name

    @property
    def dimension(self) -> int:
        """Of the vectors; loads the model."""
        dimension = self.model.get_embedding_dimension()
        if dimension is None:
            raise EmbeddingError(f"The model {self._files.model!r} does not tell its dimension: choose another one.")
        return int(dimension)

    def embed(self, texts: Sequence[str]) -> Iterator[Embedding]:
        """Yield the embedding of each text.

        Raises:
            EmbeddingError: The model cannot be loaded, or gives no vectors of tokens.
        """
        for start in range(0, len(texts), _TOGETHER):
            yield from self._embeddings(list(texts[start : start + _TOGETHER]))

    def _embeddings(self, texts: list[str]) -> list[Embedding]:
        try:
            features: Any = self.model.encode(
                texts,
                output_value=None,  # everything: the vectors of the tokens too
                batch_size=_BATCH,
                show_progress_bar=False,
            )
            return list(map(self._embedding, features))
        except (KeyError, AttributeError) as error:  # a model of words, or of static vectors
            raise EmbeddingError(
                f"The model {self._files.model!r} gives no vector of each token of a text, which is needed here: "
                "choose another one, built on a transformer."
            ) from error

    def _embedding(self, features: Mapping[str, Tensor]) -> Embedding:
        ids = features["input_ids"].numpy().astype(np.int32)
        real = features["attention_mask"].numpy().astype(bool) & ~np.isin(ids, self._special_ids)
        tokens = features["token_embeddings"].numpy()[real]
        tokens /= np.linalg.norm(tokens, axis=1, keepdims=True)
        vector = features["sentence_embedding"].numpy().astype(np.float32)  # of any length: everything was asked for
        return Embedding(
            vector=vector / max(float(np.linalg.norm(vector)), 1e-12),
            token_ids=ids[real],
            token_vectors=np.rint(tokens * TOKEN_SCALE).astype(np.int8),
        )

    @cached_property
    def _special_ids(self) -> list[int]:
        tokenizer = self.model.tokenizer
        return [number for number in tokenizer.all_special_ids if number != tokenizer.unk_token_id]

    def knows(self, word: str) -> bool:
        """Tell whether a word in lower case is a whole piece of the tokenizer's vocabulary."""
        return word in self._vocabulary

    @cached_property
    def _vocabulary(self) -> frozenset[str]:
        return frozenset(self.model.tokenizer.get_vocab())

    @cached_property
    def model(self) -> SentenceTransformer:
        """The model itself, loaded when it is first needed: seconds and half a gigabyte; raises EmbeddingError."""
        return _loaded(self._files)


def _loaded(files: ModelFiles) -> SentenceTransformer:
    try:
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging
    except ModuleNotFoundError as error:
        raise EmbeddingError(
            f"The model {files.model!r} must be exported first, and {error.name} is not installed here, which that "
            "needs. Run `rapporteur index` once where the whole program is installed, and bring the folder `models` "
            "of that index into the folder of this one."
        ) from error

    # Threads of one batch wait for one another: with as many as there are cores, a second busy process on the
    # machine made embedding four times slower than one thread fewer does.
    torch.set_num_threads(max(1, (os.cpu_count() or 1) - 1))
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # it would be drawn over ours
    try:
        # Attention as plain products: the same vectors, and what can be exported.
        return SentenceTransformer(
            str(files.folder), device="cpu", local_files_only=True, model_kwargs={"attn_implementation": "eager"}
        )
    except Exception as error:  # the libraries below raise many kinds, none documented
        raise not_loadable(files.model, error) from error
