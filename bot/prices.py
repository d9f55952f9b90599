"""The relay's models and what they cost, as values; which model is good for what. Pure.

Wire: reference ``relay-suno-udio-openai-anthropic-system.md`` 4.4 and 4.5.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

from bot.account import PATIENCE, personal
from bot.envelope import unwrap
from bot.errors import Unreadable
from bot.text import Text, _
from bot.wire import Call, count_of, dig, first_text, number_of, text_of

ModelKind = Literal["chat", "claude", "image", "speech", "transcription", "video"]
MODELS = Call("GET", "/v1/models", timeout=PATIENCE)
OWN_MODELS = personal("/api/user/models")
PRICING = Call("GET", "/api/pricing", timeout=PATIENCE)
DOLLARS_PER_RATIO = 2.0
"""Dollars for a million tokens at a ratio of 1 (4.5)."""
USUAL_GROUP = "default"
_BY_NAME: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile("|".join(patterns), re.IGNORECASE))
    for kind, patterns in (
        ("transcription", (r"whisper", r"transcri", r"speech-to-text", r"\basr\b", r"sensevoice")),
        ("speech", (r"\btts\b", r"speech", r"\bvoice")),
        ("video", (r"sora", r"\bveo", r"video", r"kling", r"runway", r"luma", r"\bray-", r"pika", r"hailuo")),
        ("video", (r"seedance", r"vidu", r"[tis]2v", r"\bwan\d?\b", r"^gen-?\d(?!.*image)", r"act-two", r"aleph")),
        ("other", (r"embed", r"rerank", r"moderation", r"realtime", r"-audio", r"\bbge", r"turbo-instruct")),
        ("other", (r"suno", r"\budio", r"chirp", r"music", r"lyric", r"swap-?face")),
        ("image", (r"dall-e", r"image", r"flux", r"ideogram", r"recraft", r"seedream", r"stable-diffusion")),
        ("image", (r"sdxl", r"\bsd3", r"midjourney", r"^mj-", r"banana", r"kolors", r"esrgan", r"upscal")),
    )
)
"""What the names of models tell; the first that matches counts."""
_BY_ENDPOINT = {"image-generation": "image", "openai-video": "video"}
_TALKING = frozenset({"openai", "openai-response", "anthropic", "gemini"})
_WORDS = re.compile(r"[_/]")


@dataclass(frozen=True, slots=True)
class Model:
    """A model that the key may use. ``endpoints`` are the forms it can be asked in, as far as the relay says."""

    id: str
    owner: str = ""
    created: int = 0
    endpoints: frozenset[str] = frozenset()

    @property
    def kind(self) -> str:
        """What it makes: a :data:`ModelKind` (``claude`` counts as ``chat``), or ``other``."""
        named = next((kind for kind, pattern in _BY_NAME if pattern.search(_WORDS.sub("-", self.id))), "")
        told = next((kind for name, kind in _BY_ENDPOINT.items() if name in self.endpoints), "")
        talks = not self.endpoints or bool(self.endpoints & _TALKING)
        return named or told or ("chat" if talks else "other")

    def fits(self, kinds: Collection[ModelKind]) -> bool:
        """Whether it is good for one of ``kinds``."""
        claude = "claude" in self.id.lower() or "anthropic" in self.endpoints
        return self.kind in kinds or ("claude" in kinds and self.kind == "chat" and claude)


@dataclass(frozen=True, slots=True)
class Price:
    """What a model costs in dollars: for each call, or for a million tokens of the question and of the answer."""

    model: str
    per_call: float | None = None
    prompt: float | None = None
    completion: float | None = None
    owner: str = ""
    groups: tuple[str, ...] = ()
    about: str = ""

    def times(self, ratio: float) -> "Price":
        """The price in a group that pays ``ratio`` times as much."""
        scaled = {
            name: value * ratio
            for name in ("per_call", "prompt", "completion")
            if (value := getattr(self, name)) is not None
        }
        return replace(self, **scaled)

    @property
    def words(self) -> Text:
        """``$0.04 per call`` or ``$0.15/$0.60 per 1M``."""
        if self.per_call is not None:
            return _("{price} per call", price=rate(self.per_call))
        parts = [rate(part) for part in (self.prompt, self.completion) if part is not None]
        return _("{price} per 1M", price="/".join(parts))


@dataclass(frozen=True, slots=True)
class Pricing:
    """What everything costs, and how much of it the groups of accounts pay."""

    prices: Mapping[str, Price] = field(default_factory=dict)
    ratios: Mapping[str, float] = field(default_factory=dict)

    def of(self, model: str, group: str = "") -> Price | None:
        """The price of a model for accounts of a ``group`` (``""``: the usual one), if it is known."""
        price = self.prices.get(model)
        return None if price is None else price.times(self.ratios.get(group or USUAL_GROUP, 1.0))


def rate(usd: float) -> str:
    """A price with as many digits as it needs, two at least: ``$0.15``, ``$0.075``."""
    whole, _dot, digits = f"{usd:.6f}".partition(".")
    return f"${whole}.{digits.rstrip('0').ljust(2, '0')}"


def matching(models: Iterable[Model], current: str, kinds: Collection[ModelKind] | None) -> list[Model]:
    """Those of ``models`` that fit (``kinds`` is ``None``: all) and hold the words typed: first those that begin so,
    then the newest."""
    wanted = current.strip().lower()
    found = [model for model in models if wanted in model.id.lower() and (kinds is None or model.fits(kinds))]
    return sorted(found, key=lambda model: (not model.id.lower().startswith(wanted), -model.created, model.id))


def read_models(payload: Any) -> tuple[Model, ...]:
    """The answer to :data:`MODELS` or :data:`OWN_MODELS`, each model once. Raises :class:`Unreadable`."""
    found = unwrap(payload)
    if isinstance(found, dict):  # lists of names by the type of channel
        found = [name for names in found.values() if isinstance(names, list) for name in names]
    if not isinstance(found, list):
        raise Unreadable("no list in the answer about the models")
    models = [_model(item) for item in found]
    return tuple({model.id: model for model in models if model.id}.values())


def _model(item: Any) -> Model:
    if not isinstance(item, dict):
        return Model(text_of(item))
    endpoints = item.get("supported_endpoint_types")
    return Model(
        id=first_text(item, "id"),
        owner=first_text(item, "owned_by"),
        created=count_of(item.get("created")) or 0,
        endpoints=frozenset(name for name in endpoints if isinstance(name, str))
        if isinstance(endpoints, list)
        else frozenset(),
    )


def read_pricing(payload: Any) -> Pricing:
    """The answer to :data:`PRICING`. Raises :class:`Unreadable`."""
    found = unwrap(payload)
    if not isinstance(found, list):
        raise Unreadable("no list in the answer about the prices")
    prices = [price for item in found if isinstance(item, dict) and (price := _price(item)) is not None]
    given = dig(payload, "group_ratio")
    ratios = {name: number_of(value) for name, value in given.items()} if isinstance(given, dict) else {}
    return Pricing(
        {price.model: price for price in prices},
        {name: ratio for name, ratio in ratios.items() if ratio is not None and ratio >= 0},
    )


def _price(item: Mapping[str, Any]) -> Price | None:
    name = first_text(item, "model_name")
    per_call, ratio = number_of(item.get("model_price")), number_of(item.get("model_ratio"))
    groups = item.get("enable_groups")
    price = Price(
        model=name,
        owner=first_text(item, "owner_by"),
        groups=tuple(group for one in groups if (group := text_of(one))) if isinstance(groups, list) else (),
        about=first_text(item, "description"),
    )
    each = item.get("quota_type") == 1 or (item.get("quota_type") != 0 and not ratio)
    if not name or ((per_call if each else ratio) or 0.0) < 0:
        return None
    if each:
        return None if per_call is None else replace(price, per_call=per_call)
    if ratio is None:
        return None
    prompt = ratio * DOLLARS_PER_RATIO
    completion = number_of(item.get("completion_ratio"))
    return replace(price, prompt=prompt, completion=prompt * completion if completion and completion > 0 else None)


KINDS: tuple[ModelKind, ...] = get_args(ModelKind)
