"""The gateway: sessions, what they missed, and the ways in which they end."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

from tests.loopback.payloads import guild_json, user_json
from tests.loopback.world import Guild, Json

if TYPE_CHECKING:
    from tests.loopback.server import LoopbackDiscord

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, RESUME, RECONNECT = 0, 1, 2, 3, 6, 7
REQUEST_MEMBERS, INVALID_SESSION, HELLO, ACKNOWLEDGED = 8, 9, 10, 11

GUILDS = 1 << 0
GUILD_MESSAGES = 1 << 9
DIRECT_MESSAGES = 1 << 12
MESSAGE_CONTENT = 1 << 15
PRIVILEGED = (1 << 1) | (1 << 8) | MESSAGE_CONTENT


def dumps(data: Any) -> str:
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False)


class Session:
    """What a shard was told, and may ask to be told again."""

    def __init__(self, shard: tuple[int, int], intents: int, remembered: int) -> None:
        self.id = secrets.token_hex(16)
        self.shard = shard
        self.intents = intents
        self.sequence = 0
        self.sent: deque[tuple[int, str]] = deque(maxlen=remembered)
        self.connection: Connection | None = None
        self.resumable = True

    def covers(self, guild_id: int | None) -> bool:
        """Return whether the events of a server are this shard's; direct messages are those of the first."""
        return self.shard[0] == ((guild_id >> 22) % self.shard[1] if guild_id is not None else 0)

    def dispatch(self, event: str, data: Json) -> None:
        """Send an event, or keep it for when the shard is back."""
        self.sequence += 1
        frame = dumps({"op": DISPATCH, "s": self.sequence, "t": event, "d": data})
        self.sent.append((self.sequence, frame))
        if self.connection is not None:
            self.connection.send(frame)


class Connection:
    """One websocket."""

    def __init__(self, request: web.Request, socket: web.WebSocketResponse) -> None:
        self.request = request
        self.socket = socket
        self.session: Session | None = None
        self.code: int | None = None
        """With which code this server closed it."""
        self._outbox: asyncio.Queue[str] = asyncio.Queue()
        self._writer = asyncio.create_task(self._write())

    def send(self, frame: str) -> None:
        """Send a frame after those before it."""
        self._outbox.put_nowait(frame)

    async def _write(self) -> None:
        with suppress(ConnectionError):
            while True:
                await self.socket.send_str(await self._outbox.get())

    async def close(self, code: int) -> None:
        """Say goodbye with a code."""
        self.code = code
        self._writer.cancel()
        self.leave()
        await self.socket.close(code=code)

    def drop(self) -> None:
        """End without a goodbye."""
        self._writer.cancel()
        self.leave()
        if self.request.transport is not None:
            self.request.transport.abort()

    def leave(self) -> None:
        """Let the session go on without this connection: events are kept from now on."""
        if self.session is not None and self.session.connection is self:
            self.session.connection = None

    def ended(self) -> None:
        self._writer.cancel()
        self.leave()


