"""Every command, and the menu of a message: what it shows, to whom, and where it is offered."""

from __future__ import annotations

import pytest
from bot_on_loopback import UNANSWERED, UNMOT, UNTIL, Bot, Slow, until, values

from tests.loopback import NotOffered, Permission

# --- /ask


async def test_ask_answers_for_all(bot: Bot) -> None:
    asked = await bot.ask(UNMOT)
    assert UNTIL in asked.text
    assert not asked.message.ephemeral
    assert bot.sees(bot.discord.ben, asked.message)


async def test_ask_answers_privately_when_that_is_wanted(bot: Bot) -> None:
    asked = await bot.ask(UNMOT, private=True)
    assert UNTIL in asked.text
    assert bot.sees(bot.discord.ana, asked.message)
    assert not bot.sees(bot.discord.ben, asked.message)


async def test_ask_of_one_document_quotes_no_other(bot: Bot) -> None:
    offered = await bot.discord.autocomplete(bot.discord.ana, bot.discord.general, "ask", "document", "backgr")
    assert offered.choices is not None
    (chosen,) = offered.choices
    asked = await bot.ask(UNMOT, document=chosen["value"])
    assert "UNMOT backgrounder" in asked.text
    assert "S/RES/1138 (1997), para. 5" not in asked.text


async def test_ask_of_a_document_that_was_typed_finds_it(bot: Bot) -> None:
    asked = await bot.ask(UNMOT, document="1138")
    assert UNTIL in asked.text
    assert "backgrounder" not in asked.text


async def test_ask_of_a_document_that_is_none_says_so_to_the_asker_alone(bot: Bot) -> None:
    asked = await bot.ask(UNMOT, document="A/RES/60/1")
    assert "I have no document “A/RES/60/1”" in asked.text
    assert asked.message.ephemeral


async def test_what_is_not_found_is_said_plainly_and_to_the_asker_alone(bot: Bot) -> None:
    asked = await bot.ask(UNANSWERED)
    assert "The documents do not answer this" in asked.text
    assert asked.message.ephemeral
    assert "para." not in asked.text
    assert "undocs.org" not in str(asked.message.components)


async def test_what_is_not_found_after_a_mention_is_said_in_a_short_reply(bot: Bot) -> None:
    asked = await bot.mention(UNANSWERED)
    assert "The documents do not answer this" in asked.text
    assert not asked.message.ephemeral
    assert len(asked.text) < 500
    assert "1138 (1997)" not in asked.text


async def test_what_came_nearest_is_behind_a_button_and_marked(bot: Bot) -> None:
    asked = await bot.mention(UNANSWERED)
    shown = await bot.discord.press(bot.discord.ben, asked.message, "Show nearest passages")
    assert "Nearest passages, not an answer" in shown.text
    assert shown.message.ephemeral
    assert not bot.sees(bot.discord.ana, shown.message)
    assert shown.message is not asked.message


# --- /lookup


async def test_lookup_shows_a_paragraph_with_what_hangs_under_it(bot: Bot) -> None:
    asked = await bot.discord.slash(bot.discord.ana, bot.discord.general, "lookup", document="1138", paragraph="6")
    assert "> 6\\. Decides that the mandate of UNMOT shall be as follows:" in asked.text
    assert "> (d) Investigate reports of ceasefire violations" in asked.text
    assert bot.sees(bot.discord.ben, asked.message)


async def test_lookup_offers_documents_by_symbol_and_title(bot: Bot) -> None:
    for typed, name in (("s/res/11", "S/RES/1138 (1997)"), ("backg", "UNMOT backgrounder"), ("968", "Resolution 968")):
        offered = await bot.discord.autocomplete(bot.discord.ana, bot.discord.general, "lookup", "document", typed)
        assert offered.choices is not None
        assert name in offered.choices[0]["name"]


async def test_lookup_offers_paragraphs_by_number_and_first_words(bot: Bot) -> None:
    for typed, expected in (
        ("6(d)", "(d) Investigate"),
        ("seized", "13. Decides to remain"),
        ("OP 5", "5. Decides to"),
    ):
        offered = await bot.discord.autocomplete(
            bot.discord.ana, bot.discord.general, "lookup", "paragraph", typed, document="S_RES_1138_1997.txt"
        )
        assert offered.choices is not None
        assert expected in offered.choices[0]["name"]


async def test_lookup_offers_paragraphs_of_a_document_that_was_only_typed(bot: Bot) -> None:
    offered = await bot.discord.autocomplete(
        bot.discord.ana, bot.discord.general, "lookup", "paragraph", "5", document="1138"
    )
    assert offered.choices


