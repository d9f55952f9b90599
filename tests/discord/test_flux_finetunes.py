"""/flux finetuned and finetune: pictures with a finetune, and who may make, list, look at and delete one."""

import base64
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import discord
import pytest
from simcord import MemberActor, OptionError

from bot.task import Phase, Task
from bot.ui.front import asker_of
from tests.discord.flux import (
    ELSE,
    FILE,
    FOX,
    OTHER,
    WORDS,
    flux,
    made,
    manager,
    mask,
    raw,
    sent,
    studio,
    switches,
)
from tests.discord.kit import refusal
from tests.world import World, alone, said

MANAGERS = "Only those who may manage this server can do that."


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """The world with Flux."""
    async with studio(tmp_path, FLUX_FINETUNES="shared-1, shared-2") as found:
        yield found


async def trained(world: World, kim: MemberActor, **options: Any) -> Task:
    """A finetune."""
    return await made(world, "finetune create", kim, seconds=60, **options)


# ------------------------------------------------------------------------------------------------ making one


async def test_make_one(world: World) -> None:
    kim = manager(world)
    task = await trained(world, kim)
    body = {"finetune_comment": "my cat", "mode": "character"}
    ((path, got),) = sent(world)
    assert path == "finetune" and got == {**body, "file_data": got["file_data"]}
    assert base64.b64decode(got["file_data"]).startswith(b"PK")
    assert task.phase is Phase.DELIVERED and task.text == task.remote_id
    lines = world.text(task).splitlines()
    assert lines[:2] == ["🌊 Flux · finetune", "> my cat"]
    assert "The finetune is ready. `/flux finetuned` makes pictures with it." in lines
    assert task.remote_id.replace("-", r"\-") in lines
    assert world.labels(task) == ["Again", "Details", "Delete"]


async def test_make_one_with_everything(world: World) -> None:
    kim = manager(world)
    options = {
        "trigger_word": "CAT",
        "iterations": 100,
        "learning_rate": 0.00001,
        "captioning": False,
        "priority": "speed",
        "type": "lora",
        "rank": 16,
    }
    task = await trained(world, kim, **options, mode="style")
    ((_path, body),) = sent(world)
    del body["file_data"]
    assert body == {
        "finetune_comment": "my cat",
        "mode": "style",
        "trigger_word": "CAT",
        "iterations": 100,
        "learning_rate": 0.00001,
        "captioning": False,
        "priority": "speed",
        "finetune_type": "lora",
        "lora_rank": 16,
    }
    assert task.phase is Phase.DELIVERED


async def test_by_path(tmp_path: Path) -> None:
    async with studio(tmp_path, FLUX_RESULT="path") as world:
        switches(world).query = "path"
        assert (await trained(world, manager(world))).phase is Phase.DELIVERED


async def test_a_service_that_has_ended(world: World) -> None:
    switches(world).finetunes = False
    task = await trained(world, manager(world))
    assert task.phase is Phase.FAILED
    assert "Finetuning is no longer offered" in world.text(task)


async def test_what_is_no_archive(world: World) -> None:
    kim = manager(world)
    for name, content in (("cats.png", FOX), ("cats.zip", b"words")):
        result = await flux(world, "finetune create", kim, pictures=(name, content))
        assert refusal(result) == f"{name} is no ZIP file."
    assert world.relay.calls == []


@pytest.mark.parametrize("options", [{"iterations": 99}, {"rank": 8}, {"mode": "cat"}, {"learning_rate": 2.0}])
async def test_what_discord_itself_refuses(world: World, options: dict[str, Any]) -> None:
    with pytest.raises(OptionError):
        await flux(world, "finetune create", manager(world), **options)


# ------------------------------------------------------------------------------------------------ who may


@pytest.mark.parametrize(
    ("command", "options"),
    [("create", {}), ("list", {}), ("details", {"finetune": "f-1"}), ("delete", {"finetune": "f-1"})],
)
async def test_only_who_manages_the_server(world: World, command: str, options: dict[str, Any]) -> None:
    result = await flux(world, f"finetune {command}", **options)
    assert refusal(result) == MANAGERS
    assert world.relay.calls == [] and await world.tasks() == []


@pytest.mark.parametrize(("owners", "manages"), [("server", True), ("both", True), ("user", False)])
async def test_nor_where_somebody_merely_brought_the_bot_along(world: World, owners: str, manages: bool) -> None:
    kim, seen = manager(world), list[dict[str, Any]]()
    emit = world.env.backend.emit

    def watched(event: str, payload: Any) -> None:
        seen.append(dict(payload))
        emit(event, payload)

    world.env.backend.emit = watched  # type: ignore[method-assign]  # to see what Discord sends
    await flux(world, "image", kim, prompt=" ")
    (payload,) = [found for found in seen if found.get("type") == 2]
    server, user = {"0": str(world.guild.id)}, {"1": str(kim.id)}
    known = {"server": server, "both": server | user, "user": user}[owners]
    changed: Any = {**payload, "authorizing_integration_owners": known}
    interaction = discord.Interaction[Any](data=changed, state=world.app.client._connection)
    assert asker_of(interaction).manager is manages


async def test_nor_by_the_buttons_of_somebody_who_does(world: World) -> None:
    task = await trained(world, manager(world))
    assert refusal(await world.press(task, "again", world.ben)) == MANAGERS
    assert len(await world.tasks()) == 1


async def test_nor_by_retry_once_the_right_is_gone(world: World) -> None:
    kim = manager(world)
    task = await trained(world, kim, name="sim:fail")
    assert task.phase is Phase.FAILED
    world.guild.remove_member(kim.user)
    kim = world.guild.add_member(kim.user)
    assert refusal(await world.press(task, "retry", kim)) == MANAGERS
    assert len(await world.tasks()) == 1


