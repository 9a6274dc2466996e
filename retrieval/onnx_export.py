"""A sentence-transformers model → one ONNX file, quantised and held against the original, in a folder of its own.

The graph takes the tokens of one text and gives the vector of the text, pooled and of length 1 as the model does it,
and the vector of each token as bytes. Only here, and for models that cannot be exported, torch is needed.

    python -m retrieval.onnx_export FOLDER      # the packaged model, for whatever processor it will run on
"""

from __future__ import annotations

import hashlib
import logging
import platform
import shutil
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from filelock import FileLock

from retrieval.embedding import TOKEN_SCALE, SentenceTransformerEmbedder
from retrieval.generations import flush
from retrieval.model_files import EmbeddingError, ModelFiles, find_model, first_line
from retrieval.onnx_embedder import GRAPH, MANIFEST, TOKENIZER, Export, OnnxEmbedder

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

AGREEMENT = 0.985
"""Cosine with the original's vector that every sample sentence must reach, or the model is kept in full precision."""

SAMPLES = (
    "When does the mandate end?",
    "who commands the military observers",
    "paragraph 6 (d) of resolution 1138 (1997)",
    "What did the Council decide about the border?",
    "The mandate was extended until 15 May 1998.",
    "Military observers.",
    "The parties shall respect the cease-fire and shall release all prisoners of war without delay.",
    "A quoll is a marsupial of Australia, with 2 to 4 young in a litter and a spotted coat.",
    "Decides that the mission shall consist of 45 military observers in addition to the 15 already there;",
    "Requests the Secretary-General to report to the Council within three months on the implementation of this "
    "resolution, on progress made towards a comprehensive political solution of the conflict, and on the operations "
    "of the mission;",
)
_OPSET = 17
_ASIDE = ".exporting-"


class NotExported(EmbeddingError):
    """A model cannot be exported; with sentence-transformers it works all the same."""


def is_exported(files: ModelFiles, models: Path) -> bool:
    """Tell whether a model is among the exported ones below `models`."""
    return (models / files.sha256[:16] / MANIFEST).is_file()


def exported(
    files: ModelFiles, models: Path, notice: Callable[[str], None], *, for_any_processor: bool = False
) -> OnnxEmbedder:
    """Return the exported model kept in a folder below `models` under its content hash; export it if it is not there.

    Args:
        files: The model.
        models: Where exported models are kept.
        notice: Is told what a person should know: that precision is kept full, and why.
        for_any_processor: Whether it will also run on others than the processor of this machine.

    Raises:
        NotExported: The export failed; nothing is left behind.
        EmbeddingError: The model cannot be loaded.
    """
    folder = models / files.sha256[:16]
    if (folder / MANIFEST).is_file():
        return OnnxEmbedder(folder)
    models.mkdir(parents=True, exist_ok=True)
    with FileLock(models.with_name(f"{models.name}.LOCK")):
        for left_over in models.glob(f"{_ASIDE}*"):  # of a process that was killed
            shutil.rmtree(left_over, ignore_errors=True)
        if not (folder / MANIFEST).is_file():  # else another process exported it meanwhile
            narrow = for_any_processor or not adds_bytes_without_overflow()
            _export_aside(files, models, folder, notice, narrow=narrow)
    return OnnxEmbedder(folder)


def _export_aside(
    files: ModelFiles, models: Path, folder: Path, notice: Callable[[str], None], *, narrow: bool
) -> None:
    """Export a model into `folder`, which is there with everything in it or not at all."""
    aside = Path(tempfile.mkdtemp(prefix=_ASIDE, dir=models))
    try:
        _export(files, aside, notice, narrow=narrow)
        for path in (*aside.iterdir(), aside):
            flush(path)
        shutil.rmtree(folder, ignore_errors=True)
        aside.rename(folder)
        flush(models)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _export(files: ModelFiles, folder: Path, notice: Callable[[str], None], *, narrow: bool) -> None:
    original = SentenceTransformerEmbedder(files)
    next(original.embed(SAMPLES[:1]))  # what cannot be used at all need not be exported
    model = original.model
    full = folder / "full.onnx"
    try:
        longest = _write_tokenizer(model, folder / TOKENIZER)
        _write_graph(model, full)
        _quantise(full, folder / GRAPH, narrow=narrow)
        loss = _loss_in_bytes(files, original, folder, longest)
        if loss:
            shutil.copyfile(full, folder / GRAPH)
            agreement = _finish(files, original, folder, "float32", longest)
        full.unlink()
    except OSError:
        raise
    except Exception as error:  # whatever torch cannot trace: each model has reasons of its own
        raise NotExported(
            f"The model {files.model!r} cannot be exported ({first_line(error)}), so it is used as it is, with "
            "sentence-transformers: it answers the same, starts in seconds and needs half a gigabyte."
        ) from error
    if loss and agreement < AGREEMENT:
        raise NotExported(
            f"The model {files.model!r} gives other vectors once exported (cosine {agreement:.3f}), so it is used as "
            "it is, with sentence-transformers."
        )
    if loss:
        notice(
            f"The model {files.model!r} {loss}, so it is kept in full precision: four times larger, three times slower."
        )


def _loss_in_bytes(files: ModelFiles, original: SentenceTransformerEmbedder, folder: Path, longest: int) -> str | None:
    """Return what is wrong with a quantised graph, None if it is as it should be."""
    agreement = _finish(files, original, folder, "int8", longest)
    if agreement >= AGREEMENT:
        return None
    return f"loses too much when it is quantised (cosine {agreement:.3f} with the original, {AGREEMENT} is wanted)"


