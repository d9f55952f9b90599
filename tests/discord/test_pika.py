"""/pika: on the wire in both forms, on the card, what else leads to it, and what cannot be asked for."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from simcord import InteractionResult, OptionError

from bot.providers.pika.requests import EFFECTS, STYLES
from bot.task import Phase, Task
from tests.discord.flux import picture
from tests.discord.kit import here, one_film, parts, refusal
from tests.world import World, a_world

GENERATE, PRO = "/pika/generate", "/pika/pro/generate"
FOX = ("fox.png", picture(300, 400))
CLIP = ("fox.mp4", b"\0\0\0\x18ftypisom" + bytes(100))
PARAMETERS = {"guidanceScale": 12, "motion": 1, "negativePrompt": ""}
SETTINGS: dict[str, Any] = {"frameRate": 24, "camera": {}, "parameters": PARAMETERS}
PLAIN: dict[str, Any] = {
    "promptText": "a fox", "model": "2.0", "pikaffect": "", "options": {**SETTINGS, "extend": False},
}  # fmt: skip
IN_PRO: dict[str, Any] = {"prompt": "a fox", "ratio": "16:9", "model": 1.5, "options": SETTINGS}


@asynccontextmanager
async def studio(folder: Path, **settings: Any) -> AsyncIterator[World]:
    """The world with Pika, where every video is the same."""
    async with a_world(folder, PROVIDERS="luma,pika,flux", **settings) as found:
        one_film(found)
        yield found


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A relay with both forms."""
    async with studio(tmp_path) as found:
        yield found


@pytest.fixture
async def pro(tmp_path: Path) -> AsyncIterator[World]:
    """The same, asked in the form ``pro``."""
    async with studio(tmp_path, PIKA_FORM="pro") as found:
        yield found


async def pika(world: World, command: str = "video", **options: Any) -> InteractionResult:
    """A command of ``/pika``."""
    given = {"prompt": "a fox"} if command == "video" else {"image": FOX, "effect": "Melt"}
    return await world.ann.slash(world.channel, f"pika {command}", **{**given, **options})


async def made(world: World, command: str = "video", **options: Any) -> Task:
    """What a command came to."""
    await pika(world, command, **options)
    await world.pass_time(40)
    return await world.task()


def sent(world: World) -> list[tuple[str, Any]]:
    """(path, body) of every request, with the links of files told by their names."""
    found = [call for call in world.relay.calls if call.method == "POST" and call.path.endswith("/generate")]
    return [(call.path, {name: named(value) for name, value in call.json.items()}) for call in found]


def named(value: Any) -> Any:
    return value.partition("?")[0].rpartition("/")[2] if str(value).startswith("http") else value


def asked(world: World, task: Task) -> set[tuple[str, str, Any]]:
    """(method, path, body) of every question about a task."""
    found = [call for call in world.relay.calls if "/pika/feed" in call.path]
    return {(call.method, call.path.replace(task.remote_id, "ID"), str(call.json)) for call in found}


# ------------------------------------------------------------------------------------------------ on the wire


@pytest.mark.parametrize(
    ("command", "options", "body"),
    [
        ("video", {}, {**PLAIN, "options": {"aspectRatio": 16 / 9, **PLAIN["options"]}}),
        (
            "video",
            {"aspect_ratio": "9:16", "frame_rate": 12, "motion": 4, "guidance": 20, "negative_prompt": "rain",
             "seed": 7, "pan": "left", "tilt": "up", "rotate": "cw", "zoom": "out", "model": "1.5"},
            {
                **PLAIN,
                "model": "1.5",
                "options": {
                    "aspectRatio": 0.5625,
                    "frameRate": 12,
                    "camera": {"pan": "left", "tilt": "up", "rotate": "cw", "zoom": "out"},
                    "parameters": {"guidanceScale": 20, "motion": 4, "negativePrompt": "rain", "seed": 7},
                    "extend": False,
                },
            },
        ),
        ("video", {"image": FOX}, {**PLAIN, "image": "fox.png"}),
        ("video", {"video": CLIP}, {**PLAIN, "video": "fox.mp4"}),
        ("effect", {}, {**PLAIN, "promptText": "Melt it", "pikaffect": "Melt", "image": "fox.png"}),
        (
            "effect",
            {"effect": "eye pop", "prompt": "its eyes", "seed": 7},
            {
                **PLAIN,
                "promptText": "its eyes",
                "pikaffect": "Eye-pop",
                "image": "fox.png",
                "options": {**SETTINGS, "parameters": {**PARAMETERS, "seed": 7}, "extend": False},
            },
        ),
    ],
)  # fmt: skip
async def test_in_the_form_generate(world: World, command: str, options: dict[str, Any], body: Any) -> None:
    task = await made(world, command, **options)
    assert sent(world) == [(GENERATE, body)]
    assert task.phase is Phase.DELIVERED, world.text(task)
    assert asked(world, task) == {("GET", "/pika/feed/ID", "None")}


