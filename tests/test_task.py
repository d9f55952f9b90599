"""``advance``: how a task moves because of what the relay said. One table for each rule."""

from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.task import (
    ABSENT_ROUNDS,
    ANSWERED_WITHIN,
    ASKED_AGAIN,
    ENDED,
    OUT_OF_PATIENCE,
    POLLED,
    PROBES,
    RELAY_GAVE_UP,
    UNANSWERED,
    UNFINISHED,
    FollowUp,
    Media,
    Phase,
    Place,
    Report,
    State,
    Task,
    accept,
    advance,
    end,
    fail,
    lose,
    wants_follow_up,
    wants_single,
    with_answer,
)
from bot.text import quoted
from bot.wire import Call

NOW = 1_760_000_100.0
TOOK = 1_760_000_000.0
PATIENCE = 1800.0
LATE = TOOK + PATIENCE + 1
VIDEO = (Media("https://cdn.example/a.mp4", "video"),)
WHY = quoted("nsfw")
MINUTE, DAY = 60.0, 86400.0
LISTENING = [Phase.WAITING, Phase.RUNNING, Phase.INPUT, Phase.UNKNOWN]


def task(phase: Phase = Phase.WAITING, **changes: Any) -> Task:
    made = Task(
        id="abc", provider="luma", action="generate", submission="{}", caption="a boat", user_id=1, locale="en-US",
        place=Place(channel_id=2), created_at=TOOK - 5, accepted_at=TOOK, remote_id="r-1", phase=phase,
    )  # fmt: skip
    return replace(made, **changes)


def report(state: State, **changes: Any) -> Report:
    return Report(state=state, remote_id="r-1", **changes)


STATES = {
    "queued": (report(State.QUEUED), Phase.WAITING),
    "running": (report(State.RUNNING, percent=30), Phase.RUNNING),
    "input": (report(State.INPUT), Phase.INPUT),
    "done": (report(State.DONE, media=VIDEO), Phase.DONE),
    "linkless": (report(State.DONE), Phase.RUNNING),
    "failed": (report(State.FAILED, reason=WHY), Phase.FAILED),
    "cancelled": (report(State.CANCELLED), Phase.CANCELLED),
    "lost": (report(State.LOST), Phase.UNKNOWN),
}


def test_every_state_is_in_the_table() -> None:
    assert {report.state for report, _phase in STATES.values()} == set(State)


@pytest.mark.parametrize(("phase", "name"), list(product(LISTENING, STATES)))
def test_where_a_report_leads(phase: Phase, name: str) -> None:
    said, expected = STATES[name]
    if name == "queued" and phase is Phase.RUNNING:
        expected = Phase.RUNNING
    assert advance(task(phase), said, NOW, PATIENCE).phase is expected


@pytest.mark.parametrize("phase", sorted(set(Phase) - set(LISTENING)))
@pytest.mark.parametrize("said", [None, *(found for found, _phase in STATES.values())])
def test_nothing_moves_a_task_that_is_not_listening(phase: Phase, said: Report | None) -> None:
    before = task(phase)
    assert advance(before, said, LATE, PATIENCE) is before


def test_the_sets_of_phases() -> None:
    assert {Phase.DELIVERED, Phase.FAILED, Phase.CANCELLED} == ENDED
    assert {Phase.WAITING, Phase.RUNNING, Phase.INPUT, Phase.UNKNOWN} == POLLED
    assert set(Phase) - ENDED - {Phase.UNKNOWN} == UNFINISHED
    assert [phase for phase in Phase if task(phase).ended] == [Phase.DELIVERED, Phase.FAILED, Phase.CANCELLED]


def test_done_has_media_and_is_due_for_delivery() -> None:
    done = advance(task(Phase.RUNNING, percent=40, reason=WHY, attempts=3), STATES["done"][0], NOW, PATIENCE)
    assert (done.media, done.percent, done.reason, done.attempts) == (VIDEO, 100, None, 0)
    assert (done.finished_at, done.due_at, done.late, done.ended_at) == (NOW, NOW, False, None)


def test_a_failure_ends_with_its_reason() -> None:
    failed = advance(task(due_at=NOW, lease_until=NOW), STATES["failed"][0], NOW, PATIENCE)
    assert (failed.reason, failed.ended_at, failed.finished_at) == (WHY, NOW, NOW)
    assert (failed.due_at, failed.lease_until, failed.show_at) == (None, 0.0, NOW)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (report(State.FAILED), "The provider gave no reason."),
        (report(State.CANCELLED), "Cancelled at the provider."),
        (report(State.CANCELLED, reason=WHY), "nsfw"),
        (report(State.LOST), str(RELAY_GAVE_UP)),
    ],
)
def test_the_reason_of_an_end(said: Report, reason: str) -> None:
    assert str(advance(task(), said, NOW, PATIENCE).reason) == reason


