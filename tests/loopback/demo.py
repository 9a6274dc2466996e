"""The bot in a terminal, without a token: what people write is read line by line, what they see is drawn."""

from __future__ import annotations

import asyncio
import json
import os
import queue
import re
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TextIO

from tests.loopback import faults
from tests.loopback.drawing import draw, draw_modal
from tests.loopback.errors import ApiError
from tests.loopback.outcome import NotHappened, Outcome
from tests.loopback.payloads import message_json
from tests.loopback.server import LoopbackDiscord
from tests.loopback.using import NotOffered
from tests.loopback.world import Channel, Json, Message

HELP = """\
text              mention the bot here             /dm text         write to it directly
/ask, /lookup, …  its commands; options by name:   /ask question: When? private: true
/complete NAME OPTION text   what is offered while typing; ^1 as an option is then the first of it
/menu [NAME]      a command of the last message of a person (Find sources)
/press LABEL      press a button                   /select LABEL    choose from a select
/submit FIELD: value   send the open form          /reply text      reply to the last answer
                  a file is @ and its path
/say text         without a mention                /forum title | body   open a post in the forum
/edit text        change my last message           /delete          delete it
/as NAME [LOCALE] be somebody else                 /in general | dm | NAME   go elsewhere
/look             all that I see here              /payload         the last answer as JSON
/fault 429 | 500 | slow | lost | reconnect | drop | invalid
/transcript FILE  write down all that was shown    /? this          /quit"""

ANSWER_WITHIN = 20.0
SETTLED = 0.3
STOP = "Stop"
"""The button of a message that goes on changing by itself."""


