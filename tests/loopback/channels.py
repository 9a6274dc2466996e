"""The calls about channels, threads and messages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tests.loopback import limits
from tests.loopback.errors import ApiError, invalid, missing_access, missing_permissions, unknown
from tests.loopback.payloads import channel_json, message_json
from tests.loopback.world import Channel, Json, Kind, Permission

if TYPE_CHECKING:
    from tests.loopback.rest import Call, Handler
    from tests.loopback.server import LoopbackDiscord


class Channels:
    """What can be done in channels."""

    def __init__(self, discord: LoopbackDiscord) -> None:
        self._discord = discord

    def routes(self) -> Iterator[tuple[str, str, Handler]]:
        """Yield method, path and handler."""
        channel = "/channels/{channel_id}"
        message = channel + "/messages/{message_id}"
        yield "GET", channel, self.get
        yield "PATCH", channel, self.change
        yield "DELETE", channel, self.remove
        yield "POST", channel + "/typing", self.type
        yield "POST", channel + "/messages", self.send
        yield "GET", channel + "/messages", self.list
        yield "POST", channel + "/messages/bulk-delete", self.delete_many
        yield "GET", message, self.fetch
        yield "PATCH", message, self.edit
        yield "DELETE", message, self.delete
        yield "POST", message + "/threads", self.thread_from_message
        yield "PUT", message + "/reactions/{emoji_name}/@me", self.react
        yield "DELETE", message + "/reactions/{emoji_name}/@me", self.react
        yield "POST", channel + "/threads", self.thread
        yield "PUT", channel + "/thread-members/@me", self.join
        yield "DELETE", channel + "/thread-members/@me", self.join

    def _channel(self, call: Call) -> Channel:
        channel = self._discord.channels.get(call.number("channel_id"))
        if channel is None:
            raise unknown(10003, "Channel")
        bot = self._discord.bot
        if channel.guild is None:
            seen = bot in channel.recipients and channel.kind is Kind.DM
        else:
            seen = channel.guild.has_bot and bool(channel.permissions(bot) & Permission.VIEW_CHANNEL)
        if not seen:
            raise missing_access()
        return channel

    def _needs(self, channel: Channel, permission: Permission) -> None:
        if channel.guild is not None and not channel.permissions(self._discord.bot) & permission:
            raise missing_permissions()

    async def get(self, call: Call) -> Json:
        return channel_json(self._channel(call))

    async def change(self, call: Call) -> Json:
        channel = self._channel(call)
        if not channel.is_thread:
            self._needs(channel, Permission.MANAGE_CHANNELS)
        elif channel.owner is not self._discord.bot:
            self._needs(channel, Permission.MANAGE_THREADS)
        violations = limits.thread(call.body)
        if violations:
            raise invalid(limits.errors_tree(violations))
        for key in ("name", "archived", "locked", "auto_archive_duration"):
            if key in call.body:
                setattr(channel, key, call.body[key])
        self._discord.posts.tell_channel("THREAD_UPDATE" if channel.is_thread else "CHANNEL_UPDATE", channel)
        return channel_json(channel)

    async def remove(self, call: Call) -> Json:
        channel = self._channel(call)
        self._needs(channel, Permission.MANAGE_THREADS if channel.is_thread else Permission.MANAGE_CHANNELS)
        self._discord.remove_channel(channel)
        return channel_json(channel)

    async def type(self, call: Call) -> None:
        channel = self._channel(call)
        self._discord.posts.check_may_send(channel)
        self._discord.typed(channel)

    async def send(self, call: Call) -> Json:
        channel = self._channel(call)
        replies = bool(call.body.get("message_reference"))
        self._discord.posts.check_may_send(channel, replies=replies, files=bool(call.files))
        message = self._discord.posts.create(channel, self._discord.bot, call.body, call.files)
        return message_json(message)

    async def list(self, call: Call) -> list[Json]:
        channel = self._channel(call)
        self._needs(channel, Permission.READ_MESSAGE_HISTORY)
        limit = min(int(call.query.get("limit", 50)), 100)
        before, after = int(call.query.get("before", 1 << 63)), int(call.query.get("after", 0))
        found = [each for each in channel.messages.values() if not each.ephemeral and after < each.id < before]
        return [self._shown(each) for each in reversed(found[:limit] if after else found[-limit:])]

    def _shown(self, message: Any) -> Json:
        """Return a message as it is fetched: the content of others is withheld as it is in events."""
        bot = self._discord.bot
        reads = message.author is bot or message.channel.guild is None or bot in message.mentions
        return message_json(message, reads=reads or self._discord.reads_all)

    async def fetch(self, call: Call) -> Json:
        channel = self._channel(call)
        self._needs(channel, Permission.READ_MESSAGE_HISTORY)
        return self._shown(self._discord.posts.visible(channel, call.number("message_id")))

    async def edit(self, call: Call) -> Json:
        channel = self._channel(call)
        message = self._discord.posts.visible(channel, call.number("message_id"))
        if message.author is not self._discord.bot:
            raise ApiError(403, 50005, "Cannot edit a message authored by another user")
        if channel.archived:
            raise ApiError(400, 50083, "Thread is archived")
        return message_json(self._discord.posts.edit(message, call.body, call.files))

    async def delete(self, call: Call) -> None:
        channel = self._channel(call)
        message = self._discord.posts.visible(channel, call.number("message_id"))
        if message.author is not self._discord.bot:
            if channel.guild is None:
                raise ApiError(403, 50003, "Cannot execute action on a DM channel")
            self._needs(channel, Permission.MANAGE_MESSAGES)
        if channel.archived:
            raise ApiError(400, 50083, "Thread is archived")
        self._discord.posts.delete(message)

    async def delete_many(self, call: Call) -> None:
        channel = self._channel(call)
        self._needs(channel, Permission.MANAGE_MESSAGES)
        for each in call.body["messages"]:
            self._discord.posts.delete(self._discord.posts.visible(channel, int(each)))

    async def react(self, call: Call) -> None:
        channel = self._channel(call)
        self._needs(channel, Permission.ADD_REACTIONS)
        self._discord.posts.visible(channel, call.number("message_id"))

    async def thread_from_message(self, call: Call) -> Json:
        channel = self._channel(call)
        message = self._discord.posts.visible(channel, call.number("message_id"))
        self._needs(channel, Permission.CREATE_PUBLIC_THREADS)
        if channel.kind not in (Kind.TEXT, Kind.ANNOUNCEMENT):
            raise ApiError(400, 50024, "Cannot execute action on this channel type")
        return channel_json(self._discord.posts.start_thread(channel, self._discord.bot, call.body, starter=message))

    async def thread(self, call: Call) -> Json:
        channel = self._channel(call)
        bot, posts = self._discord.bot, self._discord.posts
        if channel.kind is not Kind.FORUM:
            self._needs(channel, Permission.CREATE_PUBLIC_THREADS)
            return channel_json(posts.start_thread(channel, bot, call.body))
        self._needs(channel, Permission.SEND_MESSAGES)
        violations = limits.under(("message",), limits.message(call.body["message"]))
        if violations:
            raise invalid(limits.errors_tree(violations))
        thread = posts.start_thread(channel, bot, call.body)
        message = posts.create(thread, bot, call.body["message"], call.files, number=thread.id)
        return channel_json(thread) | {"message": message_json(message)}

    async def join(self, call: Call) -> None:
        if self._channel(call).archived:
            raise ApiError(400, 50083, "Thread is archived")
