"""Which embedder serves a model: the exported one, or sentence-transformers where a model cannot be exported."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from retrieval.embedding import Embedder, SentenceTransformerEmbedder
from retrieval.generations import IndexNotWritten
from retrieval.model_files import PACKAGED_MODEL, PACKAGED_SHA256, EmbeddingError, ModelFiles, find_model
from retrieval.onnx_embedder import MANIFEST, Export, OnnxEmbedder
from retrieval.store import made_with_another

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

MODELS = "models"
"""Folder of the exported models, beside the generations of an index."""

INSTALLED = Path(__file__).parent / MODELS
"""The same of a program that was installed with its model exported, as in a container: without weights and torch."""
_ENDS_BY_ITSELF = 10.0  # seconds


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

    if installed := installed_export(model, index):
        return installed
    files = find_model(model)
    try:
        if apart and not is_exported(files, index / MODELS):
            for said in _exported_apart(files, index / MODELS):
                notice(said)
        return exported(files, index / MODELS, notice)
    except NotExported as error:
        notice(str(error))
        return SentenceTransformerEmbedder(files)
    except (OSError, NotImplementedError) as error:  # the latter on a file system without locks
        reason = getattr(error, "strerror", None) or error
        raise IndexNotWritten(f"The index folder {index} cannot be written ({reason}).") from error


def _exported_apart(files: ModelFiles, models: Path) -> list[str]:
    """Export a model in a process of its own, which does not outlive this one; return what a person should know."""
    from multiprocessing import get_context  # asking never needs it

    context = get_context("spawn")
    told, tells = context.Pipe(duplex=False)
    process = context.Process(target=_export_and_tell, args=(files, models, tells), daemon=True)
    process.start()
    tells.close()
    try:
        said: list[str] | Exception = told.recv()
        process.join(_ENDS_BY_ITSELF)  # killed at once, it leaves semaphores of its libraries, which Python tells of
    except EOFError as error:
        raise EmbeddingError(
            f"The export of the model {files.model!r} was ended from outside: it needs about a gigabyte of memory."
        ) from error
    finally:
        told.close()
        process.kill()  # it has told all, or nobody waits for it any more
        process.join()
    if isinstance(said, Exception):
        raise said
    return said


def _export_and_tell(files: ModelFiles, models: Path, tells: Connection) -> None:
    from retrieval.onnx_export import exported

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever waits is interrupted as well, and ends this process
    threading.Thread(target=_end_with_parent, daemon=True).start()
    said: list[str] = []
    try:
        exported(files, models, said.append)
        tells.send(said)
    except Exception as error:
        tells.send(error)


def _end_with_parent() -> None:
    """Wait for the process that started this one: one that is killed cannot end it itself."""
    from multiprocessing import parent_process

    parent = parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


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
    return installed_export(model, index) or SentenceTransformerEmbedder(find_model(model))


def installed_export(model: str | None, index: Path) -> OnnxEmbedder | None:
    """Return the packaged model where the program was installed with it exported; one beside the index comes first.

    Args:
        model: As configured; another than the packaged one is never installed.
        index: The folder of the index.
    """
    beside, installed = (models / PACKAGED_SHA256[:16] for models in (index / MODELS, INSTALLED))
    if model is not None or not (installed / MANIFEST).is_file():
        return None
    return OnnxEmbedder(beside if (beside / MANIFEST).is_file() else installed)


def _is_path(model: str) -> bool:
    try:
        return Path(model).is_absolute() or Path(model).is_dir()
    except OSError:  # too long for a path
        return False
