"""The documents and their index, managed from Discord: the whole way, and everything that can go wrong on it.

The index is the real one, and so is the process that refreshes it, over a few short documents.
"""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from bot_on_loopback import ORIGINAL, Bot, sent_to, until

import bot.following as following
from bot.config import SHIPPED_DOCUMENTS, Config
from bot.index_desk import actor_of
from retrieval.admin_log import Action, Actor, AdminLog, Outcome
from retrieval.embedding import Embedder
from retrieval.generations import current, kept_generations, one_refresh
from retrieval.library import Library
from retrieval.store import read_manifest
from tests.loopback import Message, Permission
from tests.loopback import Outcome as Seen

RESOLUTION = "S_RES_1138_1997.txt"
MEETS = "When does the committee meet?"
MINUTES = b"# Minutes\n\nThe committee meets on the first Monday of March.\n\nIt decides by consensus.\n"
LONG = 60.0
"""Seconds within which a refresh of three short documents ends on a machine that does much else."""


@pytest.fixture
def bot(real_index: Path, real_embedder: Embedder, tmp_path: Path) -> Iterator[Bot]:
    """The bot over a folder and an index of its own, which its owner manages."""
    documents, index = tmp_path / "documents", tmp_path / "index"
    shutil.copytree(SHIPPED_DOCUMENTS, documents, ignore=shutil.ignore_patterns("SOURCES.md"))
    shutil.copytree(real_index, index, ignore=shutil.ignore_patterns("LOCK", "log.sqlite*"))
    with Library.open(index, real_embedder) as library:
        made = Bot(library, tmp_path / "state", Config(documents, index, True, None))
        made.state.parent.mkdir()
        yield made


def documents_of(bot: Bot) -> Path:
    assert bot.documents is not None
    return bot.documents.documents


def index_of(bot: Bot) -> Path:
    assert bot.documents is not None
    return bot.documents.index


async def index(bot: Bot, what: str, **options: Any) -> Seen:
    return await bot.discord.slash(bot.discord.owner, bot.discord.general, f"index {what}", **options).answer(LONG)


async def pressed(bot: Bot, seen: Seen, what: str) -> Message:
    """Press a button as its owner, and return the message that it changes."""
    message = seen.message
    await bot.discord.press(bot.discord.owner, message, what).answer(LONG)
    return message


async def ended(bot: Bot, message: Message, *heads: str) -> str:
    """Wait until a message tells how something ended, and return it."""
    await bot.discord.until(lambda: any(head in message.text for head in heads), LONG, f"one of {heads}")
    return message.text


async def answered_from(bot: Bot, generation: str) -> None:
    """Wait until the bot has followed to a generation."""
    await until(lambda: bot.client.desk._holdings.shared.generation.name == generation, LONG)


def at(path: Path) -> set[str]:
    return {each.name for each in path.iterdir()}


# --- the whole way


async def test_an_admin_adds_a_document_and_takes_it_out_and_goes_back(bot: Bot) -> None:
    seen = await index(bot, "add", file=("../../Minutes of March.md", MINUTES))
    assert "Read as follows; nothing is added yet" in seen.text
    assert "kept as Minutes of March.md" in seen.text
    assert "> The committee meets on the first Monday of March" in seen.text
    assert "Everybody who asks me, in any server" in seen.text
    assert seen.message.only_for is bot.discord.owner
    assert "Minutes of March.md" not in at(documents_of(bot))

    before = current(index_of(bot)).name
    told = await ended(bot, await pressed(bot, seen, "Add"), "Index refreshed")
    assert "Added: Minutes of March.md" in told
    assert "Documents: 1 added, 0 changed, 0 removed" in told
    assert (documents_of(bot) / "Minutes of March.md").read_bytes() == MINUTES
    assert read_manifest(current(index_of(bot))).documents == 4
    with_minutes = current(index_of(bot)).name
    await answered_from(bot, with_minutes)
    assert "> The committee meets on the first Monday of March." in (await bot.ask(MEETS)).text

    offered = await bot.discord.autocomplete(bot.discord.owner, bot.discord.general, "index remove", "document", "minu")
    assert offered.choices is not None
    (choice,) = offered.choices
    seen = await index(bot, "remove", document=choice["value"])
    assert "Take out Minutes?" in seen.text
    assert "It has 2 passages" in seen.text
    assert "Minutes of March.md" in at(documents_of(bot))
    told = await ended(bot, await pressed(bot, seen, "Take out"), "Index refreshed")
    assert "Documents: 0 added, 0 changed, 1 removed" in told
    assert "Minutes of March.md" not in at(documents_of(bot))
    await answered_from(bot, current(index_of(bot)).name)
    assert "first Monday" not in (await bot.ask(MEETS)).text

    offered = await bot.discord.autocomplete(bot.discord.owner, bot.discord.general, "index rollback", "generation")
    assert offered.choices is not None
    assert [each["value"] for each in offered.choices] == [with_minutes, before]
    assert "4 documents" in offered.choices[0]["name"]
    seen = await index(bot, "rollback", generation=with_minutes)
    told = await ended(bot, await pressed(bot, seen, "Go back"), "Gone back to the index of")
    assert "Put back: Minutes of March.md" in told
    assert current(index_of(bot)).name == with_minutes
    assert (documents_of(bot) / "Minutes of March.md").read_bytes() == MINUTES

    shown = (await index(bot, "history")).text
    done = ["rollback: done", "refresh: done", "documents taken out: done", "refresh: done", "documents added: done"]
    assert re.findall(r"\*\*([^*]+)\*\* · by owner", shown) == done
    assert "<@" not in shown


