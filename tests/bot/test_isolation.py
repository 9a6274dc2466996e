"""What one server keeps of its own is found there by every way to ask, and no word of it reaches anybody elsewhere.

A new command goes into `WAYS`: what it shows is then looked through in every place.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest
from bot_on_loopback import Bot, until
from discord import app_commands

from bot.commands import COMMANDS
from bot.presses import Action, Pointer, Press
from bot.server_indexes import OWN, ServerIndex, ServerIndexes
from corpus.document import Passage
from retrieval.embedding import Embedder
from retrieval.indexing import refresh
from retrieval.library import Library
from tests.loopback import Channel, Message, NotOffered, Outcome, Permission, User

FILE = "wombatledger.txt"
TEXT = """Charter of the Night House (Xylophant edition)

1. The keeper of the night house is Marguerite Vandersloot, who answers for every animal in it.

2. Every animal of the night house is fed at dawn with two grasshoppers of the Zanzibarquill kind:

(a) the small ones first;

(b) the large ones after the Vandersloot bell.

3. The mandate of the night house ends on 3 August 2031, unless Marguerite Vandersloot extends it.
"""
UNMISTAKABLE = ("wombatledger", "xylophant", "vandersloot", "zanzibarquill", "grasshopper")
"""Words that stand in the document, its title or its name, and that nobody types here."""
TITLE = "Charter of the Night House"
WHO = "Who is the keeper of the night house?"
WHEN = "When does the mandate of the night house end?"


WAIT = 10


@dataclass(frozen=True)
class Place:
    """Where somebody asks, and the passages of the document that they know of."""

    user: User
    channel: Channel
    passages: tuple[Passage, ...]

    def pointers(self, *numbers: int) -> tuple[Pointer, ...]:
        return tuple(Pointer(self.passages[number].id, None, with_items=False) for number in numbers)

    def press(self, action: Action, *numbers: int, words: str = "") -> str:
        return Press(action, self.user.id, 0, self.pointers(*numbers), words).custom_id


Asked = Callable[[Bot, Place], Awaitable[Outcome]]


@dataclass(frozen=True)
class Way:
    """One way to ask: its command or the action of its button, and whether it shows the document where that is held."""

    ask: Asked
    command: str | None = None
    shows: bool = True
    action: Action | None = None


def slash(name: str, shows: bool = True, **options: Any) -> Way:
    return Way(lambda bot, at: bot.discord.slash(at.user, at.channel, name, **options).answer(WAIT), name, shows)


def typing(name: str, option: str, typed: str, **options: Any) -> Way:
    async def ask(bot: Bot, at: Place) -> Outcome:
        return await bot.discord.autocomplete(at.user, at.channel, name, option, typed, **options).answer(WAIT)

    return Way(ask, name)


def written(text: str) -> Way:
    async def ask(bot: Bot, at: Place) -> Outcome:
        if at.channel.guild is None and bot.discord.bot in at.channel.recipients:
            return await bot.discord.dm(at.user, text).answer(WAIT)
        if at.channel.guild is None or not at.channel.guild.has_bot:
            raise NotOffered("the bot does not hear of it")
        return await bot.discord.mention(at.user, at.channel, text).answer(WAIT)

    return Way(ask)


def pressed(action: Action, *numbers: int, words: str = "", shows: bool = True) -> Way:
    """A button as it was seen in the server, on a message of the bot in another place."""

    async def ask(bot: Bot, at: Place) -> Outcome:
        custom_id = at.press(action, *numbers, words=words)
        message = await with_control(bot, at, {"type": 2, "style": 2, "label": "x", "custom_id": custom_id})
        return await bot.discord.press_id(at.user, message, custom_id).answer(WAIT)

    return Way(ask, shows=shows, action=action)


async def chosen(bot: Bot, at: Place) -> Outcome:
    """A line of a menu, the same way."""
    value = str(Pointer(at.passages[0].id, None, with_items=True))
    custom_id, options = Press(Action.OPEN, at.user.id).custom_id, [{"label": "x", "value": value}]
    message = await with_control(bot, at, {"type": 3, "custom_id": custom_id, "options": options})
    return await bot.discord.select(at.user, message, value, what=custom_id).answer(WAIT)


async def with_control(bot: Bot, at: Place, control: dict[str, Any]) -> Message:
    """Return a message of the bot that has a control which it was not sent with."""
    message = (await bot.discord.slash(at.user, at.channel, "about").answer(WAIT)).message
    message.components.append({"type": 1, "id": 90, "components": [control | {"id": 91}]})
    return message


async def looked_up_by_id(bot: Bot, at: Place) -> Outcome:
    paragraph = f"#{at.passages[0].id}"
    return await bot.discord.slash(at.user, at.channel, "lookup", document="1138", paragraph=paragraph).answer(WAIT)


async def found_sources(bot: Bot, at: Place) -> Outcome:
    message = bot.discord.say(at.user, at.channel, WHO).question
    assert message is not None
    return await bot.discord.menu(at.user, "Find sources", message).answer(WAIT)


async def posted(bot: Bot, at: Place) -> Outcome:
    """A post in a forum that was chosen; elsewhere there is none."""
    if at.channel.guild is None or not at.channel.guild.has_bot:
        raise NotOffered("no forum")
    owner, forum = bot.discord.owner, at.channel.guild.channel("questions")
    await bot.discord.slash(owner, at.channel, "settings set", forums=forum.mention).answer(WAIT)
    posting = bot.discord.forum_post(at.user, forum, WHO)
    # What is not answered is passed over, and counted.
    counted = re.compile(r'rapporteur_questions_total{[^}]*way="forum"[^}]*} [1-9]')
    await until(lambda: counted.search(bot.client.metrics.page().decode()), WAIT)
    return posting


async def in_a_thread(bot: Bot, at: Place) -> Outcome:
    if at.channel.guild is None:
        raise NotOffered("no thread")
    thread = bot.discord.thread(at.user, at.channel, "about the night house")
    return await bot.discord.slash(at.user, thread, "ask", question=WHO).answer(WAIT)


async def added(bot: Bot, at: Place) -> Outcome:
    message = bot.discord.say(at.user, at.channel, WHO).question
    assert message is not None
    return await bot.discord.menu(at.user, "Add to documents", message).answer(WAIT)


def managed(name: str, shows: bool = False, **options: Any) -> Way:
    return slash(f"index {name}", shows, documents="server", **options)


WAYS = {
    "a question": slash("ask", question=WHO),
    "a question that is near to a shared document": slash("ask", question=WHEN),
    "a question about one document": slash("ask", question="Who is the keeper?", document=TITLE),
    "a reference in a question": slash("ask", question=f"[[{TITLE}, para. 1]]"),
    "several references": slash("ask", question=f"[[{TITLE}, para. 1]] and [[1138 5]]"),
    "a reference by number": slash("ask", question=f"What does paragraph 2 of the {TITLE} say?"),
    "looking up by name": slash("lookup", document=TITLE),
    "looking up by number": slash("lookup", document=TITLE, paragraph="2"),
    "looking up a number that is not there": slash("lookup", document=TITLE, paragraph="14"),
    "looking up by first words": slash("lookup", document=TITLE, paragraph="The keeper of the"),
    "looking up by id": Way(looked_up_by_id, "lookup"),
    "looking up what is not there": slash("lookup", document="4711", paragraph="2"),
    "searching": slash("search", words="night house"),
    "searching in one document": slash("search", words="animals fed at dawn", document=TITLE),
    "the documents": slash("sources"),
    "some documents": slash("sources", filter="night house"),
    "the menu of a message": Way(found_sources, "Find sources"),
    "help": slash("help", shows=False),
    "about": slash("about", shows=False),
    "privacy": slash("privacy", shows=False),
    "settings": slash("settings show", shows=False),
    "changing settings": slash("settings set", shows=False, passages=3),
    "the state of its index": managed("status"),
    "the history of its index": managed("history"),
    "how its files are read": managed("check"),
    "taking it out": managed("remove", shows=True, document=TITLE),
    "going back": managed("rollback", generation="20260101T000000.000000"),
    "bringing its index up to date": managed("refresh"),
    "adding to it": managed("add"),
    "adding to it from a message": Way(added, "Add to documents", shows=False),
    "unanswered questions": slash("index gaps", shows=False),
    "what can be taken out": typing("index remove", "document", "", documents="server"),
    "documents while typing a question": typing("ask", "document", "night", question="x"),
    "documents while typing a search": typing("search", "document", "", words="x"),
    "documents while typing": typing("lookup", "document", "charter"),
    "paragraphs while typing": typing("lookup", "paragraph", "", document=TITLE),
    "paragraphs while typing words": typing("lookup", "paragraph", "keeper", document=TITLE),
    "writing": written(WHO),
    "writing a reference": written(f"see [[{TITLE}, para. 3]]"),
    "a post in a forum": Way(posted),
    "in a thread": Way(in_a_thread),
    "a page": pressed(Action.PAGE, 0, 1),
    "what came nearest": pressed(Action.NEAREST, 0),
    "the context": pressed(Action.CONTEXT, 1),
    "the whole": pressed(Action.READ, 1),
    "reading on": pressed(Action.READ_ON, 2),
    "citations": pressed(Action.CITE, 0),
    "sharing": pressed(Action.SHARE, 0),
    "the list of documents": pressed(Action.SOURCES, words="night house"),
    "more documents": pressed(Action.MORE_SOURCES),
    "more unanswered questions": pressed(Action.GAPS, shows=False),
    "a line of a menu": Way(chosen, action=Action.OPEN),
}

WRITTEN = ("writing", "writing a reference", "a post in a forum")


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory, real_embedder: Embedder) -> ServerIndex:
    """A server's own document with its index; to be copied."""
    made = ServerIndexes(tmp_path_factory.mktemp("servers")).of(1)
    made.make()
    (made.files / FILE).write_text(TEXT)
    refresh(made.documents, made.index, real_embedder, lambda phase, done, total: None)
    return made


