"""The systems compared: how each is started, and how its answers are read.

Rapporteur is run by its own command line. Every other system is a script of the folder `systems`, which shows how the
library is used.
"""

from __future__ import annotations

import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from material import PLACES, Ranking
from running import System

_SYSTEMS = Path(__file__).with_name("systems")

# Nothing is downloaded and nobody is told.
_OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "HAYSTACK_TELEMETRY_ENABLED": "false",
    "ANONYMIZED_TELEMETRY": "false",
    "LANGSMITH_TRACING": "false",
    "TOKENIZERS_PARALLELISM": "false",
    "PYTHONUTF8": "1",
    "PYTHONWARNINGS": "ignore",
}


@dataclass(frozen=True, slots=True)
class Peer:
    """A library that people would use instead.

    Attributes:
        name: What it is called.
        retrieval: How it finds passages, in a few words.
        script: Its file in the folder `systems`.
        options: What that is given when it answers.
    """

    name: str
    retrieval: str
    script: str
    options: tuple[str, ...] = ()


PEERS = (
    Peer("txtai", "vectors + BM25, weighed half and half", "with_txtai.py"),
    Peer("LlamaIndex", "vectors + BM25, relative scores", "with_llamaindex.py", ("relative_score",)),
    Peer("LlamaIndex (ranks)", "vectors + BM25, reciprocal rank fusion", "with_llamaindex.py", ("reciprocal_rerank",)),
    Peer("Haystack", "vectors + BM25, reciprocal rank fusion", "with_haystack.py"),
    Peer("LangChain", "vectors + BM25, reciprocal rank fusion", "with_langchain.py"),
    Peer("Chroma", "vectors", "with_chroma.py"),
)
_REFERENCE = Peer("reference", "vectors: sentence-transformers, flat FAISS", "with_faiss.py")


def peer_system(peer: Peer, python: Path, paragraphs: Path, work: Path) -> System:
    """Return a peer as an interpreter runs it; its index comes into a folder of its own in `work`."""
    index = tempfile.mkdtemp(dir=work)
    command = [str(python), str(_SYSTEMS / peer.script)]
    return System(
        name=peer.name,
        retrieval=peer.retrieval,
        index=[*command, "index", str(paragraphs), index],
        answer=[*command, "answer", index, *peer.options],
        environment=_environment(),
        ranking=lambda answer: _passages(answer["passages"]),
    )


def reference(paragraphs: Path, work: Path) -> System:
    """Return the reference, run by the interpreter that runs this."""
    return peer_system(_REFERENCE, Path(sys.executable), paragraphs, work)


def rapporteur(documents: Path, work: Path) -> System:
    """Return Rapporteur over a folder of documents, in the environment that runs this."""
    index = tempfile.mkdtemp(dir=work)
    command = [sys.executable, "-m", "bot"]
    return System(
        name="Rapporteur",
        retrieval="its own",
        index=[*command, "index"],
        answer=[*command, "ask", "--json", "--passages", str(PLACES), "-"],
        environment=_environment() | {"RAPPORTEUR_DOCUMENTS": str(documents.resolve()), "RAPPORTEUR_INDEX": index},
        # What it declines to answer is judged by what came nearest, as `rapporteur evaluate` does.
        ranking=lambda answer: [*_passages(answer["quotations"]), *_passages(answer["nearest"])],
    )


def evaluation(questions: Path) -> list[str]:
    """Return the command that judges Rapporteur by a file of questions, to be run in its environment."""
    return [sys.executable, "-m", "bot", "evaluate", "--json", str(questions)]


def _environment() -> dict[str, str]:
    """Return this process's environment, offline, without the settings of Rapporteur and of Python."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("RAPPORTEUR_", "PYTHON"))}
    return kept | _OFFLINE


def _passages(found: object) -> Ranking:
    assert isinstance(found, list)
    return [(each["document"], each["text"]) for each in found]
