"""The world is made and changed: servers, channels, people, permissions. The bot is told as Discord would."""

from __future__ import annotations

import mimetypes
from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote

from tests.loopback.gateway import GUILDS
from tests.loopback.payloads import channel_json, guild_json, member_json, role_json
from tests.loopback.world import EVERYBODY_MAY, Attachment, Channel, Guild, Json, Kind, Permission, Role, User

if TYPE_CHECKING:
    from tests.loopback.server import LoopbackDiscord

BOT_MAY = Permission(309_237_763_072)
"""What the install link asks for."""


class Scenery:
    """Makes and changes the world."""

    def __init__(self, keep: int) -> None:
        self._keep = keep
        self._direct: dict[int, Channel] = {}
        self.files: OrderedDict[int, Attachment] = OrderedDict()

    @property
    def _d(self) -> LoopbackDiscord:
        """The whole that this is a part of."""
        return self  # type: ignore[return-value]

    def add_user(self, name: str, *, bot: bool = False, locale: str = "en-US", has_app: bool = False) -> User:
        """Add a person; with `has_app` the bot is installed to their account."""
        user = User(self._d.ids.next(), name, bot=bot, locale=locale, has_app=has_app)
        self._d.users[user.id] = user
        return user

    def add_guild(
        self, name: str, *, locale: str = "en-US", owner: User | None = None, has_bot: bool = True, forum: bool = True
    ) -> Guild:
        """Add a server with the channels `general` and, as a forum, `questions`; the bot is told that it joined."""
        d = self._d
        guild = Guild(d.ids.next_of_guild(), name, owner or d.owner, locale=locale, has_bot=has_bot)
        guild.roles[guild.id] = Role(guild.id, "@everyone", EVERYBODY_MAY)
        d.guilds[guild.id] = guild
        if has_bot:
            self._join(guild)
        for kind, channel in ((Kind.TEXT, "general"), (Kind.FORUM, "questions"))[: 2 if forum else 1]:
            self.place(Channel(d.ids.next(), kind, channel, guild))
        d.gateway.dispatch("GUILD_CREATE", guild_json(guild, d.bot), guild=guild, intents=GUILDS)
        return guild

    def _join(self, guild: Guild) -> None:
        role = Role(self._d.ids.next(), self._d.bot.name, BOT_MAY, of_bot=self._d.bot.id, position=1)
        guild.roles[role.id] = role
        self._d.bot.roles[guild.id] = [role]
        guild.has_bot = True

    def add_bot(self, guild: Guild) -> None:
        """Let the bot join a server where it was not."""
        self._join(guild)
        self._d.gateway.dispatch("GUILD_CREATE", guild_json(guild, self._d.bot), guild=guild, intents=GUILDS)

    def kick_bot(self, guild: Guild) -> None:
        """Remove the bot from a server."""
        for role in self._d.bot.roles.pop(guild.id, []):
            guild.roles.pop(role.id, None)
        guild.has_bot = False
        self._d.guild_commands.pop(guild.id, None)
        self._d.gateway.dispatch("GUILD_DELETE", {"id": str(guild.id)}, guild=guild, intents=GUILDS)

    def outage(self, guild: Guild) -> None:
        """Let a server be unavailable for a while: the bot is still in it."""
        data = {"id": str(guild.id), "unavailable": True}
        self._d.gateway.dispatch("GUILD_DELETE", data, guild=guild, intents=GUILDS)

    def add_role(
        self, guild: Guild, name: str, permissions: Permission | None = None, *, mentionable: bool = False
    ) -> Role:
        """Add a role to a server."""
        role = Role(
            self._d.ids.next(), name, permissions or Permission(0), mentionable=mentionable, position=len(guild.roles)
        )
        guild.roles[role.id] = role
        data = {"guild_id": str(guild.id), "role": role_json(role)}
        self._d.gateway.dispatch("GUILD_ROLE_CREATE", data, guild=guild, intents=GUILDS)
        return role

    def give(self, user: User, guild: Guild, *permissions: Permission | Role) -> None:
        """Give somebody roles or permissions in a server."""
        roles = user.roles.setdefault(guild.id, [])
        for each in permissions:
            role = each if isinstance(each, Role) else self.add_role(guild, f"may-{int(each):x}", each)
            roles.append(role)

    def add_channel(self, guild: Guild, name: str, kind: Kind = Kind.TEXT) -> Channel:
        """Add a channel to a server."""
        channel = Channel(self._d.ids.next(), kind, name, guild)
        self.place(channel)
        self._d.posts.tell_channel("CHANNEL_CREATE", channel)
        return channel

    def add_group(self, name: str, *people: User) -> Channel:
        """Add a conversation among people, without the bot."""
        channel = Channel(self._d.ids.next(), Kind.GROUP if len(people) > 2 else Kind.DM, name, recipients=people)
        self.place(channel)
        return channel

    def place(self, channel: Channel) -> None:
        """Put a channel where it can be found."""
        self._d.channels[channel.id] = channel
        if channel.guild is not None:
            (channel.guild.threads if channel.is_thread else channel.guild.channels)[channel.id] = channel

    def remove_channel(self, channel: Channel) -> None:
        """Delete a channel or thread."""
        self._d.channels.pop(channel.id, None)
        if channel.guild is not None:
            channel.guild.threads.pop(channel.id, None)
            channel.guild.channels.pop(channel.id, None)
        self._d.posts.tell_channel("THREAD_DELETE" if channel.is_thread else "CHANNEL_DELETE", channel)

    def dm_channel(self, user: User) -> Channel:
        """Return the conversation of somebody with the bot."""
        if user.id not in self._direct:
            self._direct[user.id] = Channel(self._d.ids.next(), Kind.DM, recipients=(user, self._d.bot))
            self.place(self._direct[user.id])
        return self._direct[user.id]

    def deny(self, channel: Channel, whom: User | Role, permissions: Permission) -> None:
        """Deny somebody something in a channel; the bot is told."""
        allow, deny, person = channel.overwrites.get(whom.id, (Permission(0), Permission(0), isinstance(whom, User)))
        channel.overwrites[whom.id] = (allow & ~permissions, deny | permissions, person)
        self._tell_overwrites(channel)

    def allow(self, channel: Channel, whom: User | Role, permissions: Permission) -> None:
        """Allow somebody something in a channel; the bot is told."""
        allow, deny, person = channel.overwrites.get(whom.id, (Permission(0), Permission(0), isinstance(whom, User)))
        channel.overwrites[whom.id] = (allow | permissions, deny & ~permissions, person)
        self._tell_overwrites(channel)

    def _tell_overwrites(self, channel: Channel) -> None:
        self._d.gateway.dispatch("CHANNEL_UPDATE", channel_json(channel), guild=channel.guild, intents=GUILDS)

    def archive(self, thread: Channel, *, locked: bool = False) -> None:
        """Archive a thread; a locked one is opened again by moderators only."""
        thread.archived, thread.locked = True, locked
        self._d.posts.tell_channel("THREAD_UPDATE", thread)

    def members(self, guild: Guild, ids: Sequence[str], query: str) -> list[Json]:
        """Return the members asked for at the gateway."""
        found = [each for each in self._d.users.values() if str(each.id) in ids or (query and query in each.name)]
        return [member_json(each, guild) for each in found]

    def keep_file(self, filename: str, data: bytes, claimed: int | None = None) -> Attachment:
        """Keep a file, and give it an address where it can be fetched; it may be said to be of another size."""
        number = self._d.ids.next()
        kind = mimetypes.guess_type(filename)[0] or "application/octet-stream"
        url = f"{self._d.url}/attachments/{number}/{quote(filename, safe='') or 'unknown'}"
        found = Attachment(number, filename, data, url, content_type=kind, claimed=claimed)
        self._d.files[number] = found
        while len(self._d.files) > self._keep:
            self._d.files.popitem(last=False)
        return found