@pytest.mark.parametrize(
    ("command", "options", "body"),
    [
        ("video", {"sound": True, "style": "Anime"}, {**IN_PRO, "sfx": True, "style": "Anime"}),
        ("video", {"image": FOX}, {**IN_PRO, "ratio": "3:4", "image": "fox.png"}),
        ("video", {"video": CLIP, "aspect_ratio": "1:1"}, {**IN_PRO, "ratio": "1:1", "video": "fox.mp4"}),
        ("effect", {}, {**IN_PRO, "prompt": "Melt it", "style": "Melt", "ratio": "3:4", "image": "fox.png"}),
    ],
)
async def test_in_the_form_pro(pro: World, command: str, options: dict[str, Any], body: Any) -> None:
    task = await made(pro, command, **options)
    assert sent(pro) == [(PRO, body)]
    assert task.phase is Phase.DELIVERED, pro.text(task)
    assert asked(pro, task) == {("POST", "/pika/feed", str({"task_id": task.remote_id}))}


async def test_the_form_pro_is_asked_the_old_way_where_it_must_be(pro: World) -> None:
    pro.relay.pika.query, pro.relay.pika.states = "get", True
    task = await made(pro)
    assert task.phase is Phase.DELIVERED
    assert ("GET", "/pika/feed?task_id=ID", "None") in asked(pro, task)


@pytest.mark.parametrize(("form", "paths"), [("generate", [GENERATE, PRO]), ("pro", [PRO, GENERATE])])
async def test_the_other_form_is_tried_once(tmp_path: Path, form: str, paths: list[str]) -> None:
    async with studio(tmp_path, PIKA_FORM=form) as world:
        world.relay.pika.forms = ("pro",) if form == "generate" else ("generate",)
        task = await made(world, "effect")
        assert task.phase is Phase.DELIVERED
        assert [path for path, _body in sent(world)] == paths and len(world.relay.paid()) == 1
        assert {path.partition("?")[0] for _method, path, _json in asked(world, task)} == {
            "/pika/feed" if form == "generate" else "/pika/feed/ID"
        }


async def test_a_relay_with_neither_form(world: World) -> None:
    world.relay.pika.forms = ()
    task = await made(world)
    assert [path for path, _body in sent(world)] == [GENERATE, PRO]
    assert task.phase is Phase.FAILED and world.relay.paid() == []
    assert "This relay does not offer that feature. Nothing was charged." in world.text(task)
    assert refusal(await pika(world)).startswith("This relay does not offer that.")


async def test_sound_that_the_other_form_cannot_have(pro: World) -> None:
    pro.relay.pika.forms = ("generate",)
    task = await made(pro, sound=True)
    assert task.phase is Phase.FAILED and [path for path, _body in sent(pro)] == [PRO]
    assert "This relay's form of Pika does not know `sound`: leave it out. Nothing was charged." in pro.text(task)


async def test_what_the_operator_chose(tmp_path: Path) -> None:
    settings = {"PIKA_MODEL": "1.0", "PIKA_PREFIX": "/vip", "PIKA_FORM": "pro"}
    async with studio(tmp_path, PIKA_CALLBACK="https://bot.example/hook", **settings) as world:
        world.relay.pika.callback = True
        task = await made(world)
        assert task.phase is Phase.DELIVERED, world.text(task)
        assert sent(world) == [(f"/vip{PRO}", {**IN_PRO, "model": 1.0, "callback_url": "hook"})]
        assert {path for _method, path, _json in asked(world, task)} == {"/vip/pika/feed"}


