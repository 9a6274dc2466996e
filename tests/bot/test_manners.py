"""Manners: soon enough, not too often, for the right people, in their language, and as each server wants it."""

from __future__ import annotations

import pytest
from bot_on_loopback import CALLBACK, FORCES, MESSAGES, UNANSWERED, UNMOT, UNTIL, Bot, Slow, custom_ids, sent_to, until

import bot.messages as bot_messages
from bot.limiter import Limits, Rate
from tests.loopback import Kind, LoopbackDiscord, Message, NotOffered, Outcome, Permission, faults
from tests.loopback.world import Json

DEFERRED, MESSAGE = 5, 4


def acknowledged_with(asked: Outcome) -> int | None:
    """Return the type of the callback that acknowledged an interaction."""
    assert asked.interaction is not None
    return asked.interaction.callback


def written_at(discord: LoopbackDiscord, seconds_ago: float) -> int:
    """Return the id of a message that was written so long ago."""
    return (int((discord.clock.now() - seconds_ago) * 1000) - discord.ids.EPOCH) << 22


def say_long_ago(bot: Bot, text: str, seconds_ago: float) -> Outcome:
    """Let a mention have been written so long ago."""
    body: Json = {"content": f"{bot.discord.bot.mention} {text}"}
    number = written_at(bot.discord, seconds_ago)
    return bot.discord._prepared(bot.discord.ana, bot.discord.general, body, [], number=number)


# --- in time


async def test_a_quick_answer_is_sent_at_once(bot: Bot) -> None:
    asked = await bot.ask(UNMOT)
    assert acknowledged_with(asked) == MESSAGE
    assert bot.discord.general.typing == 0
    assert len(bot.discord.calls_to(CALLBACK)) == 1


async def test_a_slow_answer_is_announced_in_time_and_then_takes_that_place(bot: Bot) -> None:
    slow = Slow(bot.library)
    await bot.restart(slow)
    slow.hold()
    asked = bot.discord.slash(bot.discord.ana, bot.discord.general, "ask", question=UNMOT)
    await asked.acknowledged()
    assert acknowledged_with(asked) == DEFERRED
    assert 1.0 < (asked.acknowledged_after or 0) < 2.0
    slow.go_on.set()
    await asked
    assert UNTIL in asked.text
    assert len(asked.messages) == 1
    assert bot.sees(bot.discord.ben, asked.message)


@pytest.mark.usefixtures("late_soon")
async def test_a_slow_private_answer_is_private_from_the_beginning(bot: Bot) -> None:
    slow = Slow(bot.library)
    await bot.restart(slow)
    slow.hold()
    asked = bot.discord.slash(bot.discord.ana, bot.discord.general, "ask", question=UNMOT, private=True)
    await asked.acknowledged()
    assert asked.message.ephemeral
    slow.go_on.set()
    await asked
    assert UNTIL in asked.text
    assert asked.message.ephemeral


@pytest.mark.usefixtures("late_soon")
async def test_what_is_not_found_late_is_told_to_the_asker_alone(bot: Bot) -> None:
    slow = Slow(bot.library)
    await bot.restart(slow)
    slow.hold()
    asked = bot.discord.slash(bot.discord.ana, bot.discord.general, "ask", question=UNANSWERED)
    await asked.acknowledged()
    waiting = asked.message
    assert not waiting.ephemeral
    slow.go_on.set()
    await asked
    await asked.until(lambda: "The documents do not answer this" in asked.text)
    assert waiting.deleted
    assert asked.message.ephemeral


async def test_it_shows_that_it_is_typing_only_where_it_takes_long(bot: Bot) -> None:
    slow = Slow(bot.library)
    await bot.restart(slow)
    await bot.mention(UNMOT)
    assert bot.discord.general.typing == 0
    slow.hold()
    asked = bot.discord.mention(bot.discord.ana, bot.discord.general, UNMOT)
    await asked.acknowledged()
    assert bot.discord.general.typing == 1
    assert not asked.messages
    slow.go_on.set()
    assert UNTIL in (await asked).text


