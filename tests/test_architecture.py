"""The rules of the house that a reader cannot see in any one file, read off the syntax trees of all."""

import ast
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted(path for package in ("bot", "retrieval", "corpus") for path in (ROOT / package).rglob("*.py"))

# A package may import itself and those named here: bot → retrieval → corpus.
BELOW = {"bot": {"retrieval", "corpus"}, "retrieval": {"corpus"}, "corpus": set[str]()}
READS_ENVIRONMENT = {"bot/config.py"}
# exits: the trace of a fault, and a pipe that was closed. fitting, ablation: for developers, below the bot.
PRINTS = {"bot/terminal.py", "bot/cli.py", "bot/exits.py", "retrieval/fitting.py", "retrieval/ablation.py"}
SAYS_NOTHING = {"utils", "helpers", "common", "manager", "core", "base"}


def dotted(node: ast.AST) -> str:
    """Return a name with its attributes, "os.environ"; empty where it is something else."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def imported(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the line and full name of everything imported: "os.environ" for `from os import environ`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def used(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the line and dotted name of everything imported or named."""
    yield from imported(tree)
    yield from ((node.lineno, dotted(node)) for node in ast.walk(tree) if isinstance(node, ast.Attribute | ast.Name))


def upward_imports(tree: ast.AST, name: str) -> list[int]:
    above = BELOW.keys() - BELOW[name.split("/")[0]] - {name.split("/")[0]}
    return [line for line, module in imported(tree) if module.split(".")[0] in above]


def relative_imports(tree: ast.AST, name: str) -> list[int]:
    return [node.lineno for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level > 0]


def environment_reads(tree: ast.AST, name: str) -> list[int]:
    if name in READS_ENVIRONMENT:
        return []
    return [line for line, each in used(tree) if each in {"os.environ", "os.environb", "os.getenv", "os.getenvb"}]


def prints(tree: ast.AST, name: str) -> list[int]:
    if name in PRINTS:
        return []
    ways = {"print", "sys.stdout", "sys.stderr", "typer.echo", "typer.secho", "click.echo", "click.secho", "rich.print"}
    ways |= {"traceback.print_exc", "traceback.print_exception"}
    return [line for line, each in used(tree) if each in ways]


Rule = Callable[[ast.AST, str], list[int]]


@pytest.mark.parametrize("rule", [upward_imports, relative_imports, environment_reads, prints])
def test_every_module_keeps_the_rule(rule: Rule) -> None:
    broken = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in MODULES
        for line in rule(ast.parse(path.read_text(encoding="utf-8")), path.relative_to(ROOT).as_posix())
    ]
    assert not broken, f"{rule.__name__}: {', '.join(broken)}"


@pytest.mark.parametrize(
    ("rule", "name", "code"),
    [
        (upward_imports, "corpus/folder.py", "from retrieval.store import Generation"),
        (upward_imports, "corpus/folder.py", "import bot"),
        (upward_imports, "retrieval/library.py", "def late() -> None:\n    from bot import config"),
        (relative_imports, "corpus/folder.py", "from .document import Passage"),
        (relative_imports, "corpus/formats/plain.py", "from .. import document"),
        (environment_reads, "retrieval/store.py", "import os\nfolder = os.environ['HOME']"),
        (environment_reads, "bot/cli.py", "from os import getenv"),
        (prints, "retrieval/store.py", "print('done')"),
        (prints, "bot/config.py", "import sys\nsys.stderr.write('no')"),
        (prints, "bot/config.py", "from sys import stderr"),
        (prints, "bot/config.py", "import typer\ntyper.echo('no')"),
        (prints, "bot/config.py", "import traceback\ntraceback.print_exc()"),
    ],
)
def test_breaking_a_rule_is_noticed(rule: Rule, name: str, code: str) -> None:
    assert rule(ast.parse(code), name)


@pytest.mark.parametrize(
    ("rule", "name", "code"),
    [
        (upward_imports, "bot/cli.py", "from retrieval.library import Library\nfrom corpus.document import Passage"),
        (upward_imports, "retrieval/library.py", "import botany\nfrom retrieval import store"),
        (environment_reads, "bot/config.py", "import os\nos.environ.get('RAPPORTEUR_INDEX')"),
        (prints, "bot/terminal.py", "print('done')"),
        (prints, "retrieval/store.py", "# print('done')\nprinted = 'print'"),
    ],
)
def test_keeping_a_rule_is_not_taken_for_breaking_it(rule: Rule, name: str, code: str) -> None:
    assert not rule(ast.parse(code), name)


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert not [path for path in MODULES if path.stem in SAYS_NOTHING]


def test_every_module_says_what_it_is_for() -> None:
    assert not [path for path in MODULES if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))]


def test_every_package_is_in_the_wheel() -> None:
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"]
    assert sorted(listed) == sorted({".".join(path.parent.relative_to(ROOT).parts) for path in MODULES})
