"""What Suno's own answers mean, which the relay hands on as they are: ``act``, ``persona`` and ``uploads``.

Wire: reference ``relay-suno-…md`` 7.7 to 7.12 and 7.17. Any of them may stand in the relay's envelope.
"""

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from bot.envelope import elements, envelope_of, failure, opened, percent_of, state_of, unwrap
from bot.errors import NotOffered, Unreadable
from bot.providers.suno.answers import ID, VIDEO_NAMES, accepted
from bot.providers.suno.clips import Clip, clips_of
from bot.providers.suno.scores import data_url, lines_of, lrc, midi, srt
from bot.task import FollowUp, Media, Report, State
from bot.text import _
from bot.wire import Call, clean, dig, first_text, link_of, text_of

_VIDEO_GRACE = 180.0
NO_WORDS = _("This song has no sung words that could be timed.")
NO_NOTES = _("No notes were found in this song.")
NO_VOICE = _("Suno gave no vocal sample.")


def stems(payload: Any) -> Report:
    """The answer to "take it apart": clips that are made now (7.9)."""
    clips = clips_of(unwrap(payload))
    if clips:
        return Report(state=State.QUEUED, remote_id=",".join(clip.id for clip in clips), lookup="feed")
    return accepted(payload)


def wav(payload: Any, clip_id: str) -> Report:
    """The WAV of a song, or a task that makes it; empty while it is being converted (7.11)."""
    inside = unwrap(payload)
    link = link_of(inside) or link_of(first_text(inside, "wav_file_url", "wav_url", "url"))
    if link:
        return Report(state=State.DONE, remote_id=clip_id, media=(Media(link, "audio"),))
    if isinstance(inside, str) and ID.fullmatch(inside.strip()):
        return Report(state=State.QUEUED, remote_id=inside.strip(), lookup="music")
    return Report(state=State.RUNNING, remote_id=clip_id)


def mp4(payload: Any, clip_id: str) -> Report:
    """The film of a song; empty while it is being made (7.12). Comes to nothing: the song's own record is asked."""
    inside = unwrap(payload)
    named = [dig(payload, name) for name in VIDEO_NAMES] + [dig(inside, name) for name in VIDEO_NAMES] + [inside]
    link = next(filter(None, map(link_of, named)), "") or _ending_mp4(payload, 6)
    if link:
        return Report(state=State.DONE, remote_id=clip_id, media=(Media(link, "video"),))
    again = Call("GET", f"/suno/feed/{quote(clip_id, safe='')}", one=True, timeout=30.0)
    return Report(state=State.DONE, remote_id=clip_id, follow_up=FollowUp(again, film, after=_VIDEO_GRACE))


def _ending_mp4(value: Any, depth: int) -> str:
    if isinstance(value, str):
        return link_of(value) if value.partition("?")[0].endswith(".mp4") else ""
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return next(filter(None, (_ending_mp4(child, depth - 1) for child in children)), "") if depth else ""


def film(payload: Any) -> Report:
    """The film in a song's own record, else one that we make of its sound and its cover."""
    clips = [clip for clip in clips_of(unwrap(payload)) if clip.video or clip.finished]
    if not clips:
        raise NotOffered(why="no video and no sound in the song's record")
    clip = clips[0]
    return Report(state=State.DONE, media=(Media(clip.video, "video") if clip.video else still(clip),))


def still(clip: Clip) -> Media:
    """A film of a song and its cover, made by ourselves."""
    return Media(clip.audio, "video", clip.title, picture=clip.image, recipe="film")


def timing(payload: Any, title: str) -> Report:
    """When each word of a song is sung, as an ``.lrc`` and an ``.srt`` file (7.10)."""
    inside = unwrap(payload)
    if not isinstance(inside, dict) or "aligned_words" not in inside:
        raise Unreadable("no aligned words", payload)
    lines = lines_of(inside["aligned_words"])
    if not lines:
        return Report(state=State.FAILED, reason=NO_WORDS)
    files = {"text/x-lrc": lrc(lines, title), "application/x-subrip": srt(lines)}
    return Report(state=State.DONE, media=tuple(Media(data_url(file, mime), "file") for mime, file in files.items()))


def notes(payload: Any, clip_id: str) -> Report:
    """The notes of a song as a MIDI file; running for a while first (7.17)."""
    inside = unwrap(payload)
    state = state_of(first_text(inside, "state", "status"))
    if state is State.FAILED:
        return failure(first_text(inside, "error_message", "error", "message"), clip_id)
    if state is not State.DONE:
        return Report(state=State.RUNNING, remote_id=clip_id, percent=percent_of(dig(inside, "progress")))
    written = midi(dig(inside, "instruments"))
    if not written:
        return Report(state=State.FAILED, remote_id=clip_id, reason=NO_NOTES)
    return Report(state=State.DONE, remote_id=clip_id, media=(Media(data_url(written, "audio/midi"), "file"),))


