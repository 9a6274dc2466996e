"""What admins are shown of an index: how it stands, what a refresh changed, what is about to be done. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from bot.cards import Button, Card, Entry, Frame, Look, TextFile, Tone
from bot.departures import GRACE
from bot.index_presses import Deed, Step, mark
from bot.intake import Refusal
from bot.jobs import AlreadyRunning
from bot.managed import Managed
from bot.markdown import escaped, quoted, shortened
from bot.refreshing import PHASES, Refresh, Refreshed
from bot.removed import named
from bot.strings import KINDS, Said, day, numeral
from corpus.document import Kind, Source
from corpus.folder import Unreadable
from retrieval.admin_log import Action, Outcome
from retrieval.admin_log import Entry as Done
from retrieval.store import Generation

ENTRIES_PER_PAGE = 6
_HEAD = 300
"""Characters of what stands above the blocks of a card, and of the notes below them."""
_NAME = 80
_REASON = 200
_WHO = 60
_LISTED = 8
"""Files that a card names; all are in the list attached."""
_PHASES = dict(zip(PHASES, (Said.PHASE_READING, Said.PHASE_WRITING, Said.PHASE_CHECKING), strict=True))
_ACTIONS = {
    Action.REFRESH: Said.DID_REFRESH,
    Action.ROLLBACK: Said.DID_ROLLBACK,
    Action.PUT_ASIDE: Said.DID_PUT_ASIDE,
    Action.ADD: Said.DID_ADD,
    Action.REMOVE: Said.DID_REMOVE,
}
_OUTCOMES = {
    Outcome.DONE: Said.ENDED_DONE,
    Outcome.UNCHANGED: Said.ENDED_UNCHANGED,
    Outcome.FAILED: Said.ENDED_FAILED,
    Outcome.STOPPED: Said.ENDED_STOPPED,
    Outcome.BROKEN_OFF: Said.ENDED_BROKEN_OFF,
}


@dataclass(frozen=True, slots=True)
class Standing:
    """How an index stands.

    Attributes:
        generation: The one in use; None where there is none.
        problem: Why there is none, or why the folder cannot be compared, in a sentence; None where all is well.
        added, changed, removed: Files that differ from it on disk; None where they could not be compared.
        running: Who refreshes it, and since when.
        failure: What failed last, and since when nothing went well.
        used: Documents and bytes of the folder, where it has a quota.
        unused: Whether it is a server's own and cannot be used, so that only the shared documents answer there.
    """

    generation: Generation | None
    problem: str | None = None
    added: int | None = None
    changed: int = 0
    removed: int = 0
    running: tuple[str, datetime] | None = None
    failure: Done | None = None
    used: tuple[int, int] | None = None
    unused: bool = False


@dataclass(frozen=True, slots=True)
class Preview:
    """A file as somebody gave it, and what became of it.

    Attributes:
        given: What they call it.
        refusal: Why it is not taken; None where it is.
        name: What it will be called.
        read: How it is read, as `bot.worker` tells it.
        replaces: Whether it takes the place of another.
    """

    given: str
    refusal: Refusal | None = None
    name: str = ""
    read: Mapping[str, Any] | None = None
    replaces: bool = False


def ago(when: datetime) -> str:
    """Return a moment as Discord writes it for each reader: "two minutes ago"."""
    return f"<t:{int(when.timestamp())}:R>"


def moment(when: datetime) -> str:
    """Return a moment as Discord writes it for each reader, with the day and the time."""
    return f"<t:{int(when.timestamp())}:f>"


def brief(text: str, limit: int = _NAME) -> str:
    """Return what somebody wrote as one line of markup that is just that."""
    return escaped(shortened(text, limit))


def running_sentence(error: AlreadyRunning, frame: Frame) -> str:
    """Return who started the refresh that runs, and when."""
    if error.who is None or error.since is None:
        return frame.say(Said.REFRESH_RUNS_ELSEWHERE)
    return frame.say(Said.REFRESH_RUNS, who=brief(error.who, _WHO), when=ago(error.since))


def _head(said: str, managed: Managed, frame: Frame) -> str:
    """Return a heading, and below it whose documents it is about."""
    return f"### {said}\n-# {frame.say(Said.SHARED_DOCUMENTS if managed.is_shared else Said.SERVER_DOCUMENTS)}"


def _entries(blocks: Sequence[str], frame: Frame) -> tuple[Entry, ...]:
    """Return blocks as far as a message has room for them; of the longest, the last lines are left out."""
    room = frame.room - _HEAD - 2 * len(blocks)
    most = room
    while sum(min(len(each), most) for each in blocks) > room:
        most -= 20
    return tuple(Entry(_cut(each, most)) for each in blocks)


def _cut(block: str, most: int) -> str:
    lines = block.split("\n")
    while len(lines) > 1 and sum(map(len, lines)) + len(lines) > most:
        lines = [*lines[:-2], "…"]
    block = "\n".join(lines)
    # No backslash may be left that would escape what comes after it.
    return block if len(block) <= most else block[: most - 1].rstrip("\\") + "…"


def _button(said: Said, deed: Deed, frame: Frame, look: Look = Look.PLAIN) -> Button:
    return Button(frame.say(said), deed.custom_id, look=look)


def _confirming(said: Said, deed: Deed, look: Look, frame: Frame) -> tuple[tuple[Button, ...], ...]:
    """Return the button that does something, and the one that does nothing."""
    rest = deed.rest if deed.step is Step.ADD else ""
    return ((_button(said, deed, frame, look), _button(Said.CANCEL, Deed(Step.CANCEL, deed.guild, rest), frame)),)


# --- how it stands


def status_card(standing: Standing, managed: Managed, frame: Frame) -> Card:
    """Return how an index stands."""
    generation = standing.generation
    unusable = standing.unused or (standing.problem and not generation)
    said = Said.INDEX_UNUSABLE if unusable else Said.INDEX_STATUS if generation else Said.INDEX_NONE
    if standing.running:
        said = Said.INDEX_REFRESHING
    lines = []
    if generation:
        lines.append(
            frame.say(
                Said.STATUS_HOLDS,
                documents=frame.count(Said.DOCUMENTS, generation.documents),
                passages=frame.count(Said.PASSAGES, generation.passages),
                when=ago(generation.created),
                model=brief(generation.model),
            )
        )
    if standing.running:
        who, since = standing.running
        lines.append(frame.say(Said.STATUS_RUNNING, who=brief(who, _WHO), when=ago(since)))
    if standing.added is not None:
        counts = {"added": standing.added, "changed": standing.changed, "removed": standing.removed}
        differs = any(counts.values())
        lines.append(frame.say(Said.STATUS_CHANGED, **counts) if differs else frame.say(Said.STATUS_SAME))
    if standing.unused:
        lines.append(frame.say(Said.STATUS_UNUSED))
    elif standing.problem:
        lines.append(brief(standing.problem, 2 * _REASON))
    if standing.failure:
        reason = brief(standing.failure.reason or frame.say(_OUTCOMES[standing.failure.outcome]), _REASON)
        lines.append(frame.say(Said.STATUS_FAILURE, when=ago(standing.failure.at), reason=reason))
    if standing.used and managed.quota:
        lines.append(
            frame.say(
                Said.STATUS_QUOTA,
                documents=frame.count(Said.DOCUMENTS, standing.used[0]),
                most=managed.quota.documents,
                size=f"{standing.used[1] / 1_000_000:.1f}",
                most_size=f"{managed.quota.size / 1_000_000:.0f}",
            )
        )
    buttons = () if standing.running else (_button(Said.CONFIRM_REFRESH, Deed(Step.REFRESH, managed.guild), frame),)
    text = Entry("\n".join(lines) or frame.say(Said.NO_HISTORY))
    return Card(Tone.NOTE, _head(frame.say(said), managed, frame), (text,), (), (buttons,) if buttons else ())


# --- refreshes


def progress_card(refresh: Refresh, frame: Frame, notes: Sequence[str] = ()) -> Card:
    """Return how far a refresh is; `notes` are lines of markup about what was done before it."""
    now = list(PHASES).index(refresh.phase) if refresh.phase in PHASES else -1
    lines = []
    for place, phase in enumerate(PHASES):
        name = frame.say(_PHASES[phase])
        done, total = refresh.progress.get(phase, (0, 0))
        if place > now:
            lines.append(frame.say(Said.PHASE_WAITS, phase=name))
        elif place < now or (done == total and total):
            lines.append(frame.say(Said.PHASE_DONE, phase=name))
        else:
            numbers = {"done": numeral(frame.language, done), "total": numeral(frame.language, total)}
            lines.append(frame.say(Said.PHASE_AT, phase=name, **numbers))
    since = f"{refresh.since.timestamp() * 1000:.0f}"
    stop = _button(Said.STOP, Deed(Step.STOP, refresh.managed.guild, since), frame, Look.DANGER)
    return Card(
        Tone.NOTE,
        _head(frame.say(Said.REFRESHING), refresh.managed, frame),
        _entries([*notes, "\n".join(lines)], frame),
        (f"-# {frame.say(Said.STILL_ANSWERING)}",),
        ((stop,),),
    )


def refreshed_card(found: Refreshed, managed: Managed, frame: Frame, notes: Sequence[str] = ()) -> Card:
    """Return what a refresh changed."""
    counts = frame.say(
        Said.RESULT_HOLDS,
        documents=frame.count(Said.DOCUMENTS, found.documents),
        passages=frame.count(Said.PASSAGES, found.passages),
        seconds=f"{found.seconds:.1f}",
    )
    lines = [counts]
    if found.changed_anything:
        names = {
            "added": found.documents_added, "changed": found.documents_changed, "removed": found.documents_removed
        }  # fmt: skip
        lines.append(frame.say(Said.RESULT_DOCUMENTS, **{key: len(each) for key, each in names.items()}))
        signs = {"added": "+", "changed": "~", "removed": "−"}
        lines += [f"{signs[key]} {brief(named(each), 2 * _NAME)}" for key, each in names.items() if each]
        numbers = {"added": found.passages_added, "removed": found.passages_removed}
        lines.append(frame.say(Said.RESULT_PASSAGES, **_numerals(numbers, frame)))
        lines.append(
            frame.say(Said.RESULT_VECTORS, **_numerals({"embedded": found.embedded, "reused": found.reused}, frame))
        )
    said = Said.REFRESHED if found.changed_anything else Said.REFRESHED_SAME
    blocks = [*notes, "\n".join(lines), *_not_read(found.unreadable, frame)]
    return Card(
        Tone.ANSWER,
        _head(frame.say(said), managed, frame),
        _entries(blocks, frame),
        file=_list_of(found.unreadable) if len(found.unreadable) > _LISTED else None,
    )


def _numerals(numbers: Mapping[str, int], frame: Frame) -> dict[str, str]:
    return {name: numeral(frame.language, number) for name, number in numbers.items()}


def _not_read(files: Sequence[Unreadable], frame: Frame) -> list[str]:
    """Return a block of the files that were not read, none where all were."""
    if not files:
        return []
    lines = [f"**{frame.say(Said.NOT_READ, n=len(files))}**"]
    lines += [f"- {brief(each.id)}: {brief(each.reason, _REASON // 2)}" for each in files[:_LISTED]]
    if len(files) > _LISTED:
        lines.append(frame.say(Said.AND_MORE, n=len(files) - _LISTED))
    return ["\n".join(lines)]


def _list_of(files: Sequence[Unreadable]) -> TextFile:
    return TextFile("not-read.txt", "".join(f"{each.id}: {each.reason}\n" for each in files))


def failed_card(reason: str, managed: Managed, frame: Frame, notes: Sequence[str] = ()) -> Card:
    """Return that a refresh failed; `reason` is a sentence in markup."""
    text = "\n".join([reason, frame.say(Said.INDEX_STAYS)])
    head = _head(frame.say(Said.REFRESH_FAILED), managed, frame)
    return Card(Tone.NOT_FOUND, head, _entries([*notes, text], frame))


def stopped_card(managed: Managed, frame: Frame, notes: Sequence[str] = ()) -> Card:
    """Return that a refresh was stopped."""
    head = _head(frame.say(Said.REFRESH_STOPPED), managed, frame)
    return Card(Tone.NOT_FOUND, head, _entries(notes or [frame.say(Said.INDEX_STAYS)], frame))


def ended_card(said: Said, managed: Managed, frame: Frame) -> Card:
    """Return that a refresh has ended, without a name: others may see it than those who manage the documents."""
    where = frame.say(Said.MORE_IN_HISTORY, history=frame.command("index history"))
    return Card(Tone.NOTE, _head(frame.say(said), managed, frame), (Entry(where),))


# --- documents put in


def preview_card(previews: Sequence[Preview], ticket: str, until: datetime, managed: Managed, frame: Frame) -> Card:
    """Return how files that were given are read, before any is put among the documents."""
    taken = [each for each in previews if not each.refusal]
    room = (frame.room - 600) // max(1, len(previews))
    blocks = [_previewed(each, frame, room) for each in previews]
    if not taken:
        return Card(Tone.NOT_FOUND, _head(frame.say(Said.ADD_NONE), managed, frame), _entries(blocks, frame))
    seen = frame.say(Said.SEEN_BY_ALL) if managed.is_shared else frame.say(Said.SEEN_HERE, days=GRACE.days)
    look = Look.DANGER if any(each.replaces for each in taken) else Look.SUCCESS
    return Card(
        Tone.NOTE,
        _head(frame.say(Said.ADD_CHECK), managed, frame),
        _entries([*blocks, f"**{seen}**"], frame),
        (f"-# {frame.say(Said.ADD_WAITS, when=f'<t:{int(until.timestamp())}:t>')}",),
        _confirming(Said.CONFIRM_ADD, Deed(Step.ADD, managed.guild, ticket), look, frame),
    )


def _previewed(preview: Preview, frame: Frame, room: int) -> str:
    """Return a block about a file, as much of it as there is room for."""
    name = brief(preview.given, min(_NAME, room // 3))
    if preview.refusal:
        return f"**{name}** · {frame.say(Said.REFUSED_FILE)}\n{refused(preview.refusal, frame)}"
    read = preview.read
    assert read is not None
    kept = "" if preview.name == preview.given else f" · {frame.say(Said.KEPT_AS, name=brief(preview.name))}"
    about = [read["symbol"] or "", frame.say(KINDS[Kind(read["kind"])])]
    about += [day(frame.language, date.fromisoformat(read["date"]))] if read["date"] else []
    counts = frame.say(
        Said.READ_WITH,
        passages=frame.count(Said.PASSAGES, read["passages"]),
        preambular=read["preambular"],
        operative=read["operative"],
    )
    lines = [
        f"**{name}**{kept}",
        *([frame.say(Said.REPLACES)] if preview.replaces else []),
        brief(read["title"]),
        " · ".join(escaped(each) for each in about if each),
        counts,
        *(frame.say(Said.WARNING, warning=brief(each, _REASON // 2)) for each in read["warnings"]),
        *([frame.say(Said.MORE_WARNINGS, n=read["more_warnings"])] if read["more_warnings"] else []),
        *(quoted(shortened(each, _NAME)) for each in read["openings"]),
    ]
    fitting: list[str] = []
    for line in filter(None, lines):
        room -= len(line) + 1
        if fitting and room < 0:
            break
        fitting.append(line)
    return "\n".join(fitting)


def refused(refusal: Refusal, frame: Frame) -> str:
    """Return why a file is not taken, as a sentence in markup."""
    values = {name: brief(each, _REASON) if isinstance(each, str) else each for name, each in refusal.values.items()}
    return frame.say(refusal.said, **values)


def not_added_card(refusals: Sequence[tuple[str, Refusal]], managed: Managed, frame: Frame) -> Card:
    """Return that nothing was put among the documents, and why."""
    head = _head(frame.say(Said.NOTHING_ADDED), managed, frame)
    return Card(Tone.NOT_FOUND, head, _entries(refusal_lines(refusals, frame), frame))


def refusal_lines(refusals: Sequence[tuple[str, Refusal]], frame: Frame) -> list[str]:
    """Return a line for each file that was not taken."""
    return [f"**{brief(name)}**: {refused(refusal, frame)}" for name, refusal in refusals]


# --- documents taken out, and gone back to


def removal_card(source: Source, passages: int, managed: Managed, frame: Frame) -> Card:
    """Ask whether a document is to be taken out."""
    head = _head(frame.say(Said.REMOVE_HEAD, document=brief(source.name)), managed, frame)
    lines = (
        brief(source.id),
        frame.say(Said.REMOVE_WHAT, passages=frame.count(Said.PASSAGES, passages)),
        frame.say(Said.REMOVE_UNDO, rollback=frame.command("index rollback")),
    )
    rows = _confirming(Said.CONFIRM_REMOVE, Deed(Step.REMOVE, managed.guild, mark(source)), Look.DANGER, frame)
    return Card(Tone.NOTE, head, (Entry("\n".join(lines)),), (), rows)


def rollback_card(generation: Generation, managed: Managed, frame: Frame) -> Card:
    """Ask whether an index is to be gone back to."""
    head = _head(frame.say(Said.ROLLBACK_HEAD, when=moment(generation.created)), managed, frame)
    lines = (_rollback_holds(generation, frame), frame.say(Said.ROLLBACK_FOLDER))
    rows = _confirming(Said.CONFIRM_ROLLBACK, Deed(Step.ROLLBACK, managed.guild, generation.name), Look.DANGER, frame)
    return Card(Tone.NOTE, head, (Entry("\n".join(lines)),), (), rows)


def _rollback_holds(generation: Generation, frame: Frame) -> str:
    return frame.say(
        Said.ROLLBACK_WHAT,
        documents=frame.count(Said.DOCUMENTS, generation.documents),
        passages=frame.count(Said.PASSAGES, generation.passages),
    )


def rolled_back_card(
    generation: Generation,
    put_back: Sequence[str],
    missing: Sequence[str],
    more: Sequence[str],
    managed: Managed,
    frame: Frame,
) -> Card:
    """Return what going back has done, and what the next refresh would do to it."""
    lines = [f"{frame.count(Said.DOCUMENTS, generation.documents)}, {frame.count(Said.PASSAGES, generation.passages)}"]
    for said, names in ((Said.PUT_BACK, put_back), (Said.NOT_IN_FOLDER, missing), (Said.BACK_WITH_NEXT, more)):
        lines += [frame.say(said, names=brief(named(names), 2 * _NAME))] if names else []
    head = _head(frame.say(Said.ROLLED_BACK, when=moment(generation.created)), managed, frame)
    return Card(Tone.ANSWER, head, (Entry("\n".join(lines)),))


# --- what was done, and how files are read


def history_card(done: Sequence[Done], page: int, managed: Managed, frame: Frame) -> Card:
    """Return one page of what was done to an index, the latest first; a page that does not exist is the last."""
    head = _head(frame.say(Said.HISTORY), managed, frame)
    if not done:
        return Card(Tone.NOTE, head, (Entry(frame.say(Said.NO_HISTORY)),))
    pages = -(-len(done) // ENTRIES_PER_PAGE)
    page = min(page, pages - 1)
    on_page = done[page * ENTRIES_PER_PAGE : (page + 1) * ENTRIES_PER_PAGE]
    buttons = [Button(frame.say(Said.PAGE_OF, page=page + 1, pages=pages), "a1:h:0:-", disabled=True)]
    if page > 0:
        buttons.insert(0, _button(Said.PREVIOUS, Deed(Step.HISTORY, managed.guild, str(page - 1)), frame))
    if page < pages - 1:
        buttons.append(_button(Said.NEXT, Deed(Step.HISTORY, managed.guild, str(page + 1)), frame))
    entries = _entries([_done(each, frame) for each in on_page], frame)
    return Card(Tone.NOTE, head, entries, (), (tuple(buttons),) if pages > 1 else ())


def _done(done: Done, frame: Frame) -> str:
    by = frame.say(Said.BY_WHOM, who=brief(done.actor.who, _WHO), where=brief(done.actor.where, _WHO))
    what = f"**{frame.say(_ACTIONS[done.action])}: {frame.say(_OUTCOMES[done.outcome])}**"
    line = f"{moment(done.at)} · {what} · {by}"
    detail = done.reason or ", ".join(f"{name} {_written(value)}" for name, value in done.detail.items() if value)
    return f"{line}\n{brief(detail, frame.line)}" if detail else line


def _written(value: Any) -> str:
    return named(value) if isinstance(value, list) else str(value) if isinstance(value, str) else json.dumps(value)


def check_card(
    read: Sequence[Mapping[str, Any]], unreadable: Sequence[Unreadable], managed: Managed, frame: Frame
) -> Card:
    """Return how the files of a folder are read, with the whole list attached."""
    head = _head(frame.say(Said.CHECK_HEAD, documents=frame.count(Said.DOCUMENTS, len(read))), managed, frame)
    counts = frame.say(
        Said.READ_WITH,
        passages=frame.count(Said.PASSAGES, sum(each["passages"] for each in read)),
        preambular=numeral(frame.language, sum(each["preambular"] for each in read)),
        operative=numeral(frame.language, sum(each["operative"] for each in read)),
    )
    warned = [each for each in read if each["warnings"]]
    blocks = [counts]
    if warned:
        lines = [f"**{frame.say(Said.CHECK_WARNED, n=len(warned))}**"]
        lines += [f"- {brief(each['document'])}: {brief(each['warnings'][0], _NAME)}" for each in warned[:_LISTED]]
        blocks.append("\n".join(lines))
    blocks += _not_read(unreadable, frame)
    text = "".join(
        [*(_listed(each) for each in read), *(f"{each.id}: not read: {each.reason}\n" for each in unreadable)]
    )
    entries = _entries([*blocks, frame.say(Said.CHECK_LIST)], frame)
    return Card(Tone.NOTE, head, entries, file=TextFile("check.txt", text))


def _listed(read: Mapping[str, Any]) -> str:
    """Return the lines of one file in the list that is attached: in English, as `rapporteur check` writes it."""
    about = ", ".join(each for each in (read["symbol"], read["kind"], read["date"]) if each)
    lines = [
        f"{read['document']}: {read['title']} ({about})",
        f"  {read['preambular']} preambular, {read['operative']} operative, {read['passages']} passages",
        *(f"  warning: {each}" for each in read["warnings"]),
        *([f"  and {read['more_warnings']} more warnings"] if read["more_warnings"] else []),
    ]
    return "\n".join(lines) + "\n"
