"""Discord's limits, as a walk over what is sent: usable on any payload, with or without the server.

    assert limits.message(view_payload) == []

Each function returns the violations; `errors_tree` makes of them what Discord puts into a 400 with code 50035.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from tests.loopback.world import COMPONENTS_V2, Json, walk

CONTENT = 2000
NONCE = 25
EMBEDS = 10
EMBED_TITLE = 256
EMBED_DESCRIPTION = 4096
EMBED_FIELDS = 25
EMBED_FIELD_NAME = 256
EMBED_FIELD_VALUE = 1024
EMBED_FOOTER = 2048
EMBED_AUTHOR = 256
EMBEDS_SUM = 6000
COMPONENTS = 40
TEXT_SUM = 4000
ROWS = 5
BUTTONS = 5
SECTION_TEXTS = 3
CUSTOM_ID = 100
LABEL = 80
URL = 512
OPTIONS = 25
OPTION_TEXT = 100
PLACEHOLDER = 150
GALLERY_ITEMS = 10
ALT_TEXT = 1024
ATTACHMENTS = 10
MODAL_TITLE = 45
MODAL_COMPONENTS = 5
MODAL_LABEL = 45
MODAL_DESCRIPTION = 100
INPUT_VALUE = 4000
INPUT_PLACEHOLDER = 100
UPLOADS = 10
CHOICES = 25
CHOICE_TEXT = 100
SLASH_COMMANDS = 100
MENU_COMMANDS = 15
COMMAND_NAME = re.compile(r"[-_'\w]{1,32}")
COMMAND_DESCRIPTION = 100
COMMAND_OPTIONS = 25
COMMAND_SUM = 8000
STRING_OPTION = 6000
THREAD_NAME = 100
ARCHIVE_DURATIONS = (60, 1440, 4320, 10080)
LOCALES = frozenset(
    "ar bg cs da de el en-GB en-US es-419 es-ES fi fr he hi hr hu id it ja ko lt nl no pl pt-BR ro ru sv-SE th tr uk "
    "vi zh-CN zh-TW".split()
)

ROW, BUTTON, STRING_SELECT, TEXT_INPUT = 1, 2, 3, 4
SELECTS = (3, 5, 6, 7, 8)
SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER = 9, 10, 11, 12, 13, 14, 17
LABELLED, UPLOAD, RADIO, CHECKBOXES, CHECKBOX = 18, 19, 21, 22, 23
IN_MESSAGE = (ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR, CONTAINER)
IN_CONTAINER = (ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR)
IN_MODAL = (ROW, TEXT, LABELLED)
IN_LABEL = (*SELECTS, TEXT_INPUT, UPLOAD, RADIO, CHECKBOXES, CHECKBOX)
LINK, PREMIUM = 5, 6


@dataclass(frozen=True)
class Violation:
    """Where a limit is violated, Discord's code for it, and a sentence."""

    path: tuple[str | int, ...]
    code: str
    message: str

    def __str__(self) -> str:
        return f"{'.'.join(map(str, self.path))}: {self.message} ({self.code})"


def under(prefix: Iterable[str | int], violations: Iterable[Violation]) -> list[Violation]:
    """Return the violations of a part as those of the whole."""
    return [replace(each, path=(*prefix, *each.path)) for each in violations]


def errors_tree(violations: Iterable[Violation]) -> dict[str, Any]:
    """Return violations as the `errors` of Discord's answer."""
    tree: dict[str, Any] = {}
    for each in violations:
        node = tree
        for step in each.path:
            node = node.setdefault(str(step), {})
        node.setdefault("_errors", []).append({"code": each.code, "message": each.message})
    return tree


