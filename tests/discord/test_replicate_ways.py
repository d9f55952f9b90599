"""/replicate in Discord: the form, what is refused before, autocomplete, and the ways from elsewhere."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from simcord import InteractionResult, OptionError

from bot.task import Phase
from tests.discord.kit import here, parts, refusal
from tests.discord.replicate import FILE, FOX, HERE, KONTEXT, LLAMA, SCHNELL, ask, data, made, sent
from tests.world import World, a_world, alone


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """The world with Replicate."""
    async with a_world(tmp_path, PROVIDERS="replicate") as found:
        yield found


def prefilled(form: InteractionResult) -> dict[str, str]:
    """The texts that a form begins with."""
    assert form.modal is not None
    fields = [row["component"] for row in form.modal["components"]]
    return {field["custom_id"]: field.get("value") or "" for field in fields if field["type"] == 4}


# ------------------------------------------------------------------------------------------------ the form


@pytest.mark.parametrize("command", ["run", "form"])
async def test_a_form_with_room_for_many_inputs(world: World, command: str) -> None:
    form = await ask(world, command, model=KONTEXT)
    assert prefilled(form) == {"model": KONTEXT, "inputs": "prompt="}
    typed = {"model": KONTEXT, "inputs": "prompt=at night\nseed=7\ninput_image=@2", "file2": FILE}
    result = await world.ann.submit_modal(form, typed)
    assert not alone(result)
    await world.pass_time(30)
    given = {"prompt": "at night", "seed": 7, "input_image": data(FOX)}
    assert sent(world) == [(HERE, {"model": KONTEXT, "input": given})]
    assert (await world.task()).phase is Phase.DELIVERED


async def test_a_form_works_after_a_restart(world: World) -> None:
    model = "stability-ai/sdxl:39ed52f2a78e934b3ba6e2a89f5b1c712de7dfea535525255b1aa35c5565e08b"
    form = await ask(world, "form", model=model)
    assert prefilled(form) == {"model": model, "inputs": ""}
    await world.restart(PROVIDERS="replicate")
    await world.ann.submit_modal(form, {"model": model, "inputs": '{"prompt": "a fox"}'})
    await world.work()
    assert sent(world) == [(HERE, {"version": model, "input": {"prompt": "a fox"}})]


MISTAKES: list[tuple[dict[str, Any], str]] = [
    ({"inputs": '{"prompt":x}'}, "The inputs begin like JSON, but they are none: Expecting value"),
    ({"inputs": "a fox"}, "“a fox” has no `=`."),
    ({"inputs": "image=@1"}, "An input refers to file 1 as `@1`, but there is no such file."),
    ({"inputs": "prompt="}, "“prompt” is empty."),
    ({"model": "flux", "inputs": ""}, "“flux” is no model."),
    ({"file1": ("a.txt", b"words")}, "a.txt cannot be used: it is no picture, recording, video or ZIP file."),
]


async def test_a_form_that_is_filled_in_wrongly(world: World) -> None:
    for typed, sentence in MISTAKES:
        form = await ask(world, "form", model=LLAMA)
        result = await world.ann.submit_modal(form, {"model": LLAMA, **typed})
        assert refusal(result).startswith(sentence)
        assert await world.tasks() == [] and world.relay.calls == []


# ------------------------------------------------------------------------------------------------ refused before


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("form", {"model": "flux"}, "“flux” is no model. Write `owner/name`"),
    ("run", {"model": "flux"}, "“flux” is no model. Write `owner/name`"),
    ("run", {"model": LLAMA, "inputs": "[1, 2, 3, 4]"}, "The inputs must be one JSON object"),
    ("run", {"model": LLAMA, "inputs": '{"prompt":x}'}, "The inputs begin like JSON, but they are none"),
    ("run", {"model": LLAMA, "inputs": "a fox"}, "“a fox” has no `=`."),
    ("run", {"model": LLAMA, "inputs": "a=1; a=2"}, "The input “a” is given twice"),
    ("run", {"model": LLAMA, "inputs": "image=@3", "file1": FILE}, "An input refers to file 3 as `@3`"),
    ("run", {"model": LLAMA, "file1": FILE, "file2": FILE}, "No input uses file 2"),
    ("image", {"image": FILE, "model": SCHNELL}, f"{SCHNELL} takes no `image`"),
    ("image", {"aspect_ratio": "wide"}, "`aspect_ratio` must be written like 16:9"),
    ("image", {"model": KONTEXT, "n": 2}, f"{KONTEXT} takes no `n`"),
    ("image", {"model": "minimax/video-01"}, "minimax/video-01 makes videos: use `/replicate video`."),
    ("image", {"image": FILE, "inputs": "input_image=https://x.example"}, "The input “input_image” is given twice"),
    ("image", {"prompt": " "}, "“prompt” is empty."),
    ("video", {"model": "minimax/video-01-live"}, "minimax/video-01-live begins with a picture"),
    ("video", {"image": ("a.txt", b"words")}, "a.txt is not a picture."),
]


async def test_what_costs_nothing(world: World) -> None:
    for command, options, sentence in REFUSED:
        said = refusal(await ask(world, command, **options))
        assert said.startswith(sentence), said
        assert await world.tasks() == [] and world.relay.calls == []


async def test_only_what_is_listed(tmp_path: Path) -> None:
    settings: dict[str, Any] = {"REPLICATE_MODELS": f"{SCHNELL},{LLAMA}", "REPLICATE_ONLY_LISTED": "true"}
    async with a_world(tmp_path, PROVIDERS="replicate", **settings) as world:
        sentence = f"The model “{KONTEXT}” is not offered here. There are: {SCHNELL}, {LLAMA}."
        for command in ("run", "form", "image"):
            assert refusal(await ask(world, command, model=KONTEXT)) == sentence
        assert (await made(world, "run", model=LLAMA, inputs="prompt=x")).phase is Phase.DELIVERED


async def test_what_discord_itself_refuses(world: World) -> None:
    for options in ({"n": 5}, {"n": 0}, {"prompt": ""}):
        with pytest.raises(OptionError):
            await ask(world, "image", **options)


# ------------------------------------------------------------------------------------------------ autocomplete


async def offered(world: World, command: str, option: str, typed: str, **filled: Any) -> list[str]:
    """The values that autocomplete offers."""
    found = await world.ann.autocomplete(world.channel, f"replicate {command}", option, typed, **filled)
    return [choice["value"] for choice in found]


async def test_models_by_what_they_make_and_own_recent_ones_first(world: World) -> None:
    await made(world, "run", model=LLAMA, inputs="prompt=x")
    await ask(world, "run", model="no/body", inputs="prompt=x")
    await world.work()
    everything = await offered(world, "run", "model", "")
    assert everything[:3] == ["no/body", LLAMA, SCHNELL] and len(everything) == 14
    assert await offered(world, "form", "model", "LLAMA") == [LLAMA]
    assert await offered(world, "video", "model", "") == ["minimax/video-01", "minimax/video-01-live"]
    assert await offered(world, "image", "model", "kontext-m") == ["black-forest-labs/flux-kontext-max"]


async def test_ratios_of_the_chosen_model(world: World) -> None:
    assert "match_input_image" in await offered(world, "image", "aspect_ratio", "", model=KONTEXT)
    assert await offered(world, "image", "aspect_ratio", "16:1", model="ideogram-ai/ideogram-v2-turbo") == ["16:10"]
    assert await offered(world, "image", "aspect_ratio", "21") == ["21:9", "9:21"]


# ------------------------------------------------------------------------------------------------ from elsewhere


async def test_by_the_commands_for_any_provider(world: World) -> None:
    await world.ann.slash(world.channel, "image", prompt="a fox")
    await world.ann.slash(world.channel, "image", prompt="at night", image=FILE)
    await world.ann.slash(world.channel, "video", **{"prompt": "it runs", "image": FILE, "with": "replicate"})
    await world.work()
    inputs = {body["model"]: body["input"] for _path, body in sent(world)}
    assert inputs == {
        SCHNELL: {"prompt": "a fox"},
        KONTEXT: {"prompt": "at night", "input_image": data(FOX)},
        "minimax/video-01": {"prompt": "it runs", "first_frame_image": data(FOX)},
    }


async def test_edit_a_picture_of_a_message(world: World) -> None:
    message = await world.ben.send(world.channel, "look", attachments=[FILE])
    menu = await world.ann.context_menu(world.channel, "Use as input…", message)
    (select,) = [part for part in parts(here(menu).components) if part["type"] == 3]
    assert {option["value"]: option["label"] for option in select["options"]} == {"replicate-edit": "Replicate · Edit"}
    form = await world.ann.select(here(menu), ["replicate-edit"])
    await world.ann.submit_modal(form, {"prompt": "at night"})
    await world.work()
    given = {"prompt": "at night", "input_image": data(FOX)}
    assert sent(world) == [(HERE, {"model": KONTEXT, "input": given})]


async def test_no_edit_without_a_model_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.ui.uses._USES", {})
    async with a_world(tmp_path, PROVIDERS="replicate", REPLICATE_MODELS=SCHNELL) as world:
        task = await made(world, "image")
        assert world.labels(task) == ["Again", "Details", "Delete"]
