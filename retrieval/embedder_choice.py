"""Which embedder serves a model: the exported one, or sentence-transformers where a model cannot be exported."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from retrieval.embedding import Embedder, SentenceTransformerEmbedder
from retrieval.generations import IndexNotWritten
from retrieval.model_files import PACKAGED_MODEL, EmbeddingError, ModelFiles, find_model
from retrieval.onnx_embedder import Export, OnnxEmbedder
from retrieval.store import made_with_another

MODELS = "models"
"""Folder of the exported models, beside the generations of an index."""


def embedder_for_indexing(
    model: str | None, index: Path, notice: Callable[[str], None], *, apart: bool = False
) -> Embedder:
    """Return the embedder of a model, exported first where it was not yet.

    Args:
        model: A sentence-transformers model by name or path; None is the packaged one.
        index: The folder of the index that is to be built.
        notice: Is told what a person should know: that a model could not be exported, or not be quantised.
        apart: Whether to export in a process of its own: it needs a gigabyte, which is then given back before documents
            are indexed.

    Raises:
        EmbeddingError: The model cannot be loaded.
        IndexNotWritten: The exported model cannot be written.
    """
    from retrieval.onnx_export import NotExported, exported, is_exported

    files = find_model(model)
    try:
        if apart and not is_exported(files, index / MODELS):
            for said in _exported_apart(files, index / MODELS):
                notice(said)
        return exported(files, index / MODELS, notice)
    except NotExported as error:
        notice(str(error))
        return SentenceTransformerEmbedder(files)
    except OSError as error:
        raise IndexNotWritten(f"The index folder {index} cannot be written ({error.strerror or error}).") from error


def _exported_apart(files: ModelFiles, models: Path) -> list[str]:
    """Export a model in a process of its own; return what a person should know."""
    from concurrent.futures.process import BrokenProcessPool, ProcessPoolExecutor  # asking never needs them
    from multiprocessing import get_context

    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as processes:
        try:
            return processes.submit(_export_and_tell, files, models).result()
        except BrokenProcessPool as error:
            raise EmbeddingError(
                f"The export of the model {files.model!r} was ended from outside: it needs about a gigabyte of memory."
            ) from error


def _export_and_tell(files: ModelFiles, models: Path) -> list[str]:
    from retrieval.onnx_export import exported

    said: list[str] = []
    exported(files, models, said.append)
    return said


def embedder_for_asking(model: str | None, index: Path, made_with: str) -> Embedder:
    """Return the embedder that an index was made with, without torch where the model is exported.

    Args:
        model: As configured; None is the packaged one.
        index: The folder of the index.
        made_with: The name of the embedder that made the generation in use.

    Raises:
        IndexMismatch: It was made with another model than the one that is configured.
        EmbeddingError: The model that is configured cannot be found, and none like it is beside the index.
    """
    configured = model or PACKAGED_MODEL
    if not _is_path(configured) and not made_with.startswith(f"{configured} ("):
        raise made_with_another(made_with, configured)
    for folder in sorted((index / MODELS).glob("[!.]*")):
        try:
            export = Export.read(folder)
        except EmbeddingError:
            continue  # another one may do; if none does, the model itself is looked for
        if export.name != made_with:
            continue
        # The content is what counts: a model may have been moved, or be named by another path.
        if export.model == configured or export.sha256 == find_model(model).sha256:
            return OnnxEmbedder(folder)
    return SentenceTransformerEmbedder(find_model(model))


def _is_path(model: str) -> bool:
    try:
        return Path(model).is_absolute() or Path(model).is_dir()
    except OSError:  # too long for a path
        return False