@pytest.mark.parametrize("state", [State.QUEUED, State.RUNNING, State.DONE])
def test_a_reason_counts_only_when_the_state_is_a_failure(state: State) -> None:
    moved = advance(task(), report(state, reason=quoted("https://cdn.example/a.mp4")), NOW, PATIENCE)
    assert moved.reason is None
    assert moved.phase in {Phase.WAITING, Phase.RUNNING}


def test_a_hundred_percent_is_no_success() -> None:
    moved = advance(task(), report(State.RUNNING, percent=100), NOW, PATIENCE)
    assert (moved.phase, moved.percent, moved.media) == (Phase.RUNNING, 100, ())


@pytest.mark.parametrize(
    ("known", "said", "shown"),
    [(None, None, None), (None, 0, 0), (None, 30, 30), (50, 30, 50), (50, None, 50), (50, 70, 70), (0, None, 0)],
)
def test_percent_never_decreases(known: int | None, said: int | None, shown: int | None) -> None:
    before = task(Phase.RUNNING, percent=known)
    assert advance(before, report(State.RUNNING, percent=said), NOW, PATIENCE).percent == shown
    assert advance(before, report(State.QUEUED, percent=said), NOW, PATIENCE).percent == known


def test_preview_and_data_are_kept_and_completed() -> None:
    before = task(preview="https://e/1.jpg", data={"a": 1, "b": 1})
    after = advance(before, report(State.RUNNING, data={"b": 2, "c": 3}), NOW, PATIENCE)
    assert (after.preview, after.data) == ("https://e/1.jpg", {"a": 1, "b": 2, "c": 3})
    assert advance(after, report(State.RUNNING, preview="https://e/2.jpg"), NOW, PATIENCE).preview == "https://e/2.jpg"


def test_absences_are_counted_and_forgotten() -> None:
    missing = task()
    for round_ in range(1, ABSENT_ROUNDS + 1):
        assert not wants_single(missing)
        missing = advance(missing, None, NOW, PATIENCE)
        assert (missing.absences, missing.phase) == (round_, Phase.WAITING)
    assert wants_single(missing)
    assert advance(missing, report(State.QUEUED), NOW, PATIENCE).absences == 0


@pytest.mark.parametrize("said", [None, report(State.INPUT)])
def test_a_question_waits_a_day_for_its_user(said: Report | None) -> None:
    asked = advance(task(Phase.INPUT), said, LATE, PATIENCE)
    assert (asked.phase, asked.due_at) == (Phase.INPUT, LATE + ASKED_AGAIN)
    over = advance(task(Phase.INPUT), said, TOOK + ANSWERED_WITHIN + 1, PATIENCE)
    assert (over.phase, str(over.reason)) == (Phase.CANCELLED, "Nobody answered what the relay asked.")


def test_an_answer_is_the_next_step() -> None:
    asked = task(Phase.INPUT, remote_id="m-1", data={"final_prompt": "a fox"})
    ready = with_answer(asked, {"prompt": "a red fox"}, NOW)
    assert (ready.phase, ready.step, ready.steps, ready.remote_id, ready.due_at) == (Phase.QUEUED, 1, 2, "", NOW)
    assert ready.data == {"final_prompt": "a fox", "answer": {"prompt": "a red fox"}, "waiting": "m-1"}


@pytest.mark.parametrize("phase", [Phase.WAITING, Phase.RUNNING, Phase.INPUT])
@pytest.mark.parametrize("said", [None, report(State.QUEUED), report(State.RUNNING, percent=90), report(State.DONE)])
def test_patience_ends(phase: Phase, said: Report | None) -> None:
    if said is None and phase is Phase.INPUT:
        return  # it has a day
    assert advance(task(phase), said, TOOK + PATIENCE, PATIENCE).phase is not Phase.UNKNOWN
    lost = advance(task(phase, due_at=NOW, lease_until=NOW), said, LATE, PATIENCE)
    assert (lost.phase, lost.reason, lost.probes) == (Phase.UNKNOWN, OUT_OF_PATIENCE, 0)
    assert (lost.due_at, lost.show_at, lost.lease_until) == (LATE + MINUTE, LATE, 0.0)
    assert lost.ended_at is None


def test_the_slow_questions() -> None:
    lost, now, waits = lose(task(), OUT_OF_PATIENCE, LATE), LATE, []
    while lost.due_at is not None:
        waits.append(lost.due_at - now)
        now = lost.due_at
        lost = advance(lost, None, now, PATIENCE)
    assert waits == [MINUTE, 5 * MINUTE, 15 * MINUTE, 60 * MINUTE, DAY, DAY, DAY]
    assert (lost.phase, lost.reason, lost.probes) == (Phase.UNKNOWN, OUT_OF_PATIENCE, len(PROBES))


