"""Discord's own description of its API, held against what the bot sends.

The document (OpenAPI, MIT) is not part of this repository; where it is missing nothing is checked.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from jsonschema.exceptions import ValidationError  # type: ignore[import-untyped]
from jsonschema.validators import extend  # type: ignore[import-untyped]

from tests.loopback.world import Json

DOCUMENT = Path(__file__).parents[2] / ".." / "shared" / "data" / "discord_openapi.json"
REF = "#/components/schemas/"


class Contract:
    """The schemas of all calls."""

    def __init__(self, document: Json) -> None:
        self._paths: Json = document["paths"]
        self._schemas: Json = simplified(document["components"]["schemas"])
        self._validators: dict[tuple[str, str], Any] = {}
        self._kind = extend(Draft202012Validator, {"$ref": self._reference, "oneOf": self._union, "anyOf": self._union})

    def request(self, method: str, route: str, body: Any) -> list[str]:
        """Return what in a body is not as the document says; empty where the call is not described."""
        key = (method.lower(), route)
        if key not in self._validators:
            operation = self._paths.get(route, {}).get(key[0], {})
            content = operation.get("requestBody", {}).get("content", {})
            schema = content.get("application/json", {}).get("schema")
            self._validators[key] = None if schema is None else self._kind(schema)
        return self._problems(self._validators[key], tolerated(body))

    def response(self, method: str, route: str, status: int, body: Any) -> list[str]:
        """Return what in an answer of this server is not as the document says."""
        key = (f"{method} {status}", route)
        if key not in self._validators:
            answers = self._paths.get(route, {}).get(method.lower(), {}).get("responses", {})
            schema = answers.get(str(status), {}).get("content", {}).get("application/json", {}).get("schema")
            self._validators[key] = None if schema is None else self._kind(schema)
        return self._problems(self._validators[key], body)

    def schema(self, name: str, body: Any) -> list[str]:
        """Return what in a value is not as the schema of this name says."""
        return self._problems(self._kind(self._schemas[name]), body)

    def _problems(self, validator: Any, body: Any) -> list[str]:
        if validator is None:
            return []
        return [
            f"{'.'.join(map(str, each.absolute_path))}: {each.message}"[:500] for each in validator.iter_errors(body)
        ]

    def _resolve(self, schema: Json) -> Json:
        while "$ref" in schema:
            schema = self._schemas[schema["$ref"].removeprefix(REF)]
        return schema

    def _reference(self, validator: Any, reference: str, instance: Any, schema: Json) -> Iterator[ValidationError]:
        yield from validator.descend(instance, self._resolve(schema))

    def _union(self, validator: Any, options: list[Json], instance: Any, schema: Json) -> Iterator[ValidationError]:
        """Check a union by the option that its `type` says: that is faster, and names what is wrong."""
        if instance is None and any(each.get("type") == "null" for each in options):
            return
        fitting = [each for each in options if each.get("type") != "null"]
        if isinstance(instance, dict):
            tagged = [each for each in fitting if instance.get("type") in self._tags(each)]
            fitting = tagged or [each for each in fitting if not self._tags(each)]
        if not fitting:
            yield ValidationError(f"type {instance.get('type')!r} is not allowed here")
        elif len(fitting) == 1:
            yield from validator.descend(instance, fitting[0])
        else:
            problems = [list(validator.descend(instance, each)) for each in fitting]
            if all(problems):
                yield from min(problems, key=len)

    def _tags(self, schema: Json) -> list[Any]:
        found = self._resolve(schema).get("properties", {}).get("type", {})
        return list(self._resolve(found).get("enum", []))


def simplified(schema: Any) -> Any:
    """Return schemas that say the same in fewer steps: checking is what takes the time of a run with many questions.

    A choice among constants becomes an enumeration, and beside an enumeration a second statement of the type goes.
    """
    if isinstance(schema, list):
        return [simplified(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    options = schema.get("oneOf")
    if isinstance(options, list) and options and all("const" in each for each in options):
        rest = {key: value for key, value in schema.items() if key != "oneOf"}
        return rest | {"enum": [each["const"] for each in options]}
    skipped = {"allOf"} if "enum" in schema else set()
    return {key: simplified(value) for key, value in schema.items() if key not in skipped}


def tolerated(body: Any) -> Any:
    """Return a body without the deviations of discord.py 2.7.1 that Discord accepts, since it reads numbers as ids.

    * `message_reference`: the ids of message, channel and server are numbers.
    * `recipient_id`, of a direct message: a number.
    * `attachments`: the numbers of files that are sent along, as in the examples of Discord's own documents.
    """
    if not isinstance(body, dict):
        return body
    changed: Json = {}
    reference, attachments, data = body.get("message_reference"), body.get("attachments"), body.get("data")
    if "recipient_id" in body:
        changed["recipient_id"] = ided("id", body["recipient_id"])
    if isinstance(reference, dict):
        changed["message_reference"] = {key: ided(key, value) for key, value in reference.items()}
    if isinstance(attachments, list):
        changed["attachments"] = [
            {key: ided(key, value) for key, value in each.items()} if isinstance(each, dict) else each
            for each in attachments
        ]
    if isinstance(data, dict):
        changed["data"] = tolerated(data)
    return body | changed


def ided(key: str, value: Any) -> Any:
    """Return the value of an id as text, and any other as it is."""
    ids = ("id", "message_id", "channel_id", "guild_id")
    return str(value) if key in ids and isinstance(value, int) and not isinstance(value, bool) else value


@cache
def contract(path: Path = DOCUMENT) -> Contract | None:
    """Return what the document says; None where it is missing."""
    if not path.exists():
        return None
    return Contract(json.loads(path.read_text(encoding="utf-8")))
