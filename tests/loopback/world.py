"""What there is: people, servers, channels, messages. Values that change; nothing here speaks to anybody."""

from __future__ import annotations

import re
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import IntEnum, IntFlag
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

if TYPE_CHECKING:
    from tests.loopback.interactions import Interaction
    from tests.loopback.outcome import Outcome

Json = dict[str, Any]

EPHEMERAL = 1 << 6
LOADING = 1 << 7
SUPPRESS_EMBEDS = 1 << 2
HAS_THREAD = 1 << 5
COMPONENTS_V2 = 1 << 15


class Permission(IntFlag):
    """The permissions that play a part here."""

    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    SEND_MESSAGES_IN_THREADS = 1 << 38
    USE_EXTERNAL_APPS = 1 << 50


EVERYBODY_MAY = (
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.ADD_REACTIONS
    | Permission.USE_APPLICATION_COMMANDS
    | Permission.CREATE_PUBLIC_THREADS
    | Permission.SEND_MESSAGES_IN_THREADS
    | Permission.USE_EXTERNAL_APPS
)
ALL = Permission((1 << 53) - 1)


class Kind(IntEnum):
    """The types of channels."""

    TEXT = 0
    DM = 1
    GROUP = 3
    ANNOUNCEMENT = 5
    THREAD = 11
    FORUM = 15


@dataclass(eq=False)
class User:
    """A person or a bot."""

    id: int
    name: str
    bot: bool = False
    locale: str = "en-US"
    has_app: bool = False
    """Whether the bot is installed to this person's account, so that commands can be used wherever they are."""
    refuses_dms: bool = False
    is_webhook: bool = False
    roles: dict[int, list[Role]] = field(default_factory=dict)
    """By the id of the server."""
    nicks: dict[int, str] = field(default_factory=dict)

    @property
    def mention(self) -> str:
        return f"<@{self.id}>"

    def __str__(self) -> str:
        return f"@{self.name}"


@dataclass(eq=False)
class Role:
    """A role of a server."""

    id: int
    name: str
    permissions: Permission
    mentionable: bool = False
    of_bot: int | None = None
    """The id of the bot whose own role this is."""
    position: int = 0

    @property
    def mention(self) -> str:
        return f"<@&{self.id}>"


@dataclass(eq=False)
class Guild:
    """A server."""

    id: int
    name: str
    owner: User
    locale: str = "en-US"
    has_bot: bool = True
    forces_ephemeral: bool = False
    """Whether answers of apps that only a person installed are always private here."""
    roles: dict[int, Role] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    threads: dict[int, Channel] = field(default_factory=dict)
    joined_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    member_count: int = 3

    def role(self, name: str) -> Role:
        """Return the role of this name."""
        return next(role for role in self.roles.values() if role.name == name)

    def channel(self, name: str) -> Channel:
        """Return the channel or thread of this name."""
        return next(each for each in [*self.channels.values(), *self.threads.values()] if each.name == name)


@dataclass(eq=False)
class Channel:
    """A place where messages are: a channel of a server, a thread, a forum, a direct conversation."""

    id: int
    kind: Kind
    name: str = ""
    guild: Guild | None = None
    parent: Channel | None = None
    recipients: tuple[User, ...] = ()
    owner: User | None = None
    overwrites: dict[int, tuple[Permission, Permission, bool]] = field(default_factory=dict)
    """By the id of a role or person: what is allowed, what is denied, whether it is a person."""
    messages: OrderedDict[int, Message] = field(default_factory=OrderedDict)
    archived: bool = False
    locked: bool = False
    awaits_first: bool = False
    """Whether this is a post whose author has not sent its first message yet."""
    auto_archive_duration: int = 1440
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    typing: int = 0
    """How often the bot has shown that it is typing."""

    @property
    def is_thread(self) -> bool:
        return self.kind is Kind.THREAD

    @property
    def is_private(self) -> bool:
        return self.kind in (Kind.DM, Kind.GROUP)

    @property
    def mention(self) -> str:
        return f"<#{self.id}>"

    @property
    def last_message(self) -> Message | None:
        return next(reversed(self.messages.values()), None)

    def permissions(self, user: User) -> Permission:
        """Return what somebody may do here."""
        if self.guild is None:
            return EVERYBODY_MAY
        if self.guild.owner is user:
            return ALL
        everyone = self.guild.roles[self.guild.id]
        roles = user.roles.get(self.guild.id, [])
        allowed = everyone.permissions
        for role in roles:
            allowed |= role.permissions
        if allowed & Permission.ADMINISTRATOR:
            return ALL
        overwrites = (self.parent or self).overwrites
        layers = [[everyone.id], [role.id for role in roles], [user.id]]
        for layer in layers:
            rules = [overwrites[each] for each in layer if each in overwrites]
            for _, deny, _ in rules:
                allowed &= ~deny
            for allow, _, _ in rules:
                allowed |= allow
        return allowed


@dataclass(frozen=True)
class Pings:
    """Whom a message really notifies, after `allowed_mentions`."""

    users: tuple[int, ...] = ()
    roles: tuple[int, ...] = ()
    everyone: bool = False

    def __bool__(self) -> bool:
        return bool(self.users or self.roles or self.everyone)