@pytest.fixture(scope="module")
def passages(own: ServerIndex, real_embedder: Embedder) -> tuple[Passage, ...]:
    with Library.open(own.index, real_embedder) as library:
        return library.passages(f"{OWN}/{FILE}")


def given(bot: Bot, own: ServerIndex) -> ServerIndex:
    """Let the first server have the document."""
    place = ServerIndexes(bot.state.parent / "servers").of(bot.discord.guild.id)
    shutil.copytree(own.index.parent, place.index.parent)
    return place


def told(bot: Bot, since: int = 0) -> str:
    """Return all that the bot has sent to Discord, in small letters."""
    return json.dumps([each.body for each in list(bot.discord.calls)[since:]], ensure_ascii=False).lower()


def shown_by(outcome: Outcome) -> str:
    """Return all that came of one action."""
    messages = outcome.messages or (outcome.thread.messages.values() if outcome.thread else ())
    return json.dumps([outcome.choices, *([each.content, each.embeds, each.components] for each in messages)])


def words_in(text: str) -> list[str]:
    return [word for word in UNMISTAKABLE if word in text.lower()]


def test_every_command_and_every_button_that_shows_something_is_among_the_ways() -> None:
    commands = {
        each.qualified_name
        for command in COMMANDS
        for each in (command.walk_commands() if isinstance(command, app_commands.Group) else [command])
    }
    assert commands == {way.command for way in WAYS.values()} - {None}
    show_nothing = {Action.REMOVE, Action.HELPFUL, Action.UNHELPFUL}
    assert set(Action) - show_nothing == {way.action for way in WAYS.values()} - {None}