async def test_it_goes_on_typing_until_the_answer_is_there(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot_messages, "TYPING_AGAIN_SECONDS", 0.01)
    slow = Slow(bot.library)
    await bot.restart(slow)
    slow.hold()
    asked = bot.discord.mention(bot.discord.ana, bot.discord.general, UNMOT)
    await until(lambda: bot.discord.general.typing >= 3)
    slow.go_on.set()
    assert UNTIL in (await asked).text


# --- not too often


async def test_who_asks_too_often_is_told_when_they_may_again(bot: Bot) -> None:
    await bot.restart(limits=Limits(Rate(3, 60), Rate(100, 60)))
    await bot.mention(UNMOT)
    await bot.ask(UNMOT)
    said = bot.discord.say(bot.discord.ben, bot.discord.general, "The mandate.")
    assert said.question is not None
    await bot.discord.menu(bot.discord.ana, "Find sources", said.question)
    refused = await bot.mention(UNMOT)
    assert refused.text.startswith("You can ask again in ")
    assert 1 <= int(refused.text.split()[5]) <= 20
    refused = await bot.ask(UNMOT)
    assert "You can ask again in " in refused.text
    assert refused.message.ephemeral
    refused = await bot.discord.menu(bot.discord.ana, "Find sources", said.question)
    assert "You can ask again in " in refused.text
    assert UNTIL in (await bot.mention(UNMOT, bot.discord.ben)).text


async def test_a_server_that_asks_too_often_is_told_when_it_may_again(bot: Bot) -> None:
    await bot.restart(limits=Limits(Rate(100, 60), Rate(2, 60)))
    await bot.mention(UNMOT)
    await bot.mention(UNMOT, bot.discord.ben)
    assert "You can ask again in 30 seconds." in (await bot.mention(UNMOT, bot.discord.owner)).text
    assert UNTIL in (await bot.discord.dm(bot.discord.owner, UNMOT)).text
    elsewhere = bot.discord.add_guild("Elsewhere")
    assert UNTIL in (await bot.mention(UNMOT, channel=elsewhere.channel("general"))).text


async def test_when_too_many_wait_the_next_one_is_told(bot: Bot) -> None:
    slow = Slow(bot.library)
    await bot.restart(slow, waiting=1, threads=1)
    slow.hold()
    asked = [bot.discord.mention(bot.discord.ana, bot.discord.general, UNMOT) for _ in range(2)]
    await until(lambda: slow.waiting == 1 and bot.waiting == 1)
    refused = await bot.ask(UNMOT)
    assert "Many questions at the moment; try again in 10 seconds." in refused.text
    assert refused.message.ephemeral
    slow.go_on.set()
    for each in asked:
        assert UNTIL in (await each).text


# --- never


async def test_bots_webhooks_and_itself_are_never_answered(bot: Bot) -> None:
    other = bot.discord.add_user("other", bot=True)
    await bot.discord.mention(other, bot.discord.general, UNMOT).silence()
    await bot.discord.dm(other, UNMOT).silence()
    hook = bot.discord.webhook_says(bot.discord.general, f"{bot.discord.bot.mention} {UNMOT}")
    itself = bot.discord.posts.create(
        bot.discord.general, bot.discord.bot, {"content": f"{bot.discord.bot.mention} hi", "allowed_mentions": {}}
    )
    last = await bot.mention(UNMOT)  # whatever was to come has come
    assert hook.answers == itself.answers == []
    said = [each for each in bot.discord.general.messages.values() if each.author is bot.discord.bot]
    assert said == [itself, last.message]


async def test_whoever_is_meant_by_everyone_is_not_the_bot(bot: Bot) -> None:
    bot.discord.give(bot.discord.ana, bot.discord.guild, Permission.MENTION_EVERYONE)
    await bot.discord.say(bot.discord.ana, bot.discord.general, f"@everyone {UNMOT}").silence()


# --- with its question


async def test_a_question_that_is_changed_at_once_is_answered_again_in_the_same_message(bot: Bot) -> None:
    asked = await bot.mention(UNMOT)
    first = asked.message
    edited = await bot.discord.edit(_question(asked), f"{bot.discord.bot.mention} What does JEOM stand for?")
    assert "Joint Electoral Observation Mission" in edited.message.text
    assert edited.message is first
    assert asked.messages == [first]


