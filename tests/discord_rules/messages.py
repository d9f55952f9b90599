"""Limits of messages and modals that neither the OpenAPI description nor the simulator states."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

Body = Mapping[str, Any]

COMPONENTS_V2 = 1 << 15
ROW, BUTTON, STRING_SELECT, SECTION, TEXT, THUMBNAIL, GALLERY, FILE = 1, 2, 3, 9, 10, 11, 12, 13
LINK_STYLE, PREMIUM_STYLE = 5, 6

_SELECTS = frozenset({3, 5, 6, 7, 8})
_V2_ONLY = frozenset({9, 10, 11, 12, 13, 14, 17})
_EMBED_LIMITS = (("title", 256), ("description", 4096))
_IMAGES = (".jpg", ".jpeg", ".png", ".webp", ".gif")
_ATTACHMENT = "attachment://"
_FORBIDDEN_MENTIONS = ("everyone", "roles")


def message_problems(body: Body, files: int, *, names: Collection[str] | None = None, edit: bool = False) -> list[str]:
    """Problems of one message body.

    ``files`` is the number of uploaded files and ``names`` their names when these are known.
    ``edit`` tells an edit from a new message: an edit may keep attachments of the message unnamed.
    """
    flags = body.get("flags") or 0
    v2 = bool(flags & COMPONENTS_V2)
    components = list(walk(body.get("components") or []))
    return [
        *_size_problems(body, files),
        *_embed_problems(body.get("embeds") or []),
        *(_v2_problems(body, components) if v2 else _v1_problems(body, components)),
        *_component_problems(components),
        *_reference_problems(body, components, _known_names(body, files, names, edit)),
        *_mention_problems(body, components, edit),
    ]


def modal_problems(data: Body) -> list[str]:
    """Problems of the data of a modal callback."""
    top = data.get("components") or []
    problems = [] if 1 <= len(top) <= 5 else [f"modal: {len(top)} top-level components, 1 to 5 allowed"]
    if not 1 <= len(str(data.get("title") or "")) <= 45:
        problems.append("modal: the title must have 1 to 45 characters")
    return [*problems, *_component_problems(list(walk(top)))]


def walk(components: Sequence[Body]) -> Iterator[Body]:
    """Every component, nested ones and accessories included."""
    for component in components:
        yield component
        yield from walk(component.get("components") or [])
        yield from walk([inner for key in ("accessory", "component") if (inner := component.get(key))])


def _size_problems(body: Body, files: int) -> Iterator[str]:
    content = body.get("content") or ""
    if len(content) > 2000:
        yield f"content has {len(content)} characters, at most 2000"
    if max(files, len(body.get("attachments") or [])) > 10:
        yield "more than 10 files"


def _embed_problems(embeds: Sequence[Body]) -> Iterator[str]:
    if len(embeds) > 10:
        yield f"{len(embeds)} embeds, at most 10"
    total = sum(_embed_size(embed) for embed in embeds)
    if total > 6000:
        yield f"embeds have {total} characters in total, at most 6000"
    for index, embed in enumerate(embeds):
        limits = [(name, str(embed.get(name) or ""), limit) for name, limit in _EMBED_LIMITS]
        limits.append(("footer.text", str((embed.get("footer") or {}).get("text") or ""), 2048))
        limits.append(("author.name", str((embed.get("author") or {}).get("name") or ""), 256))
        fields = embed.get("fields") or []
        if len(fields) > 25:
            yield f"embeds[{index}]: {len(fields)} fields, at most 25"
        for number, field in enumerate(fields):
            for key, limit in (("name", 256), ("value", 1024)):
                text = str(field.get(key) or "")
                limits.append((f"fields[{number}].{key}", text, limit))
                if not text.strip():
                    yield f"embeds[{index}].fields[{number}].{key} is empty"
        for name, text, limit in limits:
            if len(text) > limit:
                yield f"embeds[{index}].{name} has {len(text)} characters, at most {limit}"


def _embed_size(embed: Body) -> int:
    texts = [embed.get("title"), embed.get("description")]
    texts += [(embed.get("footer") or {}).get("text"), (embed.get("author") or {}).get("name")]
    texts += [field.get(key) for field in embed.get("fields") or [] for key in ("name", "value")]
    return sum(len(text) for text in texts if text)


def _v1_problems(body: Body, components: Sequence[Body]) -> Iterator[str]:
    rows = body.get("components") or []
    if any(component.get("type") in _V2_ONLY for component in components):
        yield "V2 components without the V2 flag"
    elif len(rows) > 5:
        yield f"{len(rows)} rows of components, at most 5"


def _v2_problems(body: Body, components: Sequence[Body]) -> Iterator[str]:
    yield from (
        f"a V2 message cannot have {key}" for key in ("content", "embeds", "poll", "sticker_ids") if body.get(key)
    )
    if len(components) > 40:
        yield f"{len(components)} components in total, at most 40"
    characters = sum(len(component.get("content") or "") for component in components if component.get("type") == TEXT)
    if characters > 4000:
        yield f"text displays have {characters} characters in total, at most 4000"


def _component_problems(components: Sequence[Body]) -> Iterator[str]:
    ids = Counter(component["custom_id"] for component in components if component.get("custom_id") is not None)
    for custom_id, times in ids.items():
        if times > 1:
            yield f"custom_id {custom_id!r} used {times} times"
        if not 1 <= len(custom_id) <= 100:
            yield f"custom_id {custom_id[:20]!r}… has {len(custom_id)} characters, 1 to 100 allowed"
    for component in components:
        kind = component.get("type")
        if kind == ROW:
            yield from _row_problems(component.get("components") or [])
        elif kind == BUTTON:
            yield from _button_problems(component)
        elif kind == STRING_SELECT:
            yield from _select_problems(component)


def _row_problems(children: Sequence[Body]) -> Iterator[str]:
    kinds = [child.get("type") for child in children]
    if not kinds:
        yield "an empty row of components"
    if kinds.count(BUTTON) > 5:
        yield f"{kinds.count(BUTTON)} buttons in a row, at most 5"
    if len(kinds) > 1 and _SELECTS.intersection(kinds):
        yield "a select must be alone in its row"


def _button_problems(button: Body) -> Iterator[str]:
    label = button.get("label") or ""
    if len(label) > 80:
        yield f"button label {label[:20]!r}… has {len(label)} characters, at most 80"
    if button.get("style") == PREMIUM_STYLE:
        return
    if not label and not button.get("emoji"):
        yield "a button without label and emoji"
    emoji = button.get("emoji") or {}
    if not emoji.get("id") and str(emoji.get("name") or "🔁").isascii():
        yield f"button {label!r}: {emoji['name']!r} is no emoji"
    has_url, has_id = bool(button.get("url")), bool(button.get("custom_id"))
    if (has_url, has_id) != ((True, False) if button.get("style") == LINK_STYLE else (False, True)):
        yield f"button {label!r}: a link button has a url, every other one a custom_id"


def _select_problems(select: Body) -> Iterator[str]:
    options = select.get("options") or []
    if not 1 <= len(options) <= 25:
        yield f"select {select.get('custom_id')!r}: {len(options)} options, 1 to 25 allowed"
    values = Counter(option.get("value") for option in options)
    yield from (f"select {select.get('custom_id')!r}: value {value!r} twice" for value, n in values.items() if n > 1)


def _known_names(body: Body, files: int, names: Collection[str] | None, edit: bool) -> set[str] | None:
    """Names that ``attachment://`` may use; None when the message may have others."""
    listed = body.get("attachments")
    if listed is None:
        if edit:
            return None
        return set(names) if names is not None else (None if files else set())
    if any(not item.get("filename") for item in listed):
        return None
    return {item["filename"] for item in listed}.union(names or ())


