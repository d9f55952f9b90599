"""Request bodies checked against Discord's own OpenAPI description."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker, ValidationError, validators
from referencing import Registry
from referencing.jsonschema import DRAFT202012

_BASE = "urn:discord"
_BY_TYPE = "x-by-type"
_SHOWN = 5
_PREFIX = re.compile(r"^(?:https?://[^/]+)?(?:/api(?:/v\d+)?(?=/))?")
_URI = re.compile(r"^(?:https?|discord|attachment)://\S+$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Allowance:
    """One place where the description is stricter than Discord itself."""

    schema: str
    accept: Mapping[str, Any]
    reason: str


#: Named schemas that also accept another form; keep this list as short as possible.
ALLOWANCES: tuple[Allowance, ...] = (
    Allowance(
        "SnowflakeType",
        {"type": "integer", "minimum": 0, "maximum": 2**64 - 1},
        "discord.py sends ids as JSON numbers (attachments[].id, message_reference, allowed_mentions.users, "
        "recipient_id); Discord reads a snowflake from a number as well as from a string",
    ),
)


def _is_snowflake(value: object) -> bool:
    return not isinstance(value, str) or (value.isdecimal() and int(value) < 2**64)


def _is_int32(value: object) -> bool:
    return not isinstance(value, int) or -(2**31) <= value < 2**31


def _is_int64(value: object) -> bool:
    return not isinstance(value, int) or -(2**63) <= value < 2**63


def _is_uri(value: object) -> bool:
    return not isinstance(value, str) or _URI.match(value) is not None


def _is_date_time(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value) is not None


_FORMATS = FormatChecker(formats=())
_FORMATS.checks("snowflake")(_is_snowflake)
_FORMATS.checks("int32")(_is_int32)
_FORMATS.checks("int64")(_is_int64)
_FORMATS.checks("uri")(_is_uri)
_FORMATS.checks("date-time", raises=ValueError)(_is_date_time)


@dataclass(frozen=True, slots=True)
class _Route:
    """One operation of the description: its template and where its body schema is."""

    method: str
    segments: tuple[str, ...]
    snowflakes: frozenset[str]
    pointer: str | None
    required: bool

    def score(self, segments: list[str]) -> int | None:
        """How many segments match literally; None when the path does not match."""
        literal = 0
        for template, given in zip(self.segments, segments, strict=True):
            if not template.startswith("{"):
                if template != given:
                    return None
                literal += 1
            elif not given or (template[1:-1] in self.snowflakes and not given.isdecimal()):
                return None
        return literal


class Rules:
    """Answers whether a request has the form that Discord documents."""

    def __init__(self, description: str) -> None:
        document: dict[str, Any] = json.loads(description)
        _prepare(document, document["components"]["schemas"])
        _allow(document["components"]["schemas"])
        resource = DRAFT202012.create_resource(document)
        self._registry: Registry[Any] = Registry().with_resource(_BASE, resource)
        self._routes: dict[tuple[str, int], list[_Route]] = defaultdict(list)
        self._validators: dict[str, Any] = {}
        self._checked: dict[tuple[str, bytes], list[str]] = {}
        for route in _routes(document):
            self._routes[route.method, len(route.segments)].append(route)

    @staticmethod
    def load() -> Rules | None:
        """The rules of the description on this machine, or None when it is not there."""
        path = description_path()
        return _load(path) if path.is_file() else None

    def check(self, method: str, path: str, json_body: Any) -> list[str]:
        """Problems of one request: an unknown route, or a body of the wrong form."""
        where = f"{method.upper()} {path}"
        route = self._match(method.upper(), path)
        if route is None:
            return [f"{where}: unknown route"]
        if json_body is None:
            return [f"{where}: a JSON body is required"] if route.required else []
        if route.pointer is None:
            return [f"{where}: takes no body"] if json_body else []
        try:
            body = json.dumps(json_body)
        except (TypeError, ValueError) as error:
            return [f"{where}: the body is not JSON: {error}"]
        found = self._problems(route.pointer, body)
        shown = [f"{where}: {text}" for text in found[:_SHOWN]]
        if len(found) > _SHOWN:
            shown.append(f"{where}: and {len(found) - _SHOWN} more")
        return shown

    def _problems(self, pointer: str, body: str) -> list[str]:
        """What is wrong with a body; the commands are registered alike by many tests, and checked once."""
        known = (pointer, hashlib.sha256(body.encode()).digest())
        if known not in self._checked:
            leaves = _leaves_of(self._validator(pointer), json.loads(body))
            self._checked[known] = list(dict.fromkeys(_describe(leaf) for leaf in leaves))
        return self._checked[known]

    def _match(self, method: str, path: str) -> _Route | None:
        segments = _PREFIX.sub("", path.split("?", 1)[0], count=1).strip("/").split("/")
        best: tuple[int, _Route] | None = None
        for route in self._routes.get((method, len(segments)), ()):
            score = route.score(segments)
            if score is not None and (best is None or score > best[0]):
                best = (score, route)
        return best[1] if best else None

    def _validator(self, pointer: str) -> Any:
        if pointer not in self._validators:
            self._validators[pointer] = _Validator(
                {"$ref": f"{_BASE}#{pointer}"}, registry=self._registry, format_checker=_FORMATS
            )
        return self._validators[pointer]


def description_path() -> Path:
    """Where the OpenAPI description is expected."""
    override = os.environ.get("DISCORD_OPENAPI")
    if override:
        return Path(override)
    repository = Path(__file__).resolve().parents[2]
    return repository.parent / "shared" / "reference" / "discord-openapi.json"


@cache
def _load(path: Path) -> Rules:
    return Rules(path.read_text(encoding="utf-8"))


def _allow(schemas: dict[str, Any]) -> None:
    for allowance in ALLOWANCES:
        schemas[allowance.schema] = {"anyOf": [schemas[allowance.schema], dict(allowance.accept)]}


def _prepare(node: Any, schemas: Mapping[str, Any]) -> None:
    """Say the same in a form that is quicker to check and clearer when broken.

    A choice of constants becomes an enum, and a choice of objects that differ in their ``type``
    becomes a table of them, so that only the one that is meant gets checked.
    """
    if isinstance(node, list):
        for item in node:
            _prepare(item, schemas)
    if not isinstance(node, dict):
        return
    for item in node.values():
        _prepare(item, schemas)
    for key in ("oneOf", "anyOf"):
        choices = node.get(key)
        if not isinstance(choices, list):
            continue
        if all("const" in choice for choice in choices):
            del node[key]
            node["enum"] = [choice["const"] for choice in choices]
        elif table := _table(choices, schemas):
            del node[key]
            node[_BY_TYPE] = table


def _table(choices: list[dict[str, Any]], schemas: Mapping[str, Any]) -> dict[int, Any]:
    """The alternatives by their ``type``; empty when the type does not tell them apart."""
    table: dict[int, Any] = {}
    for choice in choices:
        named = schemas.get(choice.get("$ref", "").rpartition("/")[2], {})
        kinds = named.get("properties", {}).get("type", {}).get("enum", [])
        if not kinds or not table.keys().isdisjoint(kinds):
            return {}
        table.update(dict.fromkeys(kinds, choice))
    return table


def _by_type(validator: Any, table: Mapping[int, Any], instance: Any, _schema: Any) -> Iterator[ValidationError]:
    kind = instance.get("type") if isinstance(instance, dict) else None
    if not isinstance(instance, dict):
        yield ValidationError(f"{instance!r} is not an object")
    elif not isinstance(kind, int) or kind not in table:
        yield ValidationError(f"type {kind!r} is not allowed here")
    else:
        yield from validator.descend(instance, table[kind])


_Validator: Any = validators.extend(Draft202012Validator, {_BY_TYPE: _by_type})


def _routes(document: Mapping[str, Any]) -> Iterator[_Route]:
    for template, item in document["paths"].items():
        shared = item.get("parameters", [])
        for method, operation in item.items():
            if method not in {"get", "put", "post", "patch", "delete"}:
                continue
            snowflakes = frozenset(
                parameter["name"]
                for parameter in (*shared, *operation.get("parameters", []))
                if parameter.get("in") == "path" and "SnowflakeType" in parameter.get("schema", {}).get("$ref", "")
            )
            body = operation.get("requestBody")
            yield _Route(
                method.upper(),
                tuple(template.strip("/").split("/")),
                snowflakes,
                _pointer(template, method, body) if body else None,
                bool(body and body.get("required")),
            )


def _pointer(template: str, method: str, body: Mapping[str, Any]) -> str:
    kinds = ("application/json", "multipart/form-data", *body["content"])
    kind = next(kind for kind in kinds if kind in body["content"])
    parts = ("paths", template, method, "requestBody", "content", kind, "schema")
    return "".join(
        "/" + part.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D") for part in parts
    )


def _leaves_of(validator: Any, body: Any) -> Iterator[ValidationError]:
    for error in validator.iter_errors(body):
        yield from _leaves(error)


def _leaves(error: ValidationError) -> list[ValidationError]:
    """The errors of the alternative that was meant, instead of those of every alternative."""
    branches: dict[Any, list[ValidationError]] = defaultdict(list)
    for child in error.context or ():
        branches[child.schema_path[0]].append(child)
    meant = [branch for branch in branches.values() if not any(map(_of_another_kind, branch))]
    if not meant:
        return [error]
    return min(([leaf for child in branch for leaf in _leaves(child)] for branch in meant), key=len)


def _of_another_kind(error: ValidationError) -> bool:
    return not error.path and bool(error.validator == "type")


def _describe(error: ValidationError) -> str:
    where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.absolute_path)
    text = error.message
    if error.validator in {"oneOf", "anyOf"} and error.context:
        text = f"{error.instance!r} has none of the allowed forms"
    if len(text) > 160:
        text = f"{text[:90]} … {text[-60:]}"
    if str(error.validator).startswith(("max", "min")):
        text = f"{text} ({error.validator} {error.validator_value})"
    return f"body{where}: {text}"
