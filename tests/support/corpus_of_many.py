"""A folder of many small documents."""

from __future__ import annotations

from pathlib import Path


def many_documents(folder: Path, number: int) -> None:
    """Write so many reports of two paragraphs."""
    folder.mkdir(parents=True)
    for each in range(1, number + 1):
        text = f"Report {each}\n\nThe committee met on day {each} and elected a chair.\n\nIt adopted decision {each}.\n"
        (folder / f"Report {each:02}.txt").write_text(text, encoding="utf-8")
