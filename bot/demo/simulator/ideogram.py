"""Ideogram on the simulated relay: the legacy form and 3.0 (reference "relay-midjourney-…" section 4)."""

import asyncio
import json
import uuid
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aiohttp import web

from .forms import Form, answered, gateway_error, offered, read_form, read_numbers, refusal
from .ideogram_rules import (
    CHECKS,
    LEGACY_CHECKS,
    V3,
    WORKS,
    IdeogramOptions,
    size_of,
    wrong_fields,
    wrong_files,
)  # fmt: skip
from .pictures import Size
from .recraft_stills import Drawing, Gallery, average, measure, seed_of
from .task_rows import json_object

if TYPE_CHECKING:
    from .core import Job, Relay

LINK_SECONDS = 24 * 3600.0
PREFIX = "/ideogram/"
LARGEST = 4096
_NO_FORM = Form(())


class Ideogram:
    """The routes of one provider over the shared core; a job's action is its path after /ideogram/.

    `forms` holds every multipart body that arrived, for tests to read.
    """

    def __init__(self, relay: "Relay", options: IdeogramOptions) -> None:
        self.relay = relay
        self.options = options
        self.gallery = Gallery(relay, "ideogram")
        self.forms: list[Form] = []

    def models(self) -> list[str]:
        """None: no list of a gateway was seen to name Ideogram (4.6)."""
        return []

    def routes(self) -> list[web.RouteDef]:
        """Everything of 4.1, and the pictures."""
        return [*(web.post(PREFIX + name, offered(self._work, self._here)) for name in WORKS), self.gallery.route()]

    def _here(self, request: web.Request) -> bool:
        return self.options.offered and request.path.removeprefix(PREFIX) in self.options.endpoints

    async def _work(self, request: web.Request) -> web.Response:
        """Any operation (4.2 to 4.4)."""
        name = request.path.removeprefix(PREFIX)
        form = await read_form(request)
        if form:
            self.forms.append(form)
        if self._encoded_wrongly(name, form):
            return self._error(self.options.encoding_status, "the content type is not supported")
        body = _fields(name, form) if form else await self._plain(request, name)
        if body is None:
            return self._error(400, "image_request is required and must be JSON")
        if wrong := wrong_fields(name, body, self.options) or wrong_files(name, form or _NO_FORM, self.options):
            return self._error(400, wrong)
        prompt = body.get("prompt") or (form or _NO_FORM).filenames
        if refused := self._turned_down(request, prompt):
            return refused
        job, reason = await answered(self.relay, request, "ideogram", name, body, prompt)
        if reason:
            return self._failed(request)
        if name == "describe":
            return await self._described(form or _NO_FORM)
        return self._answer(request, job, form or _NO_FORM)

    def _encoded_wrongly(self, name: str, form: Form | None) -> bool:
        """Whether the body has an encoding that the operation does not take (4.3, 4.4)."""
        if name == "generate":
            return form is not None
        if form is not None:
            return name.startswith(V3) and "multipart" not in self.options.encodings
        return "json" not in self.options.encodings or not name.startswith(V3) or bool(WORKS[name].picture)

    async def _plain(self, request: web.Request, name: str) -> dict[str, Any] | None:
        body = await json_object(request)
        found = body.get("image_request") if body and WORKS[name].nested else body
        return found if isinstance(found, dict) else None

    # -------------------------------------------------------------------------------------------- answers

    def _error(self, status: int, wrong: str) -> web.Response:
        """Ideogram's own error: a plain string, or nothing at all (0.3, 4.5)."""
        silent = self.options.silent and status == 400
        return web.Response(status=400) if silent else web.json_response({"error": wrong}, status=status)

    def _failed(self, request: web.Request) -> web.Response:
        return gateway_error(request, 500, "the upstream failed", kind="upstream_error")

    def _turned_down(self, request: web.Request, prompt: str) -> web.Response | None:
        """What the words of section 6 make of a valid request."""
        if "sim:fail" in prompt:
            return self._failed(request)
        if "sim:banned" in prompt:
            return self._error(422, "The prompt or the image failed the safety check")
        return refusal(self.relay, request, prompt)

    def _answer(self, request: web.Request, job: "Job", form: Form) -> web.Response:
        """The pictures (4.5); `sim:unsafe` withholds all of them, `sim:partial` the last of several."""
        body, now = job.body, self.relay.clock()
        count = body.get("num_images") or 1
        kept = 0 if job.said("unsafe") else count - 1 if job.said("partial") and count > 1 else count
        rows = [self._row(request, job, drawing, index) for index, drawing in enumerate(_drawings(job, form))]
        for row in rows[kept:]:
            row |= {"url": None if self.options.withheld == "null" else "", "is_image_safe": False}
        iso = datetime.fromtimestamp(now, UTC).isoformat(timespec="microseconds")
        return web.json_response({"created": iso if self.options.created == "iso" else int(now), "data": rows})

    def _row(self, request: web.Request, job: "Job", drawing: Drawing, index: int) -> dict[str, Any]:
        """One safe picture behind a link of 24 hours (0.4)."""
        file, body = f"{uuid.uuid4()}.png", job.body
        self.gallery.put(file, drawing)
        magic = (body.get("magic_prompt") or body.get("magic_prompt_option")) == "ON"
        final = f"{body.get('prompt') or ''}, with fine detail and soft light" if magic else body.get("prompt") or ""
        said = "x".join(map(str, drawing.size))
        larger = {"upscaled_resolution": said} if job.action == "upscale" or body.get("upscale_factor") else {}
        seed = int(drawing.seed, 16) % 2**31 if body.get("seed") is None else body["seed"] + index
        return {
            "url": self.gallery.link(request, file, self.relay.clock() + LINK_SECONDS),
            "prompt": final,
            "resolution": said,
            "is_image_safe": True,
            "seed": seed,
            "style_type": body.get("style_type"),
        } | larger

    async def _described(self, form: Form) -> web.Response:
        data = form.files("image_file")[0].data
        wide, high = measure(data) or (1, 1)
        colour = await asyncio.to_thread(average, data)
        texts = (f"A picture of {wide} by {high} pixels, mostly {colour}", f"A study in {colour}")
        return web.json_response({"descriptions": [{"text": text} for text in texts]})