async def test_a_question_that_is_changed_later_is_not_answered_again(bot: Bot) -> None:
    asked = await say_long_ago(bot, UNMOT, 61)
    before = asked.message.revision
    bot.discord.edit(_question(asked), f"{bot.discord.bot.mention} What does JEOM stand for?")
    await bot.mention("[[1138 13]]")  # whatever was to come has come
    assert asked.message.revision == before
    assert UNTIL in asked.text


async def test_a_mention_that_is_added_at_once_is_answered(bot: Bot) -> None:
    said = bot.discord.say(bot.discord.ana, bot.discord.general, UNMOT)
    await said.silence()
    await bot.discord.edit(_question(said), f"{bot.discord.bot.mention} {UNMOT}")
    assert UNTIL in said.text


async def test_an_answer_becomes_a_sentence_and_a_sentence_an_answer(bot: Bot) -> None:
    me = bot.discord.bot.mention
    for style in ("cards", "embeds", "text"):
        await bot.set(style=style)
        asked = await bot.mention(UNMOT)
        await bot.discord.edit(_question(asked), f"{me} ?!")
        await asked.until(lambda asked=asked: "ask in words" in asked.text)  # type: ignore[misc]
        assert len(asked.messages) == 1
        await bot.discord.edit(_question(asked), f"{me} {UNMOT}")
        await asked.until(lambda asked=asked: UNTIL in asked.text)  # type: ignore[misc]
        assert len(asked.messages) == 1
        assert "ask in words" not in asked.text


async def test_an_answer_in_another_style_than_before_takes_its_place(bot: Bot) -> None:
    asked = await bot.mention(UNMOT)
    await bot.set(style="text")
    bot.discord.edit(_question(asked), f"{bot.discord.bot.mention} What does JEOM stand for?")
    await asked.until(lambda: "Joint Electoral Observation Mission" in asked.text)
    assert len(asked.messages) == 1
    assert not asked.message.is_v2


async def test_a_question_that_is_changed_after_its_answer_was_removed_has_a_new_answer(bot: Bot) -> None:
    asked = await bot.mention(UNMOT)
    message = asked.message
    bot.discord.press(bot.discord.ana, message, "Remove")
    await until(lambda: message.deleted)
    bot.discord.edit(_question(asked), f"{bot.discord.bot.mention} What does JEOM stand for?")
    await asked.until(lambda: "Joint Electoral Observation Mission" in asked.text)
    assert len(asked.messages) == 1


async def test_a_question_that_changes_while_it_is_answered_is_answered_once_as_it_is_now(bot: Bot) -> None:
    slow = Slow(bot.library)
    await bot.restart(slow)
    slow.hold()
    asked = bot.discord.mention(bot.discord.ana, bot.discord.general, UNMOT)
    await asked.acknowledged()
    bot.discord.edit(_question(asked), f"{bot.discord.bot.mention} What does JEOM stand for?")
    await until(lambda: slow.waiting == 2)
    slow.go_on.set()
    await asked
    await bot.mention("[[1138 13]]")
    assert "Joint Electoral Observation Mission" in asked.text
    assert UNTIL not in asked.text
    assert len(asked.messages) == 1


async def test_a_question_that_changes_while_its_answer_is_sent_is_answered_as_it_is_now(bot: Bot) -> None:
    bot.discord.faults.next(MESSAGES, faults.slow(0.3))
    asked = bot.discord.mention(bot.discord.ana, bot.discord.general, UNMOT)
    await until(lambda: bot.discord.faults.happened)
    bot.discord.edit(_question(asked), f"{bot.discord.bot.mention} What does JEOM stand for?")
    await asked.until(lambda: "Joint Electoral Observation Mission" in asked.text)
    assert len(asked.messages) == 1
    assert UNTIL not in asked.text


async def test_the_answer_goes_with_its_question(bot: Bot) -> None:
    asked = await bot.mention(UNMOT)
    await bot.discord.delete(_question(asked))
    assert not asked.messages
    await until(lambda: bot.client.answered.answer_of(_question(asked).id) is None)


