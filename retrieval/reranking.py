"""Reranker: a second opinion on the best hits, from a model that reads the question and a passage together.

A cross-encoder is slower than everything else here by far, so it is optional and reads only the best `CANDIDATES`. It
says which of them comes first and nothing more: how sure an answer is, and whether a passage is good enough to be
quoted beside the first, stay with what the retriever measured, because the scores of one model cannot be compared with
those of another, nor between questions.
"""

from __future__ import annotations

import logging
import math
import os
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any, Protocol

from corpus.errors import RapporteurError
from retrieval.model_files import first_line
from retrieval.retriever import Hit

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

CANDIDATES = 20
"""Hits that are read again. Not more than the retriever itself reads, so that all that confidence asks for is known."""

_LONGEST = 512  # Tokens of question and passage together: some models take 8,192, and minutes for twenty passages.
_BATCH = 4
_TRIAL = [("When does it end?", "On Thursday."), ("When does it end?", "It ends on a Thursday. " * 200)]


class RerankerError(RapporteurError):
    """The reranker that is set is missing, is none, or fails; the message names the setting."""


class Reranker(Protocol):
    """Question and texts → scores. Another kind of model needs one class with these three."""

    @property
    def name(self) -> str:
        """What people call it."""
        ...

    def load(self) -> None:
        """Make sure that it works, before anything is answered.

        Raises:
            RerankerError: It does not.
        """
        ...

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """Return how well each text answers, higher is better; comparable among these texts alone.

        Raises:
            RerankerError: It fails.
        """
        ...


def reordered(hits: Sequence[Hit], scores: Sequence[float]) -> list[Hit]:
    """Return hits with the first `len(scores)` of them in the order of these scores, and the others behind them.

    Each place keeps its score: the hit now in place two has the score of the one that was there. So scores still fall
    from place to place, and what is near enough to the best to be quoted beside it is as far down the list as before.
    Hits of equal scores keep their order.
    """
    best = sorted(range(len(scores)), key=lambda index: -scores[index])
    placed = [replace(hits[index], score=hits[place].score) for place, index in enumerate(best)]
    return [*placed, *hits[len(scores) :]]


class CrossEncoderReranker:
    """Any sentence-transformers CrossEncoder that gives one score, by name or path.

    Importing sentence-transformers takes seconds and half a gigabyte: that waits for the first question. One question
    is scored at a time, since a tokenizer cannot be used by two threads at once.
    """

    def __init__(self, model: str) -> None:
        self._model_name = model
        self._lock = RLock()

    @property
    def name(self) -> str:
        """The name or path of the model."""
        return self._model_name

    def load(self) -> None:
        """Load the model and have it score two passages, a short and a long one.

        Raises:
            RerankerError: It is missing, is no cross-encoder, gives several labels, or fails.
        """
        with self._lock:
            _ = self._model

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """Return the score of each text: a logit, since several probabilities may round to the same 1.0.

        Raises:
            RerankerError: It cannot be loaded, or fails.
        """
        with self._lock:
            return self._scored(self._model, [(question, text) for text in texts])

    @cached_property
    def _model(self) -> CrossEncoder:
        model = self._loaded()
        if problem := _unfit(model):
            raise self._unusable(problem)
        model.max_seq_length = min(model.max_seq_length or _LONGEST, _LONGEST)
        self._scored(model, _TRIAL)
        return model

    def _loaded(self) -> CrossEncoder:
        path = Path(self._model_name)
        if path.is_absolute() and not path.is_dir():
            raise self._unusable("there is no such folder")
        problem = Exception()
        for place in filter(None, (None if path.is_dir() else _downloaded_before(self._model_name), self._model_name)):
            try:
                return _cross_encoder(place)
            except Exception as error:  # the libraries below raise many kinds, none documented
                problem = error
        raise self._unusable(first_line(problem)) from problem

    def _scored(self, model: CrossEncoder, pairs: Sequence[tuple[str, str]]) -> list[float]:
        from torch.nn import Identity

        try:
            found: Any = model.predict(
                list(pairs), batch_size=_BATCH, activation_fn=Identity(), show_progress_bar=False
            )
            scores = [float(score) for score in found]
        except Exception as error:
            raise self._unusable(f"it fails: {first_line(error)}") from error
        if not all(map(math.isfinite, scores)):
            raise self._unusable("it gives scores that are not numbers")
        return scores

    def _unusable(self, reason: str) -> RerankerError:
        return RerankerError(
            f"The reranker {self._model_name!r} cannot be used ({reason}). Set RAPPORTEUR_RERANKER to the name or the "
            "folder of a sentence-transformers CrossEncoder that gives one score, or unset it to do without."
        )


def _downloaded_before(model: str) -> str | None:
    """Return the folder of a model of the hub: the hub is not asked again, which without a network takes a minute."""
    from huggingface_hub import try_to_load_from_cache

    try:
        file = try_to_load_from_cache(model if "/" in model else f"cross-encoder/{model}", "config.json")
    except ValueError:  # no name that the hub could have
        return None
    return str(Path(file).parent) if isinstance(file, str) else None


def _cross_encoder(model: str) -> CrossEncoder:
    import torch
    from sentence_transformers import CrossEncoder
    from transformers.utils import logging as reports

    torch.set_num_threads(max(1, (os.cpu_count() or 1) - 1))  # a batch waits for the slowest; leave one to the machine
    reports.disable_progress_bar()  # type: ignore[no-untyped-call]
    for library in ("transformers", "sentence_transformers", "huggingface_hub"):
        logging.getLogger(library).setLevel(logging.ERROR)  # what they warn of would stand between two answers
    loaded: CrossEncoder = CrossEncoder(model, device="cpu", local_files_only=Path(model).is_dir())
    return loaded


def _unfit(model: CrossEncoder) -> str | None:
    """Return why the scores of a model that could be loaded would mean nothing, or None.

    A model that was made for something else is given a new head, of random weights, without a word.
    """
    made_as = (getattr(model.config, "architectures", None) or ["model of no known kind"])[0]
    scores_pairs = getattr(model[0], "transformer_task", None) == "sequence-classification"
    if scores_pairs and not made_as.endswith("ForSequenceClassification"):
        return f"it is no cross-encoder but a {made_as}, which was not trained to score a question with a passage"
    if model.num_labels != 1:
        return f"it gives {model.num_labels} labels, not one score"
    return None
