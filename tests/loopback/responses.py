"""The calls that answer interactions: the callback, the original response, follow-ups."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tests.loopback import limits
from tests.loopback.errors import ApiError, invalid, unknown
from tests.loopback.interactions import (
    AUTOCOMPLETE,
    COMMAND,
    COMPONENT,
    FOLLOWUPS_OF_USER_INSTALL,
    MODAL,
    Interaction,
)
from tests.loopback.payloads import message_json
from tests.loopback.world import EPHEMERAL, LOADING, Attachment, Json, Message, Permission

if TYPE_CHECKING:
    from tests.loopback.rest import Call, Handler
    from tests.loopback.server import LoopbackDiscord

MESSAGE, DEFER, DEFER_UPDATE, UPDATE, CHOICES, FORM = 4, 5, 6, 7, 8, 9
ALLOWED = {
    COMMAND: {MESSAGE, DEFER, FORM},
    COMPONENT: {MESSAGE, DEFER, DEFER_UPDATE, UPDATE, FORM},
    AUTOCOMPLETE: {CHOICES},
    MODAL: {MESSAGE, DEFER, DEFER_UPDATE, UPDATE},
}


class Responses:
    """Takes what the bot answers to interactions."""

    def __init__(self, discord: LoopbackDiscord) -> None:
        self._discord = discord

    def routes(self) -> Iterator[tuple[str, str, Handler]]:
        """Yield method, path and handler."""
        webhook = "/webhooks/{webhook_id}/{webhook_token}"
        yield "POST", "/interactions/{interaction_id}/{interaction_token}/callback", self.acknowledge
        yield "POST", webhook, self.follow_up
        for message in ("/messages/@original", "/messages/{message_id}"):
            yield "GET", webhook + message, self.fetch
            yield "PATCH", webhook + message, self.edit
            yield "DELETE", webhook + message, self.delete

    # --- the callback -----------------------------------------------------------------------------------------------

    async def acknowledge(self, call: Call) -> Json | None:
        token = call.params["interaction_token"]
        interaction = self._discord.interactions.to_acknowledge(call.params["interaction_id"], token)
        kind, data = call.body.get("type"), call.body.get("data") or {}
        allowed = ALLOWED[interaction.type]
        if interaction.type == MODAL and interaction.message is None:
            allowed = {MESSAGE, DEFER}
        if kind not in allowed:
            why = limits.Violation(("type",), "INTERACTION_CALLBACK_TYPE", f"Value must be one of {sorted(allowed)}.")
            raise invalid(limits.errors_tree([why]))
        message = self._carry_out(interaction, kind, data, call.files)
        interaction.callback = kind
        outcome = interaction.outcome
        if kind == DEFER:
            outcome.note_acknowledged(call.at)
            outcome.notify()
        else:
            outcome.note_answered(call.at)
        if call.query.get("with_response", "0").lower() not in ("1", "true"):
            return None
        return callback_response(interaction, kind, message)

    def _carry_out(self, interaction: Interaction, kind: int, data: Json, files: list[Attachment]) -> Message | None:
        if kind == MESSAGE:
            interaction.original = self._post(interaction, data, files)
        elif kind == DEFER:
            flags = LOADING | ((data.get("flags") or 0) & EPHEMERAL)
            interaction.original = self._post(interaction, {}, [], flags=flags)
        elif kind in (DEFER_UPDATE, UPDATE):
            interaction.original = interaction.message
            if kind == UPDATE and interaction.message is not None:
                if interaction.message.deleted:
                    raise unknown(10008, "Message")
                self._discord.posts.edit(interaction.message, data, files)
            if interaction.message is not None:
                interaction.outcome.responses.append(interaction.message)
        elif kind == CHOICES:
            self._check(limits.under(("data",), limits.autocomplete(data)))
            interaction.outcome.choices = data.get("choices") or []
        else:
            self._check(limits.under(("data",), limits.modal(data)))
            interaction.modal = interaction.outcome.modal = data
        return interaction.original

    def _check(self, violations: list[limits.Violation]) -> None:
        if violations:
            raise invalid(limits.errors_tree(violations))

    def _post(self, interaction: Interaction, data: Json, files: list[Attachment], *, flags: int = 0) -> Message:
        guild = interaction.channel.guild
        external = interaction.only_user_installed and guild is not None
        may = interaction.channel.permissions(interaction.user) & Permission.USE_EXTERNAL_APPS
        if external and guild is not None and (guild.forces_ephemeral or not may):
            flags |= EPHEMERAL
        message = self._discord.posts.create(
            interaction.channel,
            self._discord.bot,
            data,
            files,
            interaction=interaction,
            flags=flags,
            kind=20 if interaction.type == COMMAND else 0,
            default_mentions=("users",),
        )
        message.watchers.add(interaction.outcome)
        interaction.outcome.responses.append(message)
        return message

    # --- afterwards -------------------------------------------------------------------------------------------------

    def _interaction(self, call: Call) -> Interaction:
        numbers = call.params
        return self._discord.interactions.acknowledged(
            numbers["webhook_id"], numbers["webhook_token"], self._discord.bot
        )

    def _message(self, call: Call, interaction: Interaction) -> Message:
        if "message_id" not in call.params:
            found = interaction.original
        else:
            number = call.number("message_id")
            mine = [*interaction.outcome.responses, *([interaction.original] if interaction.original else [])]
            found = next((each for each in mine if each.id == number), None)
        if found is None or found.deleted:
            raise unknown(10008, "Message")
        return found

    async def follow_up(self, call: Call) -> Json | None:
        interaction = self._interaction(call)
        original = interaction.original
        if interaction.callback == DEFER and original is not None and original.loading and not original.deleted:
            # As Discord does, though it is discouraged: the first follow-up becomes the deferred response.
            message = self._fulfil(call, interaction, original)
        else:
            if interaction.only_user_installed and interaction.channel.guild is not None:
                interaction.followups += 1
                if interaction.followups > FOLLOWUPS_OF_USER_INSTALL:
                    raise ApiError(400, 40094, "Maximum number of follow-up messages has been reached")
            message = self._post(interaction, call.body, call.files)
            message.reference = original if original is not None and not original.deleted else None
            interaction.outcome.note_answered(call.at)
        return message_json(message) if call.query.get("wait", "0").lower() in ("1", "true") else None

    def _fulfil(self, call: Call, interaction: Interaction, original: Message) -> Message:
        message = self._discord.posts.edit(original, call.body, call.files)
        interaction.outcome.note_answered(call.at)
        return message

    async def fetch(self, call: Call) -> Json:
        return message_json(self._message(call, self._interaction(call)))

    async def edit(self, call: Call) -> Json:
        interaction = self._interaction(call)
        message = self._fulfil(call, interaction, self._message(call, interaction))
        return message_json(message)

    async def delete(self, call: Call) -> None:
        interaction = self._interaction(call)
        self._discord.posts.delete(self._message(call, interaction))
        interaction.outcome.notify()


def callback_response(interaction: Interaction, kind: int, message: Message | None) -> Json:
    """Return what the callback is answered with."""
    about: Json = {"id": str(interaction.id), "type": interaction.type}
    body: Json = {"interaction": about}
    if message is not None:
        about |= {
            "response_message_id": str(message.id),
            "response_message_loading": message.loading,
            "response_message_ephemeral": message.ephemeral,
            "channel_id": str(message.channel.id),
        }
        if kind in (MESSAGE, UPDATE):
            body["resource"] = {"type": kind, "message": message_json(message)}
    return body
