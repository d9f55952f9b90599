"""Flux: what every recorded answer means."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.errors import Unreadable
from bot.providers.flux import FLUX, answers
from bot.providers.flux.answers import FILTERED, TRAINED
from bot.task import RELAY_GAVE_UP, Media, Report, State
from bot.text import Text, _, quoted

FIXTURES = Path(__file__).parent.parent / "fixtures" / "flux"
NAME = "6f1e5d2c-7a10-4b9d-9f0e-2f6f5c0a1b22"
LINK = "https://delivery.example/img/abc.jpeg?sig=x"
PICTURE = Media(LINK, "image", lifetime=600.0)
SEED: dict[str, Any] = {"note": _("Seed: {seed}", seed="4182763"), "data": {"seed": "4182763"}}
REFUSED = _("Flux's content filter refused the prompt or a picture. Put it in other words, or use another picture.")
WITHHELD = _("Flux made it, but its content filter withheld the result. Put it in other words.")


def recorded(name: str) -> Any:
    return json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))


def names(prefix: str) -> list[str]:
    found = sorted(path.stem for path in FIXTURES.glob(f"{prefix}*.json"))
    assert found
    return found


def asked(name: str) -> Report | None:
    """What the answer to a question says of the task; ``None``: that it is not found."""
    found = list(FLUX.reports(recorded(name)))
    assert len(found) <= 1
    return found[0] if found else None


# ------------------------------------------------------------------------------------------------------ accepted


@pytest.mark.parametrize("name", names("submit-"))
def test_a_request_that_was_taken(name: str) -> None:
    assert FLUX.accepted(recorded(name)) == Report(state=State.QUEUED, remote_id=NAME)


@pytest.mark.parametrize(
    ("name", "report"),
    [
        ("waited-polling-url", Report(state=State.DONE, remote_id=NAME, media=(PICTURE,))),
        ("waited-sample", Report(state=State.DONE, remote_id=NAME, media=(PICTURE,))),
        ("waited-succeeded", Report(state=State.DONE, remote_id=NAME, media=(PICTURE,))),
        ("waited-without-link", Report(state=State.QUEUED, remote_id=NAME)),
        ("waited-moderated", Report(state=State.FAILED, remote_id=NAME, reason=REFUSED)),
        ("result-pending-running", Report(state=State.RUNNING, remote_id=NAME, percent=40)),
        ("result-not-found", Report(state=State.RUNNING, remote_id=NAME)),
    ],
)
def test_a_relay_that_waits_for_the_end(name: str, report: Report) -> None:
    assert FLUX.accepted(recorded(name)) == report


def test_the_polling_url_of_a_task_under_way_is_no_picture() -> None:
    answer = {"id": NAME, "status": "succeeded", "polling_url": LINK}
    assert FLUX.accepted(answer) == Report(state=State.QUEUED, remote_id=NAME)


@pytest.mark.parametrize(
    "payload",
    [None, [], {}, "", "two words", True, [None], {"id": ""}, {"data": None}, {"data": {}}, {"id": "two words"},
     {"code": "success", "data": {}}, {"status": "Ready"}, {"status": "Error"}, {"message": "Success"}],
)  # fmt: skip
def test_an_answer_without_an_id_is_unreadable(payload: Any) -> None:
    with pytest.raises(Unreadable):
        FLUX.accepted(payload)


# ------------------------------------------------------------------------------------------------------ results


@pytest.mark.parametrize(
    ("name", "state", "percent"),
    [
        ("result-pending", State.QUEUED, None),
        ("result-queued", State.QUEUED, None),
        ("result-empty-status", State.QUEUED, None),
        ("result-pending-running", State.RUNNING, 40),
        ("result-pending-percent", State.RUNNING, 40),
        ("result-processing", State.RUNNING, 40),
        ("result-new-status", State.RUNNING, None),
        ("replicate-starting", State.QUEUED, None),
        ("replicate-processing", State.RUNNING, None),
    ],
)
def test_under_way(name: str, state: State, percent: int | None) -> None:
    assert asked(name) == Report(state=state, remote_id=NAME, percent=percent)


@pytest.mark.parametrize("payload", [None, {}, {"id": NAME}])
def test_an_answer_that_says_nothing_leaves_it_under_way(payload: Any) -> None:
    (report,) = FLUX.reports(payload)
    assert report.state in {State.QUEUED, State.RUNNING} and report.media == ()


@pytest.mark.parametrize("name", [name for name in names("result-ready") if name != "result-ready-linkless"])
def test_finished(name: str) -> None:
    assert asked(name) == Report(state=State.DONE, remote_id=NAME, media=(PICTURE,), **SEED)


@pytest.mark.parametrize("name", names("replicate-succeeded"))
def test_finished_as_replicate_says_it(name: str) -> None:
    assert asked(name) == Report(state=State.DONE, remote_id=NAME, media=(PICTURE,))


def test_finished_without_a_link() -> None:
    assert asked("result-ready-linkless") == Report(state=State.DONE, remote_id=NAME, **SEED)


@pytest.mark.parametrize(
    ("name", "what", "why"),
    [
        ("result-request-moderated", REFUSED, "Derivative Works Filter"),
        ("result-request-moderated-silent", REFUSED, ""),
        ("result-request-moderated-underscored", REFUSED, ""),
        ("result-content-moderated", WITHHELD, "Sexual, Violence"),
    ],
)
def test_moderation_in_plain_words(name: str, what: Text, why: str) -> None:
    reason = Text(FILTERED.source, {"what": what, "why": why}) if why else what
    assert asked(name) == Report(state=State.FAILED, remote_id=NAME, reason=reason)


@pytest.mark.parametrize(
    "name", [*(name for name in names("result-error") if "silent" not in name), "result-failed", "replicate-failed"]
)
def test_failed_with_a_reason(name: str) -> None:
    reason = quoted("The model could not finish")
    assert asked(name) == Report(state=State.FAILED, remote_id=NAME, reason=reason)


def test_failed_without_a_reason() -> None:
    assert asked("result-error-silent") == Report(state=State.FAILED, remote_id=NAME)


def test_failed_with_nothing_but_a_telling_status() -> None:
    (report,) = FLUX.reports({"id": NAME, "status": "Expired"})
    assert report == Report(state=State.FAILED, remote_id=NAME, reason=quoted("Expired"))


def test_cancelled_and_given_up() -> None:
    assert asked("replicate-canceled") == Report(state=State.CANCELLED, remote_id=NAME)
    assert asked("result-timed-out") == Report(state=State.LOST, remote_id=NAME, reason=RELAY_GAVE_UP)


@pytest.mark.parametrize("name", names("result-not-found"))
def test_not_found(name: str) -> None:
    assert asked(name) is None


@pytest.mark.parametrize(
    "payload", ["", "x", 1, [], [None], {"error": {"message": "no channel"}}, {"code": "broken", "message": "no"}]
)
def test_a_question_that_was_not_answered(payload: Any) -> None:
    with pytest.raises(Unreadable):
        list(FLUX.reports(payload))


# ------------------------------------------------------------------------------------------------------ OpenAI's form


@pytest.mark.parametrize("name", ["images-url", "images-revised", "images-code", "images-nested", "images-bare"])
def test_pictures_by_link(name: str) -> None:
    assert answers.images(recorded(name)) == Report(state=State.DONE, media=(PICTURE,))


def test_two_pictures() -> None:
    other = Media(LINK.replace("abc", "def"), "image", lifetime=600.0)
    assert answers.images(recorded("images-two")).media == (PICTURE, other)


@pytest.mark.parametrize(
    ("name", "mime"),
    [
        ("images-b64-png", "image/png"),
        ("images-b64-jpeg", "image/jpeg"),
        ("images-b64-data-uri", "image/png"),
        ("images-url-data-uri", "image/png"),
    ],
)
def test_pictures_in_the_answer_itself(name: str, mime: str) -> None:
    report = answers.images(recorded(name))
    (media,) = report.media
    assert report.state is State.DONE and media.kind == "image" and media.lifetime is None
    assert media.url.startswith(f"data:{mime};base64,")


@pytest.mark.parametrize("words", ["bm8gcGljdHVyZQ==", "not base64!", "data:image/png;base64,", "AAAA" * 200])
def test_what_is_no_picture_is_left_out(words: str) -> None:
    with pytest.raises(Unreadable):
        answers.images({"data": [{"b64_json": words}]})


@pytest.mark.parametrize("name", ["images-empty", "images-nulls"])
def test_no_picture_at_all(name: str) -> None:
    with pytest.raises(Unreadable):
        answers.images(recorded(name))


def test_a_task_after_all() -> None:
    assert answers.images(recorded("submit-id")) == Report(state=State.QUEUED, remote_id=NAME)


# ------------------------------------------------------------------------------------------------------ finetunes


def test_a_training() -> None:
    done = Report(state=State.DONE, remote_id=NAME, text=NAME, note=TRAINED)
    assert answers.training(recorded("finetune-ready"), NAME) == done
    assert answers.training(recorded("result-not-found"), NAME) == Report(state=State.RUNNING, remote_id=NAME)
    running = answers.training(recorded("result-pending-running"), NAME)
    assert running == Report(state=State.RUNNING, remote_id=NAME, percent=40)
    assert answers.training(recorded("result-error-error"), NAME).reason == quoted("The model could not finish")


def test_what_finetunes_there_are() -> None:
    for name in ("finetunes", "finetunes-objects", "finetunes-bare"):
        assert answers.finetunes(recorded(name)) == [NAME, "my-second"]
    assert answers.finetunes(recorded("finetunes-empty")) == []
    with pytest.raises(Unreadable):
        answers.finetunes({"finetunes": None})


def test_what_is_known_of_a_finetune() -> None:
    wanted = {"finetune_comment": "x", "trigger_word": "TOK", "iterations": 300}
    assert answers.details(recorded("finetune-details")) == wanted
    assert answers.details(wanted) == wanted
