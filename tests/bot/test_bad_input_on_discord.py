"""Whatever people do to it on Discord: a sentence for who asked, and it goes on."""

from __future__ import annotations

import sqlite3

import pytest
from bot_on_loopback import CALLBACK, MESSAGES, UNMOT, UNTIL, Bot, Slow, until

from tests.loopback import Kind, Message, Outcome, Permission, faults

STALE = "My commands were just updated; please run it again."


def zalgo(text: str, length: int) -> str:
    """Return a text under a heap of combining marks."""
    marks = [chr(each) for each in range(0x300, 0x36F)]
    heaped = ""
    for place, letter in enumerate(text * 40):
        heaped += letter + "".join(marks[(place * 7 + each) % len(marks)] for each in range(9))
    return heaped[:length]


def question(asked: Outcome) -> Message:
    assert asked.question is not None
    return asked.question


async def goes_on(bot: Bot) -> None:
    assert UNTIL in (await bot.mention(UNMOT)).text


# --- what is written


@pytest.mark.parametrize("text", ["", " ", "\n\n"])
async def test_a_mention_without_words_shows_how_to_ask(bot: Bot, text: str) -> None:
    asked = await bot.discord.mention(bot.discord.ana, bot.discord.general, text)
    assert "### How to ask" in asked.text
    assert "</ask:" in asked.text
    assert len(asked.messages) == 1


async def test_two_thousand_characters_of_zalgo_are_a_question_like_any_other(bot: Bot) -> None:
    limit = 2_000 - len(bot.discord.bot.mention) - 1
    for asked in (
        await bot.discord.mention(bot.discord.ana, bot.discord.general, zalgo("When does it end? ", limit)),
        await bot.discord.dm(bot.discord.ana, zalgo("mandate ", 2_000)),
        await bot.ask(zalgo("mandate", 300)),
        await bot.discord.slash(bot.discord.ana, bot.discord.general, "search", words=zalgo("mandate", 200)),
    ):
        assert asked.text
        assert not asked.errors
    assert "The documents do not answer this" in (await bot.mention(zalgo("Zalgo ", 1_900))).text
    await goes_on(bot)


@pytest.mark.parametrize(
    "text",
    ["?!…", "​‮‏", "```\n```", "||||", "# \n## ", "🙂🙂🙂", "\\\\\\", "@", "<@>", "<:x:1>", "***"],
)
async def test_what_has_no_words_is_not_taken_for_a_question(bot: Bot, text: str) -> None:
    asked = await bot.discord.mention(bot.discord.ana, bot.discord.general, text)
    known = ("There is no question in that: ask in words.", "How to ask", "The documents do not answer this")
    assert any(each in asked.text for each in known)
    assert not asked.errors


async def test_a_code_block_is_read_as_its_words(bot: Bot) -> None:
    asked = await bot.mention(f"```\n{UNMOT}\n```")
    assert UNTIL in asked.text
    assert "`" not in asked.text
    assert UNTIL in (await bot.mention(f"```py\n{UNMOT}\n```")).text


async def test_markdown_in_a_question_is_shown_as_it_was_written(bot: Bot) -> None:
    for style in ("cards", "embeds", "text"):
        await bot.set(style=style)
        asked = await bot.mention("**When** does the mandate of UNMOT end? [x](http://e.org) ||y|| <t:1:R> </ask:1>")
        line = next(line for line in asked.text.split("\n") if "When" in line)
        assert "\\*\\*When\\*\\*" in line
        assert "||" not in line
        assert "\\[x](http" in line
        assert "\\<t\\:1:R>" in line


async def test_what_is_mentioned_in_a_question_is_read_by_its_name(bot: Bot) -> None:
    staff = bot.discord.add_role(bot.discord.guild, "UNMOT", mentionable=True)
    asked = await bot.mention(f"When does the mandate of {staff.mention} end <a:wave:123456789012345678>")
    assert "### When does the mandate of UNMOT end" in asked.text
    assert UNTIL in asked.text
    asked = await bot.mention(f"What was said in {bot.discord.general.mention} on <#99>?")
    assert "What was said in general on ?" in asked.text


