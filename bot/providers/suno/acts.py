"""What else Suno does: lyrics, timing, files, personas, uploads (reference ``relay-suno-…md`` 7.5 to 7.17)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any, Self
from urllib.parse import quote

from pydantic import Field, StringConstraints

from bot.errors import Invalid
from bot.provider import Prompt, Submission
from bot.providers.suno import answers, raw
from bot.providers.suno.after import SING, WRITE
from bot.providers.suno.clips import Clip
from bot.providers.suno.declared import SUNO
from bot.providers.suno.songs import in_order, within
from bot.step import Step
from bot.task import Report, State
from bot.text import _
from bot.wire import Call

NAME_LIMIT = 50
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=NAME_LIMIT)]


class Lyrics(
    Submission,
    provider=SUNO,
    action="lyrics",
    path="/suno/submit/lyrics",
    label=_("lyrics"),
    kind="text",
    next_steps=(WRITE,),
):
    """Lyrics about something (7.5)."""

    prompt: Annotated[Prompt, StringConstraints(max_length=1000)]

    def steps(self) -> tuple[Step, ...]:
        """One request, asked about among the lyrics; its answer may take two minutes (1)."""
        call = Call("POST", self.path, json=self.body(), paid=True, timeout=150.0)
        return (
            Step(call=lambda _known: call, accepted=lambda answer, _known: answers.accepted(answer), lookup="lyrics"),
        )


class Style(
    Submission,
    provider=SUNO,
    action="style",
    path="/suno/act/tags",
    label=_("style"),
    kind="text",
    caption="original_tags",
    next_steps=(WRITE,),
):
    """A style in a few words, written out in more detail (7.17)."""

    original_tags: Annotated[Prompt, StringConstraints(max_length=1000)] = Field(title="style")

    def steps(self) -> tuple[Step, ...]:
        """It answers at once."""
        return (Step.asking(self.call(), raw.style),)


class _About(Submission):
    """Something that is asked about one finished song."""

    clip_id: str = Field(repr=False)
    title: str = Field(default="", repr=False)

    @classmethod
    def of(cls, clip: Clip, **more: Any) -> Self:
        """About ``clip``."""
        return cls.make(clip_id=clip.id, title=clip.title, **more)

    def ask(self) -> Call:
        """The free question, repeated until there is an answer."""
        return Call("GET", self.path.replace("{clip_id}", quote(self.clip_id, safe="")), timeout=60.0)

    def until_there(self, read: Callable[[Any, str], Report], lookup: str) -> Step:
        """Ask, and go on asking by ``lookup``."""
        return Step(
            call=lambda _known: self.ask(), accepted=lambda answer, _known: read(answer, self.clip_id), lookup=lookup
        )


class Timing(
    _About, provider=SUNO, action="timing", path="/suno/act/timing/{clip_id}", label=_("timed lyrics"), caption="title"
):
    """When each word is sung (scenario 6)."""

    def steps(self) -> tuple[Step, ...]:
        """It answers at once."""
        return (Step.asking(self.ask(), lambda answer: raw.timing(answer, self.title)),)


class Wav(
    _About, provider=SUNO, action="wav", path="/suno/act/wav/{clip_id}", label=_("WAV"), kind="audio", caption="title"
):
    """The song without loss (scenario 7)."""

    def steps(self) -> tuple[Step, ...]:
        """The same question until the link is there."""
        return (self.until_there(raw.wav, "wav"),)


class Midi(
    _About,
    provider=SUNO,
    action="midi",
    path="/suno/act/midi/{clip_id}",
    label=_("MIDI"),
    caption="title",
):
    """The notes of a song or a stem (scenario 13)."""

    def steps(self) -> tuple[Step, ...]:
        """The same question until the notes are there."""
        return (self.until_there(raw.notes, "midi"),)


class Mp4(
    _About, provider=SUNO, action="mp4", path="/suno/act/mp4/{clip_id}", label=_("film"), kind="video", caption="title"
):
    """The song as a film with its cover (scenario 8): the relay's, else one that we make."""

    audio: str = Field(default="", repr=False)
    image: str = Field(default="", repr=False)

    def steps(self) -> tuple[Step, ...]:
        """Ask for the film; where there is none look into the song's record; else make one."""
        record = Call("GET", f"/suno/feed/{quote(self.clip_id, safe='')}", timeout=30.0)
        own = raw.still(Clip(self.clip_id, title=self.title, audio=self.audio, image=self.image))
        made = Step(call=lambda _known: None, accepted=lambda _answer, _known: Report(state=State.DONE, media=(own,)))
        asked = Step.asking(record, raw.film)
        otherwise = (asked, made) if self.audio else (asked,)
        first = replace(self.until_there(raw.mp4, "mp4"), otherwise=otherwise)
        return (first,)


class VocalSample(
    _About,
    provider=SUNO,
    action="sample",
    path="/suno/act/vox/{clip_id}",
    label=_("vocal sample"),
    kind="audio",
    caption="title",
):
    """The voice of a passage (7.17). Times in seconds."""

    vocal_start_s: float = Field(title="from", ge=0)
    vocal_end_s: float = Field(title="to", gt=0)

    @classmethod
    def cut(cls, clip: Clip, start: float, end: float) -> Self:
        """The voice of ``clip`` between two times; raises :class:`Invalid` for wrong ones."""
        last = within(clip, end, "to")
        in_order(start, last)
        return cls.of(clip, vocal_start_s=start, vocal_end_s=last)

    def body(self) -> dict[str, Any]:
        """The two times."""
        return {"vocal_start_s": self.vocal_start_s, "vocal_end_s": self.vocal_end_s}

    def steps(self) -> tuple[Step, ...]:
        """It answers at once."""
        return (Step.asking(self.call(), raw.vocal_sample),)


class Persona(
    Submission,
    provider=SUNO,
    action="persona",
    path="/suno/persona/create/",
    label=_("persona"),
    kind="text",
    caption="name",
    next_steps=(SING,),
):
    """The voice and manner of a song, to be used for others (scenario 4)."""

    root_clip_id: str = Field(repr=False)
    name: Name
    description: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""
    is_public: bool = Field(default=False, title="public")

    @classmethod
    def of(cls, clip: Clip, name: str, description: str = "") -> Self:
        """The persona of ``clip``; raises :class:`Invalid` for an upload, which cannot be one (7.8)."""
        if clip.uploaded:
            raise Invalid(_("An uploaded recording cannot become a persona: make a song first, for example a cover."))
        return cls.make(root_clip_id=clip.id, name=name, description=description)

    def body(self) -> dict[str, Any]:
        """The song it comes from, alone."""
        return {**self.model_dump(mode="json"), "clips": [self.root_clip_id]}

    def steps(self) -> tuple[Step, ...]:
        """With a slash at the end, or without (7.8)."""
        bare = Call("POST", self.path.rstrip("/"), json=self.body(), paid=True, timeout=60.0)
        return (Step.asking(self.call(), raw.persona, otherwise=(Step.asking(bare, raw.persona),)),)
