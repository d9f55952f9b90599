"""The OpenAI image form for OpenAI's own models, and for Flux and Recraft.

Wire facts: reference "relay-suno-…" sections 5.2 and 5.3, "relay-midjourney-…" sections 2.6 and 3.6.
"""

import asyncio
import base64
import io
import re
import uuid
from typing import TYPE_CHECKING, Any

from aiohttp import web
from PIL import Image, ImageOps

from . import forms
from .flux import FluxOptions
from .forms import Check, Form, gateway_error, one_of, text, whole
from .openai_rules import DRAWN, EDITED, PACKED, OpenAIOptions, picture_problem, source_problem
from .recraft_rules import RecraftOptions, Rules
from .recraft_stills import FORMATS, Drawing, Gallery, Suffix, draw, measure, seed_of, sized
from .recraft_styles import STYLES
from .task_rows import json_object

if TYPE_CHECKING:
    from .core import Relay

LINK_SECONDS = 24 * 3600.0
OWN_LINK_SECONDS = 3600.0
EDITORS = ("flux-kontext-pro", "flux-kontext-max")
FLUX_NAMES = (
    "flux", "flux-dev", "flux-schnell", "flux-pro", "flux-1.1-pro", "flux-pro-1.1", "flux-1.1-pro-ultra",
    "flux-pro-1.1-ultra", *EDITORS,
)  # fmt: skip
FLUX_SIZES = (
    "1024x1024", "1024x512", "1024x768", "512x1024", "1280x960", "960x1280", "768x1366", "1366x768", "1344x576",
)  # fmt: skip
_CHECKS = {
    "model": text, "prompt": text, "n": whole(1, 10), "size": text, "aspect_ratio": forms.ratio, "style": text,
    "substyle": text, "response_format": one_of("url", "b64_json"),
}  # fmt: skip
_NUMBERS: dict[str, Check] = {"n": whole(1, 10), "output_compression": whole(0, 100)}


