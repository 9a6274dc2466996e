"""What the documentation says about the program is so: commands, settings, modules, errors, links, versions."""

import re
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import COMMANDS, application
from bot.exits import Status

ROOT = Path(__file__).parents[1]


def source(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


README, CHANGELOG, ARCHITECTURE = map(source, ("README.md", "CHANGELOG.md", "docs/architecture.md"))
PAGES = (
    "README.md", "CHANGELOG.md", "docs/ablation.md", "docs/architecture.md", "docs/benchmarks.md",
    "docs/discord.md", "docs/operating.md", "docs/performance.md", "docs/privacy.md",
    "docs/reranker.md",
    "corpus/documents/SOURCES.md",
)  # fmt: skip
MODULES = sorted(
    path.relative_to(ROOT).as_posix()
    for package in ("bot", "retrieval", "corpus")
    for path in (ROOT / package).rglob("*.py")
)

PARENTS = ("CorpusError", "IndexUnusable", "IndexNotWritten", "JobFailed")
"""Errors that others are kinds of."""

NAMES = [command.__name__ for command in COMMANDS]


def links_to_files(page: str) -> list[str]:
    """Return the links of a page that lead to files, without what follows "#"."""
    targets = re.findall(r"\]\((?!https?:|#)([^)\s]+)\)", source(page))
    return [target.split("#")[0] for target in targets]


@pytest.mark.parametrize("name", NAMES)
def test_a_command_explains_itself(name: str) -> None:
    result = CliRunner().invoke(application(), [name, "--help"])
    assert result.exit_code == 0
    assert f"rapporteur {name}" in result.output  # its example


@pytest.mark.parametrize("name", NAMES)
def test_a_command_has_its_line_in_the_readme(name: str) -> None:
    assert f"| `rapporteur {name}` |" in README


def test_the_readme_has_no_command_that_does_not_exist() -> None:
    assert set(re.findall(r"^\| `rapporteur ([a-z]+)` \|", README, re.MULTILINE)) == set(NAMES)


@pytest.mark.parametrize("page", PAGES)
def test_a_link_to_a_file_leads_to_it(page: str) -> None:
    missing = [target for target in links_to_files(page) if not (ROOT / page).parent.joinpath(target).exists()]
    assert not missing


def test_a_block_that_is_run_is_marked_in_the_readme() -> None:
    names = re.findall(r'readme_command "([^"]+)"', source(".ci/run"))
    assert names == ["first answer", "tests"]
    for name in names:
        assert len(re.findall(rf"^<!-- ci: {name} -->\n```sh\n.+\n```$", README, re.MULTILINE)) == 1, name


def test_the_changelog_has_an_entry_for_this_version() -> None:
    project = tomllib.loads(source("pyproject.toml"))["project"]
    assert re.search(rf"^## \[?{re.escape(project['version'])}\b", CHANGELOG, re.MULTILINE)


def test_the_readme_tells_every_setting() -> None:
    read = set(re.findall(r'"(RAPPORTEUR_[A-Z_]+)"', source("bot/config.py")))
    assert set(re.findall(r"^\| `(RAPPORTEUR_[A-Z_]+)`", README, re.MULTILINE)) == read


def test_the_readme_tells_every_exit_status() -> None:
    section = README.partition("## JSON and exit statuses")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| ([\d, ]+) \|", section, re.MULTILINE)
    assert {int(number) for row in rows for number in row.split(",")} == set(Status)


def test_the_architecture_has_a_line_for_every_module_and_no_other() -> None:
    modules = {path for path in MODULES if not path.endswith("__init__.py")}
    assert set(re.findall(r"^\| `([\w/]+\.py)` \| [^|`]", ARCHITECTURE, re.MULTILINE)) == modules


def test_the_errors_drawn_are_those_there_are() -> None:
    found = {
        (name, path)
        for path in MODULES
        for name, above in re.findall(r"^class (\w+)\((\w+)\):", source(path), re.MULTILINE)
        if above in {"RapporteurError", *PARENTS} or name == "RapporteurError"
    }
    drawn = set(re.findall(r"^[│├└─ ]*(\w+) {2,}.+? {2,}(\S+\.py)$", ARCHITECTURE, re.MULTILINE))
    assert drawn == found


def test_a_value_in_the_architecture_is_defined_where_it_says() -> None:
    rows = re.findall(r"^\| `([A-Z]\w+)` \| `([\w/]+\.py)` \|", ARCHITECTURE, re.MULTILINE)
    assert rows
    elsewhere = [row for row in rows if not re.search(rf"^(?:class )?{row[0]}\b", source(row[1]), re.MULTILINE)]
    assert not elsewhere


def test_a_constant_in_the_architecture_is_one_in_the_code() -> None:
    code = "".join(source(path) for path in MODULES)
    named = set(re.findall(r"`([A-Z][A-Z_]{3,})`", ARCHITECTURE)) - {"RAPPORTEUR_MODEL"}
    assert {name for name in named if not re.search(rf"^{name}\b.* = ", code, re.MULTILINE)} == set()
