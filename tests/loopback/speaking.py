"""What people write, and which of it the bot answers with what."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Iterator, Sequence

from tests.loopback.outcome import Outcome
from tests.loopback.scenery import Scenery
from tests.loopback.world import Attachment, Channel, Json, Message, User

File = tuple[str, bytes] | tuple[str, bytes, int]
"""A name, what is in it, and how large it is said to be, where that is not so."""


class Speaking(Scenery):
    """Lets people write messages."""

    def __init__(self, keep: int) -> None:
        super().__init__(keep)
        self._questions: OrderedDict[int, Message] = OrderedDict()
        self._unanswered: dict[int, deque[Message]] = {}

    def say(
        self,
        user: User,
        channel: Channel,
        text: str,
        *,
        files: Sequence[File] = (),
        payload: Json | None = None,
        mention_replied: bool = True,
    ) -> Outcome:
        """Write something in a channel."""
        body = {"content": text} | (payload or {})
        attachments = [self.keep_file(*each) for each in files]
        return self._prepared(user, channel, body, attachments, mention_replied=mention_replied)

    def _prepared(
        self,
        user: User,
        channel: Channel,
        body: Json,
        files: list[Attachment],
        *,
        mention_replied: bool = True,
        number: int | None = None,
        outcome: Outcome | None = None,
    ) -> Outcome:
        outcome = outcome or Outcome(user, channel, at=self._d.clock.now())
        number = self._d.ids.next() if number is None else number
        message = self._d.posts.create(channel, user, body, files, number=number, mention_replied=mention_replied)
        outcome.question = message
        message.watchers.add(outcome)
        self._questions[message.id] = message
        while len(self._questions) > self._keep:
            self._questions.popitem(last=False)
        self._unanswered.setdefault(channel.id, deque(maxlen=200)).append(message)
        outcome.notify()
        return outcome

    def mention(self, user: User, channel: Channel, text: str = "", *, files: Sequence[File] = ()) -> Outcome:
        """Write something that mentions the bot: at its beginning, unless the text does so itself."""
        mention = self._d.bot.mention
        return self.say(user, channel, text if mention in text else f"{mention} {text}".rstrip(), files=files)

    def dm(self, user: User, text: str, *, files: Sequence[File] = ()) -> Outcome:
        """Write to the bot directly."""
        return self.say(user, self.dm_channel(user), text, files=files)

    def reply(
        self, user: User, message: Message, text: str, *, ping: bool = True, files: Sequence[File] = ()
    ) -> Outcome:
        """Reply to a message; with `ping` its author is notified, except where it answers a command."""
        payload: Json = {"message_reference": {"message_id": str(message.id)}}
        if not ping:
            payload["allowed_mentions"] = {"parse": ["users", "roles", "everyone"], "replied_user": False}
        pinged = ping and message.interaction is None
        return self.say(user, message.channel, text, files=files, payload=payload, mention_replied=pinged)

    def webhook_says(self, channel: Channel, text: str) -> Message:
        """Let a webhook write something: it must never be answered."""
        hook = User(self._d.ids.next(), "hook", bot=True, is_webhook=True)
        return self._d.posts.create(channel, hook, {"content": text})

    def edit(self, message: Message, text: str) -> Outcome:
        """Let the author change a message; `await` waits until an answer to it is changed or new."""
        outcome = Outcome(message.author, message.channel, at=self._d.clock.now(), question=message, done="changed")
        for each in (message, *message.answers):
            each.watchers.add(outcome)
        was_pinged = message.reference is not None and message.reference.author in message.mentions
        allowed = {"parse": ["users", "roles", "everyone"], "replied_user": was_pinged}
        self._d.posts.edit(message, {"content": text, "allowed_mentions": allowed})
        return outcome

    def delete(self, message: Message) -> Outcome:
        """Delete a message; `await` waits until the answers to it are gone."""
        outcome = Outcome(message.author, message.channel, at=self._d.clock.now(), question=message, done="deleted")
        for each in (message, *message.answers):
            each.watchers.add(outcome)
        self._d.posts.delete(message)
        return outcome

    def forum_post(self, user: User, forum: Channel, title: str, body: str = "", *, late: float = 0.0) -> Outcome:
        """Open a post in a forum; its first message comes so many seconds late, and until then nobody can write."""
        number = self._d.ids.next()
        thread = self._d.posts.start_thread(forum, user, {"name": title}, number=number)
        outcome = Outcome(user, thread, at=self._d.clock.now())
        outcome.thread = thread

        def write() -> None:
            thread.awaits_first = False
            self._prepared(user, thread, {"content": body or title}, [], number=number, outcome=outcome)

        if late:
            thread.awaits_first = True
            asyncio.get_running_loop().call_later(late, write)
        else:
            write()
        return outcome

    def thread(self, user: User, channel: Channel, name: str, *, message: Message | None = None) -> Channel:
        """Open a thread in a channel."""
        return self._d.posts.start_thread(channel, user, {"name": name}, starter=message)

    def question(self, number: int) -> Message | None:
        """Return a message of a person, also when it was deleted."""
        return self._questions.get(number)

    def said(self, message: Message) -> None:
        """Note which message of a person the bot answers with this."""
        if message.interaction is not None:
            return
        question = self._answered_by(message)
        if question is None:
            return
        question.answers.append(message)
        waiting = self._unanswered.get(question.channel.id)
        if waiting is not None and question in waiting:
            waiting.remove(question)
        for outcome in list(question.watchers):
            message.watchers.add(outcome)
            outcome.thread = outcome.thread or question.thread
            outcome.note_answered(self._d.clock.now())

    def _answered_by(self, message: Message) -> Message | None:
        channel = message.channel
        if message.reference_id is not None:
            return self._questions.get(message.reference_id)
        if channel.is_thread:
            starter = self._questions.get(channel.id)
            if starter is not None and not starter.answers:
                return starter
        return next(self._addressed(channel), None) or (self._questions.get(channel.id) if channel.is_thread else None)

    def _addressed(self, channel: Channel) -> Iterator[Message]:
        """Yield what was said to the bot in a channel and is not answered yet, oldest first."""
        for each in list(self._unanswered.get(channel.id, ())):
            if channel.is_private or self._d.bot in each.mentions or each.id == channel.id:
                yield each

    def typed(self, channel: Channel) -> None:
        """Note that the bot shows that it is typing."""
        channel.typing += 1
        for message in self._addressed(channel):
            outcomes = [each for each in message.watchers if each.acknowledged_after is None]
            for outcome in outcomes:
                outcome.note_acknowledged(self._d.clock.now())
                outcome.notify()
            if outcomes:
                return