async def test_a_form_takes_several_files_and_says_of_each_what_becomes_of_it(bot: Bot) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.txt", b"0" * 5_000_000)
    files = [
        ("minutes.md", MINUTES),
        ("again.md", MINUTES),
        ("known.txt", (documents_of(bot) / RESOLUTION).read_bytes()),
        (RESOLUTION, b"Another text under the name of a resolution.\n"),
        ("scan.txt", b"%PDF-1.4 a scan"),
        ("bomb.txt", packed.getvalue()),
        ("old.txt", "Tout est dit.".encode("utf-16")),
        ("empty.txt", b" \n"),
        ("huge.txt", b"x", 200_000_000),
        ("longer.txt", b"x" * 3_000, 10),
    ]
    opened = await index(bot, "add")
    seen = await bot.discord.submit_modal(bot.discord.owner, opened, files=files).answer(LONG)
    blocks = re.split(r"\n(?=\*\*)", seen.text)
    said = {re.split(r"\*\*", block)[1].replace("\\", ""): block for block in blocks if block.startswith("**")}
    assert "2 passages" in said["minutes.md"]
    assert "Its content is there already, as minutes.md" in said["again.md"]
    assert "as S\\_RES\\_1138\\_1997.txt" in said["known.txt"]
    assert "It takes the place of the document of this name" in said[RESOLUTION]
    assert "It is a PDF" in said["scan.txt"]
    assert "which is never unpacked" in said["bomb.txt"]
    assert "UTF-16" in said["old.txt"]
    assert "is empty" in said["empty.txt"]
    assert "too large (200 MB; at most 20 MB)" in said["huge.txt"]
    assert "longer than Discord said" in said["longer.txt"]
    assert not [path for path in bot.discord.fetched if path.endswith("/huge.txt")]
    assert at(documents_of(bot)) == at(SHIPPED_DOCUMENTS) - {"SOURCES.md"}

    told = await ended(bot, await pressed(bot, seen, "Add"), "Index refreshed")
    assert "Documents: 1 added, 1 changed, 0 removed" in told
    assert at(bot.state.parent / "staging") == set()


async def test_the_menu_of_a_message_takes_its_files(bot: Bot) -> None:
    posted = bot.discord.say(bot.discord.ana, bot.discord.general, "the minutes", files=[("minutes.md", MINUTES)])
    assert posted.question
    seen = await bot.discord.menu(bot.discord.owner, "Add to documents", posted.question).answer(LONG)
    assert "> The committee meets" in seen.text
    message = await pressed(bot, seen, "Cancel")
    assert "Nothing was changed" in message.text
    assert "minutes.md" not in at(documents_of(bot))
    assert at(bot.state.parent / "staging") == set()
    plain = bot.discord.say(bot.discord.ana, bot.discord.general, "no file")
    assert plain.question
    assert "no file to add" in (await bot.discord.menu(bot.discord.owner, "Add to documents", plain.question)).text


async def test_check_tells_how_every_file_is_read_and_attaches_the_list(bot: Bot) -> None:
    (documents_of(bot) / "scan.pdf").write_bytes(b"%PDF-1.4")
    seen = await index(bot, "check")
    assert "How the folder is read: 3 documents" in seen.text
    assert "scan.pdf: is not a text format" in seen.text
    (attached,) = seen.message.attachments
    text = attached.data.decode()
    assert "8 preambular, 13 operative" in text
    assert "scan.pdf: not read: " in text


