"""Logs of one line each, as text or JSON, that never hold a token or a question.

What keeps them out works on what is written, whoever logs it:

- Tokens are known by their shape, and the configured one by its letters.
- Exceptions are written as their type and where they passed, never with their message: it may repeat what a person
  wrote. Only ours, RapporteurError, are sentences of the program. An exception given as an argument is its type alone.
- While a request is handled, the texts that came with it are taken out of every line, wherever they stand.
- Only this program may log below INFO: other libraries, discord.py above all, write whole messages and URLs there.
- A record that cannot be written is told of without its arguments.

A reference ties the lines of one request together; the person who asked is shown it when something goes wrong.
"""

from __future__ import annotations

import json
import logging
import logging.config
import math
import re
import secrets
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, TextIO
from urllib.parse import quote

from corpus.errors import RapporteurError

_OURS = ("bot", "retrieval", "corpus", "__main__")

_LETTERS = "CDFGHJKMNPQRTVWXY34679"  # none is taken for another, and they make no words

_FRAMES = 30
"""Of a trace, the last: an endless recursion has a thousand."""

_WITHHELD = "[withheld]"
_TOKEN = "[token]"

_OPENING = r"""(?:\\?b?\\?["'])?"""  # of a value that is written out as in Python or JSON, once or twice
_SHAPES = (
    # A header or a field: Authorization: Bot …, "token": "…".
    (
        re.compile(rf"""(?i)(authorization[\\"']*\s*[:=,]\s*{_OPENING})(?:(?:bot|bearer|basic)\s+)?[^\s"',;\\)}}]+"""),
        rf"\1{_TOKEN}",
    ),
    (re.compile(rf"""(?i)(token[\\"']*\s*[:=]\s*{_OPENING})(?!\[token\])[^\s"',;&\\)}}]+"""), rf"\1{_TOKEN}"),
    # The URL of an interaction or a webhook: whoever has it can write in the bot's name for fifteen minutes.
    (re.compile(r"""((?:interactions|webhooks)/\d+/)[^\s/?#"'<>\\]+"""), rf"\1{_TOKEN}"),
    (re.compile(r"aW50ZXJhY3Rpb246[\w%=+/-]+"), _TOKEN),  # base64 of "interaction:"
    # A bot's: its id in base64, a time, a signature.
    (re.compile(r"[\w-]{23,30}\.[\w-]{5,8}\.[\w-]{25,}"), _TOKEN),
    (re.compile(r"mfa\.[\w-]{20,}"), _TOKEN),
)

_SECRET_NAME = re.compile(r"(?i)token$|authorization$")

_STANDARD = {*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"}

Form = Literal["text", "json"]


@dataclass(frozen=True, slots=True)
class _Request:
    reference: str
    private: tuple[str, ...]


_REQUEST: ContextVar[_Request | None] = ContextVar("request", default=None)


def configure_logs(form: Form, stream: TextIO, level: str = "INFO", token: str | None = None) -> None:
    """Send all logs to a stream, in place of wherever they went.

    Args:
        form: Text for people, or a JSON object on each line.
        stream: Where to; stays open.
        level: DEBUG, INFO, WARNING or ERROR. DEBUG is of this program alone.
        token: The bot's, to be kept out even where it does not look like one.
    """
    others = "INFO" if level == "DEBUG" else level
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"lines": {"()": LineFormatter, "form": form, "redact": Redaction(token)}},
            "filters": {"discreet": {"()": _Discreet}},
            "handlers": {
                "lines": {"()": _Lines, "stream": stream, "formatter": "lines", "filters": ["discreet"]},
            },
            "root": {"level": others, "handlers": ["lines"]},
            # No handlers of their own: discord.py would add one that writes traces.
            "loggers": {"discord": {"level": others, "handlers": []}} | {name: {"level": level} for name in _OURS},
        }
    )


