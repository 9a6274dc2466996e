"""What goes wrong on the way to Discord and back: every question is answered once, or its asker told why not."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import aiohttp
import pytest
from bot_on_loopback import (
    CALLBACK,
    FORCES,
    MESSAGES,
    ORIGINAL,
    UNANSWERED,
    UNMOT,
    UNTIL,
    Bot,
    Slow,
    custom_ids,
    until,
)

from retrieval.library import Library
from tests.loopback import Outcome, Permission, faults
from tests.loopback.faults import Fault

SECRET = "Zebulon"
"""A word of a question that is to be found nowhere else."""


class Broken:
    """A library in which looking for an answer fails."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def answer(self, question: str, *arguments: Any) -> Any:
        raise ZeroDivisionError(f"in {question}")

    find = answer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._library, name)


def answers(bot: Bot) -> list[str]:
    """Return what the bot has said in #general for all."""
    messages = bot.discord.general.messages.values()
    return [each.text for each in messages if each.author is bot.discord.bot and not each.ephemeral]


# --- calls that go wrong


@pytest.mark.parametrize(
    "fault", [faults.rate_limit(), faults.ban(), faults.error(503), faults.lost(), faults.cut(), faults.slow(0.2)]
)
async def test_a_mention_is_answered_exactly_once_whatever_becomes_of_the_call(bot: Bot, fault: Fault) -> None:
    bot.discord.faults.next(MESSAGES, fault)
    asked = await bot.mention(UNMOT)
    await bot.discord.dm(bot.discord.ben, "[[1138 13]]")
    await until(lambda: not bot.client.messages.sending)
    assert UNTIL in asked.text
    assert len(answers(bot)) == 1
    assert bot.client.answered.answer_of(asked.question.id if asked.question else 0) is not None


@pytest.mark.parametrize(
    "fault", [faults.rate_limit(), faults.ban(), faults.error(500), faults.lost(), faults.cut(), faults.slow(0.2)]
)
async def test_a_command_is_answered_exactly_once_whatever_becomes_of_the_call(bot: Bot, fault: Fault) -> None:
    bot.discord.faults.next(CALLBACK, fault)
    asked = await bot.ask(UNMOT)
    await until(lambda: any("handled" in line for line in bot.log))
    assert UNTIL in asked.text
    assert len(answers(bot)) == 1


@pytest.mark.usefixtures("late_soon")
@pytest.mark.parametrize("fault", [faults.rate_limit(), faults.lost(), faults.cut()])
async def test_a_late_answer_takes_its_place_whatever_becomes_of_the_call(bot: Bot, fault: Fault) -> None:
    slow = Slow(bot.library)
    await bot.restart(slow)
    slow.hold()
    bot.discord.faults.next(f"PATCH {ORIGINAL}", fault)
    asked = bot.discord.slash(bot.discord.ana, bot.discord.general, "ask", question=UNMOT)
    await asked.acknowledged()
    slow.go_on.set()
    await asked.until(lambda: UNTIL in asked.text)
    await until(lambda: any("handled" in line for line in bot.log))
    assert len(answers(bot)) == 1


async def test_a_page_is_turned_and_an_answer_removed_when_the_receipt_is_lost(bot: Bot) -> None:
    await bot.set(passages=5)
    message = (await bot.mention(FORCES)).message
    bot.discord.faults.next(CALLBACK, faults.lost())
    await bot.discord.press(bot.discord.ana, message, "Next")
    assert "2 of 2" in message.labels()
    bot.discord.faults.next(CALLBACK, faults.lost())
    bot.discord.faults.next(f"DELETE {ORIGINAL}", faults.lost())
    bot.discord.press(bot.discord.ana, message, "Remove")
    await until(lambda: message.deleted)
    await bot.discord.dm(bot.discord.ana, "[[1138 13]]")
    assert answers(bot) == []


async def test_an_answer_in_a_thread_is_there_when_the_receipt_of_the_thread_is_lost(bot: Bot) -> None:
    await bot.set(answer_in="thread")
    bot.discord.faults.next("POST /channels/{channel_id}/messages/{message_id}/threads", faults.lost())
    asked = await bot.mention(UNMOT)
    assert UNTIL in asked.text
    assert asked.message.channel.parent is bot.discord.general
    assert answers(bot) == []


