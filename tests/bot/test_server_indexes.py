"""Where servers keep documents of their own: made, listed and removed, and apart from those that everybody sees."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.server_indexes import OWN, NotApart, ServerIndexes

SERVER = 1187654321098765432


@pytest.fixture
def servers(tmp_path: Path) -> ServerIndexes:
    return ServerIndexes(tmp_path / "servers")


def test_a_server_has_nothing_until_its_folder_is_made(servers: ServerIndexes) -> None:
    place = servers.of(SERVER)
    assert servers.guilds() == frozenset()
    assert not place.is_built
    place.make()
    place.make()
    assert servers.guilds() == {SERVER}
    assert place.files.relative_to(place.documents) == Path(OWN)
    assert place.documents.parent.stat().st_mode & 0o077 == 0  # for nobody else on this machine


def test_what_is_removed_is_gone_and_another_servers_stays(servers: ServerIndexes) -> None:
    for server in (SERVER, 2):
        servers.of(server).make()
        (servers.of(server).files / "rules.txt").write_text("1. Rules.")
    servers.remove(SERVER)
    servers.remove(SERVER)
    assert servers.guilds() == {2}
    assert [each.name for each in servers.folder.iterdir()] == ["2"]
    assert (servers.of(2).files / "rules.txt").exists()


def test_what_an_interrupted_removal_has_left_over_is_no_servers_and_is_removed(servers: ServerIndexes) -> None:
    (servers.folder / f".removed-{SERVER}").mkdir(parents=True)
    (servers.folder / f".removed-{SERVER}" / "rules.txt").write_text("1. Rules.")
    assert servers.guilds() == frozenset()
    servers.of(SERVER).make()
    servers.remove(SERVER)
    assert list(servers.folder.iterdir()) == []


def test_a_retired_index_answers_no_more_and_its_generations_stay(servers: ServerIndexes) -> None:
    place = servers.of(SERVER)
    (place.index / "20260101T000000.000000").mkdir(parents=True)
    (place.index / "CURRENT").write_text("20260101T000000.000000\n")
    assert place.is_built
    place.retire()
    place.retire()
    assert not place.is_built
    assert [each.name for each in place.index.iterdir()] == ["20260101T000000.000000"]


def test_shared_documents_must_not_be_read_where_servers_keep_theirs(servers: ServerIndexes, tmp_path: Path) -> None:
    servers.require_apart(str(tmp_path / "documents"))
    for folder in (tmp_path, servers.folder):
        with pytest.raises(NotApart, match="RAPPORTEUR_STATE"):
            servers.require_apart(str(folder))
