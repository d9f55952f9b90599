"""Tasks of several steps, results in words, and results in parts."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.task import (
    OUT_OF_PATIENCE,
    PARTLY,
    PROBES,
    RETRIED,
    UNANSWERED,
    Media,
    Phase,
    Report,
    State,
    Task,
    accept,
    advance,
    complete,
    end,
    fail,
    lose,
    merged,
)
from bot.text import quoted
from tests.test_task import LATE, NOW, PATIENCE, REPORTS, TOOK, VIDEO, WHY, report, task

PART = (Media("https://cdn.example/part.mp3", "audio"),)
SONG = (Media("https://cdn.example/song.mp3", "audio"),)
SENT = task(Phase.SENDING, steps=2, accepted_at=None, remote_id="", attempts=2, sent_at=NOW)
FIRST = task(Phase.RUNNING, steps=2, step_at=TOOK, lookup="feed", percent=60, playing=PART, linkless_since=NOW)
SECOND = task(Phase.RUNNING, steps=2, step=1, step_at=TOOK, media=PART, data={"clips": ["a"]})


def note_of(moved: Task) -> tuple[str, str]:
    assert moved.note is not None
    return moved.note.source, str(moved.note.values["why"])


@pytest.mark.parametrize("more", [{"media": PART}, {"text": "words"}, {"data": {"stored": True}}])
def test_a_step_leads_to_the_next(more: dict[str, Any]) -> None:
    moved = advance(replace(FIRST, absences=3, probes=2, attempts=1), report(State.DONE, **more), NOW, PATIENCE)
    assert (moved.phase, moved.step, moved.remote_id, moved.lookup) == (Phase.QUEUED, 1, "", "")
    assert (moved.media, moved.data) == (more.get("media", ()), more.get("data", {}))
    assert (moved.percent, moved.playing, moved.linkless_since, moved.sent_at) == (None, (), None, None)
    assert (moved.due_at, moved.absences, moved.probes, moved.attempts) == (NOW, 0, 0, 0)
    assert (moved.accepted_at, moved.finished_at) == (TOOK, None)


def test_a_step_that_came_to_nothing_yet_is_asked_about_again() -> None:
    moved = advance(replace(FIRST, linkless_since=None), report(State.DONE), NOW, PATIENCE)
    assert (moved.phase, moved.step, moved.linkless_since) == (Phase.RUNNING, 0, NOW)


def test_a_step_whose_answer_is_its_result() -> None:
    moved = accept(SENT, Report(state=State.DONE, data={"stored": True}), NOW, PATIENCE)
    assert (moved.phase, moved.step, moved.accepted_at) == (Phase.QUEUED, 1, NOW)


def test_a_later_step_is_accepted_by_itself() -> None:
    queued = replace(SECOND, phase=Phase.SENDING, remote_id="")
    moved = accept(queued, report(State.QUEUED, lookup="wav"), LATE, PATIENCE)
    assert (moved.phase, moved.remote_id, moved.lookup) == (Phase.WAITING, "r-1", "wav")
    assert (moved.accepted_at, moved.step_at, moved.taken_at) == (TOOK, LATE, LATE)
    assert advance(moved, report(State.RUNNING), LATE + PATIENCE, PATIENCE).phase is Phase.RUNNING
    assert advance(moved, report(State.RUNNING), LATE + PATIENCE + 1, PATIENCE).phase is Phase.UNKNOWN


@pytest.mark.parametrize(
    ("changes", "taken"), [({"step_at": LATE}, LATE), ({}, TOOK), ({"accepted_at": None}, TOOK - 5)]
)
def test_when_a_request_was_taken(changes: dict[str, Any], taken: float) -> None:
    assert task(**changes).taken_at == taken


def test_the_result_of_the_last_step_stands_before_what_it_was_made_of() -> None:
    done = advance(SECOND, report(State.DONE, media=SONG, data={"clips": ["b"]}), NOW, PATIENCE)
    assert (done.phase, done.media, done.note) == (Phase.DONE, (*SONG, *PART), None)
    assert done.data == {"clips": ["b", "a"]}
    again = complete(done, report(State.DONE, media=SONG, data={"clips": ["b"]}), NOW)
    assert (again.media, again.data) == (done.media, done.data)


@pytest.mark.parametrize(("before", "phase"), [(FIRST, Phase.QUEUED), (replace(FIRST, steps=1), Phase.DONE)])
def test_what_a_follow_up_found_out_is_known(before: Task, phase: Phase) -> None:
    linkless = advance(before, report(State.DONE), NOW, PATIENCE)
    done = complete(linkless, report(State.DONE, media=PART, data={"clips": ["a"]}), NOW)
    assert (done.phase, done.media, done.data) == (phase, PART, {"clips": ["a"]})


def test_a_step_that_came_late_is_told_of_like_a_late_result() -> None:
    lost = lose(replace(FIRST, show_at=None), OUT_OF_PATIENCE, LATE)
    moved = advance(lost, report(State.DONE, media=PART), LATE + 60, PATIENCE)
    assert (moved.phase, moved.step, moved.reason, moved.show_at, moved.late) == (Phase.QUEUED, 1, None, None, True)
    taken = accept(replace(moved, phase=Phase.SENDING), report(State.QUEUED), LATE + 61, PATIENCE)
    assert advance(taken, report(State.DONE, media=SONG), LATE + 90, PATIENCE).late


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (report(State.FAILED, reason=WHY), "nsfw"),
        (report(State.FAILED), "The provider gave no reason."),
        (report(State.CANCELLED), "Cancelled at the provider."),
    ],
)
def test_what_was_made_is_there_when_a_later_step_fails(said: Report, why: str) -> None:
    partly = advance(SECOND, said, NOW, PATIENCE)
    assert (partly.phase, partly.media, partly.reason, partly.data) == (Phase.DONE, PART, None, {"clips": ["a"]})
    assert (note_of(partly), partly.due_at, partly.late) == ((PARTLY.source, why), NOW, False)


def test_a_later_step_that_is_turned_away() -> None:
    assert fail(replace(SECOND, phase=Phase.SENDING, remote_id=""), WHY, NOW).phase is Phase.DONE
    assert fail(replace(SECOND, phase=Phase.SENDING, media=()), WHY, NOW).phase is Phase.FAILED
    assert fail(replace(FIRST, phase=Phase.SENDING, media=PART), WHY, NOW).phase is Phase.FAILED


def test_a_cancelled_task_stays_cancelled() -> None:
    assert end(SECOND, Phase.CANCELLED, None, NOW).phase is Phase.CANCELLED
    assert advance(FIRST, report(State.CANCELLED), NOW, PATIENCE).phase is Phase.CANCELLED


def test_a_later_step_whose_fate_nobody_will_ever_know() -> None:
    partly = lose(replace(SECOND, phase=Phase.SENDING, remote_id=""), UNANSWERED, NOW)
    assert (partly.phase, note_of(partly)) == (Phase.DONE, (PARTLY.source, str(UNANSWERED)))
    assert lose(SECOND, UNANSWERED, NOW).phase is Phase.UNKNOWN


def test_after_the_slow_questions_there_is_what_was_made() -> None:
    lost, now = lose(SECOND, OUT_OF_PATIENCE, LATE), LATE
    for _round in PROBES:
        assert (lost.phase, lost.media) == (Phase.UNKNOWN, PART)
        now = lost.due_at or now
        lost = advance(lost, None, now, PATIENCE)
    assert (lost.phase, note_of(lost), lost.late) == (Phase.DONE, (PARTLY.source, str(OUT_OF_PATIENCE)), False)


@pytest.mark.parametrize("state", [State.QUEUED, State.RUNNING])
@pytest.mark.parametrize("phase", [Phase.WAITING, Phase.RUNNING, Phase.UNKNOWN])
def test_when_patience_ends_the_parts_that_are_there_are_the_result(phase: Phase, state: State) -> None:
    said = report(state, media=PART, data={"clips": ["a"]})
    in_time = advance(task(phase), said, NOW, PATIENCE)
    assert (in_time.media, in_time.data) == ((), {"clips": ["a"]})
    done = advance(task(phase), said, LATE, PATIENCE)
    assert (done.phase, done.media, done.note) == (Phase.DONE, PART, OUT_OF_PATIENCE)
    assert done.late is (phase is Phase.UNKNOWN)
    assert advance(task(phase), replace(said, note=WHY), LATE, PATIENCE).note == WHY


def test_when_patience_ends_the_parts_that_are_there_are_enough_for_the_next_step() -> None:
    moved = advance(FIRST, report(State.RUNNING, media=PART, data={"clips": ["a"]}), LATE, PATIENCE)
    assert (moved.phase, moved.step, moved.media, moved.data) == (Phase.QUEUED, 1, PART, {"clips": ["a"]})


def test_what_a_later_step_is_making_is_not_known_before_it_is_done() -> None:
    before = replace(SECOND, data={"clips": ["a"], "title": "x"})
    making = advance(before, report(State.RUNNING, data={"clips": ["b"], "title": "y"}), NOW, PATIENCE)
    assert making.data == {"clips": ["a"], "title": "y"}


def test_a_task_that_was_retried_goes_no_further() -> None:
    done = advance(replace(FIRST, data={RETRIED: "other"}), report(State.DONE, media=PART), NOW, PATIENCE)
    assert (done.phase, done.step, done.media) == (Phase.DONE, 0, PART)
    empty = advance(replace(FIRST, data={RETRIED: "other"}), report(State.DONE, data={"a": 1}), NOW, PATIENCE)
    assert empty.phase is Phase.RUNNING


def test_words_and_notes_are_a_result() -> None:
    done = advance(task(), report(State.DONE, text="la la", note=WHY, data={"lyrics": "la"}), NOW, PATIENCE)
    assert (done.phase, done.text, done.note, done.media, done.data) == (
        Phase.DONE,
        "la la",
        WHY,
        (),
        {"lyrics": "la"},
    )


def test_what_plays_already_is_kept_until_the_end() -> None:
    playing = advance(task(), report(State.RUNNING, playing=PART), NOW, PATIENCE)
    assert advance(playing, report(State.RUNNING), NOW, PATIENCE).playing == PART
    assert advance(playing, report(State.DONE, media=SONG), NOW, PATIENCE).playing == ()


def part(name: str, state: State = State.DONE, **more: Any) -> Report:
    media = (Media(f"https://cdn.example/{name}.mp3", "audio"),) if state is State.DONE else ()
    data = {"clips": [name]} if state is State.DONE else {}
    return Report(state=state, remote_id=name, media=media, data=data, **more)


A, B = part("a"), part("b", preview="https://cdn.example/b.jpg", text="words")
RUNS, WAITS = part("r", State.RUNNING, percent=30, playing=PART), part("w", State.QUEUED)
FAILED, NO_REASON = part("f", State.FAILED, reason=WHY), part("n", State.CANCELLED)


@pytest.mark.parametrize(
    ("reports", "state", "names"),
    [
        ([A, B], State.DONE, "ab"),
        ([A, RUNS], State.RUNNING, "a"),
        ([WAITS, A], State.RUNNING, "a"),
        ([WAITS, WAITS], State.QUEUED, ""),
        ([WAITS, None], State.QUEUED, ""),
        ([A, None], State.RUNNING, "a"),
        ([FAILED, A], State.DONE, "a"),
        ([FAILED, WAITS], State.RUNNING, ""),
        ([FAILED, NO_REASON], State.FAILED, ""),
        ([NO_REASON, FAILED], State.CANCELLED, ""),
        ([part("l", State.LOST), A], State.DONE, "a"),
    ],
)
def test_the_parts_of_a_request(reports: list[Report | None], state: State, names: str) -> None:
    found = merged(reports)
    assert found is not None
    assert (found.state, found.data.get("clips", [])) == (state, list(names))
    assert [media.url[-5] for media in found.media] == list(names)


def test_what_the_parts_say_together() -> None:
    found = merged([replace(A, percent=90), RUNS, B])
    assert found is not None
    assert (found.percent, found.playing, found.preview, found.text) == (30, PART, B.preview, "words")
    assert (found.note, found.remote_id) == (None, "a")


@pytest.mark.parametrize(
    ("failed", "note"),
    [
        (FAILED, "A part of it failed: nsfw"),
        (replace(FAILED, note=quoted("cut off")), "A part of it failed: cut off"),
        (NO_REASON, None),
    ],
)
def test_a_part_that_failed_is_noted(failed: Report, note: str | None) -> None:
    found = merged([A, failed])
    assert found is not None
    assert (str(found.note) if found.note else None) == note


def test_the_reason_of_all_parts_is_that_of_the_first() -> None:
    found = merged([FAILED, replace(FAILED, reason=quoted("other"))])
    assert found is not None
    assert (found.reason, found.note) == (WHY, None)


def test_one_part_or_none() -> None:
    assert (merged([]), merged([None]), merged([None, None])) == (None, None, None)
    assert merged([A]) is A


def test_files_of_the_same_title_are_told_apart() -> None:
    named = [replace(one, media=tuple(replace(file, title="Song") for file in one.media)) for one in (A, B)]
    found = merged(named)
    assert found is not None
    assert [media.title for media in found.media] == ["Song (1)", "Song (2)"]


@given(st.lists(st.tuples(REPORTS, st.floats(0, 4 * PATIENCE)), max_size=30), st.integers(1, 4))
def test_no_story_of_several_steps_breaks_the_rules(story: list[tuple[Report | None, float]], steps: int) -> None:
    current, now = accept(replace(SENT, steps=steps), report(State.QUEUED), NOW, PATIENCE), NOW
    for said, wait in story:
        now += wait
        if current.phase is Phase.QUEUED:
            current = accept(replace(current, phase=Phase.SENDING), report(State.QUEUED), now, PATIENCE)
        before, current = current, advance(current, said, now, PATIENCE)
        assert before.step <= current.step < steps
        assert current.step == before.step or current.phase is Phase.QUEUED
        assert current.phase is not Phase.DONE or current.media == VIDEO
        assert not current.media or current.step > 0 or current.phase is Phase.DONE
        assert (current.reason is not None) == (current.phase in {Phase.FAILED, Phase.CANCELLED, Phase.UNKNOWN})
