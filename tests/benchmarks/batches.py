"""Measures what the model alone gives for many questions at once: one by one side by side, in batches, and on torch.

    python tests/benchmarks/batches.py QUESTIONS.jsonl [--reference] [--json]

`--reference` measures sentence-transformers alone, in its own batches. Nothing is downloaded: the model is the packaged
one. Times are the best of three runs; processor time is that of all threads together.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from corpus.errors import RapporteurError
from retrieval import onnx_export
from retrieval.embedding import SentenceTransformerEmbedder
from retrieval.model_files import find_model
from retrieval.onnx_embedder import OnnxEmbedder
from retrieval.questions import read_questions

SIZES = (1, 2, 4, 8, 16)
ORIGINAL_SIZES = (1, 8, 32)
RUNS = 3
_PADDING = 0  # what the model's own tokenizer pads with; the mask hides it


@dataclass(frozen=True, slots=True)
class Rate:
    """How fast texts were embedded in one way.

    Attributes:
        way: What embedded them.
        batch: Texts given to the model at once.
        per_second: Texts.
        processor_milliseconds: Of each text, all cores together.
        agreement: The lowest cosine with the vector of the same text alone; None where nothing is compared.
    """

    way: str
    batch: int
    per_second: float
    processor_milliseconds: float
    agreement: float | None


def _rate(way: str, batch: int, embed: Callable[[], Any], texts: int, agreement: float | None = None) -> Rate:
    embed()  # loaded, and its memory taken
    best: tuple[float, float] | None = None
    for _ in range(RUNS):
        began, busy = time.perf_counter(), time.process_time()
        embed()
        run = (time.perf_counter() - began, time.process_time() - busy)
        best = min(best or run, run)
    assert best
    return Rate(way, batch, texts / best[0], 1000 * best[1] / texts, agreement)


def original_rates(texts: Sequence[str]) -> Iterator[Rate]:
    """Yield the rates of sentence-transformers, with its own number of threads."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(find_model(None).folder), device="cpu", local_files_only=True)
    for size in ORIGINAL_SIZES:

        def embed(size: int = size) -> None:
            model.encode(list(texts), batch_size=size, show_progress_bar=False, normalize_embeddings=True)

        yield _rate("sentence-transformers", size, embed, len(texts))


def exported_rates(texts: Sequence[str], folder: Path) -> Iterator[Rate]:
    """Yield the rates of the exported model, as it is used and in batches, each on all cores."""
    files = find_model(None)
    embedder = onnx_export.exported(files, folder, lambda sentence: None)
    yield _rate("exported, as it is used", 1, lambda: list(embedder.embed(texts)), len(texts))
    full, quantised = folder / "batched.onnx", folder / "batched-int8.onnx"
    _write_batched_graph(SentenceTransformerEmbedder(files), full)
    onnx_export._quantise(full, quantised, narrow=not onnx_export.adds_bytes_without_overflow())
    alone = np.stack([each.vector for each in embedder.embed(texts)])
    encoded = [_ids(embedder, text) for text in texts]
    for size in SIZES:
        session = _session(quantised)
        batches = [encoded[start : start + size] for start in range(0, len(encoded), size)]

        def embed(session: Any = session, batches: Sequence[Sequence[Sequence[int]]] = batches) -> Any:
            with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
                return np.concatenate(list(threads.map(lambda batch: _vectors(session, batch), batches)))

        agreement = float((embed() * alone).sum(axis=1).min())
        yield _rate("exported, in batches", size, embed, len(texts), agreement)


def _ids(embedder: OnnxEmbedder, text: str) -> list[int]:
    return list(embedder._tokenizer.encode(text).ids)


def _session(graph: Path) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_mem_pattern = False
    return onnxruntime.InferenceSession(graph.read_bytes(), options, providers=["CPUExecutionProvider"])


def _vectors(session: Any, batch: Sequence[Sequence[int]]) -> Any:
    longest = max(map(len, batch))
    ids = np.array([[*each, *[_PADDING] * (longest - len(each))] for each in batch], dtype=np.int64)
    mask = np.array([[1] * len(each) + [0] * (longest - len(each)) for each in batch], dtype=np.int64)
    return session.run(["vector"], {"input_ids": ids, "attention_mask": mask})[0]


def _write_batched_graph(embedder: SentenceTransformerEmbedder, file: Path) -> None:
    """Write the same graph as the product's, for several texts at once: with a mask over what fills them up."""
    import torch
    from torch.nn.functional import normalize

    model = embedder.model

    class Texts(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            features = {"input_ids": input_ids, "attention_mask": attention_mask}
            features["token_type_ids"] = torch.zeros_like(input_ids)
            return normalize(self.model(features)["sentence_embedding"], dim=-1)

    ids = torch.tensor(model.tokenizer(["two texts that are", "of the same length"])["input_ids"])
    axes = {0: "texts", 1: "tokens"}
    with torch.no_grad(), onnx_export._graphs_kept_quiet():
        torch.onnx.export(
            Texts().eval(),
            (ids, torch.ones_like(ids)),
            str(file),
            input_names=["input_ids", "attention_mask"],
            output_names=["vector"],
            dynamic_axes={"input_ids": axes, "attention_mask": axes, "vector": {0: "texts"}},
            opset_version=onnx_export._OPSET,
            dynamo=False,
        )


def main() -> str | None:
    """Measure and print; return what went wrong, if anything."""
    parser = argparse.ArgumentParser(description="Measure how many questions a second the model alone embeds.")
    parser.add_argument("questions", type=Path, help="one question a line, as JSON")
    parser.add_argument("--reference", action="store_true", help="sentence-transformers alone")
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args()
    try:
        texts = [each.question for each in read_questions(arguments.questions)]
        with tempfile.TemporaryDirectory() as folder:
            rates = [*([] if arguments.reference else exported_rates(texts, Path(folder))), *original_rates(texts)]
    except RapporteurError as error:
        return str(error)
    lines = [json.dumps([asdict(each) for each in rates])] if arguments.json else list(_rows(rates))
    sys.stdout.writelines(f"{line}\n" for line in lines)
    return None


def _rows(rates: Sequence[Rate]) -> Iterator[str]:
    yield "| model | texts at once | texts a second | processor ms a text | lowest cosine with the text alone |"
    yield "|---|---|---|---|---|"
    for each in rates:
        agreement = "" if each.agreement is None else f"{each.agreement:.3f}"
        yield (
            f"| {each.way} | {each.batch} | {each.per_second:.0f} | {each.processor_milliseconds:.2f} | {agreement} |"
        )


if __name__ == "__main__":
    sys.exit(main())