@dataclass(eq=False)
class Attachment:
    """A file of a message."""

    id: int
    filename: str
    data: bytes
    url: str
    description: str | None = None
    content_type: str = "application/octet-stream"
    claimed: int | None = None
    """How large it is said to be, where that is not so."""


@dataclass(eq=False)
class Message:
    """A message as it stands now."""

    id: int
    channel: Channel
    author: User
    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    flags: int = 0
    kind: int = 0
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    edited_at: datetime | None = None
    reference: Message | None = None
    reference_id: int | None = None
    mentions: list[User] = field(default_factory=list)
    mention_roles: list[Role] = field(default_factory=list)
    mention_everyone: bool = False
    pings: Pings = Pings()
    nonce: str | int | None = None
    interaction: Interaction | None = None
    """The interaction this answers."""
    only_for: User | None = None
    """Who alone sees it, where it is ephemeral."""
    thread: Channel | None = None
    deleted: bool = False
    revision: int = 0
    """How often it was changed."""
    changed_at: float = 0.0
    """By the monotonic clock, when it was sent or changed: nobody can press a button in the same moment."""
    answers: list[Message] = field(default_factory=list)
    """What the bot said to it."""
    watchers: WeakSet[Outcome] = field(default_factory=WeakSet)
    """Who wants to know when it changes."""

    def touch(self) -> None:
        """Note that it was sent, changed or deleted, and tell those who watch it."""
        self.revision += 1
        self.changed_at = time.monotonic()
        for each in list(self.watchers):
            each.notify()

    @property
    def ephemeral(self) -> bool:
        return bool(self.flags & EPHEMERAL)

    @property
    def loading(self) -> bool:
        return bool(self.flags & LOADING)

    @property
    def is_v2(self) -> bool:
        return bool(self.flags & COMPONENTS_V2)

    @property
    def url(self) -> str:
        place = self.channel.guild.id if self.channel.guild else "@me"
        return f"https://discord.com/channels/{place}/{self.channel.id}/{self.id}"

    def texts(self) -> list[str]:
        """Return every piece of text, as it was sent: content, embeds, text displays."""
        found = [self.content] if self.content else []
        for embed in self.embeds:
            found += [part for key in ("title", "description") if (part := embed.get(key))]
            found += [part for each in embed.get("fields", []) for part in (each["name"], each["value"])]
            found += [embed["footer"]["text"]] if embed.get("footer") else []
        found += [each["content"] for each in walk(self.components) if each.get("type") == 10]
        return found

    @property
    def text(self) -> str:
        """All of its text."""
        return "\n".join(self.texts())

    def controls(self) -> list[Json]:
        """Return its buttons and selects."""
        return [each for each in walk(self.components) if each.get("type") in (2, 3, 5, 6, 7, 8)]

    def labels(self) -> list[str]:
        """Return the labels of its buttons, and the placeholders of its selects."""
        return [each.get("label") or each.get("placeholder") or each.get("custom_id", "") for each in self.controls()]


def walk(components: list[Json]) -> list[Json]:
    """Return components with all that are in them, in the order in which they are shown."""
    found = []
    for each in components:
        found.append(each)
        found += walk(each.get("components") or [])
        found += walk([inner for key in ("accessory", "component") if (inner := each.get(key))])
    return found


MENTION = re.compile(r"<@!?(\d+)>")
ROLE_MENTION = re.compile(r"<@&(\d+)>")
EVERYONE = re.compile(r"@(?:everyone|here)\b")


def pings_of(
    texts: list[str],
    allowed: Json | None,
    *,
    channel: Channel,
    author: User,
    default: tuple[str, ...],
    replied_to: User | None = None,
) -> Pings:
    """Return whom a message notifies.

    A mention inside a code block or behind a backslash is counted as well: whether it notifies is for Discord to say,
    and a test that wants none is then on the safe side.

    Args:
        texts: Content and text displays; embeds never notify.
        allowed: `allowed_mentions` as sent.
        channel: Where.
        author: Who wrote it: its permissions decide about roles and everyone.
        default: What is parsed where `allowed` is missing.
        replied_to: The author of the message replied to.
    """
    parse = set(default) if allowed is None else set(allowed.get("parse") or ())
    listed = {int(each) for each in (allowed or {}).get("users") or ()}
    listed_roles = {int(each) for each in (allowed or {}).get("roles") or ()}
    reply = allowed is None or bool(allowed.get("replied_user"))
    text = "\n".join(texts)
    users = [each for each in map(int, MENTION.findall(text)) if "users" in parse or each in listed]
    if replied_to is not None and reply and replied_to is not author:
        users.append(replied_to.id)
    everywhere = bool(channel.permissions(author) & Permission.MENTION_EVERYONE)
    known = channel.guild.roles if channel.guild else {}
    roles = [
        each
        for each in map(int, ROLE_MENTION.findall(text))
        if each in known
        and ("roles" in parse or each in listed_roles)
        and (everywhere or known[each].mentionable or not author.bot)
    ]
    everyone = "everyone" in parse and everywhere and bool(EVERYONE.search(text))
    return Pings(tuple(dict.fromkeys(users)), tuple(dict.fromkeys(roles)), everyone)
