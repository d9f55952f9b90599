"""What Midjourney can be asked for (reference ``relay-midjourney-…md`` 1.6)."""

import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from bot.errors import Invalid
from bot.provider import Mask, Options, Picture, Prompt, Submission
from bot.providers.midjourney import answers
from bot.providers.midjourney.buttons import CONTINUE, Button, next_steps
from bot.providers.midjourney.declared import MIDJOURNEY, Bot, MidjourneyOptions, Speed
from bot.step import Known, NextStep, Step
from bot.task import ANSWER, WAITING_ID, Media, Report, State, Task
from bot.text import _
from bot.wire import Call

PROMPT_LIMIT = 6000
SPEED_FLAGS = re.compile(r"(?:^|\s)--(?:fast|relax|turbo)\b", re.IGNORECASE)
_LINE = re.compile(r"::(?:PicReader|PromptAnalyzer)::(\d)", re.IGNORECASE)
_ZOOM = re.compile(r"--zoom\s+([0-9.]+)", re.IGNORECASE)
Words = Annotated[Prompt, StringConstraints(max_length=PROMPT_LIMIT)]


class _Request(Submission):
    """What every request shares: the speed, which decides its path prefix."""

    speed: Speed = Field(default="default")
    no_storage: bool = Field(default=False, repr=False)
    what: str = Field(default="", repr=False)

    def route(self, options: Options, /) -> str:
        """The prefix of the speed (1.1)."""
        return MidjourneyOptions.of(options).route(self.speed)

    @classmethod
    def steps_after(cls, task: Task, /) -> Sequence[tuple[NextStep, int | None]]:
        """Midjourney's own buttons."""
        return next_steps(task)

    def wire(self) -> dict[str, Any]:
        """The members of the body that are this request's own."""
        return self.model_dump(mode="json", exclude_none=True, exclude={"speed", "no_storage", "what"})

    def body(self) -> dict[str, Any]:
        """The JSON body."""
        return self.wire() | ({"noStorage": True} if self.no_storage else {})

    def steps(self) -> tuple[Step, ...]:
        """One request, whose codes say what became of it (1.4)."""
        return (Step.asking(_asking(self.path, self.body()), answers.accepted),)


def _asking(path: str, body: Any, *, paid: bool = True) -> Call:
    return Call("POST", path, json=body, paid=paid, timeout=90.0, coded=True, judge=answers.judged)


def without_speed(prompt: str) -> str:
    """A prompt without the flags that the path prefix stands for (1.1)."""
    return SPEED_FLAGS.sub("", prompt).strip()


class Imagine(
    _Request,
    provider=MIDJOURNEY,
    action="imagine",
    path="/mj/submit/imagine",
    label=_("picture"),
    kind="image",
):
    """Four pictures from a prompt, perhaps with pictures to go by."""

    prompt: Words
    botType: Bot = Field(default="MID_JOURNEY", title="bot")
    image: Picture | None = None
    image2: Picture | None = None
    image3: Picture | None = None

    def wire(self) -> dict[str, Any]:
        """The prompt without speeds, the pictures as an array."""
        given = [picture for picture in (self.image, self.image2, self.image3) if picture]
        return {"botType": self.botType, "prompt": without_speed(self.prompt), "base64Array": given}


class Blend(
    _Request,
    provider=MIDJOURNEY,
    action="blend",
    path="/mj/submit/blend",
    label=_("blend"),
    kind="image",
    caption="what",
):
    """Two to five pictures made one."""

    image: Picture | None = None
    image2: Picture | None = None
    image3: Picture | None = None
    image4: Picture | None = None
    image5: Picture | None = None
    dimensions: Literal["PORTRAIT", "SQUARE", "LANDSCAPE"] = "SQUARE"
    botType: Bot = Field(default="MID_JOURNEY", title="bot")

    def wire(self) -> dict[str, Any]:
        """The pictures as an array."""
        given = [one for one in (self.image, self.image2, self.image3, self.image4, self.image5) if one]
        return {"base64Array": given, "dimensions": self.dimensions, "botType": self.botType}


class Describe(
    _Request,
    provider=MIDJOURNEY,
    action="describe",
    path="/mj/submit/describe",
    label=_("description"),
    kind="text",
    caption="what",
):
    """Four prompts that a picture might have come from."""

    base64: Picture | None = Field(default=None, title="image")
    botType: Bot = Field(default="MID_JOURNEY", title="bot")