async def test_what_was_chosen_is_shown(bot: Bot) -> None:
    document = await bot.discord.autocomplete(bot.discord.ana, bot.discord.general, "lookup", "document", "1138")
    assert document.choices
    chosen = document.choices[0]["value"]
    paragraph = await bot.discord.autocomplete(
        bot.discord.ana, bot.discord.general, "lookup", "paragraph", "5", document=chosen
    )
    assert paragraph.choices
    number = next(each["value"] for each in paragraph.choices if "until 15 May" in each["name"])
    shown = await bot.discord.slash(
        bot.discord.ana, bot.discord.general, "lookup", document=chosen, paragraph=number, private=True
    )
    assert UNTIL in shown.text
    assert shown.message.ephemeral


@pytest.mark.parametrize("document", ["S/RES/1138 (1997)", "SCR 1138", "1138", "s/res/1138(1997)"])
async def test_a_document_may_be_typed_in_any_of_the_usual_ways(bot: Bot, document: str) -> None:
    for paragraph in ("5", "OP 5", "para. 5"):
        asked = await bot.discord.slash(
            bot.discord.ana, bot.discord.general, "lookup", document=document, paragraph=paragraph
        )
        assert UNTIL in asked.text, paragraph


async def test_a_document_alone_is_shown_from_its_beginning(bot: Bot) -> None:
    asked = await bot.discord.slash(bot.discord.ana, bot.discord.general, "lookup", document="1138")
    assert "Adopted by the Security Council at its 3833rd meeting" in asked.text
    assert "passage 1 of 30" in asked.text


async def test_a_paragraph_that_is_none_is_told_to_the_asker_with_what_there_is(bot: Bot) -> None:
    asked = await bot.discord.slash(bot.discord.ana, bot.discord.general, "lookup", document="1138", paragraph="99")
    assert "1138 (1997)" in asked.text
    assert "13" in asked.text
    assert "99" in asked.text
    assert asked.message.ephemeral


async def test_a_document_that_is_none_is_told_to_the_asker_with_those_there_are(bot: Bot) -> None:
    asked = await bot.discord.slash(bot.discord.ana, bot.discord.general, "lookup", document="S/RES/1139")
    assert "1139" in asked.text
    assert "S/RES/1138 (1997)" in asked.text
    assert asked.message.ephemeral


async def test_suggestions_come_from_memory_while_every_question_waits(bot: Bot) -> None:
    slow = Slow(bot.library)
    await bot.restart(slow, threads=1)
    slow.hold()
    waiting = bot.discord.mention(bot.discord.ben, bot.discord.general, UNMOT)
    await until(lambda: slow.waiting)
    offered = await bot.discord.autocomplete(bot.discord.ana, bot.discord.general, "lookup", "document", "1138")
    assert [each["value"] for each in offered.choices or []] == ["S_RES_1138_1997.txt"]
    slow.go_on.set()
    assert UNTIL in (await waiting).text


# --- /search, /sources, the menu


async def test_search_lists_passages_to_the_asker_alone_with_those_with_the_words_first(bot: Bot) -> None:
    found = await bot.discord.slash(bot.discord.ana, bot.discord.general, "search", words="ceasefire violations")
    assert found.message.ephemeral
    assert "Investigate reports of ceasefire violations" in found.text
    assert found.text.index("ceasefire violations") < found.text.index("Similar in meaning")


async def test_search_can_be_for_all(bot: Bot) -> None:
    found = await bot.discord.slash(
        bot.discord.ana, bot.discord.general, "search", words="ceasefire violations", private=False
    )
    assert bot.sees(bot.discord.ben, found.message)


async def test_a_passage_that_was_found_is_opened_from_the_menu(bot: Bot) -> None:
    found = await bot.discord.slash(
        bot.discord.ana, bot.discord.general, "search", words="ceasefire violations", private=False
    )
    opened = await bot.discord.select(bot.discord.ben, found.message, values(found.message)[0])
    assert "Investigate reports of ceasefire violations and report on them" in opened.text
    assert opened.message.ephemeral
    assert not bot.sees(bot.discord.ana, opened.message)


async def test_sources_lists_the_documents_with_their_kinds(bot: Bot) -> None:
    listed = await bot.discord.slash(bot.discord.ana, bot.discord.general, "sources")
    for expected in ("S/RES/1138 (1997)", "UNMOT backgrounder", "encyclopedia", "official text", "30 passages"):
        assert expected in listed.text
    assert listed.message.ephemeral