def _reference_problems(body: Body, components: Sequence[Body], known: set[str] | None) -> Iterator[str]:
    for where, url, images_only in _urls(body.get("embeds") or [], components):
        if not url.startswith(_ATTACHMENT):
            if where == "file component":
                yield f"{where}: {url!r} is not an attachment:// reference"
            continue
        name = url.removeprefix(_ATTACHMENT)
        if known is not None and name not in known:
            yield f"{where}: {url!r} names no file of the request"
        if images_only and not name.lower().endswith(_IMAGES):
            yield f"{where}: {url!r} is not an image"


def _urls(embeds: Sequence[Body], components: Sequence[Body]) -> Iterator[tuple[str, str, bool]]:
    """Where a media address stands, the address, and whether only images may stand there."""
    for embed in embeds:
        for part, key in (("image", "url"), ("thumbnail", "url"), ("author", "icon_url"), ("footer", "icon_url")):
            if url := (embed.get(part) or {}).get(key):
                yield f"embed {part}", str(url), True
    for component in components:
        kind = component.get("type")
        if kind == THUMBNAIL:
            yield "thumbnail", str((component.get("media") or {}).get("url")), True
        elif kind == FILE:
            yield "file component", str((component.get("file") or {}).get("url")), False
        elif kind == GALLERY:
            for item in component.get("items") or []:
                yield "gallery item", str((item.get("media") or {}).get("url")), False


def _mention_problems(body: Body, components: Sequence[Body], edit: bool) -> Iterator[str]:
    """House rule: text of a user must never notify everyone or a role.

    An edit without text (embeds, buttons, files) cannot mention anybody and needs no field.
    """
    mentions = body.get("allowed_mentions")
    has_text = bool(body.get("content")) or any(component.get("type") == TEXT for component in components)
    if mentions is None:
        if not edit or has_text:
            yield "allowed_mentions is missing"
        return
    parse = mentions.get("parse") or []
    yield from (f"allowed_mentions parses {kind}" for kind in _FORBIDDEN_MENTIONS if kind in parse)
