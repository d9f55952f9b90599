"""What a user gives and cannot be used: a private sentence, nothing stored, nothing charged, no card left over."""

import base64
import io
from typing import Any

import aiohttp
import pytest
from PIL import Image
from simcord import InteractionResult

from bot.engine.submit import NOT_OFFERED
from bot.task import Phase
from bot.text import Text, _
from tests.faults.tools import (
    READERS,
    Log,
    assert_nothing_happened,
    assert_refused,
    reader_of,
    seen_by_all,
    unlimited,
)
from tests.world import World, alone, said

MIB = 1024 * 1024
EMPTY = _("“{field}” is empty.", field="prompt")
UNFINISHED = _("That task is not finished yet, or it did not work out.")
NOT_YOURS = _("Only the one who asked for this can do that.")


def too_long(given: int) -> Text:
    return _("“{field}” is too long: {given} characters, at most {limit}.", field="prompt", given=given, limit=5000)


def picture(form: str) -> bytes:
    """A small real picture."""
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(out, form)
    return out.getvalue()


@READERS
@pytest.mark.parametrize(
    ("prompt", "text"),
    [("", EMPTY), ("   ", EMPTY), ("\u3000\n\t", EMPTY), ("x" * 5001, too_long(5001)), ("鱼" * 9000, too_long(9000))],
    ids=["empty", "spaces", "other spaces", "one too many", "long"],
)
async def test_a_prompt_that_cannot_be_used(world: World, log: Log, reader: str, prompt: str, text: Text) -> None:
    who = reader_of(world, reader)
    unlimited(world)
    result = await world.video(who, prompt)
    await assert_refused(world, log, result, who, text, what="/luma video")
    await assert_nothing_happened(world)


async def test_the_longest_prompt_is_sent_whole_and_without_the_spaces_around_it(world: World) -> None:
    unlimited(world)
    await world.video(prompt=f"  {'x' * 5000}\n")
    await world.pass_time(60)
    assert (await world.task()).phase is Phase.DELIVERED
    assert [job.prompt for job in world.relay.paid()] == ["x" * 5000]


@READERS
@pytest.mark.parametrize(
    ("prompt", "text"), [("  \n ", EMPTY), ("x" * 5001, too_long(5001))], ids=["spaces", "too long"]
)
async def test_a_prompt_in_a_form_that_cannot_be_used(
    world: World, log: Log, reader: str, prompt: str, text: Text
) -> None:
    who = reader_of(world, reader)
    task = await world.delivered(who)
    shown = await world.press(task, "extend", who)
    assert shown._interaction.modal is not None
    shown._interaction.modal["components"][0]["component"].pop("max_length")
    result = await who.submit_modal(shown, {"prompt": prompt})
    await assert_refused(world, log, result, who, text, what=f"form:extend:{task.id}", cards=1)
    assert len(await world.tasks()) == len(world.relay.paid()) == 1


NO_PICTURE = _("{file} is not a picture. PNG, JPEG, WebP and GIF can be used.", file="a.png")
TOO_LARGE = _("{file} is too large: at most {limit} MiB.", file="a.png", limit=10)


@READERS
@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"Dear diary, this is only text.", NO_PICTURE),
        (b"", NO_PICTURE),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", NO_PICTURE),
        (b"\x89PNG\r\n\x1a\n" + bytes(11 * MIB), TOO_LARGE),
    ],
    ids=["text", "empty", "svg", "11 MiB"],
)
@pytest.mark.parametrize("option", ["image", "end_image"])
async def test_a_file_that_cannot_be_used(
    world: World, log: Log, reader: str, content: bytes, text: Text, option: str
) -> None:
    who = reader_of(world, reader)
    files: dict[str, Any] = {option: ("a.png", content)}
    result = await world.video(who, **files)
    await assert_refused(world, log, result, who, text, what="/luma video")
    await assert_nothing_happened(world)


