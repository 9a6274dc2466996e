"""Interactions: what a person began with a command, a button or a form, and what the bot has answered so far."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from dataclasses import dataclass

from tests.loopback.clock import Clock, Snowflakes
from tests.loopback.errors import ApiError, unknown
from tests.loopback.outcome import Outcome
from tests.loopback.world import Channel, Json, Message, User

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL = 2, 3, 4, 5

ACKNOWLEDGE_WITHIN = 3.0
TOKEN_LIVES = 15 * 60.0
FOLLOWUPS_OF_USER_INSTALL = 5


@dataclass(eq=False)
class Interaction:
    """One interaction."""

    id: int
    token: str
    type: int
    user: User
    channel: Channel
    data: Json
    at: float
    context: int
    """0 in a server, 1 in the bot's direct messages, 2 in conversations among people."""
    owners: dict[str, str]
    """`authorizing_integration_owners`: "0" the server that installed the bot, "1" the person who did."""
    outcome: Outcome
    message: Message | None = None
    """The message whose button was pressed."""
    callback: int | None = None
    """The type of the callback that acknowledged it."""
    original: Message | None = None
    """What "@original" means."""
    followups: int = 0
    modal: Json | None = None
    opened_by: Interaction | None = None
    """The interaction that opened the form, where this is a form that was sent."""

    @property
    def only_user_installed(self) -> bool:
        return "0" not in self.owners


class Interactions:
    """The interactions whose tokens may still be used."""

    def __init__(self, clock: Clock, ids: Snowflakes, keep: int) -> None:
        self._clock = clock
        self._ids = ids
        self._keep = keep
        self._by_token: OrderedDict[str, Interaction] = OrderedDict()

    def add(
        self,
        kind: int,
        user: User,
        channel: Channel,
        data: Json,
        *,
        context: int,
        owners: dict[str, str],
        outcome: Outcome,
        message: Message | None = None,
        opened_by: Interaction | None = None,
    ) -> Interaction:
        """Begin an interaction."""
        interaction = Interaction(
            id=self._ids.next(),
            token=secrets.token_urlsafe(48),
            type=kind,
            user=user,
            channel=channel,
            data=data,
            at=self._clock.now(),
            context=context,
            owners=owners,
            outcome=outcome,
            message=message,
            opened_by=opened_by,
        )
        outcome.interaction = interaction
        self._by_token[interaction.token] = interaction
        while len(self._by_token) > self._keep:
            self._by_token.popitem(last=False)
        return interaction

    def to_acknowledge(self, number: str, token: str) -> Interaction:
        """Return the interaction a callback is for; refused when it is late or not the first."""
        interaction = self._by_token.get(token)
        if interaction is None or str(interaction.id) != number:
            raise unknown(10062, "interaction")
        if interaction.callback is not None:
            error = ApiError(400, 40060, "Interaction has already been acknowledged.")
        elif self._clock.now() - interaction.at > ACKNOWLEDGE_WITHIN:
            error = unknown(10062, "interaction")
            interaction.outcome.failed = True
        else:
            return interaction
        interaction.outcome.errors.append(error)
        interaction.outcome.notify()
        raise error

    def acknowledged(self, application: str, token: str, bot: User) -> Interaction:
        """Return the interaction a webhook call is for; refused before the callback and after 15 minutes."""
        interaction = self._by_token.get(token)
        if interaction is None or application != str(bot.id) or interaction.callback is None:
            raise unknown(10015, "Webhook")
        if self._clock.now() - interaction.at > TOKEN_LIVES:
            error = ApiError(401, 50027, "Invalid Webhook Token")
            interaction.outcome.errors.append(error)
            raise error
        return interaction

    def find(self, token: str) -> Interaction | None:
        """Return the interaction of a token."""
        return self._by_token.get(token)
