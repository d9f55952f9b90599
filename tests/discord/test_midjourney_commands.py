"""/midjourney imagine, blend, describe, shorten, edit, video, face-swap, upload, show: on the wire and on the card."""

from typing import Any

import pytest
from simcord import OptionError

from bot.task import Phase
from tests.discord.kit import refusal
from tests.discord.midjourney import FOX, data_url, grid, made, marked, mj, picture, sent, shapes
from tests.world import World

RED, BLUE, GREEN, GOLD, GREY = (picture(name) for name in ("red", "blue", "green", "gold", "grey"))
JOB = "0f3c2b1a-1111-4222-8333-444455556666"
IMAGINE: dict[str, Any] = {"botType": "MID_JOURNEY", "prompt": FOX, "base64Array": []}


@pytest.mark.parametrize(
    ("options", "body"),
    [
        ({}, {}),
        ({"bot": "NIJI_JOURNEY", "version": "niji 6"}, {"botType": "NIJI_JOURNEY", "prompt": f"{FOX} --niji 6"}),
        (
            {
                "aspect_ratio": "16x9",
                "version": "6.1",
                "stylize": 0,
                "chaos": 100,
                "weird": 3000,
                "seed": 4294967295,
                "no": "people, cars",
            },
            {
                "prompt": f"{FOX} --ar 16:9 --v 6.1 --s 0 --c 100 --w 3000 --seed 4294967295 --no people, cars",
            },
        ),
        ({"prompt": f"{FOX} --ar 2:3 --tile --TURBO", "aspect_ratio": "1:1"}, {"prompt": f"{FOX} --ar 2:3 --tile"}),
        (
            {"image": RED, "image2": BLUE, "image3": GREEN},
            {"base64Array": [data_url(RED), data_url(BLUE), data_url(GREEN)]},
        ),
    ],
)
async def test_imagine(world: World, options: dict[str, Any], body: dict[str, Any]) -> None:
    task = await made(world, "imagine", **({"prompt": FOX} | options))
    assert sent(world) == [("imagine", IMAGINE | body)]
    assert task.phase is Phase.DELIVERED
    assert len(world.message(task).attachments) == 1


@pytest.mark.parametrize(("speed", "prefix"), [("fast", "/mj-fast"), ("relax", "/mj-relax"), ("turbo", "/mj-turbo")])
async def test_speeds_are_paths(world: World, speed: str, prefix: str) -> None:
    task = await made(world, "imagine", 35, prompt=f"{FOX} --relax", speed=speed)
    assert sent(world) == [(f"{prefix.removeprefix('/')}/imagine", IMAGINE)]
    assert task.phase is Phase.DELIVERED
    asked = {call.path for call in world.relay.calls if "/task/" in call.path}
    assert asked == {f"{prefix}/mj/task/list-by-condition"}


async def test_speed_of_the_operator(world: World) -> None:
    await world.restart(MIDJOURNEY_SPEED="relax", MIDJOURNEY_RELAX="/relax", MIDJOURNEY_OFFICIAL_LINKS="true")
    await made(world, "imagine", 5, prompt=FOX)
    assert sent(world) == [("relax/imagine", IMAGINE | {"noStorage": True})]


@pytest.mark.parametrize(
    ("pictures", "options"), [((RED, BLUE), {}), ((RED, BLUE, GREEN, GOLD, GREY), {"dimensions": "PORTRAIT"})]
)
async def test_blend(world: World, pictures: tuple[Any, ...], options: dict[str, Any]) -> None:
    given = {f"image{number}": one for number, one in enumerate(pictures, 1)}
    task = await made(world, "blend", **given, **options)
    body = {"base64Array": [data_url(one) for one in pictures], "dimensions": "SQUARE", "botType": "MID_JOURNEY"}
    assert sent(world) == [("blend", body | options)]
    assert task.phase is Phase.DELIVERED and "U1" in world.labels(task)


async def test_a_sixth_picture_cannot_be_given(world: World) -> None:
    with pytest.raises(OptionError):
        await mj(world, "blend", image1=RED, image2=BLUE, image6=GREEN)
    with pytest.raises(OptionError):
        await mj(world, "blend", image1=RED)


async def test_describe(world: World) -> None:
    task = await made(world, "describe", image=RED)
    assert sent(world) == [("describe", {"base64": data_url(RED), "botType": "MID_JOURNEY"})]
    assert task.phase is Phase.DELIVERED and not world.message(task).attachments
    assert "4️⃣" in world.text(task)


async def test_shorten(world: World) -> None:
    task = await made(world, "shorten", prompt="a long prompt about a fox in the snow")
    assert sent(world)[0][0] == "shorten"
    assert task.phase is Phase.DELIVERED and not world.message(task).attachments
    assert "5️⃣" in world.text(task)


@pytest.mark.parametrize("form", ["image", "array"])
async def test_edit(world: World, form: str) -> None:
    await world.restart(MIDJOURNEY_EDITS=form)
    task = await made(world, "edit", prompt="a hat", image=RED, mask=marked((64, 48)))
    [(path, body)] = sent(world)
    assert (path, body["prompt"]) == ("edits", "a hat")
    assert body.get("image", body.get("base64Array")) == (data_url(RED) if form == "image" else [data_url(RED)])
    assert body["maskBase64"].startswith("data:image/png;base64,")
    assert task.phase is Phase.DELIVERED


