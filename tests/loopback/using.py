"""What people do with the bot other than write to it: commands, menus, buttons, selects, forms."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from tests.loopback.interactions import AUTOCOMPLETE, COMMAND, COMPONENT, MODAL, Interaction
from tests.loopback.messages import numbered
from tests.loopback.outcome import Outcome
from tests.loopback.payloads import (
    attachment_json,
    channel_json,
    interaction_json,
    member_json,
    message_json,
    role_json,
    user_json,
)
from tests.loopback.speaking import Speaking
from tests.loopback.world import Channel, Json, Message, Permission, Role, User, walk

HAND = 0.03
"""Seconds between what somebody sees and what they press: the bot has then got the answer to its own call."""


class NotOffered(LookupError):
    """Discord does not offer this to the person: no such command or button here, or it may not be used."""


class Using(Speaking):
    """Lets people use commands, buttons and forms."""

    def _owners(self, user: User, channel: Channel) -> tuple[int, dict[str, str]]:
        """Return the context of an interaction, and who installed the bot there."""
        owners: dict[str, str] = {}
        guild, bot = channel.guild, self._d.bot
        if guild is not None and guild.has_bot:
            owners["0"] = str(guild.id)
        elif guild is None and bot in channel.recipients:
            owners["0"] = "0"
        if user.has_app:
            owners["1"] = str(user.id)
        context = 0 if guild is not None else 1 if bot in channel.recipients else 2
        return context, owners

    def _begin(
        self,
        kind: int,
        user: User,
        channel: Channel,
        data: Json,
        *,
        message: Message | None = None,
        owners: dict[str, str] | None = None,
        after: float = 0.0,
        opened_by: Interaction | None = None,
    ) -> Outcome:
        """Begin an interaction: at once, or when a hand can have followed what was seen."""
        context, installed = self._owners(user, channel)
        outcome = Outcome(user, channel, at=self._d.clock.now())
        if message is not None:
            message.watchers.add(outcome)

        def begin() -> None:
            outcome.at = self._d.clock.now()
            interaction = self._d.interactions.add(
                kind,
                user,
                channel,
                data,
                context=context,
                owners=installed if owners is None else owners,
                outcome=outcome,
                message=message,
                opened_by=opened_by,
            )
            self._dispatch(interaction)

        wait = after + HAND - time.monotonic() if after else 0.0
        if wait > 0:
            asyncio.get_running_loop().call_later(wait, begin)
        else:
            begin()
        return outcome

    def _dispatch(self, interaction: Interaction) -> None:
        body = interaction_json(interaction, self._d.bot)
        self._d.gateway.dispatch("INTERACTION_CREATE", body, guild=interaction.channel.guild)

    # --- commands ---------------------------------------------------------------------------------------------------

    def command(self, user: User, channel: Channel, name: str, kind: int = 1) -> Json:
        """Return a registered command as it is offered to somebody in a channel; raises NotOffered."""
        d, guild = self._d, channel.guild
        registered = [*(d.guild_commands.get(guild.id, {}) if guild else {}).values(), *d.commands.values()]
        found = next((each for each in registered if each["name"] == name and each["type"] == kind), None)
        if found is None:
            raise NotOffered(f"no command {name!r}; there are {sorted(each['name'] for each in registered)}")
        context, owners = self._owners(user, channel)
        if found.get("contexts") is not None and context not in found["contexts"]:
            raise NotOffered(f"{name!r} is not offered in context {context}")
        kinds = {int(each) for each in owners}
        if not kinds & set(found.get("integration_types") or [0]):
            raise NotOffered(f"{name!r} is not offered: the bot is not installed here for {user}")
        needed = found.get("default_member_permissions")
        if guild is not None and needed is not None and "0" in owners:
            may = channel.permissions(user)
            if (int(needed) == 0 and not may & Permission.ADMINISTRATOR) or int(needed) & ~int(may):
                raise NotOffered(f"{name!r} is not offered to {user}: it needs the permissions {needed}")
        if guild is not None and not channel.permissions(user) & Permission.USE_APPLICATION_COMMANDS:
            raise NotOffered(f"{user} may not use commands here")
        return found

    def slash(self, user: User, channel: Channel, name: str, *, stale: Json | None = None, **options: Any) -> Outcome:
        """Use a slash command: "ask", or with subcommands "index refresh".

        Args:
            user: Who.
            channel: Where.
            name: The command.
            stale: The command as it was registered earlier, as a client shows it that has not heard of a change.
            **options: The options by name; a file is its name, its bytes and, perhaps, another size it is said to have.
        """
        return self._slash(COMMAND, user, channel, name, options, stale=stale)

    def autocomplete(
        self, user: User, channel: Channel, name: str, focused: str, typed: Any = "", **options: Any
    ) -> Outcome:
        """Type into an option of a slash command; the outcome has `choices`."""
        return self._slash(AUTOCOMPLETE, user, channel, name, options | {focused: typed}, focused=focused)

    def _slash(
        self,
        kind: int,
        user: User,
        channel: Channel,
        name: str,
        options: dict[str, Any],
        *,
        stale: Json | None = None,
        focused: str | None = None,
    ) -> Outcome:
        first, *rest = name.split()
        command = stale or self.command(user, channel, first)
        resolved: Json = {}
        level, chain = command, []
        for each in rest:
            level = next((sub for sub in level.get("options") or [] if sub["name"] == each), {})
            if not level:
                raise NotOffered(f"no subcommand {each!r} in {name!r}")
            chain.append(level)
        given = self._options(level, options, resolved, channel, focused=focused)
        for level in reversed(chain):
            given = [{"name": level["name"], "type": level["type"], "options": given}]
        data: Json = {
            "id": command.get("id") or str(self._d.ids.next()),
            "name": command["name"],
            "type": 1,
            "options": given,
        }
        if resolved:
            data["resolved"] = resolved
        if command.get("guild_id"):
            data["guild_id"] = command["guild_id"]
        return self._begin(kind, user, channel, data)

    def _options(
        self, command: Json, values: dict[str, Any], resolved: Json, channel: Channel, *, focused: str | None
    ) -> list[Json]:
        """Return options as Discord sends them, after what Discord's own client would refuse."""
        known = {each["name"]: each for each in command.get("options") or []}
        unknown_options = values.keys() - known.keys()
        if unknown_options:
            raise NotOffered(f"no options {sorted(unknown_options)}; there are {sorted(known)}")
        missing = [each for each, option in known.items() if option.get("required") and each not in values]
        if missing and focused is None:
            raise NotOffered(f"the options {missing} are required")
        found = []
        for name, value in values.items():
            option = known[name]
            if name == focused and not option.get("autocomplete"):
                raise NotOffered(f"the option {name!r} offers nothing while typing")
            if focused is None:
                check_option(option, value)
            sent = self._resolve(value, resolved, channel)
            found.append({"name": name, "type": option["type"], "value": sent})
            if name == focused:
                found[-1]["focused"] = True
        return found

    def _resolve(self, value: Any, resolved: Json, channel: Channel) -> Any:
        """Return a value as it is sent, and put what it stands for where Discord puts it."""
        if isinstance(value, User):
            resolved.setdefault("users", {})[str(value.id)] = user_json(value)
            if channel.guild is not None:
                member = member_json(value, channel.guild, with_user=False, channel=channel)
                resolved.setdefault("members", {})[str(value.id)] = member
            return str(value.id)
        if isinstance(value, Channel):
            resolved.setdefault("channels", {})[str(value.id)] = channel_json(value) | {"permissions": "0"}
            return str(value.id)
        if isinstance(value, Role):
            resolved.setdefault("roles", {})[str(value.id)] = role_json(value)
            return str(value.id)
        if isinstance(value, tuple):
            file = self.keep_file(*value)
            resolved.setdefault("attachments", {})[str(file.id)] = attachment_json(file)
            return str(file.id)
        return value

    def menu(self, user: User, name: str, message: Message) -> Outcome:
        """Use a command of the menu of a message: its content is then readable for the bot."""
        if message.ephemeral:
            raise NotOffered("private messages have no such menu")
        command = self.command(user, message.channel, name, kind=3)
        resolved = {"messages": {str(message.id): message_json(message)}}
        data = {"id": command["id"], "name": name, "type": 3, "target_id": str(message.id), "resolved": resolved}
        return self._begin(COMMAND, user, message.channel, data)

    # --- buttons, selects, forms ------------------------------------------------------------------------------------

    def control(self, user: User, message: Message, what: str | None, kinds: tuple[int, ...] = (2,)) -> Json:
        """Return a button or select by its label, placeholder or custom id; raises NotOffered."""
        if message.deleted or message.only_for not in (None, user):
            raise NotOffered(f"{user} does not see this message")
        controls = [each for each in message.controls() if each["type"] in kinds]

        def matches(each: Json) -> bool:
            return what in (None, each.get("label"), each.get("placeholder"), each.get("custom_id"))

        found = [each for each in controls if matches(each)]
        if not found:
            raise NotOffered(
                f"no {what!r}; there are {[each.get('label') or each.get('custom_id') for each in controls]}"
            )
        if found[0].get("disabled"):
            raise NotOffered(f"{what!r} is disabled")
        if found[0].get("url"):
            raise NotOffered(f"{what!r} is a link to {found[0]['url']}: nobody hears of it")
        return found[0]

    def press(self, user: User, message: Message, what: str) -> Outcome:
        """Press a button, named by its label or custom id."""
        button = self.control(user, message, what)
        data = {"custom_id": button["custom_id"], "component_type": 2, "id": button.get("id", 0)}
        return self._component(user, message, data)

    def press_id(self, user: User, message: Message, custom_id: str) -> Outcome:
        """Press a button that the message does not show any more, as an old client can."""
        return self._component(user, message, {"custom_id": custom_id, "component_type": 2, "id": 1})

    def select(self, user: User, message: Message, *values: str, what: str | None = None) -> Outcome:
        """Choose options of a select, named by value or label."""
        select = self.control(user, message, what, (3,))
        by_label = {each["label"]: each["value"] for each in select["options"]}
        chosen = [by_label.get(each, each) for each in values]
        offered = {each["value"] for each in select["options"]}
        if not set(chosen) <= offered:
            raise NotOffered(f"not offered: {sorted(set(chosen) - offered)}; there are {sorted(by_label)}")
        low, high = select.get("min_values", 1), select.get("max_values", 1)
        if not (1 if low is None else low) <= len(chosen) <= (high or 1):
            raise NotOffered(f"between {low} and {high} must be chosen")
        data = {"custom_id": select["custom_id"], "component_type": 3, "id": select.get("id", 0), "values": chosen}
        return self._component(user, message, data)

    def _component(self, user: User, message: Message, data: Json) -> Outcome:
        if message.deleted:
            raise NotOffered("the message is gone")
        # Who installed the bot where the message came from, not where the presser is at home.
        owners = message.interaction.owners if message.interaction else None
        return self._begin(
            COMPONENT, user, message.channel, data, message=message, owners=owners, after=message.changed_at
        )

    def submit_modal(self, user: User, outcome: Outcome, **values: Any) -> Outcome:
        """Send a form that an outcome has opened.

        Args:
            user: Who: the one it was opened for.
            outcome: Where it was opened.
            **values: By custom id: a text, a list of values, or files, each its name, bytes and, perhaps, size.
        """
        modal, opened = outcome.modal, outcome.interaction
        if modal is None or opened is None or opened.user is not user:
            raise NotOffered("no form is open for this person")
        resolved: Json = {}
        fields = {each["custom_id"] for each in walk(modal["components"]) if each.get("custom_id")}
        if values.keys() - fields:
            raise NotOffered(f"no fields {sorted(values.keys() - fields)}; there are {sorted(fields)}")

        def filled(component: Json) -> Json:
            kind = component["type"]
            body: Json = {"type": kind, "id": component.get("id", 0)}
            if kind == 18:
                return body | {"component": filled(component["component"])}
            if kind == 1:
                return body | {"components": [filled(each) for each in component["components"]]}
            if kind == 10:
                return body
            name = component["custom_id"]
            value = values.get(name, component.get("value") or "")
            body["custom_id"] = name
            if kind == 19:
                files = [self._resolve(each, resolved, opened.channel) for each in value or []]
                return body | {"values": files}
            if kind in (4, 21, 23):
                return body | {"value": value}
            return body | {"values": list(value or [])}

        data: Json = {
            "custom_id": modal["custom_id"],
            "components": [filled(each) for each in numbered(modal["components"])],
        }
        if resolved:
            data["resolved"] = resolved
        return self._begin(
            MODAL,
            user,
            opened.channel,
            data,
            message=opened.message,
            owners=opened.owners,
            after=time.monotonic(),
            opened_by=opened,
        )


def check_option(option: Json, value: Any) -> None:
    """Raise NotOffered for what Discord's own client would not let through."""
    name = option["name"]
    if option.get("choices") and value not in [each["value"] for each in option["choices"]]:
        raise NotOffered(f"{name}: {value!r} is not among the choices")
    if option["type"] == 3:
        low, high = option.get("min_length") or 0, option.get("max_length") or 6000
        if not low <= len(value) <= high:
            raise NotOffered(f"{name}: between {low} and {high} characters are needed, not {len(value)}")
    if option["type"] in (4, 10):
        low, high = option.get("min_value"), option.get("max_value")
        if (low is not None and value < low) or (high is not None and value > high):
            raise NotOffered(f"{name}: {value} is not between {low} and {high}")
