"""Unanswered questions on Discord: which are kept, of whom nothing is, who sees the list, and that it goes."""

from __future__ import annotations

import csv
import io

import pytest
from bot_on_loopback import UNANSWERED, UNMOT, UNTIL, Bot, Slow, until

from bot.unanswered import Why
from tests.loopback import Guild, Message, NotOffered, Outcome, Permission

TITLE = "Who paid for the mission?"
OTHER_WORDS = "1138: what was the vote on that resolution?"


def questions(bot: Bot, guild: Guild | None = None) -> list[str]:
    """Return what is kept of a server."""
    kept = bot.client.unanswered.of((guild or bot.discord.guild).id)
    assert kept is not None
    return [each.question for each in kept]


def on_disk(bot: Bot) -> bytes:
    """Return all that the bot keeps, as it is on the disk."""
    return b"".join(each.read_bytes() for each in sorted(bot.state.parent.iterdir()) if each.is_file())


async def done(bot: Bot) -> None:
    """Wait until the bot has done whatever it does after an answer."""
    await until(lambda: not bot.under_way)


async def gaps(bot: Bot) -> Outcome:
    """List the unanswered questions, as the owner."""
    return await bot.discord.slash(bot.discord.owner, bot.discord.general, "index gaps")


def table(message: Message) -> list[list[str]]:
    """Return the lines of the file of a message, without the names of the columns."""
    (file,) = message.attachments
    assert file.data.startswith(b"\xef\xbb\xbf")  # else Excel does not read it as UTF-8
    return list(csv.reader(io.StringIO(file.data.decode("utf-8-sig"))))[1:]


# --- which are kept


async def test_nothing_is_kept_unless_an_admin_wants_it(bot: Bot) -> None:
    await bot.set(feedback=True, forums=bot.discord.forum.mention)
    await bot.ask(UNANSWERED)
    await bot.mention(UNANSWERED)
    await bot.discord.forum_post(bot.discord.ana, bot.discord.forum, TITLE).silence()
    asked = await bot.mention(UNMOT)
    await bot.discord.press(bot.discord.ben, asked.message, "Not helpful")
    await done(bot)
    for each in (UNANSWERED, TITLE, UNMOT):
        assert each.encode() not in on_disk(bot)
    assert "unanswered questions are not kept here" in (await gaps(bot)).text.lower()


async def test_what_is_declined_is_kept_without_anybody_in_it(bot: Bot) -> None:
    d = bot.discord
    await bot.set(unanswered=True, forums=d.forum.mention)
    await bot.ask(UNANSWERED)
    await bot.mention(f"{d.ben.mention} {UNANSWERED} {d.general.mention} {d.ana.id}")
    thread = d.thread(d.ana, d.general, "A thread")
    await bot.mention(OTHER_WORDS, channel=thread)
    await d.forum_post(d.ana, d.forum, TITLE).silence()
    await bot.ask(UNMOT)
    await done(bot)
    assert questions(bot) == [UNANSWERED, UNANSWERED, OTHER_WORDS, TITLE]
    kept = bot.state.with_name("questions.sqlite").read_bytes()
    for each in (d.ana, d.ben, d.general, thread):
        assert str(each.id).encode() not in kept
        assert each.id.to_bytes(8, "big") not in kept
    assert d.ben.name.encode() not in kept


async def test_what_was_not_helpful_is_kept_also_after_a_restart(bot: Bot) -> None:
    d = bot.discord
    await bot.set(unanswered=True, feedback=True, forums=d.forum.mention)
    asked = [
        await bot.ask("When does the *mandate* of UNMOT end? #"),
        await bot.mention(f"{UNMOT} {d.ben.mention}"),
        await d.forum_post(d.ana, d.forum, "When does UNMOT's mandate end"),
    ]
    await bot.set(answer_in="thread")
    asked.append(await bot.mention("The end of the mandate of UNMOT"))
    await bot.restart()
    for each in asked:
        assert "Counted" in (await d.press(d.ben, each.message, "Not helpful")).text
        await done(bot)
    await d.press(d.owner, asked[0].message, "Helpful")
    await done(bot)
    assert questions(bot) == [
        "When does the *mandate* of UNMOT end? #",
        UNMOT,
        "When does UNMOT's mandate end",
        "The end of the mandate of UNMOT",
    ]
    kept = bot.client.unanswered.of(d.guild.id)
    assert kept is not None
    assert {each.why for each in kept} == {Why.NOT_HELPFUL}
    assert d.ben.name.encode() not in bot.state.with_name("questions.sqlite").read_bytes()


