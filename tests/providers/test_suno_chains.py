"""Suno: the scenarios, call by call, with what each answer tells the next."""

from dataclasses import replace
from typing import Any

import pytest

from bot.errors import Invalid, Unreadable
from bot.lookup import Batch, Single
from bot.provider import INPUT, Submission
from bot.providers.suno import SUNO
from bot.providers.suno.acts import Lyrics, Midi, Mp4, Persona, Style, VocalSample, Wav
from bot.providers.suno.after import clips_in
from bot.providers.suno.remixes import Cover, Replace, Stems
from bot.providers.suno.songs import Extend, Song, joining
from bot.providers.suno.uploads import Recording
from bot.task import NO_FILE, PARTLY, Phase, Task, accept, advance, merged
from bot.wire import Call, Upload
from tests.providers.suno import CDN, MP4, WAV, WORDS, finished, recorded, song

NOW, PATIENCE, AUK = 1000.0, 1800.0, "chirp-auk"
Sent = Call | Upload | None


class Walk:
    """A submission on its way; ``task`` is where it stands."""

    def __init__(self, submission: Submission) -> None:
        self.submission = submission
        self.steps = submission.steps()
        self.task = finished(submission, phase=Phase.QUEUED, remote_id="", step=0, data={})

    def send(self, answer: Any, choice: int = 0) -> Sent:
        """The call of the present step, or of one that stands in for it; it is answered with ``answer``."""
        assert self.task.phase is Phase.QUEUED
        step = self.steps[self.task.step]
        chosen = (step, *step.otherwise)[choice]
        call = chosen.call(self.task.data)
        self.task = accept(self.task, chosen.read(answer, self.task.data), NOW, PATIENCE)
        return call

    def told(self, name: str) -> Task:
        """The task after its lookup was answered with a recorded answer."""
        lookup = SUNO.lookups[self.task.lookup or "music"]
        payload, remote_id = recorded(name), self.task.remote_id
        if isinstance(lookup, Single):
            assert lookup.read is not None
            report = lookup.read(payload, remote_id)
        else:
            assert isinstance(lookup, Batch)
            assert lookup.reports is not None
            known = {found.remote_id: found for found in lookup.reports(payload)}
            report = merged([known.get(part) for part in lookup.ids(remote_id)]) or known[""]
        self.task = advance(self.task, report, NOW, PATIENCE)
        return self.task

    @property
    def stands(self) -> tuple[Phase, int, str, str]:
        return self.task.phase, self.task.step, self.task.remote_id, self.task.lookup


def concat(clip_id: str, *, is_infill: bool) -> Call:
    body = {"clip_id": clip_id, "is_infill": is_infill}
    return Call("POST", "/suno/submit/concat", json=body, paid=True, timeout=60.0)


LONGER = Extend.of(song(9, seconds=90.0), 60.0, mv=AUK, prompt=WORDS, join=True)
NEW_SECTION = Replace.of(song(9, seconds=90.0), 20.0, 34.0, mv=AUK, prompt=WORDS)


@pytest.mark.parametrize(("submission", "is_infill"), [(LONGER, False), (NEW_SECTION, True)], ids=["extend", "replace"])
def test_make_a_part_then_join_it(submission: Submission, *, is_infill: bool) -> None:
    walk = Walk(submission)
    assert walk.send(recorded("submit-envelope")) == submission.call()
    assert walk.stands == (Phase.WAITING, 0, "t-1", "")
    assert walk.told("music-streaming").playing
    parts = walk.told("music-single")
    assert walk.stands == (Phase.QUEUED, 1, "", "")
    assert [media.url for media in parts.media] == [f"{CDN}c-1.mp3", f"{CDN}c-2.mp3"]
    assert walk.send(recorded("submit-object")) == concat("c-1", is_infill=is_infill)
    whole = walk.told("music-concat")
    assert (whole.phase, [media.url for media in whole.media]) == (
        Phase.DONE,
        [f"{CDN}c-5.mp3", f"{CDN}c-1.mp3", f"{CDN}c-2.mp3"],
    )
    assert [clip.id for clip in clips_in(whole)] == ["c-5", "c-1", "c-2"]
    assert (whole.note, whole.playing) == (None, ())


def test_the_parts_are_there_when_they_cannot_be_joined() -> None:
    walk = Walk(LONGER)
    walk.send(recorded("submit-envelope"))
    walk.told("music-single")
    walk.send(recorded("submit-envelope"))
    parts = walk.told("music-failed")
    assert (parts.phase, len(parts.media), [clip.id for clip in clips_in(parts)]) == (Phase.DONE, 2, ["c-1", "c-2"])
    assert parts.note is not None
    assert parts.note.source == PARTLY.source
    assert str(parts.note).endswith("moderation failure")