async def test_sources_can_be_filtered_and_looked_into(bot: Bot) -> None:
    listed = await bot.discord.slash(bot.discord.ana, bot.discord.general, "sources", filter="1138")
    assert "backgrounder" not in listed.text
    opened = await bot.discord.select(bot.discord.ana, listed.message, values(listed.message)[0])
    assert "Adopted by the Security Council at its 3833rd meeting" in opened.text
    nothing = await bot.discord.slash(bot.discord.ana, bot.discord.general, "sources", filter="zzz")
    assert "No document has “zzz”" in nothing.text


async def test_the_menu_of_a_message_shows_passages_near_it_to_who_used_it(bot: Bot) -> None:
    said = bot.discord.say(bot.discord.ben, bot.discord.general, "I heard the mandate ran until May 1998.")
    assert said.question is not None
    found = await bot.discord.menu(bot.discord.ana, "Find sources", said.question)
    assert "Passages near this message" in found.text
    assert "until 15 May 1998" in found.text
    assert found.message.ephemeral
    assert not bot.sees(bot.discord.ben, found.message)


# --- /help, /about, /privacy


async def test_help_shows_commands_that_can_be_clicked(bot: Bot) -> None:
    shown = await bot.discord.slash(bot.discord.ana, bot.discord.general, "help")
    for name in ("ask", "lookup", "search", "sources", "privacy"):
        command = bot.discord.command(bot.discord.ana, bot.discord.general, name)
        assert f"</{name}:{command['id']}>" in shown.text
    assert shown.message.ephemeral


async def test_about_names_version_licence_and_index(bot: Bot) -> None:
    shown = await bot.discord.slash(bot.discord.ana, bot.discord.general, "about")
    for expected in ("Version", "MIT", "3 documents", "87 passages"):
        assert expected in shown.text


async def test_privacy_says_of_feedback_what_is_so_in_this_server(bot: Bot) -> None:
    before = await bot.discord.slash(bot.discord.ana, bot.discord.general, "privacy")
    assert "Helpful and Not helpful are off here" in before.text
    await bot.set(feedback=True)
    after = await bot.discord.slash(bot.discord.ana, bot.discord.general, "privacy")
    assert "This server counts Helpful and Not helpful" in after.text


# --- where


async def test_somebody_with_the_bot_asks_anywhere_and_is_answered_privately_where_it_is_no_member(bot: Bot) -> None:
    carla = bot.discord.add_user("carla", has_app=True)
    elsewhere = bot.discord.add_guild("Elsewhere", has_bot=False)
    general = elsewhere.channel("general")
    asked = await bot.ask(UNMOT, carla, channel=general)
    assert UNTIL in asked.text
    assert asked.message.ephemeral
    shared = await bot.discord.press(carla, asked.message, "Share")
    assert UNTIL in shared.text
    assert bot.sees(bot.discord.ana, shared.message)
    for name in ("help", "sources", "about", "privacy"):
        assert (await bot.discord.slash(carla, general, name)).message.ephemeral


async def test_among_friends_the_answer_is_private_unless_it_is_to_be_seen(bot: Bot) -> None:
    carla = bot.discord.add_user("carla", has_app=True)
    group = bot.discord.add_group("friends", carla, bot.discord.ana, bot.discord.ben)
    assert (await bot.ask(UNMOT, carla, channel=group)).message.ephemeral
    public = await bot.ask(UNMOT, carla, channel=group, private=False)
    assert bot.sees(bot.discord.ben, public.message)
    with pytest.raises(NotOffered):
        await bot.ask(UNMOT, bot.discord.ana, channel=group)


async def test_commands_work_in_direct_messages(bot: Bot) -> None:
    direct = bot.discord.dm_channel(bot.discord.ana)
    asked = await bot.ask(UNMOT, channel=direct)
    assert UNTIL in asked.text
    looked_up = await bot.discord.slash(bot.discord.ana, direct, "lookup", document="1138", paragraph="5")
    assert UNTIL in looked_up.text
    assert "30 passages" in (await bot.discord.slash(bot.discord.ana, direct, "sources")).text


async def test_settings_are_offered_to_those_who_manage_the_server_and_nowhere_else(bot: Bot) -> None:
    with pytest.raises(NotOffered):
        await bot.discord.slash(bot.discord.ana, bot.discord.general, "settings show")
    bot.discord.give(bot.discord.ana, bot.discord.guild, Permission.MANAGE_GUILD)
    shown = await bot.discord.slash(bot.discord.ana, bot.discord.general, "settings show")
    assert shown.message.ephemeral
    with pytest.raises(NotOffered):
        await bot.discord.slash(bot.discord.owner, bot.discord.dm_channel(bot.discord.owner), "settings show")
