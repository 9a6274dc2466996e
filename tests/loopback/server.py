"""The whole: a Discord on 127.0.0.1, its world, and what a test can see and do."""

from __future__ import annotations

from collections import Counter, deque
from types import TracebackType
from typing import Any

from aiohttp import web

from tests.loopback import openapi
from tests.loopback.clock import Clock, Snowflakes
from tests.loopback.errors import ApiError
from tests.loopback.faults import Faults
from tests.loopback.gateway import MESSAGE_CONTENT, Gateway
from tests.loopback.interactions import Interactions
from tests.loopback.messages import Messages
from tests.loopback.outcome import Outcome, Signal
from tests.loopback.rest import BASE, Call, Rest
from tests.loopback.using import Using
from tests.loopback.world import Channel, Guild, Json, Message, User

TOKEN = "loopback-token"


class LoopbackDiscord(Using):
    """A Discord for one bot.

        async with LoopbackDiscord() as discord:
            ...  # start the bot with `discord.api_base` and `discord.token`
            asked = await discord.mention(discord.ana, discord.general, "When does the mandate end?")
            assert "15 May 1998" in asked.message.text

    There are a server (`guild`) with the channels `general` and `forum`, and the people `ana`, `ben` and `owner`; more
    is added with `add_guild`, `add_user`, `add_channel`.
    """

    def __init__(
        self,
        *,
        token: str = TOKEN,
        faults: Faults | None = None,
        record: bool = True,
        keep: int = 1000,
        shards: int = 1,
        privileged: int = 0,
        check_contract: bool = True,
        port: int = 0,
    ) -> None:
        """Make the world; the server begins with `async with` or `start`.

        Args:
            token: The bot's token.
            faults: What goes wrong on purpose.
            record: Whether calls and events are kept, to be looked at by a test; they are counted in any case.
            keep: How many messages each channel keeps, and how many interactions stay open.
            shards: How many shards the bot is told to use.
            privileged: The privileged intents the bot may ask for.
            check_contract: Whether bodies are held against Discord's OpenAPI document, where that is there.
            port: Where to listen; 0: anywhere.
        """
        super().__init__(keep)
        self.token = token
        self.faults = faults or Faults()
        self.shards = shards
        self.application_flags = 0
        self.clock = Clock()
        self.ids = Snowflakes(self.clock)
        self.changed = Signal()
        """Is notified after every call and connection."""
        self.contract = openapi.contract() if check_contract else None
        self.schema_violations: list[str] = []
        self.calls: deque[Call] = deque(maxlen=20_000 if record else 0)
        self.counts: Counter[tuple[str, int]] = Counter()
        """How often which route was answered with which status."""
        self.events: deque[tuple[str, Json]] = deque(maxlen=20_000 if record else 0)
        self.missing: deque[str] = deque(maxlen=100)
        """Calls that this server does not know: empty, or it is not complete enough for the bot."""
        self.fetched: deque[str] = deque(maxlen=1000)
        """Paths of the files that were fetched."""
        self.team: list[User] = []
        """The people who own the application together; where there are none, `owner` owns it."""
        self.users: dict[int, User] = {}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.commands: dict[int, Json] = {}
        self.guild_commands: dict[int, dict[int, Json]] = {}
        self.commands_created = 0
        self.interactions = Interactions(self.clock, self.ids, keep=max(keep, 100))
        self.posts = Messages(self, keep)
        self.gateway = Gateway(self, privileged=privileged, remembered=max(keep, 1000))
        self.bot = self.add_user("rapporteur", bot=True)
        self.owner = self.add_user("owner")
        self.ana = self.add_user("ana")
        self.ben = self.add_user("ben")
        self.guild = self.add_guild("Library")
        self.general = self.guild.channel("general")
        self.forum = self.guild.channel("questions")
        self._port = port
        self._runner: web.AppRunner | None = None

    # --- the server -------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Begin to listen."""
        app = web.Application(client_max_size=30 * 1024 * 1024)
        app.router.add_get("/", self.gateway.handle)
        app.router.add_get("/resume", self.gateway.handle)
        Rest(self).add_routes(app)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = self._runner.addresses[0][1]

    async def close(self) -> None:
        """Stop listening; what is connected is cut off."""
        self.gateway.drop()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> LoopbackDiscord:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def api_base(self) -> str:
        """What `discord.http.Route.BASE` must be."""
        return self.url + BASE

    @property
    def gateway_url(self) -> str:
        """What `discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY` must be."""
        return f"ws://127.0.0.1:{self._port}/"

    # --- what happened ----------------------------------------------------------------------------------------------

    async def until(self, condition: Any, within: float = 5.0, what: str = "the condition") -> None:
        """Wait until a condition holds; it is looked at after every call of the bot."""
        await self.changed.until(condition, within, what)

    async def ready(self, within: float = 10.0) -> None:
        """Wait until the bot is connected with every shard."""
        await self.until(
            lambda: len(self.gateway.sessions) == self.shards and self.gateway.ready, within, "the bot is connected"
        )

    def calls_to(self, route: str) -> list[Call]:
        """Return the recorded calls of a route: "POST /channels/{channel_id}/messages"."""
        return [each for each in self.calls if f"{each.method} {each.route}" == route]

    def note_call(self, call: Call) -> None:
        """Keep a call."""
        self.calls.append(call)
        self.counts[f"{call.method} {call.route}", call.status] += 1
        self.changed.notify()

    def note_event(self, event: str, data: Json) -> None:
        """Keep an event."""
        self.events.append((event, data))

    def refused(self, call: Call, error: ApiError) -> None:
        """Tell whoever waits for an answer that it was refused."""
        token = call.params.get("interaction_token") or call.params.get("webhook_token")
        interaction = self.interactions.find(token) if token else None
        outcome: Outcome | None = None
        if interaction is not None:
            outcome = interaction.outcome
        else:
            reference = (call.body or {}).get("message_reference") if isinstance(call.body, dict) else None
            question = self.question(int(reference["message_id"])) if reference else None
            outcome = next(iter(question.watchers), None) if question else None
        if outcome is not None and error not in outcome.errors:
            outcome.errors.append(error)
            outcome.notify()

    # --- looking ----------------------------------------------------------------------------------------------------

    @property
    def reads_all(self) -> bool:
        """Whether the bot may read the content of every message."""
        return any(each.intents & MESSAGE_CONTENT for each in self.gateway.sessions.values())

    def visible_to(self, user: User, channel: Channel) -> list[Message]:
        """Return the messages somebody sees in a channel, oldest first."""
        return [each for each in channel.messages.values() if not each.ephemeral or each.only_for is user]

    def pings(self) -> list[Message]:
        """Return the messages of the bot that notify anybody."""
        found = [each for channel in self.channels.values() for each in channel.messages.values()]
        return [each for each in found if each.author is self.bot and each.pings]
