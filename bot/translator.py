"""Commands as Discord lists them in each language: from the table of `bot.strings`."""

from __future__ import annotations

import discord
from discord import app_commands

from bot.strings import Language, Said, say

_LOCALES = {
    discord.Locale.american_english: Language.ENGLISH,
    discord.Locale.british_english: Language.ENGLISH,
    discord.Locale.french: Language.FRENCH,
    discord.Locale.spain_spanish: Language.SPANISH,
    discord.Locale.latin_american_spanish: Language.SPANISH,
}


def listed(said: Said) -> app_commands.locale_str:
    """Return a text of the table for a command, an option or a choice, to be translated when commands are sent."""
    return app_commands.locale_str(say(Language.ENGLISH, said), said=said)


class TableTranslator(app_commands.Translator):
    """Looks every text up in the table; names of commands are the same in all languages."""

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        """Return a text in a language, or None where the table does not have it."""
        said, language = string.extras.get("said"), _LOCALES.get(locale)
        return say(language, said) if language and isinstance(said, Said) else None
