"""Luma (Dream Machine): text and pictures to video.

Wire: reference ``relay-luma-runway-pika-kling-replicate-minimax.md`` section 2. Two forms: the relay's own
(``/luma/generations``, batch lookup) and Luma's official one (``/dream-machine/v1/generations``, single lookup).
"""

import re
from collections.abc import Iterable
from typing import Annotated, Any, Literal
from urllib.parse import quote

from pydantic import Field, StringConstraints, model_validator

from bot.envelope import elements, envelope_of, failure, merged_state, reason_of, state_of, unwrap
from bot.errors import Invalid, Unreadable
from bot.lookup import Batch, Single
from bot.provider import Options, Picture, PictureForm, Prompt, Provider, Submission
from bot.step import NextStep
from bot.task import FollowUp, Media, Report, State
from bot.text import _
from bot.wire import Call, dig, link_of, text_of

PROMPT_LIMIT = 5000
RATIOS = ("16:9", "1:1", "4:3", "3:4", "9:16", "21:9", "9:21")
OFFICIAL_MODELS = ("ray-2", "ray-flash-2")
_ID = re.compile(r"\S{1,200}")
_LINK_GRACE = 120.0
_DOWNLOAD_LIFETIME = 3600.0
_CLEAN = (
    ("video", "download_url"),
    ("video_raw", "url"),
    ("artifact", "video", "download_url"),
    ("artifact", "video_raw", "url"),
    ("assets", "video"),
)
_WATERMARKED = (("video", "url"), ("artifact", "video", "url"))
_THUMBNAILS = (("thumbnail", "url"), ("video", "thumbnail"), ("artifact", "thumbnail", "url"))

EXTEND = NextStep("extend", _("Extend"), "⏩", action="extend")
LumaPrompt = Annotated[Prompt, StringConstraints(max_length=PROMPT_LIMIT)]
Ratio = Literal["16:9", "1:1", "4:3", "3:4", "9:16", "21:9", "9:21"]


class LumaOptions(Options):
    """What the reference leaves open (2.1, 2.7, 12.3)."""

    images: PictureForm = Field(
        default="data", description="How pictures are sent: `data` (base64) or `url` (Discord's link)."
    )
    official: bool = Field(default=False, description="Offer Luma's own models `ray-2` and `ray-flash-2`.")
    official_prefix: str = Field(default="", description="Path prefix of the official form; some relays want `/luma`.")


def _accepted(payload: Any) -> Report:
    """The answer to a submission: the generation, in an array, under ``data``, or its bare id (2.1)."""
    inside = unwrap(payload)
    if isinstance(inside, list):
        inside = inside[0] if inside else None
    if isinstance(inside, str) and _ID.fullmatch(inside.strip()):
        return Report(state=State.QUEUED, remote_id=inside.strip())
    if not isinstance(inside, dict):
        raise Unreadable("no generation", payload)
    return _report(inside)


def _reports(payload: Any) -> Iterable[Report]:
    """The answer to a lookup, single or batch: envelopes or bare generations (2.5, 2.6)."""
    return map(_report, elements(payload))


def _report(item: dict[str, Any]) -> Report:
    envelope = envelope_of(item)
    if envelope is None:
        return _generation(item, text_of(item.get("id")) or text_of(item.get("task_id")))
    inner = envelope.inner if isinstance(envelope.inner, dict) else {}
    report = _generation(inner, envelope.task_id)
    known = state_of(inner.get("state")) if inner.get("state") else None
    state = merged_state(envelope.state, known, bool(report.media))
    if state is State.FAILED:
        return failure(envelope.reason or (str(report.reason) if report.reason else ""), envelope.task_id)
    if state is State.DONE:
        stored = link_of(envelope.result_url) or link_of(envelope.reason)
        return _done(inner, envelope.task_id, spare=stored)
    return Report(state=state, remote_id=envelope.task_id, percent=envelope.percent, preview=report.preview)


def _generation(item: dict[str, Any], remote_id: str) -> Report:
    """One generation in Luma's own or official shape (2.5, 2.8)."""
    state = state_of(item.get("state"))
    if state is State.DONE:
        return _done(item, remote_id)
    if state is State.FAILED:
        reason = reason_of(item, "failure_reason", "fail_reason", "error", "detail", "message")
        return failure(str(reason) if reason else "", remote_id)
    return Report(state=state, remote_id=remote_id, preview=_first_link(item, _THUMBNAILS))


