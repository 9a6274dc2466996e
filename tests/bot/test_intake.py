"""Files that somebody gives: what is taken, under which name, and why the rest is not."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.cards import Frame
from bot.index_cards import Preview, check_card, preview_card, refreshed_card, refusal_lines
from bot.intake import (
    Given,
    Held,
    Refusal,
    examined,
    put,
    refused_by_size,
    safe_name,
    with_one_more,
)
from bot.managed import Managed, Quota
from bot.refreshing import Refreshed
from bot.removed import FOLDER, keep, put_back, take_out
from bot.server_settings import Style
from bot.staging import WAITS_SECONDS, Staging
from bot.strings import Language, Said
from corpus.document import Kind, Source
from corpus.folder import Unreadable, files_of

EMPTY = Held({}, {}, {})
TEXT = b"The Council meets on Monday.\n"


def zip_bomb() -> bytes:
    """Return some kilobytes that would become many megabytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("resolution.txt", b"0" * 20_000_000)
    return packed.getvalue()


def refusal(name: str, content: bytes, held: Held = EMPTY) -> Said | None:
    found = examined(name, content, held)
    return found.said if isinstance(found, Refusal) else None


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("S_RES_1138_1997.txt", "S_RES_1138_1997.txt"),
        ("Résolution 1138 (1997).TXT", "Résolution 1138 (1997).txt"),
        ("../../x", "x"),
        ("..\\..\\windows\\system.ini", "system.ini.txt"),
        ("/etc/passwd", "passwd"),
        ("．．／．．／x.md", "x.md"),
        ("a\0b.txt", "ab.txt"),
        (".hidden.txt", "hidden.txt"),
        ("CON", "document CON"),
        ("nul.txt", "document nul.txt"),
        ("README.md", "document README.md"),
        ("", "document.txt"),
        ("...", "document.txt"),
        ("notes.docx", "notes.docx.txt"),
        ("minutes\u202etxt.exe", "minutestxt.exe.txt"),
        ("zero\u200bwidth.txt", "zerowidth.txt"),
        ("two\nlines.txt", "two lines.txt"),
        ("<@1> `x` *y*.txt", "1 x y.txt"),
        ("half \ud800 of a character.txt", "half of a character.txt"),
    ],
)
def test_a_file_is_kept_under_a_safe_name_that_says_what_the_given_one_did(given: str, kept: str) -> None:
    assert safe_name(given) == kept


@pytest.mark.parametrize("given", ["x" * 5_000, "é" * 300 + ".txt", "𝕏" * 300 + ".md", "a/" * 500])
def test_a_name_that_is_very_long_fits_on_a_disk_and_into_what_discord_sends(given: str) -> None:
    name = safe_name(given)
    assert len(name.encode()) < 255
    assert len(name) <= 100


@pytest.mark.parametrize(
    "given", ["../../x", "..", "/", "a\0", "CON.txt", ".gitignore", "\u202e", "sources", "~root", "-rf"]
)
def test_whatever_a_name_is_its_file_is_read_as_a_document_of_the_folder(tmp_path: Path, given: str) -> None:
    folder = tmp_path / "documents"
    file = examined(given, TEXT, EMPTY)
    assert isinstance(file, Given)
    put(folder, file)
    assert [each.id for each in files_of(folder).files] == [file.name]
    assert list(tmp_path.iterdir()) == [folder]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"%PDF-1.7\n1 0 obj << /Type /Catalog >>\nstream\n\x00\x01\nendstream", Said.IS_PDF),
        (b"\n\n%PDF-1.4 a scan without a word of text", Said.IS_PDF),
        (zip_bomb(), Said.IS_ARCHIVE),
        (b"\x1f\x8b\x08\x00", Said.IS_ARCHIVE),
        (b"\x89PNG\r\n\x1a\n", Said.IS_NO_TEXT),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 an old Word document", Said.IS_NO_TEXT),
        (b"x" * 20_000_001, Said.TOO_LARGE),
    ],
    ids=["pdf", "pdf after blank lines", "zip bomb", "gzip", "picture", "word", "too large"],
)
def test_what_is_no_text_is_told_by_its_content_whatever_it_is_called(content: bytes, said: Said) -> None:
    assert refusal("resolution.txt", content) is said