class Gateway:
    """All sessions, and what a test can see of them and do to them."""

    def __init__(self, discord: LoopbackDiscord, *, privileged: int = 0, remembered: int = 1000) -> None:
        self._discord = discord
        self._privileged = privileged
        self._remembered = remembered
        self.sessions: dict[str, Session] = {}
        self.connections: set[Connection] = set()
        self.connected = 0
        """How many connections there have been."""
        self.identified: deque[Json] = deque(maxlen=100)
        """The data of the last IDENTIFYs: intents, shard, presence."""
        self.identifies = 0
        self.resumes = 0
        self.heartbeats = 0
        self.closed: deque[int | None] = deque(maxlen=100)
        """The codes with which connections were closed, by whom it may be."""
        self.commands: deque[Json] = deque(maxlen=100)
        """Other things the bot sent: presence, requests for members."""

    # --- what a test does -------------------------------------------------------------------------------------------

    def reconnect(self) -> None:
        """Ask every shard to reconnect and resume (op 7); events from now on are kept for it."""
        for session in self.sessions.values():
            if session.connection is not None:
                session.connection.send(dumps({"op": RECONNECT, "d": None}))
                session.connection.leave()

    def invalidate(self, *, resumable: bool) -> None:
        """Tell every shard that its session is invalid (op 9)."""
        for session in list(self.sessions.values()):
            connection = session.connection
            if connection is not None:
                connection.send(dumps({"op": INVALID_SESSION, "d": resumable}))
                connection.leave()
            if not resumable:
                session.resumable = False

    def drop(self) -> None:
        """End every connection without a word."""
        for connection in list(self.connections):
            connection.drop()

    async def close(self, code: int) -> None:
        """Close every connection with a code: 4000 is resumed, 4014 and others are the end."""
        await asyncio.gather(*(each.close(code) for each in list(self.connections)))

    @property
    def ready(self) -> bool:
        """Whether every shard is connected."""
        return bool(self.sessions) and all(each.connection for each in self.sessions.values())

    # --- events -----------------------------------------------------------------------------------------------------

    def dispatch(
        self,
        event: str,
        data: Json,
        *,
        guild: Guild | None = None,
        intents: int = 0,
        withheld: Callable[[], Json] | None = None,
    ) -> None:
        """Send an event to the shard it is for.

        Args:
            event: Its name.
            data: What it says.
            guild: The server it is about.
            intents: One of these must have been asked for; 0: it always comes.
            withheld: Makes what is sent instead to a bot that may not read the content of messages.
        """
        if guild is not None and not guild.has_bot and event not in ("INTERACTION_CREATE", "GUILD_DELETE"):
            return
        number = guild.id if guild is not None else None
        for session in list(self.sessions.values()):
            if not session.covers(number) or not session.resumable or (intents and not session.intents & intents):
                continue
            hidden = withheld is not None and not session.intents & MESSAGE_CONTENT
            session.dispatch(event, withheld() if hidden and withheld else data)
        self._discord.note_event(event, data)
        if self._discord.faults.reconnects():
            self.reconnect()

    # --- the protocol -----------------------------------------------------------------------------------------------

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one websocket."""
        socket = web.WebSocketResponse(max_msg_size=0, compress=False, timeout=1.0)
        await socket.prepare(request)
        connection = Connection(request, socket)
        self.connections.add(connection)
        self.connected += 1
        connection.send(dumps({"op": HELLO, "d": {"heartbeat_interval": 41_250, "_trace": []}}))
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    await self._received(connection, message.data)
        finally:
            connection.ended()
            self.connections.discard(connection)
            self.closed.append(connection.code or socket.close_code)
            self._discord.changed.notify()
        return socket

    async def _received(self, connection: Connection, text: str) -> None:
        try:
            frame = json.loads(text)
            op, data = frame["op"], frame.get("d")
        except (ValueError, KeyError, TypeError):
            await connection.close(4002)
            return
        if op == HEARTBEAT:
            self.heartbeats += 1
            connection.send(dumps({"op": ACKNOWLEDGED}))
        elif op == IDENTIFY:
            await self._identify(connection, data)
        elif op == RESUME:
            await self._resume(connection, data)
        elif connection.session is None:
            await connection.close(4003)
        elif op == REQUEST_MEMBERS:
            self._members(connection.session, data)
            self.commands.append(frame)
        elif op in (PRESENCE, 4):
            self.commands.append(frame)
        else:
            await connection.close(4001)
        self._discord.changed.notify()

    async def _identify(self, connection: Connection, data: Json) -> None:
        self.identifies += 1
        self.identified.append({key: value for key, value in data.items() if key != "token"})
        shard = tuple(data.get("shard") or (0, 1))
        if connection.session is not None:
            await connection.close(4005)
        elif data.get("token") != self._discord.token:
            await connection.close(4004)
        elif len(shard) != 2 or not 0 <= shard[0] < shard[1]:
            await connection.close(4010)
        elif not isinstance(data.get("intents"), int) or data["intents"] < 0:
            await connection.close(4013)
        elif data["intents"] & PRIVILEGED & ~self._privileged:
            await connection.close(4014)
        else:
            self._begin(connection, (shard[0], shard[1]), data["intents"])

    def _begin(self, connection: Connection, shard: tuple[int, int], intents: int) -> None:
        for old in [each for each in self.sessions.values() if each.shard == shard]:
            del self.sessions[old.id]  # a shard that identifies anew
        guilds = [each for each in self._discord.guilds.values() if each.has_bot]
        session = Session(shard, intents, self._remembered + 2 * len(guilds))
        session.connection, connection.session = connection, session
        self.sessions[session.id] = session
        mine = [each for each in guilds if session.covers(each.id)]
        bot = self._discord.bot
        session.dispatch(
            "READY",
            {
                "v": 10,
                "user": user_json(bot) | {"verified": True, "mfa_enabled": True, "email": None},
                "guilds": [{"id": str(each.id), "unavailable": True} for each in mine] if intents & GUILDS else [],
                "session_id": session.id,
                "session_type": "normal",
                "resume_gateway_url": f"{self._discord.gateway_url}resume",
                "shard": list(shard),
                "application": {"id": str(bot.id), "flags": self._discord.application_flags},
                "private_channels": [],
                "relationships": [],
                "presences": [],
                "geo_ordered_rtc_regions": [],
                "_trace": [],
            },
        )
        if intents & GUILDS:
            for each in mine:
                session.dispatch("GUILD_CREATE", guild_json(each, bot) | {"unavailable": False})

    async def _resume(self, connection: Connection, data: Json) -> None:
        session = self.sessions.get(data.get("session_id", ""))
        if data.get("token") != self._discord.token:
            await connection.close(4004)
            return
        sequence = data.get("seq") or 0
        oldest = session.sent[0][0] if session is not None and session.sent else 1
        if session is None or not session.resumable or sequence + 1 < oldest:
            connection.send(dumps({"op": INVALID_SESSION, "d": False}))
            return
        if sequence > session.sequence:
            await connection.close(4007)
            return
        self.resumes += 1
        if session.connection is not None:
            session.connection.leave()
        connection.session = session
        for number, frame in session.sent:
            if number > sequence:
                connection.send(frame)
        session.connection = connection
        session.dispatch("RESUMED", {"_trace": []})

    def _members(self, session: Session, data: Json) -> None:
        guild = self._discord.guilds.get(int(data["guild_id"]))
        if guild is None:
            return
        wanted = [str(each) for each in data.get("user_ids") or []]
        members = self._discord.members(guild, wanted, str(data.get("query") or ""))
        session.dispatch(
            "GUILD_MEMBERS_CHUNK",
            {
                "guild_id": str(guild.id),
                "members": members,
                "chunk_index": 0,
                "chunk_count": 1,
                "not_found": [],
                "nonce": data.get("nonce"),
            },
        )
