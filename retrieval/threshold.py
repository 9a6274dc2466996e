"""The threshold of one index, fitted to somebody's own questions: what is kept of it, and where.

How confident an answer is depends on the documents: a question about a thousand yearly renewals looks more certain than
one about three papers. What differs is the level, not what speaks for an answer, so the fit is a shift of the log-odds,
and a question is answered from a confidence of 0.5 on as ever. A threshold other than 0.5 would do the same, but every
place that shows or reads a confidence would have to know it; a slope would need more questions than people write. The
order of the confidences stays, and with it AUROC and the risk-coverage curve.

Source: Platt (1999), "Probabilistic Outputs for Support Vector Machines", with the slope left at 1; a change of level
is a change of the intercept alone: King and Zeng (2001), "Logistic Regression in Rare Events Data", prior correction.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, astuple, dataclass
from datetime import datetime
from pathlib import Path

from corpus.errors import RapporteurError
from retrieval.confidence import COEFFICIENTS, INTERCEPT
from retrieval.generations import IndexNotWritten
from retrieval.store import Generation

FILE = "calibration.json"
"""Beside the generations, so that a refresh leaves it alone."""


_MOST = 50.0  # log-odds: a confidence of 1e-21


class CalibrationError(RapporteurError):
    """A threshold cannot be fitted to these questions, or the one that is kept cannot be used."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """A shift of the confidence, and what it was fitted to.

    Attributes:
        shift: Added to the log-odds of every confidence that a search gives.
        answered: The share of the answerable questions that it was to let through.
        questions: The file they were in.
        answerable, unanswerable: How many they were.
        made: When, UTC.
        model: Of the index.
        index_version: Of the index.
        confidence: The intercept and the coefficients that were shifted.
        before, after: Figures of the same questions, by their keys.
    """

    shift: float
    answered: float
    questions: str
    answerable: int
    unanswerable: int
    made: datetime
    model: str
    index_version: int
    confidence: tuple[float, ...]
    before: Mapping[str, float | None]
    after: Mapping[str, float | None]

    @property
    def old_threshold(self) -> float:
        """The confidence without the shift from which a question is answered with it."""
        return 1 / (1 + math.exp(self.shift))

    def to_json(self) -> dict[str, object]:
        """Return it as JSON has it."""
        return asdict(self) | {"made": self.made.isoformat(timespec="seconds"), "old_threshold": self.old_threshold}

    @classmethod
    def from_json(cls, text: str) -> Calibration:
        """Return what a file says.

        Raises:
            ValueError, KeyError, TypeError, AttributeError: It is no calibration.
        """
        values = json.loads(text)
        del values["old_threshold"]
        made, confidence = datetime.fromisoformat(values.pop("made")), tuple(map(float, values.pop("confidence")))
        found = cls(made=made, confidence=confidence, **values)
        if not abs(float(found.shift)) < _MOST:  # nor is NaN
            raise ValueError("the shift is no number that could have been fitted")
        return found


def confidence_model() -> tuple[float, ...]:
    """Return what a shift belongs to: the intercept and the coefficients of this version of the program."""
    return (INTERCEPT, *astuple(COEFFICIENTS))


def kept_calibration(index: Path, generation: Generation) -> Calibration | None:
    """Return the calibration of an index, or None where there is none.

    Raises:
        CalibrationError: It cannot be read, or was made for other confidences; the message says what to do.
    """
    file = index / FILE
    try:
        calibration = Calibration.from_json(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise CalibrationError(f"{file} cannot be read. {_NOT_USED}") from error
    if calibration.model != generation.model:
        raise CalibrationError(f"The calibration was made with the model {calibration.model}. {_NOT_USED}")
    if (calibration.index_version, calibration.confidence) != (generation.index_version, confidence_model()):
        raise CalibrationError(f"The calibration was made by another version of this program. {_NOT_USED}")
    return calibration


_NOT_USED = (
    "It is not used: run `rapporteur calibrate QUESTIONS` to make it again, or `rapporteur calibrate --reset` to "
    "remove it."
)


def keep_calibration(index: Path, calibration: Calibration) -> Path:
    """Write the calibration of an index whole or not at all, and return its file.

    Raises:
        IndexNotWritten: It cannot be written; the one before stays.
    """
    aside = index / f".{FILE}-{os.getpid()}"
    try:
        with aside.open("w", encoding="utf-8") as stream:
            json.dump(calibration.to_json(), stream, indent=1)
            stream.flush()
            os.fsync(stream.fileno())
        return aside.replace(index / FILE)
    except OSError as error:
        raise IndexNotWritten(f"{index / FILE} cannot be written ({error.strerror}). The old one stays.") from error
    finally:
        with suppress(OSError):
            aside.unlink()


def forget_calibration(index: Path) -> bool:
    """Remove the calibration of an index, and tell whether there was one.

    Raises:
        IndexNotWritten: It cannot be removed.
    """
    try:
        (index / FILE).unlink()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise IndexNotWritten(f"{index / FILE} cannot be removed ({error.strerror}).") from error
    return True