def _finish(
    files: ModelFiles, original: SentenceTransformerEmbedder, folder: Path, precision: str, longest: int
) -> float:
    """Write the manifest of an exported graph; return its lowest cosine with the original on the samples."""
    model = original.model
    export = Export(
        model=files.model,
        sha256=files.sha256,
        precision=precision,
        dimension=original.dimension,
        longest=longest,
        prompt=str(model.prompts.get(model.default_prompt_name or "") or ""),
        agreement=0.0,
        files={name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in (GRAPH, TOKENIZER)},
    )
    export.write(folder)
    wanted, found = (np.stack([each.vector for each in one.embed(SAMPLES)]) for one in (original, OnnxEmbedder(folder)))
    agreement = float((wanted * found).sum(axis=1).min())
    replace(export, agreement=agreement).write(folder)
    return agreement


def _write_tokenizer(model: SentenceTransformer, file: Path) -> int:
    """Write the model's tokenizer without padding; return how many tokens the model reads."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_str(model.tokenizer.backend_tokenizer.to_str())
    longest = int(model.max_seq_length or model.tokenizer.model_max_length)
    tokenizer.no_padding()  # files often fix a padding of their own, which costs time and nothing else
    tokenizer.enable_truncation(longest)
    file.write_text(tokenizer.to_str(), encoding="utf-8")
    return longest


def _write_graph(model: SentenceTransformer, file: Path) -> None:
    import torch
    from torch.nn.functional import normalize

    class OneText(torch.nn.Module):
        """The tokens of one text → its vector, `(1, dimension)`, and theirs in bytes, `(1, tokens, dimension)`."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            features = {"input_ids": input_ids, "attention_mask": torch.ones_like(input_ids)}
            if "token_type_ids" in model.tokenizer.model_input_names:
                features["token_type_ids"] = torch.zeros_like(input_ids)
            found = self.model(features)
            tokens = (normalize(found["token_embeddings"], dim=-1) * TOKEN_SCALE).round()
            vector = normalize(found["sentence_embedding"], dim=-1)
            return vector, tokens.clamp(-TOKEN_SCALE, TOKEN_SCALE).to(torch.int8)

    example = torch.tensor([model.tokenizer("the tokens of one text")["input_ids"]])
    with torch.no_grad(), warnings.catch_warnings(), _graphs_kept_quiet():
        warnings.simplefilter("ignore")  # the tracer names every line that looks at a shape
        torch.onnx.export(
            OneText().eval(),
            (example,),
            str(file),
            input_names=["input_ids"],
            output_names=["vector", "tokens"],
            dynamic_axes={"input_ids": {1: "tokens"}, "tokens": {1: "tokens"}},
            opset_version=_OPSET,
            dynamo=False,  # the other exporter takes 13 s instead of 2, and gains nothing
        )


@contextmanager
def _graphs_kept_quiet() -> Iterator[None]:
    """Keep torch from printing a graph that cannot be exported, on standard output and pages long."""
    import torch

    log = torch._C._jit_onnx_log
    torch._C._jit_onnx_log = lambda *_: None
    try:
        yield
    finally:
        torch._C._jit_onnx_log = log


def _quantise(full: Path, file: Path, *, narrow: bool) -> None:
    """Write a graph with its weights as bytes, each channel with a scale of its own.

    Without the instruction that adds products of bytes without overflow (VNNI), weights are kept to seven bits: narrow.
    Source: ONNX Runtime, Quantize ONNX models: "When to use reduce_range".
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic

    first = _first_contraction(full)
    logging.disable(logging.WARNING)  # it advises a step that gains nothing here
    try:
        quantize_dynamic(
            full,
            file,
            per_channel=True,
            reduce_range=narrow,
            weight_type=QuantType.QInt8,
            nodes_to_exclude=[first] if first else [],
            extra_options={"MatMulConstBOnly": True},
        )
    finally:
        logging.disable(logging.NOTSET)


def _first_contraction(graph: Path) -> str | None:
    """Return the first product with weights that has fewer columns than rows: the way out of the first wide layer.

    Its inputs differ most in size, so that it loses most in bytes: in full precision it costs 8 % of the time and
    lifts the lowest cosine of the packaged model from 0.984 to 0.992, more than any other layer would.
    """
    import onnx

    model = onnx.load(graph)
    shapes = {weight.name: tuple(weight.dims) for weight in model.graph.initializer}
    products = (node for node in model.graph.node if node.op_type == "MatMul" and node.input[1] in shapes)
    return next((str(node.name) for node in products if shapes[node.input[1]][0] > shapes[node.input[1]][1]), None)


def adds_bytes_without_overflow() -> bool:
    """Tell whether this processor adds products of bytes without overflow, so that weights may have all eight bits."""
    if platform.machine().lower() in ("arm64", "aarch64"):
        return True
    try:
        return "vnni" in Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:  # not Linux: nothing tells, and seven bits are right everywhere
        return False


def main(folder: str) -> None:
    """Export the packaged model to a folder below one; a loss of precision ends this with a sentence."""

    def refuse(said: str) -> None:
        raise SystemExit(said)

    exported(find_model(None), Path(folder), refuse, for_any_processor=True)


if __name__ == "__main__":
    main(sys.argv[1])
