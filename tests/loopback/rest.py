"""The REST API: routes as Discord's documents write them, and what happens around each call."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.loopback.accounts import Accounts
from tests.loopback.channels import Channels
from tests.loopback.errors import ApiError, invalid, unauthorized
from tests.loopback.faults import Fault, Kind
from tests.loopback.responses import Responses
from tests.loopback.world import Attachment, Json

if TYPE_CHECKING:
    from tests.loopback.server import LoopbackDiscord

BASE = "/api/v10"
FILE_SIZE = 10 * 1024 * 1024
WITHOUT_TOKEN = ("/interactions/", "/webhooks/")


@dataclass(slots=True)
class Call:
    """One call of the bot, and what it was answered."""

    method: str
    route: str
    """With placeholders: "/channels/{channel_id}/messages"."""
    path: str
    body: Any
    at: float
    params: dict[str, str]
    query: dict[str, str]
    files: list[Attachment] = field(default_factory=list)
    authorized: bool = False
    """Whether the bot's token came with it."""
    status: int = 0
    answer: Any = None
    took: float = 0.0
    fault: Fault | None = None

    def number(self, name: str) -> int:
        """Return an id in the path."""
        value = self.params[name]
        return int(value) if value.isdecimal() else 0


Handler = Callable[[Call], Awaitable[Any]]