class Bot:
    """The bot as a process of its own."""

    def __init__(self, discord: LoopbackDiscord, arguments: list[str], *, loud: bool) -> None:
        self._discord = discord
        self._arguments = arguments
        self._loud = loud
        self._said: deque[str] = deque(maxlen=40)
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._state = tempfile.TemporaryDirectory()

    async def __aenter__(self) -> Bot:
        # What it remembers is of servers that are gone afterwards.
        settings = {"RAPPORTEUR_STATE": self._state.name} | os.environ
        settings |= {
            "DISCORD_TOKEN": self._discord.token,
            "RAPPORTEUR_API_BASE": self._discord.api_base,
            "RAPPORTEUR_HEALTH": "",
        }
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *self._arguments,
            env=settings,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        self._reading = asyncio.create_task(self._read())
        ended = asyncio.create_task(self._process.wait())
        ready = asyncio.create_task(self._discord.ready(within=600))
        await asyncio.wait({ended, ready}, return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        if ended.done():
            await self._reading
            self._state.cleanup()
            raise SystemExit("\n".join([*self._said, f"The bot ended with {self._process.returncode}."]))
        ended.cancel()
        return self

    async def _read(self) -> None:
        assert self._process is not None
        async for line in self._process.stdout or asyncio.StreamReader():
            text = line.decode(errors="replace").rstrip()
            self._said.append(text)
            if self._loud:
                write(text, sys.stderr)

    async def __aexit__(self, *_: object) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            try:
                await asyncio.wait_for(self._process.wait(), 15)
            except TimeoutError:
                self._process.kill()
                await self._process.wait()
        if self._reading is not None:
            await self._reading
        self._state.cleanup()


class Demo:
    """One person at a prompt."""

    def __init__(
        self,
        discord: LoopbackDiscord,
        *,
        lines: Callable[[str], Awaitable[str | None]],
        echo: bool,
        settled: float = SETTLED,
        patience: float = 2.0,
        pace: float = 0.0,
    ) -> None:
        """Begin as ana in #general.

        Args:
            discord: The server.
            lines: Asks for the next line, with a prompt; None: there are no more.
            echo: Whether what was read is shown as well, because it came through a pipe.
            settled: After so many seconds without a change an answer is shown.
            patience: How many seconds to wait where an answer is not to be expected.
            pace: How many seconds pass between two lines: the bot lets nobody ask too often.
        """
        self._pace = pace
        self._settled = settled
        self._patience = patience
        self._discord = discord
        self._lines = lines
        self._echo = echo
        self._user = discord.ana
        self._channel = discord.general
        self._last: Outcome | None = None
        self._shown: list[str] = []
        self._offered: dict[str, Any] = {}
        self._own: dict[int, Message] = {}
        self._actions: dict[str, Callable[[str], Awaitable[None]]] = {
            "?": self._help,
            "as": self._as,
            "complete": self._complete,
            "delete": self._delete,
            "dm": self._dm,
            "edit": self._edit,
            "fault": self._fault,
            "forum": self._forum,
            "in": self._in,
            "look": self._look,
            "menu": self._menu,
            "payload": self._payload,
            "press": self._press,
            "reply": self._reply,
            "say": self._say,
            "select": self._select,
            "submit": self._submit,
            "transcript": self._transcript,
        }

    async def run(self) -> None:
        """Read and do until there is no more, or /quit."""
        while (line := await self._lines(self._prompt())) is not None:
            line = line.strip()
            if not line:
                continue
            self._show(f"{self._prompt()}{line}", printed=self._echo)
            if line in ("/quit", "/exit"):
                return
            await self._do(line)
            await asyncio.sleep(self._pace)

    def _prompt(self) -> str:
        return f"{self._user.name} in {self._place(self._channel)}> "

    def _place(self, channel: Channel) -> str:
        return "a direct message" if channel.is_private else f"#{channel.name}"

    async def _do(self, line: str) -> None:
        name, _, rest = line[1:].partition(" ") if line.startswith("/") else ("", "", line)
        try:
            if not name:
                await self._mention(rest)
            elif name in self._actions:
                await self._actions[name](rest.strip())
            else:
                await self._command(name, rest.strip())
        except NotOffered as error:
            self._show(f"  (not offered: {error})")
        except (LookupError, ValueError, ApiError) as error:
            self._show(f"  (cannot: {error})")

    # --- showing ----------------------------------------------------------------------------------------------------

    def _show(self, text: str, *, printed: bool = True) -> None:
        self._shown.append(text)
        if printed:
            write(text)

    def _named(self, kind: str, number: int) -> str:
        d = self._discord
        if kind == "#":
            channel = d.channels.get(number)
            return f"#{channel.name}" if channel else "#unknown"
        if kind == "@&":
            roles = {each.id: each.name for guild in d.guilds.values() for each in guild.roles.values()}
            return f"@{roles.get(number, 'unknown')}"
        return str(d.users.get(number) or "@unknown")

    def _draw(self, message: Message) -> None:
        about = []
        if message.ephemeral:
            about.append("only you see this")
        if message.channel is not self._channel:
            about.append(f"in {self._place(message.channel)}")
        if message.revision > 1 and not message.loading:
            about.append("edited" if message.edited_at else "after a moment")
        if message.pings and message.author.bot:
            about.append("NOTIFIES SOMEBODY")
        head = f"{message.author.name}" + (f" ({', '.join(about)})" if about else "")
        body = "… is thinking" if message.loading else draw(message, names=self._named)
        self._show("\n".join([f"  {head}", *(f"  {line}" for line in body.split("\n")), ""]))

    async def _follow(self, outcome: Outcome, within: float = ANSWER_WITHIN) -> None:
        """Wait for what comes of an action, and show it."""
        self._last = outcome
        try:
            await outcome.answer(within=within)
        except NotHappened:
            if outcome.failed or outcome.interaction is not None:
                self._show("  (The application did not respond)")
            else:
                self._show("  (nothing happens)")
            for error in outcome.errors:
                self._show(f"  (refused: {error})")
            return
        await self._settle(outcome)
        if outcome.choices is not None:
            self._offered = {f"^{place}": each["value"] for place, each in enumerate(outcome.choices, 1)}
            for each in outcome.choices:
                self._show(f"  ◦ {each['name']}")
            if not outcome.choices:
                self._show("  (nothing is offered)")
            return
        if outcome.modal is not None:
            self._show("\n".join(f"  {line}" for line in draw_modal(outcome.modal).split("\n")))
        seen = [each for each in outcome.messages if each.only_for in (None, self._user)]
        for message in seen:
            self._draw(message)
        if not seen and outcome.modal is None:
            self._show("  (done: nothing is left to see)")

    async def _settle(self, outcome: Outcome) -> None:
        """Wait until nothing more comes."""

        def state() -> list[tuple[int, int]]:
            return [(each.id, each.revision) for each in outcome.messages]

        async def changed(before: list[tuple[int, int]]) -> bool:
            try:
                await outcome.until(lambda: state() != before, self._settled)
            except NotHappened:
                return any(each.loading or STOP in each.labels() for each in outcome.messages)
            return True

        while await changed(state()):
            pass

    # --- what people do ---------------------------------------------------------------------------------------------

    async def _help(self, _: str) -> None:
        offered = sorted(f"/{each['name']}" for each in self._discord.commands.values() if each["type"] == 1)
        self._show(HELP + f"\nThe bot offers {' '.join(offered)}")

    async def _mention(self, text: str) -> None:
        d = self._discord
        outcome = d.dm(self._user, text) if self._channel.is_private else d.mention(self._user, self._channel, text)
        await self._spoken(outcome)

    async def _spoken(self, outcome: Outcome, within: float = ANSWER_WITHIN) -> None:
        if outcome.question is not None:
            self._own[self._user.id] = outcome.question
        await self._follow(outcome, within)

    async def _say(self, text: str) -> None:
        await self._spoken(self._discord.say(self._user, self._channel, text), within=self._patience)

    async def _dm(self, text: str) -> None:
        await self._spoken(self._discord.dm(self._user, text))

    async def _reply(self, text: str) -> None:
        public = [each for each in self._seen() if each.only_for is None]
        if not public:
            raise NotOffered("there is no answer that can be replied to")
        await self._spoken(self._discord.reply(self._user, public[0], text))

    async def _forum(self, text: str) -> None:
        title, _, body = text.partition("|")
        await self._spoken(
            self._discord.forum_post(self._user, self._discord.forum, title.strip(), body.strip()), self._patience
        )

    async def _edit(self, text: str) -> None:
        message = self._own[self._user.id]
        if self._discord.bot in message.mentions:
            text = f"{self._discord.bot.mention} {text}"
        await self._follow(self._discord.edit(message, text), within=self._patience)

    async def _delete(self, _: str) -> None:
        await self._follow(self._discord.delete(self._own.pop(self._user.id)), within=self._patience)

    async def _as(self, text: str) -> None:
        name, _, locale = text.partition(" ")
        found = next((each for each in self._discord.users.values() if each.name == name and not each.bot), None)
        self._user = found or self._discord.add_user(name)
        self._user.locale = locale or self._user.locale
        if self._channel.is_private:
            self._channel = self._discord.dm_channel(self._user)

    async def _in(self, name: str) -> None:
        d = self._discord
        self._channel = d.dm_channel(self._user) if name == "dm" else d.guild.channel(name.removeprefix("#"))

    async def _look(self, _: str) -> None:
        for each in self._discord.visible_to(self._user, self._channel):
            self._draw(each)

    async def _payload(self, _: str) -> None:
        self._show(json.dumps(message_json(self._last_answer()), indent=2, ensure_ascii=False))

    async def _command(self, name: str, text: str) -> None:
        command = self._discord.command(self._user, self._channel, name)
        level, path = command, name
        while subs := {each["name"]: each for each in level.get("options") or [] if each["type"] in (1, 2)}:
            word, _, text = text.partition(" ")
            if word not in subs:
                raise NotOffered(f"/{path} needs one of {sorted(subs)}")
            level, path = subs[word], f"{path} {word}"
        options = {name: self._offered.get(str(value), value) for name, value in parsed(level, text).items()}
        await self._follow(self._discord.slash(self._user, self._channel, path, **options))

    async def _complete(self, text: str) -> None:
        name, option, typed = [*text.split(" ", 2), "", ""][:3]
        if name in ("index", "settings"):
            name, (option, typed) = f"{name} {option}", [*typed.split(" ", 1), ""][:2]
        await self._follow(self._discord.autocomplete(self._user, self._channel, name, option, typed))

    async def _menu(self, name: str) -> None:
        people = [each for each in self._channel.messages.values() if not each.author.bot]
        if not people:
            raise NotOffered("nobody has written anything here")
        await self._follow(self._discord.menu(self._user, name or "Find sources", people[-1]))

    def _seen(self) -> list[Message]:
        """Return the messages of the bot that are seen, newest first."""
        mine = list(self._last.messages if self._last else [])[::-1]
        here = [each for each in self._discord.visible_to(self._user, self._channel) if each.author.bot][::-1]
        return [each for each in [*mine, *here] if each.only_for in (None, self._user)]

    def _last_answer(self) -> Message:
        if not self._seen():
            raise NotOffered("there is no answer yet")
        return self._seen()[0]

    async def _press(self, label: str) -> None:
        for message in self._seen():
            if label in [each.get("label") for each in message.controls()]:
                await self._follow(self._discord.press(self._user, message, label))
                return
        offered = sorted({each for message in self._seen()[:1] for each in message.labels()})
        raise NotOffered(f"no button {label!r}; there are {offered}")

    async def _select(self, label: str) -> None:
        for message in self._seen():
            if any(each["type"] == 3 for each in message.controls()):
                await self._follow(self._discord.select(self._user, message, label))
                return
        raise NotOffered("there is nothing to choose from")

    async def _submit(self, text: str) -> None:
        if self._last is None:
            raise NotOffered("no form is open")
        values: dict[str, Any] = {}
        for name, value in re.findall(r"(\w+):\s*(.*?)(?=\s+\w+:|\Z)", text):
            path = Path(value.removeprefix("@"))
            values[name] = [(path.name, path.read_bytes())] if value.startswith("@") else value
        await self._follow(self._discord.submit_modal(self._user, self._last, **values))

    async def _fault(self, name: str) -> None:
        d = self._discord
        known = {
            "429": faults.rate_limit(0.5),
            "500": faults.error(500),
            "slow": faults.slow(2.0),
            "lost": faults.lost(),
        }
        if name in known:
            for method, route in (
                ("POST", "/channels/{channel_id}/messages"),
                ("POST", "/interactions/{interaction_id}/{interaction_token}/callback"),
            ):
                d.faults.next(f"{method} {route}", known[name])
        elif name == "reconnect":
            d.gateway.reconnect()
        elif name == "drop":
            d.gateway.drop()
        elif name == "invalid":
            d.gateway.invalidate(resumable=False)
        else:
            raise NotOffered(f"no fault {name!r}")

    async def _transcript(self, name: str) -> None:
        shown = "\n".join(self._shown[:-1]) + "\n"
        await asyncio.to_thread(Path(name).write_text, shown, "utf-8")
        write(f"  ({len(self._shown)} entries written to {name})")


def parsed(command: Json, text: str) -> dict[str, Any]:
    """Return the options in what was typed: by name, or the first of them; a paragraph stands behind its document."""
    options = {each["name"]: each for each in command.get("options") or []}
    if not options:
        return {}
    parts = re.split(rf"(?:^|\s)({'|'.join(map(re.escape, options))}):\s*", text)
    values: dict[str, Any] = dict(zip(parts[1::2], parts[2::2], strict=True))
    first = parts[0].strip()
    if first:
        document = re.fullmatch(r"(.*\S)\s+(\d\S*(?:\s*\(\w+\))*)", first)
        if {"document", "paragraph"} <= options.keys() and document and "paragraph" not in values:
            values = {"document": document[1], "paragraph": document[2]} | values
        else:
            values = {next(iter(options)): first} | values
    return {name: typed(options[name], value.strip()) for name, value in values.items()}


def typed(option: Json, value: str) -> Any:
    """Return a value of the type of its option."""
    if option["type"] == 11:
        path = Path(value.removeprefix("@"))
        return path.name, path.read_bytes()
    if option["type"] == 5:
        return value.lower() in ("true", "yes", "1")
    if option["type"] == 4:
        return int(value)
    if option["type"] == 10:
        return float(value)
    for each in option.get("choices") or []:
        if value.lower() == each["name"].lower():
            return each["value"]
    return value


def write(text: str, stream: TextIO | None = None, end: str = "\n") -> None:
    """Write to the standard output, or another stream, at once."""
    stream = stream or sys.stdout
    stream.write(text + end)
    stream.flush()


class Terminal:
    """Reads lines in a thread that ends with the program, so that Ctrl+C need not wait for the next line."""

    def __init__(self) -> None:
        self._wanted: queue.SimpleQueue[tuple[str, asyncio.Future[str | None]]] = queue.SimpleQueue()
        self._loop = asyncio.get_running_loop()
        threading.Thread(target=self._read, daemon=True).start()

    async def line(self, prompt: str) -> str | None:
        """Return the next line; None at the end."""
        line: asyncio.Future[str | None] = self._loop.create_future()
        self._wanted.put((prompt, line))
        return await line

    def _read(self) -> None:
        while True:
            prompt, wanted = self._wanted.get()
            line: str | None
            try:
                line = input(prompt if sys.stdin.isatty() else "")
            except EOFError:
                line = None
            with suppress(RuntimeError):  # the program has ended
                self._loop.call_soon_threadsafe(self._give, wanted, line)

    def _give(self, wanted: asyncio.Future[str | None], line: str | None) -> None:
        if not wanted.done():
            wanted.set_result(line)


async def demonstrate(arguments: list[str] | None, *, loud: bool, port: int, pace: float) -> None:
    """Run server, bot and prompt.

    Args:
        arguments: How Python starts the bot; None: it is started elsewhere.
        loud: Whether what the bot logs is shown.
        port: Where to listen; 0: anywhere.
        pace: How many seconds pass between two lines.
    """
    async with LoopbackDiscord(port=port) as discord:
        demo = Demo(discord, lines=Terminal().line, echo=not sys.stdin.isatty(), pace=pace)
        if arguments is None:
            write(f"DISCORD_TOKEN={discord.token} RAPPORTEUR_API_BASE={discord.api_base}")
            await discord.ready(within=86_400)
            await demo.run()
            return
        write("Starting the bot …", sys.stderr)
        async with Bot(discord, arguments, loud=loud):
            write("Ready. /? says what can be typed.", sys.stderr)
            await demo.run()
        for each in (*discord.schema_violations, *discord.missing):
            write(f"not as Discord's API is: {each}", sys.stderr)
