"""Recordings of the user's own (reference ``relay-suno-…md`` 7.7)."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from pydantic import Field

from bot.errors import Invalid
from bot.provider import Given, Options, PictureForm, Sound, Submission
from bot.providers.suno import raw
from bot.providers.suno.after import next_steps
from bot.providers.suno.declared import SUNO, SunoOptions
from bot.sniff import MP3
from bot.step import Known, NextStep, Step
from bot.task import Report, State, Task
from bot.text import _, clock
from bot.wire import Call, Upload


class Recording(
    Submission,
    provider=SUNO,
    action="upload",
    path="/suno/uploads/audio-url",
    label=_("upload"),
    kind="audio",
    caption="name",
):
    """A recording of the user's own, to be extended or covered (7.7): by its link, or as a file in five steps."""

    audio: Sound | None = None
    name: str = Field(default="", repr=False)
    extension: str = Field(default="mp3", repr=False)
    by_link: bool = Field(default=True, repr=False)

    @classmethod
    def picture_form(cls, _options: Options, /) -> PictureForm:
        return "url"

    @classmethod
    def check_input(cls, _field: str, given: Given, options: Options, /) -> dict[str, Any]:
        """Suno takes recordings of a certain length; by their link only MP3 (7.7 a)."""
        settings = SunoOptions.of(options)
        if given.seconds is None:
            raise Invalid(_("The length of this recording cannot be told; the file may be damaged."))
        if not settings.upload_min <= round(given.seconds) <= settings.upload_max:
            raise Invalid(
                _(
                    "Suno takes recordings from {least} to {most}; this one is {given} long.",
                    least=clock(settings.upload_min),
                    most=clock(settings.upload_max),
                    given=clock(given.seconds),
                )
            )
        by_link = settings.upload == "url" or (settings.upload == "auto" and given.kind is MP3)
        return {"extension": given.kind.extension, "by_link": by_link}

    @classmethod
    def steps_after(cls, task: Task, /) -> Sequence[tuple[NextStep, int | None]]:
        """What it can become."""
        return next_steps(task)

    def steps(self) -> tuple[Step, ...]:
        """Hand it over, wait until it is taken in, and have a clip made of it."""
        by_link = Step.asking(Call("POST", self.path, json={"url": self.audio}, paid=True, timeout=120.0), raw.given)
        ask_storage = Step.asking(Call("POST", "/suno/uploads/audio", json={"extension": self.extension}), raw.storage)
        first = replace(by_link, otherwise=(ask_storage,)) if self.by_link else ask_storage
        return (
            replace(first, label=_("handing the recording over")),
            Step(call=self._handed, accepted=_found, label=_("storing the recording"), otherwise=(_CLIP_ID,)),
            Step(call=self._finished, accepted=_waited, label=_("waiting until it is taken in")),
            Step(call=_clip, accepted=_made, label=_("making a song of it")),
        )

    def _handed(self, known: Known) -> Call | Upload | None:
        if "given" in known:
            return Call("GET", f"/suno/fetch/{quote(known['given'], safe='')}", one=True, timeout=30.0)
        return Upload(known["url"], self.audio or "", f"recording.{self.extension}", known["fields"])

    def _finished(self, known: Known) -> Call | None:
        if "upload" not in known:
            return None
        body = {"upload_type": "file_upload", "upload_filename": f"recording.{self.extension}"}
        return Call(
            "POST", f"/suno/uploads/audio/{quote(known['upload'], safe='')}/upload-finish", json=body, coded=True
        )


def _found(answer: Any, known: Known) -> Report:
    """The relay's task of a link, or nothing to say of a file that was stored."""
    if "given" not in known:
        return raw.stored(answer)
    report = raw.uploaded_task(answer, known["given"])
    return (
        report
        if report.state is not State.RUNNING
        else Report(state=State.RUNNING, remote_id=known["given"], lookup="uploaded-task")
    )


def _waited(_answer: Any, known: Known) -> Report:
    if "upload" in known:
        return Report(state=State.RUNNING, remote_id=known["upload"], lookup="processed")
    return Report(state=State.DONE, data={"processed": True})


def _clip(known: Known) -> Call | None:
    if "upload" not in known:
        return None
    path = f"/suno/uploads/audio/{quote(known['upload'], safe='')}/initialize-clip"
    return Call("POST", path, json={}, paid=True)


def _made(answer: Any, known: Known) -> Report:
    if "upload" in known:
        return raw.initialised(answer)
    return Report(state=State.RUNNING, remote_id=known["uploaded"], lookup="uploaded")


_CLIP_ID = Step(
    call=lambda _known: None,
    accepted=lambda _answer, known: Report(state=State.DONE, data={"uploaded": known["given"]}),
)
"""The relay has no such task: the id that it gave is the clip's own (7.7 a)."""
