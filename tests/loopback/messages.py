"""Messages: what may be sent where, what becomes of it, and who is told."""

from __future__ import annotations

import copy
from collections import OrderedDict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tests.loopback import limits
from tests.loopback.errors import ApiError, invalid, missing_access, missing_permissions, unknown
from tests.loopback.gateway import DIRECT_MESSAGES, GUILD_MESSAGES, GUILDS
from tests.loopback.interactions import Interaction
from tests.loopback.payloads import channel_json, message_event
from tests.loopback.world import (
    COMPONENTS_V2,
    EPHEMERAL,
    LOADING,
    SUPPRESS_EMBEDS,
    Attachment,
    Channel,
    Json,
    Kind,
    Message,
    Permission,
    Pings,
    User,
    pings_of,
    walk,
)

if TYPE_CHECKING:
    from tests.loopback.server import LoopbackDiscord

MAY_BE_SET = SUPPRESS_EMBEDS | EPHEMERAL | COMPONENTS_V2 | (1 << 12)


class Messages:
    """Makes, changes and deletes messages."""

    def __init__(self, discord: LoopbackDiscord, keep: int) -> None:
        self._discord = discord
        self._keep = keep
        self._nonces: OrderedDict[tuple[int, int, str], Message] = OrderedDict()

    # --- what the bot may -------------------------------------------------------------------------------------------

    def check_may_send(self, channel: Channel, *, replies: bool = False, files: bool = False) -> None:
        """Refuse what the bot may not do; a thread that is only archived is opened by what is sent there."""
        bot = self._discord.bot
        if channel.is_private:
            if bot not in channel.recipients:
                raise missing_access()
            if any(each.refuses_dms for each in channel.recipients):
                raise ApiError(403, 50007, "Cannot send messages to this user")
            return
        if channel.guild is None or not channel.guild.has_bot:
            raise missing_access()
        may = channel.permissions(bot)
        if not may & Permission.VIEW_CHANNEL:
            raise missing_access()
        sending = Permission.SEND_MESSAGES_IN_THREADS if channel.is_thread else Permission.SEND_MESSAGES
        if not may & sending or (files and not may & Permission.ATTACH_FILES):
            raise missing_permissions()
        if channel.kind is Kind.FORUM:
            raise ApiError(400, 50008, "Cannot send messages in a non-text channel")
        if channel.awaits_first:
            why = "Cannot message this thread until after the post author has sent an initial message."
            raise ApiError(403, 40058, why)
        if channel.locked and not may & Permission.MANAGE_THREADS:
            if channel.archived:
                raise ApiError(400, 50083, "Thread is archived")
            raise ApiError(403, 160005, "Thread is locked")
        if replies and not may & Permission.READ_MESSAGE_HISTORY:
            raise ApiError(403, 160002, "Cannot reply without permission to read message history")

    def visible(self, channel: Channel, number: int, *, as_bot: bool = True) -> Message:
        """Return a message that can be fetched; private ones cannot."""
        message = channel.messages.get(number)
        if message is None or message.deleted or (as_bot and message.ephemeral):
            raise unknown(10008, "Message")
        return message

    # --- making -----------------------------------------------------------------------------------------------------

    def create(
        self,
        channel: Channel,
        author: User,
        payload: Json,
        files: list[Attachment] | None = None,
        *,
        interaction: Interaction | None = None,
        flags: int = 0,
        kind: int = 0,
        number: int | None = None,
        default_mentions: tuple[str, ...] = ("users", "roles", "everyone"),
        mention_replied: bool = True,
    ) -> Message:
        """Check a message, put it where it belongs and tell everybody.

        Args:
            channel: Where.
            author: Whose.
            payload: What was sent.
            files: The files sent with it.
            interaction: What it answers; then it is for the person alone where it is ephemeral.
            flags: Flags besides those of the payload.
            kind: The type of message: 19 a reply, 20 the answer to a command.
            number: Its id, where it is given.
            default_mentions: Whom it notifies where `allowed_mentions` is missing.
            mention_replied: Whether the author of the message replied to may be notified at all.
        """
        flags |= (payload.get("flags") or 0) & MAY_BE_SET
        loading = bool(flags & LOADING)
        if author.bot and not loading:
            self._check(payload, flags, files)
        reference, reference_id = self._reference(channel, payload)
        if reference_id is not None and kind == 0:
            kind = 19
        nonce = payload.get("nonce")
        key = (author.id, channel.id, str(nonce))
        if nonce is not None and payload.get("enforce_nonce") and key in self._nonces:
            return self._nonces[key]
        ids = self._discord.ids
        message = Message(
            id=ids.next() if number is None else number,
            channel=channel,
            author=author,
            flags=flags,
            kind=kind,
            reference=reference,
            reference_id=reference_id,
            nonce=nonce,
            interaction=interaction,
            only_for=interaction.user if interaction is not None and flags & EPHEMERAL else None,
        )
        message.attachments = list(files or [])
        self._fill(message, payload, default_mentions, mention_replied=mention_replied)
        self._put(message)
        if nonce is not None and payload.get("enforce_nonce"):
            self._nonces[key] = message
            while len(self._nonces) > self._keep:
                self._nonces.popitem(last=False)
        message.touch()
        if not message.ephemeral:
            if channel.archived:
                channel.archived = False
                self.tell_channel("THREAD_UPDATE", channel)
            self._tell("MESSAGE_CREATE", message)
        if author is self._discord.bot:
            self._discord.said(message)
        return message

    def _check(self, payload: Json, flags: int, files: list[Attachment] | None) -> None:
        violations = limits.message(payload, v2=bool(flags & COMPONENTS_V2))
        if violations:
            raise invalid(limits.errors_tree(violations))
        something = ("content", "embeds", "components", "sticker_ids", "poll", "attachments")
        if not files and not any(payload.get(each) for each in something):
            raise ApiError(400, 50006, "Cannot send an empty message")

    def _reference(self, channel: Channel, payload: Json) -> tuple[Message | None, int | None]:
        wanted = payload.get("message_reference")
        if not wanted:
            return None, None
        number = int(wanted["message_id"])
        found = channel.messages.get(number)
        if found is None or found.deleted or found.ephemeral:
            if wanted.get("fail_if_not_exists", True) is not False:
                why = limits.Violation(("message_reference",), "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
                raise invalid(limits.errors_tree([why]))
            return None, number
        return found, number

    def _fill(
        self, message: Message, payload: Json, default: tuple[str, ...], *, mention_replied: bool, edited: bool = False
    ) -> None:
        """Take over what a payload says, and reckon whom it notifies."""
        channel, author = message.channel, message.author
        if "content" in payload:
            message.content = payload["content"] or ""
        if "embeds" in payload:
            may = channel.guild is None or message.interaction or channel.permissions(author) & Permission.EMBED_LINKS
            message.embeds = [{"type": "rich"} | each for each in payload["embeds"] or []] if may else []
        if "components" in payload:
            message.components = numbered(payload["components"] or [])
        if "attachments" in payload and edited:
            kept = {int(each["id"]) for each in payload["attachments"] or []}
            message.attachments = [each for each in message.attachments if each.id in kept]
        texts = [message.content] + [each["content"] for each in walk(message.components) if each.get("type") == 10]
        replied = message.reference.author if message.reference is not None and mention_replied else None
        pings = pings_of(
            texts, payload.get("allowed_mentions"), channel=channel, author=author, default=default, replied_to=replied
        )
        known = self._discord.users
        message.mentions = [known[each] for each in pings.users if each in known]
        roles = channel.guild.roles if channel.guild else {}
        message.mention_roles = [roles[each] for each in pings.roles]
        message.mention_everyone = pings.everyone
        message.pings = Pings() if message.flags & (1 << 12) and not edited else pings

    def _put(self, message: Message) -> None:
        messages = message.channel.messages
        messages[message.id] = message
        while len(messages) > self._keep:
            messages.popitem(last=False)

    # --- changing ---------------------------------------------------------------------------------------------------

    def edit(self, message: Message, payload: Json, files: list[Attachment] | None = None) -> Message:
        """Change a message, and tell everybody. A message of components version 2 stays one."""
        asked = payload.get("flags") or 0
        before = message.flags
        was_v2, is_v2 = message.is_v2, message.is_v2 or bool(asked & COMPONENTS_V2)
        if message.author.bot:
            after = dict(payload)
            if is_v2 and not was_v2:
                # What the message has already, and the edit does not take away, is a legacy field as well.
                after = {"content": message.content, "embeds": message.embeds} | after
            violations = limits.message(after, v2=is_v2)
            if was_v2 and payload.get("flags") is not None and not asked & COMPONENTS_V2:
                code, why = "MESSAGE_CANNOT_REMOVE_COMPONENTS_V2_FLAG", "The flag IS_COMPONENTS_V2 cannot be removed"
                violations.append(limits.Violation(("flags",), code, why))
            if violations:
                raise invalid(limits.errors_tree(violations))
            left = {
                "content": message.content,
                "embeds": message.embeds,
                "components": message.components,
                "attachments": files or message.attachments,
            } | payload
            if not files and not any(left.get(each) for each in ("content", "embeds", "components", "attachments")):
                raise ApiError(400, 50006, "Cannot send an empty message")
        message.flags = message.flags & ~LOADING | (asked & (COMPONENTS_V2 | SUPPRESS_EMBEDS))
        default = ("users",) if message.interaction else ("users", "roles", "everyone")
        self._fill(message, payload, default, mention_replied=False, edited=True)
        message.attachments += files or []
        if not before & LOADING:
            message.edited_at = datetime.now(UTC)
        message.touch()
        if not message.ephemeral:
            self._tell("MESSAGE_UPDATE", message)
        return message

    def delete(self, message: Message) -> None:
        """Delete a message, and tell everybody."""
        message.deleted = True
        message.channel.messages.pop(message.id, None)
        message.touch()
        if not message.ephemeral:
            data = {"id": str(message.id), "channel_id": str(message.channel.id)}
            guild = message.channel.guild
            intents = GUILD_MESSAGES if guild else DIRECT_MESSAGES
            if guild:
                data["guild_id"] = str(guild.id)
            self._discord.gateway.dispatch("MESSAGE_DELETE", data, guild=guild, intents=intents)

    # --- telling ----------------------------------------------------------------------------------------------------

    def _tell(self, event: str, message: Message) -> None:
        channel, bot = message.channel, self._discord.bot
        if channel.guild is None and (bot not in channel.recipients or channel.kind is not Kind.DM):
            return
        if channel.guild is not None and not channel.permissions(bot) & Permission.VIEW_CHANNEL:
            return
        reads = message.author is bot or channel.guild is None or bot in message.mentions
        self._discord.gateway.dispatch(
            event,
            message_event(message, reads=True),
            guild=channel.guild,
            intents=GUILD_MESSAGES if channel.guild else DIRECT_MESSAGES,
            withheld=None if reads else lambda: message_event(message, reads=False),
        )

    def tell_channel(self, event: str, channel: Channel, **more: object) -> None:
        """Tell about a channel or thread."""
        bot = self._discord.bot
        if channel.guild is not None and channel.permissions(bot) & Permission.VIEW_CHANNEL:
            self._discord.gateway.dispatch(event, channel_json(channel) | more, guild=channel.guild, intents=GUILDS)

    # --- threads ----------------------------------------------------------------------------------------------------

    def start_thread(
        self, parent: Channel, owner: User, payload: Json, *, starter: Message | None = None, number: int | None = None
    ) -> Channel:
        """Make a thread, from a message or, in a forum, for the message that will be its first."""
        violations = limits.thread(payload)
        if violations:
            raise invalid(limits.errors_tree(violations))
        if starter is not None and starter.thread is not None:
            raise ApiError(400, 160004, "A thread has already been created for this message")
        thread = Channel(
            id=starter.id if starter is not None else number or self._discord.ids.next(),
            kind=Kind.THREAD,
            name=payload["name"],
            guild=parent.guild,
            parent=parent,
            owner=owner,
            auto_archive_duration=payload.get("auto_archive_duration") or 1440,
        )
        self._discord.place(thread)
        if starter is not None:
            starter.thread = thread
            starter.touch()
        self.tell_channel("THREAD_CREATE", thread, newly_created=True)
        return thread


def numbered(components: list[Json]) -> list[Json]:
    """Return components with the ids that Discord gives those without, in the order in which they are shown."""
    found: list[Json] = copy.deepcopy(components)
    everything = walk(found)
    taken = {each["id"] for each in everything if each.get("id")}
    number = 0
    for each in everything:
        if not each.get("id"):
            number += 1
            while number in taken:
                number += 1
            each["id"] = number
    return found