def _fields(name: str, form: Form) -> dict[str, Any] | None:
    """The fields of a form, with its files by their names; None when the `image_request` is no JSON text (4.3)."""
    files = {part.name: part.filename for part in form.parts if part.filename is not None}
    if not WORKS[name].nested or name.startswith(V3):
        checks = CHECKS if name.startswith(V3) else LEGACY_CHECKS
        codes = {"style_codes": form.texts("style_codes")} if form.texts("style_codes") else {}
        return read_numbers(form.fields, checks) | codes | files
    try:
        body = json.loads(form.text("image_request") or "")
    except ValueError:
        return None
    return body | files if isinstance(body, dict) else None


def _drawings(job: "Job", form: Form) -> list[Drawing]:
    """How the pictures of an operation are made; in Ideogram's masks black is what changes (4.3)."""
    work, body = WORKS[job.action], job.body
    source = next((part.data for part in form.files(work.picture)), b"")
    mask = next((part.data for part in form.files("mask")), b"")
    size, corner = _canvas(job, measure(source))
    looks = [body.get(name) for name in ("prompt", "seed", "style_type", "style_preset", "model")]
    first = Drawing("", size, act=work.act, source=source, mask=mask, inverted=True, corner=corner)
    return [replace(first, seed=seed_of(*looks, index)) for index in range(body.get("num_images") or 1)]


def _canvas(job: "Job", given: Size | None) -> tuple[Size, tuple[int, int]]:
    """The size of the new picture, and where on it the given one stands."""
    body, act = job.body, WORKS[job.action].act
    if given and act == "scale":
        factor = min(2.0, LARGEST / max(given))
        return (round(given[0] * factor), round(given[1] * factor)), (0, 0)
    if given and (act in ("patch", "backdrop") or not (body.get("resolution") or body.get("aspect_ratio"))):
        return given, (0, 0)
    wide, high = size_of(body)
    times = int((body.get("upscale_factor") or "X1")[1:])
    corner = ((wide - given[0]) // 2, (high - given[1]) // 2) if given else (0, 0)
    return (wide * times, high * times), corner