class Shorten(
    _Request,
    provider=MIDJOURNEY,
    action="shorten",
    path="/mj/submit/shorten",
    label=_("shorter prompts"),
    kind="text",
):
    """What matters in a prompt, and five shorter ones."""

    prompt: Words
    botType: Bot = Field(default="MID_JOURNEY", title="bot")


class Edit(
    _Request, provider=MIDJOURNEY, action="edit", path="/mj/submit/edits", label=_("edited picture"), kind="image"
):
    """A picture changed by words, within a mask if there is one."""

    masks: ClassVar[Mapping[str, Mask]] = {"maskBase64": Mask("image")}

    prompt: Words
    image: Picture | None = None
    maskBase64: Picture | None = Field(default=None, title="mask")
    form: Literal["image", "array"] = Field(default="image", repr=False)

    def wire(self) -> dict[str, Any]:
        """The picture as ``image``, or in the array that some relays want (1.6 (10))."""
        mask = {"maskBase64": self.maskBase64} if self.maskBase64 else {}
        prompt = without_speed(self.prompt)
        if self.form == "array":
            return {"action": "EDITS", "prompt": prompt, "base64Array": [self.image], **mask}
        return {"prompt": prompt, "image": self.image, **mask}


class Video(_Request, provider=MIDJOURNEY, action="video", path="/mj/submit/video", label=_("video"), kind="video"):
    """A few seconds of motion from a picture, or more of a video (1.6 (11))."""

    prompt: Annotated[str, StringConstraints(strip_whitespace=True, max_length=PROMPT_LIMIT)] = ""
    motion: Literal["low", "high"] = "low"
    image: Picture | None = None
    endImage: Picture | None = Field(default=None, title="end_image")
    loop: bool | None = None
    batchSize: Literal[1, 2, 4] | None = Field(default=None, title="count")
    videoType: str | None = Field(default=None, title="resolution", max_length=60)

    def wire(self) -> dict[str, Any]:
        """The prompt without speeds."""
        return super().wire() | {"prompt": without_speed(self.prompt)}

    @model_validator(mode="after")
    def _loop_has_no_end(self) -> Self:
        if self.loop and self.endImage:
            raise Invalid(_("A loop ends where it begins: leave `end_image` or `loop` out."))
        return self


class Swap(
    _Request,
    provider=MIDJOURNEY,
    action="swap",
    path="/mj/insight-face/swap",
    label=_("swapped face"),
    kind="image",
    caption="what",
):
    """The face of one picture in another."""

    sourceBase64: Picture | None = Field(default=None, title="face")
    targetBase64: Picture | None = Field(default=None, title="image")


class Upload(
    _Request,
    provider=MIDJOURNEY,
    action="upload",
    path="/mj/submit/upload-discord-images",
    label=_("upload"),
    kind="image",
    caption="what",
):
    """A picture put onto Midjourney's server, to be named in prompts; it answers at once and costs nothing."""

    image: Picture | None = None

    def wire(self) -> dict[str, Any]:
        """The picture as an array."""
        return {"base64Array": [self.image]}

    def steps(self) -> tuple[Step, ...]:
        """The answer is the result."""
        return (Step.asking(_asking(self.path, self.body(), paid=False), answers.uploaded),)


class Show(
    _Request,
    provider=MIDJOURNEY,
    action="show",
    path="/mj/submit/show",
    label=_("picture from Midjourney"),
    kind="image",
    caption="jobId",
):
    """A job of Midjourney's own, brought here with its buttons."""

    jobId: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9a-fA-F-]{36}$")] = Field(
        title="job_id"
    )
    botType: Bot = Field(default="MID_JOURNEY", title="bot")