def reference() -> str:
    """Return a new reference of six letters: a hundred million, of which few are in the logs of one day."""
    return "".join(secrets.choice(_LETTERS) for _ in range(6))


@contextmanager
def request(*private: str) -> Iterator[str]:
    """Mark what is logged while a request is handled, and give its reference.

    Tasks begun meanwhile and `asyncio.to_thread` belong to it; threads of an executor do not.

    Args:
        private: What the person wrote; taken out of every line meanwhile.
    """
    one = _Request(reference(), private)
    before = _REQUEST.set(one)
    try:
        yield one.reference
    finally:
        _REQUEST.reset(before)


def current_reference() -> str | None:
    """Return the reference of the request that is handled, or None where there is none."""
    found = _REQUEST.get()
    return found.reference if found else None


class Redaction:
    """Takes tokens out of a text."""

    def __init__(self, token: str | None = None) -> None:
        """Know the bot's token as well, as it is and as a URL has it."""
        self._known = {token, quote(token, safe="")} if token else set()

    def __call__(self, text: str) -> str:
        """Return the text without any."""
        for known in self._known:
            text = text.replace(known, _TOKEN)
        for shape, instead in _SHAPES:
            text = shape.sub(instead, text)
        return text


class LineFormatter(logging.Formatter):
    """Makes one line of a record, in which nothing that was logged can look like another line."""

    def __init__(self, form: Form, redact: Callable[[str], str]) -> None:
        super().__init__()
        self._write = _json_line if form == "json" else _text_line
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; `record.exc_text`, which others would write, is not made."""
        handled = _REQUEST.get()
        error = record.exc_info[1] if record.exc_info else None
        hidden = [*(handled.private if handled else ()), *_messages(error)]

        def clean(text: str) -> str:
            return self._redact(_without(hidden, text))

        values: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC)
            .isoformat(timespec="milliseconds")
            .replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": clean(record.name),
            "message": clean(_message(record)),
        }
        if handled:
            values["reference"] = handled.reference
        values |= {name: _plain(name, value, clean) for name, value in _extra(record).items() if name not in values}
        if error:
            values["traceback"] = [clean(line) for line in _trace(error)]
        return self._redact(
            self._write(values)
        )  # once more, for what only the whole shows: a field called Authorization


class _Lines(logging.StreamHandler[TextIO]):
    """Writes lines; what its stream cannot encode is escaped."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)

    def format(self, record: logging.LogRecord) -> str:
        encoding = self.stream.encoding or "utf-8"
        return super().format(record).encode(encoding, "backslashreplace").decode(encoding)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        """Say that a record was lost: what logging itself would print holds its arguments."""
        with suppress(Exception):
            self.stream.write(f"A log record of {record.module}, line {record.lineno}, could not be written.\n")
            self.flush()