@pytest.mark.parametrize("form", ["data", "base64"])
async def test_pictures_as_the_operator_wants_them(tmp_path: Path, form: str) -> None:
    async with studio(tmp_path, PIKA_IMAGES=form) as world:
        assert (await made(world, image=FOX)).phase is Phase.DELIVERED
        ((_path, body),) = sent(world)
        assert body["image"].startswith("data:image/png;base64," if form == "data" else "iVBORw0KGgo")


@pytest.mark.parametrize("submit", ["data.id", "data.task_id", "task_id"])
async def test_other_shapes_of_answers(world: World, submit: Any) -> None:
    options = world.relay.pika
    options.submit, options.answers, options.videos = submit, "enveloped", "missing"
    options.nested_string_data, options.fresh_unknown = submit == "task_id", True
    assert (await made(world)).phase is Phase.DELIVERED


async def test_the_form_pro_in_an_envelope(pro: World) -> None:
    pro.relay.pika.answers = "enveloped"
    assert (await made(pro)).phase is Phase.DELIVERED


# ------------------------------------------------------------------------------------------------ on the card


async def test_the_card(world: World) -> None:
    task = await made(world, "effect", seed=7)
    card = world.card(task)
    assert card.title == "🐇 Pika · effect" and "Melt it" in world.text(task) and "Seed: 7" in world.text(task)
    options = {field.name: field.value for field in card.fields}["Options"]
    assert options == "`seed` 7 · `image` 🖼️ · `effect` Melt"
    (file,) = world.message(task).attachments
    assert file.filename.endswith(".mp4")
    assert {"Again", "Details", "Delete"} <= set(world.labels(task))


async def test_again(world: World) -> None:
    task = await made(world, "effect")
    await world.press(task, "again")
    await world.pass_time(40)
    (first, second) = sent(world)
    assert first == second and (await world.task()).phase is Phase.DELIVERED


@pytest.mark.parametrize("form", ["generate", "pro"])
@pytest.mark.parametrize(
    ("prompt", "phase", "words"),
    [
        ("sim:fail", Phase.FAILED, "The model could not finish this generation"),
        ("sim:banned", Phase.FAILED, "The prompt was refused by content moderation"),
        ("sim:quota", Phase.FAILED, "The relay account has no credit left"),
        ("sim:throttle", Phase.DELIVERED, "✅ Finished"),
        ("sim:expired", Phase.DELIVERED, "✅ Finished"),
        ("sim:nolink", Phase.RUNNING, "Being made"),
        ("sim:lost", Phase.WAITING, "waiting for its turn"),
    ],
)
async def test_how_it_can_end(tmp_path: Path, form: str, prompt: str, phase: Phase, words: str) -> None:
    async with studio(tmp_path, PIKA_FORM=form) as world:
        world.relay.media_url = None if "expired" in prompt else world.relay.media_url
        task = await made(world, prompt=f"a fox {prompt}")
        assert task.phase is phase and words in world.text(task), world.text(task)


async def test_an_error_in_an_answer_of_status_200(pro: World) -> None:
    pro.relay.pika.callback = True
    task = await made(pro)
    assert task.phase is Phase.FAILED and pro.relay.paid() == []
    assert r"The relay refused: callback\_url is required Nothing was charged." in pro.text(task)


# ------------------------------------------------------------------------------------------------ uses


async def use(world: World, source: Task, key: str, family: str = "", **typed: str) -> InteractionResult:
    """Choose what is done with the result of a card, and fill its form."""
    button = f"v1:picture:{source.id}:{family}" if family else f"v1:picture:{source.id}"
    menu = await world.ann.click(world.message(source), custom_id=button)
    if menu.modal is None:
        (offered,) = [part for part in parts(here(menu).components) if part["type"] == 3]
        assert key in {option["value"] for option in offered["options"]}
        menu = await world.ann.select(here(menu), [key])
    result = await world.ann.submit_modal(menu, typed)
    await world.pass_time(40)
    return result


async def drawn(world: World) -> Task:
    """A card with a picture."""
    film, world.relay.media_url = world.relay.media_url, None
    await world.ann.slash(world.channel, "flux image", prompt="a fox")
    await world.pass_time(30)
    world.clock.now += 1
    world.relay.media_url = film
    return await world.task()


