"""A model exported to ONNX: what serves. It starts in a fifth of a second, without torch.

Every text is embedded alone. On a processor that costs nothing (a batch of eight gives 1.1 times as many short
questions a second, and 0.7 times as many paragraphs), and a vector does not depend on what else was embedded with it:
quantised arithmetic scales by the largest value of a batch, so that in a batch the same words have another vector each
time (cosine 0.98). Several texts are embedded side by side, one on each core.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from retrieval.embedding import Embedding
from retrieval.model_files import EmbeddingError, first_line

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

GRAPH, TOKENIZER, MANIFEST = "model.onnx", "tokenizer.json", "manifest.json"


@dataclass(frozen=True, slots=True)
class Export:
    """What is known of an exported model.

    Attributes:
        model: The model it was made from, as configured.
        sha256: Of that model's content.
        precision: "int8" or "float32".
        dimension: Of the vectors.
        longest: Tokens it reads of a text, the special ones included.
        prompt: What the model wants before every text.
        agreement: The lowest cosine with the original's vectors on the sample sentences.
        files: sha256 of each file beside the manifest.
    """

    model: str
    sha256: str
    precision: str
    dimension: int
    longest: int
    prompt: str
    agreement: float
    files: dict[str, str]

    @property
    def name(self) -> str:
        """What is stamped in an index."""
        return f"{self.model} ({self.sha256[:12]}, {self.precision})"

    def write(self, folder: Path) -> None:
        """Write the manifest."""
        (folder / MANIFEST).write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> Export:
        """Return what the manifest in `folder` says.

        Raises:
            EmbeddingError: It is missing or unreadable.
        """
        try:
            return cls(**json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError, RecursionError) as error:
            raise _damaged(folder, "its manifest cannot be read") from error


class OnnxEmbedder:
    """A model that `retrieval.onnx_export` has written to a folder."""

    def __init__(self, folder: Path) -> None:
        """Open an exported model; it is loaded when the first text is embedded.

        Raises:
            EmbeddingError: There is none in `folder`.
        """
        self._folder = folder
        self._export = Export.read(folder)

    @property
    def name(self) -> str:
        """The model, the beginning of its checksum, and its precision."""
        return self._export.name

    @property
    def dimension(self) -> int:
        """Of the vectors."""
        return self._export.dimension

    def check(self) -> None:
        """Compare the checksum of every file.

        Raises:
            EmbeddingError: One is missing or not what was written.
        """
        for name in self._export.files:
            self._read(name)

    def embed(self, texts: Sequence[str]) -> Iterator[Embedding]:
        """Return the embedding of each text; several are worked on at once from now on.

        Raises:
            EmbeddingError: A file of the model is missing or not what was written.
        """
        session, tokenizer = self._session, self._tokenizer  # loaded here, not by several threads at once
        if len(texts) == 1:
            return iter([self._embedding(session, tokenizer, texts[0])])
        return self._threads.map(lambda text: self._embedding(session, tokenizer, text), texts)

    def _embedding(self, session: InferenceSession, tokenizer: Tokenizer, text: str) -> Embedding:
        encoded = tokenizer.encode(self._export.prompt + text)
        ids = np.array(encoded.ids, dtype=np.int64)
        vector, tokens = session.run(None, {"input_ids": ids[None, :]})
        real = np.array(encoded.special_tokens_mask) == 0
        starts = np.array([start for start, _ in encoded.offsets], dtype=np.int32) - len(self._export.prompt)
        return Embedding(vector[0], ids[real].astype(np.int32), tokens[0][real], starts[real])

    def knows(self, word: str) -> bool:
        """Tell whether a word in lower case is a whole piece of the tokenizer's vocabulary."""
        return self._tokenizer.token_to_id(word) is not None

    @cached_property
    def _threads(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(max_workers=os.cpu_count() or 1, thread_name_prefix="embedding")

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        from tokenizers import Tokenizer

        return Tokenizer.from_str(self._read(TOKENIZER).decode("utf-8"))

    @cached_property
    def _session(self) -> InferenceSession:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1  # texts are worked on side by side instead
        options.enable_mem_pattern = False  # no two texts are of the same length
        options.log_severity_level = 3
        try:
            return onnxruntime.InferenceSession(self._read(GRAPH), options, providers=["CPUExecutionProvider"])
        except EmbeddingError:
            raise
        except Exception as error:  # the library raises kinds of its own
            raise _damaged(self._folder, first_line(error)) from error

    def _read(self, name: str) -> bytes:
        """Return a file of the model after its checksum was compared."""
        try:
            content = (self._folder / name).read_bytes()
        except OSError as error:
            raise _damaged(self._folder, f"{name} cannot be read") from error
        if hashlib.sha256(content).hexdigest() != self._export.files.get(name):
            raise _damaged(self._folder, f"{name} is not what was written")
        return content


def _damaged(folder: Path, reason: str) -> EmbeddingError:
    return EmbeddingError(
        f"The exported model in {folder} cannot be used ({reason}): remove that folder and run `rapporteur index`."
    )