async def test_when_discord_stays_out_of_order_that_is_logged_and_the_next_question_is_answered(bot: Bot) -> None:
    bot.may_fail = True
    bot.discord.faults.next(MESSAGES, *[faults.cut()] * 8)
    asked = bot.discord.mention(bot.discord.ana, bot.discord.general, UNMOT)
    await until(lambda: len(bot.discord.faults.happened) == 8, within=15)
    assert not asked.messages
    assert UNTIL in (await bot.mention(UNMOT)).text
    assert any("ERROR" in line and "a request failed" in line for line in bot.log)


# --- too late, or somebody else


async def test_an_interaction_that_is_over_is_logged_and_nothing_else(bot: Bot) -> None:
    bot.discord.faults.next(CALLBACK, faults.slow(0.1))
    asked = bot.discord.slash(bot.discord.ana, bot.discord.general, "ask", question=UNMOT)
    bot.discord.clock.advance(4)
    await until(lambda: any("an answer did not reach Discord: 10062" in line for line in bot.log))
    assert asked.failed
    assert answers(bot) == []


async def test_an_interaction_that_another_process_answered_is_left_to_it(bot: Bot) -> None:
    slow = Slow(bot.library)
    await bot.restart(slow)
    slow.hold()
    asked = bot.discord.slash(bot.discord.ana, bot.discord.general, "ask", question=UNMOT)
    await until(lambda: slow.waiting)
    assert asked.interaction is not None
    url = f"{bot.discord.api_base}/interactions/{asked.interaction.id}/{asked.interaction.token}/callback"
    async with aiohttp.ClientSession() as session:
        body = {"type": 4, "data": {"content": "I was first.", "allowed_mentions": {"parse": []}}}
        async with session.post(url, json=body) as answer:
            assert answer.status == 204
    slow.go_on.set()
    await until(lambda: any("an answer did not reach Discord: 40060" in line for line in bot.log))
    assert answers(bot) == ["I was first."]


# --- the gateway


@pytest.mark.parametrize("how", ["drop", "reconnect", "close", "invalidate"])
async def test_a_question_is_answered_though_the_gateway_goes_meanwhile(bot: Bot, how: str) -> None:
    bot.may_fail = True  # discord.py says so
    slow = Slow(bot.library)
    await bot.restart(slow)
    slow.hold()
    mentioned = bot.discord.mention(bot.discord.ana, bot.discord.general, UNMOT)
    asked = bot.discord.slash(bot.discord.ana, bot.discord.general, "ask", question=UNMOT)
    await until(lambda: slow.waiting == 2)
    gateway = bot.discord.gateway
    if how == "drop":
        gateway.drop()
    elif how == "reconnect":
        gateway.reconnect()
    elif how == "close":
        await gateway.close(4000)
    else:
        gateway.invalidate(resumable=True)
    meanwhile = bot.discord.mention(bot.discord.ben, bot.discord.general, "[[1138 13]]")
    slow.go_on.set()
    for each in (mentioned, asked, meanwhile):
        await each.answer(10)
    assert gateway.resumes == 1
    assert len(answers(bot)) == 3


async def test_after_a_session_that_is_lost_it_begins_a_new_one(bot: Bot) -> None:
    bot.may_fail = True
    asked = await bot.mention(UNMOT)
    bot.discord.gateway.invalidate(resumable=False)
    await until(lambda: bot.discord.gateway.identifies == 2, within=10)  # discord.py waits five seconds
    await bot.discord.ready()
    assert UNTIL in (await bot.mention(UNMOT)).text
    await bot.discord.delete(asked.question)  # type: ignore[arg-type]
    assert len(answers(bot)) == 1
    assert bot.discord.counts["PUT /applications/{application_id}/commands", 200] == 1


# --- faults of the program


def reference_in(asked: Outcome) -> str:
    found = re.search(r"Something went wrong on my side. Reference ([A-Z0-9]{6})\.", asked.text)
    assert found, asked.text
    return found[1]


async def test_a_fault_is_told_under_a_reference_that_is_in_the_log_with_its_place_and_without_words(bot: Bot) -> None:
    bot.may_fail = True
    await bot.restart(Broken(bot.library))
    question = f"When did {SECRET} arrive?"
    said = bot.discord.say(bot.discord.ben, bot.discord.general, question)
    assert said.question is not None
    private = [
        await bot.ask(question),
        await bot.discord.slash(bot.discord.ana, bot.discord.general, "lookup", document=SECRET, paragraph="5"),
    ]
    asked = [await bot.mention(question), await bot.discord.dm(bot.discord.ana, f"[[{SECRET}]]"), *private]
    assert len({reference_in(each) for each in asked}) == 4
    for each in asked:
        lines = [line for line in bot.log if reference_in(each) in line]
        assert any("ERROR" in line and "a request failed" in line for line in lines)
        assert any("ZeroDivisionError" in line and "desk.py" in line for line in lines)
    assert all(each.message.ephemeral for each in private)
    assert SECRET not in "\n".join(bot.log)


