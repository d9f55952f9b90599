"""Suno: what can be done with finished songs."""

import pytest

from bot.provider import Submission
from bot.providers.suno.acts import Lyrics, Persona, Style, Wav
from bot.providers.suno.after import clips_in
from bot.providers.suno.clips import Clip
from bot.providers.suno.remixes import Cover, Layer, Replace, Stems
from bot.providers.suno.songs import Extend, Join, Song
from bot.providers.suno.uploads import Recording
from bot.task import PARTLY, Task
from bot.text import Text, quoted
from tests.providers.suno import WORDS, finished, song

AUK = "chirp-auk"
EXTENDED = Extend.of(song(), 60.0, mv=AUK)
JOINED = Extend.of(song(), 60.0, mv=AUK, join=True)
REPLACED = Replace.of(song(), 20.0, 30.0, mv=AUK)
SONG = Song.make(mv=AUK, prompt=WORDS)
ALL = "extend cover replace stems wav mp4 timing persona"
OTHER = "extend cover replace wav mp4 timing persona"
UPLOADED = song(8, origin="upload")
NOTE = Text(PARTLY.source, {"why": quoted("no")})
PART = song(3, origin="extend")


def offered(task: Task, submission: Submission) -> dict[int | None, str]:
    found: dict[int | None, list[str]] = {}
    for step, number in submission.steps_after(task):
        assert step.key.startswith("suno-")
        found.setdefault(number, []).append(step.key.removeprefix("suno-"))
    return {number: " ".join(keys) for number, keys in found.items()}


@pytest.mark.parametrize(
    ("submission", "clips", "steps"),
    [
        pytest.param(SONG, [song(1), song(2)], {0: ALL, 1: ALL}, id="two songs of v4.5"),
        pytest.param(SONG, [song(model="chirp-crow")], {0: OTHER}, id="another model"),
        pytest.param(SONG, [song(model="")], {0: OTHER}, id="a model that was not named"),
        pytest.param(SONG, [], {}, id="nothing"),
        pytest.param(Cover.make(mv=AUK, cover_clip_id="c-1"), [song(origin="cover")], {0: ALL}, id="a cover"),
        pytest.param(Layer.of(song(), "vocals", 0.0, 9.0, mv=AUK), [song()], {0: ALL}, id="a layer"),
        pytest.param(Recording.make(), [UPLOADED], {0: "extend cover"}, id="an upload"),
        pytest.param(
            Stems.of(song(), all_of_them=False),
            [song(6, origin="stem"), song(7, model="chirp-stem", origin="")],
            {0: "midi wav", 1: "midi wav"},
            id="stems",
        ),
        pytest.param(EXTENDED, [song(3), song(4)], {0: f"join {ALL}", 1: f"join {ALL}"}, id="two parts"),
        pytest.param(SONG, [PART], {0: f"join {ALL}"}, id="a part by its own word"),
        pytest.param(JOINED, [song(5, origin="concat")], {0: ALL}, id="a joined extension"),
        pytest.param(REPLACED, [song(5), song(3), PART], {0: ALL, 1: "join", 2: "join"}, id="a joined section"),
        pytest.param(Join.make(clip_id="c-3"), [song(5, origin="extend")], {0: ALL}, id="joined by itself"),
    ],
)
def test_what_can_be_done_with_songs(submission: Submission, clips: list[Clip], steps: dict[int, str]) -> None:
    assert offered(finished(submission, *clips), submission) == steps


@pytest.mark.parametrize("submission", [JOINED, REPLACED], ids=["extension", "section"])
def test_parts_that_could_not_be_joined(submission: Submission) -> None:
    failed = finished(submission, song(3), song(4), note=NOTE)
    assert offered(failed, submission) == {0: f"join {ALL}", 1: "join"}
    in_time = finished(submission, song(3), step=0)
    assert offered(in_time, submission) == {0: f"join {ALL}"}


@pytest.mark.parametrize(
    ("submission", "steps"),
    [
        (Lyrics.make(prompt="tides"), {None: "write"}),
        (Style.make(original_tags="folk"), {None: "write"}),
        (Persona.of(song(), "Voice"), {None: "sing"}),
        (Wav.of(song()), {}),
    ],
)
def test_what_can_be_done_with_what_is_no_song(submission: Submission, steps: dict[int | None, str]) -> None:
    assert offered(finished(submission), submission) == steps


def test_the_buttons_lead_to_submissions() -> None:
    actions = {step.key: step.action for step, _number in SONG.steps_after(finished(SONG, song()))}
    assert actions == {f"suno-{action}": action for action in ALL.split()}


def test_a_song_belongs_to_the_task_that_made_it() -> None:
    taskless = song(task="")
    assert [clip.task for clip in clips_in(finished(SONG, taskless, song(2, task="t-9")))] == ["t-1", "t-9"]
    assert [clip.task for clip in clips_in(finished(SONG, taskless, lookup="feed"))] == [""]
    assert [clip.task for clip in clips_in(finished(JOINED, taskless))] == [""]


@pytest.mark.parametrize("stored", [None, 5, "c-1", {"c-1": {}}, [None, {}, {"id": ""}]])
def test_stored_songs_that_are_none(stored: object) -> None:
    assert clips_in(finished(SONG, data={"clips": stored})) == []