class Press(
    _Request,
    provider=MIDJOURNEY,
    action="press",
    path="/mj/submit/action",
    label=_("picture"),
    kind="image",
    caption="title",
):
    """A button of a finished task (1.6 (2)), with what its window asks (1.6 (3))."""

    on_input = CONTINUE

    taskId: str = Field(repr=False)
    customId: str = Field(repr=False)
    name: str = Field(default="", repr=False)
    title: str = Field(default="", repr=False)
    parent_link: str = Field(default="", repr=False)
    parent_prompt: str = Field(default="", repr=False)

    @classmethod
    def of(cls, task: Task, button: Button, made_by: Submission, link: str) -> Self:
        """``button`` of the finished ``task``, whose card is at ``link``."""
        prompt = str(task.data.get("prompt") or task.caption)
        return cls.make(
            taskId=task.remote_id,
            customId=button.id,
            name=button.name,
            title=f"{button.name} · {_suggested(button.id, prompt) or prompt}"[:PROMPT_LIMIT],
            parent_link=link,
            parent_prompt=prompt[:PROMPT_LIMIT],
            speed=getattr(made_by, "speed", "default"),
            no_storage=getattr(made_by, "no_storage", False),
        )

    @classmethod
    def origin(cls, task: Task, /) -> tuple[str, str] | None:
        """The button, and the card it stood under."""
        asked = cls.restored(task.submission)
        return (asked.name, asked.parent_link) if asked.name and asked.parent_link else None

    def wire(self) -> dict[str, Any]:
        """The button, on the account that made the picture."""
        return {"taskId": self.taskId, "customId": self.customId, "chooseSameChannel": True}

    def steps(self) -> tuple[Step, ...]:
        """Press; when a window opens, hand on what its user has answered."""
        call = _asking(self.path, self.body())
        pressed = Step.asking(call, partial(answers.accepted, custom_id=self.customId))
        answered = Step(call=_modal, accepted=lambda answer, _known: answers.accepted(answer), on_answer=True)
        return pressed, answered

    @classmethod
    def own_answer(cls, task: Task, settings: Mapping[str, Any], /) -> Mapping[str, Any] | None:
        """A window that only shows the prompt is confirmed as it is, if the user wants that."""
        asked = cls.restored(task.submission).window
        plain = asked in {"", "picreader", "shorten"}
        return {"prompt": prompt_of(task)} if settings.get("remix") and plain else None

    @property
    def window(self) -> str:
        """The kind of window that the button opens for certain."""
        return Button(self.customId, "", "").window


def _modal(known: Known) -> Call:
    answer = known.get(ANSWER, {})
    body = {"taskId": known.get(WAITING_ID, ""), "prompt": without_speed(answer.get("prompt", ""))}
    if answer.get("mask"):
        body["maskBase64"] = answer["mask"]
    return _asking("/mj/submit/modal", body)


def prompt_of(task: Task) -> str:
    """What stands in the window at first: the relay's words, else the prompt of what it is about (1.5)."""
    asked = Press.restored(task.submission)
    return (
        str(task.data.get("final_prompt") or "")
        or _suggested(asked.customId, asked.parent_prompt)
        or asked.parent_prompt
    )


def _suggested(custom_id: str, words: str) -> str:
    """The line of a description or a shortening that a button is about (1.6 (5), (6))."""
    found = _LINE.search(custom_id)
    lines = re.finditer(r"^\s*(\d)\ufe0f?\u20e3\s*(.+)$", words, re.MULTILINE)
    return next((line[2].strip() for line in lines if found and line[1] == found[1]), "")


def zoomed(prompt: str) -> str:
    """The answer to the custom zoom's window, which must say how far (1.6 (3)); raises :class:`Invalid`."""
    found = _ZOOM.search(prompt)
    try:
        factor = float(found[1]) if found else 0.0
    except ValueError:
        factor = 0.0
    if not 1.0 <= factor <= 2.0:
        raise Invalid(_("Say how far to zoom, from 1 to 2: end the prompt with `--zoom 1.8`, for example."))
    return prompt


class Split(
    Submission,
    provider=MIDJOURNEY,
    action="split",
    path="/mj/image",
    label=_("single pictures"),
    kind="image",
    caption="title",
):
    """The four pictures of a grid, cut out by ourselves at no cost."""

    grid: Picture = Field(repr=False)
    title: str = Field(default="", repr=False)

    def steps(self) -> tuple[Step, ...]:
        """Nothing is asked of the relay."""
        parts = tuple(Media(self.grid, "image", f"{number}", recipe=f"quarter:{number}") for number in range(1, 5))
        return (Step(call=lambda _known: None, accepted=lambda _answer, _known: Report(state=State.DONE, media=parts)),)
