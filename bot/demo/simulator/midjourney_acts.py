"""What Midjourney does with a finished task: buttons, windows and the legacy forms (reference 1.5-1.7, rules 1-3)."""

import asyncio
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from aiohttp import web

from .midjourney_buttons import Press, press_of
from .midjourney_pictures import (
    Look,
    anew,
    decoded,
    derive,
    doubled,
    four,
    mask_problem,
    panned,
    repainted,
    subtle,
    zoomed,
)
from .midjourney_tasks import EXISTS, WINDOW, Task, Tasks, gateway
from .pictures import dimensions

if TYPE_CHECKING:
    from .midjourney_shapes import Shapes

CHANGES = {"UPSCALE": "upsample", "VARIATION": "variation", "REROLL": "reroll"}
SIMPLE = re.compile(r"(\S+)\s+(?:(?P<name>[UV])(?P<index>[1-4])|(?P<reroll>R))", re.IGNORECASE)
ZOOM = re.compile(r"--zoom\s+(\d+(?:\.\d+)?)")
ASPECT = re.compile(r"--(?:ar|aspect)\s+(\d+:\d+)")
FACTORS = {"50": 2.0, "75": 1.5, "100": 1.0}
OFFLINE = "该任务所属渠道已被禁用"
NO_BUTTON = "关联按钮不存在"
NO_WINDOW = "任务状态错误，不在等待窗口"
NO_PROMPT = "prompt不能为空"
NO_MASK = "maskBase64不能为空"
NO_ZOOM = "the prompt needs --zoom 1.0 to 2.0"


