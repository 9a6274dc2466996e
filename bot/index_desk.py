"""What admins do to an index → cards: the work behind the commands, buttons and forms of `/index`.

Knows who may do what, and does nothing before it has asked: rights may have been taken away since a card was shown.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import discord

from bot.cards import Card, Entry, Frame, Tone
from bot.config import ManagingConfig
from bot.fetching import fetched
from bot.index_cards import (
    Preview,
    Standing,
    brief,
    check_card,
    history_card,
    not_added_card,
    preview_card,
    progress_card,
    refusal_lines,
    removal_card,
    rollback_card,
    rolled_back_card,
    running_sentence,
    status_card,
)
from bot.index_presses import mark
from bot.intake import (
    MOST_FILES,
    Given,
    Held,
    Refusal,
    examined,
    put,
    with_one_more,
)
from bot.jobs import AlreadyRunning, Job, JobStopped
from bot.managed import Managed, Quota
from bot.refreshing import Refresh, Refreshing, unreadable_in
from bot.removed import forget_unreachable, keep, named, put_back, take_out
from bot.responding import Refused
from bot.rights import Rights, manages_server
from bot.server_indexes import ServerIndexes
from bot.staging import WAITS_SECONDS, Batch, Staging
from bot.strings import Said
from corpus.document import Source
from corpus.errors import FolderError
from retrieval.admin_log import Action, Actor, AdminLog, Outcome
from retrieval.admin_log import Entry as Done
from retrieval.generations import RefreshRunning, current, kept_generations, refresh_running, roll_back
from retrieval.indexing import listing
from retrieval.store import Generation, IndexMissing, IndexUnusable, Store, read_manifest

SHARED, SERVER = "shared", "server"
READ_WITHIN_SECONDS = 60
"""How long files that somebody gives may take to be read."""
_HISTORY = 300
_LONGEST_MOMENT = 14
"""Digits of the milliseconds of a moment."""
_READERS = 2
"""Processes that read files side by side."""
_NAMES = 160


@dataclass(frozen=True, slots=True)
class Contents:
    """The documents of the index in use, each with the number of its passages."""

    generation: Generation
    sources: tuple[Source, ...]
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Begun:
    """What a person is shown first, and the refresh to follow, with lines about what was done before it."""

    card: Card
    refresh: Refresh | None = None
    notes: tuple[str, ...] = ()


class IndexDesk:
    """Manages the shared documents, and those of each server."""

    def __init__(
        self,
        shared: Managed,
        servers: ServerIndexes,
        rights: Rights,
        refreshing: Refreshing,
        staging: Staging,
        config: ManagingConfig,
    ) -> None:
        self.shared = shared
        self.refreshing = refreshing
        self._servers = servers
        self._rights = rights
        self._staging = staging
        self._config = config
        self._contents: dict[Path, Contents] = {}
        self._changing: dict[Path, asyncio.Lock] = {}
        self._reading = asyncio.Semaphore(_READERS)

    # --- who, and what of

    async def managed(self, interaction: discord.Interaction[Any], wanted: str | None, frame: Frame) -> Managed:
        """Return the documents that a command is about, if the person may manage them; raises Refused.

        Args:
            interaction: Who, and where.
            wanted: `SHARED` or `SERVER`; None is the shared ones for those who may, else the server's own.
            frame: For whom.
        """
        if wanted is None:
            wanted = SHARED if await self._rights.manages_shared(interaction) else SERVER
        return await self.managed_of(interaction, interaction.guild_id if wanted == SERVER else None, frame)

    async def managed_of(self, interaction: discord.Interaction[Any], guild: int | None, frame: Frame) -> Managed:
        """Return the documents of a server, or the shared ones, if the person may manage them; raises Refused."""
        if guild is None:
            if not await self._rights.manages_shared(interaction):
                raise Refused(frame.say(Said.ONLY_SHARED_ADMINS))
            return self.shared
        if guild != interaction.guild_id or not manages_server(interaction):
            raise Refused(frame.say(Said.ONLY_SERVER_ADMINS))
        if not self._config.server_documents:
            raise Refused(frame.say(Said.NO_SERVER_DOCUMENTS))
        place = self._servers.of(guild)
        quota = Quota(self._config.server_documents, self._config.server_megabytes * 1_000_000)
        return Managed(place.documents, place.index, guild, quota)

    async def contents(self, managed: Managed) -> Contents | None:
        """Return what an index holds; None where there is none that can be read."""
        return await asyncio.to_thread(self._contents_now, managed)

    def _contents_now(self, managed: Managed) -> Contents | None:
        try:
            folder = current(managed.index)
            kept = self._contents.get(managed.index)
            if kept is None or kept.generation.name != folder.name:
                with closing(Store.open(folder)) as store:
                    kept = Contents(store.generation, store.sources, store.passage_counts())
                self._contents[managed.index] = kept
        except IndexUnusable:
            return None
        return kept

    # --- looking

    async def status(self, managed: Managed, frame: Frame) -> Card:
        """Show how an index stands."""
        return status_card(await asyncio.to_thread(self._standing, managed), managed, frame)

    def _standing(self, managed: Managed) -> Standing:
        generation, problem = None, None
        added, changed, removed = None, 0, 0
        try:
            generation = read_manifest(current(managed.index))
        except IndexMissing:
            pass
        except IndexUnusable as error:
            problem = str(error)
        try:
            files = {each.id: each.sha256 for each in listing(managed.documents.resolve(), managed.index).files}
        except FolderError as error:
            files = {}
            problem = problem or (str(error) if managed.is_shared else None)
        contents = self._contents_now(managed) if generation else None
        unusable = (generation is not None or problem is not None) and contents is None
        unused = managed.guild is not None and (unusable or self._is_of_another_model(generation))
        if contents:
            held = {each.id: each.sha256 for each in contents.sources}
            added, removed = len(files.keys() - held.keys()), len(held.keys() - files.keys())
            changed = sum(files[each] != held[each] for each in files.keys() & held.keys())
        used = None
        if managed.quota:
            sizes = Held.in_folder(managed.files).sizes
            used = (len(sizes), sum(sizes.values()))
        holder = refresh_running(managed.index)
        running = (holder.actor.who, holder.since) if holder else None
        mine = self.refreshing.of(managed.index)
        if mine:
            running = (mine.actor.who, mine.since)
        failure = AdminLog(managed.index).last_failure()
        return Standing(generation, problem, added, changed, removed, running, failure, used, unused)

    def _is_of_another_model(self, generation: Generation | None) -> bool:
        """Tell whether a server's own index was made with another model than the shared one, whose model answers."""
        with suppress(IndexUnusable):
            return generation is not None and generation.model != read_manifest(current(self.shared.index)).model
        return False

    async def history(self, managed: Managed, frame: Frame, page: int = 0) -> Card:
        """Show what was done to an index, and by whom."""
        done = await asyncio.to_thread(AdminLog(managed.index).entries, _HISTORY)
        return history_card(done, page, managed, frame)

    async def check(self, managed: Managed, frame: Frame) -> Card:
        """Show how each file of the folder is read."""
        await self._refuse_none(managed, frame)
        read: list[Mapping[str, Any]] = []
        job = Job({"do": "read", "documents": str(managed.documents), "index": str(managed.index)})
        async with self._reading:
            outcome = await job.done(lambda said: read.append(said["read"]))
        return check_card(read, unreadable_in(outcome["unreadable"]), managed, frame)

    # --- refreshing

    async def refresh(self, managed: Managed, actor: Actor, frame: Frame, notes: Sequence[str] = ()) -> Begun:
        """Begin a refresh; raises AlreadyRunning, and Refused where a server has no documents."""
        await self._refuse_none(managed, frame)
        refresh = await self.refreshing.begin(managed, actor)
        return Begun(progress_card(refresh, frame, notes), refresh, tuple(notes))

    async def _refuse_none(self, managed: Managed, frame: Frame) -> None:
        """Raise Refused where a server has no documents: where they would be is nobody's business there."""
        if managed.guild is not None and not await asyncio.to_thread(_files, managed):
            raise Refused(frame.say(Said.NO_OWN_DOCUMENTS, add=frame.command("index add")))

    async def _refresh_after(self, managed: Managed, actor: Actor, frame: Frame, notes: Sequence[str]) -> Begun:
        """Begin a refresh after files were changed; where one runs already, say that another one is needed."""
        try:
            refresh = await self.refreshing.begin_next(managed, actor)
            return Begun(progress_card(refresh, frame, notes), refresh, tuple(notes))
        except AlreadyRunning as error:
            lines = [*notes, running_sentence(error, frame), frame.say(Said.REFRESH_AGAIN)]
            return Begun(_note(Said.INDEX_REFRESHING, lines, managed, frame))

    def stop(self, managed: Managed, since: str) -> bool:
        """Stop the refresh that began at some milliseconds; tell whether it ran."""
        if not since.isdecimal() or len(since) > _LONGEST_MOMENT:
            return False
        return self.refreshing.stop(managed.index, datetime.fromtimestamp(int(since) / 1000, UTC))

    # --- documents put in

    async def preview(
        self, attachments: Sequence[discord.Attachment], person: int, managed: Managed, frame: Frame
    ) -> Card:
        """Show how files are read that somebody gives; those that are may then be put among the documents."""
        if not attachments:
            raise Refused(frame.say(Said.NOTHING_GIVEN))
        if not managed.may_be_changed:
            raise Refused(frame.say(Said.FOLDER_FIXED))
        held = await asyncio.to_thread(Held.in_folder, managed.files)
        previews: list[Preview] = []
        given: list[Given] = []
        for attachment in attachments[:MOST_FILES]:
            content = await fetched(attachment)
            file: Given | Refusal
            if isinstance(content, Refusal):
                file = content
            else:
                file = await asyncio.to_thread(examined, attachment.filename, content, held, managed.quota)
            if isinstance(file, Refusal):
                previews.append(Preview(attachment.filename, file))
                continue
            if file.replaces in [each.name for each in given]:
                previews.append(Preview(attachment.filename, Refusal(Said.NAME_TWICE)))
                continue
            held = with_one_more(held, file)
            given.append(file)
            previews.append(Preview(attachment.filename, None, file.name, None, file.replaces is not None))
        try:
            batch = await asyncio.to_thread(self._staging.keep, person, managed.guild, given)
        except OSError as error:
            raise Refused(frame.say(Said.NOT_WRITTEN, reason=brief(error.strerror or "–"))) from error
        loop = asyncio.get_running_loop()
        loop.call_later(WAITS_SECONDS + 1, loop.run_in_executor, None, self._staging.expire)
        read = await self._read(batch)
        previews = [_with_reading(each, read) for each in previews]
        batch = self._staging.narrow(batch, [each.name for each in previews if not each.refusal])
        if not batch.files:
            await asyncio.to_thread(self._staging.discard, batch)
        until = datetime.now(UTC) + timedelta(seconds=WAITS_SECONDS)
        return preview_card(previews, batch.ticket, until, managed, frame)

    async def _read(self, batch: Batch) -> Mapping[str, Mapping[str, Any] | Refusal]:
        """Return how each file of a batch is read, in a process that is ended where it takes too long."""
        found: dict[str, Mapping[str, Any] | Refusal] = {}
        if not batch.files:
            return found
        job = Job({"do": "read", "documents": str(batch.folder), "index": None})
        async with self._reading:
            late = asyncio.get_running_loop().call_later(READ_WITHIN_SECONDS, job.stop)
            try:
                outcome = await job.done(lambda said: found.update({said["read"]["document"]: said["read"]}))
            except JobStopped:
                return {each.name: found.get(each.name, Refusal(Said.TOOK_TOO_LONG)) for each in batch.files}
            finally:
                late.cancel()
        for file in unreadable_in(outcome["unreadable"]):
            found[file.id] = Refusal(Said.CANNOT_BE_READ, {"reason": file.reason})
        return found

    async def cancel(self, ticket: str, person: int, managed: Managed, frame: Frame) -> Card:
        """Let files wait no more, if a ticket is given."""
        batch = self._staging.take(ticket, person, managed.guild) if ticket else None
        if batch:
            await asyncio.to_thread(self._staging.discard, batch)
        return _note(Said.CANCELLED, [], managed, frame)

    async def add(self, ticket: str, person: int, actor: Actor, managed: Managed, frame: Frame) -> Begun:
        """Put files that wait among the documents, and begin a refresh; raises Refused where they wait no more."""
        batch = self._staging.take(ticket, person, managed.guild)
        if batch is None:
            raise Refused(frame.say(Said.WAITS_NO_MORE))
        try:
            async with self._alone(managed):
                added, refusals = await asyncio.to_thread(self._put, batch, managed, actor)
        except OSError as error:
            raise Refused(frame.say(Said.NOT_WRITTEN, reason=brief(error.strerror or "–"))) from error
        finally:
            await asyncio.to_thread(self._staging.discard, batch)
        if not added:
            return Begun(not_added_card(refusals, managed, frame))
        notes = [frame.say(Said.ADDED, names=brief(named(added), _NAMES)), *refusal_lines(refusals, frame)]
        return await self._refresh_after(managed, actor, frame, notes)

    def _put(self, batch: Batch, managed: Managed, actor: Actor) -> tuple[list[str], list[tuple[str, Refusal]]]:
        """Put files into the folder; return their names, and why others were not, as the folder is now."""
        if managed.guild is not None:
            self._servers.of(managed.guild).make()
        held = Held.in_folder(managed.files)
        added: list[str] = []
        refusals: list[tuple[str, Refusal]] = []
        try:
            for waiting in batch.given():
                now = examined(waiting.name, waiting.content, held, managed.quota)
                if isinstance(now, Given) and now.replaces != waiting.replaces:
                    now = Refusal(Said.NAME_TAKEN)
                if isinstance(now, Refusal):
                    refusals.append((waiting.name, now))
                    continue
                if now.replaces:
                    keep(managed, managed.id_of(now.replaces))
                put(managed.files, now)
                held = with_one_more(held, now)
                added.append(now.name)
        finally:
            if added:
                self._note(managed, actor, Action.ADD, added)
        return added, refusals

    # --- documents taken out

    async def ask_to_remove(self, document: str, managed: Managed, frame: Frame) -> Card:
        """Ask whether a document is to be taken out; raises Refused where it is none of them."""
        if not managed.may_be_changed:
            raise Refused(frame.say(Said.FOLDER_FIXED))
        contents = await self.contents(managed)
        sources = contents.sources if contents else ()
        source = _meant(document, sources)
        if source is None or contents is None:
            raise Refused(frame.say(Said.NO_SUCH_DOCUMENT_HERE, words=brief(document)))
        await self._refuse_the_last(source, contents, managed, frame)
        return removal_card(source, contents.counts[source.id], managed, frame)

    async def remove(self, marked: str, actor: Actor, managed: Managed, frame: Frame) -> Begun:
        """Take a document out of the folder, and begin a refresh; raises Refused where it is gone or another one."""
        async with self._alone(managed):
            contents = await self.contents(managed)
            source = next((each for each in (contents.sources if contents else ()) if mark(each) == marked), None)
            if source is None or contents is None:
                raise Refused(frame.say(Said.GONE_DOCUMENT))
            await self._refuse_the_last(source, contents, managed, frame)
            try:
                left = await asyncio.to_thread(self._take_out, source, managed, actor)
            except FileNotFoundError as error:
                raise Refused(frame.say(Said.GONE_DOCUMENT)) from error
            except OSError as error:
                raise Refused(frame.say(Said.NOT_WRITTEN, reason=brief(error.strerror or "–"))) from error
            if not left and managed.guild is not None:
                await self.refreshing.end(managed.index)  # one that has read the document would let it answer again
                await asyncio.to_thread(self._servers.of(managed.guild).retire)
        notes = [frame.say(Said.REMOVED, names=brief(source.name))]
        if not left:
            return Begun(_note(Said.INDEX_NONE, notes, managed, frame))
        return await self._refresh_after(managed, actor, frame, notes)

    def _take_out(self, source: Source, managed: Managed, actor: Actor) -> bool:
        """Take a document out; tell whether any is left."""
        take_out(managed, source.id)
        self._note(managed, actor, Action.REMOVE, [source.id])
        return bool(_files(managed))

    async def _refuse_the_last(self, source: Source, contents: Contents, managed: Managed, frame: Frame) -> None:
        """Raise Refused where nothing shared would be left that was read before: no index could be built of that."""
        if managed.is_shared:
            files = await asyncio.to_thread(_files, managed)
            if not any(each.id in files for each in contents.sources if each.id != source.id):
                raise Refused(frame.say(Said.LAST_DOCUMENT))

    # --- going back

    async def generations(self, managed: Managed) -> tuple[tuple[Generation, ...], str | None]:
        """Return the indexes that can be gone back to, the latest first, and the name of the one in use."""

        def found() -> tuple[tuple[Generation, ...], str | None]:
            used = None
            with suppress(IndexUnusable):
                used = current(managed.index).name
            return kept_generations(managed.index), used

        return await asyncio.to_thread(found)

    async def ask_to_roll_back(self, name: str, managed: Managed, frame: Frame) -> Card:
        """Ask whether an index is to be gone back to; raises Refused where that cannot be done."""
        return rollback_card(await self._generation(name, managed, frame), managed, frame)

    async def _generation(self, name: str, managed: Managed, frame: Frame) -> Generation:
        kept, used = await self.generations(managed)
        found = next((each for each in kept if each.name == name and name != used), None)
        if found is None:
            raise Refused(frame.say(Said.NO_SUCH_GENERATION))
        return found

    async def roll_back(self, name: str, actor: Actor, managed: Managed, frame: Frame) -> Card:
        """Go back to an index, and put back the documents of it that were taken out; raises Refused."""
        await self._generation(name, managed, frame)
        async with self._alone(managed):
            try:
                generation = await asyncio.to_thread(roll_back, managed.index, name, actor)
            except RefreshRunning as error:
                holder = error.holder
                raise AlreadyRunning(*((holder.actor.who, holder.since) if holder else (None, None))) from error
            back, missing, more = await asyncio.to_thread(self._put_back, managed)
        return rolled_back_card(generation, back, missing, more, managed, frame)

    def _put_back(self, managed: Managed) -> tuple[Sequence[str], Sequence[str], Sequence[str]]:
        """Put documents back; return them, those of the index that are not in the folder, and those only there."""
        contents = self._contents_now(managed)
        sources = contents.sources if contents else ()
        back: Sequence[str] = ()
        with suppress(OSError):  # what is not in the folder is told as missing
            back = put_back(managed, sources) if managed.may_be_changed else ()
        files, held = _files(managed).keys(), {each.id for each in sources}
        return back, sorted(held - files), sorted(files - held)

    # --- besides

    def _alone(self, managed: Managed) -> asyncio.Lock:
        """Return what is held while the files of a folder are changed."""
        return self._changing.setdefault(managed.documents, asyncio.Lock())

    def _note(self, managed: Managed, actor: Actor, action: Action, names: Sequence[str]) -> None:
        managed.index.mkdir(parents=True, exist_ok=True)
        used = None
        with suppress(IndexUnusable):
            used = current(managed.index).name
        AdminLog(managed.index).add(Done(actor, action, Outcome.DONE, used, {"documents": list(names)}))

    async def tidy(self, managed: Managed) -> None:
        """Delete what was taken out and no index that is kept has."""
        with suppress(OSError):
            await asyncio.to_thread(forget_unreachable, managed.index)


