"""How Midjourney's tasks are shown, and where their pictures and videos are (reference 0.4, 1.7 to 1.9)."""

import asyncio
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from aiohttp import web

from .core import BIG_SIZE
from .faults import invalid_url
from .midjourney_buttons import KEYCAPS
from .midjourney_pictures import FORMATS, SMALL, Look, paint
from .midjourney_tasks import Standing, Task, Tasks
from .pictures import Blob, send

if TYPE_CHECKING:
    from .core import Relay

NAME = re.compile(r"(grid|preview|thumb|[1-4])(\d*)\.(png|jpg|webp)")
PREVIEW_FROM = 46
KEPT_UPLOADS = 64
EXPIRED = "<Error><Code>AccessDenied</Code></Error>"


class Shapes:
    """Tasks as JSON, and the routes of their media."""

    def __init__(self, tasks: Tasks) -> None:
        self.tasks = tasks
        self.options = tasks.options
        self.relay: Relay = tasks.relay

    # -------------------------------------------------------------------------------------------- tasks

    def task(self, request: web.Request, task: Task) -> dict[str, Any]:
        """The task object (1.8)."""
        standing = self.tasks.stand(task, self.options.lag)
        done = standing.status == "SUCCESS"
        told = told_of(task) if done else ""
        prompt = told if task.makes == "describe" else task.prompt
        buttons = task.faces() if done else []
        shown: dict[str, Any] = {
            "id": int(task.id) if self.options.numeric else task.id,
            "action": task.action,
            "customId": task.press.custom_id if task.press else "",
            "botType": task.bot,
            "prompt": prompt,
            "promptEn": prompt,
            "description": f"/{task.action.lower()} {task.prompt or task.source}".strip(),
            "state": str(task.body.get("state") or ""),
            "submitTime": int(task.made_at * 1000),
            "startTime": int(standing.started_at * 1000),
            "finishTime": int(standing.finished_at * 1000),
            "imageUrl": self._image(request, task, standing),
            **self._videos(request, task, standing),
            "status": standing.status.lower() if self.options.lower_case else standing.status,
            "progress": standing.progress,
            "failReason": standing.reason,
            "buttons": None if self.options.null_buttons and not buttons else buttons,
            "maskBase64": task.mask,
            "properties": {"finalPrompt": told or task.final_prompt, "finalZhPrompt": ""},
        }
        if not self.options.stock_keys:
            shown |= self._more(request, task, done=done)
        return self.tasks.shaped(shown)

    def _more(self, request: web.Request, task: Task, *, done: bool) -> dict[str, Any]:
        """The keys of newer gateways that stock new-api drops (1.8, rule 7)."""
        pictured = done and bool(task.looks)
        times = 2 if len(task.looks) == 4 else 1
        wide, high = task.looks[0].size if pictured else (0, 0)
        more: dict[str, Any] = {"mode": task.mode, "imageWidth": wide * times, "imageHeight": high * times}
        more["thumbnailUrl"] = self.link(request, task, "thumb0.jpg") if pictured else None
        if self.options.image_urls != "off":
            numbers = range(len(task.looks)) if pictured and not task.clips else ()
            links = [(f"{number + 1}.png", f"thumb{number + 1}.jpg") for number in numbers]
            more["imageUrls"] = [self._pair(request, task, *pair, self.options.image_urls) for pair in links]
        return more

    def _pair(self, request: web.Request, task: Task, name: str, thumbnail: str, shape: str) -> Any:
        url = self.link(request, task, name)
        return url if shape == "strings" else {"url": url, "thumbnail": self.link(request, task, thumbnail)}

    def _image(self, request: web.Request, task: Task, standing: Standing) -> str:
        """The preview or the picture: on the mirror, at its origin (`noStorage`), or behind the gateway."""
        name = picture_name(task, standing)
        if not name:
            return task.source if standing.status == "SUCCESS" else ""
        if self.options.links == "forward" and task.body.get("noStorage") is not True:
            return f"{request.scheme}://{request.host}/mj/image/{task.id}?rand={task.made_at * 1000:.0f}"
        return (self.relay.media_url if name == "grid.png" else None) or self.link(request, task, name)

    def _videos(self, request: web.Request, task: Task, standing: Standing) -> dict[str, Any]:
        here = standing.finished_at + self.options.video_delay * self.relay.pace <= self.relay.clock()
        ready = standing.status == "SUCCESS" and here and bool(task.clips)
        links = [self._clip(request, task, seed) for seed in task.clips] if ready else []
        thumbnails = [self.link(request, task, "thumb0.jpg")] * len(links)
        if self.options.video_urls == "strings":
            urls: list[Any] = [*links]
        else:
            urls = [{"url": url, "thumbnail": one} for url, one in zip(links, thumbnails, strict=True)]
        shown = urls if links and self.options.video_urls != "off" else None
        return {"videoUrl": links[0] if links else "", "videoUrls": shown}

    # -------------------------------------------------------------------------------------------- links

    def link(self, request: web.Request, task: Task, name: str) -> str:
        """The link of one of the task's pictures; it says whether the file is a mirrored one (0.4, 1.6)."""
        store = "cdn" if task.body.get("noStorage") is True else "mirror"
        return f"{request.scheme}://{request.host}/media/midjourney/{store}/{task.id}/{_turn(task)}/{name}"

    def _clip(self, request: web.Request, task: Task, seed: str) -> str:
        if self.relay.media_url:
            return self.relay.media_url
        wide, high = task.looks[0].size
        base, name = f"{request.scheme}://{request.host}/media", f"{seed}-{wide}x{high}.mp4"
        if "sim:expired" in task.words:
            return f"{base}/expiring/{task.id}/{_turn(task)}/{name}"
        return f"{base}/video/{name}" + (f"?size={BIG_SIZE}" if "sim:big" in task.words else "")

    def upload(self, request: web.Request, data: bytes, name: str) -> str:
        """Keep a picture that somebody sent, and its link; the oldest ones are forgotten."""
        uploads = self.tasks.uploads
        uploads[name] = data
        if len(uploads) > KEPT_UPLOADS:
            del uploads[next(iter(uploads))]
        return f"{request.scheme}://{request.host}/media/midjourney/uploads/{name}"

    def routes(self) -> list[web.RouteDef]:
        """The media; no key is needed."""
        return [
            web.get("/media/midjourney/{store:mirror|cdn}/{id}/{turn}/{name}", self._picture),
            web.get("/media/midjourney/uploads/{name}", self._uploaded),
        ]

    async def _picture(self, request: web.Request) -> web.StreamResponse:
        task, found = self.tasks.all.get(request.match_info["id"]), NAME.fullmatch(request.match_info["name"])
        if task is None or found is None:
            return web.Response(status=404, text="not found")
        if "sim:expired" in task.words and request.match_info["turn"] == "0" and found[1] != "preview":
            if task.job:
                task.job.link = 1
            return web.Response(status=403, text=EXPIRED, content_type="text/xml")
        return await self.serve(request, task, found[0])

    async def _uploaded(self, request: web.Request) -> web.StreamResponse:
        data = self.tasks.uploads.get(request.match_info["name"])
        if data is None:
            return web.Response(status=404, text="not found")
        suffix = request.match_info["name"].rpartition(".")[2]
        return await send(request, Blob(data, len(data), f"image/{suffix}"))

    async def serve(self, request: web.Request, task: Task, name: str) -> web.StreamResponse:
        """A picture of the task, made in a thread."""
        found = NAME.fullmatch(name)
        looks = chosen(task, found) if found else ()
        if found is None or not looks:
            return web.Response(status=404, text="not found")
        shrink = 1 if found[3] == "png" else SMALL
        data = await asyncio.to_thread(paint, looks, found[3], shrink)
        return await send(request, Blob(data, len(data), FORMATS[found[3]][1]))

    async def image(self, request: web.Request) -> web.StreamResponse:
        """`/image/{id}`: the picture without a key and without a suffix (1.10)."""
        task = self.tasks.all.get(request.match_info["id"])
        if not self.options.offered:
            return invalid_url(request)
        if task is None:
            return web.json_response({"error": "midjourney_task_not_found"}, status=400)
        if name := picture_name(task, self.tasks.stand(task, self.options.lag)):
            return await self.serve(request, task, name)
        return web.json_response({"error": "http_get_image_failed"}, status=500)