class Acts:
    """The submissions that need an earlier task."""

    def __init__(self, tasks: Tasks, shapes: "Shapes") -> None:
        self.tasks = tasks
        self.shapes = shapes
        self.options = tasks.options

    # -------------------------------------------------------------------------------------------- the routes

    async def action(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        """`/submit/action` (1.6 (2), rules 1 and 2)."""
        custom_id = body.get("customId")
        if not isinstance(custom_id, str) or not custom_id:
            raise gateway("custom_id_is_required")
        press = press_of(custom_id, old=self.options.old_parser)
        if press is None:
            raise gateway(f"unknown_action:{custom_id}")
        return self._press(request, body, self._parent(request, body.get("taskId")), press)

    async def change(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        """`/submit/change` (1.6 (7))."""
        if not body.get("taskId"):
            raise gateway("task_id_is_required")
        if not body.get("action"):
            raise gateway("action_is_required")
        kind, index = CHANGES.get(str(body["action"])), body.get("index") or 0
        if kind is None:
            raise gateway("unknown_action")
        if index not in (1, 2, 3, 4) and (kind != "reroll" or self.options.stock_keys):
            raise gateway("index_is_required")
        return self._legacy(request, body, kind, int(index))

    async def simple_change(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        """`/submit/simple-change` (1.6 (8))."""
        if not body.get("content"):
            raise gateway("content_is_required")
        found = SIMPLE.fullmatch(str(body["content"]).strip())
        if found is None:
            raise gateway("content_parse_failed")
        kind = "reroll" if found["reroll"] else {"U": "upsample", "V": "variation"}[found["name"].upper()]
        return self._legacy(request, body | {"taskId": found[1]}, kind, int(found["index"] or 0))

    async def modal(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        """`/submit/modal`: the window's task runs now, and is paid now (1.5, 1.6 (3), rule 3)."""
        if not body.get("taskId"):
            raise gateway("task_id_is_required")
        task = self.tasks.find(request, body["taskId"])
        if task is None:
            raise gateway("task_not_found")
        press = task.press
        if press is None or task.pressed or self.tasks.stand(task).status != "MODAL":
            raise self.tasks.refused(NO_WINDOW)
        prompt = str(body.get("prompt") or "") or task.final_prompt or task.prompt
        zoom = await self._checked(task, body, prompt)
        if refused := self.tasks.check(request, prompt):
            return refused
        if self.options.modal == "other":
            old, task = task, self.tasks.again(task)
            old.pressed[task.id] = task
        task.prompt = task.final_prompt = prompt
        task.mask = str(body.get("maskBase64") or "")
        return self._run(request, task, press, zoom)

    # -------------------------------------------------------------------------------------------- decisions

    def _parent(self, request: web.Request, task_id: object) -> Task:
        """The finished task that somebody wants to go on from (rule 1)."""
        parent = self.tasks.find(request, task_id)
        if parent is None:
            raise gateway("task_not_found")
        if self.tasks.stand(parent).status != "SUCCESS":
            raise gateway("task_status_not_success")
        if parent.said("offline"):
            raise gateway(OFFLINE)
        return parent

    def _legacy(self, request: web.Request, body: dict[str, Any], kind: str, index: int) -> web.Response:
        """The forms without a button's id press the button that does the same."""
        parent = self._parent(request, body["taskId"])
        start = f"MJ::JOB::{kind}::{0 if kind == 'reroll' else index}::"
        custom_id = next((face["customId"] for face in parent.faces() if face["customId"].startswith(start)), start)
        return self._press(request, body, parent, press_of(custom_id) or Press(custom_id, "", "grid", "never"))

    def _press(self, request: web.Request, body: dict[str, Any], parent: Task, press: Press) -> web.Response:
        if press.custom_id not in [face["customId"] for face in parent.faces()]:
            raise self.tasks.refused(NO_BUTTON)
        old = parent.pressed.get(press.custom_id)
        if old and press.once and self.tasks.stand(old).status not in ("FAILURE", "CANCEL"):
            shown = self.shapes.task(request, old)
            return self.tasks.answer(old, 21, EXISTS, {"status": shown["status"], "imageUrl": shown["imageUrl"]})
        task = self._task(request, body, parent, press)
        if press.opens == "always" or (press.opens == "remix" and self._remix(body)):
            self.tasks.all[task.id] = task
            asked = "" if press.action == "INPAINT" and not self.options.inpaint_prompt else task.final_prompt
            return self.tasks.answer(task, 21, WINDOW, {"finalPrompt": asked, "remix": True})
        if refused := self.tasks.check(request, task.prompt):
            return refused
        return self._run(request, task, press)

    def _task(self, request: web.Request, body: dict[str, Any], parent: Task, press: Press) -> Task:
        more: dict[str, Any] = {"parent": parent, "press": press, "source": parent.source}
        if press.reads:
            more["prompt"] = parent.texts[press.index]
        task = self.tasks.new(request, press.action, press.makes, body, **more)
        if press.makes == "describe":
            task.prompt, task.spell, task.texts = "", parent.spell, _retold(parent)
        if press.action == "CUSTOM_ZOOM":
            task.final_prompt = f"{ZOOM.sub('', task.prompt).strip()} --zoom 2"
        return task

    def _remix(self, body: Mapping[str, Any]) -> bool:
        """Whether a remix window opens: by the account's switch or the body's, unless it shall confirm itself."""
        accounts = body.get("accountFilter")
        wish: Mapping[str, Any] = accounts if isinstance(accounts, dict) else {}
        asked = self.options.remix or body.get("enableRemix") or wish.get("remix")
        return bool(asked) and not wish.get("remixAutoConsidered")

    async def _checked(self, task: Task, body: dict[str, Any], prompt: str) -> float:
        """The factor of a custom zoom; raises when the window's content is wrong (rule 3)."""
        if not prompt.strip():
            raise self.tasks.refused(NO_PROMPT)
        if task.action == "CUSTOM_ZOOM":
            found = ZOOM.search(str(body.get("prompt") or ""))
            if found is None or not 1 <= float(found[1]) <= 2:
                raise self.tasks.refused(NO_ZOOM)
            return float(found[1])
        if task.action == "INPAINT" and task.parent:
            if not body.get("maskBase64"):
                raise self.tasks.refused(NO_MASK)
            size = task.parent.looks[0].size
            if problem := await asyncio.to_thread(mask_problem, body["maskBase64"], size):
                raise self.tasks.refused(problem)
        return 0.0

    def _run(self, request: web.Request, task: Task, press: Press, zoom: float = 0.0) -> web.Response:
        """Charge the task, which has its looks from now on."""
        seed = derive(task.id, task.prompt)
        if task.parent and task.parent.looks and not press.reads:
            task.looks = _looks(task, press, task.parent.looks, seed, zoom)
        elif press.action != "DESCRIBE":
            task.looks = fresh(task.prompt, seed)
        if press.makes in ("video", "clip"):
            task.clips = _clips(task, press, seed)
        if task.parent:
            task.parent.pressed[press.custom_id] = task
        self.tasks.charge(request, task)
        return self.tasks.accepted(task)


def fresh(prompt: str, seed: str, ratio: str = "") -> tuple[Look, ...]:
    """Four new landscapes, in the aspect that the prompt asks for."""
    found = ASPECT.search(prompt)
    return four(Look(seed, dimensions(ratio or (found[1] if found else "1:1"))), seed)


def _looks(task: Task, press: Press, old: tuple[Look, ...], seed: str, zoom: float) -> tuple[Look, ...]:
    """What the pictures of a pressed button look like."""
    base = old[min(press.index, len(old) - 1)] if press.action in ("UPSCALE", "VARIATION") else old[0]
    if press.action == "UPSCALE":
        plain = press.once or press.makes == "clip"
        return (base if plain else doubled(base, creative="creative" in press.custom_id),)
    if press.action == "REROLL":
        return tuple(anew(look, derive(seed, number)) for number, look in enumerate(old))
    if press.action == "LOW_VARIATION":
        return subtle(base)
    if press.action in ("ZOOM", "CUSTOM_ZOOM"):
        aspect = ASPECT.search(task.prompt) if zoom else None
        ratio = "1:1" if press.what == "100" else aspect[1] if aspect else ""
        return (zoomed(base, seed, zoom or FACTORS[press.what], ratio),)
    if press.action == "PAN":
        return panned(base, seed, press.what)
    if press.action == "INPAINT":
        return repainted(base, seed, base.size, decoded(task.mask) or b"")
    return (base,) if press.action == "VIDEO" else four(base, seed)


def _clips(task: Task, press: Press, seed: str) -> tuple[str, ...]:
    """The seeds of the clips: the first one moves the very picture; a chosen clip stays what it was."""
    old = task.parent.clips if task.parent else ()
    if press.makes == "clip":
        return (old[min(press.index, len(old) - 1)],)
    first = derive(old[0], "extend") if old else task.looks[0].seed
    return (first, *(derive(seed, number) for number in range(1, 4)))


def _retold(parent: Task) -> tuple[str, ...]:
    """The descriptions of a second attempt: the same four in another order."""
    return (*parent.texts[1:], *parent.texts[:1])
