"""Questions from an event loop: bounded, cancelled at no cost, closed cleanly, and the same answers as one by one."""

from __future__ import annotations

import asyncio
import gc
import os
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from samples import by_locator, found, quoted

from bot.asking import Asking, NotTaken
from bot.config import configure
from bot.opening import existing_library, refreshed
from corpus.passages import sentences_of
from retrieval.answering import Answer
from retrieval.library import Library


class Slow:
    """Answers when it is told to, and keeps the questions that were begun."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.go_on = threading.Event()

    def search(self, words: str, limit: int = 10) -> tuple[()]:
        return ()

    def answer(self, question: str, limit: int = 3, context: str | None = None) -> Answer:
        self.begun.append(question)
        assert self.go_on.wait(60)
        return found(quoted(by_locator("para. 5")))


def asking_of(library: Any, **options: int) -> Asking[Library]:
    """What asks one library."""
    return Asking(lambda server: nullcontext(library), **options)


async def answer(asking: Asking[Library], question: str) -> Answer:
    return await asking.run(lambda library: library.answer(question))


async def until(condition: Any) -> None:
    """Let the others of the event loop work until something is so."""
    while not condition():
        await asyncio.sleep(0)


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 60))


def test_the_event_loop_goes_on_while_a_question_is_answered() -> None:
    async def work() -> None:
        library = Slow()
        async with asking_of(library) as asking:
            asked = asyncio.create_task(answer(asking, "?"))
            await until(lambda: library.begun)
            library.go_on.set()  # by the event loop, which would wait for ever if it were held
            assert (await asked).found

    run(work())


def test_no_more_questions_are_worked_on_than_there_are_threads() -> None:
    async def work() -> None:
        library = Slow()
        async with asking_of(library, threads=2) as asking:
            asked = [asyncio.create_task(answer(asking, str(number))) for number in range(5)]
            await until(lambda: len(library.begun) == 2)
            await asyncio.sleep(0)
            assert sorted(library.begun) == ["0", "1"]
            library.go_on.set()
            await asyncio.gather(*asked)
            assert sorted(library.begun) == ["0", "1", "2", "3", "4"]

    run(work())


def test_a_question_is_refused_when_as_many_as_may_are_waiting() -> None:
    async def work() -> None:
        library = Slow()
        async with asking_of(library, threads=1, waiting=1) as asking:
            asked = [asyncio.create_task(answer(asking, str(number))) for number in range(2)]
            await until(lambda: library.begun)
            with pytest.raises(NotTaken, match="ask again in a moment"):
                await answer(asking, "one too many")
            library.go_on.set()
            assert all(answer.found for answer in await asyncio.gather(*asked))
            assert (await answer(asking, "another")).found

    run(work())


def test_a_waiting_question_that_is_cancelled_is_never_begun_and_takes_no_place() -> None:
    async def work() -> None:
        library = Slow()
        async with asking_of(library, threads=1, waiting=1) as asking:
            first = asyncio.create_task(answer(asking, "first"))
            await until(lambda: library.begun)
            cancelled = asyncio.create_task(answer(asking, "cancelled"))
            await asyncio.sleep(0)
            cancelled.cancel()
            with pytest.raises(asyncio.CancelledError):
                await cancelled
            last = asyncio.create_task(answer(asking, "last"))  # takes the place
            await asyncio.sleep(0)
            library.go_on.set()
            await asyncio.gather(first, last)
            assert library.begun == ["first", "last"]

    run(work())


def test_a_question_that_is_cancelled_while_it_is_worked_on_keeps_its_thread_until_the_end() -> None:
    async def work() -> None:
        library = Slow()
        async with asking_of(library, threads=1) as asking:
            first = asyncio.create_task(answer(asking, "first"))
            await until(lambda: library.begun)
            first.cancel()
            with pytest.raises(asyncio.CancelledError):
                await first
            second = asyncio.create_task(answer(asking, "second"))
            await asyncio.sleep(0)
            assert library.begun == ["first"]
            library.go_on.set()
            assert (await second).found

    run(work())


def test_closing_ends_what_is_running_and_tells_those_that_wait() -> None:
    async def work() -> None:
        library = Slow()
        asking = asking_of(library, threads=1)
        running, *waiting = (asyncio.create_task(answer(asking, str(number))) for number in range(3))
        await until(lambda: library.begun)
        closing = asyncio.create_task(asking.close())
        await asyncio.sleep(0)
        library.go_on.set()
        await closing
        assert (await running).found
        for each in waiting:
            with pytest.raises(NotTaken, match="the program is ending"):
                await each
        with pytest.raises(NotTaken, match="the program is ending"):
            await answer(asking, "after the end")
        assert library.begun == ["0"]
        await asking.close()

    run(work())


def test_what_was_opened_is_not_looked_through_for_garbage_while_questions_are_answered() -> None:
    async def work() -> None:
        async with asking_of(Slow()):
            assert gc.get_freeze_count() > 0
        assert gc.get_freeze_count() == 0

    run(work())


def test_what_goes_wrong_in_a_thread_reaches_who_asked_and_frees_the_thread() -> None:
    async def work() -> None:
        async with asking_of(Slow(), threads=1) as asking:
            for _ in range(2):
                with pytest.raises(ZeroDivisionError):
                    await asking.run(lambda library: 1 / 0)

    run(work())


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, put_model: Callable[[Path], None]) -> Iterator[Library]:
    """The shipped documents and the packaged model."""
    settings = {name: value for name, value in os.environ.items() if not name.startswith("RAPPORTEUR_")}
    index = tmp_path_factory.mktemp("asked") / "index"
    put_model(index)
    config = configure(settings | {"RAPPORTEUR_INDEX": str(index)})
    refreshed(config)
    with existing_library(config) as library:
        yield library


def content(answer: Answer) -> tuple[object, ...]:
    """What an answer says, without the time it took."""
    return answer.confidence, answer.problem, answer.reading, answer.quotations, answer.nearest


def questions(library: Library) -> list[str]:
    passages = [passage for source in library.sources() for passage in library.passages(source.id)]
    return [passage.text[slice(*sentences_of(passage.text)[0])] for passage in passages[::3]]


def test_many_questions_at_once_are_answered_as_one_after_the_other(library: Library) -> None:
    asked = questions(library)
    alone = [content(library.answer(each)) for each in asked]

    async def work() -> None:
        async with asking_of(library, threads=4) as asking:
            together = await asyncio.gather(*(answer(asking, each) for each in asked * 3))
            assert [content(answer) for answer in together] == alone * 3

    asyncio.run(work())


def test_whatever_a_library_does_can_be_asked_for(library: Library, tmp_path: Path) -> None:
    async def work() -> None:
        async with asking_of(library) as asking:
            reading = await asking.run(lambda library: library.find("1138 OP 5"))
            assert reading.passages == library.find("1138 OP 5").passages

    run(work())
