"""Making songs from songs: covers, new sections, layers, stems (reference ``relay-suno-…md`` 7.4, 7.9, 7.18)."""

from collections.abc import Sequence
from typing import Any, Literal, Self

from pydantic import Field

from bot.errors import Invalid
from bot.provider import Submission
from bot.providers.suno import answers, raw
from bot.providers.suno.after import next_steps
from bot.providers.suno.clips import Clip
from bot.providers.suno.declared import SUNO
from bot.providers.suno.models import STEMS_MODEL, model_of
from bot.providers.suno.songs import MUSIC_PATH, Music, first, in_order, joining, understood, within
from bot.step import NextStep, Step
from bot.task import Task
from bot.text import _
from bot.wire import Call

_NULLS = ("continue_clip_id", "continue_at", "continued_aligned_prompt", "infill_start_s", "infill_end_s")


class Cover(Music, provider=SUNO, action="cover", path=MUSIC_PATH, label=_("cover"), kind="audio", prompt=""):
    """The same song in another style (scenario 2)."""

    cover_clip_id: str = Field(repr=False)

    def body(self) -> dict[str, Any]:
        """The song, and what has to be ``null`` beside it (7.4)."""
        nulls = dict.fromkeys(_NULLS)
        more = {"negative_tags": self.negative_tags or "", "generation_type": "TEXT", "task": "cover"}
        return self.song(cover_clip_id=self.cover_clip_id, **more, **nulls)

    def steps(self) -> tuple[Step, ...]:
        """One request."""
        return (understood(Step.asking(self.call(), answers.accepted), self.cover_clip_id),)


class Replace(
    Music,
    provider=SUNO,
    action="replace",
    path=MUSIC_PATH,
    label=_("song with a new section"),
    kind="audio",
    prompt="",
):
    """A song with one section sung anew, joined (scenario 3). Times in seconds."""

    continue_clip_id: str = Field(repr=False)
    task_id: str | None = Field(default=None, repr=False)
    infill_start_s: float = Field(title="from", ge=0)
    infill_end_s: float = Field(title="to", gt=0)

    @classmethod
    def of(cls, clip: Clip, start: float, end: float, **options: Any) -> Self:
        """A new section of ``clip``; raises :class:`Invalid` for times that are not inside of it, in order."""
        last = within(clip, end, "to")
        in_order(start, last)
        return cls.make(
            continue_clip_id=clip.id, task_id=clip.task or None, infill_start_s=start, infill_end_s=last, **options
        )

    def body(self) -> dict[str, Any]:
        """The section and its new words."""
        more = {"negative_tags": self.negative_tags or "", "generation_type": "TEXT", "task": "infill"}
        origin = {"task_id": self.task_id} if self.task_id else {}
        section = {"infill_start_s": self.infill_start_s, "infill_end_s": self.infill_end_s}
        nulls = {"continue_at": None, "continued_aligned_prompt": None}
        return self.song(continue_clip_id=self.continue_clip_id, **section, **more, **origin, **nulls)

    def steps(self) -> tuple[Step, ...]:
        """Sing the section, then join."""
        (sing,) = first(self, _("singing the section"))
        return (understood(sing, self.continue_clip_id), joining(is_infill=True))


class Layer(
    Music, provider=SUNO, action="layer", path=MUSIC_PATH, label=_("song with a new layer"), kind="audio", prompt=""
):
    """Vocals over an instrumental, or instruments under a voice (scenarios 11 and 12). Times in seconds."""

    clip_id: str = Field(repr=False)
    adds: Literal["vocals", "instrumental"]
    start: float = Field(title="from", ge=0)
    end: float = Field(title="to", gt=0)

    @classmethod
    def of(cls, clip: Clip, adds: str, start: float, end: float | None, **options: Any) -> Self:
        """A layer on ``clip`` up to ``end`` (its own end if ``None``); raises :class:`Invalid` for wrong times."""
        last = within(clip, end if end is not None else clip.seconds or 60.0, "to")
        in_order(start, last)
        return cls.make(clip_id=clip.id, adds=adds, start=start, end=last, **options)

    def body(self) -> dict[str, Any]:
        """What is painted over or under (7.4)."""
        task = "overpainting" if self.adds == "vocals" else "underpainting"
        names = (f"{task}_clip_id", f"{task}_start_s", f"{task}_end_s")
        section = dict(zip(names, (self.clip_id, self.start, self.end), strict=True))
        return self.song(task=task, override_fields=["prompt", "tags"], **section)

    def steps(self) -> tuple[Step, ...]:
        """One request."""
        return (understood(Step.asking(self.call(), answers.accepted), self.clip_id),)


class Stems(
    Submission,
    provider=SUNO,
    action="stems",
    path="/suno/act/stems/{clip_id}",
    label=_("stems"),
    kind="audio",
    caption="title",
):
    """A song taken apart: voice and instruments (scenario 5), or twelve stems (scenario 9)."""

    clip_id: str = Field(repr=False)
    task_id: str | None = Field(default=None, repr=False)
    title: str = Field(default="", repr=False)
    mv: str = Field(default=STEMS_MODEL, repr=False)
    all: bool = False

    @classmethod
    def of(cls, clip: Clip, *, all_of_them: bool) -> Self:
        """The stems of ``clip``; raises :class:`Invalid` for a model that cannot be taken apart (7.9)."""
        if not all_of_them and clip.model and clip.model != STEMS_MODEL:
            made = model_of(clip.model).version
            raise Invalid(_("Only songs of v4.5 (chirp-auk) can be taken apart; this one is of {model}.", model=made))
        return cls.make(clip_id=clip.id, task_id=clip.task or None, title=clip.title, all=all_of_them)

    @classmethod
    def steps_after(cls, task: Task, /) -> Sequence[tuple[NextStep, int | None]]:
        """What each stem can become."""
        return next_steps(task)

    def steps(self) -> tuple[Step, ...]:
        """``GET``; where it is not offered ``POST``, then the request form (7.9)."""
        submit = understood(self._choice("POST", MUSIC_PATH, self._request()), self.clip_id)
        if self.all:
            return (submit,)
        post = self._choice("POST", self.call().path, {})
        return (self._choice("GET", self.call().path, None, otherwise=(post, submit)),)

    def _choice(self, method: str, path: str, body: Any, otherwise: tuple[Step, ...] = ()) -> Step:
        call = Call(method, path, json=body, paid=True, timeout=60.0)
        return Step.asking(call, raw.stems, otherwise=otherwise)

    def _request(self) -> dict[str, Any]:
        how = (91, "Twelve", "twelve") if self.all else (91, "Two", "two")
        names = ("stem_type_id", "stem_type_group_name", "stem_task")
        origin = {"task_id": self.task_id} if self.task_id else {}
        return {
            "task": "gen_stem",
            "generation_type": "TEXT",
            "title": self.title,
            "mv": self.mv,
            "prompt": "",
            "make_instrumental": True,
            "continue_clip_id": self.clip_id,
            **origin,
            "continued_aligned_prompt": None,
            "continue_at": None,
            **dict(zip(names, how, strict=True)),
        }