async def test_status_tells_what_has_changed_on_disk_and_what_failed_last(bot: Bot) -> None:
    (documents_of(bot) / "minutes.md").write_bytes(MINUTES)
    (documents_of(bot) / RESOLUTION).unlink()
    shown = (await index(bot, "status")).text
    assert "3 documents, 87 passages, built <t:" in shown
    assert "1 new, 0 changed, 1 gone" in shown
    shutil.rmtree(documents_of(bot))
    failed = await index(bot, "refresh")
    told = await ended(bot, failed.message, "The refresh failed")
    assert "does not exist" in told
    assert "The index in use stays as it was." in told
    shown = (await index(bot, "status")).text
    assert "does not exist" in shown


# --- who, and two at once


async def test_a_right_that_is_taken_away_before_the_press_is_no_right(bot: Bot) -> None:
    seen = await index(bot, "add", file=("minutes.md", MINUTES))
    taken_from, bot.discord.team = bot.discord.owner, [bot.discord.ben]
    bot.client.index_desk._rights._asked = None  # as ten minutes later
    refused = await bot.discord.press(taken_from, seen.message, "Add")
    assert "Only people the operator of this bot has named" in refused.text
    assert "minutes.md" not in at(documents_of(bot))


async def test_of_two_admins_who_add_the_same_file_the_second_is_told(bot: Bot) -> None:
    discord = bot.discord
    discord.team = [discord.owner, discord.ben]
    discord.give(discord.ben, discord.guild, Permission.MANAGE_GUILD)
    first = await index(bot, "add", file=("minutes.md", MINUTES))
    second = await discord.slash(discord.ben, discord.general, "index add", file=("march.md", MINUTES)).answer(LONG)
    other = ("minutes.md", b"# Else\n\nWords.\n")
    third = await discord.slash(discord.ben, discord.general, "index add", file=other).answer(LONG)
    assert "Read as follows" in third.text
    await pressed(bot, first, "Add")
    late = await discord.press(discord.ben, second.message, "Add").answer(LONG)  # a newer one of his took its place
    assert "This waits no more" in late.text
    name = await discord.press(discord.ben, third.message, "Add").answer(LONG)
    assert "Meanwhile somebody added another document of this name" in third.message.text, name.describe()
    await ended(bot, first.message, "Index refreshed")
    assert at(documents_of(bot)) - at(SHIPPED_DOCUMENTS) == {"minutes.md"}


async def test_a_second_refresh_is_refused_with_who_began_the_first(bot: Bot) -> None:
    with one_refresh(index_of(bot), Actor("the operator", "a terminal")):
        refused = await index(bot, "refresh")
        assert "A refresh started by the operator <t:" in refused.text
        shown = (await index(bot, "status")).text
        assert "Index: a refresh is running" in shown
        assert "started by the operator <t:" in shown
    first = await index(bot, "refresh")
    second = await index(bot, "refresh")
    assert f"A refresh started by owner ({bot.discord.owner.id})" in second.text
    await ended(bot, first.message, "Index refreshed")
    third = await index(bot, "refresh")
    await ended(bot, third.message, "Nothing changed; the index stays")


async def test_a_refresh_that_is_stopped_leaves_the_index_as_it_was(bot: Bot) -> None:
    before = current(index_of(bot)).name
    for number in range(300):
        words = " ".join(f"word{number} and {each} are told." for each in range(40))
        (documents_of(bot) / f"{number}.md").write_text(f"# Text {number}\n\n{words}\n", encoding="utf-8")
    begun = await index(bot, "refresh")
    assert "Refreshing the index…" in begun.text
    await bot.discord.press(bot.discord.owner, begun.message, "Stop").acknowledged()
    await ended(bot, begun.message, "The refresh was stopped")
    assert current(index_of(bot)).name == before
    assert not list(index_of(bot).glob(".building-*"))
    (last,) = AdminLog(index_of(bot)).entries(1) or (None,)
    assert last is None or (last.action, last.outcome) == (Action.REFRESH, Outcome.STOPPED)


