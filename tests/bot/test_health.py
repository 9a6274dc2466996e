"""The pages for whoever runs the bot, over real HTTP: alive, ready, figures, and an address that cannot be used."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable

import aiohttp
import pytest

from bot.config import ConfigurationError
from bot.health import Address, HealthServer, is_healthy, parse_address
from bot.metrics import Metrics, Outcome, Way

FREE = Address("127.0.0.1", 0)


class Clock:
    """Goes on by so many seconds whenever it is looked at."""

    def __init__(self, step: float = 0) -> None:
        self.now = 100.0
        self.step = step

    def __call__(self) -> float:
        self.now += self.step
        return self.now


async def get(server: HealthServer, path: str, method: str = "GET") -> tuple[int, str]:
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, f"http://{server.address}{path}", allow_redirects=False) as answer,
    ):
        return answer.status, await answer.text()


def serve(
    work: Callable[[HealthServer], Awaitable[None]],
    *,
    ready: Callable[[], str | None] = lambda: None,
    metrics: Metrics | None = None,
    clock: Callable[[], float] | None = None,
) -> None:
    """Do something while the pages are served."""

    async def run() -> None:
        async with HealthServer(FREE, ready, metrics or Metrics(), clock or Clock()) as server:
            await work(server)

    asyncio.run(asyncio.wait_for(run(), 60))


def test_a_bot_that_runs_is_alive_and_healthy() -> None:
    async def work(server: HealthServer) -> None:
        assert await get(server, "/healthz") == (200, "alive\n")
        assert await is_healthy(server.address)

    serve(work)


def test_a_bot_whose_event_loop_was_held_is_not_healthy() -> None:
    clock = Clock(step=9)

    async def work(server: HealthServer) -> None:
        assert await is_healthy(server.address)
        clock.step = 20
        status, text = await get(server, "/healthz")
        assert status == 503
        assert "was held for" in text
        assert not await is_healthy(server.address)

    serve(work, clock=clock)


def test_a_bot_that_is_not_ready_says_why_and_is_alive() -> None:
    reasons: list[str | None] = ["There is no index yet.", None]

    async def work(server: HealthServer) -> None:
        assert await get(server, "/readyz") == (503, "There is no index yet.\n")
        assert await is_healthy(server.address)
        assert await get(server, "/readyz") == (200, "ready\n")

    serve(work, ready=lambda: reasons.pop(0))


def test_prometheus_reads_the_figures() -> None:
    metrics = Metrics()
    metrics.asked(Way.ASK, Outcome.ANSWERED)

    async def work(server: HealthServer) -> None:
        async with aiohttp.ClientSession() as session, session.get(f"http://{server.address}/metrics") as answer:
            assert answer.content_type == "text/plain"
            assert "version=" in answer.headers["Content-Type"]
            text = await answer.text()
            assert 'rapporteur_questions_total{outcome="answered",way="ask"} 1.0' in text

    serve(work, metrics=metrics)


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "DELETE", "OPTIONS"])
def test_the_pages_can_only_be_read(method: str) -> None:
    async def work(server: HealthServer) -> None:
        assert (await get(server, "/healthz", method))[0] == 405

    serve(work)


@pytest.mark.parametrize("path", ["/", "/healthz/", "/../etc/passwd", "/metrics/x", "/%2e%2e/"])
def test_there_are_no_other_pages(path: str) -> None:
    async def work(server: HealthServer) -> None:
        assert (await get(server, path))[0] == 404

    serve(work)


def test_nothing_is_healthy_where_nothing_answers() -> None:
    where: list[Address] = []

    async def work(server: HealthServer) -> None:
        where.append(server.address)

    serve(work)
    assert not asyncio.run(is_healthy(where[0]))


def test_something_that_is_not_the_bot_is_not_healthy() -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"SSH-2.0-something else\r\n")
        writer.close()

    async def work() -> None:
        async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
            assert not await is_healthy(Address("127.0.0.1", server.sockets[0].getsockname()[1]))

    asyncio.run(asyncio.wait_for(work(), 60))


def test_a_server_that_listens_everywhere_is_asked_at_its_own_address() -> None:
    async def work() -> None:
        async with HealthServer(Address("0.0.0.0", 0), lambda: None, Metrics()) as server:
            assert await is_healthy(server.address)

    asyncio.run(asyncio.wait_for(work(), 60))


def test_a_port_that_is_used_is_a_sentence() -> None:
    async def work() -> None:
        with socket.create_server(("127.0.0.1", 0)) as other:
            address = Address("127.0.0.1", other.getsockname()[1])
            with pytest.raises(ConfigurationError, match=r"127\.0\.0\.1:\d+ \(Address already in use\)\. Name another"):
                await HealthServer(address, lambda: None, Metrics()).__aenter__()

    asyncio.run(asyncio.wait_for(work(), 60))


def test_a_host_that_is_not_this_machine_is_a_sentence() -> None:
    async def work() -> None:
        for host in ("192.0.2.1", "no-such-host.invalid"):
            with pytest.raises(ConfigurationError, match="cannot be served at"):
                await HealthServer(Address(host, 8080), lambda: None, Metrics()).__aenter__()

    asyncio.run(asyncio.wait_for(work(), 60))


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:8080", Address("127.0.0.1", 8080)),
        (" localhost:80 ", Address("localhost", 80)),
        ("[::1]:8080", Address("::1", 8080)),
        ("0.0.0.0:65535", Address("0.0.0.0", 65535)),
    ],
)
def test_an_address_is_read_and_written_alike(text: str, address: Address) -> None:
    assert parse_address(text) == address
    assert str(address) == text.strip()


@pytest.mark.parametrize(
    "text",
    [
        *("", "8080", ":8080", "localhost", "localhost:", "localhost:0", "localhost:65536", "::1:8080", "a:b", "h:²"),
        *("http://localhost:8080", "localhost:8080/healthz", "user@localhost:80", "local host:80"),
    ],
)
def test_what_is_no_address_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^RAPPORTEUR_HEALTH is .* Write it like 127\.0\.0\.1:8080\.$"):
        parse_address(text, "RAPPORTEUR_HEALTH")