async def test_a_question_that_its_asker_deleted_is_not_kept(bot: Bot) -> None:
    await bot.set(unanswered=True, feedback=True)
    asked = await bot.mention(UNMOT)
    assert asked.question is not None
    button = next(each["custom_id"] for each in asked.message.controls() if each.get("label") == "Not helpful")
    asked.question.deleted = True  # and the bot was not told
    asked.question.channel.messages.pop(asked.question.id)
    assert "Counted" in (await bot.discord.press_id(bot.discord.ben, asked.message, button)).text
    await done(bot)
    assert questions(bot) == []


async def test_neither_a_look_up_is_kept_nor_what_is_asked_elsewhere(bot: Bot) -> None:
    d = bot.discord
    await bot.set(unanswered=True, feedback=True)
    await bot.mention("[[1138 99]]")
    await bot.ask("[[1138 99]]")
    await d.slash(d.ana, d.general, "lookup", document="1138", paragraph="99")
    await d.slash(d.ana, d.general, "search", words="qwertz")
    several = await d.slash(d.ana, d.general, "lookup", document="1138", paragraph="5-7")
    await d.press(d.ben, several.message, "Not helpful")
    await d.dm(d.ana, UNANSWERED)
    carla = d.add_user("carla", has_app=True)
    elsewhere = d.add_guild("Elsewhere", has_bot=False)
    bot.client.settings.set(elsewhere.id, unanswered=True)
    await bot.ask(UNANSWERED, carla, channel=elsewhere.channel("general"))
    await done(bot)
    assert questions(bot) == questions(bot, elsewhere) == []
    assert UNANSWERED.encode() not in on_disk(bot)


# --- that it goes


async def test_what_is_kept_is_deleted_when_it_is_turned_off_and_that_is_said(bot: Bot) -> None:
    begun = await bot.set(unanswered=True)
    assert "Please tell people" in begun.text
    assert "**Unanswered questions**: kept for 30 days" in begun.text
    await bot.ask(UNANSWERED)
    await done(bot)
    assert UNANSWERED.encode() in on_disk(bot)
    ended = await bot.set(unanswered=False)
    assert "have been deleted" in ended.text
    assert UNANSWERED.encode() not in on_disk(bot)
    shown = await bot.discord.slash(bot.discord.owner, bot.discord.general, "settings show")
    assert "**Unanswered questions**: not kept" in shown.text


async def test_what_is_kept_is_deleted_when_the_bot_leaves_also_while_it_was_away(bot: Bot) -> None:
    d = bot.discord
    others = [d.add_guild("One"), d.add_guild("Two")]
    for guild in others:
        await d.slash(d.owner, guild.channel("general"), "settings set", unanswered=True)
        await bot.ask(f"{UNANSWERED} {guild.name}", d.owner, channel=guild.channel("general"))
        await done(bot)
        assert questions(bot, guild) == [f"{UNANSWERED} {guild.name}"]
    d.kick_bot(others[0])
    await until(lambda: b"1138? One" not in on_disk(bot))
    assert b"1138? Two" in on_disk(bot)
    await bot.stop()
    d.kick_bot(others[1])
    await bot.start()
    await until(lambda: b"1138? Two" not in on_disk(bot))


async def test_privacy_says_what_is_so_in_this_server(bot: Bot) -> None:
    d = bot.discord
    before = await d.slash(d.ana, d.general, "privacy")
    assert "No question and no message is stored or logged" in before.text
    await bot.set(unanswered=True)
    after = await d.slash(d.ana, d.general, "privacy")
    assert "This server keeps unanswered questions" in after.text
    assert "No question and no message is stored" not in after.text
    for place in (d.dm_channel(d.ana), d.add_guild("Elsewhere").channel("general")):
        assert "No question and no message is stored or logged" in (await d.slash(d.ana, place, "privacy")).text