async def test_a_question_in_russian_is_declined_and_told_which_language_helps(bot: Bot) -> None:
    asked = await bot.mention("Когда заканчивается мандат Миссии?")
    assert "The documents do not answer this" in asked.text
    assert "The documents are in English" in asked.text


async def test_attachments_alone_are_not_read(bot: Bot) -> None:
    files = [("report.pdf", b"%PDF-1.7")]
    for asked in (
        await bot.discord.mention(bot.discord.ana, bot.discord.general, "", files=files),
        await bot.discord.dm(bot.discord.ana, "", files=files),
    ):
        assert "I do not read attachments: ask in words." in asked.text
    asked = await bot.discord.mention(bot.discord.ana, bot.discord.general, UNMOT, files=files)
    assert UNTIL in asked.text


async def test_who_mentions_the_role_is_told_to_mention_the_bot(bot: Bot) -> None:
    role = bot.discord.guild.role(bot.discord.bot.name)
    asked = await bot.discord.say(bot.discord.ana, bot.discord.general, f"{role.mention} {UNMOT}")
    assert "Please mention me by name" in asked.text
    assert bot.discord.bot.mention in asked.text
    both = await bot.discord.say(
        bot.discord.ana, bot.discord.general, f"{bot.discord.bot.mention} {role.mention} {UNMOT}"
    )
    assert UNTIL in both.text
    other = bot.discord.add_role(bot.discord.guild, "staff", mentionable=True)
    await bot.discord.say(bot.discord.ana, bot.discord.general, f"{other.mention} {UNMOT}").silence()


async def test_a_message_without_words_has_no_sources(bot: Bot) -> None:
    said = bot.discord.say(bot.discord.ben, bot.discord.general, "", files=[("a.png", b"x")])
    asked = await bot.discord.menu(bot.discord.ana, "Find sources", question(said))
    assert "There are no words in that message to look for." in asked.text
    assert asked.message.ephemeral


# --- where


async def test_where_only_the_history_is_hidden_the_answer_is_no_reply(bot: Bot) -> None:
    bot.discord.deny(bot.discord.general, bot.discord.bot, Permission.READ_MESSAGE_HISTORY)
    asked = await bot.mention(UNMOT)
    assert UNTIL in asked.text
    assert asked.message.reference is None


async def test_who_took_no_direct_messages_is_told_as_soon_as_they_do(bot: Bot) -> None:
    bot.discord.ana.refuses_dms = True
    bot.discord.deny(bot.discord.general, bot.discord.bot, Permission.SEND_MESSAGES)
    bot.discord.mention(bot.discord.ana, bot.discord.general, UNMOT)
    await until(lambda: any("it may not answer in a channel" in line for line in bot.log))
    await until(lambda: not bot.under_way)
    bot.discord.ana.refuses_dms = False
    bot.discord.mention(bot.discord.ana, bot.discord.general, UNMOT)
    direct = bot.discord.dm_channel(bot.discord.ana)
    await until(lambda: direct.messages)


async def test_who_takes_no_direct_messages_is_left_alone(bot: Bot) -> None:
    bot.discord.ana.refuses_dms = True
    bot.discord.deny(bot.discord.general, bot.discord.bot, Permission.SEND_MESSAGES)
    bot.discord.mention(bot.discord.ana, bot.discord.general, UNMOT)
    await until(lambda: any("it may not answer in a channel" in line for line in bot.log))
    assert UNTIL in (await bot.discord.dm(bot.discord.ben, UNMOT)).text


