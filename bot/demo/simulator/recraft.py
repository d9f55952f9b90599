"""Recraft on the simulated relay: pictures, work on pictures, and styles (reference "relay-midjourney-…" section 3)."""

import asyncio
import base64
import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aiohttp import web

from .faults import key_of, task_error
from .forms import Form, Handler, Part, answered, gateway_error, offered, read_form, refusal
from .pictures import Size
from .recraft_rules import WORKS, RecraftOptions, Rules, Work, fields_of
from .recraft_stills import MEGAPIXEL, Drawing, Gallery, Suffix, draw, measure, seed_of
from .recraft_styles import BASES
from .task_rows import json_object

if TYPE_CHECKING:
    from .core import Relay

LINK_SECONDS = 24 * 3600.0
PREFIX = "/recraft/v1/"
CREDITS = 40
MOST_FILES = 5


class Recraft:
    """The routes of one provider over the shared core; a job's action is the last part of its path.

    `forms` holds every multipart body that arrived, for tests to read.
    """

    def __init__(self, relay: "Relay", options: RecraftOptions) -> None:
        self.relay = relay
        self.options = options
        self.rules = Rules(options)
        self.gallery = Gallery(relay, "recraft")
        self.forms: list[Form] = []
        self._about: dict[str, dict[str, Any]] = {}

    def models(self) -> list[str]:
        """Names for the model list."""
        return ["recraftv3"] if self.options.offered else []

    def routes(self) -> list[web.RouteDef]:
        """Everything of 3.1 but the OpenAI form, and the pictures."""
        makers = ("generations", "generations/raster", "generations/vector", "explore", "explore/similar")
        found: list[tuple[str, str, Handler]] = [("POST", f"images/{maker}", self._generate) for maker in makers]
        found += [("POST", "images/{work}", self._work), ("POST", "styles", self._create_style)]
        found += [("GET", "styles", self._list_styles), ("GET", "styles/basic", self._list_styles)]
        found += [("GET", "styles/{id}", self._one_style), ("DELETE", "styles/{id}", self._one_style)]
        found.append(("GET", "users/me", self._account))
        routes = [web.route(method, PREFIX + path, offered(act, self._here)) for method, path, act in found]
        return [*routes, self.gallery.route()]

    def _here(self, request: web.Request) -> bool:
        path = request.path.removeprefix(PREFIX)
        name = "styles" if path.startswith("styles/") else path
        return self.options.offered and name in self.options.endpoints

    # -------------------------------------------------------------------------------------------- pictures

    async def _generate(self, request: web.Request) -> web.Response:
        """Pictures from words (3.2); `explore/similar` asks by the id of a picture instead."""
        action = request.path.removeprefix(f"{PREFIX}images/")
        body = await json_object(request) or {}
        if wrong := self.rules.wrong(body, ("image_id",) if action == "explore/similar" else ("prompt",)):
            return self._refused(request, 400, wrong)
        if action == "generations/raster" and self.rules.look(body).vector:
            return self._refused(request, 400, "a raster picture cannot have a vector style")
        prompt = body.get("prompt") or ""
        if refused := self._turned_down(request, prompt):
            return refused
        _, reason = await answered(self.relay, request, "recraft", action, body, prompt)
        if reason:
            return self._failed()
        return await self._listed(request, body, self.drawings(body, vector=action == "generations/vector"))

    def drawings(self, body: Mapping[str, Any], *, vector: bool = False) -> list[Drawing]:
        """How the pictures that valid fields ask for are made."""
        look = self.rules.look(body)
        looks = [body.get(name) for name in ("prompt", "random_seed", "style", "substyle", "style_id", "image_id")]
        suffix: Suffix = "svg" if look.vector or vector else body.get("image_format") or "png"
        seeds = [seed_of(*looks, index) for index in range(body.get("n") or 1)]
        return [Drawing(seed, look.size, suffix, colour=look.colour) for seed in seeds]

    async def _work(self, request: web.Request) -> web.Response:
        """One operation on a picture (3.2)."""
        action, form = request.match_info["work"], await read_form(request)
        if form is None:
            return self._refused(request, 400, "a multipart body is needed")
        self.forms.append(form)
        work, body = WORKS[action], fields_of(form)
        pictures = form.files(*self._names(work))
        if not pictures:
            return self._refused(request, self.options.missing_status, f"{self._names(work)[0]} is required")
        if wrong := self.rules.wrong(body, work.needs) or self._wrong_files(work, pictures[0], form):
            return self._refused(request, 400, wrong)
        prompt = body.get("prompt") or form.filenames
        if refused := self._turned_down(request, prompt):
            return refused
        _, reason = await answered(self.relay, request, "recraft", action, body, prompt)
        if reason:
            return self._failed()
        drawings = self._worked(action, body, pictures[0], form)
        return await (
            self._single(request, body, drawings[0]) if work.single else self._listed(request, body, drawings)
        )

    def _names(self, work: Work) -> tuple[str, ...]:
        """Under which names the picture may come."""
        if not work.renamed:
            return ("image",)
        return ("file", "image") if self.options.part_name == "both" else (self.options.part_name,)

    def _wrong_files(self, work: Work, picture: Part, form: Form) -> str:
        wrong = self.rules.picture_wrong(picture, work.smallest)
        masks = form.files("mask")
        if wrong or not work.masked:
            return wrong
        if not masks:
            return "mask is required"
        return "" if measure(masks[0].data) == measure(picture.data) else "mask and image differ in size"

    def _worked(self, action: str, body: dict[str, Any], picture: Part, form: Form) -> list[Drawing]:
        """How the pictures of an operation are made."""
        given = measure(picture.data) or (1, 1)
        size, corner = _canvas(action, body, given)
        mask = next((part.data for part in form.files("mask")), b"")
        if body.get("size") and action in ("outpaint", "variateImage"):
            size = self.rules.look(body).size
            corner = ((size[0] - given[0]) // 2, (size[1] - given[1]) // 2)
        plain = self.drawings(body, vector=action == "vectorize")
        more: dict[str, Any] = {"size": size, "corner": corner, "source": picture.data, "mask": mask}
        return [replace(drawing, act=WORKS[action].act, **more) for drawing in plain]

    # -------------------------------------------------------------------------------------------- answers

    async def shown(self, request: web.Request, body: Mapping[str, Any], drawing: Drawing) -> dict[str, Any]:
        """One picture as a link of 24 hours or as base64 (0.4, 3.3)."""
        image_id = str(uuid.uuid4())
        if body.get("response_format") == "b64_json":
            data = await asyncio.to_thread(draw, drawing)
            return {"image_id": image_id, "b64_json": base64.b64encode(data).decode()}
        self.gallery.put(image_id, drawing)
        shown = {"image_id": image_id, "url": self.gallery.link(request, image_id, self.relay.clock() + LINK_SECONDS)}
        return shown | ({"features": {"nsfw_score": 0.01}} if body.get("calculate_features") else {})

    def _head(self, pictures: int) -> dict[str, Any]:
        return {} if self.options.bare else {"created": int(self.relay.clock()), "credits": CREDITS * pictures}

    async def _listed(self, request: web.Request, body: dict[str, Any], drawings: list[Drawing]) -> web.Response:
        data = [await self.shown(request, body, drawing) for drawing in drawings]
        return web.json_response(self._head(len(data)) | {"data": data})

    async def _single(self, request: web.Request, body: dict[str, Any], drawing: Drawing) -> web.Response:
        shown = await self.shown(request, body, drawing)
        forms: dict[str, Any] = {"image": shown, "data": [shown], "string": shown.get("url") or shown.get("b64_json")}
        name = "data" if self.options.single == "data" else "image"
        return web.json_response(self._head(1) | {name: forms[self.options.single]})

    def _refused(self, request: web.Request, status: int, wrong: str, code: str = "invalid_request") -> web.Response:
        """Recraft's refusal, wrapped by the gateway or not (0.3)."""
        if self.options.errors == "native":
            return web.json_response({"code": code, "message": wrong}, status=status)
        return gateway_error(request, status, wrong, code, "upstream_error")

    def _turned_down(self, request: web.Request, prompt: str) -> web.Response | None:
        """What the words of section 6 make of a valid request."""
        if "sim:fail" in prompt:
            return self._failed()
        if "sim:banned" in prompt or "sim:unsafe" in prompt:
            return self._refused(request, 400, "The request was refused by content moderation", "content_policy")
        return refusal(self.relay, request, prompt)

    def _failed(self) -> web.Response:
        return task_error(500, "custom_router_error", "unknown error")

    # -------------------------------------------------------------------------------------------- styles

    async def _create_style(self, request: web.Request) -> web.Response:
        """A style from one to five pictures (3.2)."""
        form = await read_form(request)
        if form is None:
            return self._refused(request, 400, "a multipart body is needed")
        self.forms.append(form)
        numbered = tuple(f"file{number}" for number in range(1, MOST_FILES + 1))
        names = {"numbered": numbered, "files": ("files",), "images": ("images",)}
        files = form.files(*names.get(self.options.style_parts, (*numbered, "files", "images")))
        base = form.text("style")
        if not files:
            return self._refused(request, self.options.missing_status, "images are required")
        if wrong := self._wrong_style(base, files):
            return self._refused(request, 400, wrong)
        prompt = form.text("prompt") or form.filenames
        if refused := self._turned_down(request, prompt):
            return refused
        job, reason = await answered(self.relay, request, "recraft", "styles", dict(form.fields), prompt)
        return self._failed() if reason else self._style(job.id, str(base), job.key)

    def _wrong_style(self, base: str | None, files: list[Part]) -> str:
        if base not in BASES:
            return "style must be a base style"
        if len(files) > MOST_FILES or sum(len(part.data) for part in files) > self.options.largest_file:
            return "too many or too large pictures"
        return next((wrong for part in files if (wrong := self.rules.picture_wrong(part, 256))), "")

    def _style(self, style_id: str, base: str, key: str) -> web.Response:
        self.rules.styles[style_id] = base
        made = datetime.fromtimestamp(self.relay.clock(), UTC).isoformat()
        about = {"id": style_id, "style": base, "creation_time": made, "is_private": True, "credits": CREDITS}
        self._about[style_id] = about | {"owner": key}
        full = self.options.style_answer == "full"
        return web.json_response(about if full else {self.options.style_answer: style_id})

    async def _list_styles(self, request: web.Request) -> web.Response:
        """The caller's styles, or the base styles."""
        if request.path.endswith("/basic"):
            return web.json_response({"styles": [{"style": base} for base in BASES]})
        mine = [about for about in self._about.values() if about["owner"] == key_of(request)]
        return web.json_response({"styles": [_without_owner(about) for about in mine]})

    async def _one_style(self, request: web.Request) -> web.Response:
        """One style; with DELETE it is gone."""
        style_id = request.match_info["id"]
        about = self._about.get(style_id)
        if about is None or about["owner"] != key_of(request):
            return self._refused(request, 404, "style is unknown", "not_found")
        if request.method == "GET":
            return web.json_response(_without_owner(about))
        del self._about[style_id], self.rules.styles[style_id]
        return web.Response(status=204)

    async def _account(self, _: web.Request) -> web.Response:
        return web.json_response({"id": "simulated", "email": "", "name": "Relay", "credits": 1000})


def _without_owner(about: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in about.items() if name != "owner"}


def _canvas(action: str, body: Mapping[str, Any], given: Size) -> tuple[Size, tuple[int, int]]:
    """The size of the new picture, and where on it the given one stands."""
    wide, high = given
    if action.endswith("Upscale"):
        factor = max(1.0, min(2.0, (4 * MEGAPIXEL / (wide * high)) ** 0.5))
        return (round(wide * factor), round(high * factor)), (0, 0)
    if action != "outpaint":
        return given, (0, 0)
    left, right, top, bottom = (body.get(f"expand_{side}") or 0 for side in ("left", "right", "top", "bottom"))
    zoom = (body.get("zoom_out_percentage") or 0) / 200
    left, right, top, bottom = (
        side + round(length * zoom) for side, length in ((left, wide), (right, wide), (top, high), (bottom, high))
    )
    return (wide + left + right, high + top + bottom), (left, top)