@pytest.mark.usefixtures("late_soon")
async def test_a_fault_in_a_late_answer_is_told_to_the_asker_alone(bot: Bot) -> None:
    bot.may_fail = True
    slow = Slow(Broken(bot.library))
    await bot.restart(slow)
    slow.hold()
    asked = bot.discord.slash(bot.discord.ana, bot.discord.general, "ask", question=UNMOT)
    await asked.acknowledged()
    waiting = asked.message
    slow.go_on.set()
    await asked.until(lambda: "Something went wrong" in asked.text)
    assert waiting.deleted
    assert asked.message.ephemeral


@pytest.mark.usefixtures("late_soon")
async def test_a_fault_behind_a_late_button_leaves_the_message_as_it_is(bot: Bot) -> None:
    bot.may_fail = True
    await bot.set(passages=5)
    message = (await bot.mention(FORCES)).message
    first = message.text

    class BrokenPassages(Broken):
        passages_with = Broken.answer

    slow = Slow(BrokenPassages(bot.library))
    await bot.restart(slow)
    slow.hold()
    for user, what in ((bot.discord.ana, "Next"), (bot.discord.ben, custom_ids(message)[0])):
        slow.hold()
        pressed = bot.discord.press(user, message, what)
        await pressed.acknowledged()
        slow.go_on.set()
        await pressed.until(lambda pressed=pressed: "Something went wrong" in pressed.text)  # type: ignore[misc]
        assert pressed.message.ephemeral
        assert not message.deleted
        assert message.text == first


async def test_a_fault_in_a_forum_post_is_logged_and_not_said(bot: Bot) -> None:
    bot.may_fail = True
    await bot.set(forums=bot.discord.forum.mention)
    await bot.restart(Broken(bot.library))
    asked = bot.discord.forum_post(bot.discord.ana, bot.discord.forum, f"When did {SECRET} arrive?")
    await until(lambda: any("a forum post was not answered" in line for line in bot.log))
    assert not asked.messages
    assert SECRET not in "\n".join(bot.log)


# --- many, with faults


async def test_of_many_questions_with_faults_none_is_lost_and_none_answered_twice(bot: Bot) -> None:
    bot.may_fail = True
    bot.discord.faults.rate = 0.2
    bot.discord.faults.kinds = [faults.rate_limit(), faults.lost(), faults.cut(), faults.slow(0.05), faults.ban()]
    bot.discord.faults.gateway_rate = 0.01
    people = [bot.discord.add_user(f"person{number}") for number in range(10)]
    asked: list[Outcome] = []
    for user in people:
        asked.append(bot.discord.mention(user, bot.discord.general, UNMOT))
        asked.append(bot.discord.slash(user, bot.discord.general, "ask", question=UNMOT))
        asked.append(bot.discord.dm(user, UNANSWERED))
        await asyncio.sleep(0)
    for each in asked:
        await each.answer(20)
    bot.discord.faults.rate = 0
    bot.discord.faults.gateway_rate = 0
    await until(lambda: not bot.client.messages.sending)
    assert all(len(each.messages) == 1 for each in asked)
    assert bot.discord.faults.happened


# --- where it may not


async def test_where_it_may_not_write_the_asker_is_told_directly_once(bot: Bot) -> None:
    bot.discord.deny(bot.discord.general, bot.discord.bot, Permission.SEND_MESSAGES)
    for _ in range(2):
        bot.discord.mention(bot.discord.ana, bot.discord.general, UNMOT)
    direct = bot.discord.dm_channel(bot.discord.ana)
    await until(lambda: direct.messages)
    await bot.discord.dm(bot.discord.ben, UNMOT)
    await until(lambda: not bot.client.messages.sending)
    (told,) = direct.messages.values()
    assert told.content.startswith(f"I may not answer in {bot.discord.general.mention}; I need ")
    assert answers(bot) == []
    asked = await bot.ask(UNMOT)  # a command needs no right to write
    assert UNTIL in asked.text
