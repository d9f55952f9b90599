"""Videos in the two forms that follow Runway's web page: "pro" and "tasks" (reference ``relay-luma-…md`` 3.5, 3.6)."""

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from bot.errors import Invalid
from bot.provider import Given, Options, Picture, PictureForm, Submission, Video
from bot.providers.runway import answers, models
from bot.providers.runway.declared import PRO_LOOKUP, RUNWAY, TASKS_LOOKUP, RunwayOptions
from bot.providers.runway.models import TASKS
from bot.providers.runway.official import Name, Seed, Words
from bot.step import NextStep, Step
from bot.text import _

EXTEND = NextStep("runway-extend", _("Extend"), "⏩", action="tasks-extend")
PRO_DEFAULT = "gen3"
LONGEST_GEN3 = 10.0
"""Seconds of a video that gen3 restyles (3.5)."""
LEAST_SIDE = 64
MOTIONS = ("x", "y", "z", "r", "bg_x_pan", "bg_y_pan")
SIDES = {"16:9": "1280:768", "9:16": "768:1280"}
Share = Annotated[float, Field(ge=0, le=1)]


class _Reverse(Submission):
    """Files go as links in both forms."""

    def route(self, options: Options, /) -> str:
        """Under the tier, then where these forms begin."""
        return options.prefix + RunwayOptions.of(options).reverse_path

    @classmethod
    def picture_form(cls, _options: Options, /) -> PictureForm:
        """The relay fetches files itself."""
        return "url"


class _Pro(_Reverse):
    """A request that was taken only if its answer says 200."""

    def steps(self) -> tuple[Step, ...]:
        """One call; its answer's code decides."""
        return (Step.asking(self.call(), answers.taken),)


class ProVideo(
    _Pro,
    provider=RUNWAY,
    action="pro-video",
    path="/pro/generate",
    label=_("video"),
    kind="video",
    lookup=PRO_LOOKUP,
):
    """Words or a picture to video, "pro" form (3.5). ``end_name`` is what the relay calls the last picture."""

    prompt: Words = ""
    model: Name | None = None
    ratio: str | None = None
    style: str | None = Field(default=None, max_length=100)
    duration: int | None = None
    motion: dict[str, float] | None = None
    image: Picture | None = None
    end_image: Picture | None = None
    end_name: str = Field(default="", repr=False)

    @model_validator(mode="after")
    def _fits_its_model(self) -> Self:
        model = self.model or PRO_DEFAULT
        models.check_video("pro", model, ratio=self.ratio, seconds=self.duration, picture=self.image is not None)
        if self.motion is not None and model != "gen2":
            raise Invalid(_("`motion` works with gen2 only, not with {model}.", model=model))
        return self

    def body(self) -> dict[str, Any]:
        """Length and motion are nested."""
        given = self.parameters()
        body = {name: given[name] for name in ("prompt", "model", "ratio", "style", "image") if given.get(name)}
        if self.end_image and self.end_name:
            body[self.end_name] = self.end_image
        options = {"seconds": self.duration, "motion_vector": self.motion}
        chosen = {name: value for name, value in options.items() if value is not None}
        return body | ({"options": chosen} if chosen else {})


class ProRestyle(
    _Pro,
    provider=RUNWAY,
    action="pro-restyle",
    path="/pro/video2video",
    label=_("restyled video"),
    kind="video",
    lookup=PRO_LOOKUP,
):
    """A video changed as words say, "pro" form (3.5). ``seconds`` is how long the video is, where that is known."""

    prompt: Words = ""
    model: Name | None = None
    video: Video | None = None
    strength: Share | None = None
    flip: bool | None = None
    seconds: float | None = Field(default=None, repr=False)

    @model_validator(mode="after")
    def _short_enough(self) -> Self:
        if (self.model or PRO_DEFAULT) == PRO_DEFAULT and self.seconds is not None and self.seconds > LONGEST_GEN3:
            raise Invalid(
                _("{model} restyles videos of at most {most} seconds; this one has {given}.",
                  model=PRO_DEFAULT, most=f"{LONGEST_GEN3:g}", given=f"{self.seconds:g}")
            )  # fmt: skip
        return self

    @classmethod
    def check_input(cls, _field: str, given: Given, _options: Options, /) -> dict[str, Any]:
        """The length matters for one model."""
        return {"seconds": given.seconds} if given.seconds is not None else {}

    def body(self) -> dict[str, Any]:
        """How far it may go from the video is nested."""
        given = self.parameters()
        body = {name: given[name] for name in ("video", "prompt", "model") if given.get(name)}
        options = {"structure_transformation": self.strength, "flip": self.flip}
        chosen = {name: value for name, value in options.items() if value is not None}
        return body | ({"options": chosen} if chosen else {})