class OpenAIImages:
    """`/v1/images/generations` and `/v1/images/edits`; which models they know is up to the providers' switches.

    `forms` holds every multipart body that arrived, for tests to read.
    """

    def __init__(
        self, relay: "Relay", flux: FluxOptions, recraft: RecraftOptions, openai: OpenAIOptions | None = None
    ) -> None:
        """Without `openai` only the other providers' models are known."""
        self.relay = relay
        self.flux = flux
        self.recraft = recraft
        self.openai = openai or OpenAIOptions(offered=False)
        self.gallery = Gallery(relay, "images")
        self.forms: list[Form] = []

    def models(self) -> list[str]:
        """The names that only this form knows (2.6)."""
        here = self.flux.offered and self.flux.openai
        return [name for name in FLUX_NAMES if name not in self.flux.models] if here else []

    def routes(self) -> list[web.RouteDef]:
        """Both paths, and the pictures."""
        base = "/v1/images"
        return [
            web.post(f"{base}/generations", self._generate),
            web.post(f"{base}/edits", self._edit),
            self.gallery.route(),
        ]

    async def _generate(self, request: web.Request) -> web.Response:
        body = await json_object(request) or {}
        if self._owns(body.get("model", "dall-e")):
            return await self._own(request, body, picture_problem(body, DRAWN), ())
        return await self._answer(request, body, ())

    async def _edit(self, request: web.Request) -> web.Response:
        """Pictures after others: with OpenAI's own models (5.3), or with Kontext (2.6)."""
        form = await forms.read_form(request)
        if form is None:
            return self._wrong(request, "a multipart body is needed")
        self.forms.append(form)
        pictures = tuple(part.data for part in form.files("image", "image[]"))
        if self._owns(form.text("model")):
            return await self._edit_own(request, form, pictures)
        body: dict[str, Any] = forms.read_numbers(form.fields, _CHECKS)
        if body.get("model") not in EDITORS:
            return self._wrong(request, "this model does not edit pictures")
        if not pictures or not all(map(measure, pictures)):
            return self._wrong(request, "image is required" if not pictures else "image is not a picture")
        return await self._answer(request, body, pictures)

    def _wrong(self, request: web.Request, problem: str) -> web.Response:
        return gateway_error(request, 400, problem, kind="invalid_request_error")

    # ------------------------------------------------------------------------------------------------ OpenAI's own

    def _owns(self, model: Any) -> bool:
        others = model in FLUX_NAMES or model == "recraftv3"
        return self.openai.offered and model in self.openai.models and not others

    async def _edit_own(self, request: web.Request, form: Form, pictures: tuple[bytes, ...]) -> web.Response:
        if not self.openai.edits:
            return gateway_error(request, 501, "API not implemented", "api_not_implemented", "new_api_error")
        body: dict[str, Any] = forms.read_numbers(form.fields, _NUMBERS)
        model = body["model"]
        if model in DRAWN and model not in EDITED:
            return self._refused(request, "The model does not support image edits")
        given = form.files("mask")
        mask, clear = await asyncio.to_thread(_marked, given[0].data) if given else (None, True)
        problem = picture_problem(body, EDITED)
        problem = problem or source_problem(model, pictures, given[0].data if given else None, clear)
        return await self._own(request, body, problem, pictures, mask or b"")

    def _refused(self, request: web.Request, problem: str) -> web.Response:
        code = "invalid_image_request" if self.openai.codes else ""
        return gateway_error(request, 400, problem, code, "new_api_error")

    async def _own(
        self, request: web.Request, body: dict[str, Any], problem: str, sources: tuple[bytes, ...], mask: bytes = b""
    ) -> web.Response:
        if problem:
            return self._refused(request, problem)
        prompt = body["prompt"]
        if refused := self._turned_down(request, prompt):
            return refused
        job, reason = await forms.answered(self.relay, request, "openai", "edit" if sources else "image", body, prompt)
        if reason:
            return gateway_error(request, 500, reason, kind="upstream_error")
        model = body["model"]
        packed = model == PACKED or body.get("response_format") == "b64_json"
        drawings = [_own_drawing(body, job.seed, index, sources, mask) for index in range(_count(body))]
        data = [await self._own_shown(request, drawing, packed=packed) for drawing in drawings]
        if model == "dall-e-3":
            data = [picture | {"revised_prompt": f"{prompt}, in the light of dusk"} for picture in data]
        more = {} if model != PACKED else {"usage": _usage(len(prompt.split()), len(data))}
        return web.json_response({"created": int(self.relay.clock()), "data": data, **more})

    async def _own_shown(self, request: web.Request, drawing: Drawing, *, packed: bool) -> dict[str, Any]:
        empty = {"url": "", "b64_json": "", "revised_prompt": ""} if self.openai.empty_keys else {}
        if packed:
            letters = base64.b64encode(await asyncio.to_thread(draw, drawing)).decode()
            return {**empty, "b64_json": f"data:image/png;base64,{letters}" if self.openai.data_urls else letters}
        name = f"{uuid.uuid4()}.{drawing.suffix}"
        self.gallery.put(name, drawing)
        return {**empty, "url": self.gallery.link(request, name, self.relay.clock() + OWN_LINK_SECONDS)}

    # ------------------------------------------------------------------------------------------------ Flux, Recraft

    async def _answer(self, request: web.Request, body: dict[str, Any], pictures: tuple[bytes, ...]) -> web.Response:
        model = body.get("model")
        if not self._knows(model):
            says = f"No available channel for model {model} under group default"
            return gateway_error(request, 503, says, "model_not_found")
        if wrong := self._problem(body):
            return self._wrong(request, wrong)
        prompt = body["prompt"]
        if refused := self._turned_down(request, prompt):
            return refused
        provider = "recraft" if model == "recraftv3" else "flux"
        _, reason = await forms.answered(self.relay, request, provider, "openai", body, prompt)
        if reason:
            return gateway_error(request, 500, reason, kind="upstream_error")
        data = [await self._shown(request, body, self._drawing(body, pictures, index)) for index in range(_count(body))]
        return web.json_response({"created": int(self.relay.clock()), "data": data})

    def _knows(self, model: Any) -> bool:
        if model == "recraftv3":
            return self.recraft.offered and self.recraft.openai
        return self.flux.offered and self.flux.openai and model in FLUX_NAMES

    def _problem(self, body: dict[str, Any]) -> str:
        found = forms.problems(_CHECKS, ("prompt",), body)
        if found:
            return next(f"{name} {says}" for name, says in found.items())
        if body["model"] == "recraftv3":
            return Rules(self.recraft).wrong(self._styled(body), ("prompt",))
        if _count(body) > 1:
            return "n must be 1"
        return "" if (body.get("size") or FLUX_SIZES[0]) in FLUX_SIZES else "size is not supported"

    def _styled(self, body: dict[str, Any]) -> dict[str, Any]:
        """The body as Recraft would have it: style and substyle apart, or joined by `_`, or dropped (3.6)."""
        plain = {name: value for name, value in body.items() if name not in ("style", "substyle", "aspect_ratio")}
        style = body.get("style") or ""
        if self.recraft.openai_styles == "ignored" or not style:
            return plain
        if self.recraft.openai_styles == "separate":
            return plain | {"style": style, "substyle": body.get("substyle")}
        base = next((known for known in STYLES["v3"] if style.startswith(f"{known}_")), style)
        return plain | {"style": base, "substyle": style.removeprefix(base).removeprefix("_") or None}

    def _turned_down(self, request: web.Request, prompt: str) -> web.Response | None:
        """The words of section 6, as a synchronous call of the gateway says them."""
        if "sim:fail" in prompt:
            return gateway_error(request, 500, "the upstream failed", kind="upstream_error")
        if re.search("sim:(banned|unsafe)", prompt):
            says = "The request was refused by content moderation"
            return gateway_error(request, 400, says, "content_policy_violation", "upstream_error")
        return forms.refusal(self.relay, request, prompt)

    def _drawing(self, body: dict[str, Any], pictures: tuple[bytes, ...], index: int) -> Drawing:
        source = pictures[0] if pictures else b""
        wide, _, high = (body.get("size") or FLUX_SIZES[0]).partition("x")
        look = Rules(self.recraft).look(self._styled(body)) if body["model"] == "recraftv3" else None
        if look:
            size = look.size
        elif body.get("aspect_ratio"):
            size = sized(body["aspect_ratio"])
        else:
            size = (measure(source) if "size" not in body else None) or (int(wide), int(high))
        seed = seed_of(body["prompt"], body.get("style"), body.get("substyle"), index)
        suffix: Suffix = "svg" if look and look.vector else "png"
        return Drawing(seed, size, suffix, "blend" if source else "paint", source)

    async def _shown(self, request: web.Request, body: dict[str, Any], drawing: Drawing) -> dict[str, Any]:
        if body.get("response_format") == "b64_json":
            data = await asyncio.to_thread(draw, drawing)
            return {"b64_json": base64.b64encode(data).decode()}
        name = f"{uuid.uuid4()}.{drawing.suffix}"
        self.gallery.put(name, drawing)
        return {"url": self.gallery.link(request, name, self.relay.clock() + LINK_SECONDS)}


