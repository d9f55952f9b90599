"""Midjourney: what is sent, and what the buttons lead to."""

from typing import Any

import pytest

from bot.errors import Invalid
from bot.providers.midjourney import MidjourneyOptions
from bot.providers.midjourney.buttons import Button, window_of
from bot.providers.midjourney.requests import (
    Blend,
    Describe,
    Edit,
    Imagine,
    Press,
    Shorten,
    Show,
    Split,
    Swap,
    Upload,
    Video,
    prompt_of,
    without_speed,
    zoomed,
)
from bot.task import Place, Task
from bot.wire import Call

PICTURE = "input:a"


@pytest.mark.parametrize(
    ("submission", "path", "body"),
    [
        (
            Imagine.make(prompt="a fox --fast --v 6.1", image=PICTURE),
            "imagine",
            {"botType": "MID_JOURNEY", "prompt": "a fox --v 6.1", "base64Array": [PICTURE]},
        ),
        (
            Blend.make(image=PICTURE, image2="input:b", dimensions="PORTRAIT"),
            "blend",
            {"base64Array": [PICTURE, "input:b"], "dimensions": "PORTRAIT", "botType": "MID_JOURNEY"},
        ),
        (Describe.make(base64=PICTURE), "describe", {"base64": PICTURE, "botType": "MID_JOURNEY"}),
        (Shorten.make(prompt="a fox"), "shorten", {"prompt": "a fox", "botType": "MID_JOURNEY"}),
        (Edit.make(prompt="a hat", image=PICTURE), "edits", {"prompt": "a hat", "image": PICTURE}),
        (
            Edit.make(prompt="a hat", image=PICTURE, maskBase64="input:m", form="array"),
            "edits",
            {"action": "EDITS", "prompt": "a hat", "base64Array": [PICTURE], "maskBase64": "input:m"},
        ),
        (
            Video.make(prompt="it runs", image=PICTURE, motion="high", batchSize=2),
            "video",
            {"prompt": "it runs", "motion": "high", "image": PICTURE, "batchSize": 2},
        ),
        (
            Show.make(jobId="0f3c2b1a-1111-4222-8333-444455556666"),
            "show",
            {"jobId": "0f3c2b1a-1111-4222-8333-444455556666", "botType": "MID_JOURNEY"},
        ),
    ],
)
def test_what_is_sent(submission: Any, path: str, body: dict[str, Any]) -> None:
    (step,) = submission.steps()
    call = Call("POST", f"/mj/submit/{path}", json=body, paid=True, timeout=90.0, coded=True)
    assert step.call({}) == call


def test_what_costs_nothing_is_not_paid() -> None:
    (step,) = Upload.make(image=PICTURE).steps()
    call = step.call({})
    assert isinstance(call, Call) and not call.paid and call.json == {"base64Array": [PICTURE]}
    (cut,) = Split.make(grid="https://cdn.example/g.png").steps()
    assert cut.call({}) is None
    assert [media.recipe for media in cut.read(None, {}).media] == [f"quarter:{number}" for number in range(1, 5)]


def test_faces_go_elsewhere() -> None:
    (step,) = Swap.make(sourceBase64=PICTURE, targetBase64="input:b").steps()
    call = step.call({})
    assert isinstance(call, Call) and call.path == "/mj/insight-face/swap"
    assert call.json == {"sourceBase64": PICTURE, "targetBase64": "input:b"}


@pytest.mark.parametrize(
    ("speed", "options", "route"),
    [
        ("default", MidjourneyOptions(), ""),
        ("fast", MidjourneyOptions(), "/mj-fast"),
        ("relax", MidjourneyOptions(), "/mj-relax"),
        ("turbo", MidjourneyOptions(turbo="/turbo"), "/turbo"),
        ("default", MidjourneyOptions(speed="relax"), "/mj-relax"),
        ("fast", MidjourneyOptions(prefix="/pro"), "/pro/mj-fast"),
    ],
)
def test_the_speed_is_a_prefix(speed: str, options: MidjourneyOptions, route: str) -> None:
    assert Imagine.make(prompt="a fox", speed=speed).route(options) == route


