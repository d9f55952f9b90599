"""Bodies that break one rule each, and what the problem then says."""

from __future__ import annotations

from typing import Any

CREATE = "/channels/1/messages"
EDIT = "/channels/1/messages/2"
CALLBACK = "/interactions/1/tok/callback"
ORIGINAL = "/webhooks/1/tok/messages/@original"
COMMANDS = "/applications/1/commands"
QUIET: dict[str, Any] = {"allowed_mentions": {"parse": []}}
V2 = 1 << 15


def command(name: str = "luma", **more: Any) -> dict[str, Any]:
    """A slash command."""
    return {"name": name, "description": "Videos", "type": 1, **more}


def option(name: str = "prompt", **more: Any) -> dict[str, Any]:
    """A text option."""
    return {"name": name, "description": "what to draw", "type": 3, **more}


def group(name: str, *children: dict[str, Any], kind: int = 1) -> dict[str, Any]:
    """A subcommand, or a group of them with ``kind=2``."""
    return {"name": name, "description": "a group", "type": kind, "options": list(children)}


def button(custom_id: str | None = "v1:a", **more: Any) -> dict[str, Any]:
    """A button."""
    return {"type": 2, "style": 2, "label": "Again", **({"custom_id": custom_id} if custom_id else {}), **more}


def row(*children: dict[str, Any]) -> dict[str, Any]:
    """A row of components."""
    return {"type": 1, "components": list(children)}


def text(content: str = "fox") -> dict[str, Any]:
    """A text display."""
    return {"type": 10, "content": content}


def select(count: int, *, same: bool = False) -> dict[str, Any]:
    """A select with ``count`` options."""
    options = [{"label": "x", "value": "0" if same else str(number)} for number in range(count)]
    return {"type": 3, "custom_id": "v1:s", "options": options}


def choices(count: int, name: str = "x", value: str = "v", **more: Any) -> list[dict[str, Any]]:
    """Choices of a text option."""
    return [{"name": name, "value": value, **more} for _ in range(count)]


def image(url: str) -> list[dict[str, Any]]:
    """One embed with an image."""
    return [{"image": {"url": url}}]


FOX: dict[str, Any] = {"attachments": [{"id": 0, "filename": "fox.png"}]}
RU = {"ru": "Имя"}

BROKEN_COMMANDS: list[tuple[str, list[dict[str, Any]]]] = [
    ("character", [command("lu ma")]),
    ("not lower case", [command("Luma")]),
    ("not lower case", [command(name_localizations=RU)]),
    ("33 characters", [command("a" * 33)]),
    ("33 characters", [{"name": "A" * 33, "type": 2}]),
    ("no description", [{"name": "Look", "type": 3, "description": "x"}]),
    ("description has 0", [command(description="")]),
    ("description (ru) has 101", [command(description_localizations={"ru": "x" * 101})]),
    ("26 options", [command(options=[option(f"o{number}") for number in range(26)])]),
    ("26 options", [command(options=[group(f"o{number}") for number in range(26)])]),
    ("26 choices", [command(options=[option(choices=choices(26))])]),
    ("choice name has 101", [command(options=[option(choices=choices(1, "x" * 101))])]),
    ("choice name (ru) has 101", [command(options=[option(choices=choices(1, name_localizations={"ru": "x" * 101}))])]),
    ("choice value has 101", [command(options=[option(choices=choices(1, value="x" * 101))])]),
    ("exclude each other", [command(options=[option(choices=choices(1), autocomplete=True)])]),
    ("comes after optional", [command(options=[option("a"), option("b", required=True)])]),
    ("used 2 times", [command(options=[option("a"), option("a")])]),
    ("2 times in ru", [command(options=[option(n, name_localizations={"ru": "имя"}) for n in "ab"])]),
    ("side by side", [command(options=[group("a"), option("b")])]),
    ("nested too deeply", [command(options=[group("a", group("b"))])]),
    ("only subcommands", [command(options=[group("a", option("b"), kind=2)])]),
    ("nested too deeply", [command(options=[group("a", group("b", kind=2), kind=2)])]),
    ("beyond", [command(options=[option(type=4, max_value=2**53)])]),
    ("registered 2 times", [command(), command()]),
    ("101 slash commands", [command(f"c{number}") for number in range(101)]),
    ("6 message menus", [{"name": f"Menu {number}", "type": 3} for number in range(6)]),
    ("8000", [command(options=[option(f"o{n}", choices=choices(25, "x" * 90, "y" * 90)) for n in range(2)])]),
]