def style(payload: Any) -> Report:
    """A style written out in more detail (7.17)."""
    words = first_text(unwrap(payload), "upsampled_tags")
    if not words:
        raise Unreadable("no style", payload)
    return Report(state=State.DONE, text=words, data={"style": words})


def vocal_sample(payload: Any) -> Report:
    """A cut-out voice (7.17); its sound is there on some relays only."""
    inside = unwrap(payload)
    name, link = first_text(inside, "id", "vox_id"), link_of(dig(inside, "vocal_audio_url"))
    if not name and not link:
        return Report(state=State.FAILED, reason=NO_VOICE)
    return Report(
        state=State.DONE,
        text=f"`{name}`" if name else "",
        media=(Media(link, "audio"),) if link else (),
        data={"vox": name},
    )


def persona(payload: Any) -> Report:
    """A new persona (7.8)."""
    inside = unwrap(payload)
    name = first_text(inside, "id", "persona_id")
    if not name:
        raise Unreadable("no persona", payload)
    return Report(
        state=State.DONE,
        remote_id=name,
        text=clean(first_text(inside, "name"), 100) or name,
        preview=link_of(dig(inside, "image_s3_id")),
        data={"persona": name},
    )


def given(payload: Any) -> Report:
    """The answer to an upload by URL: an id, of a task or of a clip (7.7 a)."""
    name = first_text(unwrap(payload), "clip_id") or accepted(payload).remote_id.partition(",")[0]
    return Report(state=State.DONE, data={"given": name})


def uploaded_task(payload: Any, name: str) -> Report:
    """The task of an upload by URL: what it leads to is the clip (7.7 a)."""
    item = next(iter(elements(payload)), {})
    envelope = envelope_of(item)
    inner = opened(envelope.inner) if envelope else item
    state = envelope.state if envelope else State.DONE
    if envelope and state in {State.FAILED, State.CANCELLED}:
        return failure(envelope.reason, name)
    clips = clips_of(inner)
    clip_id = clips[0].id if clips else first_text(inner, "clip_id", "id") or first_text(dig(inner, 0), "clip_id", "id")
    if state is not State.DONE or not ID.fullmatch(clip_id):
        return Report(state=State.RUNNING, remote_id=name, percent=(envelope.percent if envelope else None) or None)
    return Report(state=State.DONE, remote_id=name, data={"uploaded": clip_id})


def uploaded_clips(payload: Any) -> Iterable[Report]:
    """Clips that a user brought, in the feed's answer."""
    return [_uploaded(clip) for clip in clips_of(unwrap(payload))]


def _uploaded(clip: Clip) -> Report:
    """The state of a clip that a user brought: it is finished without a file, too."""
    if clip.state in {State.FAILED, State.CANCELLED}:
        return failure(clip.reason, clip.id)
    if clip.state is not State.DONE:
        return Report(state=State.RUNNING, remote_id=clip.id)
    stored = {**clip.stored(), "origin": "upload"}
    return Report(
        state=State.DONE,
        remote_id=clip.id,
        text=clip.title or clip.id,
        media=(clip.media,) if clip.audio else (),
        data={"clips": [stored]},
    )


def storage(payload: Any) -> Report:
    """Where a local file has to be put (7.7 b 1)."""
    inside = unwrap(payload)
    name, url, fields = text_of(dig(inside, "id")), link_of(dig(inside, "url")), dig(inside, "fields")
    if not name or not url:
        raise Unreadable("no storage", payload)
    known = {key: text_of(value) for key, value in fields.items()} if isinstance(fields, dict) else {}
    return Report(state=State.DONE, data={"upload": name, "url": url, "fields": known})


def stored(_payload: Any) -> Report:
    """The file is where it belongs (7.7 b 2)."""
    return Report(state=State.DONE, data={"stored": True})


def processed(payload: Any, name: str) -> Report:
    """Whether Suno has taken a local file in (7.7 b 4)."""
    inside = unwrap(payload)
    state = state_of(first_text(inside, "status", "state"))
    if state is State.FAILED:
        return failure(first_text(inside, "error_message", "error", "message"), name)
    if state is State.DONE:
        return Report(state=State.DONE, remote_id=name, data={"processed": True})
    return Report(state=State.RUNNING, remote_id=name)


def initialised(payload: Any) -> Report:
    """The clip that a local file has become (7.7 b 5)."""
    name = first_text(unwrap(payload), "clip_id", "id")
    if not ID.fullmatch(name):
        raise Unreadable("no clip", payload)
    return Report(state=State.RUNNING, remote_id=name, lookup="uploaded")