async def test_the_answer_goes_with_its_question_after_a_restart(bot: Bot) -> None:
    asked = await bot.mention(UNMOT)
    direct = await bot.discord.dm(bot.discord.ana, UNMOT)
    await bot.restart()
    await bot.discord.delete(_question(asked))
    await bot.discord.delete(_question(direct))
    assert not asked.messages
    assert not direct.messages


async def test_a_question_that_goes_while_it_is_answered_has_no_answer(bot: Bot) -> None:
    slow = Slow(bot.library)
    await bot.restart(slow)
    slow.hold()
    asked = bot.discord.mention(bot.discord.ana, bot.discord.general, UNMOT)
    await asked.acknowledged()
    bot.discord.delete(_question(asked))
    slow.go_on.set()
    await bot.mention("[[1138 13]]")
    assert not asked.messages


async def test_a_question_that_goes_while_its_answer_is_sent_has_no_answer_either(bot: Bot) -> None:
    for _ in range(3):
        asked = bot.discord.mention(bot.discord.ana, bot.discord.general, UNMOT)
        bot.discord.faults.next(MESSAGES, faults.slow(0.2))
        happened = len(bot.discord.faults.happened)
        await until(lambda happened=happened: len(bot.discord.faults.happened) > happened)  # type: ignore[misc]
        bot.discord.delete(_question(asked))
        await bot.ask("[[1138 13]]")
        await until(lambda: not bot.client.messages.sending)
        assert not asked.messages


async def test_the_answer_in_a_thread_goes_with_its_question(bot: Bot) -> None:
    await bot.set(answer_in="thread")
    asked = await bot.mention(UNMOT)
    message = asked.message
    assert message.channel.parent is bot.discord.general
    await bot.discord.delete(_question(asked))
    assert message.deleted


# --- as a server wants it


async def test_answers_to_commands_can_be_private_for_a_whole_server(bot: Bot) -> None:
    await bot.set(answers="private")
    assert (await bot.ask(UNMOT)).message.ephemeral
    assert not (await bot.ask(UNMOT, private=False)).message.ephemeral
    assert not (await bot.mention(UNMOT)).message.ephemeral


async def test_mentions_can_be_answered_in_threads(bot: Bot) -> None:
    await bot.set(answer_in="thread")
    asked = await bot.mention(UNMOT)
    thread = asked.message.channel
    assert thread.kind is Kind.THREAD
    assert thread.parent is bot.discord.general
    assert thread.name == UNMOT
    assert UNTIL in asked.text
    again = await bot.mention("What does JEOM stand for?", channel=thread)
    assert again.message.channel is thread


async def test_where_it_may_open_no_thread_the_answer_is_a_reply(bot: Bot) -> None:
    await bot.set(answer_in="thread")
    bot.discord.deny(bot.discord.general, bot.discord.bot, Permission.SEND_MESSAGES_IN_THREADS)
    asked = await bot.mention(UNMOT)
    assert asked.message.channel is bot.discord.general
    assert not bot.discord.guild.threads


@pytest.mark.parametrize("style", ["cards", "embeds", "text"])
async def test_an_answer_has_the_style_of_the_server(bot: Bot, style: str) -> None:
    await bot.set(style=style)
    for asked in (await bot.mention(UNMOT), await bot.ask(UNMOT), await bot.ask(UNMOT, private=True)):
        message = asked.message
        form = "cards" if message.is_v2 else "embeds" if message.embeds else "text"
        assert form == style
        assert f"> {UNTIL}" in message.text.split("\n")
        assert "Context 1" in message.labels() if style != "cards" else "Context" in message.labels()


async def test_an_answer_has_as_many_passages_as_the_server_wants(bot: Bot) -> None:
    for number in (1, 5):
        await bot.set(passages=number)
        asked = await bot.mention(FORCES)
        assert ("5 passages" in asked.text) == (number == 5)
    with pytest.raises(NotOffered):
        await bot.set(passages=6)