def test_a_button_and_its_window() -> None:
    pressed = Press.make(taskId="1", customId="MJ::Inpaint::1::h::SOLO", parent_prompt="a fox")
    press, answer = pressed.steps()
    sent = press.call({})
    assert isinstance(sent, Call) and sent.path == "/mj/submit/action" and sent.paid
    assert sent.json == {"taskId": "1", "customId": "MJ::Inpaint::1::h::SOLO", "chooseSameChannel": True}
    assert answer.on_answer
    known = {"answer": {"prompt": "a hat", "mask": "input:m"}, "waiting": "m-1"}
    modal = answer.call(known)
    assert isinstance(modal, Call) and modal.path == "/mj/submit/modal" and modal.paid
    assert modal.json == {"taskId": "m-1", "prompt": "a hat", "maskBase64": "input:m"}
    plain = answer.call({"answer": {"prompt": "a fox"}, "waiting": "m-1"})
    assert isinstance(plain, Call) and plain.json == {"taskId": "m-1", "prompt": "a fox"}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("MJ::Inpaint::1::h::SOLO", "inpaint"),
        ("MJ::CustomZoom::h", "zoom"),
        ("MJ::Job::PicReader::3", "picreader"),
        ("MJ::JOB::PromptAnalyzer::2", "shorten"),
        ("MJ::JOB::upsample::2::h", ""),
        ("MJ::Outpaint::50::1::h::SOLO", ""),
    ],
)
def test_which_buttons_open_a_window(name: str, kind: str) -> None:
    assert window_of(name) == Button(name, "", "").window == kind


def test_how_far_to_zoom() -> None:
    assert zoomed("a fox --zoom 1.8") == "a fox --zoom 1.8"
    for words in ("a fox", "a fox --zoom 3", "a fox --zoom 0.5", "a fox --zoom ..", ""):
        with pytest.raises(Invalid, match="Say how far to zoom"):
            zoomed(words)


@pytest.mark.parametrize(
    ("name", "told", "prompt", "words"),
    [
        ("MJ::Job::PicReader::2", "", "1️⃣ a fox\n\n2️⃣ a red fox", "a red fox"),
        ("MJ::Job::PromptAnalyzer::1", "", "## Shortened\n1️⃣ a fox\n2️⃣ fox", "a fox"),
        ("MJ::Job::PicReader::2", "a blue fox", "1️⃣ a fox\n\n2️⃣ a red fox", "a blue fox"),
        ("MJ::Job::PicReader::9", "", "a fox", "a fox"),
        ("MJ::JOB::variation::2::h", "", "2️⃣ a fox", "2️⃣ a fox"),
    ],
)
def test_what_stands_in_a_window(name: str, told: str, prompt: str, words: str) -> None:
    """Where the relay does not say it, it is the line that the button is about, and no other."""
    asked = Press.make(taskId="1", customId=name, parent_prompt=prompt)
    task = Task(
        id="t", provider="midjourney", action="press", submission=asked.model_dump_json(), caption="", user_id=1,
        locale="en-US", place=Place(channel_id=1), created_at=0.0, data={"final_prompt": told},
    )  # fmt: skip
    assert prompt_of(task) == words
    assert Press.own_answer(task, {"remix": True}) == {"prompt": words}


def test_speeds_do_not_stand_in_a_prompt() -> None:
    assert without_speed("a fox --turbo --ar 1:1 --FAST") == "a fox --ar 1:1"
    for asked in (Edit.make(prompt="a hat --fast", image=PICTURE), Video.make(prompt="a hat --fast", image=PICTURE)):
        assert asked.body()["prompt"] == "a hat"
    _press, answer = Press.make(taskId="1", customId="MJ::CustomZoom::h").steps()
    modal = answer.call({"answer": {"prompt": "a hat --zoom 2 --turbo"}, "waiting": "m-1"})
    assert isinstance(modal, Call) and modal.json["prompt"] == "a hat --zoom 2"
    assert without_speed("breakfast --fastness 3") == "breakfast --fastness 3"


def test_a_loop_has_no_end() -> None:
    with pytest.raises(Invalid, match="A loop ends where it begins"):
        Video.make(image=PICTURE, endImage="input:b", loop=True)