async def test_a_picture_is_measured_by_its_bytes_whatever_discord_says_of_it(
    world: World, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Discord's word on the size is checked before the file is read, and its real size afterwards."""
    large = b"\x89PNG\r\n\x1a\n" + bytes(10 * MIB)

    async def read(_url: str) -> bytes:
        return large

    monkeypatch.setattr(world.app.client.http, "get_from_cdn", read)
    result = await world.video(image=("a.png", picture("PNG")))
    await assert_refused(world, log, result, world.ann, TOO_LARGE, what="/luma video")
    await assert_nothing_happened(world)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF"])
async def test_a_picture_is_known_by_its_bytes_and_not_by_its_name(world: World, form: str) -> None:
    content = picture(form)
    await world.video(image=("holiday.txt", content), end_image=("end", content))
    await world.pass_time(60)
    assert (await world.task()).phase is Phase.DELIVERED
    (job,) = world.relay.paid()
    expected = f"data:image/{form.lower()};base64,{base64.b64encode(content).decode()}"
    assert (job.body["image_url"], job.body["image_end_url"]) == (expected, expected)


@READERS
@pytest.mark.parametrize("problem", [None, aiohttp.ClientPayloadError("cut"), TimeoutError()], ids=repr)
async def test_a_picture_that_discord_no_longer_has(
    world: World, log: Log, monkeypatch: pytest.MonkeyPatch, reader: str, problem: Exception | None
) -> None:
    who = reader_of(world, reader)

    def gone(_url: str) -> bytes | None:
        if problem is not None:
            raise problem
        return None

    monkeypatch.setattr(world.env.backend.cdn, "get", gone)
    result = await world.video(who, image=("a.png", picture("PNG")))
    text = _("{file} could not be read from Discord. Please try again.", file="a.png")
    await assert_refused(world, log, result, who, text, what="/luma video")
    await assert_nothing_happened(world)


async def extend(world: World, reader: str, task_id: str) -> InteractionResult:
    """``/luma extend``."""
    return await reader_of(world, reader).slash(world.channel, "luma extend", task=task_id, prompt="it runs away")


@READERS
@pytest.mark.parametrize("given", ["nosuchtask", "  ", "'; DROP TABLE tasks; --", "x" * 200])
async def test_a_task_that_does_not_exist(world: World, log: Log, reader: str, given: str) -> None:
    who = reader_of(world, reader)
    text = _("There is no task “{task}”.", task=given.strip()[:40])
    await assert_refused(world, log, await extend(world, reader, given), who, text, what="/luma extend")
    for command in ("tasks show", "tasks cancel", "tasks retry"):
        result = await who.slash(world.channel, command, id=given)
        await assert_refused(world, log, result, who, text, what=f"/{command}")
    await assert_nothing_happened(world)


@READERS
async def test_a_task_of_somebody_else(world: World, log: Log, reader: str) -> None:
    who = reader_of(world, reader)
    task = await world.delivered(world.ben)
    for command in ("tasks show", "tasks cancel", "tasks retry"):
        result = await who.slash(world.channel, command, id=task.id)
        await assert_refused(world, log, result, who, NOT_YOURS, what=f"/{command}", cards=1)
    result = await extend(world, reader, task.id)
    await assert_refused(world, log, result, who, NOT_YOURS, what="/luma extend", cards=1)
    for button in ("extend", "delete"):
        result = await world.press(task, button, who)
        await assert_refused(world, log, result, who, NOT_YOURS, what=f"v1:{button}:{task.id}", cards=1)
    assert await world.tasks() == [task]
    assert len(world.relay.paid()) == 1


@READERS
@pytest.mark.parametrize("prompt", ["a fox", "a fox sim:fail", "a fox sim:lost"])
async def test_a_task_that_has_no_result_cannot_be_extended(world: World, log: Log, reader: str, prompt: str) -> None:
    who = reader_of(world, reader)
    await world.video(who, prompt)
    await world.pass_time(5 if prompt == "a fox" else 120)
    task = await world.task()
    result = await extend(world, reader, task.id)
    await assert_refused(world, log, result, who, UNFINISHED, what="/luma extend", cards=1)
    assert len(world.relay.paid()) == 1


async def test_a_button_that_was_used_already(world: World, log: Log) -> None:
    await world.video(prompt="a fox sim:fail")
    await world.pass_time(60)
    failed = await world.task()
    old = world.message(failed)
    retry = f"v1:retry:{failed.id}"
    await world.ann.click(old, custom_id=retry)
    heir = await world.task()
    assert heir.id != failed.id
    world.env.backend.edit_message(old.channel.id, old.id, {"components": [row.to_dict() for row in old.components]})
    world.clock.now += 2
    result = await world.ann.click(world.message(failed), custom_id=retry)
    text = _("This was retried already, as task {task}.", task=heir.id)
    await assert_refused(world, log, result, world.ann, text, what=retry, cards=1)
    await world.pass_time(60)
    assert len(world.relay.paid()) == len(await world.tasks()) == 2


@READERS
async def test_the_26th_request_in_line(world: World, log: Log, reader: str) -> None:
    who = reader_of(world, reader)
    for number in range(25):
        await world.video(who, f"fox {number}")
    result = await world.video(who, "one fox too many")
    text = _("You already have {count} requests waiting in line. Wait for some, or cancel one.", count=25)
    await assert_refused(world, log, result, who, text, what="/luma video", cards=25)
    await world.video(world.ben, "somebody else's fox")
    assert len(await world.tasks()) == 26
    assert world.relay.calls == []
    await world.work()
    await world.video(who, "now there is room")
    assert len(await world.tasks()) == 27


@READERS
async def test_a_provider_that_is_not_offered_any_more(world: World, log: Log, reader: str) -> None:
    """The command is gone after the operator changed the settings; the buttons of old cards are still there."""
    who = reader_of(world, reader)
    task = await world.delivered(who)
    world.app.config.providers = {}
    result = await world.press(task, "again", who)
    await assert_refused(world, log, result, who, NOT_OFFERED, what=f"v1:again:{task.id}", cards=1)
    assert len(await world.tasks()) == len(world.relay.paid()) == 1


@READERS
async def test_options_that_the_relay_s_form_does_not_have(world: World, log: Log, reader: str) -> None:
    who = reader_of(world, reader)
    only_official = _("Length and resolution can be chosen for Luma's own models only: choose one with `model`.")
    result = await world.video(who, duration="5s")
    await assert_refused(world, log, result, who, only_official, what="/luma video")
    not_set_up = _("This bot's relay is not set up for Luma's own models. Leave `model` out.")
    result = await world.video(who, model="ray-2")
    await assert_refused(world, log, result, who, not_set_up, what="/luma video")
    await assert_nothing_happened(world)


async def test_an_answer_in_private_works_where_discord_takes_no_further_message(world: World) -> None:
    """A follow-up that Discord refuses (five at most for a user's own app): the words then fill the public line."""
    world.env.inject_error("POST", "/webhooks/*", status=400, code=50035)
    result = await world.video(image=("a.png", b"text"))
    assert not alone(result)
    assert "a.png is not a picture" in said(result)
    assert seen_by_all(world) == 1
    assert await world.tasks() == []