async def test_in_its_server_a_document_is_found_by_every_way(
    bot: Bot, own: ServerIndex, passages: tuple[Passage, ...]
) -> None:
    given(bot, own)
    at = Place(bot.discord.owner, bot.discord.general, passages)
    found = {name for name, way in WAYS.items() if words_in(shown_by(await way.ask(bot, at)))}
    assert found == {name for name, way in WAYS.items() if way.shows}


def guest(bot: Bot) -> User:
    """Somebody with the bot in their account, who is nowhere with a server that has it."""
    user = bot.discord.add_user("guest", has_app=True)
    owners = bot.discord._owners

    def without_server(who: User, channel: Channel) -> tuple[int, dict[str, str]]:
        context, installed = owners(who, channel)
        return context, {"1": str(who.id)} if who is user and context == 0 else installed

    bot.discord._owners = without_server  # type: ignore[method-assign]
    return user


def another_server(bot: Bot) -> tuple[User, Channel]:
    return bot.discord.owner, bot.discord.add_guild("Elsewhere").channel("general")


def a_direct_message(bot: Bot) -> tuple[User, Channel]:
    return bot.discord.ana, bot.discord.dm_channel(bot.discord.ana)


def a_guest_among_friends(bot: Bot) -> tuple[User, Channel]:
    user = guest(bot)
    return user, bot.discord.add_group("friends", user, bot.discord.ana, bot.discord.ben)


