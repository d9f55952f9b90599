"""Hailuo: what every recorded answer means."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from bot.errors import (
    BROKEN,
    KEY_REFUSED,
    NO_QUOTA,
    Busy,
    CallFailed,
    Invalid,
    Refused,
    Unavailable,
    Unreadable,
    decipher,
)
from bot.provider import CATALOGUE
from bot.providers.hailuo import HAILUO, answers, mistakes
from bot.providers.hailuo.answers import LIFETIME
from bot.providers.hailuo.mistakes import INPUT_REFUSED, NO_PLACE, NO_PLAN, OUTPUT_WITHHELD
from bot.task import RELAY_GAVE_UP, Media, Report, State
from bot.text import Text, _, quoted
from bot.wire import Call

FIXTURES = Path(__file__).parent.parent / "fixtures" / "hailuo"
NAME, FILE = "106916112212032", "176844028768320"
LINK, BACKUP = "https://cdn.example/output_aigc.mp4?Expires=1", "https://backup.example/output_aigc.mp4"
VIDEO, OTHER = Media(LINK, "video", lifetime=LIFETIME), Media(BACKUP, "video", lifetime=LIFETIME)
ASKED = Call("GET", f"/v1/files/retrieve?file_id={FILE}&task_id={NAME}", one=True, timeout=30.0)


def recorded(name: str) -> Any:
    return json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))


def names(*prefixes: str) -> list[str]:
    found = sorted(path.stem for path in FIXTURES.glob("*.json") if path.stem.startswith(prefixes))
    assert found
    return found


def asked(name: str) -> Report:
    """What the answer to a question says, which is the same whether the id is known from the question or not."""
    report = answers.video(recorded(name), NAME)
    (same,) = HAILUO.reports(recorded(name))
    assert (same.state, same.media, same.reason, same.remote_id) == (
        report.state, report.media, report.reason, report.remote_id,
    )  # fmt: skip
    return report


# ------------------------------------------------------------------------------------------------------ accepted


def test_a_request_that_was_taken() -> None:
    for name in names("submit-"):
        assert HAILUO.accepted(recorded(name)) == Report(state=State.QUEUED, remote_id=NAME), name


WITHOUT_ID: list[Any] = [
    None,
    [],
    {},
    "",
    True,
    {"task_id": ""},
    {"data": {}},
    {"task_id": "two words"},
    {"id": None},
    {"base_resp": {"status_code": 0, "status_msg": "success"}},
    {"base_resp": "x"},
    {"data": "two words"},
]


def test_an_answer_without_an_id_is_unreadable() -> None:
    for payload in WITHOUT_ID:
        with pytest.raises(Unreadable):
            HAILUO.accepted(payload)


# ------------------------------------------------------------------------------------------------------ mistakes

SAID = _("The relay refused: {message}", message="invalid params, duration is not supported (2013)")
MISTAKES: dict[int, tuple[type[CallFailed], Text]] = {
    1000: (Unavailable, BROKEN),
    1001: (Unavailable, BROKEN),
    1002: (Busy, NO_PLACE),
    1004: (Refused, KEY_REFUSED),
    1008: (Refused, NO_QUOTA),
    1024: (Unavailable, BROKEN),
    1026: (Refused, INPUT_REFUSED),
    1027: (Refused, OUTPUT_WITHHELD),
    1033: (Unavailable, BROKEN),
    1039: (Busy, NO_PLACE),
    2013: (Refused, SAID),
    2049: (Refused, KEY_REFUSED),
    2056: (Refused, NO_QUOTA),
    2061: (Refused, NO_PLAN),
    9999: (Refused, _("The relay refused: {message}", message="something new (9999)")),
}


def test_every_recorded_mistake_is_known() -> None:
    assert {f"error-{code}" for code in MISTAKES} | {"error-enveloped"} == set(names("error-"))


@pytest.mark.parametrize("code", MISTAKES)
def test_a_mistake_in_a_successful_answer(code: int) -> None:
    kind, text = MISTAKES[code]
    for read in (HAILUO.accepted, answers.sound, answers.pictures):
        with pytest.raises(kind) as caught:
            read(recorded(f"error-{code}"))
        assert type(caught.value) is kind
        assert (caught.value.text, caught.value.taken) == (text, False)
        assert caught.value.detail.startswith(str(code))


def test_a_mistake_inside_of_the_envelope() -> None:
    with pytest.raises(Refused) as caught:
        HAILUO.accepted(recorded("error-enveloped"))
    assert caught.value.text == INPUT_REFUSED


def test_a_relay_that_makes_an_error_of_it() -> None:
    for name in names("refused-"):
        code, body = name.removeprefix("refused-"), (FIXTURES / f"{name}.json").read_bytes()
        kind, text = MISTAKES[int(code)]
        with pytest.raises(kind) as caught:
            decipher(400, {}, body, judge=mistakes.judge)
        wanted = _("The relay refused: {message}", message="hailuo api error: invalid params (2013)")
        assert caught.value.text == (wanted if code == "2013" else text)
        assert not caught.value.taken


@pytest.mark.parametrize("action", sorted(action for name, action in CATALOGUE if name == "hailuo"))
def test_every_paid_call_knows_the_mistakes(action: str) -> None:
    given = {"model": "x", "prompt": "a slow waltz", "text": "x", "voice_id": "x"}
    try:
        call = CATALOGUE["hailuo", action].make(**given).call()
    except Invalid as error:
        pytest.fail(str(error))
    assert call.judge is mistakes.judge and call.paid


def test_what_the_gateway_itself_says_keeps_its_meaning() -> None:
    assert mistakes.judge(400, "task_not_exist", "x") is None
    assert mistakes.judge(403, "quota_not_enough", "x") is None


# ------------------------------------------------------------------------------------------------------ questions

WITHHELD = Report(state=State.FAILED, remote_id=NAME, reason=OUTPUT_WITHHELD)
REFUSED = Report(state=State.FAILED, remote_id=NAME, reason=INPUT_REFUSED)
RESOLVED = Report(state=State.DONE, remote_id=NAME, media=(VIDEO,))
LINKLESS = Report(state=State.DONE, remote_id=NAME)


OUTCOMES: list[tuple[Any, ...]] = [
    ("query-preparing", Report(state=State.QUEUED, remote_id=NAME)),
    ("query-queueing", Report(state=State.QUEUED, remote_id=NAME)),
    ("query-empty-status", Report(state=State.QUEUED, remote_id=NAME)),
    ("query-processing", Report(state=State.RUNNING, remote_id=NAME)),
    ("query-unknown", Report(state=State.RUNNING, remote_id=NAME)),
    ("query-in-data", Report(state=State.RUNNING, remote_id=NAME)),
    ("query-success-linkless", LINKLESS),
    ("query-success-file-url", RESOLVED),
    ("query-success-video-url", RESOLVED),
    ("query-success-file", RESOLVED),
    ("query-fail-1026", REFUSED),
    ("query-fail-1027", WITHHELD),
    ("query-fail-other", Report(state=State.FAILED, remote_id=NAME, reason=quoted("internal error (1024)"))),
    ("query-fail-silent", Report(state=State.FAILED, remote_id=NAME)),
    ("query-failed", Report(state=State.FAILED, remote_id=NAME, reason=quoted("no free machine"))),
    ("envelope-not-start", Report(state=State.QUEUED, remote_id=NAME)),
    ("envelope-queued", Report(state=State.QUEUED, remote_id=NAME, percent=30)),
    ("envelope-in-progress", Report(state=State.RUNNING, remote_id=NAME, percent=50)),
    ("envelope-unknown", Report(state=State.RUNNING, remote_id=NAME)),
    ("envelope-success", RESOLVED),
    ("envelope-success-text", RESOLVED),
    ("envelope-success-numeric-code", RESOLVED),
    ("envelope-success-inner-wrapped", RESOLVED),
    ("envelope-bare", RESOLVED),
    ("envelope-inner-ahead", RESOLVED),
    ("envelope-success-linkless", LINKLESS),
    ("envelope-success-result-url", Report(state=State.DONE, remote_id=NAME, spare=(VIDEO,))),
    ("envelope-failure", WITHHELD),
    ("envelope-inner-failed", REFUSED),
    (
        "envelope-failure-early",
        Report(state=State.FAILED, remote_id=NAME, reason=quoted("hailuo api error: internal error")),
    ),
    ("envelope-failure-number", Report(state=State.FAILED, remote_id=NAME)),
    ("envelope-timed-out", Report(state=State.LOST, remote_id=NAME, reason=RELAY_GAVE_UP)),
]


def test_what_became_of_a_video() -> None:
    for name, report in OUTCOMES:
        assert asked(name) == report, name


WITHOUT_LINK: list[tuple[Any, ...]] = [
    ("query-success", ()),
    ("query-success-lower", ()),
    ("query-success-number", ()),
    ("query-success-fraction", ()),
    ("query-success-in-data", ()),
    ("query-success-backup", (OTHER,)),
    ("envelope-success-file-id", ()),
    ("envelope-success-number-in-reason", ()),
    ("envelope-success-link-in-reason", (VIDEO,)),
]


def test_a_video_whose_file_is_asked_for_at_once() -> None:
    for name, spare in WITHOUT_LINK:
        report = asked(name)
        assert (report.state, report.media, report.spare) == (State.DONE, (), spare)
        assert report.follow_up is not None
        assert (report.follow_up.call, report.follow_up.after) == (ASKED, 0.0)
        assert report.follow_up.read(recorded("retrieve")) == RESOLVED


def test_every_recorded_question_is_read() -> None:
    for name in names("query-", "envelope-"):
        if name != "query-unknown-task":
            assert asked(name).remote_id == NAME


ANSWERS_ABOUT_FILES: list[tuple[Any, ...]] = [
    ("retrieve", (VIDEO,)),
    ("retrieve-in-data", (VIDEO,)),
    ("retrieve-bare", (VIDEO,)),
    ("retrieve-backup", (OTHER,)),
    ("retrieve-empty", ()),
]


def test_the_link_of_a_file() -> None:
    for name, media in ANSWERS_ABOUT_FILES:
        assert answers.retrieved(recorded(name), NAME) == Report(state=State.DONE, remote_id=NAME, media=media)


def test_a_file_that_cannot_be_had() -> None:
    with pytest.raises(Refused):
        answers.retrieved(recorded("error-2013"), NAME)


def test_a_task_that_is_not_known() -> None:
    with pytest.raises(Refused) as caught:
        answers.video(recorded("query-unknown-task"), NAME)
    assert caught.value.unknown_task


WRONG: list[tuple[Any, ...]] = [
    (1000, Unavailable),
    (1001, Unavailable),
    (1002, Busy),
    (1004, Refused),
]


def test_a_question_that_went_wrong() -> None:
    for code, kind in WRONG:
        with pytest.raises(kind) as caught:
            answers.video(recorded(f"error-{code}"), NAME)
        assert not (isinstance(caught.value, Refused) and caught.value.unknown_task)


ABOUT_NOTHING: list[Any] = [None, [], {}, "", {"task_id": NAME}, {"data": None}, {"code": "success", "data": 1}]


def test_an_answer_about_nothing_is_unreadable() -> None:
    for payload in ABOUT_NOTHING:
        with pytest.raises(Unreadable):
            answers.video(payload, NAME)


# ------------------------------------------------------------------------------------------------------ at once

MP3 = bytes.fromhex("494433040000000000" + "fffb9000" * 4)
PACKED = "data:audio/mpeg;base64," + base64.b64encode(MP3).decode()
SOUND, FIRST, SECOND = "https://cdn.example/a.mp3?sig=x", *(f"https://cdn.example/{n}.jpeg?sig=x" for n in (1, 2))


SOUNDS: list[tuple[Any, ...]] = [
    ("speech-hex", Media(PACKED, "audio", note="0:03")),
    ("speech-url", Media(SOUND, "audio", note="0:03")),
    ("speech-enveloped", Media(PACKED, "audio", note="0:03")),
    ("music-hex", Media(PACKED, "audio", note="2:05")),
    ("music-audio-url", Media(SOUND, "audio")),
]


def test_a_sound() -> None:
    for name, media in SOUNDS:
        assert answers.sound(recorded(name)) == Report(state=State.DONE, media=(media,))


NO_SOUNDS: list[Any] = [
    "",
    "xyz",
    "abc",
    "00" * 50,
    MP3.hex() + "0",
    MP3.hex() * 200 + "zz",
    5,
    None,
    "89504e470d0a1a0a",
]


def test_a_sound_that_is_none() -> None:
    for audio in NO_SOUNDS:
        with pytest.raises(Unreadable):
            answers.sound({**recorded("speech-hex"), "data": {"audio": audio}})


def test_no_sound() -> None:
    with pytest.raises(Unreadable):
        answers.sound(recorded("sound-none"))
    with pytest.raises(Refused):
        answers.sound(recorded("sound-error"))


def picture(*links: str, note: Text | None = None) -> Report:
    return Report(state=State.DONE, media=tuple(Media(link, "image") for link in links), note=note)


PICTURES: list[tuple[Any, ...]] = [
    ("image-urls", picture(FIRST, SECOND)),
    ("image-enveloped", picture(FIRST, SECOND)),
    ("image-partly", picture(FIRST, note=_("{count} more did not work out.", count=2))),
    ("image-counts-inside", picture(FIRST, note=_("{count} more did not work out.", count=1))),
    ("image-none", Report(state=State.FAILED, reason=OUTPUT_WITHHELD)),
]


def test_pictures() -> None:
    for name, report in PICTURES:
        assert answers.pictures(recorded(name)) == report


def test_a_packed_picture() -> None:
    packed = recorded("image-base64")["data"]["image_base64"][0]
    assert answers.pictures(recorded("image-base64")) == picture(f"data:image/png;base64,{packed}")
    both = {"data": {"image_base64": f"data:image/png;base64,{packed}"}}
    assert answers.pictures(both) == picture(f"data:image/png;base64,{packed}")


def test_no_pictures() -> None:
    with pytest.raises(Refused):
        answers.pictures(recorded("image-error"))
    for payload in ({}, {"data": {"image_urls": ["x", 1], "image_base64": ["xyz", "AAAA"]}}, None):
        with pytest.raises(Unreadable):
            answers.pictures(payload)