# ------------------------------------------------------------------------------------------------ what there is


async def test_list_details_delete(world: World) -> None:
    kim = manager(world)
    empty = await flux(world, "finetune list", kim)
    assert alone(empty) and said(empty) == "The relay has no finetunes."
    name = (await trained(world, kim)).remote_id
    listed = await flux(world, "finetune list", kim)
    assert alone(listed) and said(listed).replace("\\", "") == f"🧬 {name}"
    shown = await flux(world, "finetune details", kim, finetune=name)
    assert alone(shown) and '"finetune_comment": "my cat"' in said(shown)
    gone = await flux(world, "finetune delete", kim, finetune=name)
    assert alone(gone) and said(gone).replace("\\", "") == f"The finetune {name} is deleted."
    assert sent(world)[-1] == ("delete_finetune", {"finetune_id": name})
    assert said(await flux(world, "finetune list", kim)) == "The relay has no finetunes."
    for command in ("details", "delete"):
        result = await flux(world, f"finetune {command}", kim, finetune=name)
        assert said(result).startswith("The relay refused: Finetune not found")
    assert [task.action for task in await world.tasks()] == ["finetune"]


async def test_a_relay_without_them(world: World) -> None:
    switches(world).offered = False
    result = await flux(world, "finetune list", manager(world))
    assert said(result).startswith("This relay does not offer that feature.")


async def test_choosing_one(world: World) -> None:
    kim = manager(world)
    task = await trained(world, kim)
    for command in ("finetuned", "finetune details", "finetune delete"):
        choices = await kim.autocomplete(world.channel, f"flux {command}", "finetune", "")
        found = [(choice["name"], choice["value"]) for choice in choices]
        assert found == [("my cat", task.remote_id), ("shared-1", "shared-1"), ("shared-2", "shared-2")]
    choices = await world.ann.autocomplete(world.channel, "flux finetuned", "finetune", " 2")
    assert [choice["value"] for choice in choices] == ["shared-2"]
    choices = await world.ann.autocomplete(world.channel, "flux finetuned", "aspect_ratio", "3:2")
    assert [choice["value"] for choice in choices] == ["3:2"]


# ------------------------------------------------------------------------------------------------ pictures with one


@pytest.mark.parametrize(
    ("model", "options", "body"),
    [
        (
            None,
            {"strength": 2.0, "aspect_ratio": "9:16", "reference": ELSE, "reference_strength": 0.0},
            {
                "finetune_strength": 2.0,
                "aspect_ratio": "9:16",
                "image_prompt": raw(OTHER),
                "image_prompt_strength": 0.0,
            },
        ),
        (
            "flux-pro-finetuned",
            {"width": 256, "height": 256, "steps": 1, "guidance": 5.0, "interval": 4},
            {"width": 256, "height": 256, "steps": 1, "guidance": 5.0, "interval": 4},
        ),
        (
            "flux-pro-1.0-canny-finetuned",
            {"image": FILE, "low": 1},
            {"control_image": raw(FOX), "canny_low_threshold": 1},
        ),
        ("flux-pro-1.0-depth-finetuned", {"map": ELSE}, {"preprocessed_image": raw(OTHER)}),
    ],
)
async def test_a_picture(world: World, model: str | None, options: dict[str, Any], body: dict[str, Any]) -> None:
    name = (await trained(world, manager(world))).remote_id
    tuned = await made(world, "finetuned", finetune=name, model=model, seed=3, **options)
    wanted = {"prompt": WORDS, "seed": 3, "finetune_id": name, **body}
    assert tuned.phase is Phase.DELIVERED, world.text(tuned)
    assert sent(world)[-1] == (model or "flux-pro-1.1-ultra-finetuned", wanted)


async def test_a_part_painted_anew(world: World) -> None:
    name = (await trained(world, manager(world))).remote_id
    given: dict[str, Any] = {"image": FILE, "mask": ("mask.png", mask())}
    await made(world, "finetuned", finetune=name, model="flux-pro-1.0-fill-finetuned", **given)
    path, body = sent(world)[-1]
    assert path == "flux-pro-1.0-fill-finetuned" and body["image"] == raw(FOX)
    assert {*body} == {"prompt", "finetune_id", "image", "mask"}


@pytest.mark.parametrize(
    ("model", "options", "sentence"),
    [
        (None, {"image": FILE}, "flux-pro-1.1-ultra-finetuned has no `image`: leave it out, or choose another model."),
        (None, {"width": 512}, "flux-pro-1.1-ultra-finetuned has no `width`: choose an `aspect_ratio` instead."),
        (None, {"prompt": " "}, "“prompt” is empty."),
        ("flux-pro-1.0-fill-finetuned", {}, "Give the `image` of which a part is to be painted anew."),
        ("flux-pro-1.0-canny-finetuned", {}, "Give a picture: `image`, or a finished `map` of its lines or depths."),
        (
            "flux-pro-1.0-depth-finetuned",
            {"image": FILE, "low": 5},
            "flux-pro-1.0-depth-finetuned has no `low`: leave it out, or choose another model.",
        ),
        (
            "flux-pro-finetuned",
            {"guidance": 50.0},
            "`guidance` must be from 1.5 to 5 with flux-pro-finetuned; 50 was given.",
        ),
    ],
)
async def test_what_cannot_be_asked_for(
    world: World, model: str | None, options: dict[str, Any], sentence: str
) -> None:
    result = await flux(world, "finetuned", model=model, **options)
    assert refusal(result).startswith(sentence)
    assert await world.tasks() == [] and world.relay.calls == []


async def test_a_finetune_that_the_relay_does_not_know(world: World) -> None:
    task = await made(world, "finetuned")
    assert task.phase is Phase.FAILED and world.relay.paid() == []
