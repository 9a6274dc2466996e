"""What logs may hold: one line for each record, and never a token or a question, whoever logs it and however."""

from __future__ import annotations

import asyncio
import gc
import io
import json
import logging
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bot.logs import Form, configure_logs, current_reference, reference, request
from corpus.errors import RapporteurError

# Made up, of the lengths of real ones; in pieces, so that no scanner takes them for real.
TOKEN = "MTE3MDAwMDAwMDAwMDAwMDAwMA" + "." + "Gh3Kz9" + "." + "x" * 12 + "-Y_" + "z" * 23
OTHER_TOKEN = "NzkyNzE1NDU0MTk2MDg4ODQy" + "." + "X-hvzA" + "." + "Ovy4MCQywSkoMRRclStW4xAYK7I"
INTERACTION_TOKEN = "aW50ZXJhY3Rpb246" + "MTE3MDAwMDAwMDpLaWVs" * 8
QUESTION = "When does “the mandate” of UNMOT end,\nand who is Ana's ‘brother’?"

Lines = Callable[[], list[str]]


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Where logs go during a test; logging is as it was afterwards."""
    names = ["", "bot", "retrieval", "corpus", "__main__", "discord"]
    before = {name: (logging.getLogger(name).level, logging.getLogger(name).handlers[:]) for name in names}
    yield io.StringIO()
    for name, (level, handlers) in before.items():
        logging.getLogger(name).setLevel(level)
        logging.getLogger(name).handlers[:] = handlers


def lines(stream: io.StringIO) -> list[str]:
    return stream.getvalue().splitlines()


def objects(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines(stream)]


def raise_it(error: BaseException) -> None:
    raise error


FORMS: list[Form] = ["text", "json"]


# How a line looks


def test_a_line_of_text_says_when_how_bad_who_and_what(stream: io.StringIO) -> None:
    configure_logs("text", stream)
    logging.getLogger("bot.client").info("Answered %d", 3, extra={"hits": 2, "way": "direct message"})
    (line,) = lines(stream)
    assert re.fullmatch(
        r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z INFO bot\.client Answered 3 hits=2 way="direct message"', line
    )


def test_a_line_of_json_has_the_fields_given(stream: io.StringIO) -> None:
    configure_logs("json", stream)
    fields = {"hits": 2, "late": False, "score": 0.5, "shard": None, "mean": float("nan"), "way": "menu", "list": [1]}
    logging.getLogger("bot.client").warning("Answered", extra=fields)
    (found,) = objects(stream)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", found.pop("time"))
    assert found == {"level": "WARNING", "logger": "bot.client", "message": "Answered"} | fields | {
        "mean": "nan",
        "list": "[1]",
    }


def test_no_field_takes_the_place_of_what_every_line_has(stream: io.StringIO) -> None:
    configure_logs("json", stream)
    logging.getLogger("bot").info("so", extra={"time": "never", "level": "none", "logger": "x", "traceback": "y"})
    (found,) = objects(stream)
    assert (found["level"], found["logger"]) == ("INFO", "bot")
    assert found["time"] != "never"


@pytest.mark.parametrize("form", FORMS)
def test_what_is_logged_cannot_look_like_another_line(stream: io.StringIO, form: Form) -> None:
    configure_logs(form, stream)
    forged = "x\n2026-03-01T12:00:00.000Z INFO bot forged\r\x1b[2K\x85\u2028\u202e\ud800"
    logging.getLogger("bot").info("%s", forged, extra={"name_of": forged})
    assert len(lines(stream)) == 1
    assert lines(stream)[0].isprintable()
    logging.getLogger("bot\nforged").error("a name")
    assert len(lines(stream)) == 2


def test_a_stream_that_knows_only_ascii_gets_every_line() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    configure_logs("text", stream)
    logging.getLogger("bot").info("Résolution « 1138 »")
    stream.flush()
    assert rb"R\xe9solution \xab 1138 \xbb" in raw.getvalue()


def test_a_trace_says_where_an_exception_passed_and_what_led_to_it(stream: io.StringIO) -> None:
    configure_logs("json", stream)
    try:
        try:
            raise_it(OSError(28, "No space left"))
        except OSError as error:
            raise RapporteurError("The disk is full: make room.") from error
    except RapporteurError:
        logging.getLogger("bot").exception("Failed")
    trace = objects(stream)[0]["traceback"]
    assert re.search(r"test_logs\.py:\d+ in raise_it$", trace[1])
    assert trace[2:4] == ["OSError (errno 28)", "caused"]
    assert trace[-1] == "corpus.errors.RapporteurError: The disk is full: make room."


def test_an_endless_recursion_is_told_in_a_line_that_can_be_read(stream: io.StringIO) -> None:
    configure_logs("text", stream)

    def again() -> None:
        again()

    try:
        again()
    except RecursionError:
        logging.getLogger("bot").exception("Failed")
    assert len(lines(stream)) == 1
    assert len(lines(stream)[0]) < 10_000


# What may be logged


@pytest.mark.parametrize("level", ["DEBUG", "INFO"])
def test_other_libraries_never_log_below_info(stream: io.StringIO, level: str) -> None:
    configure_logs("text", stream, level)
    discord = logging.getLogger("discord.gateway")
    discord.setLevel(logging.DEBUG)
    try:
        discord.debug("a whole message")
    finally:
        discord.setLevel(logging.NOTSET)
    logging.getLogger("aiohttp").debug("a URL")
    logging.getLogger("discord.http").info("shown")
    logging.getLogger("bot.client").debug("ours")
    assert [line.split()[-1] for line in lines(stream)] == (["shown", "ours"] if level == "DEBUG" else ["shown"])


def test_handlers_that_others_added_are_gone(stream: io.StringIO) -> None:
    unsafe = io.StringIO()
    for name in ("", "discord"):
        logging.getLogger(name).addHandler(logging.StreamHandler(unsafe))
    configure_logs("text", stream)
    logging.getLogger("discord.client").error("once")
    assert (len(lines(stream)), unsafe.getvalue()) == (1, "")


# References


def test_a_reference_is_short_and_can_be_read_aloud() -> None:
    several = {reference() for _ in range(500)}
    assert len(several) > 495
    assert all(re.fullmatch("[2-9A-Z]{6}", each) for each in several)
    assert not set("01258BILOSUZ") & set("".join(several))


@pytest.mark.parametrize("form", FORMS)
def test_every_line_of_a_request_has_its_reference_and_no_other_has(stream: io.StringIO, form: Form) -> None:
    configure_logs(form, stream)

    async def one() -> str:
        with request() as mine:
            await asyncio.sleep(0)
            logging.getLogger("bot").info("in the loop %s", mine)
            await asyncio.to_thread(logging.getLogger("bot").info, "in a thread %s", mine)
            assert current_reference() == mine
            return mine

    async def work() -> None:
        references = await asyncio.gather(*(one() for _ in range(5)))
        assert len(set(references)) == 5

    asyncio.run(work())
    assert current_reference() is None
    logging.getLogger("bot").info("outside")
    *inside, outside = lines(stream)
    assert len(inside) == 10
    for line in inside:
        said = re.search(r"(?:loop|thread) (\w{6})", line)
        assert said
        assert len(re.findall(said[1], line)) == 2
    assert "reference" not in outside
    assert "[" not in outside


# What is never logged

SECRETS = [
    TOKEN,
    OTHER_TOKEN,
    INTERACTION_TOKEN,
    f"Authorization: Bot {TOKEN}",
    f"{{'Authorization': 'Bot {OTHER_TOKEN}', 'User-Agent': 'x'}}",
    f'{{"op": 2, "d": {{"token": "{TOKEN}", "intents": 4609}}}}',
    f"https://discord.com/api/v10/interactions/1170000000000000000/{INTERACTION_TOKEN}/callback?with_response=1",
    "https://discord.com/api/v10/webhooks/1170000000000000000/s3cret-Webhook_token/messages/@original",
    "https://discord.com/api/v10/webhooks/1170000000000000000/s3cret-Webhook_token",
    "Authorization: Basic s3cret-Webhook_token",
    "proxy-authorization=Bearer s3cret-Webhook_token",
    "b'Authorization: Bot s3cret-Webhook_token'",
    '{"authorization":"Bot s3cret-Webhook_token"}',
    "DISCORD_TOKEN=s3cret-Webhook_token",
    "the configured one",
]
NEVER = [TOKEN, OTHER_TOKEN, INTERACTION_TOKEN, "s3cret-Webhook_token", "the configured one"]


def ways_to_log(text: str) -> dict[str, Callable[[logging.Logger], None]]:
    """Every way in which a text reaches a log."""

    def caught(error: BaseException, message: str = "Failed", *arguments: object) -> Callable[[logging.Logger], None]:
        def log(logger: logging.Logger) -> None:
            try:
                raise_it(error)
            except BaseException:
                logger.exception(message, *arguments)

        return log

    def caused(logger: logging.Logger) -> None:
        try:
            try:
                raise_it(ValueError(text))
            except ValueError:
                raise_it(RapporteurError("That cannot be read."))
        except RapporteurError:
            logger.exception("Failed")

    noted = ValueError("no")
    noted.add_note(text)
    return {
        "in an exception": caught(ValueError(text)),
        "in a key": caught(KeyError(text)),
        "in a file's name": caught(FileNotFoundError(2, "No such file", text)),
        "in a note": caught(noted),
        "in a group": caught(ExceptionGroup(text, [ValueError(text), ExceptionGroup("x", [KeyError(text)])])),
        "in what led to it": caused,
        "as an argument that is an exception": caught(
            ValueError(text), "Failed: %s (%r)", ValueError(text), KeyError(text)
        ),
        "as the message that is an exception": lambda logger: logger.error(ValueError(text)),
        "in a list of exceptions": lambda logger: logger.error("%s", [1, ValueError(text)]),
        "in a mapping": lambda logger: logger.error("%(error)s", {"error": ValueError(text)}),
        "in a field that is an exception": lambda logger: logger.error("Failed", extra={"error": ValueError(text)}),
        "repeated in the message": caught(ValueError(text), f"Failed: {text} {ValueError(text)!r}".replace("%", "%%")),
    }


WAYS = list(ways_to_log(""))


def token_ways(text: str) -> dict[str, Callable[[logging.Logger], None]]:
    return ways_to_log(text) | {
        "in the message": lambda logger: logger.warning(text.replace("%", "%%")),
        "as an argument": lambda logger: logger.warning("%s responded", text),
        "as a repr": lambda logger: logger.warning("%r", {"url": text}),
        "in two arguments": lambda logger: logger.warning("%s%s", text[:9], text[9:]),
        "in a field": lambda logger: logger.warning("x", extra={"url": text, "headers": {"a": text}}),
        "in a logger's name": lambda logger: logging.getLogger(text).warning("x"),
        "in our own exception": lambda logger: logger.error("%s", RapporteurError(text)),
        "with arguments that do not fit": lambda logger: logger.error("%d " + text.replace("%", "%%"), "x", text),
    }


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("way", list(token_ways("")))
def test_a_token_is_never_logged(
    stream: io.StringIO, capsys: pytest.CaptureFixture[str], form: Form, secret: str, way: str
) -> None:
    configure_logs(form, stream, token="the configured one")
    token_ways(secret)[way](logging.getLogger("discord.http"))
    assert len(lines(stream)) == 1
    for each in NEVER:
        assert each not in stream.getvalue()
    if form == "json":
        objects(stream)
    assert capsys.readouterr() == ("", "")


def test_what_is_no_token_stays(stream: io.StringIO) -> None:
    configure_logs("text", stream, token=TOKEN)
    kept = "PUT https://discord.com/api/v10/webhooks/117/x/messages/@original 12 tokens, token missing, 1.22.333"
    kept += " S/RES/1138"
    logging.getLogger("bot").info(kept)
    assert lines(stream)[0].endswith(kept.replace("117/x", "117/[token]"))


def test_a_field_that_is_called_a_token_is_not_shown(stream: io.StringIO) -> None:
    configure_logs("json", stream)
    logging.getLogger("bot").info("x", extra={"interaction_token": "secret", "Authorization": "secret", "tokens": 5})
    (found,) = objects(stream)
    assert (found["interaction_token"], found["Authorization"], found["tokens"]) == ("[token]", "[token]", 5)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("way", WAYS)
def test_a_question_in_an_exception_is_never_logged(
    stream: io.StringIO, capsys: pytest.CaptureFixture[str], form: Form, way: str
) -> None:
    configure_logs(form, stream)
    ways_to_log(QUESTION)[way](logging.getLogger("discord.client"))
    assert len(lines(stream)) == 1
    assert not any(word in stream.getvalue() for word in ("mandate", "UNMOT", "brother"))
    assert "Error" in stream.getvalue() or "ExceptionGroup" in stream.getvalue()
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("way", list(token_ways("")))
def test_a_question_is_never_logged_while_it_is_handled(stream: io.StringIO, form: Form, way: str) -> None:
    configure_logs(form, stream)
    with request(QUESTION, "Ana"):
        if way not in ("as a repr", "in two arguments", "in a field"):
            token_ways(QUESTION)[way](logging.getLogger("bot.client"))
        logging.getLogger("bot").info("%r", {"asked": QUESTION}, extra={"asked": {"by": QUESTION}})
        logging.getLogger("bot").info("%s%s", QUESTION[:9], QUESTION[9:])
    assert not any(word in stream.getvalue() for word in ("mandate", "UNMOT", "brother"))


@given(st.text(min_size=4).filter(lambda text: len(text.strip()) >= 4))
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_question_of_any_kind_is_logged(stream: io.StringIO, question: str) -> None:
    stream.seek(0)
    stream.truncate()
    configure_logs("json", stream)
    with request(question):
        logging.getLogger("x").info("<%s> <%r> <%s>", question, question, ValueError(question))
        try:
            raise_it(ValueError(question))
        except ValueError:
            logging.getLogger("x").exception("y %s", question)
    for found in objects(stream):
        said = str(found["message"]).replace("[withheld]", "").replace("[token]", "").replace("ValueError", "")
        assert set(said) <= set("<> '\"y")


def test_what_asyncio_says_of_a_task_that_failed_alone_repeats_no_question(stream: io.StringIO) -> None:
    configure_logs("json", stream)

    async def fail() -> None:
        raise ValueError(QUESTION)

    async def work() -> None:
        task = asyncio.create_task(fail())
        await asyncio.wait([task])
        del task
        gc.collect()

    asyncio.run(work())
    (found,) = objects(stream)
    assert "never retrieved" in found["message"]
    assert "UNMOT" not in stream.getvalue()


def test_a_record_that_cannot_be_written_is_told_of_without_its_content(
    stream: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    class Broken:
        def __str__(self) -> str:
            raise ValueError(QUESTION)

    configure_logs("text", stream)
    logging.getLogger("bot").info("x", extra={"field": Broken()})
    assert re.fullmatch(r"A log record of test_logs, line \d+, could not be written\.", lines(stream)[0])
    assert capsys.readouterr() == ("", "")


def test_a_stream_that_is_closed_ends_nothing(stream: io.StringIO, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("text", stream)
    stream.close()
    logging.getLogger("bot").info("lost")
    assert capsys.readouterr() == ("", "")