def length(path: tuple[str | int, ...], value: Any, low: int, high: int, *, needed: bool = True) -> list[Violation]:
    """Return what is wrong with the length of a text."""
    if value is None:
        return [Violation(path, "BASE_TYPE_REQUIRED", "This field is required")] if needed and low else []
    if not isinstance(value, str):
        return [Violation(path, "STRING_TYPE_CONVERT", f'Could not interpret "{value}" as string.')]
    if low <= len(value) <= high:
        return []
    if low and value == "":
        return [Violation(path, "BASE_TYPE_REQUIRED", "This field is required")]
    if low:
        return [Violation(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {low} and {high} in length.")]
    return [Violation(path, "BASE_TYPE_MAX_LENGTH", f"Must be {high} or fewer in length.")]


def count(path: tuple[str | int, ...], value: list[Any], low: int, high: int) -> list[Violation]:
    """Return what is wrong with the number of things in a list."""
    if low <= len(value) <= high:
        return []
    return [Violation(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {low} and {high} in length.")]


def between(path: tuple[str | int, ...], value: int | None, low: int, high: int) -> list[Violation]:
    """Return what is wrong with a number."""
    if value is None or low <= value <= high:
        return []
    return [Violation(path, "NUMBER_TYPE_RANGE", f"int value should be between {low} and {high}.")]


# --- messages -----------------------------------------------------------------------------------------------------


def message(payload: Json, *, v2: bool | None = None) -> list[Violation]:
    """Return what is wrong with a message that is sent or edited.

    Args:
        payload: The body: content, embeds, components, flags, nonce, attachments.
        v2: Whether it is of components version 2; by default its own flags say so.
    """
    is_v2 = bool((payload.get("flags") or 0) & COMPONENTS_V2) if v2 is None else v2
    wrong = length(("content",), payload.get("content"), 0, CONTENT, needed=False)
    if isinstance(payload.get("nonce"), str):
        wrong += length(("nonce",), payload["nonce"], 0, NONCE)
    wrong += embeds(payload.get("embeds") or [])
    if len(payload.get("attachments") or []) > ATTACHMENTS:
        wrong += count(("attachments",), payload["attachments"], 0, ATTACHMENTS)
    if is_v2:
        wrong += [
            Violation(
                (key,),
                "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
                f"The '{key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2",
            )
            for key in ("content", "embeds", "poll", "sticker_ids")
            if payload.get(key)
        ]
    wrong += allowed_mentions(payload.get("allowed_mentions") or {})
    return wrong + components(payload.get("components") or [], v2=is_v2)


def allowed_mentions(allowed: Json) -> list[Violation]:
    """Return what is wrong with `allowed_mentions`."""
    wrong = []
    for key in ("users", "roles"):
        if key in (allowed.get("parse") or ()) and allowed.get(key):
            code, why = "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", f"parse: {key} and {key}: [ids] cannot both be set."
            wrong.append(Violation(("allowed_mentions",), code, why))
        wrong += count(("allowed_mentions", key), allowed.get(key) or [], 0, 100)
    return wrong


def embeds(found: list[Json]) -> list[Violation]:
    """Return what is wrong with the embeds of a message."""
    wrong = count(("embeds",), found, 0, EMBEDS)
    total = 0
    for number, embed in enumerate(found):
        at: tuple[str | int, ...] = ("embeds", number)
        fields = embed.get("fields") or []
        parts: list[tuple[tuple[str | int, ...], Any, int, int]] = [
            ((*at, "title"), embed.get("title"), 0, EMBED_TITLE),
            ((*at, "description"), embed.get("description"), 0, EMBED_DESCRIPTION),
            ((*at, "footer", "text"), (embed.get("footer") or {}).get("text"), 0, EMBED_FOOTER),
            ((*at, "author", "name"), (embed.get("author") or {}).get("name"), 0, EMBED_AUTHOR),
        ]
        wrong += count((*at, "fields"), fields, 0, EMBED_FIELDS)
        for index, each in enumerate(fields):
            parts.append(((*at, "fields", index, "name"), each.get("name"), 1, EMBED_FIELD_NAME))
            parts.append(((*at, "fields", index, "value"), each.get("value"), 1, EMBED_FIELD_VALUE))
        for path, value, low, high in parts:
            wrong += length(path, value, low, high)
            total += len(value) if isinstance(value, str) else 0
    if total > EMBEDS_SUM:
        code, why = "MAX_EMBED_SIZE_EXCEEDED", f"Embed size exceeds maximum size of {EMBEDS_SUM}"
        wrong.append(Violation(("embeds",), code, why))
    return wrong


def components(found: list[Json], *, v2: bool) -> list[Violation]:
    """Return what is wrong with the components of a message."""
    wrong: list[Violation] = []
    if not v2:
        wrong += count(("components",), found, 0, ROWS)
    allowed = IN_MESSAGE if v2 else (ROW,)
    for number, each in enumerate(found):
        wrong += component(("components", number), each, allowed)
    everything = walk(found)
    if v2 and len(everything) > COMPONENTS:
        code = "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED"
        why = f"The total number of components is {len(everything)}, more than {COMPONENTS}"
        wrong.append(Violation(("components",), code, why))
    size = sum(len(str(each.get("content") or "")) for each in everything if each.get("type") == TEXT)
    if size > TEXT_SUM:
        code = "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED"
        why = f"The displayable text is {size} characters long, more than {TEXT_SUM}"
        wrong.append(Violation(("components",), code, why))
    return wrong + duplicates(everything)


def duplicates(everything: list[Json]) -> list[Violation]:
    """Return which ids are given twice."""
    wrong = []
    for key, code in (("custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED"), ("id", "COMPONENT_ID_DUPLICATED")):
        given = Counter(each[key] for each in everything if each.get(key))
        again = [each for each, times in given.items() if times > 1]
        wrong += [Violation(("components",), code, f"Component {key} {each!r} is given twice") for each in again]
    return wrong


def component(at: tuple[str | int, ...], found: Json, allowed: tuple[int, ...]) -> list[Violation]:
    """Return what is wrong with one component and those in it."""
    kind = found.get("type")
    if kind not in allowed:
        why = f'Value of field "type" must be one of {allowed}.'
        return [Violation((*at, "type"), "UNION_TYPE_CHOICES", why)]
    inner = found.get("components") or []
    if kind == ROW:
        return row(at, inner, modal=LABELLED in allowed)
    if kind == BUTTON:
        return button(at, found)
    if kind == STRING_SELECT or kind in SELECTS:
        return select(at, found)
    if kind == SECTION:
        wrong = count((*at, "components"), inner, 1, SECTION_TEXTS)
        wrong += nested(at, inner, (TEXT,))
        if not found.get("accessory"):
            return [*wrong, Violation((*at, "accessory"), "BASE_TYPE_REQUIRED", "This field is required")]
        return wrong + component((*at, "accessory"), found["accessory"], (BUTTON, THUMBNAIL))
    if kind == TEXT:
        return length((*at, "content"), found.get("content"), 1, TEXT_SUM)
    if kind == THUMBNAIL:
        return length((*at, "description"), found.get("description"), 0, ALT_TEXT, needed=False)
    if kind == GALLERY:
        items = found.get("items") or []
        wrong = count((*at, "items"), items, 1, GALLERY_ITEMS)
        for number, each in enumerate(items):
            wrong += length((*at, "items", number, "description"), each.get("description"), 0, ALT_TEXT, needed=False)
        return wrong
    if kind == SEPARATOR:
        return between((*at, "spacing"), found.get("spacing"), 1, 2)
    if kind == CONTAINER:
        wrong = between((*at, "accent_color"), found.get("accent_color"), 0, 0xFFFFFF)
        return wrong + count((*at, "components"), inner, 1, COMPONENTS) + nested(at, inner, IN_CONTAINER)
    return modal_component(at, found)


def nested(at: tuple[str | int, ...], found: list[Json], allowed: tuple[int, ...]) -> list[Violation]:
    wrong: list[Violation] = []
    for number, each in enumerate(found):
        wrong += component((*at, "components", number), each, allowed)
    return wrong


def row(at: tuple[str | int, ...], inner: list[Json], *, modal: bool) -> list[Violation]:
    if modal:
        return count((*at, "components"), inner, 1, 1) + nested(at, inner, (TEXT_INPUT,))
    wrong = count((*at, "components"), inner, 1, BUTTONS) + nested(at, inner, (BUTTON, *SELECTS))
    if len(inner) > 1 and any(each.get("type") in SELECTS for each in inner):
        code, why = "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The specified component exceeds the maximum width"
        wrong.append(Violation((*at, "components"), code, why))
    return wrong


def button(at: tuple[str | int, ...], found: Json) -> list[Violation]:
    style = found.get("style")
    wrong = between((*at, "style"), style if isinstance(style, int) else 0, 1, 6)
    wrong += length((*at, "label"), found.get("label"), 0, LABEL, needed=False)
    if not found.get("label") and not found.get("emoji") and style != PREMIUM:
        why = "A button needs a label or an emoji"
        wrong.append(Violation((*at, "label"), "BUTTON_COMPONENT_MISSING_LABEL_OR_EMOJI", why))
    if style == LINK:
        if found.get("custom_id"):
            code, why = "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", "A link cannot have a custom id"
            wrong.append(Violation((*at, "custom_id"), code, why))
        url = found.get("url")
        wrong += length((*at, "url"), url, 1, URL)
        if isinstance(url, str) and not re.match(r"(https?|discord)://\S+\Z", url):
            why = "Scheme must be one of ('http', 'https', 'discord'), without blanks."
            wrong.append(Violation((*at, "url"), "URL_TYPE_INVALID_URL", why))
    elif style != PREMIUM:
        wrong += length((*at, "custom_id"), found.get("custom_id"), 1, CUSTOM_ID)
        if found.get("url"):
            why = "A custom id and a url cannot both be specified"
            wrong.append(Violation((*at, "url"), "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", why))
    return wrong


def select(at: tuple[str | int, ...], found: Json) -> list[Violation]:
    wrong = length((*at, "custom_id"), found.get("custom_id"), 1, CUSTOM_ID)
    wrong += length((*at, "placeholder"), found.get("placeholder"), 0, PLACEHOLDER, needed=False)
    wrong += between((*at, "min_values"), found.get("min_values"), 0, OPTIONS)
    wrong += between((*at, "max_values"), found.get("max_values"), 1, OPTIONS)
    if found.get("type") != STRING_SELECT:
        return wrong
    return wrong + options(at, found.get("options") or [], 1, OPTIONS)


def options(at: tuple[str | int, ...], found: list[Json], low: int, high: int) -> list[Violation]:
    wrong = count((*at, "options"), found, low, high)
    for number, each in enumerate(found):
        here = (*at, "options", number)
        wrong += length((*here, "label"), each.get("label"), 1, OPTION_TEXT)
        wrong += length((*here, "value"), each.get("value"), 1, OPTION_TEXT)
        wrong += length((*here, "description"), each.get("description"), 0, OPTION_TEXT, needed=False)
    values = Counter(each.get("value") for each in found)
    again = [value for value, times in values.items() if times > 1]
    return wrong + [
        Violation((*at, "options"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", f"The value {each!r} is given twice")
        for each in again
    ]


# --- modals -------------------------------------------------------------------------------------------------------


def modal(data: Json) -> list[Violation]:
    """Return what is wrong with a modal."""
    found = data.get("components") or []
    wrong = length(("title",), data.get("title"), 1, MODAL_TITLE)
    wrong += length(("custom_id",), data.get("custom_id"), 1, CUSTOM_ID)
    wrong += count(("components",), found, 1, MODAL_COMPONENTS)
    for number, each in enumerate(found):
        wrong += component(("components", number), each, IN_MODAL)
    return wrong + duplicates(walk(found))


def modal_component(at: tuple[str | int, ...], found: Json) -> list[Violation]:
    kind = found["type"]
    if kind == LABELLED:
        wrong = length((*at, "label"), found.get("label"), 1, MODAL_LABEL)
        wrong += length((*at, "description"), found.get("description"), 0, MODAL_DESCRIPTION, needed=False)
        return wrong + component((*at, "component"), found.get("component") or {}, IN_LABEL)
    if kind not in (TEXT_INPUT, UPLOAD, RADIO, CHECKBOXES, CHECKBOX):
        return []
    wrong = length((*at, "custom_id"), found.get("custom_id"), 1, CUSTOM_ID)
    if kind == TEXT_INPUT:
        wrong += between((*at, "style"), found.get("style") or 0, 1, 2)
        wrong += length((*at, "label"), found.get("label"), 0, MODAL_LABEL, needed=False)
        wrong += length((*at, "value"), found.get("value"), 0, INPUT_VALUE, needed=False)
        wrong += length((*at, "placeholder"), found.get("placeholder"), 0, INPUT_PLACEHOLDER, needed=False)
        wrong += between((*at, "min_length"), found.get("min_length"), 0, INPUT_VALUE)
        wrong += between((*at, "max_length"), found.get("max_length"), 1, INPUT_VALUE)
    elif kind == UPLOAD:
        wrong += between((*at, "min_values"), found.get("min_values"), 0, UPLOADS)
        wrong += between((*at, "max_values"), found.get("max_values"), 1, UPLOADS)
    elif kind in (RADIO, CHECKBOXES):
        wrong += options(at, found.get("options") or [], 2 if kind == RADIO else 1, 10)
    return wrong


# --- commands -----------------------------------------------------------------------------------------------------


def autocomplete(data: Json) -> list[Violation]:
    """Return what is wrong with the choices offered while somebody types."""
    return choices((), data.get("choices") or [])


def choices(at: tuple[str | int, ...], found: list[Json]) -> list[Violation]:
    wrong = count((*at, "choices"), found, 0, CHOICES)
    for number, each in enumerate(found):
        here = (*at, "choices", number)
        wrong += length((*here, "name"), each.get("name"), 1, CHOICE_TEXT)
        wrong += localized(here, each, "name", 1, CHOICE_TEXT)
        if isinstance(each.get("value"), str):
            wrong += length((*here, "value"), each["value"], 1, CHOICE_TEXT)
        elif not isinstance(each.get("value"), int | float):
            wrong += length((*here, "value"), None, 1, CHOICE_TEXT)
    return wrong


def localized(at: tuple[str | int, ...], found: Json, key: str, low: int, high: int) -> list[Violation]:
    wrong: list[Violation] = []
    for locale, text in (found.get(f"{key}_localizations") or {}).items():
        here = (*at, f"{key}_localizations", locale)
        if locale not in LOCALES:
            wrong.append(Violation(here, "ENUM_TYPE_COERCE", f'Value "{locale}" is not a locale.'))
        wrong += length(here, text, low, high)
    return wrong


def named(at: tuple[str | int, ...], found: Json) -> list[Violation]:
    """Return what is wrong with the name of a slash command or option, in every language."""
    names: dict[tuple[str, ...], Any] = {("name",): found.get("name")}
    names |= {("name_localizations", each): text for each, text in (found.get("name_localizations") or {}).items()}
    wrong = localized(at, found, "name", 1, 32)
    for path, name in names.items():
        if not isinstance(name, str) or not COMMAND_NAME.fullmatch(name) or name != name.lower():
            code, why = "APPLICATION_COMMAND_INVALID_NAME", f"Command name {name!r} is invalid"
            wrong.append(Violation((*at, *path), code, why))
    wrong += length((*at, "description"), found.get("description"), 1, COMMAND_DESCRIPTION)
    return wrong + localized(at, found, "description", 1, COMMAND_DESCRIPTION)


def commands(found: list[Json]) -> list[Violation]:
    """Return what is wrong with the commands that are registered together."""
    wrong: list[Violation] = []
    names = Counter((each.get("type") or 1, each.get("name")) for each in found)
    wrong += [
        Violation((), "APPLICATION_COMMANDS_DUPLICATE_NAME", f"Application command name {name!r} must be unique")
        for (_, name), times in names.items()
        if times > 1
    ]
    kinds = Counter(each.get("type") or 1 for each in found)
    for kind, most in ((1, SLASH_COMMANDS), (2, MENU_COMMANDS), (3, MENU_COMMANDS)):
        if kinds[kind] > most:
            why = f"Maximum number of application commands reached ({most})."
            wrong.append(Violation((), "APPLICATION_COMMANDS_LIMIT_REACHED", why))
    for number, each in enumerate(found):
        wrong += under((number,), command(each))
    return wrong


def command(found: Json) -> list[Violation]:
    """Return what is wrong with one command."""
    if (found.get("type") or 1) != 1:
        wrong = length(("name",), found.get("name"), 1, 32) + localized((), found, "name", 1, 32)
        if found.get("description"):
            code, why = "APPLICATION_COMMAND_DESCRIPTION_NOT_ALLOWED", "Context menu commands cannot have a description"
            wrong.append(Violation(("description",), code, why))
        if found.get("options"):
            wrong.append(Violation(("options",), "APPLICATION_COMMAND_OPTIONS_NOT_ALLOWED", "Menus have no options"))
        return wrong + installed(found)
    wrong = named((), found) + command_options((), found.get("options") or []) + installed(found)
    size = command_size(found)
    if size > COMMAND_SUM:
        code, why = "APPLICATION_COMMAND_TOO_LARGE", f"Command exceeds maximum size ({size} of {COMMAND_SUM})"
        wrong.append(Violation((), code, why))
    return wrong


def installed(found: Json) -> list[Violation]:
    if 2 in (found.get("contexts") or ()) and 1 not in (found.get("integration_types") or (1,)):
        why = "Private channels need the integration type USER_INSTALL"
        return [Violation(("contexts",), "APPLICATION_COMMAND_CONTEXTS_INVALID", why)]
    return []


def command_options(at: tuple[str | int, ...], found: list[Json]) -> list[Violation]:
    wrong = count((*at, "options"), found, 0, COMMAND_OPTIONS)
    names = Counter(each.get("name") for each in found)
    wrong += [
        Violation((*at, "options"), "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", f"Option {name!r} exists")
        for name, times in names.items()
        if times > 1
    ]
    optional = False
    for number, each in enumerate(found):
        here = (*at, "options", number)
        wrong += named(here, each)
        if each.get("type") in (1, 2):
            wrong += command_options(here, each.get("options") or [])
            continue
        if each.get("required") and optional:
            why = "Required options must be placed before non-required options"
            wrong.append(Violation(here, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", why))
        optional = optional or not each.get("required")
        wrong += choices(here, each.get("choices") or [])
        if each.get("choices") and each.get("autocomplete"):
            why = "Options cannot have choices and autocomplete"
            wrong.append(Violation((*here, "choices"), "APPLICATION_COMMAND_OPTIONS_CHOICES_AUTOCOMPLETE", why))
        wrong += between((*here, "min_length"), each.get("min_length"), 0, STRING_OPTION)
        wrong += between((*here, "max_length"), each.get("max_length"), 1, STRING_OPTION)
    return wrong


def command_size(found: Json) -> int:
    """Return the characters of a command, the longest language counted."""

    def longest(key: str) -> int:
        texts = [found.get(key) or "", *(found.get(f"{key}_localizations") or {}).values()]
        return max(len(str(text)) for text in texts)

    size = longest("name") + longest("description")
    size += sum(command_size(each) for each in found.get("options") or [])
    for each in found.get("choices") or []:
        size += command_size(each) + len(str(each.get("value", "")))
    return size


def thread(payload: Json) -> list[Violation]:
    """Return what is wrong with a thread that is made or changed."""
    wrong = []
    if "name" in payload:
        wrong += length(("name",), payload["name"], 1, THREAD_NAME)
    if payload.get("auto_archive_duration") not in (None, *ARCHIVE_DURATIONS):
        why = f"Value must be one of {ARCHIVE_DURATIONS}."
        wrong.append(Violation(("auto_archive_duration",), "BASE_TYPE_CHOICES", why))
    return wrong
