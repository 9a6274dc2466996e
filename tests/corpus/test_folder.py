"""Reading a folder: what becomes a document, and what is said about the rest."""

import hashlib
import os
from pathlib import Path

import pytest

from corpus.errors import FolderError, UnreadableFile
from corpus.folder import LARGEST_FILE_BYTES, files_of, read_file, read_folder

SHIPPED = Path(__file__).parents[2] / "corpus" / "documents"

needs_permissions = pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may open everything")


def reasons(folder: Path) -> dict[str, str]:
    """Return the reasons of a folder's unreadable files, beside one that can be read."""
    (folder / "good.txt").write_text("Some words.\n")
    reading = read_folder(folder)
    assert [document.source.id for document in reading.documents] == ["good.txt"]
    return {each.id: each.reason for each in reading.unreadable}


def test_the_shipped_folder_holds_three_documents_and_a_note_on_them() -> None:
    reading = read_folder(SHIPPED)
    ids = [document.source.id for document in reading.documents]
    assert ids == ["Resolution_968_article.txt", "S_RES_1138_1997.txt", "UNMOT_backgrounder.txt"]
    assert (reading.unreadable, reading.notes) == ((), ("SOURCES.md",))


def test_a_document_carries_the_hash_of_its_file() -> None:
    document = read_file(SHIPPED, "S_RES_1138_1997.txt")
    assert document.source.sha256 == hashlib.sha256((SHIPPED / "S_RES_1138_1997.txt").read_bytes()).hexdigest()


def test_files_can_be_hashed_before_they_are_read() -> None:
    hashes = {file.id: file.sha256 for file in files_of(SHIPPED).files}
    assert hashes == {document.source.id: document.source.sha256 for document in read_folder(SHIPPED).documents}


def test_the_text_of_a_document_is_the_file_with_nothing_changed(tmp_path: Path) -> None:
    content = "\ufeffOne.\r\n\r\nTwo é.\rThree.\n".encode()
    (tmp_path / "a.txt").write_bytes(content)
    assert read_file(tmp_path, "a.txt").text.encode() == content


def test_documents_in_subfolders_are_named_by_their_path(tmp_path: Path) -> None:
    (tmp_path / "rules" / "house").mkdir(parents=True)
    (tmp_path / "rules" / "house" / "a.md").write_text("# A\n\nWords.\n")
    assert [document.source.id for document in read_folder(tmp_path).documents] == ["rules/house/a.md"]


@pytest.mark.parametrize("name", ["a.txt", "a.text", "a.md", "a.MARKDOWN", "a.wiki", "a"])
def test_text_is_read_whatever_its_ending(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("Some words.\n")
    assert len(read_folder(tmp_path).documents) == 1


@pytest.mark.parametrize("name", ["README.md", "readme", "SOURCES.md", "LICENSE", "LICENSE-MIT.txt", "notice.txt"])
def test_notes_about_the_folder_are_no_documents(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("Some words about the folder.\n")
    assert reasons(tmp_path) == {}
    assert read_folder(tmp_path).notes == (name,)


def test_hidden_files_and_folders_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "a.txt").write_text("Words.\n")
    (tmp_path / ".hidden.txt").write_text("Words.\n")
    assert reasons(tmp_path) == {}


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.docx", b"PK", "is not a text format this version reads (.txt, .text, .md, .markdown, .wiki, or no ending)"),
        ("a.txt", b"", "is empty"),
        ("a.txt", b"\xef\xbb\xbf \r\n\n", "is empty"),
        ("a.txt", b"one\0two", "is not text: it holds NUL bytes; export it as text in UTF-8"),
        ("a.txt", "Words.".encode("utf-16"), "is text in UTF-16, not UTF-8; save it as UTF-8"),
        ("a.txt", "One.\nCaf\u00e9.".encode("latin-1"), "is not UTF-8 (byte 0xE9 in line 2); save it as UTF-8"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_reason(name: str, content: bytes, reason: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    assert reasons(tmp_path) == {name: reason}


def test_a_file_over_the_limit_is_refused_without_being_read(tmp_path: Path) -> None:
    with (tmp_path / "a.txt").open("wb") as file:
        file.truncate(5 * LARGEST_FILE_BYTES)
    assert reasons(tmp_path) == {"a.txt": "is too large (100 MB; at most 20 MB); divide it into several files"}


def test_the_second_of_two_files_with_the_same_content_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "twin.txt").write_text("Some words.\n")
    assert reasons(tmp_path) == {"twin.txt": "has the same content as good.txt, which is read instead"}


def test_a_link_that_leaves_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "outside.txt").write_text("Secret.\n")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a.txt").symlink_to(tmp_path / "outside.txt")
    assert reasons(folder) == {"a.txt": "is a link that leaves the folder; copy the file into the folder instead"}
    with pytest.raises(UnreadableFile, match="outside the folder"):
        read_file(folder, "a.txt")


def test_a_path_that_leaves_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "outside.txt").write_text("Secret.\n")
    (tmp_path / "folder").mkdir()
    with pytest.raises(UnreadableFile, match="outside the folder"):
        read_file(tmp_path / "folder", "../outside.txt")


def test_a_link_to_a_file_in_the_folder_is_the_same_content(tmp_path: Path) -> None:
    (tmp_path / "z.txt").symlink_to(tmp_path / "good.txt")
    assert reasons(tmp_path) == {"z.txt": "has the same content as good.txt, which is read instead"}


def test_links_in_a_circle_do_not_keep_reading(tmp_path: Path) -> None:
    (tmp_path / "a.txt").symlink_to(tmp_path / "b.txt")
    (tmp_path / "b.txt").symlink_to(tmp_path / "a.txt")
    (tmp_path / "up").symlink_to(tmp_path)
    assert reasons(tmp_path) == {
        "a.txt": "is a link that leads nowhere",
        "b.txt": "is a link that leads nowhere",
        "up": "is a link to a folder; links to folders are not followed",
    }


def test_a_pipe_does_not_keep_us_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.txt")
    assert reasons(tmp_path) == {"a.txt": "is no regular file"}


def test_a_name_that_is_not_utf_8_is_told_in_full(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9.txt")).write_text("Words.\n")
    assert reasons(tmp_path) == {"caf\\xe9.txt": "has a name that is not UTF-8; rename it"}


@needs_permissions
def test_a_file_that_may_not_be_opened_does_not_stop_the_folder(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Words.\n")
    (tmp_path / "a.txt").chmod(0)
    assert "check that it is there and may be read" in reasons(tmp_path)["a.txt"]


@needs_permissions
def test_a_subfolder_that_may_not_be_opened_does_not_stop_the_folder(tmp_path: Path) -> None:
    (tmp_path / "shut").mkdir(mode=0)
    assert "check its permissions" in reasons(tmp_path)["shut"]


def test_a_file_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="check that it is there"):
        read_file(tmp_path, "gone.txt")


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs a file that is longer than its size says")
def test_a_file_whose_size_and_content_disagree_counts_as_changing() -> None:
    with pytest.raises(UnreadableFile, match="changed while it was read"):
        read_file(Path("/proc/self"), "status")


def test_a_missing_folder_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="does not exist"):
        read_folder(tmp_path / "none")


def test_a_file_in_place_of_a_folder_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Words.\n")
    with pytest.raises(FolderError, match="Name the folder that holds it"):
        read_folder(tmp_path / "a.txt")


def test_an_empty_folder_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="Put text files into it"):
        read_folder(tmp_path)


def test_a_folder_of_unreadable_files_tells_each_reason(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    reading = read_folder(tmp_path)
    assert (reading.documents, len(reading.unreadable)) == ((), 1)
