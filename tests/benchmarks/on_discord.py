"""How the bot does on Discord: the whole program as a process of its own, against the Discord of `tests/loopback`.

    python -m tests.benchmarks.on_discord people            # 50 people who ask as often as they may, for a minute
    python -m tests.benchmarks.on_discord burst             # 50 people at the same moment, ten times
    python -m tests.benchmarks.on_discord faults            # 10,000 questions, 5 % of the calls go wrong
    python -m tests.benchmarks.on_discord servers           # 1,000 servers at the start
    python -m tests.benchmarks.on_discord refresh --documents FOLDER    # 50 people, without and with a refresh running

The index is the one that is configured (`RAPPORTEUR_INDEX`, `RAPPORTEUR_DOCUMENTS`). Questions are beginnings of
sentences of the documents, as those of `rapporteur benchmark`, or `--questions FILE.jsonl`. Times are of the clock,
from the event being sent until the first thing the person sees: server and people run on the same machine.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import shutil
import signal
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path

from bot.server_indexes import ServerIndexes
from tests.loopback import Faults, Guild, LoopbackDiscord, NotHappened, Outcome, User
from tests.loopback.faults import error, lost, rate_limit, slow

PEOPLE = 50
PERSON_EVERY_SECONDS = 4.0
"""Five questions in twenty seconds are what the limiter lets a person ask."""
PER_SERVER = 2
"""People of one server: together they stay below what it lets a server ask."""


def main() -> None:
    """Run one of the measurements, and print its figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["people", "burst", "faults", "servers", "refresh"])
    parser.add_argument("--questions", type=Path, help="a file of questions, one JSON object with `question` a line")
    parser.add_argument("--number", type=int, default=10_000, help="how many questions `faults` asks")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long people ask")
    parser.add_argument("--documents", type=Path, help="what a server indexes of its own meanwhile, for `refresh`")
    arguments = parser.parse_args()
    questions = _questions(arguments.questions)
    match arguments.what:
        case "people":
            figures = asyncio.run(people(questions, arguments.seconds))
        case "burst":
            figures = asyncio.run(burst(questions))
        case "faults":
            figures = asyncio.run(faults(questions, arguments.number))
        case "servers":
            figures = asyncio.run(servers(1_000))
        case _:
            if arguments.documents is None:
                parser.error("refresh needs --documents")
            figures = asyncio.run(refresh(questions, arguments.seconds, arguments.documents))
    sys.stdout.write(json.dumps({"load": os.getloadavg()[0], **figures}, indent=1) + "\n")


async def people(questions: Sequence[str], seconds: float) -> dict[str, object]:
    """Let 50 people ask, each every four seconds, by mention and by command in turn."""
    async with LoopbackDiscord(record=False, keep=500, check_contract=False) as discord, _bot(discord) as pid:
        asked = await _asked_by(discord, list(_crowd(discord, PEOPLE)), questions, seconds)
        return {"people": PEOPLE, **_times(asked), "resident_megabytes": _resident(pid)}


async def refresh(questions: Sequence[str], seconds: float, documents: Path) -> dict[str, object]:
    """Let 50 people ask, first undisturbed, then while documents that one server has of its own are indexed."""
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder)
        async with LoopbackDiscord(record=False, keep=500, check_contract=False) as discord, _bot(discord, state):
            shutil.copytree(documents, ServerIndexes(state / "servers").of(discord.guild.id).files)
            crowd = list(_crowd(discord, PEOPLE))
            await _asked_by(discord, crowd, questions, seconds / 4)  # whatever is slower the first time
            alone = await _asked_by(discord, crowd, questions, seconds)
            channel = discord.guild.channel("general")
            begun = await discord.slash(discord.owner, channel, "index refresh", documents="server").answer()
            beside = await _asked_by(discord, crowd, questions, seconds)
            return {
                "people": PEOPLE,
                "undisturbed": _times(alone),
                "while it refreshes": _times(beside),
                "the refresh then said": begun.text.splitlines(),
            }


async def _asked_by(
    discord: LoopbackDiscord, crowd: Sequence[tuple[User, Guild, int]], questions: Sequence[str], seconds: float
) -> list[Outcome]:
    """Let people ask, each every four seconds, and return what became of it."""
    asked: list[Outcome] = []
    ends = time.monotonic() + seconds

    async def ask(user: User, guild: Guild, number: int) -> None:
        await asyncio.sleep(PERSON_EVERY_SECONDS * number / PEOPLE)
        turn = number
        while time.monotonic() < ends:
            due = time.monotonic() + PERSON_EVERY_SECONDS
            asked.append(await _ask(discord, user, guild, questions[turn % len(questions)], turn))
            turn += PEOPLE
            await asyncio.sleep(max(0.0, due - time.monotonic()))

    await asyncio.gather(*(ask(*each) for each in crowd))
    return asked


async def burst(questions: Sequence[str]) -> dict[str, object]:
    """Let 50 people ask at the same moment, ten times."""
    async with LoopbackDiscord(record=False, keep=500, check_contract=False) as discord, _bot(discord) as pid:
        asked: list[Outcome] = []
        crowd = list(_crowd(discord, PEOPLE))
        for turn in range(10):
            asked += await asyncio.gather(
                *(
                    _ask(discord, user, guild, questions[(turn * PEOPLE + number) % len(questions)], number)
                    for user, guild, number in crowd
                )
            )
            await asyncio.sleep(PERSON_EVERY_SECONDS)
        return {"people": PEOPLE, **_times(asked), "resident_megabytes": _resident(pid)}


