"""Midjourney: what every recorded answer means."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.errors import NO_QUOTA, Throttled, Unreadable
from bot.providers.midjourney.answers import AHEAD, BANNED, SOURCE_GONE, accepted, tasks, uploaded
from bot.task import RELAY_GAVE_UP, Media, Report, State
from bot.text import Text, quoted

FIXTURES = Path(__file__).parent.parent / "fixtures" / "midjourney"
ID = "1719000000000123"
WHY = quoted("[Invalid parameter] --ar")
CDN = "https://cdn.example/"
BUTTONS = [
    {"id": "MJ::JOB::upsample::2::h", "label": "U2", "emoji": "", "used": True},
    {"id": "MJ::JOB::reroll::0::h::SOLO", "label": "", "emoji": "🔄", "used": False},
    {"id": "MJ::JOB::variation::3::h", "label": "V3", "emoji": "", "used": False},
]


def recorded(name: str) -> Any:
    return json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))


def task(name: str) -> Report:
    (report,) = tasks(recorded(name))
    return report


@pytest.mark.parametrize(
    ("name", "report"),
    [
        ("submit-ok", Report(state=State.QUEUED, remote_id=ID)),
        ("submit-number", Report(state=State.QUEUED, remote_id=ID)),
        ("submit-null-properties", Report(state=State.QUEUED, remote_id=ID)),
        ("submit-placeholder", Report(state=State.QUEUED, remote_id=ID)),
        ("submit-queued", Report(state=State.QUEUED, remote_id=ID, note=Text(AHEAD.source, {"count": "2"}))),
        ("submit-existed", Report(state=State.QUEUED, remote_id=ID)),
        ("submit-window", Report(state=State.INPUT, remote_id=ID, data={"final_prompt": "a fox --v 6.1"})),
        ("submit-window-chinese", Report(state=State.INPUT, remote_id=ID, data={"final_prompt": ""})),
        ("submit-window-bare", Report(state=State.QUEUED, remote_id=ID)),
        ("submit-banned", Report(state=State.FAILED, reason=Text(BANNED.source, {"word": "blood"}))),
        ("submit-no-quota", Report(state=State.FAILED, reason=NO_QUOTA)),
        ("submit-refused", Report(state=State.FAILED, reason=quoted("prompt不能为空"))),
        ("submit-no-account", Report(state=State.FAILED, reason=quoted("No available account instance"))),
        ("submit-channel-gone", Report(state=State.FAILED, reason=SOURCE_GONE)),
    ],
)
def test_the_answer_to_a_request(name: str, report: Report) -> None:
    assert accepted(recorded(name)) == report


def test_a_button_that_surely_opens_a_window() -> None:
    waiting = Report(state=State.INPUT, remote_id=ID, data={"final_prompt": ""})
    assert accepted(recorded("submit-window-bare"), "MJ::Inpaint::1::h::SOLO") == waiting
    assert accepted(recorded("submit-existed"), "MJ::Inpaint::1::h::SOLO").state is State.QUEUED


@pytest.mark.parametrize("name", ["submit-full", "submit-overloaded"])
def test_turned_away_for_now(name: str) -> None:
    with pytest.raises(Throttled) as found:
        accepted(recorded(name))
    assert found.value.retry_after == 45.0


@pytest.mark.parametrize(
    "payload", [None, [], {}, "1", {"code": 1}, {"code": 1, "result": ""}, {"result": ID}, {"code": 21}]
)
def test_an_answer_that_says_nothing(payload: Any) -> None:
    with pytest.raises(Unreadable):
        accepted(payload)


@pytest.mark.parametrize(
    ("name", "report"),
    [
        ("task-new", Report(state=State.QUEUED, remote_id=ID)),
        ("task-not-start", Report(state=State.QUEUED, remote_id=ID)),
        ("task-submitted", Report(state=State.QUEUED, remote_id=ID)),
        ("task-running", Report(state=State.RUNNING, remote_id=ID, percent=46, preview=f"{CDN}p.webp")),
        ("task-running-lower", Report(state=State.RUNNING, remote_id=ID, percent=46, preview=f"{CDN}p.webp")),
        ("task-modal", Report(state=State.INPUT, remote_id=ID, data={"final_prompt": "a fox --zoom 2"})),
        ("task-failed", Report(state=State.FAILED, remote_id=ID, reason=WHY)),
        ("task-failed-100", Report(state=State.FAILED, remote_id=ID, reason=WHY)),
        ("task-failed-silent", Report(state=State.FAILED, remote_id=ID, reason=WHY)),
        ("task-lost", Report(state=State.LOST, remote_id=ID, reason=RELAY_GAVE_UP)),
        ("task-cancelled", Report(state=State.CANCELLED, remote_id=ID, reason=quoted("取消任务"))),
    ],
)
def test_a_task_under_way(name: str, report: Report) -> None:
    assert task(name) == report


@pytest.mark.parametrize("name", ["task-done", "task-done-number"])
def test_a_finished_picture(name: str) -> None:
    report = task(name)
    assert (report.state, report.remote_id, report.media) == (State.DONE, ID, (Media(f"{CDN}grid.png", "image"),))
    assert report.data == {"buttons": BUTTONS, "prompt": "a fox --v 6.1", "made_by": "IMAGINE"}


@pytest.mark.parametrize("name", ["task-describe", "task-describe-prompt"])
def test_a_description(name: str) -> None:
    report = task(name)
    assert (report.state, report.media, report.text) == (State.DONE, (), "1️⃣ a fox\n2️⃣ a red fox")
    assert [button["emoji"] for button in report.data["buttons"]] == ["1️⃣"]


@pytest.mark.parametrize(
    ("name", "count"), [("task-video", 2), ("task-video-strings", 2), ("task-video-one", 1), ("task-video-late", 0)]
)
def test_videos(name: str, count: int) -> None:
    report = task(name)
    assert report.state is State.DONE
    assert report.media == tuple(Media(f"{CDN}{number}.mp4", "video") for number in range(1, count + 1))


@pytest.mark.parametrize("name", ["batch-array", "batch-data", "batch-code"])
def test_a_batch(name: str) -> None:
    assert list(tasks(recorded(name))) == [Report(state=State.RUNNING, remote_id=ID, percent=15)]


def test_batches_without_tasks() -> None:
    assert list(tasks(recorded("batch-empty"))) == list(tasks(None)) == []
    nothing: list[Any] = ["text", 5, {"tasks": []}]
    for payload in nothing:
        with pytest.raises(Unreadable):
            tasks(payload)


@pytest.mark.parametrize("name", ["upload-list", "upload-string"])
def test_an_upload(name: str) -> None:
    link = f"{CDN}u.png"
    assert uploaded(recorded(name)) == Report(state=State.DONE, text=link, media=(Media(link, "image"),))


def test_an_upload_that_is_forbidden() -> None:
    assert uploaded({"code": 4, "description": "禁止上传", "result": None}).reason == quoted("禁止上传")
    with pytest.raises(Unreadable):
        uploaded({"code": 1})
