"""What the relay's answers about Udio's requests and songs mean (reference ``relay-suno-…md`` 3.1, 8.1 to 8.3)."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from bot.envelope import Envelope, elements, envelope_of, failure, opened, unwrap
from bot.errors import Unreadable
from bot.providers.udio.songs import Song, songs_of, why
from bot.task import Media, Report, State, told_apart
from bot.text import Text, _, quoted
from bot.wire import clean, dig, first_text, link_of, text_of

_ID = re.compile(r"[^\s,/]{1,100}")
SONGS, TASK = "songs", "task"
"""The lookups: the official form, the task form."""
PAIR = 2
"""Songs that a request comes to (8.1)."""
PART_FAILED = _("One of the songs failed: {why}")
PART_MISSING = _("The relay says it is finished but does not give all of its songs.")


def accepted(payload: Any) -> Report:
    """The answer to a request in either form: the ids of its songs, or of its task (8.1, 8.3)."""
    inside = unwrap(payload)
    named = (dig(payload, "track_ids"), dig(inside, "track_ids"), dig(inside, "songs"), inside)
    tracks: list[str] = next(filter(None, map(_ids, named)), [])
    if tracks:
        return Report(state=State.QUEUED, remote_id=",".join(tracks), lookup=SONGS)
    name = text_of(inside) or first_text(inside, "task_id", "taskId", "id", "result", "generation_id")
    if _ID.fullmatch(name):
        return Report(state=State.QUEUED, remote_id=name, lookup=TASK)
    reason = why(inside)
    if reason is None:
        raise Unreadable("neither songs nor a task", payload)
    return Report(state=State.FAILED, reason=reason)


def _ids(value: Any) -> list[str]:
    """The ids in a list of ids or of songs, each once."""
    found = [text_of(one) or first_text(one, "id", "song_id") for one in value] if isinstance(value, list) else []
    return list(dict.fromkeys(name for name in found if _ID.fullmatch(name)))


def songs(payload: Any) -> Iterable[Report]:
    """Songs by themselves, one report for each; what Udio does not know is left out (8.2)."""
    return [_song(song) for song in songs_of(unwrap(payload))]


def _song(song: Song) -> Report:
    if song.state is State.FAILED:
        return _failed(song.id, song.reason)
    if song.state is State.RUNNING:
        return Report(state=State.RUNNING, remote_id=song.id, preview=song.image)
    return Report(
        state=State.DONE,
        remote_id=song.id,
        media=(song.media,),
        preview=song.image,
        data={"songs": [song.stored()]},
        playing=(song.media,),  # until the other one is there
    )


def _failed(name: str, reason: Text | None) -> Report:
    """A failure in Udio's words; a time-out of the relay's own is none (3.2)."""
    told = failure(str(reason or ""), name)
    return told if told.state is State.LOST else replace(told, reason=reason)


def task(payload: Any, name: str) -> Report:
    """The task ``name``, in the envelope with its songs beside or inside of its data, or its songs alone (8.3)."""
    item: dict[str, Any] = next(iter(elements(payload)), {})
    envelope = envelope_of(item)
    if envelope is None:
        found = songs_of(unwrap(payload))
        over = bool(found) and all(song.state is not State.RUNNING for song in found)
        return _ended(found, name, failure("", name)) if over else _under_way(found, name, State.RUNNING)
    found = songs_of(envelope.inner) or songs_of(opened(item.get("songs")))
    gave_up = envelope.percent == 100 and bool(envelope.reason)  # stock relays leave the status as it was (3.3)
    match envelope.state:
        case State.DONE:
            return _successful(found, name, envelope)
        case State.FAILED:
            return _ended(found, name, failure(envelope.reason, name))
        case State.CANCELLED:
            words = clean(envelope.reason)
            return _ended(
                found, name, Report(state=State.CANCELLED, remote_id=name, reason=quoted(words) if words else None)
            )
        case _ if gave_up:
            return _ended(found, name, failure(envelope.reason, name))
    if len(found) >= PAIR and all(song.state is not State.RUNNING for song in found):
        return _ended(found, name, failure("", name))
    return _under_way(found, name, envelope.state, envelope.percent)


def _successful(found: Sequence[Song], name: str, envelope: Envelope) -> Report:
    """The relay's success: all songs, or for a while none yet of those that are still without a file."""
    if found and all(song.state is not State.RUNNING for song in found):
        return _ended(found, name, failure("", name))
    good = [song for song in found if song.state is State.DONE]
    stored = link_of(envelope.result_url) or link_of(envelope.reason)
    spare = _media(good) or ((Media(stored, "audio", "Udio"),) if stored else ())
    note = PART_MISSING if good else None
    return Report(state=State.DONE, remote_id=name, spare=spare, preview=_cover(found), data=_data(good), note=note)


def _ended(found: Sequence[Song], name: str, otherwise: Report) -> Report:
    """What there is of songs that will not change any more; ``otherwise`` if there is nothing."""
    good = [song for song in found if song.state is State.DONE]
    reason = next((song.reason for song in found if song.reason), None)
    if not good:
        return otherwise if otherwise.reason or reason is None else _failed(name, reason)
    missing = reason or otherwise.reason if len(good) < max(PAIR, len(found)) else None
    note = Text(PART_FAILED.source, {"why": missing}) if missing else None
    return Report(
        state=State.DONE, remote_id=name, media=_media(good), preview=_cover(found), data=_data(good), note=note
    )


def _under_way(found: Sequence[Song], name: str, state: State, percent: int | None = None) -> Report:
    good = [song for song in found if song.state is State.DONE]
    return Report(
        state=State.RUNNING if found else state,
        remote_id=name,
        percent=percent or None,  # stock relays leave it at 0 % until the end (3.1)
        media=_media(good),
        preview=_cover(found),
        data=_data(good),
        playing=_media(good),
    )


def _media(found: Sequence[Song]) -> tuple[Media, ...]:
    return told_apart([song.media for song in found])


def _cover(found: Sequence[Song]) -> str:
    return next((song.image for song in found if song.image), "")


def _data(good: Sequence[Song]) -> dict[str, Any]:
    return {"songs": [song.stored() for song in good]} if good else {}
