"""The commands as Discord knows them: sent only when they are others than last time, and their ids.

Discord counts what is created, 200 a day, and clients take a while to notice; so a start that changes nothing sends
nothing. What was sent last is known by a hash of it, kept in the bot's own file.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from discord import AppCommandType
from discord.app_commands import CommandTree

from bot.state import SettingsUnavailable, StateFile

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SyncedCommands:
    """The commands that Discord knows.

    Attributes:
        ids: The id of each slash command by its name; a command with subcommands has one for all.
        sent: Whether they were sent just now.
    """

    ids: Mapping[str, int]
    sent: bool

    def mention(self, command: str) -> str:
        """Return a command, "ask" or "settings show", as a link that can be clicked in Discord; else "/ask"."""
        id_ = self.ids.get(command.partition(" ")[0])
        return f"</{command}:{id_}>" if id_ else f"/{command}"


async def sync_if_changed(tree: CommandTree[Any], state: StateFile, *, application_id: int) -> SyncedCommands:
    """Send the global commands if they are not those that were sent last.

    Commands that somebody else changed meanwhile, with the same token, are not noticed.

    Args:
        tree: The commands, with the translator set, of a client that has logged in.
        state: Where the hash and the ids are kept; where it cannot be used, they are sent at each start.
        application_id: The bot's; each has commands of its own.

    Raises:
        discord.HTTPException, discord.app_commands.AppCommandError: They could not be sent; the next start tries again.
    """
    name = f"commands of {application_id}"
    digest = payload_hash(await _payload(tree))
    kept = _kept(state.get(name))
    if kept is not None and kept[0] == digest:
        return SyncedCommands(kept[1], sent=False)
    await _keep(state, name, "", {})  # if the answer is lost, Discord has these or those: then neither is known
    ids = {each.name: each.id for each in await tree.sync() if each.type is AppCommandType.chat_input}
    await _keep(state, name, digest, ids)
    _log.info("The commands were changed and sent", extra={"commands": len(ids)})
    return SyncedCommands(ids, sent=True)


def payload_hash(payload: Iterable[Mapping[str, Any]]) -> str:
    """Return a hash of commands that does not depend on the order in which they were added; that of options counts."""
    commands = sorted(payload, key=lambda each: (each["type"], each["name"]))
    return hashlib.sha256(json.dumps(commands, sort_keys=True).encode()).hexdigest()


async def _payload(tree: CommandTree[Any]) -> list[dict[str, Any]]:
    """Return what `tree.sync` sends."""
    translator = tree.translator
    if translator is None:
        return [command.to_dict(tree) for command in tree.get_commands()]
    return [await command.get_translated_payload(tree, translator) for command in tree.get_commands()]


def _kept(value: str | None) -> tuple[str, Mapping[str, int]] | None:
    """Return the hash and the ids that were kept, or None where there are none."""
    if value is None:
        return None
    try:
        digest, ids = json.loads(value)
        return str(digest), {str(name): int(id_) for name, id_ in ids.items()}
    except (ValueError, TypeError, AttributeError):
        return None


async def _keep(state: StateFile, name: str, digest: str, ids: Mapping[str, int]) -> None:
    try:
        await asyncio.to_thread(state.put, name, json.dumps([digest, ids]))
    except SettingsUnavailable as error:
        state.warn_once(error)
