"""What comes of something a person did: what they see, after how long, and what went wrong."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any

from tests.loopback.errors import ApiError
from tests.loopback.world import Channel, Json, Message, User

if TYPE_CHECKING:
    from tests.loopback.interactions import Interaction


class NotHappened(AssertionError):
    """What was waited for did not come; says what there is instead."""


class Signal:
    """Something that changes, and can be waited for."""

    def __init__(self) -> None:
        self._waiting: list[asyncio.Future[None]] = []

    def notify(self) -> None:
        """Say that something changed."""
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            if not each.done():
                each.set_result(None)

    async def until(
        self, condition: Callable[[], Any], within: float = 5.0, what: str | Callable[[], str] = "the condition"
    ) -> None:
        """Wait until a condition holds; raises NotHappened when it does not in so many seconds."""
        try:
            async with asyncio.timeout(within):
                while not condition():
                    changed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
                    self._waiting.append(changed)
                    await changed
        except TimeoutError:
            raise NotHappened(f"not within {within:g} s: {what if isinstance(what, str) else what()}") from None


class Outcome(Signal):
    """What comes of one action. `await` waits for the answer, and gives the outcome back.

        asked = await discord.slash(ana, general, "ask", question="When?")
        assert "15 May 1998" in asked.message.text

    Without `await` the action is done all the same, and `until`, `answer` or `silence` wait for what a test is about.
    """

    def __init__(
        self, user: User, channel: Channel, *, at: float, question: Message | None = None, done: str = "answer"
    ) -> None:
        super().__init__()
        self.user = user
        self.channel = channel
        self.question = question
        """The message of the person, where it was a message."""
        self.interaction: Interaction | None = None
        self.at = at
        self.acknowledged_after: float | None = None
        """Seconds until the person saw any reaction: an answer, "is thinking", typing, choices, a form."""
        self.answered_after: float | None = None
        """Seconds until the answer was there."""
        self.choices: list[Json] | None = None
        """What was offered while typing."""
        self.modal: Json | None = None
        """The form that was opened."""
        self.responses: list[Message] = []
        """The messages sent for an interaction, first the response, then follow-ups."""
        self.errors: list[ApiError] = []
        """What the server refused of what the bot did about this."""
        self.failed = False
        """Whether the person was told that the application did not respond."""
        self.thread: Channel | None = None
        self.began = time.monotonic()
        self._done = done

    def __await__(self) -> Generator[Any, None, Outcome]:
        return self.answer().__await__()

    @property
    def messages(self) -> list[Message]:
        """What the bot said about it and is still there, oldest first."""
        said = self.responses or (self.question.answers if self.question else [])
        return [each for each in said if not each.deleted]

    @property
    def message(self) -> Message:
        """The last thing the bot said about it."""
        if not self.messages:
            raise NotHappened(f"no answer: {self.describe()}")
        return self.messages[-1]

    @property
    def text(self) -> str:
        """All the text the bot said about it; empty where there is none yet."""
        return "\n".join(each.text for each in self.messages)

    @property
    def answered(self) -> bool:
        """Whether there is an answer that is not only "is thinking", or whatever else this waits for."""
        if self.failed:
            return True
        if self._done == "deleted":
            return self.question is not None and bool(self.question.answers) and not self.messages
        if self._done == "changed":
            return any(each.changed_at > self.began for each in self.messages)
        if self.choices is not None or self.modal is not None or self.answered_after is not None:
            return True
        return any(not each.loading for each in self.messages)

    async def answer(self, within: float = 5.0) -> Outcome:
        """Wait for the answer, and return the outcome; raises NotHappened when there is none."""
        await self.until(lambda: self.answered, within, lambda: f"an answer; {self.describe()}")
        if self.failed:
            raise NotHappened(f"the application did not respond; {self.describe()}")
        return self

    async def acknowledged(self, within: float = 5.0) -> Outcome:
        """Wait for any reaction."""
        await self.until(
            lambda: self.acknowledged_after is not None or self.failed, within, lambda: f"a reaction; {self.describe()}"
        )
        return self

    async def silence(self, seconds: float = 0.2) -> None:
        """Wait, and raise NotHappened if there is any reaction."""
        try:
            await self.until(lambda: self.acknowledged_after is not None or self.answered, seconds)
        except NotHappened:
            return
        raise NotHappened(f"silence was expected: {self.describe()}")

    def describe(self) -> str:
        """Return what there is, for the message of a failed test."""
        said = [each.text or each.labels() for each in self.messages]
        return f"messages {said!r}, errors {[str(each) for each in self.errors]}"

    def note_acknowledged(self, at: float) -> None:
        """Note a reaction of the bot."""
        if self.acknowledged_after is None:
            self.acknowledged_after = at - self.at

    def note_answered(self, at: float) -> None:
        """Note that the answer is there."""
        self.note_acknowledged(at)
        if self.answered_after is None:
            self.answered_after = at - self.at
        self.notify()
