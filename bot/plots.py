"""The curves of an evaluation as a picture: how far the confidence can be believed, and what a threshold costs.

matplotlib is optional and imported here alone, without pyplot: no window, no state shared with anything else.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bot.exits import UsageError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from retrieval.evaluation import Evaluation
    from retrieval.metrics import Bin, Operating

FORMATS = (".png", ".pdf", ".svg")

_BLUE, _ORANGE, _GREY, _PALE = "#1f5fa8", "#c4531b", "#777777", "#dde3ea"


def refuse_unless_drawable(file: Path) -> None:
    """Tell beforehand whether a picture can be drawn into `file`: what it shows takes minutes to measure.

    Raises:
        UsageError: matplotlib is not installed, or the file cannot be written.
    """
    if file.suffix.lower() not in FORMATS:
        raise UsageError(f"{file} is no picture: give --plot a name that ends in {', '.join(FORMATS)}.")
    folder = file.absolute().parent
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder, so {file.name} cannot be written there: make it, or name another.")
    if file.is_dir():
        raise UsageError(f"{file} is a folder: give --plot the name of a file.")
    if not os.access(file if file.exists() else folder, os.W_OK):
        raise UsageError(f"{file} may not be written: choose another place, or change its permissions.")
    if not _is_installed():
        raise UsageError(
            "Drawing needs matplotlib, which is not installed: run `pip install matplotlib`, or leave --plot out."
        )


def _is_installed() -> bool:
    try:
        return importlib.util.find_spec("matplotlib") is not None
    except ValueError:  # its place among the modules is taken by nothing
        return False


def draw(evaluation: Evaluation, file: Path) -> None:
    """Write the reliability curve and the risk-coverage curve of an evaluation as one picture.

    Raises:
        UsageError: The file cannot be written.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10.5, 5.2), dpi=150, layout="constrained")
    FigureCanvasAgg(figure)
    grid = figure.add_gridspec(2, 2, height_ratios=(4, 1))
    reliable, held, risk = (figure.add_subplot(place) for place in (grid[0, 0], grid[1, 0], grid[:, 1]))
    _draw_reliability(reliable, evaluation)
    _draw_counts(held, evaluation.reliable_answerable)
    _draw_risk(risk, evaluation.risk_coverage, evaluation.operating)
    figure.suptitle(_summary(evaluation), fontsize=10, color=_GREY)
    try:
        figure.savefig(file)
    except OSError as error:
        raise UsageError(f"{file} could not be written ({error.strerror or error}): choose another place.") from error


def _summary(evaluation: Evaluation) -> str:
    shown = {figure.key: figure.text for figure in evaluation.figures}
    return (
        f"{len(evaluation.judgements):,} questions, {len(evaluation.answerable):,} of them answerable · "
        f"AUROC {shown['auroc']} · calibration error {shown['ece']}"
    )


def _draw_reliability(axes: Axes, evaluation: Evaluation) -> None:
    axes.plot((0, 1), (0, 1), color=_GREY, linestyle=":", linewidth=1, label="as confident as right")
    _draw_bins(axes, evaluation.reliable_answerable, _BLUE, "o", "documents answer")
    _draw_bins(axes, evaluation.reliable_right, _ORANGE, "s", "first passage answers")
    axes.axvline(evaluation.threshold, color=_GREY, linewidth=1)
    axes.set(xlim=(0, 1), ylim=(0, 1.02), ylabel="share of the questions", title="Reliability")
    axes.tick_params(labelbottom=False)
    axes.grid(color=_PALE)
    axes.legend(loc="upper left", frameon=False)


def _draw_bins(axes: Axes, bins: Sequence[Bin], color: str, marker: str, label: str) -> None:
    axes.plot(
        [each.confidence for each in bins], [each.right for each in bins], color=color, marker=marker, label=label
    )


def _draw_counts(axes: Axes, bins: Sequence[Bin]) -> None:
    widths = [each.high - each.low for each in bins]
    bars = axes.bar([each.low for each in bins], [each.count for each in bins], widths, align="edge", color=_PALE)
    axes.bar_label(bars, fontsize=8, color=_GREY)
    axes.margins(y=0.35)
    axes.set(xlim=(0, 1), xlabel="confidence", ylabel="questions", yticks=())
    axes.spines[["top", "right", "left"]].set_visible(False)


def _draw_risk(axes: Axes, points: Sequence[Operating], operating: Operating | None) -> None:
    axes.plot([each.coverage for each in points], [each.risk for each in points], color=_BLUE, drawstyle="steps-post")
    if operating:
        axes.plot(operating.coverage, operating.risk, color=_ORANGE, marker="o", linestyle="none")
        axes.annotate(
            f"threshold in force:\n{operating.coverage:.0%} answered, {operating.risk:.0%} of them wrongly",
            (operating.coverage, operating.risk),
            xytext=(-8, 14),
            textcoords="offset points",
            horizontalalignment="right",
            color=_ORANGE,
        )
    most = max((each.risk for each in points), default=1.0)
    axes.set(xlim=(0, 1), ylim=(0, min(1.0, 1.25 * most + 0.05)), title="Risk and coverage")
    axes.set(xlabel="share of all questions that are answered", ylabel="share of the answers that are wrong")
    axes.xaxis.set_major_formatter("{x:.0%}")
    axes.yaxis.set_major_formatter("{x:.0%}")
    axes.grid(color=_PALE)
