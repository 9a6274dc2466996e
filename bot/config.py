"""What the environment and a `.env` file set; read here and nowhere else.

Where the index is kept when `RAPPORTEUR_INDEX` does not say: in the user's data folder, a folder of its own for each
folder of documents, so that two of them never overwrite one another: `index/shipped` for the documents that come with
the program, wherever it is installed, and `index/<name>-<8 hexadecimal digits of the path's sha256>` for any other.
"""

from __future__ import annotations

import hashlib
import io
import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import platformdirs
from dotenv import dotenv_values

import corpus
from corpus.errors import RapporteurError

# NumPy and FAISS would start threads for a single question, which wait for one another: with two the median answer took
# 15 ms, with one 7. Questions are worked on side by side instead. Both read this when they are loaded.
for _threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_threads, "1")

SHIPPED_DOCUMENTS = Path(corpus.__file__).resolve().parent / "documents"


class ConfigurationError(RapporteurError):
    """A setting cannot be used; the message names it and says what to do."""


@dataclass(frozen=True, slots=True)
class Config:
    """What can be set.

    Attributes:
        documents: The folder of documents, absolute; whether it exists is for its reader to say.
        index: The folder of the index, absolute; it need not exist.
        index_is_set: Whether `RAPPORTEUR_INDEX` names it.
        model: A sentence-transformers model by name or absolute path; None is the packaged one.
        reranker: A sentence-transformers CrossEncoder by name or absolute path; None is none.
    """

    documents: Path
    index: Path
    index_is_set: bool
    model: str | None
    reranker: str | None = None

    @property
    def documents_are_shipped(self) -> bool:
        """Whether the documents are those that come with the program."""
        return self.documents == SHIPPED_DOCUMENTS


@dataclass(frozen=True, slots=True)
class ManagingConfig:
    """Who manages which documents on Discord.

    Attributes:
        people: Ids of those who may manage the shared index, beside the owner of the application or its team.
        roles: Ids of roles whose members may.
        guilds: Ids of the servers in which whoever may manage the server may.
        server_documents: How many documents of its own a server may have; 0 is none anywhere.
        server_megabytes: How large they may be together.
        quiet_seconds: After how long without a change in the folder of documents it is refreshed by itself; None is
            never.
    """

    people: frozenset[int] = frozenset()
    roles: frozenset[int] = frozenset()
    guilds: frozenset[int] = frozenset()
    server_documents: int = 50
    server_megabytes: int = 10
    quiet_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class DiscordConfig:
    """What can be set for the bot on Discord.

    Attributes:
        token: Of the bot; never shown.
        state: The file where the settings of servers are kept.
        api_base: Where Discord's REST API is.
        health: "host:port" of the health pages; None is none.
        logs: In which form lines are logged.
        managing: Who manages which documents.
    """

    token: str = field(repr=False)
    state: Path
    api_base: str
    health: str | None
    logs: Literal["text", "json"]
    managing: ManagingConfig = ManagingConfig()

    @property
    def servers(self) -> Path:
        """The folder of the documents that servers keep of their own."""
        return self.state.parent / SERVERS


SERVERS = "servers"
DISCORD_API = "https://discord.com/api/v10"
_HEALTH = "127.0.0.1:8080"
_ID = re.compile(r"\d{15,20}", re.ASCII)


def settings() -> dict[str, str]:
    """Return the environment over what `.env` in the current folder sets.

    Raises:
        ConfigurationError: `.env` cannot be read.
    """
    file = Path(".env")
    try:
        text = file.read_text(encoding="utf-8-sig") if file.is_file() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file.resolve()} cannot be read ({error}): save it as UTF-8.") from error
    found = {name: value or "" for name, value in dotenv_values(stream=io.StringIO(text)).items()}
    return found | dict(os.environ)


def environment_of_workers() -> dict[str, str]:
    """Return the environment of a process that reads files of other people: without the token."""
    return {name: value for name, value in os.environ.items() if not name.startswith("DISCORD_TOKEN")}