@pytest.mark.parametrize(
    ("mask", "why"),
    [
        (marked((65, 48)), "The mask has another size than the picture: both must have the same width and height."),
        (marked((64, 48), nothing=True), "Nothing is marked in the mask: paint white what is to be changed."),
    ],
)
async def test_edit_with_a_wrong_mask(world: World, mask: Any, why: str) -> None:
    assert refusal(await mj(world, "edit", prompt="a hat", image=RED, mask=mask)) == why
    await world.work()
    assert sent(world) == [] and await world.tasks() == []


async def test_video(world: World) -> None:
    options = {"motion": "high", "end_image": BLUE, "count": 1, "resolution": "vid_1.1_i2v_720"}
    task = await made(world, "video", 30, image=RED, prompt="it runs", **options)
    body = {"prompt": "it runs", "motion": "high", "image": data_url(RED), "endImage": data_url(BLUE)}
    assert sent(world) == [("video", body | {"batchSize": 1, "videoType": "vid_1.1_i2v_720"})]
    assert [file.filename.rpartition(".")[2] for file in world.message(task).attachments] == ["mp4"]


async def test_a_loop_has_no_end(world: World) -> None:
    result = await mj(world, "video", image=RED, prompt="it runs", end_image=BLUE, loop=True)
    assert refusal(result) == "A loop ends where it begins: leave `end_image` or `loop` out."


async def test_face_swap(world: World) -> None:
    task = await made(world, "face-swap", face=RED, image=BLUE)
    body = {"sourceBase64": data_url(RED), "targetBase64": data_url(BLUE)}
    assert sent(world) == [("mj/insight-face/swap", body)]
    assert task.phase is Phase.DELIVERED and "U1" not in world.labels(task)


async def test_upload(world: World) -> None:
    task = await made(world, "upload", 5, image=RED)
    assert sent(world) == [("upload-discord-images", {"base64Array": [data_url(RED)]})]
    assert task.phase is Phase.DELIVERED and "http" in world.text(task)
    assert world.relay.paid() == []


async def test_upload_that_is_forbidden(world: World) -> None:
    world.relay.midjourney.uploads = False
    task = await made(world, "upload", 5, image=RED)
    assert task.phase is Phase.FAILED and "禁止上传" in world.text(task)


async def test_show(world: World) -> None:
    task = await made(world, "show", job_id=f" {JOB} ")
    assert sent(world) == [("show", {"jobId": JOB, "botType": "MID_JOURNEY"})]
    assert task.phase is Phase.DELIVERED and "V4" in world.labels(task)


# ------------------------------------------------------------------------------------------------ wrong values


@pytest.mark.parametrize(
    ("command", "options", "why"),
    [
        ("imagine", {"prompt": FOX, "aspect_ratio": "wide"}, "“wide” is no aspect ratio. Write it like 16:9."),
        ("imagine", {"prompt": FOX, "aspect_ratio": "0:9"}, "“0:9” is no aspect ratio. Write it like 16:9."),
        ("imagine", {"prompt": FOX, "version": "seven"}, "“seven” is no version. Write it like 7 or niji 6."),
        ("imagine", {"prompt": "   "}, "“prompt” is empty."),
    ],
)
async def test_wrong_values(world: World, command: str, options: dict[str, Any], why: str) -> None:
    assert refusal(await mj(world, command, **options)) == why
    await world.work()
    assert sent(world) == []


async def test_a_file_that_is_no_picture(world: World) -> None:
    result = await mj(world, "describe", image=("fox.png", b"no picture at all"))
    assert refusal(result) == "fox.png is not a picture. PNG, JPEG, WebP and GIF can be used."
    assert await world.tasks() == []


# ------------------------------------------------------------------------------------------------ other relays


async def test_stock_relay(world: World) -> None:
    """Without what only trueai has; codes 21 and 22 rewritten, another's links, answers every fifteen seconds."""
    world.relay.midjourney.like_new_api()
    task = await made(world, "imagine", 60, prompt=FOX)
    assert task.phase is Phase.DELIVERED and await shapes(world, task) == [(720, 720)]
    shown = await made(world, "show", 5, job_id=JOB)
    assert shown.phase is Phase.FAILED
    assert "This relay does not offer that feature. Nothing was charged." in world.text(shown)
    assert "does not offer that" in refusal(await mj(world, "show", job_id=JOB))


@pytest.mark.parametrize("batch", ["missing", "html"])
async def test_without_a_batch_tasks_are_asked_for_singly(world: World, batch: Any) -> None:
    world.relay.midjourney.batch = batch
    task = await made(world, "imagine", prompt=FOX)
    assert task.phase is Phase.DELIVERED
    assert [call.path for call in world.relay.calls].count("/mj/task/list-by-condition") == 1
    assert f"/mj/task/{task.remote_id}/fetch" in [call.path for call in world.relay.calls]


@pytest.mark.parametrize("batch", ["data", "code"])
async def test_batches_in_envelopes(world: World, batch: Any) -> None:
    world.relay.midjourney.batch = batch
    task = await grid(world)
    assert not [call for call in world.relay.calls if call.path.endswith("/fetch")]
    assert task.phase is Phase.DELIVERED