def a_guest_in_a_server_without_the_bot(bot: Bot) -> tuple[User, Channel]:
    return guest(bot), bot.discord.add_guild("Without", has_bot=False).channel("general")


def a_guest_in_that_server(bot: Bot) -> tuple[User, Channel]:
    return guest(bot), bot.discord.general


ELSEWHERE = (
    another_server, a_direct_message, a_guest_among_friends, a_guest_in_a_server_without_the_bot,
    a_guest_in_that_server,
)  # fmt: skip


@pytest.mark.parametrize("elsewhere", ELSEWHERE, ids=lambda each: each.__name__)
async def test_nowhere_else_is_a_word_of_it_seen(
    bot: Bot, own: ServerIndex, passages: tuple[Passage, ...], elsewhere: Callable[[Bot], tuple[User, Channel]]
) -> None:
    given(bot, own)
    assert words_in((await bot.ask(WHO, bot.discord.owner)).text)  # its index is open
    user, channel = elsewhere(bot)
    await until(lambda: channel.guild is None or not channel.guild.has_bot or bot.client.get_guild(channel.guild.id))
    bot.discord.give(user, channel.guild, Permission.MANAGE_GUILD) if channel.guild else None
    at = Place(user, channel, passages)
    before = len(bot.discord.calls)
    ways = list(WAYS.values())
    if elsewhere is a_guest_in_that_server:  # what is written there, and no command, is written in that server
        ways = [way for name, way in WAYS.items() if name not in WRITTEN]
    asked = 0
    for way in ways:
        with suppress(NotOffered):
            await way.ask(bot, at)
            asked += 1
    assert asked > len(WAYS) / 2
    assert words_in(told(bot, before)) == []
    assert "4 documents" not in told(bot, before)


async def test_neither_logs_nor_figures_nor_the_state_hold_a_word_of_it(
    bot: Bot, own: ServerIndex, passages: tuple[Passage, ...]
) -> None:
    given(bot, own)
    at = Place(bot.discord.owner, bot.discord.general, passages)
    for name in ("a question", "looking up by name", "searching", "writing", "documents while typing"):
        await WAYS[name].ask(bot, at)
    figures = bot.client.metrics.page().decode()
    assert "rapporteur_index_documents 3.0" in figures
    for text in (figures, "\n".join(bot.log), bot.kept().decode(errors="replace")):
        assert words_in(text) == []
        assert "night house" not in text.lower()


async def test_both_are_answered_from_together(bot: Bot, own: ServerIndex) -> None:
    given(bot, own)
    asked = await bot.ask("When does the mandate of UNMOT end?")
    assert "15 May 1998" in asked.text
    assert "4 documents" in asked.text
    listed = (await bot.discord.slash(bot.discord.ana, bot.discord.general, "sources")).text
    assert "Night House" in listed
    assert "S/RES/1138" in listed
    assert "4 documents" in (await bot.discord.slash(bot.discord.ana, bot.discord.general, "about")).text


async def test_what_a_server_removes_is_gone_at_once(bot: Bot, own: ServerIndex) -> None:
    place = given(bot, own)
    assert words_in((await bot.ask(WHO)).text)
    place.retire()
    assert not words_in((await bot.ask(WHO)).text)
    ServerIndexes(bot.state.parent / "servers").remove(place.guild)
    assert not words_in((await bot.ask(WHO)).text)
    given(bot, own)
    assert words_in((await bot.ask(WHO)).text)