def configure(settings: Mapping[str, str], documents: Path | None = None) -> Config:
    """Return the configuration that settings make.

    Args:
        settings: Names and values, as of an environment.
        documents: A folder of documents named by other means, before `RAPPORTEUR_DOCUMENTS`.

    Raises:
        ConfigurationError: A value is empty or is no path.
    """
    if documents is not None:
        folder = _absolute("FOLDER", str(documents))
    else:
        folder = _folder(settings, "RAPPORTEUR_DOCUMENTS") or SHIPPED_DOCUMENTS
    index = _folder(settings, "RAPPORTEUR_INDEX")
    model = _model(settings, "RAPPORTEUR_MODEL", "a sentence-transformers model")
    reranker = _model(settings, "RAPPORTEUR_RERANKER", "a sentence-transformers CrossEncoder")
    return Config(folder, index or _default_index(folder), index is not None, model, reranker)


def configure_discord(settings: Mapping[str, str]) -> DiscordConfig:
    """Return the configuration of the bot on Discord.

    Raises:
        ConfigurationError: There is no token, or a value cannot be used.
    """
    logs = _value(settings, "RAPPORTEUR_LOGS", '"text" or "json"') or "text"
    if logs not in ("text", "json"):
        raise ConfigurationError(f'RAPPORTEUR_LOGS is {logs!r}. Give it "text" or "json".')
    return DiscordConfig(
        token=_token(settings),
        state=_state(settings) / "state.sqlite",
        api_base=_api_base(settings),
        health=health_address(settings),
        logs="json" if logs == "json" else "text",
        managing=_managing(settings),
    )


def servers_folder(settings: Mapping[str, str]) -> Path:
    """Return the folder of the documents that servers keep of their own, as `DiscordConfig.servers`, without a token.

    Raises:
        ConfigurationError: RAPPORTEUR_STATE cannot be used.
    """
    return _state(settings) / SERVERS


def _state(settings: Mapping[str, str]) -> Path:
    return _folder(settings, "RAPPORTEUR_STATE") or platformdirs.user_data_path("rapporteur", appauthor=False)


def _managing(settings: Mapping[str, str]) -> ManagingConfig:
    documents = _number(settings, "RAPPORTEUR_SERVER_DOCUMENTS", "how many documents of its own a server may have")
    megabytes = _number(settings, "RAPPORTEUR_SERVER_MEGABYTES", "how many megabytes these may be together")
    quiet = _number(settings, "RAPPORTEUR_WATCH", "the seconds of quiet after which a changed folder is refreshed")
    default = ManagingConfig()
    return ManagingConfig(
        people=_ids(settings, "RAPPORTEUR_ADMINS", "people"),
        roles=_ids(settings, "RAPPORTEUR_ADMIN_ROLES", "roles"),
        guilds=_ids(settings, "RAPPORTEUR_ADMIN_GUILDS", "servers"),
        server_documents=default.server_documents if documents is None else documents,
        server_megabytes=default.server_megabytes if megabytes is None else megabytes,
        quiet_seconds=quiet or None,
    )


def _ids(settings: Mapping[str, str], name: str, whose: str) -> frozenset[int]:
    """Return ids of Discord's, parted by commas or blanks; none where the setting is empty."""
    given = settings.get(name, "").replace(",", " ").split()
    wrong = [each for each in given if not _ID.fullmatch(each)]
    if wrong:
        raise ConfigurationError(
            f"{name} has {wrong[0]!r}, which is no id. Give it the numbers of {whose}, parted by commas: Discord shows "
            "them under Copy ID, once Developer Mode is on."
        )
    return frozenset(map(int, given))


def _number(settings: Mapping[str, str], name: str, what: str) -> int | None:
    value = settings.get(name, "").strip()
    if value and not re.fullmatch(r"\d{1,9}", value, re.ASCII):
        raise ConfigurationError(f"{name} is {value!r}, which is no number. Give it {what}.")
    return int(value) if value else None


