"""Ways to ask by writing: mentions, replies, direct messages, forum posts; on a Discord on 127.0.0.1."""

from __future__ import annotations

from bot_on_loopback import MESSAGES, UNANSWERED, UNMOT, UNTIL, Bot, sent_to, until

from tests.loopback import Kind, faults

# --- mentions


async def test_a_mention_is_answered_for_all_in_a_reply_with_the_passage_word_for_word(bot: Bot) -> None:
    asked = await bot.mention(UNMOT)
    assert f"> {UNTIL}" in asked.text.split("\n")
    assert "### When does the mandate of UNMOT end?" in asked.text
    assert "S/RES/1138 (1997), para. 5" in asked.text
    assert "official text · 14 November 1997" in asked.text
    assert asked.message.reference is asked.question
    assert bot.sees(bot.discord.ben, asked.message)
    assert asked.messages == [asked.message]


async def test_a_mention_anywhere_in_the_message_is_one(bot: Bot) -> None:
    asked = await bot.mention(f"When does the mandate {bot.discord.bot.mention} of UNMOT end?")
    assert UNTIL in asked.text
    assert "### When does the mandate of UNMOT end?" in asked.text


async def test_a_mention_in_a_thread_is_answered_in_the_thread(bot: Bot) -> None:
    thread = bot.discord.thread(bot.discord.ben, bot.discord.general, "UNMOT")
    asked = await bot.mention(UNMOT, channel=thread)
    assert UNTIL in asked.text
    assert asked.message.channel is thread


async def test_what_does_not_mention_the_bot_is_not_answered(bot: Bot) -> None:
    await bot.discord.say(bot.discord.ana, bot.discord.general, UNMOT).silence()


async def test_it_asks_for_no_privileged_intent(bot: Bot) -> None:
    assert bot.discord.gateway.identified[0]["intents"] == 4609  # servers, their messages, direct messages


async def test_the_names_of_others_who_are_mentioned_stand_in_the_question(bot: Bot) -> None:
    asked = await bot.mention(f"When does the mandate of UNMOT end, {bot.discord.ben.mention}?")
    assert "### When does the mandate of UNMOT end, Ben?" in asked.text or "UNMOT end, ben?" in asked.text


# --- direct messages


async def test_every_direct_message_is_a_question(bot: Bot) -> None:
    asked = await bot.discord.dm(bot.discord.ana, UNMOT)
    assert UNTIL in asked.text
    assert asked.message.channel is bot.discord.dm_channel(bot.discord.ana)


async def test_a_reference_in_brackets_shows_the_paragraph(bot: Bot) -> None:
    asked = await bot.discord.dm(bot.discord.ana, "[[1138 6(d)]]")
    assert "> (d) Investigate reports of ceasefire violations" in asked.text
    assert "para. 6 (d)" in asked.text


async def test_several_references_in_one_message_are_shown_together(bot: Bot) -> None:
    asked = await bot.mention("see [[1138 5]] and [[1138 13]]")
    assert UNTIL in asked.text
    assert "> 13\\. Decides to remain actively seized of the matter." in asked.text.split("\n")


async def test_of_six_references_five_are_shown_and_that_is_said(bot: Bot) -> None:
    await bot.set(passages=5)
    references = " ".join(f"[[1138 {number}]]" for number in (1, 2, 3, 4, 5, 13))
    asked = await bot.mention(references)
    assert "Only the first five references were looked up." in asked.text
    text = asked.text
    while "Next" in asked.message.labels():
        await bot.discord.press(bot.discord.ana, asked.message, "Next")
        text += asked.text
    assert UNTIL in text
    assert "actively seized" not in text


async def test_a_reference_to_nothing_says_what_there_is(bot: Bot) -> None:
    asked = await bot.discord.dm(bot.discord.ana, "[[1138 99]]")
    assert "no paragraph 99" in asked.text
    assert "13" in asked.text
    assert not any(line.startswith("> ") for line in asked.text.split("\n"))


# --- replies