async def test_a_picture_is_animated(world: World) -> None:
    first = await drawn(world)
    await use(world, first, "pika-video", "video", prompt="it runs")
    task = await world.task()
    assert (task.provider, task.phase, task.parent_id) == ("pika", Phase.DELIVERED, first.id)
    ((_path, body),) = sent(world)
    assert body["promptText"] == "it runs" and "image" in body and "aspectRatio" not in body["options"]


async def test_an_effect_on_a_picture(world: World) -> None:
    first = await drawn(world)
    sentence = refusal(await use(world, first, "pika-effect", effect="burn"))
    assert sentence == f"There is no effect “burn”. There are {', '.join(EFFECTS)}."
    assert world.relay.count("POST", "/pika") == 0
    await use(world, first, "pika-effect", effect="inflate")
    ((_path, body),) = sent(world)
    assert (body["promptText"], body["pikaffect"]) == ("Inflate it", "Inflate")
    assert (await world.task()).phase is Phase.DELIVERED


async def test_a_video_is_made_anew(world: World) -> None:
    first = await made(world)
    world.clock.now += 1
    await use(world, first, "pika-restyle", "restyle", prompt="in clay")
    ((_one, _plain), (_path, body)) = sent(world)
    assert body["promptText"] == "in clay" and body["video"].endswith(".mp4") and "image" not in body
    assert (await world.task()).phase is Phase.DELIVERED


# ------------------------------------------------------------------------------------------------ mistakes, choices


@pytest.mark.parametrize(
    ("command", "options", "sentence"),
    [
        ("video", {"image": FOX, "video": CLIP}, "Give either `image` or `video`, not both."),
        (
            "video",
            {"image": FOX, "aspect_ratio": "1:1"},
            "The video takes the shape of the picture: leave `aspect_ratio` out.",
        ),
        ("video", {"aspect_ratio": "wide"}, "`aspect_ratio` must be written like 16:9 and lie between 5:2 and 2:5."),
        ("video", {"sound": True}, "This relay's form of Pika does not know `sound`: leave it out."),
        ("video", {"style": "Anime"}, "This relay's form of Pika does not know `style`: leave it out."),
        ("video", {"prompt": " "}, "“prompt” is empty."),
        ("video", {"image": ("fox.png", b"words")}, "fox.png is not a picture. PNG, JPEG, WebP and GIF can be used."),
        ("video", {"video": FOX}, "fox.png is no video. MP4, MOV and WebM can be used."),
        ("effect", {"effect": "burn"}, f"There is no effect “burn”. There are {', '.join(EFFECTS)}."),
    ],
)
async def test_what_cannot_be_asked_for(world: World, command: str, options: dict[str, Any], sentence: str) -> None:
    assert refusal(await pika(world, command, **options)) == sentence
    assert await world.tasks() == [] and world.relay.calls == []


@pytest.mark.parametrize("options", [{"motion": 5}, {"guidance": 4}, {"frame_rate": 25}, {"pan": "up"}, {"seed": -1}])
async def test_what_discord_itself_refuses(world: World, options: dict[str, Any]) -> None:
    with pytest.raises(OptionError):
        await pika(world, **options)


async def test_an_effect_needs_a_picture(world: World) -> None:
    with pytest.raises(OptionError):
        await world.ann.slash(world.channel, "pika effect", effect="Melt")


async def choices(world: World, command: str, option: str, typed: str, **given: Any) -> list[str]:
    found = await world.ann.autocomplete(world.channel, f"pika {command}", option, typed, **given)
    return [choice["value"] for choice in found]


async def test_choices(world: World, tmp_path: Path) -> None:
    assert await choices(world, "effect", "effect", "") == list(EFFECTS)
    assert await choices(world, "effect", "effect", "fla") == ["Deflate", "Inflate"]
    assert await choices(world, "video", "model", "") == ["2.0", "1.5"]
    assert await choices(world, "video", "aspect_ratio", "4:") == ["4:3", "4:5"]
    assert await choices(world, "video", "style", "") == []


async def test_styles_are_offered_in_the_form_that_has_them(pro: World) -> None:
    assert await choices(pro, "video", "style", "") == list(STYLES)
