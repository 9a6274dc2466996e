from pathlib import Path

import pytest

from retrieval.questions import Question, QuestionsUnreadable, read_questions, spread

DATA = Path(__file__).parents[1] / "data"
SHARED = Path(__file__).parents[2].parent / "shared" / "data"

FULL = (
    '{"id": "q1", "question": "until when", "answerable": true, "document": ["a.txt"], "answers": ["15 May 1998"],'
    ' "locator": "para. 5", "kind": "date"}'
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "questions.jsonl"


def reading(file: Path, content: str) -> tuple[Question, ...]:
    file.write_text(content, encoding="utf-8", newline="")
    return read_questions(file)


def problem(file: Path, content: str | bytes) -> QuestionsUnreadable:
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(QuestionsUnreadable) as raised:
        read_questions(file)
    return raised.value


def test_a_question_keeps_what_its_line_says(file: Path) -> None:
    assert reading(file, FULL) == (
        Question(
            id="q1",
            question="until when",
            answerable=True,
            answers=("15 May 1998",),
            document=("a.txt",),
            locator=("para. 5",),
            kind="date",
        ),
    )


def test_a_locator_may_be_a_string_a_list_or_null(file: Path) -> None:
    lines = (FULL, FULL.replace('"para. 5"', '["para. 5", "para. 6"]'), FULL.replace('"para. 5"', "null"))
    assert [each.locator for each in reading(file, "\n".join(lines))] == [("para. 5",), ("para. 5", "para. 6"), ()]


def test_an_empty_answer_is_left_out_for_it_stands_in_every_text(file: Path) -> None:
    [question] = reading(file, FULL.replace('"15 May 1998"', '"", "15 May 1998", " "'))
    assert question.answers == ("15 May 1998",)


def test_blank_lines_and_windows_line_ends_and_a_byte_order_mark_are_no_matter(file: Path) -> None:
    assert len(reading(file, f"\ufeff{FULL}\r\n\r\n{FULL}\r\n")) == 2


def test_a_line_separator_inside_a_string_ends_no_line(file: Path) -> None:
    [question] = reading(file, FULL.replace("until when", "until\u2028when"))
    assert question.question == "until\u2028when"


def test_an_unanswerable_question_needs_no_document(file: Path) -> None:
    line = '{"id": "q2", "question": "who won the cup", "answerable": false, "unanswerable_type": "off-topic"}'
    [question] = reading(file, line)
    assert question.off_topic
    assert question.wanted == "no answer"


def test_what_is_wanted_is_told_for_people(file: Path) -> None:
    [question] = reading(file, FULL)
    assert question.wanted == "a.txt, para. 5: “15 May 1998”"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{not json}", "is not JSON"),
        ('["q1"]', "no object"),
        ("[" * 100_000, "is not JSON"),
        ('{"n": ' + "9" * 5000 + "}", "is not JSON"),
        ('{"question": "x", "answerable": false}', 'needs "id"'),
        ('{"id": "q", "answerable": false}', 'needs "question"'),
        ('{"id": "q", "question": " ", "answerable": false}', 'needs "question"'),
        ('{"id": 3, "question": "x", "answerable": false}', '"id" must be a string'),
        ('{"id": "q", "question": "x"}', 'needs "answerable"'),
        ('{"id": "q", "question": "x", "answerable": "yes"}', 'needs "answerable"'),
        ('{"id": "q", "question": "x", "answerable": true, "answers": ["y"]}', 'needs "document"'),
        ('{"id": "q", "question": "x", "answerable": true, "document": ["a.txt"]}', '"answers" or "passages"'),
        (FULL.replace('["15 May 1998"]', "[1998]"), '"answers" must be'),
        (FULL.replace('"para. 5"', '{"para": 5}'), '"locator" must be'),
    ],
)
def test_a_line_that_is_no_question_is_named_with_what_to_do(file: Path, line: str, words: str) -> None:
    raised = problem(file, f"{FULL}\n\n{line}\n")
    assert raised.line == 3
    assert str(raised).startswith(f"{file}, line 3: ")
    assert words in raised.reason


def test_a_file_in_another_encoding_is_told_with_its_line(file: Path) -> None:
    raised = problem(file, FULL.encode() + b"\n" + "régime".encode("latin-1"))
    assert raised.line == 2
    assert "UTF-8" in raised.reason


@pytest.mark.parametrize("content", ["", "\n \n"])
def test_an_empty_file_is_told_with_an_example(file: Path, content: str) -> None:
    raised = problem(file, content)
    assert raised.line is None
    assert "holds no question" in str(raised)
    assert '"answerable": true' in str(raised)


def test_a_file_that_does_not_exist_is_told(file: Path) -> None:
    with pytest.raises(QuestionsUnreadable, match="No such file"):
        read_questions(file)


def test_a_folder_is_no_file_of_questions(tmp_path: Path) -> None:
    with pytest.raises(QuestionsUnreadable, match="Give the path of a file"):
        read_questions(tmp_path)


def test_the_questions_of_the_project_can_be_read() -> None:
    questions = read_questions(DATA / "questions.jsonl")
    assert len({each.id for each in questions}) == len(questions)
    assert any(each.answerable for each in questions)
    assert any(not each.answerable for each in questions)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the data for measuring is not at hand")
@pytest.mark.parametrize("name", ["un_questions.jsonl", "qa/clapnq/questions.jsonl", "qa/obliqa/questions.jsonl"])
def test_every_set_for_measuring_can_be_read(name: str) -> None:
    lines = (SHARED / name).read_text(encoding="utf-8").split("\n")
    assert len(read_questions(SHARED / name)) == sum(bool(line.strip()) for line in lines)


@pytest.mark.parametrize(
    ("most", "kept"), [(None, [0, 1, 2, 3, 4, 5, 6]), (9, [0, 1, 2, 3, 4, 5, 6]), (3, [0, 2, 4]), (1, [0])]
)
def test_a_sample_is_spread_over_all_questions(most: int | None, kept: list[int]) -> None:
    every = [Question(str(number), "who?", answerable=False) for number in range(7)]
    assert [int(each.id) for each in spread(every, most)] == kept
