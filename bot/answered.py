"""Which message answers which question, as ids: so that a question that is deleted takes its answer with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.state import SettingsUnavailable, StateFile

KEPT = timedelta(days=7)
"""Whoever deletes a question later than that can still press Remove."""


@dataclass(frozen=True, slots=True)
class AnswerMessage:
    """Where an answer stands."""

    channel_id: int
    message_id: int


class Answered:
    """The answers of the last seven days; outlives the process.

    Nothing is raised where the file cannot be used: an answer that was given is not to fail because it could not be
    noted. It is logged once. To write may wait two seconds: not in an event loop.
    """

    def __init__(self, state: StateFile, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._state = state
        self._now = now

    def remember(
        self, question_id: int, channel_id: int, answer_channel_id: int, answer_id: int, guild_id: int | None
    ) -> None:
        """Note an answer in place of the one before, and forget those that are too old.

        Args:
            question_id: The message that asks.
            channel_id: Where it stands.
            answer_channel_id: Where the answer stands: the same, or a thread.
            answer_id: The message that answers.
            guild_id: The server; None for a direct message.
        """
        now = self._now()
        self._write(
            ("DELETE FROM answered WHERE at < ?", ((now - KEPT).timestamp(),)),
            (
                "INSERT OR REPLACE INTO answered VALUES (?, ?, ?, ?, ?, ?)",
                (question_id, channel_id, answer_channel_id, answer_id, guild_id, now.timestamp()),
            ),
        )

    def answer_of(self, question_id: int) -> AnswerMessage | None:
        """Return the message that answers another, or None where it is not known or too old."""
        rows = self._state.rows(
            "SELECT answer_channel, answer FROM answered WHERE question = ? AND at >= ?",
            question_id,
            (self._now() - KEPT).timestamp(),
        )
        return AnswerMessage(*rows[0]) if rows else None

    def forget(self, question_id: int) -> None:
        """Forget an answer: it is gone."""
        self._write(("DELETE FROM answered WHERE question = ?", (question_id,)))

    def forget_channel(self, channel_id: int) -> None:
        """Forget the answers in a channel, and those to questions in it: it is gone."""
        self._write(("DELETE FROM answered WHERE ? IN (channel, answer_channel)", (channel_id,)))

    def forget_guild(self, guild_id: int) -> None:
        """Forget the answers in a server."""
        self._write(("DELETE FROM answered WHERE guild = ?", (guild_id,)))

    def _write(self, *statements: tuple[str, tuple[object, ...]]) -> None:
        try:
            with self._state.writing() as connection:
                for statement, values in statements:
                    connection.execute(statement, values)
        except SettingsUnavailable as error:
            self._state.warn_once(error)