class _Discreet(logging.Filter):
    """Lets through below INFO what this program logs, whatever the levels of other loggers are set to."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno >= logging.INFO or record.name.split(".")[0] in _OURS


def _message(record: logging.LogRecord) -> str:
    """Return the message with its arguments, of which an exception is its type alone."""
    arguments = record.args
    if isinstance(arguments, tuple):
        arguments = tuple(map(_argument, arguments))
    elif isinstance(arguments, Mapping):
        arguments = {name: _argument(value) for name, value in arguments.items()}
    text = _argument(record.msg) if isinstance(record.msg, BaseException) else record.msg
    try:
        return str(text) % arguments if arguments else str(text)
    except Exception:
        return f"{text} (its arguments do not fit)"


def _argument(value: object) -> object:
    if isinstance(value, list | tuple):  # what asyncio.gather gives
        return [_argument(each) for each in value] if any(isinstance(each, BaseException) for each in value) else value
    return _told(value) if isinstance(value, BaseException) else value


def _extra(record: logging.LogRecord) -> dict[str, object]:
    return {name: value for name, value in vars(record).items() if name not in _STANDARD}


def _plain(name: str, value: object, clean: Callable[[str], str]) -> object:
    """Return a field as JSON has it."""
    if _SECRET_NAME.search(name):
        return _TOKEN
    if value is None or isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    return clean(str(_argument(value)))


def _told(error: BaseException) -> str:
    """Return what may be said of an exception: its type, its numbers, and its message if it is one of ours."""
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    if isinstance(error, RapporteurError):
        return f"{name}: {error}"
    numbers = [f"{name} {value}" for name in _NUMBERS if isinstance(value := getattr(error, name, None), int)]
    return f"{name} ({', '.join(numbers)})" if numbers else name


_NUMBERS = ("errno", "status", "code", "sqlite_errorcode")  # of the system, of HTTP, of Discord, of SQLite


def _trace(error: BaseException) -> list[str]:
    """Return where an exception passed and what it is, after those that led to it; no line of source, no value."""
    lines: list[str] = []
    for each, why in reversed(list(_chain(error))):
        frames = traceback.extract_tb(each.__traceback__, limit=-_FRAMES)
        lines += [f"{frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
        lines += [_told(each), *([why] if why else [])]
    return lines


def _chain(error: BaseException | None) -> Iterator[tuple[BaseException, str]]:
    """Yield an exception and those that led to it, the members of a group among them."""
    waiting: list[tuple[BaseException | None, str]] = [(error, "")]
    seen: set[int] = set()
    while waiting:
        each, why = waiting.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        yield each, why
        waiting.append((each.__cause__, "caused"))
        if not each.__suppress_context__:
            waiting.append((each.__context__, "while it was handled"))
        if isinstance(each, BaseExceptionGroup):
            waiting += [(member, "among others in a group") for member in each.exceptions]


def _messages(error: BaseException | None) -> Iterator[str]:
    """Yield what an exception and those that led to it say: asyncio, for one, repeats it in its own message."""
    for each, _ in _chain(error):
        if not isinstance(each, RapporteurError):
            with suppress(Exception):  # some cannot even be written out
                yield repr(each)
                yield str(each)


def _without(hidden: Iterable[str], text: str) -> str:
    """Return a text without those that are hidden, however they are written out in it."""
    forms = {form for each in hidden for form in _forms(each) if len(form.strip()) >= _SAYS_SOMETHING}
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, _WITHHELD)
    return text


def _forms(text: str) -> tuple[str, ...]:
    written = (repr(text), json.dumps(text), json.dumps(text, ensure_ascii=False))
    return text, text.strip(), " ".join(text.split()), *(each[1:-1] for each in written)


_SAYS_SOMETHING = 4  # characters; a shorter text tells nothing, and stands in half of all lines


def _text_line(values: Mapping[str, object]) -> str:
    """Return "TIME LEVEL logger [reference] message name=value … | trace"."""
    rest = {name: value for name, value in values.items() if name not in _PLACED}
    parts = [str(values["time"]), str(values["level"]), str(values["logger"])]
    parts += [f"[{values['reference']}]"] if "reference" in values else []
    parts += [str(values["message"]), *(f"{name}={_field(value)}" for name, value in rest.items())]
    trace = values.get("traceback")
    parts += [f"| {line}" for line in trace] if isinstance(trace, list) else []
    return "".join(_visible(part) for part in " ".join(parts))


_PLACED = {"time", "level", "logger", "reference", "message", "traceback"}


def _field(value: object) -> str:
    """Return a value, in quotation marks where it would not be one word."""
    return (
        value
        if isinstance(value, str) and re.fullmatch(r"[\w.,:/+-]+", value)
        else json.dumps(value, ensure_ascii=False)
    )


def _visible(character: str) -> str:
    """Return a character that is not printed, a line's end among them, as an escape."""
    return character if character.isprintable() else character.encode("unicode_escape").decode("ascii")


def _json_line(values: Mapping[str, object]) -> str:
    return json.dumps(values)  # in ASCII, so that no separator that only Unicode knows ends a line
