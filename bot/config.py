"""What the environment and a `.env` file set; read here and nowhere else.

Where the index is kept when `RAPPORTEUR_INDEX` does not say: in the user's data folder, a folder of its own for each
folder of documents, so that two of them never overwrite one another: `index/shipped` for the documents that come with
the program, wherever it is installed, and `index/<name>-<8 hexadecimal digits of the path's sha256>` for any other.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs
from dotenv import dotenv_values

import corpus
from corpus.errors import RapporteurError

# NumPy and FAISS would start threads for a single question, which wait for one another: with two the median answer took
# 15 ms, with one 7. Questions are worked on side by side instead. Both read this when they are loaded.
for _threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_threads, "1")

SHIPPED_DOCUMENTS = Path(corpus.__file__).resolve().parent / "documents"


class ConfigurationError(RapporteurError):
    """A setting cannot be used; the message names it and says what to do."""


@dataclass(frozen=True, slots=True)
class Config:
    """What can be set.

    Attributes:
        documents: The folder of documents, absolute; whether it exists is for its reader to say.
        index: The folder of the index, absolute; it need not exist.
        index_is_set: Whether `RAPPORTEUR_INDEX` names it.
        model: A sentence-transformers model by name or absolute path; None is the packaged one.
        reranker: A sentence-transformers CrossEncoder by name or absolute path; None is none.
    """

    documents: Path
    index: Path
    index_is_set: bool
    model: str | None
    reranker: str | None = None

    @property
    def documents_are_shipped(self) -> bool:
        """Whether the documents are those that come with the program."""
        return self.documents == SHIPPED_DOCUMENTS


def settings() -> dict[str, str]:
    """Return the environment over what `.env` in the current folder sets.

    Raises:
        ConfigurationError: `.env` cannot be read.
    """
    file = Path(".env")
    try:
        text = file.read_text(encoding="utf-8-sig") if file.is_file() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file.resolve()} cannot be read ({error}): save it as UTF-8.") from error
    found = {name: value or "" for name, value in dotenv_values(stream=io.StringIO(text)).items()}
    return found | dict(os.environ)


def configure(settings: Mapping[str, str], documents: Path | None = None) -> Config:
    """Return the configuration that settings make.

    Args:
        settings: Names and values, as of an environment.
        documents: A folder of documents named by other means, before `RAPPORTEUR_DOCUMENTS`.

    Raises:
        ConfigurationError: A value is empty or is no path.
    """
    if documents is not None:
        folder = _absolute("FOLDER", str(documents))
    else:
        folder = _folder(settings, "RAPPORTEUR_DOCUMENTS") or SHIPPED_DOCUMENTS
    index = _folder(settings, "RAPPORTEUR_INDEX")
    model = _model(settings, "RAPPORTEUR_MODEL", "a sentence-transformers model")
    reranker = _model(settings, "RAPPORTEUR_RERANKER", "a sentence-transformers CrossEncoder")
    return Config(folder, index or _default_index(folder), index is not None, model, reranker)


def _value(settings: Mapping[str, str], name: str, wanted: str) -> str | None:
    """Return a setting, or None where it is not set."""
    value = settings.get(name)
    if value is not None and not value.strip():
        raise ConfigurationError(f"{name} is set but empty. Give it {wanted}, or unset it to use the default.")
    return value.strip() if value else None


def _folder(settings: Mapping[str, str], name: str) -> Path | None:
    value = _value(settings, name, "the path of a folder")
    if value is None:
        return None
    folder = _absolute(name, value)
    if folder.is_file():
        raise ConfigurationError(f"{name} is {folder}, which is a file. Give it the path of a folder.")
    return folder


def _absolute(name: str, value: str) -> Path:
    """Return a path with "~" and what is relative resolved."""
    try:
        return Path(value).expanduser().resolve()
    except (OSError, RuntimeError, ValueError) as error:  # no such user, a loop of links, a NUL
        raise ConfigurationError(f"{name} is {value!r}, which is not a usable path ({error}). Correct it.") from error


def _model(settings: Mapping[str, str], name: str, kind: str) -> str | None:
    value = _value(settings, name, f"the name or the folder of {kind}")
    if value is None:
        return None
    looks_like_path = value.startswith(("~", ".", os.sep)) or Path(value).is_absolute()
    return str(_absolute(name, value)) if looks_like_path else value


def _default_index(documents: Path) -> Path:
    indexes = platformdirs.user_data_path("rapporteur", appauthor=False) / "index"
    if documents == SHIPPED_DOCUMENTS:
        return indexes / "shipped"
    name = re.sub(r"[^\w.-]+", "_", documents.name)[:40] or "documents"
    digest = hashlib.sha256(os.fsencode(documents)).hexdigest()[:8]
    return indexes / f"{name}-{digest}"