async def test_an_archived_thread_is_answered_in_and_a_locked_one_told_of_directly(bot: Bot) -> None:
    thread = bot.discord.thread(bot.discord.ana, bot.discord.general, "old")
    bot.discord.archive(thread)
    assert UNTIL in (await bot.mention(UNMOT, channel=thread)).text
    slow = Slow(bot.library)
    await bot.restart(slow)
    slow.hold()
    bot.discord.mention(bot.discord.ana, thread, UNMOT)
    await until(lambda: slow.waiting)
    bot.discord.archive(thread, locked=True)  # while it is answered
    slow.go_on.set()
    direct = bot.discord.dm_channel(bot.discord.ana)
    await until(lambda: direct.messages)
    (told,) = direct.messages.values()
    assert told.content.startswith(f"I may not answer in {thread.mention}")


async def test_of_a_thread_that_is_locked_the_asker_is_told_directly(bot: Bot) -> None:
    thread = bot.discord.thread(bot.discord.ana, bot.discord.general, "old")
    thread.locked = True
    bot.discord.mention(bot.discord.ana, thread, UNMOT)
    direct = bot.discord.dm_channel(bot.discord.ana)
    await until(lambda: direct.messages)


async def test_a_channel_that_goes_while_a_question_is_answered_takes_the_answer_with_it(bot: Bot) -> None:
    slow = Slow(bot.library)
    await bot.restart(slow)
    other = bot.discord.add_channel(bot.discord.guild, "other")
    slow.hold()
    bot.discord.mention(bot.discord.ana, other, UNMOT)
    await until(lambda: slow.waiting)
    bot.discord.remove_channel(other)
    slow.go_on.set()
    await goes_on(bot)
    await until(lambda: not bot.client.messages.sending)


async def test_a_server_that_the_bot_leaves_while_a_question_is_answered_takes_the_answer_with_it(bot: Bot) -> None:
    slow = Slow(bot.library)
    await bot.restart(slow)
    slow.hold()
    bot.discord.mention(bot.discord.ana, bot.discord.general, UNMOT)
    await until(lambda: slow.waiting)
    bot.discord.kick_bot(bot.discord.guild)
    slow.go_on.set()
    assert UNTIL in (await bot.discord.dm(bot.discord.ben, UNMOT)).text
    await until(lambda: not bot.client.messages.sending)


async def test_a_question_that_is_deleted_in_mid_answer_is_not_answered_and_nothing_is_said(bot: Bot) -> None:
    bot.discord.faults.next(MESSAGES, faults.slow(0.2))
    asked = bot.discord.mention(bot.discord.ana, bot.discord.general, UNMOT)
    await until(lambda: bot.discord.faults.happened)
    bot.discord.posts.delete(question(asked))
    await until(lambda: bot.discord.counts[MESSAGES, 400] or bot.discord.counts[MESSAGES, 200])
    await until(lambda: not bot.client.messages.sending)
    await goes_on(bot)
    assert not asked.messages


# --- commands


async def test_a_command_as_it_was_before_an_update_says_that_it_was_updated(bot: Bot) -> None:
    gone = {"id": "1", "name": "quote", "type": 1, "options": []}
    asked = await bot.discord.slash(bot.discord.ana, bot.discord.general, "quote", stale=gone)
    assert asked.text == STALE
    assert asked.message.ephemeral
    without = {"id": "1", "name": "ask", "type": 1, "options": []}
    asked = await bot.discord.slash(bot.discord.ana, bot.discord.general, "ask", stale=without)
    assert asked.text == STALE


async def test_text_that_was_pasted_where_something_is_to_be_chosen_is_understood_or_told(bot: Bot) -> None:
    pasted = "x" * 300
    for document, paragraph in ((pasted, "5"), ("1138", "y" * 100), ("1138", "#0123456789abcdef"), ("`*_~|", "\\")):
        asked = await bot.discord.slash(
            bot.discord.ana, bot.discord.general, "lookup", document=document, paragraph=paragraph
        )
        assert asked.message.ephemeral
        assert len(asked.text) < 1_500
        assert not asked.errors
    asked = await bot.discord.slash(
        bot.discord.ana, bot.discord.general, "lookup", document="S/RES/1138 (1997) — Resolution 1138 (1997)",
        paragraph="5",
    )  # fmt: skip
    assert UNTIL in asked.text
    typed = "y" * 100
    for option in ("document", "paragraph"):
        offered = await bot.discord.autocomplete(bot.discord.ana, bot.discord.general, "lookup", option, typed)
        assert offered.choices == []


