"""What is no question, or cannot be answered: each is met with a sentence, and nothing breaks."""

from __future__ import annotations

import sqlite3

import pytest
from bot_on_loopback import UNMOT, UNTIL, Bot, Slow, until

from tests.loopback import Kind


async def test_a_mention_without_words_is_met_with_how_to_ask(bot: Bot) -> None:
    asked = await bot.mention("")
    assert "I answer questions from documents" in asked.text
    assert "</ask:" in asked.text


async def test_two_thousand_characters_of_stacked_marks_are_answered_within_the_limits(bot: Bot) -> None:
    asked = await bot.mention("Z̷͖̈́a̴̢̛l̶̨͝g̵̱̈́o̸͎̒" * 120)
    assert "The documents do not answer this" in asked.text


async def test_who_mentions_the_role_is_told_to_mention_the_bot(bot: Bot) -> None:
    (role,) = [each for each in bot.discord.guild.roles.values() if each.of_bot]
    asked = await bot.discord.say(bot.discord.ana, bot.discord.general, f"<@&{role.id}> {UNMOT}")
    assert f"mention me by name (<@{bot.discord.bot.id}>, not the role)" in asked.text


async def test_a_question_in_a_code_block_is_a_question(bot: Bot) -> None:
    assert UNTIL in (await bot.mention(f"```py\n{UNMOT}\n```")).text


async def test_a_question_in_another_script_is_declined_with_the_reason(bot: Bot) -> None:
    asked = await bot.mention("Когда заканчивается мандат?")
    assert "The documents do not answer this" in asked.text
    assert "The documents are in English" in asked.text


async def test_attachments_alone_are_said_not_to_be_read(bot: Bot) -> None:
    asked = await bot.discord.mention(bot.discord.ana, bot.discord.general, "", files=[("question.txt", b"When?")])
    assert "I do not read attachments" in asked.text


async def test_a_question_beside_an_attachment_is_answered(bot: Bot) -> None:
    asked = await bot.discord.mention(bot.discord.ana, bot.discord.general, UNMOT, files=[("a.png", b"\x89PNG")])
    assert UNTIL in asked.text


@pytest.mark.parametrize("said", ["?!", "🙂🙂", "<:smile:123456789012345678>…", "***"])
async def test_what_has_no_words_is_no_question(bot: Bot, said: str) -> None:
    text = (await bot.mention(said)).text
    assert "There is no question in that" in text or "The documents do not answer this" in text


async def test_a_message_without_words_has_no_sources(bot: Bot) -> None:
    message = bot.discord.say(bot.discord.ben, bot.discord.general, "🙂").question
    assert message is not None
    shown = await bot.discord.menu(bot.discord.ana, "Find sources", message)
    assert "no words in that message" in shown.text
    assert shown.message.ephemeral


async def test_in_an_archived_thread_the_answer_opens_it_again(bot: Bot) -> None:
    thread = bot.discord.thread(bot.discord.ben, bot.discord.general, "Old matters")
    bot.discord.archive(thread)
    assert UNTIL in (await bot.mention(channel=thread)).text


async def test_a_pasted_text_is_offered_no_document_and_finds_none(bot: Bot) -> None:
    pasted = "Whereas " * 40
    offered = await bot.discord.autocomplete(bot.discord.ana, bot.discord.general, "lookup", "document", pasted)
    assert offered.choices == []
    shown = await bot.discord.slash(bot.discord.ana, bot.discord.general, "lookup", document=pasted[:300])
    assert "There is nothing under this reference" in shown.text
    assert shown.message.ephemeral


async def test_a_locked_settings_file_is_told_to_the_admin_and_answers_go_on(bot: Bot) -> None:
    other = sqlite3.connect(bot.state, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        told = await bot.set(passages=1)
        assert "This cannot be saved now" in told.text
        assert told.message.ephemeral
        assert UNTIL in (await bot.ask(UNMOT)).text
    finally:
        other.execute("ROLLBACK")
        other.close()


async def test_a_damaged_settings_file_is_put_aside_and_answers_go_on_with_the_defaults(bot: Bot) -> None:
    bot.may_fail = True
    await bot.set(passages=1)
    await bot.stop()
    for each in bot.state.parent.glob("state.sqlite-*"):
        each.unlink()
    bot.state.write_bytes(b"no database at all" * 100)
    await bot.start()
    asked = await bot.ask(UNMOT)
    assert "3 passages" in asked.text
    assert list(bot.state.parent.glob("state.sqlite.damaged-*"))
    assert any("is damaged" in line for line in bot.log)


async def test_where_a_thread_was_locked_meanwhile_the_asker_is_told_directly(bot: Bot) -> None:
    slow = Slow(bot.library)
    await bot.restart(slow)
    slow.hold()
    thread = bot.discord.thread(bot.discord.ana, bot.discord.general, "Closed matters")
    bot.discord.mention(bot.discord.ana, thread, UNMOT)
    await until(lambda: slow.waiting)
    bot.discord.archive(thread, locked=True)
    slow.go_on.set()
    direct = bot.discord.dm_channel(bot.discord.ana)
    await bot.discord.until(lambda: bot.discord.visible_to(bot.discord.ana, direct))
    assert f"I may not answer in {thread.mention}" in bot.discord.visible_to(bot.discord.ana, direct)[-1].text


async def test_a_command_that_is_no_more_is_said_to_have_been_updated(bot: Bot) -> None:
    question = {"type": 3, "name": "question", "description": "Your question"}
    before = {"id": "1", "type": 1, "name": "query", "description": "Ask", "options": [question]}
    told = await bot.discord.slash(bot.discord.ana, bot.discord.general, "query", stale=before, question=UNMOT)
    assert "My commands were just updated" in told.text
    assert told.message.ephemeral


async def test_in_an_announcement_channel_a_mention_is_answered_too(bot: Bot) -> None:
    channel = bot.discord.add_channel(bot.discord.guild, "news", Kind.ANNOUNCEMENT)
    assert UNTIL in (await bot.mention(channel=channel)).text