async def test_mentions_are_answered_in_the_chosen_channels_alone_and_commands_there_publicly(bot: Bot) -> None:
    chosen = bot.discord.add_channel(bot.discord.guild, "chosen")
    await bot.set(channels=chosen.mention)
    await bot.discord.mention(bot.discord.ana, bot.discord.general, UNMOT).silence()
    role = bot.discord.guild.role(bot.discord.bot.name)
    await bot.discord.say(bot.discord.ana, bot.discord.general, f"{role.mention} {UNMOT}").silence()
    assert (await bot.ask(UNMOT)).message.ephemeral
    assert UNTIL in (await bot.mention(UNMOT, channel=chosen)).text
    assert not (await bot.ask(UNMOT, channel=chosen)).message.ephemeral
    thread = bot.discord.thread(bot.discord.ana, chosen, "more")
    assert UNTIL in (await bot.mention(UNMOT, channel=thread)).text
    await bot.set(channels="all")
    assert UNTIL in (await bot.mention(UNMOT)).text


async def test_channels_and_forums_that_are_none_are_refused(bot: Bot) -> None:
    for options in (
        {"channels": "elsewhere"},
        {"channels": "#questions"},
        {"channels": bot.discord.forum.mention},
        {"channels": "<#123456789012345>"},
        {"forums": bot.discord.general.mention},
        {"forums": "@everyone"},
    ):
        refused = await bot.set(**options)
        assert "of this server" in refused.text
        assert refused.message.ephemeral
    assert "Nothing was changed" in (await bot.set()).text
    shown = await bot.discord.slash(bot.discord.owner, bot.discord.general, "settings show")
    assert "**Channels where mentions are answered**: all" in shown.text


async def test_channels_and_forums_may_be_given_by_their_names(bot: Bot) -> None:
    chosen = await bot.set(channels="#general", forums="questions")
    assert f"**Channels where mentions are answered**: {bot.discord.general.mention}" in chosen.text
    assert f"**Forums whose new posts are answered**: {bot.discord.forum.mention}" in chosen.text


async def test_settings_are_shown_to_who_set_them_and_hold_after_a_restart(bot: Bot) -> None:
    chosen = await bot.set(
        answers="private",
        answer_in="thread",
        style="embeds",
        passages=2,
        channels=bot.discord.general.mention,
        forums=bot.discord.forum.mention,
        language="es",
        feedback=True,
    )
    assert chosen.message.ephemeral
    await bot.restart()
    shown = await bot.discord.slash(bot.discord.owner, bot.discord.general, "settings show")
    for line in (
        ": privadas",
        ": un hilo propio",
        ": recuadros",
        ": 2",
        bot.discord.general.mention,
        bot.discord.forum.mention,
        ": Español",
        ": sí",
    ):
        assert line in shown.text
    assert shown.message.ephemeral


async def test_settings_of_one_server_are_not_those_of_another(bot: Bot) -> None:
    elsewhere = bot.discord.add_guild("Elsewhere")
    await bot.set(style="text", language="fr")
    assert (await bot.mention(UNMOT, channel=elsewhere.channel("general"))).message.is_v2


async def test_what_is_kept_of_a_server_goes_when_the_bot_leaves(bot: Bot) -> None:
    await bot.set(style="text")
    await bot.mention(UNMOT)
    assert bot.client.settings.guilds() == {bot.discord.guild.id}
    bot.discord.kick_bot(bot.discord.guild)
    await until(lambda: not bot.client.settings.guilds())


async def test_what_is_kept_of_a_server_goes_when_the_bot_was_removed_while_it_was_away(bot: Bot) -> None:
    await bot.set(style="text")
    elsewhere = bot.discord.add_guild("Elsewhere")
    await bot.stop()
    bot.discord.kick_bot(bot.discord.guild)
    await bot.start()
    await until(lambda: not bot.client.settings.guilds())
    assert (await bot.mention(UNMOT, channel=elsewhere.channel("general"))).message.is_v2


async def test_what_is_kept_of_a_server_stays_while_the_server_is_out_of_order(bot: Bot) -> None:
    await bot.set(style="text")
    bot.discord.outage(bot.discord.guild)
    await bot.discord.dm(bot.discord.ana, UNMOT)
    await bot.restart()
    assert bot.client.settings.guilds() == {bot.discord.guild.id}


# --- in their language


