"""Runway as a provider: how it is asked about, and what the reference leaves open (``relay-luma-…md`` 3, 12.4)."""

from typing import Annotated, Literal, get_args
from urllib.parse import quote

from pydantic import AfterValidator, Field

from bot.lookup import Single
from bot.provider import Options, Provider
from bot.providers.runway import answers
from bot.providers.runway.models import ALEPH_2, ENLARGE, IMAGE, UPSCALE_2, Form
from bot.text import listed
from bot.wire import Call

VERSION = {"X-Runway-Version": "2024-11-06"}
"""The header that every call of the official form carries (3.1)."""
TASK = "/v1/tasks/{id}"
Endpoint = Literal[
    "text_to_video", "text_to_image", "video_to_video", "video_upscale", "image_upscale", "character_performance"
]


def _known(names: str) -> str:
    strangers = [name for name in listed(names) if name not in get_args(Endpoint)]
    if strangers:
        raise ValueError(f"there is no endpoint “{strangers[0]}” (known: {', '.join(get_args(Endpoint))})")
    return ",".join(listed(names))


class RunwayOptions(Options):
    """What the reference leaves open."""

    form: Form = Field(
        default="official",
        description="How videos are asked for: `official` (`/runwayml/v1/…`), `pro` (`/runway/pro/…`) or `tasks` "
        "(`/runway/tasks`).",
    )
    official_path: str = Field(default="/runwayml", description="Where the official form begins on the relay.")
    reverse_path: str = Field(
        default="/runway", description="Where the forms `pro` and `tasks` begin; some relays want `/runway/v1`."
    )
    endpoints: Annotated[str, AfterValidator(_known)] = Field(
        default=",".join(get_args(Endpoint)),
        description="Comma-separated endpoints of the official form that the relay has besides `image_to_video`.",
    )
    files: Literal["data", "url"] = Field(
        default="data",
        description="How the official form is given files: `data` (base64) or `url` (Discord's link, for larger ones).",
    )
    end_frame: str = Field(
        default="",
        pattern=r"^\w{0,40}$",
        description="What the last picture is called in the form `pro`, such as `image_end`; empty: not offered.",
    )
    model: str = Field(
        default="gen4_turbo", description="Model of a video from a picture, in the official form, if none is chosen."
    )
    text_model: str = Field(default="gen4.5", description="The same for a video from words alone.")
    restyle_model: str = Field(default=ALEPH_2, description="The same for `/runway restyle`; earlier: `gen4_aleph`.")
    image_model: str = Field(default=IMAGE, description="The same for `/runway image`.")
    upscale_model: str = Field(
        default=UPSCALE_2, description="The same for the video of `/runway upscale`; earlier: `upscale_v1`."
    )
    enlarge_model: str = Field(default=ENLARGE, description="The same for the picture of `/runway upscale`.")
    tasks_model: str = Field(default="europa", description="The same for the form `tasks`, by its `taskType`.")
    explore: bool = Field(default=True, description="In the form `tasks`: slow and unlimited instead of fast.")
    public_figures: Literal["", "auto", "low"] = Field(
        default="", description="How strict Runway is about public figures (`auto` or `low`); empty: its own usual."
    )

    def has(self, endpoint: Endpoint) -> bool:
        """Whether the relay has that endpoint of the official form."""
        return endpoint in listed(self.endpoints)


def _cancel(remote_id: str) -> Call:
    """Stops a task of the official form; the answer to that is empty (3.4)."""
    path = TASK.replace("{id}", quote(remote_id, safe=""))
    return Call("DELETE", path, headers=VERSION, one=True, coded=True, timeout=30.0)


OFFICIAL_LOOKUP = Single(TASK, headers=VERSION)
PICTURE_LOOKUP = Single(TASK, headers=VERSION, read=answers.picture)
PRO_LOOKUP = Single("/feed", post="task_id", coded=True, otherwise=Single("/feed?task_id={id}", coded=True))
"""Posted; the original of that interface is asked by GET (3.5)."""
TASKS_LOOKUP = Single("/tasks/{id}")
RUNWAY = Provider(
    name="runway",
    title="Runway",
    emoji="🛫",
    lookup=OFFICIAL_LOOKUP,
    accepted=answers.accepted,
    reports=answers.reports,
    options=RunwayOptions,
    patience=3600.0,
    cancel=_cancel,
)