def _done(item: dict[str, Any], remote_id: str, spare: str = "") -> Report:
    clean = _first_link(item, _CLEAN)
    watermarked = _first_link(item, _WATERMARKED) or spare
    official = "assets" in item
    return Report(
        state=State.DONE,
        remote_id=remote_id,
        media=(Media(clean, "video"),) if clean else (),
        spare=(Media(watermarked, "video"),) if watermarked else (),
        preview=_first_link(item, _THUMBNAILS),
        follow_up=None if clean or official or not remote_id else _without_watermark(remote_id),
    )


def _without_watermark(remote_id: str) -> FollowUp:
    """Ask for the clean video once the relay has been "completed" without its link for two minutes (2.3, 2.5)."""

    def read(payload: Any) -> Report:
        link = link_of(dig(unwrap(payload), "url")) or link_of(unwrap(payload))
        media = (Media(link, "video", lifetime=_DOWNLOAD_LIFETIME),) if link else ()
        return Report(state=State.DONE, remote_id=remote_id, media=media)

    call = Call("GET", f"/luma/generations/{quote(remote_id, safe='')}/download_video_url", one=True, timeout=30.0)
    return FollowUp(call, read, after=_LINK_GRACE)


def _first_link(item: dict[str, Any], paths: Iterable[tuple[str, ...]]) -> str:
    return next((link for path in paths if (link := link_of(dig(item, *path)))), "")


LUMA = Provider(
    name="luma",
    title="Luma",
    emoji="🎬",
    lookup=Batch("/luma/tasks", single="/luma/generations/{id}"),
    accepted=_accepted,
    reports=_reports,
    options=LumaOptions,
    probe=Call("POST", "/luma/tasks", json={"ids": []}, timeout=15.0),
)


class _OwnForm(Submission):
    """What the relay's own two calls share: the prompt and the way pictures are sent."""

    user_prompt: LumaPrompt = Field(title="prompt")
    expand_prompt: bool | None = Field(default=None, title="expand")

    @classmethod
    def picture_form(cls, options: Options, /) -> PictureForm:
        return LumaOptions.of(options).images


class Generate(
    _OwnForm,
    provider=LUMA,
    action="generate",
    path="/luma/generations",
    label=_("video"),
    kind="video",
    caption="user_prompt",
    next_steps=(EXTEND,),
):
    """Text or pictures to video, own form (2.1)."""

    aspect_ratio: Ratio = "16:9"
    loop: bool | None = None
    image_url: Picture | None = Field(default=None, title="image")
    image_end_url: Picture | None = Field(default=None, title="end_image")


class Extend(
    _OwnForm,
    provider=LUMA,
    action="extend",
    path="/luma/generations/{task_id}/extend",
    label=_("longer video"),
    kind="video",
    caption="user_prompt",
    next_steps=(EXTEND,),
):
    """About five more seconds for a finished video, own form (2.2). ``task_id`` is the relay's id of that video."""

    task_id: str = Field(repr=False)


class OfficialGenerate(
    Submission,
    provider=LUMA,
    action="official",
    path="/dream-machine/v1/generations",
    label=_("video"),
    kind="video",
    lookup=Single("/dream-machine/v1/generations/{id}"),
    next_steps=(EXTEND,),
):
    """Text or pictures to video with one of Luma's own models, official form (2.7, 2.8)."""

    model: Literal["ray-2", "ray-flash-2"]
    prompt: LumaPrompt
    aspect_ratio: Ratio = "16:9"
    loop: bool | None = None
    duration: Literal["5s", "9s"] | None = None
    resolution: Literal["540p", "720p", "1080p", "4k"] | None = None
    image: Picture | None = None
    end_image: Picture | None = None
    extend_id: str | None = Field(default=None, repr=False)

    @model_validator(mode="after")
    def _one_first_frame(self) -> "OfficialGenerate":
        if self.extend_id and self.image:
            raise Invalid(_("A video is continued from its own last frame: leave the first picture out."))
        return self

    def route(self, options: Options, /) -> str:
        return LumaOptions.of(options).official_prefix

    @classmethod
    def picture_form(cls, _options: Options, /) -> PictureForm:
        return "url"

    def body(self) -> dict[str, Any]:
        """Pictures and the continued video are nested as keyframes."""
        body = self.model_dump(mode="json", exclude_none=True, exclude={"image", "end_image", "extend_id"})
        first = {"type": "generation", "id": self.extend_id} if self.extend_id else _picture_frame(self.image)
        frames = {"frame0": first, "frame1": _picture_frame(self.end_image)}
        keyframes = {name: frame for name, frame in frames.items() if frame}
        return body | ({"keyframes": keyframes} if keyframes else {})


def _picture_frame(url: str | None) -> dict[str, str] | None:
    return {"type": "image", "url": url} if url else None