async def test_a_reply_with_a_ping_is_a_question_about_the_document_of_the_answer(bot: Bot) -> None:
    asked = await bot.mention(UNMOT)
    follow_up = await bot.discord.reply(bot.discord.ben, asked.message, "and paragraph 7?")
    assert "S/RES/1138 (1997), para. 7" in follow_up.text
    assert "> 7\\. Calls upon the parties to cooperate further" in follow_up.text
    assert follow_up.message is not asked.message


async def test_a_reply_in_a_direct_message_is_a_follow_up_as_well(bot: Bot) -> None:
    asked = await bot.discord.dm(bot.discord.ana, UNMOT)
    follow_up = await bot.discord.reply(bot.discord.ana, asked.message, "and paragraph 7?")
    assert "> 7\\. Calls upon the parties" in follow_up.text


async def test_a_follow_up_to_an_answer_of_another_style_is_understood(bot: Bot) -> None:
    for style in ("embeds", "text"):
        await bot.set(style=style)
        asked = await bot.mention(UNMOT)
        follow_up = await bot.discord.reply(bot.discord.ana, asked.message, "and paragraph 7?")
        assert "> 7\\. Calls upon the parties" in follow_up.text


async def test_a_reply_without_a_ping_is_not_for_the_bot(bot: Bot) -> None:
    asked = await bot.mention(UNMOT)
    await bot.discord.reply(bot.discord.ben, asked.message, "and paragraph 7?", ping=False).silence()


# --- forums


async def test_a_post_in_a_chosen_forum_is_answered_from_its_title(bot: Bot) -> None:
    await bot.set(forums=bot.discord.forum.mention)
    asked = await bot.discord.forum_post(bot.discord.ana, bot.discord.forum, UNMOT, "I could not find it.")
    assert UNTIL in asked.text
    assert "Not what you need? Mention me with your question." in asked.text
    assert asked.message.channel is asked.thread
    assert len(asked.messages) == 1


async def test_a_post_that_the_documents_do_not_answer_is_left_alone(bot: Bot) -> None:
    await bot.set(forums=bot.discord.forum.mention)
    await bot.discord.forum_post(bot.discord.ana, bot.discord.forum, UNANSWERED).silence()


async def test_a_post_in_a_forum_that_nobody_chose_is_left_alone(bot: Bot) -> None:
    await bot.discord.forum_post(bot.discord.ana, bot.discord.forum, UNMOT).silence()
    other = bot.discord.add_channel(bot.discord.guild, "others", Kind.FORUM)
    await bot.set(forums=other.mention)
    await bot.discord.forum_post(bot.discord.ana, bot.discord.forum, UNMOT).silence()


async def test_a_thread_in_a_text_channel_is_no_post(bot: Bot) -> None:
    await bot.set(forums=bot.discord.forum.mention)
    thread = bot.discord.thread(bot.discord.ana, bot.discord.general, UNMOT)
    await bot.discord.say(bot.discord.ana, thread, "What do you think?").silence()


async def test_a_post_whose_first_message_mentions_the_bot_has_one_answer(bot: Bot) -> None:
    await bot.set(forums=bot.discord.forum.mention)
    body = f"{bot.discord.bot.mention} What does JEOM stand for?"
    asked = await bot.discord.forum_post(bot.discord.ana, bot.discord.forum, UNMOT, body)
    await asked.until(lambda: "Joint Electoral Observation Mission" in asked.text or UNTIL in asked.text)
    await bot.mention("[[1138 13]]", channel=asked.thread)  # title and mention have both been taken up by now
    await until(lambda: not bot.under_way)  # and sent
    assert len(asked.messages) == 1


async def test_a_post_that_takes_no_message_yet_is_answered_when_it_does(bot: Bot) -> None:

    await bot.set(forums=bot.discord.forum.mention)
    bot.discord.faults.next(MESSAGES, faults.forbidden(40058))
    asked = await bot.discord.forum_post(bot.discord.ana, bot.discord.forum, UNMOT)
    assert UNTIL in asked.text
    assert len(sent_to(bot.discord, MESSAGES)) == 1
