"""Making songs, and making songs from songs (reference ``relay-suno-…md`` 7.4, 7.6, 7.9, 7.18)."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal, Self
from urllib.parse import quote

from pydantic import ConfigDict, Field, model_validator

from bot.errors import Invalid
from bot.provider import Submission
from bot.providers.suno import answers
from bot.providers.suno.after import next_steps
from bot.providers.suno.clips import Clip
from bot.providers.suno.declared import SUNO
from bot.providers.suno.models import DESCRIPTION_LIMIT, TITLE_LIMIT, model_of
from bot.step import Known, NextStep, Step
from bot.task import NO_FILE, Task
from bot.text import Text, _, clock
from bot.wire import Call

MUSIC_PATH = "/suno/submit/music"
CONCAT = "/suno/submit/concat"
TOO_LONG = _("{what} is too long for {model}: {given} characters, at most {limit}.")


class Music(Submission):
    """What every request for a song shares."""

    model_config = ConfigDict(str_strip_whitespace=True)

    mv: str = Field(title="model")
    prompt: str = Field(default="", title="lyrics")
    tags: str = Field(default="", title="style")
    title: str = Field(default="", max_length=TITLE_LIMIT)
    negative_tags: str | None = Field(default=None, title="negative_style")
    vocal_gender: Literal["m", "f"] | None = Field(default=None, title="vocal")
    weirdness: int | None = Field(default=None, ge=0, le=100)
    style_weight: int | None = Field(default=None, ge=0, le=100)
    vocal_in: Literal["both", "top", "metadata"] = Field(default="both", repr=False)

    @model_validator(mode="after")
    def _fits_the_model(self) -> Self:
        model = model_of(self.mv)
        texts = (
            (_("`lyrics`"), self.prompt, model.lyrics),
            (_("`style`"), self.tags, model.style),
            (_("`negative_style`"), self.negative_tags or "", model.style),
        )
        for what, words, limit in texts:
            if len(words) > limit:
                values = {"what": what, "model": model.version, "given": len(words), "limit": limit}
                raise Invalid(Text(TOO_LONG.source, values))
        if self.vocal_gender and not model.vocal:
            raise Invalid(_("{model} chooses the voice itself: leave `vocal` out.", model=model.version))
        return self

    @property
    def caption(self) -> str:
        """The title, else the lyrics."""
        return self.title or self.prompt or self.tags

    @classmethod
    def steps_after(cls, task: Task, /) -> Sequence[tuple[NextStep, int | None]]:
        """What each of the songs can become."""
        return next_steps(task)

    def song(self, **more: Any) -> dict[str, Any]:
        """The members every song has, and ``more``."""
        body: dict[str, Any] = {"prompt": self.prompt, "tags": self.tags, "title": self.title, "mv": self.mv}
        if self.negative_tags is not None:
            body["negative_tags"] = self.negative_tags
        metadata = self._metadata()
        if self.vocal_gender and self.vocal_in != "metadata":
            body["vocal_gender"] = self.vocal_gender
        return body | ({"metadata": metadata} if metadata else {}) | more

    def _metadata(self) -> dict[str, Any]:
        given = {"weirdness_constraint": self.weirdness, "style_weight": self.style_weight}
        sliders = {name: value / 100 for name, value in given.items() if value is not None}
        found: dict[str, Any] = {}
        if sliders:
            found |= {"create_mode": "custom", "control_sliders": sliders, "can_control_sliders": list(sliders)}
        if self.vocal_gender and self.vocal_in != "top":
            found["vocal_gender"] = self.vocal_gender
        return found


class Song(
    Music,
    provider=SUNO,
    action="song",
    path=MUSIC_PATH,
    label=_("song"),
    kind="audio",
    prompt="gpt_description_prompt",
):
    """A new song: from a description, or from lyrics and a style; perhaps in the voice of a persona."""

    gpt_description_prompt: str | None = Field(default=None, title="description", max_length=DESCRIPTION_LIMIT)
    make_instrumental: bool = Field(default=False, title="instrumental")
    persona_id: str | None = Field(default=None, title="persona", repr=False)
    artist_clip_id: str | None = Field(default=None, repr=False)
    voice_only: bool | None = None

    @model_validator(mode="after")
    def _one_mode(self) -> Self:
        custom = self.prompt or self.tags or self.title
        if self.gpt_description_prompt and custom:
            raise Invalid(
                _("Give either a `description`, or `lyrics`, `style` and `title`: Suno ignores those beside the first.")
            )
        if self.make_instrumental and self.prompt:
            raise Invalid(_("An instrumental has no lyrics: leave `lyrics` or `instrumental` out."))
        if not self.gpt_description_prompt and not self.prompt and not (self.make_instrumental and self.tags):
            raise Invalid(_("Say what to sing: a `description` or `lyrics`; for an `instrumental` a `style` will do."))
        if self.persona_id and self.gpt_description_prompt:
            raise Invalid(_("A persona sings `lyrics`: leave `description` out."))
        if self.persona_id and self.make_instrumental:
            raise Invalid(_("A persona sings `lyrics`: leave `instrumental` out."))
        if self.voice_only and not self.persona_id:
            raise Invalid(_("`voice_only` goes with a `persona`: choose one, or leave it out."))
        if self.voice_only and not model_of(self.mv).vocal:
            raise Invalid(_("Only v4.5 and newer models take the voice of a persona alone."))
        return self

    @property
    def caption(self) -> str:
        """The title, else what it is about."""
        return self.title or self.gpt_description_prompt or self.prompt or self.tags

    def body(self) -> dict[str, Any]:
        """Inspiration, custom or persona mode (7.4)."""
        if self.gpt_description_prompt:
            mode = {"gpt_description_prompt": self.gpt_description_prompt, "make_instrumental": self.make_instrumental}
            extra = {name: value for name, value in self.song().items() if name not in {"tags", "title"}}
            return extra | mode
        if self.persona_id:
            task = "artist_consistency_vox" if self.voice_only else "artist_consistency"
            persona = {"persona_id": self.persona_id, "artist_clip_id": self.artist_clip_id}
            return self.song(task=task, generation_type="TEXT", **persona)
        return self.song(make_instrumental=self.make_instrumental)

    def steps(self) -> tuple[Step, ...]:
        """One request; as a persona only where the relay knows of such."""
        if not self.persona_id:
            return super().steps()
        return (understood(Step.asking(self.call(), answers.accepted, feature="persona"), self.artist_clip_id or ""),)


class Join(
    Submission, provider=SUNO, action="join", path=CONCAT, label=_("joined song"), kind="audio", caption="title"
):
    """The whole song, from the part that continues it or that replaces a section (7.6)."""

    clip_id: str = Field(repr=False)
    is_infill: bool = Field(default=False, repr=False)
    title: str = Field(default="", repr=False)

    @classmethod
    def steps_after(cls, task: Task, /) -> Sequence[tuple[NextStep, int | None]]:
        """What the song can become."""
        return next_steps(task)

    def body(self) -> dict[str, Any]:
        """The part, and what it is."""
        return {"clip_id": self.clip_id, "is_infill": self.is_infill}


def joining(*, is_infill: bool) -> Step:
    """The step that joins the first good clip of the step before."""

    def call(known: Known) -> Call:
        parts = known.get("clips")
        if not parts:
            raise Invalid(NO_FILE)
        body = {"clip_id": parts[0]["id"], "is_infill": is_infill}
        return Call("POST", CONCAT, json=body, paid=True, timeout=60.0)

    return Step(
        call=call,
        accepted=lambda answer, _known: answers.accepted(answer),
        label=_("joining the whole song"),
        feature="join",
    )


class Extend(Music, provider=SUNO, action="extend", path=MUSIC_PATH, label=_("longer song"), kind="audio", prompt=""):
    """A song that goes on from ``continue_at`` (seconds), perhaps joined with its beginning (scenario 1)."""

    continue_clip_id: str = Field(repr=False)
    task_id: str | None = Field(default=None, repr=False)
    continue_at: float = Field(title="at", gt=0)
    uploaded: bool = Field(default=False, repr=False)
    join: bool = Field(default=False)

    @classmethod
    def of(cls, clip: Clip, at: float, **options: Any) -> Self:
        """The extension of ``clip``; raises :class:`Invalid` for a time outside of it."""
        last = within(clip, at, "at")
        task = None if clip.uploaded else clip.task or None
        return cls.make(continue_clip_id=clip.id, task_id=task, continue_at=last, uploaded=clip.uploaded, **options)

    def body(self) -> dict[str, Any]:
        """What to continue, from where, and how."""
        origin = {"task_id": self.task_id} if self.task_id else {}
        task = "upload_extend" if self.uploaded else "extend"
        return self.song(task=task, continue_clip_id=self.continue_clip_id, continue_at=self.continue_at, **origin)

    def steps(self) -> tuple[Step, ...]:
        """Extend, then join if wanted."""
        return first(self, _("extending")) + ((joining(is_infill=False),) if self.join else ())


def within(clip: Clip, at: float, option: str) -> float:
    """``at``, or the end of ``clip`` if that is what was meant: its length is shown in whole seconds.

    Refuses a time outside of it with :class:`Invalid`, as far as its length is known.
    """
    if at <= 0 or (clip.seconds and at > clip.seconds + 0.5):
        raise Invalid(
            _(
                "`{option}` is outside of the song: it is {length} long, {given} was given.",
                option=option,
                length=clock(clip.seconds) if clip.seconds else "?",
                given=clock(at),
            )
        )
    return min(at, clip.seconds) if clip.seconds else at


def in_order(start: float, end: float) -> None:
    """Refuse a section that ends before it begins with :class:`Invalid`."""
    if start >= end:
        times = {"start": clock(start), "end": clock(end)}
        raise Invalid(_("The section must end after it begins: `from` is {start}, `to` is {end}.", **times))


def understood(step: Step, clip_id: str) -> Step:
    """The request for music as a relay takes it that knows its ``task``.

    Stock relays drop that member and would make (and charge) a plain song; they do not know single songs either (0).
    """
    return replace(step, proof=Call("GET", f"/suno/feed/{quote(clip_id, safe='')}", timeout=30.0))


def first(submission: Submission, label: Text) -> tuple[Step, ...]:
    """The submission's own call as the first of several steps."""
    return (Step.asking(submission.call(), answers.accepted, label=label),)