def health_address(settings: Mapping[str, str]) -> str | None:
    """Return where the health pages are, "host:port"; None where the setting is empty: they are off."""
    return settings.get("RAPPORTEUR_HEALTH", _HEALTH).strip() or None


def _token(settings: Mapping[str, str]) -> str:
    """Return the bot's token; no message ever holds it, or the path of a file that might be one."""
    token, file = settings.get("DISCORD_TOKEN", "").strip(), settings.get("DISCORD_TOKEN_FILE", "").strip()
    if token and file:
        raise ConfigurationError("DISCORD_TOKEN and DISCORD_TOKEN_FILE are both set. Unset one of them.")
    if file:
        try:
            token = Path(file).expanduser().read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError, RuntimeError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "it is no text"
            raise ConfigurationError(f"The file that DISCORD_TOKEN_FILE names cannot be read ({reason}).") from error
    if not token:
        raise ConfigurationError(
            "There is no token. Set DISCORD_TOKEN, or DISCORD_TOKEN_FILE to a file that holds it: Discord's Developer "
            "Portal shows it once, under Bot › Reset Token."
        )
    if any(character.isspace() for character in token) or not token.isascii():
        raise ConfigurationError("The token has blanks or other characters that no token has. Copy it again.")
    return token.removeprefix("Bot ")


def _api_base(settings: Mapping[str, str]) -> str:
    base = (_value(settings, "RAPPORTEUR_API_BASE", "the address of an API") or DISCORD_API).rstrip("/")
    parts = urlsplit(base)
    here = parts.hostname in ("localhost", None) or _is_private(parts.hostname or "")
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise ConfigurationError(f"RAPPORTEUR_API_BASE is {base!r}, which is no address. Write it like {DISCORD_API}.")
    if parts.scheme == "http" and not here:
        raise ConfigurationError(
            "RAPPORTEUR_API_BASE would send the token over http to another network. Use https, or a private address."
        )
    return base


def _is_private(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return "." not in host  # the name of a container beside this one


def _value(settings: Mapping[str, str], name: str, wanted: str) -> str | None:
    """Return a setting, or None where it is not set."""
    value = settings.get(name)
    if value is not None and not value.strip():
        raise ConfigurationError(f"{name} is set but empty. Give it {wanted}, or unset it to use the default.")
    return value.strip() if value else None


def _folder(settings: Mapping[str, str], name: str) -> Path | None:
    value = _value(settings, name, "the path of a folder")
    if value is None:
        return None
    folder = _absolute(name, value)
    if folder.is_file():
        raise ConfigurationError(f"{name} is {folder}, which is a file. Give it the path of a folder.")
    return folder


def _absolute(name: str, value: str) -> Path:
    """Return a path with "~" and what is relative resolved."""
    try:
        return Path(value).expanduser().resolve()
    except (OSError, RuntimeError, ValueError) as error:  # no such user, a loop of links, a NUL
        raise ConfigurationError(f"{name} is {value!r}, which is not a usable path ({error}). Correct it.") from error


def _model(settings: Mapping[str, str], name: str, kind: str) -> str | None:
    value = _value(settings, name, f"the name or the folder of {kind}")
    if value is None:
        return None
    looks_like_path = value.startswith(("~", ".", os.sep)) or Path(value).is_absolute()
    return str(_absolute(name, value)) if looks_like_path else value


def _default_index(documents: Path) -> Path:
    indexes = platformdirs.user_data_path("rapporteur", appauthor=False) / "index"
    if documents == SHIPPED_DOCUMENTS:
        return indexes / "shipped"
    name = re.sub(r"[^\w.-]+", "_", documents.name)[:40] or "documents"
    digest = hashlib.sha256(os.fsencode(documents)).hexdigest()[:8]
    return indexes / f"{name}-{digest}"
