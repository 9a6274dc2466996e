"""A Dockerfile as stages of instructions, as far as ours goes: no heredocs, no escapes but a line's end."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction.

    Attributes:
        name: In capitals: "RUN".
        options: Those before its value: {"from": "build"}.
        value: The rest, on one line.
    """

    name: str
    options: dict[str, str]
    value: str

    @property
    def words(self) -> list[str]:
        """The value in exec form, or its words as a shell reads them."""
        return json.loads(self.value) if self.value.startswith("[") else shlex.split(self.value)

    @property
    def pairs(self) -> dict[str, str]:
        """The value as names and values, of ENV, ARG and LABEL."""
        return dict(word.split("=", 1) for word in self.words)


@dataclass(frozen=True, slots=True)
class Stage:
    """What stands from one FROM to the next."""

    image: str
    name: str
    instructions: tuple[Instruction, ...]

    def all(self, name: str) -> list[Instruction]:
        """Return the instructions of a name, in order."""
        return [each for each in self.instructions if each.name == name]

    def one(self, name: str) -> Instruction:
        """Return the only instruction of a name."""
        (found,) = self.all(name)
        return found


def stages(file: Path) -> list[Stage]:
    """Return the stages of a Dockerfile."""
    found: list[tuple[str, list[Instruction]]] = []
    for instruction in _instructions(file.read_text(encoding="utf-8")):
        if instruction.name == "FROM":
            found.append((instruction.value, []))
        else:
            found[-1][1].append(instruction)
    return [Stage(head.split()[0], head.split()[-1], tuple(body)) for head, body in found]


def _instructions(text: str) -> Iterator[Instruction]:
    lines = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    for line in re.sub(r"\\\n\s*", "", lines).splitlines():
        if line.strip():
            name, _, rest = line.strip().partition(" ")
            options, value = re.fullmatch(r"((?:--\S+ +)*)(.*)", rest.strip()).groups()  # type: ignore[union-attr]
            pairs = (option.removeprefix("--").split("=", 1) for option in options.split())
            yield Instruction(name.upper(), dict(pairs), value)