async def test_a_message_is_changed_at_most_every_few_seconds_and_once_more_in_the_end(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    (documents_of(bot) / "minutes.md").write_bytes(MINUTES)
    changed = f"PATCH {ORIGINAL}"
    assert following.EVERY_SECONDS == 5
    monkeypatch.setattr(following, "EVERY_SECONDS", 2 * LONG)
    await ended(bot, (await index(bot, "refresh")).message, "Index refreshed")
    assert len(sent_to(bot.discord, changed)) == 1  # three phases later
    monkeypatch.setattr(following, "EVERY_SECONDS", 0.01)
    (documents_of(bot) / "minutes.md").unlink()
    await ended(bot, (await index(bot, "refresh")).message, "Index refreshed")
    assert len(sent_to(bot.discord, changed)) > 2


async def test_a_result_that_comes_when_the_message_can_be_changed_no_more_is_posted_or_told_directly(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "TOKEN_SECONDS", 0.0)
    (documents_of(bot) / "a secret.pdf").write_bytes(b"%PDF-1.4")
    (documents_of(bot) / "minutes.md").write_bytes(MINUTES)
    await index(bot, "refresh")
    general = bot.discord.general
    await bot.discord.until(lambda: "Index refreshed" in getattr(general.last_message, "text", ""), LONG)
    posted = general.last_message
    assert posted is not None
    assert not posted.ephemeral
    assert bot.sees(bot.discord.ben, posted)
    assert "tells more to those who manage these documents" in posted.text
    assert "secret" not in posted.text
    assert "minutes" not in posted.text
    assert not posted.attachments
    role = bot.discord.guild.role("rapporteur")
    bot.discord.deny(general, role, Permission.SEND_MESSAGES)
    await index(bot, "refresh")
    direct = bot.discord.dm_channel(bot.discord.owner)
    await bot.discord.until(lambda: "Nothing changed" in getattr(direct.last_message, "text", ""), LONG)


async def test_what_waits_is_gone_after_a_restart_and_the_button_says_so(bot: Bot) -> None:
    seen = await index(bot, "add", file=("minutes.md", MINUTES))
    await bot.restart()
    late = await bot.discord.press(bot.discord.owner, seen.message, "Add")
    assert "This waits no more: give the files again." in late.text
    assert "minutes.md" not in at(documents_of(bot))


# --- a server's own documents


async def test_a_server_adds_documents_of_its_own_up_to_its_quota_and_takes_the_last_one_out(bot: Bot) -> None:
    discord = bot.discord
    discord.give(discord.ana, discord.guild, Permission.MANAGE_GUILD)
    seen = await discord.slash(discord.ana, discord.general, "index add", file=("minutes.md", MINUTES)).answer(LONG)
    assert "The documents of this server alone" in seen.text
    assert "Only people in this server will be answered" in seen.text
    await discord.press(discord.ana, seen.message, "Add").answer(LONG)
    await ended(bot, seen.message, "Index refreshed")
    own = bot.state.parent / "servers" / str(discord.guild.id)
    assert [each.name for each in own.rglob("minutes.md")] == ["minutes.md"]
    assert read_manifest(current(own / "index")).documents == 1
    assert "first Monday" in (await bot.ask(MEETS)).text
    assert "first Monday" not in (await discord.dm(discord.ana, MEETS)).text
    assert len(kept_generations(index_of(bot))) == 1

    large = ("large.md", b"word " * 2_000_001)
    refused = await discord.slash(discord.ana, discord.general, "index add", file=large).answer(LONG)
    assert "larger than they may be (10 MB)" in refused.text
    offered = await discord.autocomplete(discord.ana, discord.general, "index remove", "document", "")
    assert offered.choices is not None
    (choice,) = offered.choices
    asked = await discord.slash(discord.ana, discord.general, "index remove", document=choice["value"])
    await discord.press(discord.ana, asked.message, "Take out").answer(LONG)
    await ended(bot, asked.message, "No index yet")
    assert not list((own / "documents").rglob("minutes.md"))
    assert not (own / "index" / "CURRENT").exists()


async def test_what_a_server_takes_out_while_a_refresh_reads_it_does_not_answer_again(bot: Bot) -> None:
    discord = bot.discord
    discord.give(discord.ana, discord.guild, Permission.MANAGE_GUILD)
    seen = await discord.slash(discord.ana, discord.general, "index add", file=("minutes.md", MINUTES)).answer(LONG)
    await discord.press(discord.ana, seen.message, "Add").answer(LONG)
    await ended(bot, seen.message, "Index refreshed")
    own = bot.client.index_desk._servers.of(discord.guild.id)
    asked = await discord.slash(discord.ana, discord.general, "index remove", document="Minutes")
    (own.files / "more.md").write_bytes(b"# More\n\nA refresh has read this.\n")
    begun = await discord.slash(discord.ana, discord.general, "index refresh").answer(LONG)
    (own.files / "more.md").unlink()
    await discord.press(discord.ana, asked.message, "Take out").answer(LONG)
    await ended(bot, asked.message, "No index yet")
    await ended(bot, begun.message, "The refresh was stopped", "Index refreshed")
    assert not own.is_built


async def test_a_server_without_documents_is_told_how_to_add_some(bot: Bot) -> None:
    for what in ("refresh", "check"):
        refused = (await index(bot, what, documents="server")).text
        assert "This server has no documents of its own yet" in refused
        assert str(bot.state.parent) not in refused


async def test_status_tells_of_an_index_of_a_server_that_cannot_be_used(bot: Bot) -> None:
    own = bot.client.index_desk._servers.of(bot.discord.guild.id)
    own.make()
    (own.files / "minutes.md").write_bytes(MINUTES)
    shutil.copytree(index_of(bot), own.index)
    assert "Index: ready" in (await index(bot, "status", documents="server")).text
    folder = current(own.index)
    manifest = replace(read_manifest(folder), model="another")
    (folder / "manifest.json").write_text(manifest.to_json(), encoding="utf-8")
    shown = (await index(bot, "status", documents="server")).text
    assert "Index: unusable" in shown
    assert "only the shared documents answer here" in shown
    (folder / "manifest.json").write_text("{}", encoding="utf-8")
    assert "only the shared documents answer here" in (await index(bot, "status", documents="server")).text
    assert "UNMOT" in (await bot.ask()).text


async def test_two_files_of_one_name_are_not_both_taken(bot: Bot) -> None:
    opened = await index(bot, "add")
    files = [("minutes.md", MINUTES), ("Minutes.md", b"# Else\n\nOther words.\n")]
    seen = await bot.discord.submit_modal(bot.discord.owner, opened, files=files).answer(LONG)
    assert "Another of these files has the same name" in seen.text
    await ended(bot, await pressed(bot, seen, "Add"), "Index refreshed")
    assert (documents_of(bot) / "minutes.md").read_bytes() == MINUTES


# --- what cannot be changed


async def test_the_last_shared_document_is_not_taken_out(bot: Bot) -> None:
    documents = documents_of(bot)
    for other in at(documents) - {RESOLUTION}:
        (documents / other).unlink()
    refused = await index(bot, "remove", document=RESOLUTION)
    assert "It is the last of the shared documents" in refused.text
    assert at(documents) == {RESOLUTION}


async def test_the_documents_that_come_with_the_program_are_not_changed(bot: Bot) -> None:
    bot.documents = Config(SHIPPED_DOCUMENTS, index_of(bot), True, None)
    await bot.restart()
    for seen in (
        await index(bot, "add"),
        await index(bot, "add", file=("minutes.md", MINUTES)),
        await index(bot, "remove", document=RESOLUTION),
    ):
        assert "RAPPORTEUR\\_DOCUMENTS" in seen.text or "RAPPORTEUR_DOCUMENTS" in seen.text


async def test_what_names_nothing_is_refused_in_a_sentence(bot: Bot) -> None:
    assert "no document “atlantis” among them" in (await index(bot, "remove", document="atlantis")).text
    assert "no index that can be gone back to" in (await index(bot, "rollback", generation="../..")).text
    seen = await index(bot, "status")
    (button,) = seen.message.controls()
    for forged, said in (
        ("a1:z:0:", "from an older version"),
        ("a0:x:0:", "from an older version"),
        ("a1:s:0:1", "No refresh is running any more"),
        (f"a1:f:{bot.discord.guild.id + 1}:", "Only people who may manage this server"),
    ):
        button["custom_id"] = forged
        refused = await bot.discord.press(bot.discord.owner, seen.message, forged)
        assert said in refused.text, forged


def test_an_actor_is_named_by_name_and_id_without_a_ping(bot: Bot) -> None:
    class Asking:
        class user:  # noqa: N801
            name, id = "ana", 5

        class guild:  # noqa: N801
            name, id = "Library", 7

    assert actor_of(Asking) == Actor("ana (5)", "Discord, Library (7)")  # type: ignore[arg-type]


async def test_what_is_written_by_people_is_shown_as_it_is(bot: Bot) -> None:
    name = "**@everyone** <@1> `x`.md"
    seen = await index(bot, "add", file=(name, MINUTES))
    assert "\\*\\*\\@everyone\\*\\* \\<@1>" in seen.text
    assert bot.discord.pings() == []