def test_a_file_that_is_said_to_be_200_mb_is_refused_before_it_is_fetched() -> None:
    assert refused_by_size(200_000_000) == Refusal(Said.TOO_LARGE, {"size": "200", "most": "20"})
    assert refused_by_size(20_000_000) is None


def test_the_same_content_under_another_name_is_refused_with_the_name_it_has(tmp_path: Path) -> None:
    (tmp_path / "first.txt").write_bytes(TEXT)
    found = examined("second.txt", TEXT, Held.in_folder(tmp_path))
    assert found == Refusal(Said.HELD_ALREADY, {"document": "first.txt"})


def test_the_same_name_with_another_content_takes_the_place_of_that_file(tmp_path: Path) -> None:
    (tmp_path / "Minutes.txt").write_bytes(TEXT)
    found = examined("minutes.TXT", b"Other words.\n", Held.in_folder(tmp_path))
    assert isinstance(found, Given)
    assert found.replaces == "Minutes.txt"
    put(tmp_path, found)
    assert [(each.name, each.read_bytes()) for each in tmp_path.iterdir()] == [("Minutes.txt", b"Other words.\n")]


def test_of_two_that_put_a_file_under_one_name_the_second_is_told(tmp_path: Path) -> None:
    first, second = (examined("minutes.txt", content, EMPTY) for content in (TEXT, b"Other words.\n"))
    assert isinstance(first, Given)
    assert isinstance(second, Given)
    put(tmp_path, first)
    with pytest.raises(FileExistsError):
        put(tmp_path, second)
    assert [(each.name, each.read_bytes()) for each in tmp_path.iterdir()] == [("minutes.txt", TEXT)]


def test_a_server_has_no_more_documents_and_no_more_text_than_its_quota() -> None:
    first = examined("a.txt", b"a" * 600_000, EMPTY)
    assert isinstance(first, Given)
    held, more = with_one_more(EMPTY, first), b"b" * 600_000
    assert isinstance(examined("b.txt", more, held), Given)
    assert isinstance(examined("b.txt", more, held, Quota(2, 2_000_000)), Given)
    assert examined("b.txt", more, held, Quota(1, 2_000_000)) == Refusal(Said.TOO_MANY_DOCUMENTS, {"most": 1})
    assert examined("b.txt", more, held, Quota(2, 1_000_000)) == Refusal(Said.TOO_MUCH_TEXT, {"most": "1.0"})
    assert isinstance(examined("a.txt", b"less", held, Quota(1, 2_000_000)), Given)  # in the place of the first


def test_what_is_taken_out_can_be_put_back_where_it_was(tmp_path: Path) -> None:
    managed = Managed(tmp_path / "documents", tmp_path / "index")
    (managed.documents / "below").mkdir(parents=True)
    (managed.documents / "below" / "a.txt").write_bytes(TEXT)
    (file,) = files_of(managed.documents).files
    source = Source(file.id, "A", Kind.OTHER, sha256=file.sha256)
    take_out(managed, source.id)
    assert not (managed.documents / "below" / "a.txt").exists()
    assert put_back(managed, [source]) == ("below/a.txt",)
    assert (managed.documents / "below" / "a.txt").read_bytes() == TEXT
    assert list((managed.index / FOLDER).iterdir()) == []


