"""What the relay's answers about Suno's tasks and songs mean.

Wire: reference ``relay-suno-…md`` 3.1, 7.4, 7.5, 7.13 to 7.15.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from bot.envelope import Envelope, elements, envelope_of, failure, opened, state_of, unwrap
from bot.errors import Unreadable
from bot.providers.suno.clips import Clip, clips_of
from bot.providers.suno.scores import data_url
from bot.task import FollowUp, Media, Report, State, told_apart
from bot.text import Text, _, quoted
from bot.wire import Call, clean, dig, first_text, link_of, text_of

ID = re.compile(r"[^\s,/]{1,200}")
_LINKS_GRACE = 60.0
VIDEO_NAMES = ("mp4_file_url", "mp4_url", "video_url", "mp4", "url")
LONG_TEXT = 2900
"""Characters of a text from which on it is attached as a file too."""
PART_FAILED = _("One of the songs failed: {why}")


def accepted(payload: Any) -> Report:
    """The answer to a request: the task's id, or the clips themselves (7.4)."""
    inside = unwrap(payload)
    if isinstance(inside, str | int) and not isinstance(inside, bool) and ID.fullmatch(str(inside).strip()):
        return Report(state=State.QUEUED, remote_id=str(inside).strip())
    clips = clips_of(inside)
    if clips and not dig(inside, "task_id"):
        return Report(state=State.QUEUED, remote_id=",".join(clip.id for clip in clips), lookup="feed")
    name = first_text(inside, "task_id", "taskId", "id", "result")
    if ID.fullmatch(name):
        return Report(state=State.QUEUED, remote_id=name)
    raise Unreadable("no task", payload)


def music(payload: Any) -> Iterable[Report]:
    """Tasks that make songs, single or batch, in the envelope or bare (7.13)."""
    inside = unwrap(payload)
    if isinstance(inside, list) and inside and all(_is_bare(item) for item in inside):
        return [of_clips(clips_of(inside))]
    return map(_music, elements(payload))


def _is_bare(item: Any) -> bool:
    return isinstance(item, dict) and "task_id" not in item


def _music(item: Mapping[str, Any]) -> Report:
    envelope = envelope_of(item)
    if envelope is None:
        return of_clips(clips_of(item), text_of(item.get("task_id")))
    name, clips = envelope.task_id, clips_of(item, envelope.task_id)
    found = of_clips(clips, name)
    if found.state is State.DONE or (envelope.state is State.DONE and found.state in {State.FAILED, State.LOST}):
        return found
    gave_up = envelope.percent == 100 and envelope.reason and envelope.state is not State.DONE
    if envelope.state is State.FAILED or gave_up:
        return _given_up(envelope, clips)
    if envelope.state is State.DONE:
        files = () if clips else _any_file(envelope.inner)
        return replace(found, state=State.DONE, media=files, spare=found.media, follow_up=_from_feed(clips, name))
    begun = envelope.state is State.QUEUED and found.state is State.RUNNING
    shown = envelope.percent or None  # stock relays leave it at 0 % until the end (3.1)
    return replace(found, state=State.RUNNING if begun else envelope.state, percent=shown, reason=None)


def _given_up(envelope: Envelope, clips: Sequence[Clip]) -> Report:
    """A task that the relay gave up: the songs that are there all the same (7.14), else why it failed."""
    why = envelope.reason
    ended = [clip if clip.finished else replace(clip, state=State.FAILED, reason=clip.reason or why) for clip in clips]
    found = of_clips(ended, envelope.task_id)
    return found if found.media else failure(why or str(found.reason or ""), envelope.task_id)


def _any_file(inner: Any) -> tuple[Media, ...]:
    """A file that a task without songs came to (7.11: some relays make a task of a WAV)."""
    link = link_of(inner) or link_of(first_text(inner, "wav_file_url", "wav_url", "audio_url", *VIDEO_NAMES))
    return (Media(link, "file"),) if link else ()


def _from_feed(clips: Sequence[Clip], name: str) -> FollowUp | None:
    """Songs that are said to be finished without their files are asked about by themselves (7.15)."""
    ids = ",".join(quote(clip.id, safe="") for clip in clips)
    if not ids:
        return None

    def read(payload: Any) -> Report:
        return of_clips(clips_of(unwrap(payload), name), name)

    return FollowUp(Call("GET", f"/suno/feed/{ids}", one=True, timeout=30.0), read, after=_LINKS_GRACE)


def of_clips(clips: Sequence[Clip], name: str = "") -> Report:
    """The report on a request that is known by its songs: done when all have ended and one has worked out.

    The songs that have worked out are in it before that, too, in case the others never end.
    """
    good = [clip for clip in clips if clip.finished]
    bad = [clip for clip in clips if clip.state in {State.FAILED, State.CANCELLED}]
    why = next((clip.reason for clip in bad if clip.reason), "")
    if clips and len(bad) == len(clips):
        return failure(why, name)
    found = Report(
        state=State.DONE,
        remote_id=name,
        media=told_apart([clip.media for clip in good]),
        preview=next((clip.image for clip in clips if clip.image), ""),
        data={"clips": [clip.stored() for clip in good]} if good else {},
        note=Text(PART_FAILED.source, {"why": quoted(clean(why) or "?")}) if good and bad else None,
    )
    if clips and len(good) + len(bad) == len(clips):
        return found
    waiting = all(clip.state is State.QUEUED for clip in clips)
    playing = told_apart([Media(link, "audio", clip.title) for clip in clips if (link := clip.stream or clip.audio)])
    return replace(found, state=State.QUEUED if waiting else State.RUNNING, playing=playing)


def feed(payload: Any) -> Iterable[Report]:
    """Songs by themselves (7.15), one report for each."""
    return [of_clips([clip], clip.id) for clip in clips_of(unwrap(payload))]


def lyrics(payload: Any) -> Iterable[Report]:
    """Tasks that write lyrics (7.5)."""
    return [_lyrics(item) for item in elements(payload)]


def _lyrics(item: Mapping[str, Any]) -> Report:
    envelope = envelope_of(item)
    name = envelope.task_id if envelope else text_of(item.get("id"))
    inner = opened(envelope.inner) if envelope else item
    inner = inner[0] if isinstance(inner, list) and inner else inner
    words = first_text(inner, "text", "lyrics", "prompt")
    state = state_of(first_text(inner, "status", "state")) if envelope is None else envelope.state
    why = (envelope.reason if envelope and state is not State.DONE else "") or first_text(inner, "error_message")
    gave_up = why and (not words if state is State.DONE else envelope is not None and envelope.percent == 100)
    if state is State.FAILED or gave_up:
        return failure(why, name)
    if state is not State.DONE or not words:
        return Report(state=state, remote_id=name)
    title, style = first_text(inner, "title"), dig(inner, "tags")
    tags = ", ".join(filter(None, map(text_of, style))) if isinstance(style, list) else text_of(style)
    return Report(
        state=State.DONE,
        remote_id=name,
        text="\n\n".join(filter(None, (title, words))),
        media=text_file(words, title) if len(words) > LONG_TEXT else (),
        data={"lyrics": words, "title": title, "style": tags},
    )


def text_file(words: str, title: str) -> tuple[Media, ...]:
    """A text as a file."""
    return (Media(data_url(words, "text/plain"), "file", title),)
