"""Luma: what every recorded answer means."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.errors import Unreadable
from bot.providers.luma import LUMA
from bot.step import Step
from bot.task import RELAY_GAVE_UP, Media, Report, State
from bot.wire import Call

SUBMITTED = Step.asking(Call("POST", "/luma/generations"), LUMA.accepted)

FIXTURES = Path(__file__).parent.parent / "fixtures" / "luma"
ID = "0b9f6a1e-1111-4222-9333-444455556666"
OTHER = "1c2d3e4f-2222-4333-8444-555566667777"
THIRD = "2d3e4f50-3333-4444-8555-666677778888"
CDN = "https://cdn.example/"
CLEAN, WATERMARKED, PREVIEW = f"{CDN}boat-clean.mp4", f"{CDN}boat-wm.mp4", f"{CDN}boat.jpg"


def recorded(name: str) -> Any:
    return json.loads((FIXTURES / f"{name}.json").read_text())


def reports(name: str) -> dict[str, Report]:
    return {report.remote_id: report for report in LUMA.reports(recorded(name))}


def video(url: str, lifetime: float | None = None) -> tuple[Media, ...]:
    return (Media(url, "video", lifetime=lifetime),)


@pytest.mark.parametrize("name", sorted(path.stem for path in FIXTURES.glob("submit-*.json")))
def test_every_shape_of_the_answer_to_a_submission(name: str) -> None:
    assert SUBMITTED.read(recorded(name), {}) == Report(state=State.QUEUED, remote_id=ID)


@pytest.mark.parametrize(
    "payload",
    [
        None, [], {}, "", "Internal error", 5, [None], [[]], {"data": None}, {"id": ""}, {"state": "pending"},
        {"code": "success", "data": []}, {"code": "success", "message": "accepted", "data": "two words"},
    ],
)  # fmt: skip
def test_an_answer_without_an_id_is_unreadable(payload: Any) -> None:
    with pytest.raises(Unreadable):
        SUBMITTED.read(payload, {})


DONE = Report(state=State.DONE, remote_id=ID, media=video(CLEAN), spare=video(WATERMARKED), preview=PREVIEW)


@pytest.mark.parametrize(
    "name",
    [
        "single-completed", "single-envelope", "single-artifact", "batch-string-data", "batch-numeric-code",
        "batch-inner-ahead", "batch-timed-out-but-done",
    ],
)  # fmt: skip
def test_a_finished_video(name: str) -> None:
    assert reports(name) == {ID: DONE}


def test_a_batch_in_envelopes() -> None:
    assert reports("batch-envelope") == {
        OTHER: Report(state=State.RUNNING, remote_id=OTHER, percent=30, preview=f"{CDN}kite.jpg"),
        ID: DONE,
        THIRD: Report(state=State.QUEUED, remote_id=THIRD),
    }


def test_a_bare_batch() -> None:
    assert {name: (report.state, report.media) for name, report in reports("batch-bare").items()} == {
        OTHER: (State.DONE, video(f"{CDN}kite-clean.mp4")),
        ID: (State.RUNNING, ()),
    }


@pytest.mark.parametrize("name", ["batch-null", "batch-empty"])
def test_a_batch_that_knows_nothing(name: str) -> None:
    assert reports(name) == {}


def test_a_hundred_percent_and_a_reason_are_no_end() -> None:
    assert reports("batch-hundred-percent") == {ID: Report(state=State.RUNNING, remote_id=ID, percent=100)}


@pytest.mark.parametrize(
    "name", [path.stem for path in sorted(FIXTURES.glob("failed-*.json")) if path.stem != "failed-silent"]
)
def test_a_failure_and_its_words(name: str) -> None:
    (report,) = reports(name).values()
    assert (report.state, report.remote_id, str(report.reason)) == (State.FAILED, ID, "prompt was refused")


@pytest.mark.parametrize(
    ("name", "state", "reason"),
    [
        ("failed-silent", State.FAILED, None),
        ("official-failed", State.FAILED, "prompt was refused"),
        ("batch-failed-with-link", State.FAILED, "moderation: prompt was refused"),
        ("batch-inner-failed", State.FAILED, "frame was refused"),
        ("batch-timed-out", State.LOST, str(RELAY_GAVE_UP)),
    ],
)
def test_the_end_of_a_video_that_was_not_made(name: str, state: State, reason: str | None) -> None:
    (report,) = reports(name).values()
    assert (report.state, str(report.reason) if report.reason else None) == (state, reason)
    assert (report.media, report.spare, report.follow_up) == ((), (), None)


@pytest.mark.parametrize(
    ("name", "media", "spare"),
    [
        pytest.param("single-raw-only", f"{CDN}boat-raw.mp4", WATERMARKED, id="raw video"),
        pytest.param("single-linkless", "", WATERMARKED, id="watermarked only"),
        pytest.param("single-no-video", "", "", id="completed without any link"),
        pytest.param("batch-link-in-reason", "", f"{CDN}stored.mp4", id="link in fail_reason"),
        pytest.param("batch-result-url", "", f"{CDN}stored.mp4", id="result_url before fail_reason"),
        pytest.param("official-completed", f"{CDN}boat.mp4", "", id="official"),
    ],
)
def test_which_link_is_taken(name: str, media: str, spare: str) -> None:
    (report,) = reports(name).values()
    assert report.state is State.DONE
    assert report.media == (video(media) if media else ())
    assert report.spare == (video(spare) if spare else ())
    assert (report.follow_up is None) is bool(media)


def test_an_official_video_in_the_making() -> None:
    assert reports("official-dreaming") == {ID: Report(state=State.RUNNING, remote_id=ID)}


def test_an_official_video_without_a_link_is_asked_about_again_and_nowhere_else() -> None:
    answer = {**recorded("official-completed"), "assets": {"video": None}}
    assert list(LUMA.reports(answer)) == [Report(state=State.DONE, remote_id=ID)]


def test_the_clean_video_is_asked_for_two_minutes_later() -> None:
    follow_up = reports("single-linkless")[ID].follow_up
    assert follow_up is not None
    assert follow_up.call == Call("GET", f"/luma/generations/{ID}/download_video_url", one=True, timeout=30.0)
    assert follow_up.after == 120.0
    found = follow_up.read(recorded("download-url"))
    link = f"{CLEAN}?X-Amz-Expires=3600&X-Amz-Signature=0a1b"
    assert (found.state, found.remote_id, found.media) == (State.DONE, ID, video(link, 3600.0))
    empty: list[Any] = [{}, None, [], {"url": None}, {"url": "soon"}]
    assert [follow_up.read(payload).media for payload in empty] == [()] * 5


def test_the_answer_to_the_probe_is_nothing() -> None:
    assert list(LUMA.reports(recorded("batch-empty"))) == []
