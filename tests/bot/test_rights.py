"""Who may manage which documents."""

from __future__ import annotations

from pathlib import Path

import pytest
from bot_on_loopback import Bot

from bot.config import Config, ConfigurationError, ManagingConfig, configure_discord
from bot.rights import FRESH_SECONDS, Rights
from retrieval.library import Library
from tests.loopback import NotOffered, Permission, User

ONLY_OPERATORS = "Only people the operator of this bot has named"
ONLY_MANAGERS = "Only people who may manage this server"


@pytest.fixture
def bot(real_library: Library, tmp_path: Path) -> Bot:
    """The bot, over a folder of its own."""
    return Bot(real_library, tmp_path, Config(tmp_path / "documents", real_library.index, True, None))


async def status(bot: Bot, user: User, **options: str) -> str:
    outcome = await bot.discord.slash(user, bot.discord.general, "index status", **options)
    assert outcome.message.only_for is user
    return outcome.text


async def test_the_owner_of_the_application_manages_the_shared_documents(bot: Bot) -> None:
    shown = await status(bot, bot.discord.owner)
    assert "The documents that all servers share" in shown
    assert "3 documents, 87 passages" in shown


async def test_a_team_that_owns_the_application_manages_them_and_its_maker_alone_does_not(bot: Bot) -> None:
    bot.discord.team = [bot.discord.ben]
    bot.discord.give(bot.discord.ben, bot.discord.guild, Permission.MANAGE_GUILD)
    assert "all servers share" in await status(bot, bot.discord.ben)
    assert ONLY_OPERATORS in await status(bot, bot.discord.owner, documents="shared")


async def test_to_manage_a_server_is_enough_for_its_own_documents_and_not_for_the_shared_ones(bot: Bot) -> None:
    bot.discord.give(bot.discord.ana, bot.discord.guild, Permission.MANAGE_GUILD)
    own = await status(bot, bot.discord.ana)
    assert "The documents of this server alone" in own
    assert "0 documents of 50, 0.0 of 10 MB" in own
    assert ONLY_OPERATORS in await status(bot, bot.discord.ana, documents="shared")


async def test_people_roles_and_servers_that_the_operator_names_manage_the_shared_documents(bot: Bot) -> None:
    discord = bot.discord
    librarian = discord.add_role(discord.guild, "librarian")
    for user in (discord.ana, discord.ben):
        discord.give(user, discord.guild, Permission.MANAGE_GUILD)
    assert ONLY_OPERATORS in await status(bot, discord.ana, documents="shared")
    for managing in (
        ManagingConfig(people=frozenset({discord.ana.id})),
        ManagingConfig(roles=frozenset({librarian.id})),
        ManagingConfig(guilds=frozenset({discord.guild.id})),
    ):
        if managing.roles:
            discord.give(discord.ana, discord.guild, librarian)
        bot.managing = managing
        await bot.restart()
        assert "all servers share" in await status(bot, discord.ana)
        elsewhere = ONLY_OPERATORS in await status(bot, discord.ben, documents="shared")
        assert elsewhere is not bool(managing.guilds)


async def test_who_may_not_manage_a_server_is_refused_even_where_its_admins_show_the_command(bot: Bot) -> None:
    discord = bot.discord
    with pytest.raises(NotOffered):
        discord.slash(discord.ana, discord.general, "index status")
    discord.command(discord.owner, discord.general, "index")["default_member_permissions"] = None
    assert ONLY_MANAGERS in await status(bot, discord.ana)
    assert ONLY_OPERATORS in await status(bot, discord.ana, documents="shared")
    offered = await discord.autocomplete(discord.ana, discord.general, "index remove", "document", "")
    assert offered.choices == []


async def test_a_bot_may_have_no_documents_of_servers(bot: Bot) -> None:
    bot.managing = ManagingConfig(server_documents=0)
    await bot.restart()
    assert "servers have no documents of their own" in await status(bot, bot.discord.owner, documents="server")


async def test_an_owner_who_is_none_any_more_is_refused_after_ten_minutes_and_while_discord_does_not_tell() -> None:
    class Owned:
        team = None

        def __init__(self, owner: int) -> None:
            self.owner = self
            self.id = owner

    class Asked:
        def __init__(self, person: int) -> None:
            self.user = self
            self.id = person
            self.guild_id = 5

    now, answers = [0.0], [Owned(1), Owned(2)]

    async def application() -> Owned:
        if not answers:
            raise TimeoutError
        return answers.pop(0)

    rights = Rights(ManagingConfig(), application, lambda: now[0])  # type: ignore[arg-type]

    async def may(person: int) -> bool:
        return await rights.manages_shared(Asked(person))  # type: ignore[arg-type]

    assert await may(1)
    assert not await may(2)
    now[0] = FRESH_SECONDS + 1
    assert not await may(1)
    assert await may(2)
    now[0] = 2 * FRESH_SECONDS + 2
    assert not await may(2)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RAPPORTEUR_ADMINS", "ana"),
        ("RAPPORTEUR_ADMIN_ROLES", "123456789012345678 ben"),
        ("RAPPORTEUR_ADMIN_GUILDS", "-1"),
        ("RAPPORTEUR_SERVER_DOCUMENTS", "many"),
        ("RAPPORTEUR_SERVER_MEGABYTES", "-3"),
        ("RAPPORTEUR_WATCH", "soon"),
    ],
)
def test_a_setting_that_cannot_be_used_is_told_by_its_name(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=rf"^{name} (is|has) .*\. Give it "):
        configure_discord({"DISCORD_TOKEN": "token", name: value})


def test_settings_that_can_be_used_are() -> None:
    found = configure_discord(
        {
            "DISCORD_TOKEN": "token",
            "RAPPORTEUR_ADMINS": "123456789012345678, 223456789012345678",
            "RAPPORTEUR_ADMIN_ROLES": "",
            "RAPPORTEUR_SERVER_DOCUMENTS": "0",
            "RAPPORTEUR_WATCH": "30",
        }
    ).managing
    assert found == ManagingConfig(
        people=frozenset({123456789012345678, 223456789012345678}), server_documents=0, quiet_seconds=30
    )