def _meant(document: str, sources: Sequence[Source]) -> Source | None:
    """Return the document that was chosen, or else the only one whose name, title or id has every word typed."""
    for source in sources:
        if document in (source.id, source.id[-100:], source.name):
            return source
    words = document.casefold().split()
    having = [
        each for each in sources if all(word in f"{each.name} {each.title} {each.id}".casefold() for word in words)
    ]
    return having[0] if len(having) == 1 else None


def _files(managed: Managed) -> Mapping[str, str]:
    """Return the hash of each file that may be a document, by its id; none where the folder cannot be used."""
    try:
        return {each.id: each.sha256 for each in listing(managed.documents.resolve(), managed.index).files}
    except FolderError:
        return {}


def actor_of(interaction: discord.Interaction[Any]) -> Actor:
    """Return who does something, as the log of an index names them: by name and id, as names change."""
    guild = interaction.guild
    where = f"{guild.name} ({guild.id})" if guild else f"server {interaction.guild_id}"
    return Actor(f"{interaction.user.name} ({interaction.user.id})", f"Discord, {where}")


def _note(head: Said, lines: Sequence[str], managed: Managed, frame: Frame) -> Card:
    whose = frame.say(Said.SHARED_DOCUMENTS if managed.is_shared else Said.SERVER_DOCUMENTS)
    return Card(Tone.NOTE, f"### {frame.say(head)}", (Entry("\n".join([*lines, f"-# {whose}"])),))


def _with_reading(preview: Preview, read: Mapping[str, Mapping[str, Any] | Refusal]) -> Preview:
    """Return a file with how it is read, or why it cannot be."""
    if preview.refusal:
        return preview
    found = read.get(preview.name, Refusal(Said.IS_NO_TEXT))
    if isinstance(found, Refusal):
        return Preview(preview.given, found)
    if not found["passages"]:
        return Preview(preview.given, Refusal(Said.CANNOT_BE_READ, {"reason": "holds nothing that can be quoted"}))
    return Preview(preview.given, None, preview.name, found, preview.replaces)
