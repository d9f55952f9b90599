"""Kling: what every recorded answer means."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.errors import KEY_REFUSED, NO_QUOTA, Busy, Refused, Throttled, Unavailable, Unreadable, decipher
from bot.providers.kling import KLING
from bot.providers.kling.declared import DOWN, NO_ADDRESS, NO_PLACE, judge
from bot.task import RELAY_GAVE_UP, Media, Report, State
from bot.text import quoted

FIXTURES = Path(__file__).parent.parent / "fixtures" / "kling"
OWN, TASK = "801234567890123456", "task_4f2a8c6e1b3d5f7a9c0e2b4d6f8a1c3e"
MONTH = 30 * 86400.0
VIDEO = Media("https://cdn.example/boat.mp4", "video", lifetime=MONTH)
MARKED = Media("https://cdn.example/boat-wm.mp4", "video", lifetime=MONTH)
ONE, TWO = (Media(f"https://cdn.example/{name}.png", "image", lifetime=MONTH) for name in "ab")
KNOWN = {"video_id": "vid-1", "seconds": 5.1}
WHY = quoted("The model could not finish")


def recorded(name: str) -> Any:
    return json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))


def names(prefix: str) -> list[str]:
    found = sorted(path.stem for path in FIXTURES.glob(f"{prefix}*.json"))
    assert found
    return found


def asked(name: str) -> Report:
    (report,) = KLING.reports(recorded(name))
    return report


def number(name: str) -> str:
    """The id that an answer is about: the relay's own where it has one."""
    return TASK if TASK in json.dumps(recorded(name)) else OWN


def test_a_request_that_was_taken() -> None:
    for name in names("submit-"):
        report = KLING.accepted(recorded(name))
        assert (report.state, report.remote_id, report.media) == (State.QUEUED, number(name), ()), name


@pytest.mark.parametrize(
    "payload",
    [None, [], {}, "", "two words", {"data": {}}, {"code": 0, "data": {"task_id": ""}}, {"code": 0, "message": "ok"},
     {"code": 0, "data": {"task_id": "two words", "task_status": "submitted"}}],
)  # fmt: skip
def test_an_answer_without_an_id_is_unreadable(payload: Any) -> None:
    with pytest.raises(Unreadable):
        KLING.accepted(payload)


def test_under_way() -> None:
    for name in names("under-way-"):
        report = asked(name)
        waits = "submitted" in name or "queued" in name
        assert (report.state, report.remote_id) == (State.QUEUED if waits else State.RUNNING, number(name))
        told = {"under-way-enveloped-queued": 0} | dict.fromkeys(names("under-way-enveloped-running"), 30)
        told |= {"under-way-openai-video": 30}
        assert report.percent == told.get(name), name


def test_a_finished_video() -> None:
    for name in names("done"):
        wanted = Report(state=State.DONE, remote_id=number(name), media=(VIDEO,), spare=(MARKED,), data=KNOWN)
        assert asked(name) == wanted, name


def test_a_link_that_the_relay_itself_gives() -> None:
    for name in names("stored-"):
        media = Media("https://cdn.example/boat.png?sig=1", "image", lifetime=MONTH) if "still" in name else VIDEO
        assert asked(name) == Report(state=State.DONE, remote_id=TASK, media=(media,)), name


def test_only_a_watermarked_video_is_something_to_fall_back_to() -> None:
    assert asked("marked-only") == Report(state=State.DONE, remote_id=OWN, spare=(MARKED,), data=KNOWN)


def test_finished_without_a_link() -> None:
    assert asked("linkless") == Report(state=State.DONE, remote_id=OWN)


@pytest.mark.parametrize(
    ("name", "media"), [("images", (ONE, TWO)), ("images-enveloped", (ONE, TWO)), ("image-try-on", (ONE,))]
)
def test_pictures_in_their_order(name: str, media: tuple[Media, ...]) -> None:
    assert asked(name) == Report(state=State.DONE, remote_id=number(name), media=media)


def test_a_recording() -> None:
    assert asked("audio").media == (Media("https://cdn.example/a.mp3", "audio", lifetime=MONTH),)


def test_failed_with_its_reason() -> None:
    for name in names("failed"):
        assert asked(name) == Report(state=State.FAILED, remote_id=number(name), reason=WHY), name


def test_failed_without_a_reason_and_given_up() -> None:
    assert asked("silent-failure") == Report(state=State.FAILED, remote_id=OWN)
    assert asked("timed-out") == Report(state=State.LOST, remote_id=TASK, reason=RELAY_GAVE_UP)


def test_a_task_that_the_relay_does_not_know() -> None:
    for name in names("gone-"):
        assert list(KLING.reports(recorded(name))) == [], name


@pytest.mark.parametrize("name", ["error-1302", "error-1303"])
def test_too_many_questions_are_put_off(name: str) -> None:
    with pytest.raises(Throttled):
        KLING.reports(recorded(name))


@pytest.mark.parametrize("payload", ["", "x", 1, [], [None], {"error": {"message": "no channel"}}, {"code": 1201}])
def test_a_question_that_was_not_answered(payload: Any) -> None:
    with pytest.raises(Unreadable):
        KLING.reports(payload)


def test_a_length_that_is_no_number_is_not_kept() -> None:
    answer = recorded("done")
    answer["data"]["task_result"]["videos"][0]["duration"] = "nan"
    (report,) = KLING.reports(answer)
    assert report.data == {"video_id": "vid-1"}


# ------------------------------------------------------------------------------------------------ errors (5.9)


def test_an_error_of_a_submission_whatever_its_http_status() -> None:
    for name in names("error-"):
        body, said = (FIXTURES / f"{name}.json").read_bytes(), recorded(name)["message"]
        for status in (200, 429):
            with pytest.raises((Refused, Throttled, Unavailable)) as caught:
                decipher(status, {}, body, judge=judge)
            check_error(name, said, caught.value)


def check_error(name: str, said: str, error: Exception) -> None:
    match int(name.removeprefix("error-")):
        case 1302 | 1303:
            assert isinstance(error, Busy) and error.text == NO_PLACE
        case 5000 | 5001 | 5002 as code:
            assert isinstance(error, Unavailable) and error.text == DOWN and error.taken is (code != 5001)
        case 1000 | 1001 | 1002 | 1003 | 1004:
            assert isinstance(error, Refused) and error.text == KEY_REFUSED
        case 1100 | 1101 | 1102:
            assert isinstance(error, Refused) and error.text == NO_QUOTA
        case 1304:
            assert isinstance(error, Refused) and error.text == NO_ADDRESS
        case 1103:
            assert str(error) == f"The relay's Kling account has no right to this: {said}"
        case 1300 | 1301:
            assert str(error) == f"Kling's content policy refused it: {said}"
        case _:
            assert str(error) == f"The relay refused: {said}"


def test_a_relay_that_hands_an_error_on_as_its_own() -> None:
    inner = (FIXTURES / "error-1303.json").read_text()
    body = json.dumps({"code": "fail_to_fetch_task", "message": inner, "data": None}).encode()
    with pytest.raises(Busy):
        decipher(429, {}, body, judge=judge)


def test_other_errors_mean_what_they_always_mean() -> None:
    assert judge(403, "quota_not_enough", "no") is None
    assert str(judge(400, "1201", "")) == "The relay refused: 1201"
