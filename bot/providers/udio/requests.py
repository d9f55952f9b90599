"""Making songs, and making songs longer (reference ``relay-suno-…md`` 8.1, 8.3)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from bot.errors import Invalid
from bot.provider import Prompt, Submission
from bot.providers.udio import answers
from bot.providers.udio.declared import UDIO, Style
from bot.providers.udio.songs import Song as Found
from bot.providers.udio.songs import next_steps
from bot.step import NextStep, Step
from bot.task import Task
from bot.text import Text, _
from bot.wire import Call

OFFICIAL, TASK = "/udio/generate-proxy", "/udio/submit/music"
PATHS: Mapping[Style, tuple[str, ...]] = {"auto": (OFFICIAL, TASK), "official": (OFFICIAL,), "task": (TASK,)}
MOST_SEED = 2**31 - 1
MOST_CONTEXT = 130
"""Seconds of the source that a longer song can listen to (8.1)."""
USUAL: Mapping[str, int] = {
    "song_section_start": 0,
    "song_section_end": 100,
    "lyrics_placement_start": 8,
    "lyrics_placement_end": 90,
    "prompt_strength": 50,
    "clarity_strength": 25,
    "lyrics_strength": 50,
    "generation_quality": 75,
}
"""What is sent where nothing was chosen, in percent: the fields are sent all the same (8.1)."""
LONGER_START = 40
"""Where a longer song's new piece lies if nothing was chosen: in the middle; 90 makes it an end (8.1)."""
ABOUT_LYRICS = ("lyrics_placement_start", "lyrics_placement_end", "lyrics_strength")
NOTHING_SUNG = _("An instrumental has no lyrics: leave `{option}` out.")
NOT_IN_ORDER = _("`{first}` must lie before `{last}`: they are {start} % and {end} %.")

Model = Literal["udio32-v1.5", "udio130-v1.5"]
Percent = Annotated[int, Field(ge=0, le=100)]


class Music(Submission):
    """What every request shares. The shares of 8.1 are kept in percent; ``None`` means that nothing was chosen.

    ``style`` and ``flat`` are the operator's choices (:class:`~bot.providers.udio.declared.UdioOptions`).
    """

    prompt: Prompt
    lyrics: str | None = None
    instrumental: bool | None = None
    model_type: Model = Field(default="udio32-v1.5", title="model")
    negative_prompt: str | None = None
    seed: int | None = Field(default=None, ge=-1, le=MOST_SEED)
    song_section_start: Percent | None = Field(default=None, title="section_start")
    song_section_end: Percent | None = Field(default=None, title="section_end")
    lyrics_placement_start: Percent | None = Field(default=None, title="lyrics_start")
    lyrics_placement_end: Percent | None = Field(default=None, title="lyrics_end")
    prompt_strength: Percent | None = None
    clarity_strength: Percent | None = Field(default=None, title="clarity")
    lyrics_strength: Percent | None = None
    generation_quality: Literal[25, 50, 75, 100] | None = Field(default=None, title="quality")
    bypass_prompt_optimization: bool | None = Field(default=None, title="manual")
    style: Style = Field(default="auto", repr=False)
    flat: bool = Field(default=False, repr=False)

    @model_validator(mode="after")
    def _instrumental_or_sung(self) -> Self:
        sung = ["lyrics"] * bool(self._words) + [name for name in ABOUT_LYRICS if getattr(self, name) is not None]
        if self.instrumental and sung:
            raise Invalid(Text(NOTHING_SUNG.source, {"option": self.option_name(sung[0])}))
        return self

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for first, last in (
            ("song_section_start", "song_section_end"),
            ("lyrics_placement_start", "lyrics_placement_end"),
        ):
            start, end = self.percent(first), self.percent(last)
            if start >= end:
                values = {"first": self.option_name(first), "last": self.option_name(last), "start": start, "end": end}
                raise Invalid(Text(NOT_IN_ORDER.source, values))
        return self

    @classmethod
    def steps_after(cls, task: Task, /) -> Sequence[tuple[NextStep, int | None]]:
        """Each of the songs can be made longer."""
        return next_steps(task)

    @property
    def _words(self) -> str:
        return (self.lyrics or "").strip()

    def percent(self, name: str) -> int:
        """The chosen value of a share, else the usual one."""
        chosen: int | None = getattr(self, name)
        return USUAL[name] if chosen is None else chosen

    def config(self) -> dict[str, Any]:
        """What kind of request it is."""
        return {"mode": "regular"}

    def body(self) -> dict[str, Any]:
        """Every field, chosen or usual, inside of ``gen_params`` unless the relay wants them flat (8.1)."""
        kind = "instrumental" if self.instrumental else "user" if self._words else "generate"
        fields = {
            "prompt": self.prompt,
            "lyrics": self._words,
            "lyrics_type": kind,
            "model_type": self.model_type,
            "config": self.config(),
            "negative_prompt": self.negative_prompt or "",
            "bypass_prompt_optimization": bool(self.bypass_prompt_optimization),
            "seed": -1 if self.seed is None else self.seed,
            **{name: self.percent(name) / 100 for name in USUAL},
        }
        return fields if self.flat else {"gen_params": fields}

    def call(self) -> Call:
        """The request in the first form that is to be tried."""
        return self._to(PATHS[self.style][0])

    def steps(self) -> tuple[Step, ...]:
        """One request; in the other form where the first is not offered."""
        first, *others = [Step.asking(self._to(path), answers.accepted) for path in PATHS[self.style]]
        return (replace(first, otherwise=tuple(others)),)

    def _to(self, path: str) -> Call:
        return Call("POST", path, json=self.body(), paid=True, timeout=60.0)


class Song(Music, provider=UDIO, action="song", path=OFFICIAL, label=_("song"), kind="audio"):
    """A new song of 32 or 130 seconds, made twice (8.1)."""


class Extend(Music, provider=UDIO, action="extend", path=OFFICIAL, label=_("longer song"), kind="audio"):
    """A song with a new piece after its end or before its beginning (8.1). ``context_length`` is in seconds."""

    song_id: str = Field(repr=False)
    side: Literal["after", "before"] = "after"
    context_length: int = Field(default=MOST_CONTEXT, title="context", ge=1, le=MOST_CONTEXT)

    @classmethod
    def of(cls, song: Found, made_by: Submission, **options: Any) -> Self:
        """A longer ``song``; what was not chosen is as in the request that made it, as far as that is known."""
        given = {name: value for name, value in options.items() if value is not None}
        if isinstance(made_by, Music):
            silent = made_by.instrumental and not str(given.get("lyrics", "")).strip()
            given = {
                "prompt": made_by.prompt,
                "model_type": made_by.model_type,
                **({"instrumental": True} if silent else {}),
                **given,
            }
        return cls.make(song_id=song.id, **given)

    def percent(self, name: str) -> int:
        """The chosen value of a share, else the usual one."""
        if name == "song_section_start" and self.song_section_start is None:
            return LONGER_START
        return super().percent(name)

    def config(self) -> dict[str, Any]:
        """Which song goes on, on which side, and how much of it is listened to."""
        mode = "continuation" if self.side == "after" else "precede"
        source = {"source_type": "song", "song_id": self.song_id}
        return {"mode": mode, "context_length": self.context_length, "source": source}