BROKEN_MESSAGES: list[tuple[str, dict[str, Any]]] = [
    ("content has 2001", {"content": "x" * 2001}),
    ("11 embeds", {"embeds": [{"title": "x"}] * 11}),
    ("title has 257", {"embeds": [{"title": "x" * 257}]}),
    ("description has 4097", {"embeds": [{"description": "x" * 4097}]}),
    ("footer.text has 2049", {"embeds": [{"footer": {"text": "x" * 2049}}]}),
    ("author.name has 257", {"embeds": [{"author": {"name": "x" * 257}}]}),
    ("26 fields", {"embeds": [{"fields": [{"name": "n", "value": "v"}] * 26}]}),
    ("fields[0].name has 257", {"embeds": [{"fields": [{"name": "x" * 257, "value": "v"}]}]}),
    ("fields[0].value has 1025", {"embeds": [{"fields": [{"name": "n", "value": "x" * 1025}]}]}),
    ("fields[0].value is empty", {"embeds": [{"fields": [{"name": "n", "value": " "}]}]}),
    ("6001 characters", {"embeds": [{"description": "x" * 4096}, {"description": "x" * 1905}]}),
    ("more than 10 files", {"attachments": [{"id": n, "filename": "a"} for n in range(11)]}),
    ("6 rows", {"components": [row(button(str(number))) for number in range(6)]}),
    ("6 buttons", {"components": [row(*(button(str(number)) for number in range(6)))]}),
    ("empty row", {"components": [row()]}),
    ("alone in its row", {"components": [row(select(1), button())]}),
    ("used 2 times", {"components": [row(button(), button())]}),
    ("has 101 characters", {"components": [row(button("x" * 101))]}),
    ("label", {"components": [row(button(label="x" * 81))]}),
    ("without label", {"components": [row(button(label=None))]}),
    ("is no emoji", {"components": [row(button(emoji={"name": "upscale_1"}))]}),
    ("a link button has a url", {"components": [row(button(style=5, url="https://a.invalid"))]}),
    ("every other one a custom_id", {"components": [row(button(None))]}),
    ("26 options", {"components": [row(select(26))]}),
    ("twice", {"components": [row(select(2, same=True))]}),
    ("without the V2 flag", {"components": [text()]}),
    ("cannot have content", {"flags": V2, "content": "x", "components": [text()]}),
    ("cannot have embeds", {"flags": V2, "embeds": [{"title": "x"}], "components": [text()]}),
    ("41 components", {"flags": V2, "components": [{"type": 17, "components": [text()] * 40}]}),
    ("4001 characters", {"flags": V2, "components": [text("x" * 2000), text("x" * 2001)]}),
    ("names no file", {"embeds": image("attachment://fox.png")}),
    ("names no file", {"embeds": image("attachment://other.png"), **FOX}),
    ("is not an image", {"embeds": image("attachment://a.mp4"), "attachments": [{"id": 0, "filename": "a.mp4"}]}),
    ("not an attachment://", {"flags": V2, "components": [{"type": 13, "file": {"url": "https://a.invalid/x"}}]}),
    ("is missing", {"content": "x", "allowed_mentions": None}),
    ("parses everyone", {"content": "x", "allowed_mentions": {"parse": ["everyone"]}}),
    ("parses roles", {"content": "x", "allowed_mentions": {"parse": ["users", "roles"]}}),
]

GOOD_REQUESTS: list[tuple[str, str, Any]] = [
    ("POST", CREATE, {"content": "x", **QUIET}),
    ("post", f"/api/v10{CREATE}?x=1", {"content": "x", **QUIET}),
    ("PATCH", f"https://discord.com/api/v10{ORIGINAL}", {"content": None, "embeds": [], **QUIET}),
    ("POST", CALLBACK, {"type": 5, "data": {"flags": 64}}),
    ("POST", CALLBACK, {"type": 8, "data": {"choices": [{"name": "x", "value": 1}]}}),
    ("PUT", COMMANDS, [command(options=[option()])]),
    ("DELETE", EDIT, None),
    ("POST", "/channels/1/typing", None),
    ("POST", "/channels/1/threads", {"name": "x", "message": {"content": "x", **QUIET}}),
]
BROKEN_REQUESTS: list[tuple[str, str, str, Any]] = [
    ("unknown route", "POST", "/channels/1/letters", {}),
    ("unknown route", "PUT", CREATE, {}),
    ("unknown route", "PATCH", "/channels/1/messages/None", {}),
    ("takes no body", "POST", "/channels/1/typing", {"a": 1}),
    ("a JSON body is required", "POST", CREATE, None),
    ("not JSON", "POST", CREATE, {"content": object()}),
    ("body.content: 5 is not of type", "POST", CREATE, {"content": 5}),
    ("body.embeds[0].color", "PATCH", ORIGINAL, {"embeds": [{"color": 1 << 24}]}),
    ("body.embeds[0].url", "PATCH", ORIGINAL, {"embeds": [{"url": "fox.png"}]}),
    ("body.embeds[0].timestamp", "PATCH", ORIGINAL, {"embeds": [{"timestamp": "today"}]}),
    ("body.components[0].id", "PATCH", ORIGINAL, {"components": [{**text(), "id": 2**31}]}),
    ("body.nonce", "POST", CREATE, {"nonce": 2**63}),
    ("body.message_reference.message_id", "POST", CREATE, {"message_reference": {"message_id": str(2**64)}}),
    ("type 99 is not allowed here", "POST", CALLBACK, {"type": 99}),
    ("none of the allowed forms", "POST", "/users/@me/channels", {"recipient_id": []}),
    ("maxLength 2000", "PATCH", ORIGINAL, {"content": "x" * 2001}),
    ("is not an object", "POST", CREATE, {"components": ["x"]}),
    ("body.data.title", "POST", CALLBACK, {"type": 9, "data": {"custom_id": "a", "title": "x" * 46, "components": []}}),
    ("name: 'xxx", "POST", CALLBACK, {"type": 8, "data": {"choices": choices(1, "x" * 101)}}),
    (".components[0].components[0].style", "PATCH", ORIGINAL, {"components": [row(button(style=9))]}),
    ("body[0].options[0]: type 77 is not allowed", "PUT", COMMANDS, [command(options=[option(type=77)])]),
]
