"""Buttons and menus: who sees what after a press, before a restart of the bot and after it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from bot_on_loopback import FORCES, UNANSWERED, UNMOT, UNTIL, Bot, Slow, custom_ids, until, values
from corpus_of_many import many_documents

from retrieval.embedding import Embedder
from retrieval.indexing import refresh
from retrieval.library import Library
from tests.loopback import Message, NotOffered, Outcome, Permission


def reading(message: Message) -> str:
    """Return the button that opens a paragraph."""
    return next(each for each in custom_ids(message) if each.startswith("r1:l:"))


def with_button(bot: Bot, custom_id: str) -> Message:
    """Return a message of the bot with one button, as it may stand in a channel since some time."""
    button = {"type": 2, "style": 2, "label": "Old", "custom_id": custom_id}
    body = {"content": "### A question", "components": [{"type": 1, "components": [button]}]}
    return bot.discord.posts.create(bot.discord.general, bot.discord.bot, body)


async def five(bot: Bot) -> Message:
    """Ask a question with an answer of five passages, which are on several pages."""
    await bot.set(passages=5)
    asked = await bot.mention(FORCES)
    assert "1 of 2" in asked.message.labels()
    return asked.message


# --- pages


async def test_who_asked_turns_the_page_for_all(bot: Bot) -> None:
    message = await five(bot)
    first = message.text
    turned = await bot.discord.press(bot.discord.ana, message, "Next")
    assert turned.message is message
    assert message.text != first
    assert "**4" in message.text
    assert "2 of 2" in message.labels()
    assert "Next" not in message.labels()
    await bot.discord.press(bot.discord.ana, message, "Previous")
    assert message.text == first
    assert "Previous" not in message.labels()


async def test_somebody_else_gets_a_page_of_their_own(bot: Bot) -> None:
    message = await five(bot)
    first = message.text
    turned = await bot.discord.press(bot.discord.ben, message, "Next")
    assert message.text == first
    assert "**4" in turned.text
    assert turned.message.ephemeral
    assert not bot.sees(bot.discord.ana, turned.message)
    own = turned.message
    back = await bot.discord.press(bot.discord.ben, own, "Previous")
    assert back.message is own  # theirs is turned in its place


async def test_a_page_is_turned_in_every_style(bot: Bot) -> None:
    for style in ("embeds", "text"):
        await bot.set(style=style, passages=5)
        message = (await bot.mention(FORCES)).message
        first = message.text
        await bot.discord.press(bot.discord.ana, message, "Next")
        assert message.text != first
        await bot.discord.press(bot.discord.ana, message, "Previous")
        assert message.text == first


async def test_a_message_keeps_its_style_when_the_server_chooses_another(bot: Bot) -> None:
    message = await five(bot)
    await bot.set(style="text")
    await bot.discord.press(bot.discord.ana, message, "Next")
    assert message.is_v2


async def test_a_page_that_takes_long_is_turned_all_the_same(bot: Bot) -> None:
    slow = Slow(bot.library)
    await bot.restart(slow)
    message = await five(bot)
    slow.hold()
    turned = bot.discord.press(bot.discord.ana, message, "Next")
    await turned.acknowledged()
    assert 1.0 < (turned.acknowledged_after or 0) < 2.0
    slow.go_on.set()
    await turned.until(lambda: "**4" in message.text)
    assert not message.deleted


# --- reading on


async def test_context_shows_what_stands_around_to_who_pressed(bot: Bot) -> None:
    asked = await bot.mention(UNMOT)
    shown = await bot.discord.press(bot.discord.ben, asked.message, custom_ids(asked.message)[0])
    assert "Around S/RES/1138 (1997), para. 5" in shown.text
    assert "▸ quoted" in shown.text
    assert "4\\. " in shown.text
    assert "6\\. " in shown.text
    assert shown.message.ephemeral
    assert not bot.sees(bot.discord.ana, shown.message)


async def test_the_whole_paragraph_is_a_button_away(bot: Bot) -> None:
    asked = await bot.mention(UNMOT)
    around = await bot.discord.press(bot.discord.ana, asked.message, custom_ids(asked.message)[0])
    whole = await bot.discord.press(bot.discord.ana, around.message, reading(around.message))
    assert UNTIL in whole.text
    whole = await bot.discord.press(bot.discord.ana, asked.message, "Whole paragraph")
    assert "(d) Investigate reports of ceasefire violations" in whole.text
    assert whole.message.ephemeral


async def test_one_reads_on_from_paragraph_to_paragraph(bot: Bot) -> None:
    shown = await bot.discord.slash(bot.discord.ana, bot.discord.general, "lookup", document="1138", paragraph="5")
    await bot.discord.press(bot.discord.ana, shown.message, "para. 6 ▸")
    assert "6\\. Decides that the mandate" in shown.text
    await bot.discord.press(bot.discord.ana, shown.message, "◂ para. 5")
    assert UNTIL in shown.text
    own = await bot.discord.press(bot.discord.ben, shown.message, "para. 6 ▸")
    assert own.message.ephemeral
    assert UNTIL in shown.text


async def test_citations_come_in_three_forms_to_who_pressed(bot: Bot) -> None:
    asked = await bot.mention("What does JEOM stand for?")
    for message in (asked.message, (await bot.mention("[[1138 5]]")).message):
        shown = await bot.discord.press(bot.discord.ben, message, "Copy citation")
        for form in ("Plain", "Markdown", "BibTeX"):
            assert form in shown.text
        assert shown.message.ephemeral
    assert "S/RES/1138 (1997)" in shown.text
    assert "@misc" in shown.text or "@techreport" in shown.text


# --- sharing and removing


async def test_a_private_answer_is_shared_by_who_asked(bot: Bot) -> None:
    asked = await bot.ask(UNMOT, private=True)
    shared = await bot.discord.press(bot.discord.ana, asked.message, "Share")
    assert UNTIL in shared.text
    assert "Shared by" in shared.text
    assert "ana" in shared.text.lower()
    assert bot.sees(bot.discord.ben, shared.message)
    assert "Share" not in shared.message.labels()
    with pytest.raises(NotOffered):
        bot.discord.press(bot.discord.ben, asked.message, "Share")


async def test_only_who_asked_can_share(bot: Bot) -> None:
    asked = await bot.ask(UNMOT, private=True)
    share = next(each for each in custom_ids(asked.message) if each.startswith("r1:s:"))
    refused = await bot.discord.press(bot.discord.ben, with_button(bot, share), "Old")
    assert "Only the person who asked can share this." in refused.text
    assert refused.message.ephemeral


async def test_what_was_shared_is_removed_by_who_shared_it(bot: Bot) -> None:
    asked = await bot.ask(UNMOT, private=True)
    shared = await bot.discord.press(bot.discord.ana, asked.message, "Share")
    refused = await bot.discord.press(bot.discord.ben, shared.message, "Remove")
    assert "Only the person who asked, or a moderator" in refused.text
    message = shared.messages[0]
    bot.discord.press(bot.discord.ana, message, "Remove")
    await until(lambda: message.deleted)


async def test_an_answer_is_removed_by_who_asked(bot: Bot) -> None:
    asked = await bot.mention(UNMOT)
    message = asked.message
    bot.discord.press(bot.discord.ana, message, "Remove")
    await until(lambda: message.deleted)
    assert not asked.messages


async def test_an_answer_is_removed_by_a_moderator(bot: Bot) -> None:
    message = (await bot.mention(UNMOT)).message
    bot.discord.give(bot.discord.ben, bot.discord.guild, Permission.MANAGE_MESSAGES)
    bot.discord.press(bot.discord.ben, message, "Remove")
    await until(lambda: message.deleted)


async def test_an_answer_is_not_removed_by_anybody_else(bot: Bot) -> None:
    message = (await bot.mention(UNMOT)).message
    refused = await bot.discord.press(bot.discord.ben, message, "Remove")
    assert "Only the person who asked, or a moderator, can remove this." in refused.text
    assert refused.message.ephemeral
    assert not message.deleted


async def test_what_is_private_is_removed_as_well(bot: Bot) -> None:
    message = (await bot.ask(UNMOT, private=True)).message
    bot.discord.press(bot.discord.ana, message, "Remove")
    await until(lambda: message.deleted)


async def test_a_direct_answer_is_removed_by_who_asked(bot: Bot) -> None:
    message = (await bot.discord.dm(bot.discord.ana, UNMOT)).message
    bot.discord.press(bot.discord.ana, message, "Remove")
    await until(lambda: message.deleted)


# --- helpful or not


async def test_feedback_is_not_asked_for_unless_an_admin_wants_it(bot: Bot) -> None:
    assert "Helpful" not in (await bot.mention(UNMOT)).message.labels()
    await bot.set(feedback=True)
    assert {"Helpful", "Not helpful"} <= set((await bot.mention(UNMOT)).message.labels())
    assert "Helpful" not in (await bot.discord.dm(bot.discord.ana, UNMOT)).message.labels()


async def test_feedback_is_counted_once_for_each_person(bot: Bot) -> None:
    await bot.set(feedback=True)
    message = (await bot.mention(UNMOT)).message
    assert "Counted. Thank you." in (await bot.discord.press(bot.discord.ana, message, "Helpful")).text
    assert "You said so already." in (await bot.discord.press(bot.discord.ana, message, "Helpful")).text
    assert "You said so already." in (await bot.discord.press(bot.discord.ana, message, "Not helpful")).text
    counted = await bot.discord.press(bot.discord.ben, message, "Not helpful")
    assert counted.message.ephemeral
    counts = bot.client.settings.counts(bot.discord.guild.id)
    assert (counts.helpful, counts.not_helpful) == (1, 1)
    shown = await bot.discord.slash(bot.discord.owner, bot.discord.general, "settings show")
    assert "elpful: 1; not helpful: 1" in shown.text or "1 helpful, 1 not helpful" in shown.text


async def test_feedback_that_was_turned_off_is_not_counted(bot: Bot) -> None:
    await bot.set(feedback=True)
    message = (await bot.mention(UNMOT)).message
    await bot.set(feedback=False)
    pressed = await bot.discord.press(bot.discord.ana, message, "Helpful")
    assert "ask again" in pressed.text
    assert bot.client.settings.counts(bot.discord.guild.id).helpful == 0


# --- after a restart


async def test_every_button_works_after_a_restart(bot: Bot) -> None:
    await bot.set(feedback=True)
    message = await five(bot)
    private = (await bot.ask(UNMOT, private=True)).message
    missing = (await bot.mention(UNANSWERED)).message
    found = await bot.discord.slash(bot.discord.ana, bot.discord.general, "search", words="ceasefire violations")
    paragraph = await bot.discord.slash(bot.discord.ana, bot.discord.general, "lookup", document="1138", paragraph="5")
    await bot.restart()
    discord, ana = bot.discord, bot.discord.ana
    first = message.text
    await discord.press(ana, message, "Next")
    assert "**4" in message.text
    await discord.press(ana, message, "Previous")
    assert message.text == first
    assert "▸ quoted" in (await discord.press(ana, message, custom_ids(message)[0])).text
    assert "BibTeX" in (await discord.press(ana, message, "Copy citation")).text
    assert "Counted" in (await discord.press(ana, message, "Helpful")).text
    assert UNTIL in (await discord.press(ana, private, "Share")).text
    assert "not an answer" in (await discord.press(ana, missing, "Show nearest passages")).text
    assert "S/RES/1138 (1997)" in (await discord.press(ana, missing, "List documents")).text
    assert "ceasefire" in (await discord.select(ana, found.message, values(found.message)[0])).text
    await discord.press(ana, paragraph.message, "para. 6 ▸")
    assert "6\\. Decides" in paragraph.text
    discord.press(ana, message, "Remove")
    await until(lambda: message.deleted)


# --- what cannot be done any more


async def test_a_button_of_another_version_says_so(bot: Bot) -> None:
    for old in ("r0:p:1:abc:whatever", "r2:new", "r17:"):
        pressed = await bot.discord.press(bot.discord.ana, with_button(bot, old), "Old")
        assert "This button is from an older version; please ask again." in pressed.text
        assert pressed.message.ephemeral


async def test_a_button_that_nobody_could_have_made_says_so(bot: Bot) -> None:
    for broken in ("r1:p:1:abc:tooshort", "r1:z:0:abc:", "r1:p:0:abc:", "r1:q:0:abc:", "r1:c:0:abc:", "r1:e:0:abc:_w"):
        pressed = await bot.discord.press(bot.discord.ana, with_button(bot, broken), "Old")
        assert pressed.message.ephemeral, broken
        assert "ask again" in pressed.text, broken


async def test_a_value_that_is_not_in_the_menu_says_so(bot: Bot) -> None:
    found = await bot.discord.slash(bot.discord.ana, bot.discord.general, "search", words="ceasefire violations")
    menu = custom_ids(found.message)[-1]
    for value in ("nonsense", "", "ÄÄÄÄÄÄÄÄÄÄÄÄ", "a" * 100):
        data = {"custom_id": menu, "component_type": 3, "id": 1, "values": [value]}
        pressed = await bot.discord._component(bot.discord.ana, found.message, data)
        assert "ask again" in pressed.text


@pytest.fixture(scope="module")
def without_resolution(tmp_path_factory: pytest.TempPathFactory, real_embedder: Embedder) -> Iterator[Library]:
    """An index of other documents than those that are quoted."""
    folder = tmp_path_factory.mktemp("others")
    many_documents(folder / "documents", 23)
    refresh(folder / "documents", folder / "index", real_embedder, lambda phase, done, total: None)
    with Library.open(folder / "index", real_embedder) as library:
        yield library


async def test_a_passage_that_is_gone_says_so_to_who_pressed(bot: Bot, without_resolution: Library) -> None:
    await bot.set(passages=5)
    message = (await bot.mention(FORCES)).message
    private = (await bot.ask(UNMOT, private=True)).message
    first = message.text
    await bot.restart(without_resolution)
    for user, pressed, what in (
        (bot.discord.ana, message, "Next"),
        (bot.discord.ben, message, "Next"),
        (bot.discord.ben, message, custom_ids(message)[0]),
        (bot.discord.ben, message, "Copy citation"),
        (bot.discord.ana, private, "Share"),
    ):
        told = await bot.discord.press(user, pressed, what)
        assert "That passage is no longer in the documents; please ask again." in told.text
        assert told.message.ephemeral
    assert message.text == first


async def test_the_documents_are_paged_by_who_listed_them(bot: Bot, without_resolution: Library) -> None:
    await bot.restart(without_resolution)
    listed = await bot.discord.slash(bot.discord.ana, bot.discord.general, "sources")
    assert "(23)" in listed.text
    assert "1 of 3" in listed.message.labels()
    seen = {line for line in listed.text.split("\n") if line.startswith("**")}
    for page in ("2 of 3", "3 of 3"):
        turned = await bot.discord.press(bot.discord.ana, listed.message, "Next")
        assert turned.message is listed.message
        assert page in listed.message.labels()
        seen |= {line for line in listed.text.split("\n") if line.startswith("**")}
    assert len(seen) == 23
    filtered = await bot.discord.slash(bot.discord.ana, bot.discord.general, "sources", filter="Report 1")
    assert "(12)" in filtered.text
    await bot.discord.press(bot.discord.ana, filtered.message, "Next")
    assert "2 of 2" in filtered.message.labels()


# --- two at once


async def test_two_presses_at_once_are_both_answered(bot: Bot) -> None:
    message = await five(bot)
    both = [bot.discord.press(bot.discord.ana, message, "Next"), bot.discord.press(bot.discord.ana, message, "Next")]
    for each in both:
        await each
    assert "2 of 2" in message.labels()


async def test_two_people_who_press_at_once_get_what_is_theirs(bot: Bot) -> None:
    message = await five(bot)
    mine, theirs = (bot.discord.press(each, message, "Next") for each in (bot.discord.ana, bot.discord.ben))
    await mine
    await theirs
    assert mine.message is message
    assert theirs.message.ephemeral


async def test_remove_pressed_twice_at_once_removes_and_says_nothing_else(bot: Bot) -> None:
    message = (await bot.mention(UNMOT)).message
    both = [bot.discord.press(bot.discord.ana, message, "Remove") for _ in range(2)]
    for each in both:
        await each.acknowledged()
    await until(lambda: message.deleted)
    assert not any(each.failed for each in both)


# --- what is kept


async def test_no_question_is_in_any_button_in_the_state_or_in_the_log(bot: Bot) -> None:
    question = "What does JEOM stand for, says Zebulon Quartermain?"
    await bot.set(feedback=True)
    outcomes: list[Outcome] = [
        await bot.mention(question),
        await bot.ask(question),
        await bot.ask(question, private=True),
        await bot.discord.dm(bot.discord.ana, question),
        await bot.discord.slash(bot.discord.ana, bot.discord.general, "search", words=question),
    ]
    for each in outcomes[:3]:
        pressed = await bot.discord.press(
            bot.discord.ben if not each.message.ephemeral else bot.discord.ana, each.message, "Copy citation"
        )
        outcomes.append(pressed)
    await bot.stop()
    carried = "\n".join(each for outcome in outcomes for message in outcome.messages for each in custom_ids(message))
    assert carried
    for place in (carried, bot.kept().decode("latin-1"), "\n".join(bot.log)):
        for word in ("Zebulon", "Quartermain", "JEOM"):
            assert word not in place
    await bot.start()
