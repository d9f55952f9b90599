"""Midjourney's submissions that begin something new (reference 1.6 (1), (4) to (6), (9) to (12))."""

import asyncio
import hashlib
from typing import TYPE_CHECKING, Any

from aiohttp import web

from .midjourney_acts import fresh
from .midjourney_buttons import Makes
from .midjourney_pictures import NOT_A_PICTURE, Look, decoded, derive, repainted, size_of
from .midjourney_tasks import ACCEPTED, Task, Tasks, gateway
from .pictures import dimensions, is_picture, is_url

if TYPE_CHECKING:
    from .midjourney_shapes import Shapes

BOTS = (None, "", "MID_JOURNEY", "NIJI_JOURNEY", "mj", "niji")
BLENDS = {"PORTRAIT": "2:3", "SQUARE": "1:1", "LANDSCAPE": "3:2"}
CLIPS = (1, 2, 4)
VIDEO_TYPES = tuple(f"vid_1.1_i2v_{kind}" for kind in ("480", "720", "start_end_480", "start_end_720"))
FACES = "sour_base64_and_target_base64_is_required"
NO_VIDEO = "readObjectStart: expect { or n, but found <, error found in #1 byte of ...|<!doctype|..."
PLACES = ("a quiet valley", "rolling hills", "a mountain range", "a misty coast")
STYLES = ("soft pastel colors, flat illustration", "golden hour, cinematic light", "risograph print, fine grain",
          "dreamy matte painting, floating lights")  # fmt: skip


