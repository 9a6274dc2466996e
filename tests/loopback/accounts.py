"""The calls about accounts, the application and its commands, servers, and where the gateway is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tests.loopback import limits
from tests.loopback.errors import ApiError, invalid, missing_access, unknown
from tests.loopback.payloads import channel_json, guild_json, member_json, role_json, user_json
from tests.loopback.world import Guild, Json

if TYPE_CHECKING:
    from tests.loopback.rest import Call, Handler
    from tests.loopback.server import LoopbackDiscord

CREATES_A_DAY = 200


class Accounts:
    """Who the bot is, what it offers, and where it is."""

    def __init__(self, discord: LoopbackDiscord) -> None:
        self._discord = discord

    def routes(self) -> Iterator[tuple[str, str, Handler]]:
        """Yield method, path and handler."""
        yield "GET", "/users/@me", self.me
        yield "PATCH", "/users/@me", self.me
        yield "GET", "/users/@me/guilds", self.my_guilds
        yield "DELETE", "/users/@me/guilds/{guild_id}", self.leave
        yield "POST", "/users/@me/channels", self.direct
        yield "GET", "/users/{user_id}", self.user
        yield "GET", "/oauth2/applications/@me", self.application
        yield "GET", "/applications/@me", self.application
        yield "PATCH", "/applications/@me", self.application
        yield "GET", "/gateway", self.gateway
        yield "GET", "/gateway/bot", self.gateway_of_bot
        yield "GET", "/guilds/{guild_id}", self.guild
        yield "GET", "/guilds/{guild_id}/roles", self.roles
        yield "GET", "/guilds/{guild_id}/channels", self.guild_channels
        yield "GET", "/guilds/{guild_id}/threads/active", self.threads
        yield "GET", "/guilds/{guild_id}/members/{user_id}", self.member
        for place in ("/applications/{application_id}", "/applications/{application_id}/guilds/{guild_id}"):
            yield "GET", place + "/commands", self.commands
            yield "PUT", place + "/commands", self.put_commands
            yield "POST", place + "/commands", self.add_command
            yield "GET", place + "/commands/{command_id}", self.command
            yield "PATCH", place + "/commands/{command_id}", self.change_command
            yield "DELETE", place + "/commands/{command_id}", self.remove_command
        yield "GET", "/applications/{application_id}/emojis", self.emojis

    async def me(self, call: Call) -> Json:
        return user_json(self._discord.bot) | {"verified": True, "mfa_enabled": True, "email": None, "locale": "en-US"}

    async def application(self, call: Call) -> Json:
        discord = self._discord
        return {
            "id": str(discord.bot.id),
            "name": discord.bot.name,
            "icon": None,
            "description": "Answers questions by quoting documents.",
            "summary": "",
            "type": None,
            "bot_public": True,
            "bot_require_code_grant": False,
            "verify_key": "0" * 64,
            "flags": discord.application_flags,
            "flags_new": str(discord.application_flags),
            "explicit_content_filter": 0,
            "hook": True,
            "owner": user_json(discord.owner),
            "team": self._team(),
            "bot": user_json(discord.bot),
            "approximate_guild_count": sum(each.has_bot for each in discord.guilds.values()),
            "approximate_user_install_count": sum(each.has_app for each in discord.users.values()),
            "approximate_user_authorization_count": 0,
            "integration_types_config": {"0": {}, "1": {}},
            "tags": [],
            "eligible_oauth2_scopes": ["bot", "applications.commands"],
            "redirect_uris": [],
            "interactions_endpoint_url": None,
            "role_connections_verification_url": None,
        }

    def _team(self) -> Json | None:
        discord = self._discord
        if not discord.team:
            return None
        members = [
            {"membership_state": 2, "team_id": "1", "user": user_json(each), "role": "developer"}
            for each in discord.team
        ]
        owner = str(discord.team[0].id)
        return {"id": "1", "name": "Library", "icon": None, "owner_user_id": owner, "members": members}

    async def user(self, call: Call) -> Json:
        found = self._discord.users.get(call.number("user_id"))
        if found is None:
            raise unknown(10013, "User")
        return user_json(found)

    async def my_guilds(self, call: Call) -> list[Json]:
        mine = [each for each in self._discord.guilds.values() if each.has_bot]
        after, limit = int(call.query.get("after", 0)), int(call.query.get("limit", 200))
        keys = ("id", "name", "icon", "banner", "features")
        found = [guild_json(each, self._discord.bot) for each in mine if each.id > after][:limit]
        return [{key: each[key] for key in keys} | {"owner": False, "permissions": "0"} for each in found]

    async def leave(self, call: Call) -> None:
        self._discord.kick_bot(self._guild(call))

    async def direct(self, call: Call) -> Json:
        user = self._discord.users.get(int(call.body["recipient_id"]))
        if user is None:
            raise unknown(10013, "User")
        return channel_json(self._discord.dm_channel(user))

    async def gateway(self, call: Call) -> Json:
        return {"url": self._discord.gateway_url}

    async def gateway_of_bot(self, call: Call) -> Json:
        left = 1000 - self._discord.gateway.identifies
        return {
            "url": self._discord.gateway_url,
            "shards": self._discord.shards,
            "session_start_limit": {"total": 1000, "remaining": left, "reset_after": 86_400_000, "max_concurrency": 1},
        }

    # --- servers ----------------------------------------------------------------------------------------------------

    def _guild(self, call: Call) -> Guild:
        guild = self._discord.guilds.get(call.number("guild_id"))
        if guild is None or not guild.has_bot:
            raise unknown(10004, "Guild")
        return guild

    async def guild(self, call: Call) -> Json:
        whole = guild_json(self._guild(call), self._discord.bot)
        for key in ("members", "channels", "threads", "joined_at", "large", "member_count"):
            del whole[key]
        return whole

    async def roles(self, call: Call) -> list[Json]:
        return [role_json(each) for each in self._guild(call).roles.values()]

    async def guild_channels(self, call: Call) -> list[Json]:
        return [channel_json(each) for each in self._guild(call).channels.values()]

    async def threads(self, call: Call) -> Json:
        found = [each for each in self._guild(call).threads.values() if not each.archived]
        return {"threads": [channel_json(each) for each in found], "members": []}

    async def member(self, call: Call) -> Json:
        user = self._discord.users.get(call.number("user_id"))
        if user is None:
            raise unknown(10007, "Member")
        return member_json(user, self._guild(call))

    # --- commands ---------------------------------------------------------------------------------------------------

    def _registered(self, call: Call) -> dict[int, Json]:
        if call.number("application_id") != self._discord.bot.id:
            raise missing_access()
        if "guild_id" not in call.params:
            return self._discord.commands
        return self._discord.guild_commands.setdefault(self._guild(call).id, {})

    def _register(self, call: Call, found: list[Json]) -> list[Json]:
        """Check commands, and give those that are new an id; the unchanged keep theirs."""
        violations = limits.commands(found)
        if violations:
            raise invalid(limits.errors_tree(violations))
        if self._discord.commands_created > CREATES_A_DAY:
            raise ApiError(429, 30034, f"Max number of daily application command creates reached ({CREATES_A_DAY})")
        known = {(each["type"], each["name"]): each for each in self._registered(call).values()}
        made = []
        for each in found:
            kind = each.get("type") or 1
            before = known.get((kind, each["name"]))
            if before is None:
                self._discord.commands_created += 1
            made.append(
                each
                | {
                    "type": kind,
                    "id": before["id"] if before else str(self._discord.ids.next()),
                    "application_id": str(self._discord.bot.id),
                    "version": str(self._discord.ids.next()),
                    "description": each.get("description") or "",
                    "default_member_permissions": text_or_none(each.get("default_member_permissions")),
                    "nsfw": bool(each.get("nsfw")),
                    "options": each.get("options") or [],
                    "contexts": each.get("contexts"),
                    "integration_types": each.get("integration_types") or [0],
                    **({"guild_id": call.params["guild_id"]} if "guild_id" in call.params else {}),
                }
            )
        return made

    async def commands(self, call: Call) -> list[Json]:
        return list(self._registered(call).values())

    async def put_commands(self, call: Call) -> list[Json]:
        made = self._register(call, call.body)
        registered = self._registered(call)
        registered.clear()
        registered.update({int(each["id"]): each for each in made})
        self._discord.changed.notify()
        return made

    async def add_command(self, call: Call) -> Json:
        (made,) = self._register(call, [call.body])
        self._registered(call)[int(made["id"])] = made
        return made

    def _command(self, call: Call) -> Json:
        found = self._registered(call).get(call.number("command_id"))
        if found is None:
            raise unknown(10063, "application command")
        return found

    async def command(self, call: Call) -> Json:
        return self._command(call)

    async def change_command(self, call: Call) -> Json:
        found = self._command(call)
        violations = limits.command(found | call.body)
        if violations:
            raise invalid(limits.errors_tree(violations))
        found.update(call.body)
        return found

    async def remove_command(self, call: Call) -> None:
        del self._registered(call)[int(self._command(call)["id"])]

    async def emojis(self, call: Call) -> Json:
        return {"items": []}


def text_or_none(value: Any) -> str | None:
    return None if value is None else str(value)
