"""The commands of the bot, in the order of this tuple: a new one is a module of its own and a place here."""

from __future__ import annotations

from typing import Any

from discord import app_commands

from bot.commands.ask import ask
from bot.commands.find_sources import find_sources
from bot.commands.help import about, help_, privacy
from bot.commands.index import add_to_documents, index
from bot.commands.lookup import lookup
from bot.commands.search import search
from bot.commands.settings import settings
from bot.commands.sources import sources

COMMANDS: tuple[app_commands.Command[Any, ..., Any] | app_commands.Group | app_commands.ContextMenu, ...] = (
    ask, lookup, search, sources, find_sources, help_, about, privacy, settings, index,
    add_to_documents,
)  # fmt: skip