async def test_an_option_longer_than_discord_lets_through_is_answered(bot: Bot) -> None:
    stale = {"id": "1", "name": "ask", "type": 1, "options": [{"name": "question", "type": 3}]}
    for text in ("x" * 3_000, "a"):
        asked = await bot.discord.slash(bot.discord.ana, bot.discord.general, "ask", stale=stale, question=text)
        assert asked.text
        assert not asked.errors


async def test_a_sentence_where_channels_are_to_be_named_is_told_to_who_wrote_it(bot: Bot) -> None:
    bot.discord.give(bot.discord.ben, bot.discord.guild, Permission.MANAGE_GUILD)
    refused = await bot.discord.slash(
        bot.discord.ben, bot.discord.general, "settings set", channels="# general, please @everyone"
    )
    assert "names no" in refused.text
    assert refused.message.ephemeral


# --- the file of settings


async def test_while_the_settings_are_locked_the_admin_is_told_and_answers_go_on(bot: Bot) -> None:
    await bot.set(style="text")
    other = sqlite3.connect(bot.state, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        told = await bot.set(style="embeds")
        assert told.text.startswith("This cannot be saved now (another program is using the file).")
        assert told.message.ephemeral
        assert not bot.sees(bot.discord.ana, told.message)
        asked = await bot.mention(UNMOT)
        assert UNTIL in asked.text
        assert not asked.message.is_v2  # as it was set before
        assert not asked.message.embeds
    finally:
        other.execute("ROLLBACK")
        other.close()
    assert "Settings kept" in (await bot.set(style="embeds")).text
    assert (await bot.mention(UNMOT)).message.embeds


async def test_damaged_settings_are_begun_anew_and_answers_go_on_with_the_defaults(bot: Bot) -> None:
    bot.may_fail = True
    await bot.set(style="text")
    await bot.stop()
    for each in bot.state.parent.glob("state.sqlite*"):
        each.unlink()
    bot.state.write_bytes(b"no database at all" * 500)
    await bot.start()
    asked = await bot.mention(UNMOT)
    assert UNTIL in asked.text
    assert asked.message.is_v2
    assert "Settings kept" in (await bot.set(style="text")).text
    assert list(bot.state.parent.glob("state.sqlite.damaged-*"))
    assert any("is damaged" in line for line in bot.log)


async def test_settings_that_cannot_be_kept_anywhere_are_told_of_and_answers_go_on(bot: Bot) -> None:
    await bot.stop()
    bot.state = bot.state.parent / "file" / "state.sqlite"
    bot.state.parent.write_text("a file where a folder should be", encoding="utf-8")
    await bot.start()
    assert UNTIL in (await bot.mention(UNMOT)).text
    told = await bot.set(style="text")
    assert told.text.startswith("This cannot be saved now")
    assert told.message.ephemeral
    shown = await bot.discord.slash(bot.discord.owner, bot.discord.general, "settings show")
    assert "cards" in shown.text
    asked = await bot.ask(UNMOT)
    assert UNTIL in asked.text


async def test_no_kind_of_channel_breaks_it(bot: Bot) -> None:
    news = bot.discord.add_channel(bot.discord.guild, "news", Kind.ANNOUNCEMENT)
    for threads in ("reply", "thread"):
        await bot.set(answer_in=threads)
        assert UNTIL in (await bot.mention(UNMOT, channel=news)).text
    assert bot.discord.counts[CALLBACK, 400] == 0