async def test_a_private_answer_speaks_the_language_of_the_asker_and_a_public_one_that_of_the_server(bot: Bot) -> None:
    amelie = bot.discord.add_user("amelie", locale="fr")
    private = await bot.ask(UNMOT, amelie, private=True)
    assert "Cité mot pour mot" in private.text
    assert "texte officiel · 14 novembre 1997" in private.text
    assert f"> {UNTIL}" in private.text.split("\n")  # never translated
    public = await bot.ask(UNMOT, amelie)
    assert "Quoted word for word" in public.text
    pressed = await bot.discord.press(amelie, public.message, custom_ids(public.message)[0])
    assert "Autour de S/RES/1138 (1997)" in pressed.text


async def test_a_server_speaks_its_own_language(bot: Bot) -> None:
    madrid = bot.discord.add_guild("Madrid", locale="es-ES")
    general = madrid.channel("general")
    assert "Citado palabra por palabra" in (await bot.mention(UNMOT, channel=general)).text
    assert "Citado palabra por palabra" in (await bot.ask(UNMOT, channel=general)).text
    assert "Quoted word for word" in (await bot.ask(UNMOT, channel=general, private=True)).text


async def test_the_language_that_an_admin_sets_is_that_of_all_answers(bot: Bot) -> None:
    await bot.set(language="fr")
    assert "Cité mot pour mot" in (await bot.mention(UNMOT)).text
    assert "Cité mot pour mot" in (await bot.ask(UNMOT, private=True)).text
    await bot.set(language="auto")
    assert "Quoted word for word" in (await bot.mention(UNMOT)).text


async def test_the_commands_are_described_in_three_languages(bot: Bot) -> None:
    ask = bot.discord.command(bot.discord.ana, bot.discord.general, "ask")
    assert ask["description"] == "Ask the documents a question"
    described = ask["description_localizations"]
    assert described["fr"] == "Poser une question aux documents"
    assert described["es-ES"] == described["es-419"] == "Hacer una pregunta a los documentos"


# --- without a ping


async def test_nobody_is_pinged_whatever_the_question(bot: Bot) -> None:
    bot.discord.give(bot.discord.bot, bot.discord.guild, Permission.ADMINISTRATOR)
    role = bot.discord.add_role(bot.discord.guild, "staff", mentionable=True)
    dora = bot.discord.add_user("@everyone")
    bot.discord.give(bot.discord.ana, bot.discord.guild, Permission.MENTION_EVERYONE)
    question = f"@everyone @here {role.mention} {bot.discord.ben.mention} {dora.mention} when does UNMOT end?"
    asked: list[Message] = []
    for style in ("cards", "embeds", "text"):
        await bot.set(style=style)
        asked.append((await bot.discord.mention(bot.discord.ana, bot.discord.general, question)).message)
        asked.append((await bot.ask(question)).message)
        private = await bot.ask(question, dora, private=True)
        if "Share" in private.message.labels():
            asked.append((await bot.discord.press(dora, private.message, "Share")).message)
    await bot.set(answer_in="thread")
    asked.append((await bot.discord.mention(bot.discord.ana, bot.discord.general, question)).message)
    assert bot.discord.pings() == []
    for message in asked:
        assert not message.mentions
        assert not message.mention_everyone
        assert not message.mention_roles


async def test_a_name_that_would_ping_does_not(bot: Bot) -> None:
    dora = bot.discord.add_user("@everyone **x**")
    shared = await bot.discord.press(dora, (await bot.ask(UNMOT, dora, private=True)).message, "Share")
    line = next(each for each in shared.text.split("\n") if "Shared by" in each)
    assert "@everyone" not in line.replace("\\@", "")
    assert "**" not in line.replace("\\*", "")


async def test_every_body_that_is_sent_says_that_nobody_is_to_be_pinged(bot: Bot) -> None:
    await bot.mention(UNMOT)
    asked = await bot.ask(UNMOT)
    await bot.discord.press(bot.discord.ben, asked.message, "Copy citation")
    bodies = sent_to(bot.discord, CALLBACK) + sent_to(bot.discord, "POST /channels/{channel_id}/messages")
    assert len(bodies) == 3
    for body in bodies:
        assert body.get("data", body)["allowed_mentions"]["parse"] == []


def _question(asked: Outcome) -> Message:
    assert asked.question is not None
    return asked.question