def _count(body: dict[str, Any]) -> int:
    return body.get("n") or 1


def _own_drawing(body: dict[str, Any], seed: str, index: int, sources: tuple[bytes, ...], mask: bytes) -> Drawing:
    """The picture number `index` of an answer; what is edited follows its first source."""
    wide, _, high = (body.get("size") or "1024x1024").partition("x")
    size = (int(wide), int(high)) if high.isdecimal() and wide.isdecimal() else (1024, 1024)
    suffix: Suffix = body.get("output_format") or "png"
    if sources:
        return Drawing(seed_of(seed, index), size, suffix, "patch" if mask else "blend", sources[0], mask)
    clear = body.get("background") == "transparent" and suffix != "jpeg"
    return Drawing(seed_of(seed, index), size, suffix, "cut" if clear else "paint")


def _marked(mask: bytes) -> tuple[bytes, bool]:
    """A mask as a picture that is white where OpenAI's is transparent, and whether anything is; blocking."""
    try:
        with Image.open(io.BytesIO(mask), formats=FORMATS) as picture:
            holes = ImageOps.invert(picture.convert("RGBA").getchannel("A"))
    except (OSError, ValueError):
        return b"", False
    out = io.BytesIO()
    holes.save(out, "PNG")
    return out.getvalue(), holes.getbbox() is not None


def _usage(words: int, count: int) -> dict[str, Any]:
    made = 1060 * count
    details = {"text_tokens": words, "image_tokens": 0}
    return {
        "total_tokens": words + made, "input_tokens": words, "output_tokens": made, "input_tokens_details": details
    }  # fmt: skip