async def faults(questions: Sequence[str], number: int) -> dict[str, object]:
    """Ask many questions while 5 % of the calls go wrong, and look what became of each."""
    wrong = Faults(rate=0.05, kinds=(rate_limit(0.05), slow(0.3), error(500), error(502), error(503), lost()))
    async with (
        LoopbackDiscord(record=False, keep=500, check_contract=False, faults=wrong) as discord,
        _bot(discord) as pid,
    ):
        became: Counter[str] = Counter()
        resident: list[float] = []
        crowd = list(_crowd(discord, 400))
        waiting = iter(range(number))

        async def ask(user: User, guild: Guild, place: int) -> None:
            for turn in waiting:
                began = time.monotonic()
                outcome = await _ask(discord, user, guild, questions[turn % len(questions)], turn, within=60.0)
                became[_outcome(outcome)] += 1
                if turn % (number // 20) == 0:
                    resident.append(_resident(pid))
                await asyncio.sleep(max(0.0, PERSON_EVERY_SECONDS - (time.monotonic() - began)))

        began = time.monotonic()
        await asyncio.gather(*(ask(*each) for each in crowd))
        return {
            "questions": number,
            "calls_that_went_wrong": len(wrong.happened),
            "became": dict(became),
            "seconds": round(time.monotonic() - began),
            "resident_megabytes": resident,
        }


async def servers(number: int) -> dict[str, object]:
    """Start in many servers at once."""
    async with LoopbackDiscord(record=False, keep=500, check_contract=False) as discord:
        for place in range(number - 1):
            discord.add_guild(f"Server {place}")
        began = time.monotonic()
        async with _bot(discord) as pid:
            ready = time.monotonic() - began
            answered = await _ask(discord, discord.ana, discord.guild, "When does the mandate end?", 0)
            return {
                "servers": number,
                "seconds_until_ready": round(ready, 2),
                "resident_megabytes": _resident(pid),
                "milliseconds_of_an_answer": round(1e3 * (answered.acknowledged_after or 0), 1),
            }


async def _ask(
    discord: LoopbackDiscord, user: User, guild: Guild, question: str, turn: int, within: float = 10.0
) -> Outcome:
    channel = guild.channel("general")
    if turn % 2:
        outcome = discord.mention(user, channel, question)
    else:
        outcome = discord.slash(user, channel, "ask", question=question)
    try:
        return await outcome.answer(within)
    except NotHappened:
        return outcome


def _outcome(outcome: Outcome) -> str:
    """Say what became of a question: one answer or sentence, told by Discord itself, twice, or nothing."""
    said = len(outcome.messages)
    if said == 1:
        return "answered or told why not"
    if said > 1:
        return "answered twice"
    return "Discord told that the application did not respond" if outcome.failed else "lost"


def _crowd(discord: LoopbackDiscord, number: int) -> Iterator[tuple[User, Guild, int]]:
    """Yield people, a few in each server, with their numbers."""
    guild = discord.guild
    for place in range(number):
        if place % PER_SERVER == 0:
            guild = discord.add_guild(f"Crowd {place // PER_SERVER}")
        yield discord.add_user(f"person {place}"), guild, place


def _times(asked: Sequence[Outcome]) -> dict[str, object]:
    times = sorted(1e3 * each.acknowledged_after for each in asked if each.acknowledged_after is not None)
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    return {
        "questions": len(asked),
        "not_acknowledged": len(asked) - len(times),
        "milliseconds_p50": round(cuts[49], 1),
        "milliseconds_p95": round(cuts[94], 1),
        "milliseconds_p99": round(cuts[98], 1),
        "milliseconds_most": round(times[-1], 1),
    }


@asynccontextmanager
async def _bot(discord: LoopbackDiscord, place: Path | None = None) -> AsyncIterator[int]:
    """Run the bot against a server until it is connected; give the id of its process, and end it.

    `place` is the folder of its state; by default one that is removed afterwards.
    """
    with nullcontext(place) if place else tempfile.TemporaryDirectory() as state:
        environment = os.environ | {
            "DISCORD_TOKEN": discord.token,
            "RAPPORTEUR_API_BASE": discord.api_base,
            "RAPPORTEUR_HEALTH": "",
            "RAPPORTEUR_STATE": str(state),
        }
        log = Path(state, "log")
        with log.open("wb") as written:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "run", env=environment, stdout=written, stderr=written
            )
        try:
            while b" ready " not in log.read_bytes():
                if process.returncode is not None:
                    raise SystemExit(log.read_text(encoding="utf-8"))
                await asyncio.sleep(0.02)
            yield process.pid
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGTERM)
            await process.wait()


def _resident(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, 1)


def _questions(file: Path | None) -> list[str]:
    """Return questions in an order that is always the same."""
    if file:
        found = [str(json.loads(line)["question"]) for line in file.read_text(encoding="utf-8").splitlines() if line]
    else:
        from bot.config import configure, settings
        from bot.opening import existing_library
        from retrieval.benchmarking import questions_from

        with existing_library(configure(settings())) as library:
            found = [question.question for question in questions_from(library, 2_000)]
    random.Random(1).shuffle(found)
    return found


if __name__ == "__main__":
    main()