def chosen(task: Task, name: Mapping[int, Any] | re.Match[str]) -> tuple[Look, ...]:
    """The looks that the file of this name shows: all of them, or one."""
    number = name[1] if name[1].isdigit() else name[2] if name[1] == "thumb" else ""
    if number in ("", "0"):
        return task.looks
    return task.looks[int(number) - 1 : int(number)]


def picture_name(task: Task, standing: Standing) -> str:
    """The file behind `imageUrl`: nothing, a preview from 46% on, or the result (section 6)."""
    if not task.looks:
        return ""
    if standing.status == "IN_PROGRESS" and standing.percent >= PREVIEW_FROM:
        return f"preview{standing.percent}.webp"
    return "grid.png" if standing.status == "SUCCESS" else ""


def told_of(task: Task) -> str:
    """The text of a finished description or shortening (1.6 (5), (6))."""
    lines = [f"{keycap} {text}" for keycap, text in zip(KEYCAPS, task.texts, strict=False)]
    if task.makes == "describe":
        return "\n\n".join(lines)
    if task.makes != "shorten":
        return ""
    kept = task.texts[0].split()
    tokens = " ".join(f"**{word}**" if word in kept else f"~~{word}~~" for word in task.prompt.split())
    return f"## Important tokens\n{tokens}\n\n## Shortened prompts\n" + "\n\n".join(lines)


def _turn(task: Task) -> int:
    return task.job.link if task.job else 0