class ProAct(
    _Pro,
    provider=RUNWAY,
    action="pro-act",
    path="/pro/act_one",
    label=_("performed video"),
    kind="video",
    caption="name",
    lookup=PRO_LOOKUP,
):
    """A picture that does what somebody does in a video, "pro" form (3.5)."""

    name: str = Field(default="", repr=False)
    performance: Video | None = None
    image: Picture | None = None

    def body(self) -> dict[str, Any]:
        """Both files."""
        return {"video": self.performance, "image": self.image}


class _Task(_Reverse):
    """What every request of the "tasks" form shares: the model as its type, and nested options (3.6)."""

    prompt: Words = ""
    model: Name
    ratio: str | None = None
    duration: int | None = None
    seed: Seed | None = None
    explore: bool = Field(default=True, repr=False)

    @model_validator(mode="after")
    def _fits_its_model(self) -> Self:
        models.check_video("tasks", self.model, ratio=self.ratio, seconds=self.duration, picture=True)
        if self.ratio and self.ratio not in SIDES and min(map(int, self.ratio.split(":"))) < LEAST_SIDE:
            raise Invalid(_("Write `ratio` in pixels on this relay, such as 1280:768."))
        return self

    def more(self) -> dict[str, Any]:
        """The options that this request has besides the common ones."""
        return {}

    def body(self) -> dict[str, Any]:
        """The task."""
        name = "Gen-2" if self.model == "gen2" else "Gen-3 Alpha"
        options = {"name": name if self.seed is None else f"{name} {self.seed}", **self.inner()}
        options |= {"exploreMode": self.explore, "assetGroupName": "Generative Video"}
        return {"taskType": self.model, "internal": False, "options": options}

    def inner(self) -> dict[str, Any]:
        """What the model is given."""
        sides = (SIDES.get(self.ratio or "16:9") or self.ratio or "").split(":")
        return {
            "seconds": self.duration or TASKS["europa"].seconds[0],
            "text_prompt": self.prompt,
            **self.seeded(),
            "watermark": False,
            "enhance_prompt": True,
            "width": int(sides[0]),
            "height": int(sides[1]),
            "resolution": "720p",
            **self.more(),
        }

    def seeded(self) -> dict[str, Any]:
        """The seed, if one was chosen."""
        return {} if self.seed is None else {"seed": self.seed}


class TasksVideo(
    _Task,
    provider=RUNWAY,
    action="tasks-video",
    path="/tasks",
    label=_("video"),
    kind="video",
    lookup=TASKS_LOOKUP,
    next_steps=(EXTEND,),
):
    """Words or a picture to video, "tasks" form; the one picture begins or ends it (3.6)."""

    image: Picture | None = None
    end_image: Picture | None = None

    def more(self) -> dict[str, Any]:
        """The picture, and which end of the video it is."""
        picture = self.image or self.end_image
        return {"init_image": picture, "image_as_end_frame": not self.image} if picture else {}

    def inner(self) -> dict[str, Any]:
        """The earliest model has its parameters in a place of their own."""
        if self.model != "gen2":
            return super().inner()
        own: dict[str, Any] = {
            "mode": "gen2",
            **self.seeded(),
            "interpolate": True,
            "upscale": True,
            "watermark": False,
        }
        own |= {"motion_score": 22, "use_motion_score": True, "use_motion_vectors": False, "text_prompt": self.prompt}
        picture = {"image_prompt": self.image, "init_image": self.image} if self.image else {}
        return {"seconds": TASKS["gen2"].seconds[0], "gen2Options": own | picture}


class TasksRestyle(
    _Task,
    provider=RUNWAY,
    action="tasks-restyle",
    path="/tasks",
    label=_("restyled video"),
    kind="video",
    lookup=TASKS_LOOKUP,
    next_steps=(EXTEND,),
):
    """A video changed as words say, "tasks" form (3.6)."""

    video: Video | None = None
    strength: Share = 0.3

    def more(self) -> dict[str, Any]:
        """The video, and how far it may go from it."""
        return {"video_prompt": self.video, "structure_transformation": self.strength}


class TasksExtend(
    _Task,
    provider=RUNWAY,
    action="tasks-extend",
    path="/tasks",
    label=_("longer video"),
    kind="video",
    lookup=TASKS_LOOKUP,
    next_steps=(EXTEND,),
):
    """A finished video of this form made longer, by its task and its file (3.6)."""

    task_id: str = Field(repr=False)
    link: str = Field(repr=False)

    def more(self) -> dict[str, Any]:
        """What is continued."""
        return {"extended_from_task_id": self.task_id, "init_video": self.link}