class Submits:
    """The submissions that need no earlier task."""

    def __init__(self, tasks: Tasks, shapes: "Shapes") -> None:
        self.tasks = tasks
        self.shapes = shapes
        self.options = tasks.options

    async def imagine(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        """`/submit/imagine` (1.6 (1))."""
        prompt = _prompt(body)
        pictures = self._pictures(body, 0, self.options.most_pictures)
        return self._fresh(request, body, "IMAGINE", prompt, derive(prompt, *map(str, pictures)))

    async def blend(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        """`/submit/blend` (1.6 (4))."""
        pictures = self._pictures(body, 2, 5)
        form = str(body.get("dimensions") or "SQUARE")
        if form not in BLENDS:
            raise self.tasks.refused("dimensions参数错误")
        ratio = BLENDS[form]
        return self._fresh(request, body, "BLEND", str(body.get("prompt") or ""), derive(*pictures), ratio)

    async def show(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        """`/submit/show`: a job of Midjourney becomes a task (trueai extras)."""
        if not body.get("jobId"):
            raise self.tasks.refused("jobId不能为空")
        return self._fresh(request, body, "SHOW", "", str(body["jobId"]))

    async def describe(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        """`/submit/describe`: four texts for a picture (1.6 (5))."""
        data, link = decoded(body.get("base64")), str(body.get("link") or "")
        if not body.get("base64") and not is_url(link):
            raise self.tasks.refused("base64或link不能为空")
        if body.get("base64") and (data is None or await asyncio.to_thread(size_of, data) is None):
            raise self.tasks.refused(NOT_A_PICTURE)
        task = self.tasks.new(request, "DESCRIBE", "describe", body, prompt="", spell=link)
        seed = int(derive(data or link), 16)
        task.texts = tuple(f"{PLACES[(seed + n) % 4]} at dusk, {STYLES[n]} --ar 16:9" for n in range(4))
        if refused := self.tasks.check(request, link):
            return refused
        task.source = self._keep(request, str(body["base64"]), data) if data else link
        return self._run(request, task)

    async def shorten(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        """`/submit/shorten`: five shorter prompts (1.6 (6))."""
        task = self.tasks.new(request, "SHORTEN", "shorten", body, prompt=_prompt(body))
        plain = [word for word in task.prompt.split() if not word.startswith("sim:")] or ["a picture"]
        task.texts = tuple(" ".join(plain[: max(1, len(plain) * share // 6)]) for share in range(5, 0, -1))
        return self.tasks.check(request, task.prompt) or self._run(request, task)

    async def edits(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        """`/submit/edits` and `/submit/retexture`: a picture painted anew where it is transparent (1.6 (10))."""
        prompt, pictures = _prompt(body), body.get("base64Array")
        image = body.get("image") or (pictures[0] if isinstance(pictures, list) and pictures else None)
        data = decoded(image) or self.tasks.uploads.get(str(image).rpartition("/")[2])
        size = await asyncio.to_thread(size_of, data) if data else (1, 1) if is_url(image) else None
        mask = decoded(body.get("maskBase64"))
        if size is None or (mask and await asyncio.to_thread(size_of, mask) is None):
            raise self.tasks.refused(NOT_A_PICTURE)
        action = "RETEXTURE" if request.path.endswith("retexture") else "EDITS"
        task = self.tasks.new(request, action, "grid", body, mask=str(body.get("maskBase64") or ""))
        canvas, seed = dimensions(f"{size[0]}:{size[1]}"), derive(task.id, prompt)
        task.looks = fresh(prompt, seed, f"{size[0]}:{size[1]}")
        if data and action == "EDITS":
            task.looks = repainted(data, seed, canvas, mask or b"")
        return self.tasks.check(request, prompt) or self._run(request, task)

    async def swap(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        """`/insight-face/swap` and `/insight-face/video-swap` (1.6 (12))."""
        ends = [body.get(f"{end}Base64") or body.get(f"{end}Url") for end in ("source", "target")]
        if not all(ends):
            raise gateway(FACES)
        moving = request.path.endswith("video-swap")
        if not is_picture(ends[0]) or not (moving or is_picture(ends[1])):
            raise self.tasks.refused(NOT_A_PICTURE)
        kind: tuple[str, Makes] = ("SWAP_VIDEO_FACE", "clip") if moving else ("SWAP_FACE", "single")
        task = self.tasks.new(request, *kind, body, prompt="InsightFace")
        task.looks = (Look(derive(*ends), dimensions("1:1")),)
        task.clips = (task.looks[0].seed,) if moving else ()
        return self.tasks.check(request, task.prompt) or self._run(request, task)

    async def upload(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        """`/submit/upload-discord-images`: links at once, and nothing is charged (1.6 (9))."""
        if not self.options.uploads:
            raise self.tasks.refused("禁止上传")
        pictures = self._pictures(body, 1, 64)
        links = [self._keep(request, picture, decoded(picture) or b"") for picture in pictures]
        result: Any = links if self.options.upload_result == "list" else links[0]
        shown = {"code": 1, "description": ACCEPTED, "result": result, "properties": {}}
        return web.json_response(self.tasks.shaped(shown))

    # -------------------------------------------------------------------------------------------- videos

    async def video(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        """`/submit/video`: from a first frame, or the extension of a clip (1.6 (11))."""
        if not self.options.video:
            return web.json_response({"description": NO_VIDEO, "type": "upstream_error", "code": 4}, status=500)
        if problem := _video_problem(body):
            raise self.tasks.refused(problem)
        parent = self._extended(request, body) if body.get("action") == "extend" else None
        prompt = str(body.get("prompt") or (parent.prompt if parent else ""))
        task = self.tasks.new(request, "VIDEO", "video", body, prompt=prompt, parent=parent)
        if parent:
            task.looks, first = parent.looks[:1], derive(parent.clips[body["index"]], "extend")
        else:
            first = derive(body.get("image"), prompt)
            task.looks = fresh(prompt, first, "" if "--ar" in prompt else "16:9")[:1]
        clips = range(1, body.get("batchSize") or 4)
        task.clips = (first, *(derive(first, number) for number in clips))
        return self.tasks.check(request, prompt) or self._run(request, task)

    def _extended(self, request: web.Request, body: dict[str, Any]) -> Task:
        if not body.get("taskId"):
            raise gateway("task_id_is_required")
        parent = self.tasks.find(request, body["taskId"])
        if parent is None:
            raise gateway("task_not_found")
        if self.tasks.stand(parent).status != "SUCCESS":
            raise gateway("task_status_not_success")
        index = body.get("index")
        if isinstance(index, bool) or not isinstance(index, int) or not 0 <= index < len(parent.clips):
            raise self.tasks.refused("index参数错误")
        return parent

    # -------------------------------------------------------------------------------------------- parts

    def _fresh(
        self, request: web.Request, body: dict[str, Any], action: str, prompt: str, seed: str, ratio: str = ""
    ) -> web.Response:
        """A grid of four new pictures; the same prompt looks different every time, unless it names a seed."""
        task = self.tasks.new(request, action, "grid", body, prompt=prompt)
        task.looks = fresh(prompt, derive(seed) if "--seed" in prompt else derive(seed, task.id), ratio)
        return self.tasks.check(request, prompt) or self._run(request, task)

    def _run(self, request: web.Request, task: Task) -> web.Response:
        self.tasks.charge(request, task)
        return self.tasks.accepted(task)

    def _pictures(self, body: dict[str, Any], least: int, most: int) -> list[str]:
        """The data URLs in `base64Array`; raises when it holds something else, or too few or too many."""
        if body.get("botType") not in BOTS:
            raise self.tasks.refused("botType参数错误")
        found = body.get("base64Array") or []
        if not isinstance(found, list) or not least <= len(found) <= most:
            raise self.tasks.refused("base64List参数错误")
        if not all(one and not is_url(one) and is_picture(one) for one in found):
            raise self.tasks.refused(NOT_A_PICTURE)
        return [str(one) for one in found]

    def _keep(self, request: web.Request, picture: str, data: bytes) -> str:
        head, comma, _ = picture.partition(";")
        suffix = head.rpartition("/")[2] if comma else "png"
        return self.shapes.upload(request, data, f"{hashlib.sha256(data).hexdigest()[:16]}.{suffix}")


def _prompt(body: dict[str, Any]) -> str:
    prompt = body.get("prompt")
    if not isinstance(prompt, str) or not prompt.strip():
        raise gateway("prompt_is_required")
    return prompt


def _video_problem(body: dict[str, Any]) -> str:
    """What is wrong with a video's fields (1.6 (11)), or nothing."""
    prompt, image, extends = body.get("prompt"), body.get("image"), body.get("action") == "extend"
    if not extends and (not isinstance(prompt, str) or not prompt.strip()):
        return "prompt不能为空"
    if not extends and not image and not is_url(str(prompt).split()[0]):
        return "image不能为空"
    if not is_picture(image or None) or not is_picture(body.get("endImage") or None):
        return NOT_A_PICTURE
    tables: dict[str, tuple[Any, ...]] = {"motion": ("low", "high"), "batchSize": CLIPS, "videoType": VIDEO_TYPES}
    tables |= {"action": ("extend",), "loop": (True, False)}
    wrong = [name for name, known in tables.items() if body.get(name) not in (None, "", *known)]
    return f"{wrong[0]}参数错误" if wrong else ""