# --- who sees the list, and what is in it


async def test_the_list_puts_wordings_together_the_most_frequent_first(bot: Bot) -> None:
    await bot.set(unanswered=True)
    assert "No question was left unanswered" in (await gaps(bot)).text
    for question in ("How many cars has UNMOT?", UNANSWERED, OTHER_WORDS, UNANSWERED):
        await bot.ask(question)
    await done(bot)
    listed = await gaps(bot)
    assert listed.message.ephemeral
    assert "Unanswered questions (4)" in listed.text
    assert listed.text.index("asked 3 times · 2 wordings") < listed.text.index("How many cars")
    assert [row[:3] for row in table(listed.message)] == [
        [UNANSWERED, "1", "3"],
        [OTHER_WORDS, "1", "3"],
        [UNANSWERED, "1", "3"],
        ["How many cars has UNMOT?", "2", "1"],
    ]


@pytest.mark.parametrize("style", ["cards", "embeds", "text"])
async def test_a_long_list_has_pages_with_the_file_on_each_in_every_style(bot: Bot, style: str) -> None:
    await bot.set(unanswered=True, style=style)
    for number in range(13):
        word = f"{chr(97 + number)}{number}" * 6
        bot.client.unanswered.keep(bot.discord.guild.id, f"=*{word}*", Why.DECLINED)
    listed = await gaps(bot)
    first = listed.message.text
    assert listed.message.labels() == ["1 of 3", "Next"]
    turned = bot.discord.press(bot.discord.owner, listed.message, "Next")
    await turned.until(lambda: listed.message.text != first)
    assert "2 of 3" in listed.message.labels()
    rows = table(listed.message)
    assert len(rows) == 13
    assert all(row[0].startswith("'=*") for row in rows)
    await bot.set(unanswered=False)
    turned = bot.discord.press(bot.discord.owner, listed.message, "Next")
    await turned.until(lambda: "not kept here" in listed.message.text)
    assert not listed.message.attachments


@pytest.mark.usefixtures("late_soon")
async def test_a_list_that_takes_long_comes_with_its_file(bot: Bot) -> None:
    slow = Slow(bot.library)
    await bot.restart(slow)
    await bot.set(unanswered=True)
    bot.client.unanswered.keep(bot.discord.guild.id, UNANSWERED, Why.DECLINED)
    slow.hold()
    listed = bot.discord.slash(bot.discord.owner, bot.discord.general, "index gaps")
    await listed.acknowledged()
    slow.go_on.set()
    await listed.until(lambda: UNANSWERED in listed.text)
    assert len(table(listed.message)) == 1


async def test_only_who_manages_the_server_sees_the_list_and_only_as_long(bot: Bot) -> None:
    d = bot.discord
    await bot.set(unanswered=True)
    for number in range(9):
        bot.client.unanswered.keep(d.guild.id, f"{chr(97 + number) * 5} {number}", Why.DECLINED)
    with pytest.raises(NotOffered):
        d.slash(d.ana, d.general, "index gaps")
    offered = d.command(d.owner, d.general, "index")
    refused = await d.slash(d.ana, d.general, "index gaps", stale=offered)  # as where admins let everybody use it
    assert "Only people who may manage this server" in refused.text
    d.give(d.ana, d.guild, Permission.MANAGE_GUILD)
    listed = await d.slash(d.ana, d.general, "index gaps")
    assert "(9)" in listed.text
    d.ana.roles[d.guild.id].clear()
    refused = await d.press(d.ana, listed.message, "Next")
    assert "Only people who may manage this server" in refused.responses[-1].text
    assert "(9)" in listed.message.text


async def test_another_server_never_sees_a_word_of_it(bot: Bot) -> None:
    d = bot.discord
    other = d.add_guild("Other").channel("general")
    await bot.set(unanswered=True)
    await d.slash(d.owner, other, "settings set", unanswered=True)
    await bot.ask(UNANSWERED)
    await done(bot)
    listed = await d.slash(d.owner, other, "index gaps")
    assert UNANSWERED not in listed.text
    assert not listed.message.attachments
    assert UNTIL in (await bot.ask(UNMOT, channel=other)).text
    assert UNANSWERED not in "\n".join(bot.log)
