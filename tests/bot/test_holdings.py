"""What is answered from: what is offered and what is answered switch together, and servers keep theirs apart."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from bot_on_loopback import Bot, until

from bot.holdings import Holding, Holdings
from bot.server_indexes import OWN, NotApart, ServerIndex, ServerIndexes
from retrieval.embedding import Embedder
from retrieval.indexing import refresh
from retrieval.library import Library

QUOLLS = "Rules for quolls\n\n1. Every quoll is fed at dawn.\n"
WOMBATS = "Rules for wombats\n\n1. Every wombat is fed at dusk.\n"

Add = Callable[[int, str, str], ServerIndex]


def indexed(documents: Path, index: Path, embedder: Embedder) -> None:
    refresh(documents, index, embedder, lambda phase, done, total: None)


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    """A folder of shared documents, to be changed."""
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "quolls.txt").write_text(QUOLLS)
    return folder


@pytest.fixture
def index(tmp_path: Path, documents: Path, real_embedder: Embedder) -> Path:
    indexed(documents, tmp_path / "index", real_embedder)
    return tmp_path / "index"


@pytest.fixture
def servers(tmp_path: Path) -> ServerIndexes:
    return ServerIndexes(tmp_path / "state" / "servers")


@pytest.fixture
def holdings(index: Path, servers: ServerIndexes, real_embedder: Embedder) -> Iterator[Holdings]:
    with Library.open(index, real_embedder) as library:
        held = Holdings(library, servers, most_open=1)
        yield held
        held.close()


@pytest.fixture
def add(servers: ServerIndexes, real_embedder: Embedder) -> Add:
    """Gives a server a document of its own, and indexes it."""

    def added(server: int, name: str, text: str) -> ServerIndex:
        place = servers.of(server)
        place.make()
        (place.files / name).write_text(text)
        indexed(place.documents, place.index, real_embedder)
        return place

    return added


def held(holding: Holding) -> set[str]:
    """Return the documents of a holding, which are those that are offered."""
    ids = {source.id for source in holding.library.sources()}
    assert {each.value for each in holding.directory.documents("")} == ids
    assert holding.generation.documents == len(ids)
    return ids


def test_what_is_offered_and_what_is_answered_switch_together(
    holdings: Holdings, documents: Path, index: Path, real_embedder: Embedder
) -> None:
    (documents / "quolls.txt").unlink()
    (documents / "wombats.txt").write_text(WOMBATS)
    indexed(documents, index, real_embedder)
    with holdings.of(None) as before:
        assert holdings.look()
        assert held(before) == {"quolls.txt"}
        with holdings.of(None) as after:
            assert held(after) == {"wombats.txt"}
    assert not holdings.look()


def test_a_server_is_answered_from_its_own_documents_too_and_no_other_one_is(holdings: Holdings, add: Add) -> None:
    add(1, "wombats.txt", WOMBATS)
    add(2, "rules.txt", "Rules for numbats\n\n1. Every numbat is fed at noon.\n")
    for server, own in ((1, {f"{OWN}/wombats.txt"}), (2, {f"{OWN}/rules.txt"}), (3, set()), (None, set())):
        with holdings.of(server) as holding:
            assert held(holding) == {"quolls.txt", *own}


def test_a_server_that_was_closed_for_another_one_is_opened_again(holdings: Holdings, add: Add) -> None:
    add(1, "wombats.txt", WOMBATS)
    add(2, "wombats.txt", WOMBATS)
    with holdings.of(1) as first, holdings.of(2) as second:  # only one is kept open
        assert held(first) == held(second)
        assert first.library.answer("When is every wombat fed?").found
    with holdings.of(1) as again:
        assert again.library.answer("When is every wombat fed?").found


def test_what_a_server_changes_is_seen_by_the_next_question(holdings: Holdings, add: Add) -> None:
    place = add(1, "wombats.txt", WOMBATS)
    with holdings.of(1) as holding:
        assert f"{OWN}/wombats.txt" in held(holding)
        (place.files / "wombats.txt").unlink()
        add(1, "numbats.txt", "Rules for numbats\n\n1. Every numbat is fed at noon.\n")
        with holdings.of(1) as after:
            assert held(after) == {"quolls.txt", f"{OWN}/numbats.txt"}
    place.retire()
    with holdings.of(1) as after:
        assert held(after) == {"quolls.txt"}


def test_a_switch_of_the_shared_documents_is_seen_beside_those_of_a_server(
    holdings: Holdings, add: Add, documents: Path, index: Path, real_embedder: Embedder
) -> None:
    add(1, "wombats.txt", WOMBATS)
    with holdings.of(1):
        (documents / "more.txt").write_text("More rules\n\n1. Nobody is fed twice.\n")
        indexed(documents, index, real_embedder)
    assert holdings.look()
    with holdings.of(1) as holding:
        assert held(holding) == {"quolls.txt", "more.txt", f"{OWN}/wombats.txt"}


def test_an_index_of_a_server_that_is_damaged_is_told_once_and_the_shared_documents_answer(
    holdings: Holdings, add: Add, caplog: pytest.LogCaptureFixture
) -> None:
    place = add(1, "wombats.txt", WOMBATS)
    (place.index / (place.index / "CURRENT").read_text().strip() / "corpus.sqlite").unlink()
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            with holdings.of(1) as holding:
                assert held(holding) == {"quolls.txt"}
    assert len(caplog.records) == 1
    assert "wombat" not in caplog.text


def test_a_damaged_index_of_a_server_is_put_aside_aloud_and_the_one_before_answers(
    holdings: Holdings, add: Add, caplog: pytest.LogCaptureFixture
) -> None:
    add(1, "wombats.txt", WOMBATS)
    place = add(1, "numbats.txt", "Rules for numbats\n\n1. Every numbat is fed at noon.\n")
    used = place.index / (place.index / "CURRENT").read_text().strip()
    columns = max((used / "columns").iterdir(), key=lambda file: file.stat().st_size)
    content = bytearray(columns.read_bytes())
    content[-1] ^= 1  # of the same size: only its checksum tells
    columns.write_bytes(content)
    with caplog.at_level(logging.WARNING), holdings.of(1) as holding:
        assert held(holding) == {"quolls.txt", f"{OWN}/wombats.txt"}
    assert "put aside" in caplog.text
    assert (place.index / "CURRENT").read_text().strip() != used.name


def test_documents_of_servers_must_not_lie_among_the_shared_ones(
    index: Path, documents: Path, real_embedder: Embedder
) -> None:
    with (
        Library.open(index, real_embedder) as library,
        pytest.raises(NotApart, match="everybody would see them: set RAPPORTEUR_STATE"),
    ):
        Holdings(library, ServerIndexes(documents / "state" / "servers"))


def test_a_shared_folder_may_not_have_the_name_of_what_servers_add(
    holdings: Holdings, documents: Path, index: Path, real_embedder: Embedder, caplog: pytest.LogCaptureFixture
) -> None:
    (documents / OWN).mkdir()
    (documents / OWN / "wombats.txt").write_text(WOMBATS)
    indexed(documents, index, real_embedder)
    assert not holdings.look()
    assert "give it another name" in caplog.text
    with holdings.of(None) as holding:
        assert held(holding) == {"quolls.txt"}


async def test_a_bot_that_runs_answers_from_a_new_index_without_a_restart(
    bot: Bot, documents: Path, index: Path, real_embedder: Embedder
) -> None:
    with Library.open(index, real_embedder) as library:
        await bot.restart(library)
        assert "fed at dawn" in (await bot.ask("When is every quoll fed?")).text
        (documents / "quolls.txt").write_text(QUOLLS.replace("dawn", "midnight"))
        (documents / "wombats.txt").write_text(WOMBATS)
        indexed(documents, index, real_embedder)
        await until(lambda: "rapporteur_index_documents 2.0" in bot.client.metrics.page().decode(), 10)
        assert "fed at midnight" in (await bot.ask("When is every quoll fed?")).text
        typed = await bot.discord.autocomplete(bot.discord.ana, bot.discord.general, "lookup", "document", "")
        assert {each["value"] for each in typed.choices or []} == {"quolls.txt", "wombats.txt"}
        await bot.stop()


async def test_a_press_on_what_a_new_index_no_longer_has_is_told(
    bot: Bot, documents: Path, index: Path, real_embedder: Embedder
) -> None:
    with Library.open(index, real_embedder) as library:
        await bot.restart(library)
        asked = await bot.ask("When is every quoll fed?")
        (documents / "wombats.txt").write_text(WOMBATS)
        (documents / "quolls.txt").unlink()
        indexed(documents, index, real_embedder)
        await until(lambda: bot.client.desk._holdings.shared.directory.source("wombats.txt"), 10)
        pressed = await bot.discord.press(bot.discord.ana, asked.message, "Copy citation")
        assert "no longer" in pressed.text
        await bot.stop()