def test_a_part_that_has_no_file_yet_is_not_joined() -> None:
    walk = Walk(LONGER)
    walk.send(recorded("submit-envelope"))
    walk.told("music-linkless")
    assert (walk.stands, walk.task.linkless_since) == ((Phase.RUNNING, 0, "t-1", ""), NOW)
    walk.told("music-single")
    assert walk.stands == (Phase.QUEUED, 1, "", "")


@pytest.mark.parametrize("known", [{}, {"clips": []}])
def test_nothing_is_paid_for_joining_nothing(known: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as caught:
        joining(is_infill=False).call(known)
    assert caught.value.text == NO_FILE


def test_a_relay_that_answers_with_the_songs() -> None:
    walk = Walk(LONGER)
    walk.send(recorded("accepted-clips"))
    assert walk.stands == (Phase.WAITING, 0, "c-1,c-2", "feed")
    walk.told("feed-half")
    assert walk.stands == (Phase.RUNNING, 0, "c-1,c-2", "feed")
    walk.told("feed-bare")
    assert walk.send(recorded("submit-envelope")) == concat("c-1", is_infill=False)
    assert walk.stands == (Phase.WAITING, 1, "t-1", "")


@pytest.mark.parametrize("submission", [Cover.make(mv=AUK, cover_clip_id="c-1"), Song.make(mv=AUK, prompt=WORDS)])
@pytest.mark.parametrize("name", ["music-raw", "music-single"])
def test_a_song_of_one_step(submission: Submission, name: str) -> None:
    walk = Walk(submission)
    walk.send(recorded("submit-envelope"))
    assert (walk.told(name).phase, walk.stands[1]) == (Phase.DONE, 0)
    assert [clip.task for clip in clips_in(walk.task)] == ["t-1", "t-1"]


@pytest.mark.parametrize(("choice", "method"), [(0, "GET"), (1, "POST")])
def test_stems_by_the_feed(choice: int, method: str) -> None:
    walk = Walk(Stems.of(song(), all_of_them=False))
    sent = walk.send(recorded("stems-bare"), choice)
    assert isinstance(sent, Call)
    assert (sent.method, sent.path) == (method, "/suno/act/stems/c-1")
    assert walk.stands == (Phase.WAITING, 0, "c-6,c-7", "feed")
    done = walk.told("feed-stems")
    assert [media.title for media in done.media] == ["Lanterns - Vocals", "Lanterns - Instrumental"]
    assert (done.phase, [clip.task for clip in clips_in(done)]) == (Phase.DONE, ["", ""])


def test_stems_as_a_request() -> None:
    walk = Walk(Stems.of(song(), all_of_them=False))
    walk.send(recorded("stems-task"), choice=2)
    assert walk.stands == (Phase.WAITING, 0, "t-1", "")
    assert walk.told("music-single").phase is Phase.DONE


@pytest.mark.parametrize(
    ("submission", "wait", "there", "lookup", "link"),
    [
        (Wav.of(song()), "wav-null", "wav-bare", "wav", WAV),
        (Mp4.of(song()), "mp4-wait-empty", "mp4-url", "mp4", MP4),
        (Midi.of(song()), "midi-running", "midi-bare", "midi", "data:audio/midi"),
    ],
)
def test_the_same_question_until_it_is_there(
    submission: Submission, wait: str, there: str, lookup: str, link: str
) -> None:
    walk = Walk(submission)
    walk.send(recorded(wait))
    assert walk.stands == (Phase.RUNNING, 0, "c-1", lookup)
    done = walk.told(there)
    assert (done.phase, [media.url.startswith(link) for media in done.media]) == (Phase.DONE, [True])
    at_once = Walk(submission)
    at_once.send(recorded(there))
    assert at_once.task.phase is Phase.DONE


def test_a_wav_that_is_a_task() -> None:
    walk = Walk(Wav.of(song()))
    walk.send(recorded("wav-task"))
    assert walk.stands == (Phase.WAITING, 0, "t-9", "music")
    walk.task = replace(walk.task, remote_id="t-1")
    assert [media.url for media in walk.told("music-wav").media] == [WAV]


@pytest.mark.parametrize("choice", [0, 1], ids=["with a slash", "without"])
def test_a_persona_and_a_song_of_it(choice: int) -> None:
    walk = Walk(Persona.of(song(), "Lantern voice"))
    walk.send(recorded("persona-bare"), choice)
    assert (walk.task.phase, walk.task.text, walk.task.data) == (Phase.DONE, "Lantern voice", {"persona": "p-1"})
    body = Song.make(mv=AUK, prompt=WORDS, persona_id=walk.task.data["persona"], artist_clip_id="c-1").body()
    assert (body["task"], body["persona_id"], body["artist_clip_id"]) == ("artist_consistency", "p-1", "c-1")


def test_words_are_results() -> None:
    lyrics = Walk(Lyrics.make(prompt="tides"))
    lyrics.send(recorded("submit-envelope"))
    assert lyrics.stands == (Phase.WAITING, 0, "t-1", "lyrics")
    assert lyrics.told("lyrics-single").text == "Tide Song\n\n[Verse]\nThe tide comes in"
    style = Walk(Style.make(original_tags="sad piano"))
    style.send(recorded("tags-bare"))
    assert (style.task.phase, style.task.text) == (Phase.DONE, "melancholic solo piano")
    sample = Walk(VocalSample.cut(song(), 10.0, 40.0))
    sample.send(recorded("vox-sound"))
    assert (sample.task.phase, sample.task.data, len(sample.task.media)) == (Phase.DONE, {"vox": "v-1"}, 1)


FETCH = Call("GET", "/suno/fetch/u-1", one=True, timeout=30.0)
BY_LINK = Recording.make(audio=f"{INPUT}7")
AS_FILE = Recording.make(audio=f"{INPUT}7", extension="wav", by_link=False)


def made(walk: Walk) -> None:
    """The clip is there at last, as a song that was brought."""
    assert walk.stands == (Phase.RUNNING, 3, "c-8", "uploaded")
    walk.told("feed-uploaded-queued")
    done = walk.told("feed-uploaded")
    assert (done.phase, done.text, [clip.uploaded for clip in clips_in(done)]) == (Phase.DONE, "my tune", [True])


def test_a_recording_by_its_link() -> None:
    walk = Walk(BY_LINK)
    assert walk.send(recorded("upload-given")) == BY_LINK.steps()[0].call({})
    assert walk.send(recorded("upload-task-running")) == FETCH
    assert walk.stands == (Phase.RUNNING, 1, "u-1", "uploaded-task")
    walk.told("upload-task-clip-id")
    assert [walk.send(None), walk.send(None)] == [None, None]
    made(walk)


def test_a_recording_by_its_link_whose_id_is_the_clip_s() -> None:
    walk = Walk(BY_LINK)
    walk.send({"code": "success", "data": "c-8"})
    assert [walk.send(None, choice=1), walk.send(None), walk.send(None)] == [None, None, None]
    made(walk)


@pytest.mark.parametrize(("submission", "choice", "name"), [(AS_FILE, 0, "wav"), (BY_LINK, 1, "mp3")])
@pytest.mark.parametrize("storage", ["upload-storage", "upload-storage-bare"])
def test_a_recording_as_a_file(submission: Recording, choice: int, name: str, storage: str) -> None:
    walk, place = Walk(submission), recorded(storage)
    asked = Call("POST", "/suno/uploads/audio", json={"extension": name})
    file = Upload(place["url"], f"{INPUT}7", f"recording.{name}", place.get("fields", {}))
    body = {"upload_type": "file_upload", "upload_filename": f"recording.{name}"}
    assert walk.send(place, choice) == asked
    assert walk.send(None) == file
    assert walk.send({}) == Call("POST", "/suno/uploads/audio/s-1/upload-finish", json=body, coded=True)
    assert walk.stands == (Phase.RUNNING, 2, "s-1", "processed")
    walk.told("upload-processing")
    walk.told("upload-complete")
    clip = Call("POST", "/suno/uploads/audio/s-1/initialize-clip", json={}, paid=True)
    assert walk.send(recorded("upload-clip")) == clip
    made(walk)


@pytest.mark.parametrize("name", ["upload-error", "upload-task-failed"])
def test_a_recording_that_is_refused(name: str) -> None:
    walk = Walk(AS_FILE if name == "upload-error" else BY_LINK)
    for answer in ["upload-storage", "upload-finished"] if name == "upload-error" else ["upload-given"]:
        walk.send(recorded(answer))
    walk.send({} if name == "upload-error" else recorded("upload-task-running"))
    failed = walk.told(name)
    assert (failed.phase, str(failed.reason)) == (Phase.FAILED, "too short")


@pytest.mark.parametrize("submission", [LONGER, Lyrics.make(prompt="x"), BY_LINK, AS_FILE, Persona.of(song(), "x")])
def test_an_answer_that_says_nothing_is_unreadable(submission: Submission) -> None:
    with pytest.raises(Unreadable):
        Walk(submission).send({})