class Rest:
    """Takes the calls: fault, token, body, contract, then what the call does, then the answer."""

    def __init__(self, discord: LoopbackDiscord) -> None:
        self._discord = discord
        self.accounts = Accounts(discord)
        self.channels = Channels(discord)
        self.responses = Responses(discord)

    def add_routes(self, app: web.Application) -> None:
        """Add all routes to the application."""
        for group in (self.accounts, self.channels, self.responses):
            for method, route, handler in group.routes():
                app.router.add_route(method, BASE + route, self._around(route, handler))
        app.router.add_route("GET", "/attachments/{attachment_id}/{name}", self._attachment)
        app.router.add_route("*", BASE + "/{rest:.*}", self._missing)

    def _around(self, route: str, handler: Handler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        open_to_all = route.startswith(WITHOUT_TOKEN)

        async def around(request: web.Request) -> web.StreamResponse:
            began = time.perf_counter()
            discord = self._discord
            call = Call(
                request.method,
                route,
                request.path,
                None,
                discord.clock.now(),
                dict(request.match_info),
                dict(request.query),
                authorized=request.headers.get("Authorization") == f"Bot {discord.token}",
            )
            call.fault = discord.faults.draw(f"{call.method} {route}")
            via = True
            headers = {"X-RateLimit-Bucket": f"{hash((call.method, route)) & 0xFFFFFFFF:08x}"}
            headers |= {"X-RateLimit-Limit": "10000", "X-RateLimit-Remaining": "9999", "X-RateLimit-Reset-After": "1"}
            kind = call.fault.kind if call.fault else None
            try:
                if kind is Kind.CUT:
                    return self._cut(request)
                if kind is Kind.SLOW and call.fault:
                    await asyncio.sleep(call.fault.seconds)
                if kind in (Kind.RATE_LIMIT, Kind.BAN, Kind.ERROR, Kind.FORBIDDEN) and call.fault:
                    await request.read()
                    via = kind is not Kind.BAN
                    call.status, call.answer = refusal(call.fault)
                    headers |= {"Retry-After": f"{call.fault.seconds:g}"} if call.status == 429 else {}
                else:
                    call.body, call.files = await self._read(request)
                    if not open_to_all and not call.authorized:
                        raise unauthorized()
                    self._contract(call)
                    call.answer = await self._done(handler, call)
                    call.status = 204 if call.answer is None else 200
            except ApiError as error:
                call.status, call.answer = error.status, error.body()
                self._discord.refused(call, error)
            finally:
                call.took = time.perf_counter() - began
                discord.note_call(call)
            if kind is Kind.LOST:
                return self._cut(request)
            if via:
                headers["Via"] = "1.1 loopback"
            if call.status == 204:
                return web.Response(status=204, headers=headers)
            text = call.answer if isinstance(call.answer, str) else json.dumps(call.answer, separators=(",", ":"))
            # Exactly this type, without a charset: discord.py would take the answer for text otherwise.
            headers["Content-Type"] = "text/html" if isinstance(call.answer, str) else "application/json"
            return web.Response(status=call.status, body=text.encode(), headers=headers)

        return around

    async def _done(self, handler: Handler, call: Call) -> Any:
        """Return what a call is answered with; a body of another shape is refused, and noted."""
        try:
            return await handler(call)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            self._discord.schema_violations.append(f"{call.method} {call.route}: {error!r}")
            raise invalid({"_errors": [{"code": "MALFORMED", "message": repr(error)}]}) from error

    def _cut(self, request: web.Request) -> web.StreamResponse:
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)  # nobody hears it

    async def _read(self, request: web.Request) -> tuple[Any, list[Attachment]]:
        if request.content_type == "multipart/form-data":
            return await self._read_form(request)
        raw = await request.read()
        if not raw:
            return None if request.method in ("GET", "DELETE") else {}, []
        try:
            return json.loads(raw), []
        except ValueError:
            raise ApiError(400, 50109, "The request body contains invalid JSON.") from None

    async def _read_form(self, request: web.Request) -> tuple[Any, list[Attachment]]:
        body: Any = None
        found: dict[int, Attachment] = {}
        async for part in await request.multipart():
            name = getattr(part, "name", "") or ""
            data = bytes(await part.read())  # type: ignore[union-attr]
            if name == "payload_json":
                body = json.loads(data)
            elif name.startswith("files["):
                if len(data) > FILE_SIZE:
                    raise ApiError(413, 40005, "Request entity too large")
                filename = getattr(part, "filename", None) or "unknown"
                found[int(name[6:-1])] = self._discord.keep_file(filename, data)
        message = body.get("data") if isinstance(body, dict) and isinstance(body.get("data"), dict) else body
        for each in (message or {}).get("attachments") or []:
            if str(each.get("id", "")).isdecimal() and int(each["id"]) in found:
                found[int(each["id"])].description = each.get("description")
        return body, list(found.values())

    def _contract(self, call: Call) -> None:
        contract = self._discord.contract
        if contract is None or not call.body:
            return
        violations = contract.request(call.method, call.route, call.body)
        if violations:
            self._discord.schema_violations.extend(violations)
            raise invalid({"_errors": [{"code": "OPENAPI", "message": each} for each in violations]})

    async def _attachment(self, request: web.Request) -> web.StreamResponse:
        self._discord.fetched.append(request.path)
        found = self._discord.files.get(int(request.match_info["attachment_id"]))
        if found is None:
            return web.Response(status=404)
        return web.Response(body=found.data, content_type=found.content_type)

    async def _missing(self, request: web.Request) -> web.StreamResponse:
        self._discord.missing.append(f"{request.method} {request.path}")
        body: Json = {"message": "404: Not Found", "code": 0}
        headers = {"Content-Type": "application/json", "Via": "1.1 loopback"}
        return web.Response(status=404, body=json.dumps(body).encode(), headers=headers)


def refusal(fault: Fault) -> tuple[int, Any]:
    """Return the status and body of a fault."""
    if fault.kind is Kind.RATE_LIMIT:
        body = {"message": "You are being rate limited.", "retry_after": fault.seconds, "global": fault.everywhere}
        return 429, body
    if fault.kind is Kind.BAN:
        return 429, {"message": "You are being blocked from accessing our API temporarily.", "retry_after": 600.0}
    if fault.kind is Kind.FORBIDDEN:
        error = ApiError(403, fault.code, "Missing Access" if fault.code == 50001 else "Missing Permissions")
        return 403, error.body()
    return fault.status, {"message": f"{fault.status}: Internal Server Error", "code": 0}