@pytest.mark.parametrize(
    "said", [None, report(State.QUEUED), report(State.RUNNING), report(State.DONE), report(State.LOST)]
)
def test_no_news_of_an_unknown_task_is_one_probe(said: Report | None) -> None:
    before = lose(task(), RELAY_GAVE_UP, LATE)
    after = advance(before, said, LATE + MINUTE, PATIENCE)
    assert (after.phase, after.reason, after.probes) == (Phase.UNKNOWN, RELAY_GAVE_UP, 1)
    assert after.due_at == LATE + MINUTE + 5 * MINUTE
    assert after.show_at == before.show_at


def test_a_late_success_is_a_success() -> None:
    done = advance(lose(task(), OUT_OF_PATIENCE, LATE), STATES["done"][0], LATE + DAY, PATIENCE)
    assert (done.phase, done.late, done.media, done.reason) == (Phase.DONE, True, VIDEO, None)
    assert done.due_at == LATE + DAY


def test_an_unknown_task_that_moves_again_in_time_is_an_ordinary_one() -> None:
    lost = lose(task(Phase.RUNNING, percent=20), RELAY_GAVE_UP, NOW)
    moving = advance(lost, report(State.RUNNING, percent=30), NOW + MINUTE, PATIENCE)
    assert (moving.phase, moving.reason, moving.percent) == (Phase.RUNNING, None, 30)
    assert advance(moving, STATES["done"][0], NOW + 2 * MINUTE, PATIENCE).late is False


def test_without_an_id_nothing_can_be_asked() -> None:
    lost = lose(task(Phase.SENDING, remote_id=""), UNANSWERED, NOW)
    assert (lost.phase, lost.due_at, lost.show_at) == (Phase.UNKNOWN, None, NOW)


def test_a_delivered_task_has_nothing_left_to_show() -> None:
    assert end(task(Phase.DONE, finished_at=TOOK), Phase.DELIVERED, None, NOW).show_at is None
    assert end(task(Phase.DONE, finished_at=TOOK), Phase.DELIVERED, None, NOW).finished_at == TOOK
    assert fail(task(), WHY, NOW).show_at == NOW


SENT = task(Phase.SENDING, accepted_at=None, remote_id="", attempts=2, reason=WHY)


@pytest.mark.parametrize(("name", "expected"), [(name, phase) for name, (_report, phase) in STATES.items()])
def test_the_answer_to_a_submission_may_already_be_anything(name: str, expected: Phase) -> None:
    taken = accept(SENT, STATES[name][0], NOW, PATIENCE)
    assert (taken.phase, taken.remote_id, taken.accepted_at, taken.attempts) == (expected, "r-1", NOW, 0)


def test_an_accepted_task_is_due_at_once_and_its_old_reason_gone() -> None:
    taken = accept(SENT, report(State.QUEUED), NOW, PATIENCE)
    assert (taken.due_at, taken.reason) == (NOW, None)


FOLLOW_UP = FollowUp(Call("GET", "/x"), lambda _payload: report(State.DONE), after=120.0)


def test_a_report_without_a_link_waits_before_it_asks() -> None:
    said = report(State.DONE, follow_up=FOLLOW_UP)
    linkless = advance(task(), said, NOW, PATIENCE)
    assert (linkless.phase, linkless.linkless_since) == (Phase.RUNNING, NOW)
    later = advance(linkless, said, NOW + 60, PATIENCE)
    assert later.linkless_since == NOW
    assert wants_follow_up(later, said, NOW + 119.9) is None
    assert wants_follow_up(later, said, NOW + 120) is FOLLOW_UP


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(None, id="absent"),
        pytest.param(report(State.RUNNING, follow_up=FOLLOW_UP), id="not done"),
        pytest.param(report(State.DONE, media=VIDEO, follow_up=FOLLOW_UP), id="has media"),
        pytest.param(report(State.DONE), id="nothing to ask"),
    ],
)
def test_no_follow_up_is_wanted(said: Report | None) -> None:
    assert wants_follow_up(task(linkless_since=TOOK), said, NOW + 1000) is None


REPORTS = st.none() | st.builds(
    Report,
    state=st.sampled_from(State),
    percent=st.none() | st.integers(0, 100),
    media=st.sampled_from([(), VIDEO]),
    reason=st.none() | st.just(WHY),
)


@given(st.lists(st.tuples(REPORTS, st.floats(0, 2 * DAY)), max_size=40))
def test_no_story_breaks_the_rules(story: list[tuple[Report | None, float]]) -> None:
    current, now = accept(SENT, report(State.QUEUED), NOW, PATIENCE), NOW
    for said, wait in story:
        now += wait
        before, current = current, advance(current, said, now, PATIENCE)
        assert (current.percent or 0) >= (before.percent or 0)
        assert (current.phase is Phase.DONE) == bool(current.media)
        assert before is current or before.phase not in ENDED | {Phase.DONE}
        assert (current.reason is not None) == (current.phase in {Phase.FAILED, Phase.CANCELLED, Phase.UNKNOWN})
        assert current.phase not in ENDED or (current.ended_at is not None and current.due_at is None)
