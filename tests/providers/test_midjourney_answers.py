"""Midjourney: what every recorded answer means."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.errors import NO_QUOTA, NotOffered, Refused, Throttled, Unreadable
from bot.providers.midjourney.answers import AHEAD, BANNED, SOURCE_GONE, accepted, judged, tasks, uploaded
from bot.providers.midjourney.buttons import buttons_of, emoji_of
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


def test_the_gateway_refuses_under_the_status_of_success() -> None:
    for error, reason in (("用户额度不足", NO_QUOTA), ("no channel (request id: 1)", quoted("no channel"))):
        payload = {"error": {"message": error, "type": "new_api_error", "code": ""}}
        assert accepted(payload) == Report(state=State.FAILED, reason=reason)


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
    ("status", "code", "words", "kind"),
    [
        (400, "4", "该任务所属渠道已被禁用", Refused),
        (404, "3", "关联任务不存在", Refused),
        (400, "23", "队列已满", Throttled),
        (500, "4", "readObjectStart: expect { or n, but found <", NotOffered),
        (500, "4", "do_request_failed", None),
        (429, "4", "busy", None),
        (401, "4", "no key", None),
        (404, "invalid_request_error", "Invalid URL (POST /mj/submit/show)", None),
    ],
)
def test_a_refusal_with_a_status(status: int, code: str, words: str, kind: type[Exception] | None) -> None:
    assert type(judged(status, code, words)) is (kind or type(None))


def test_a_task_that_the_relay_does_not_know() -> None:
    for words in ("task_no_found", "task_not_found"):
        verdict = judged(400, "4", words)
        assert isinstance(verdict, Refused) and verdict.unknown_task


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


def test_a_batch_in_two_envelopes() -> None:
    payload = {"code": 1, "data": {"data": recorded("batch-array")}}
    assert list(tasks(payload)) == [Report(state=State.RUNNING, remote_id=ID, percent=15)]


def test_a_window_whose_prompt_was_told_before() -> None:
    """What is known already is not forgotten."""
    (report,) = tasks([{"id": ID, "status": "MODAL", "properties": None}])
    assert report == Report(state=State.INPUT, remote_id=ID)


@pytest.mark.parametrize("name", ["MJ::JOB::video_virtual_upscale::1::h", "MJ::JOB::animate_high::1::h::SOLO"])
def test_a_clip_that_comes_late(name: str) -> None:
    """Its still is not the result."""
    item = {"id": ID, "status": "SUCCESS", "action": "UPSCALE", "customId": name, "imageUrl": f"{CDN}still.png"}
    (report,) = tasks([item])
    assert (report.state, report.media) == (State.DONE, ())


@pytest.mark.parametrize(
    ("given", "kept"),
    [("🔄", "🔄"), ("1️⃣", "1️⃣"), ("↔️", "↔️"), ("🖌️", "🖌️"), ("upscale_1", ""), ("放大", ""), ("12", ""), (None, "")],
)
def test_emojis_that_discord_knows(given: Any, kept: str) -> None:
    assert emoji_of(given) == kept


def test_a_button_without_a_name() -> None:
    found = buttons_of([{"customId": name} for name in ("MJ::JOB::pan_left::1::h", "MJ::Outpaint::50::1::h")])
    assert [(one["label"], one["emoji"]) for one in found] == [("pan left", ""), ("Outpaint", "")]


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