def test_putting_back_takes_out_what_has_taken_the_place_and_leaves_no_folder(tmp_path: Path) -> None:
    managed = Managed(tmp_path / "documents", tmp_path / "index")
    managed.documents.mkdir()
    place = managed.documents / "a.txt"
    place.write_bytes(TEXT)
    (file,) = files_of(managed.documents).files
    take_out(managed, "a.txt")
    place.write_bytes(b"Other words.\n")
    outside = Source("../stolen.txt", "B", Kind.OTHER, sha256=file.sha256)
    assert put_back(managed, [outside, Source("a.txt", "A", Kind.OTHER, sha256=file.sha256)]) == ("a.txt",)
    assert place.read_bytes() == TEXT
    assert [each.read_bytes() for each in (managed.index / FOLDER).iterdir()] == [b"Other words.\n"]
    assert not (tmp_path / "stolen.txt").exists()


def test_files_wait_for_one_person_once_and_a_quarter_of_an_hour(tmp_path: Path) -> None:
    now = [0.0]
    staging = Staging(tmp_path / "staging", lambda: now[0])
    file = examined("a.txt", TEXT, EMPTY)
    assert isinstance(file, Given)
    batch = staging.keep(1, None, [file])
    assert staging.take(batch.ticket, 2, None) is None  # somebody else's
    assert staging.take(batch.ticket, 1, 7) is None  # for other documents
    taken = staging.take(batch.ticket, 1, None)
    assert taken is not None
    assert taken.given() == [file]
    assert staging.take(batch.ticket, 1, None) is None
    staging.discard(taken)
    late = staging.keep(1, None, [file])
    now[0] = WAITS_SECONDS
    assert staging.take(late.ticket, 1, None) is None
    assert not late.folder.exists()


def test_what_could_not_wait_leaves_nothing_on_the_disk(tmp_path: Path) -> None:
    whole = Given("a.txt", TEXT, "")
    with pytest.raises(OSError, match="too long"):
        Staging(tmp_path / "staging").keep(1, None, [whole, Given("x" * 300, TEXT, "")])
    assert list((tmp_path / "staging").iterdir()) == []


def test_a_file_whose_place_another_is_to_take_stays_until_it_does(tmp_path: Path) -> None:
    managed = Managed(tmp_path / "documents", tmp_path / "index")
    managed.documents.mkdir()
    (managed.documents / "a.txt").write_bytes(TEXT)
    keep(managed, "a.txt")
    assert (managed.documents / "a.txt").read_bytes() == TEXT
    assert [each.read_bytes() for each in (managed.index / FOLDER).iterdir()] == [TEXT]


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("style", Style)
def test_what_five_hundred_files_that_are_not_read_lead_to_fits_into_a_message(
    style: Style, language: Language
) -> None:
    managed, frame = Managed(tmp := Path("documents"), tmp), Frame(language, style, 1, True, False)
    names = tuple(f"{number} {'_*' * 80}.pdf" for number in range(500))
    unread = tuple(Unreadable(each, "is_no_text, " * 40) for each in names)
    found = Refreshed(500, 500, names, names, names, 1, 1, 1, 1, unread, 1.0, True)
    notes = refusal_lines([(each, Refusal(Said.CANNOT_BE_READ, {"reason": "_" * 300})) for each in names[:10]], frame)
    read = [{"document": each, "title": each, "symbol": None, "kind": "other", "date": None, "preambular": 1,
             "operative": 1, "passages": 1, "warnings": [each], "more_warnings": 0} for each in names]  # fmt: skip
    refused = [Preview(each, Refusal(Said.HELD_ALREADY, {"document": each})) for each in names[:10]]
    for card in (
        refreshed_card(found, managed, frame, notes),
        check_card(read, unread, managed, frame),
        preview_card(refused, "", datetime.now(UTC), managed, frame),
    ):
        notes_below = sum(map(len, card.notes))
        assert len(card.head) + notes_below + sum(len(each.text) + 2 for each in card.entries) <= frame.room


def test_what_waited_before_a_restart_is_removed(tmp_path: Path) -> None:
    file = examined("a.txt", TEXT, EMPTY)
    assert isinstance(file, Given)
    batch = Staging(tmp_path / "staging").keep(1, None, [file])
    assert batch.folder.exists()
    assert Staging(tmp_path / "staging").take(batch.ticket, 1, None) is None
    assert not batch.folder.exists()
