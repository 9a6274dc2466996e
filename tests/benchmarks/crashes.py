"""What becomes of an index when its refresh is killed, or its disk refuses, at every moment: all of them, counted.

    python -m tests.benchmarks.crashes               # half an hour on two cores
    python -m tests.benchmarks.crashes --every 8     # every eighth moment

`tests/retrieval/test_crashes.py` does the same for a sample. A line of JSON for each kind of interruption says how many
refreshes ended how, and which generation answered then; what was wrong is printed in full.
"""

from __future__ import annotations

import argparse
import errno
import json
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.support.interrupted_refreshes import Interruption, Outcome, Workbench, compiled, in_memory

ERRORS = {"ENOSPC": errno.ENOSPC, "EIO": errno.EIO, "EROFS": errno.EROFS}


def main() -> None:
    """Interrupt refreshes in every way, and print the counts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--every", type=int, default=1, help="take every so many of the moments")
    parser.add_argument("--kills", type=int, default=200, help="how often to kill at a random moment")
    parser.add_argument("--seed", type=int, default=0, help="of the random moments")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=in_memory()) as name, Workbench(Path(name), compiled(Path(name))) as bench:
        changes = [change for change in bench.changes() if change.kind != "file"]
        steps = range(1, len(changes) + 3, arguments.every)
        _print({"changes": len(changes), "kinds": dict(Counter(change.kind for change in changes))})
        drawn = random.Random(arguments.seed)
        kinds = {
            "killed at random moments": [Interruption(after=drawn.uniform(0, 1.1)) for _ in range(arguments.kills)],
            "killed at each change": [Interruption(at=step) for step in steps],
            "the first one, killed at each change": [Interruption(at=step, first=True) for step in steps[::4]],
            "no file longer than": [Interruption(longest=int(1.15**power)) for power in range(90)],
        }
        for error, number in ERRORS.items():
            kinds[f"{error} once"] = [Interruption(at=step, error=number, once=True) for step in steps]
            kinds[f"{error} from then on"] = [Interruption(at=step, error=number) for step in steps]
            kinds[f"the first one, {error}"] = [Interruption(at=step, error=number, first=True) for step in steps[::8]]
        for kind, interruptions in kinds.items():
            _tell(kind, interruptions, bench.outcomes(interruptions))


def _tell(kind: str, interruptions: list[Interruption], outcomes: list[Outcome]) -> None:
    counts = Counter(f"{each.ended}, the {each.answers} one answers" for each in outcomes)
    wrong = [(str(how), found.wrong) for how, found in zip(interruptions, outcomes, strict=True) if found.wrong]
    _print({"kind": kind, "refreshes": len(outcomes), **counts, "wrong": len(wrong)})
    for how, found in wrong:
        sys.stdout.write(f"{how}: {found}\n")


def _print(figures: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(figures) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
