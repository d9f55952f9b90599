"""What can be done with a picture: the buttons of a card and the menus of a message, for everybody who sees it."""

from pathlib import Path
from typing import Any

import discord
import pytest
from simcord import InteractionResult, MemberActor, ResponseMessage

from bot.engine.inputs import PICTURE_LIMIT
from bot.task import Phase, Task
from tests.discord import midjourney
from tests.discord.kit import PNG, here, parts, refusal
from tests.discord.recraft import picture
from tests.world import World, a_world, alone, said

MENU = "Use as input…"
QUESTION = "What shall be done with this picture?"
KEPT_NO_MORE = "The file is no longer kept. Please send the command again with the file."
NO_PICTURE = "There is no picture in that message. PNG, JPEG, WebP and GIF can be used."
DAY = 86400.0
FOX = ("fox.png", picture())


async def pointed_at(world: World, *files: tuple[str, bytes], name: str = MENU) -> InteractionResult:
    """Ann right-clicks a message of Ben's with files."""
    message = await world.ben.send(world.channel, "look", attachments=files)
    return await world.ann.context_menu(world.channel, name, message)


def choices(message: ResponseMessage) -> dict[str, str]:
    """Key to label of everything that a menu offers."""
    (menu,) = [part for part in parts(message.components) if part["type"] == 3]
    return {option["value"]: option["label"] for option in menu["options"]}


async def drawn(world: World) -> Task:
    """A card with one picture."""
    await world.ann.slash(world.channel, "recraft remove-background", image=FOX)
    await world.work()
    world.clock.now += 1
    return await world.task()


async def pressed(world: World, task: Task, family: str = "", who: MemberActor | None = None) -> InteractionResult:
    """Press one of the card's buttons for its picture."""
    return (
        await world.press(task, "picture", who)
        if not family
        else await (who or world.ann).click(world.message(task), custom_id=f"v1:picture:{task.id}:{family}")
    )


def sent(world: World, path: str) -> list[Any]:
    """The bodies of the calls to a path."""
    return [call.json for call in world.relay.calls if call.path.endswith(path) and call.method == "POST"]


# ------------------------------------------------------------------------------------------------ buttons of a card


async def test_from_the_button_by_menu_and_form_to_a_card(world: World) -> None:
    first = await drawn(world)
    assert world.labels(first)[-7:] == ["Upscale", "Edit", "Describe", "Animate", MENU, "Details", "Delete"]
    asked = await pressed(world, first, who=world.ben)
    assert alone(asked) and said(asked) == QUESTION
    form = await world.ben.select(here(asked), ["luma-video"])
    assert form.modal is not None and form.modal["title"] == "🎬 Video"
    result = await world.ben.submit_modal(form, {"prompt": "it runs"})
    assert not alone(result)
    await world.pass_time(60)
    task = await world.task()
    assert (task.phase, task.user_id, task.parent_id) == (Phase.DELIVERED, world.ben.id, first.id)
    assert here(result).id == task.place.message_id
    (body,) = sent(world, "/luma/generations")
    assert body["user_prompt"] == "it runs" and body["image_url"].startswith("data:image/")


async def test_a_family_with_several_uses_is_a_menu_of_these(world: World) -> None:
    result = await pressed(world, await drawn(world), "upscale")
    assert alone(result)
    assert choices(here(result)) == {
        "id-upscale": "Ideogram · Upscale",
        "rc-crisp": "Recraft · Upscale, crisp",
        "rc-creative": "Recraft · Upscale, with new details",
        "runway-enlarge": "Runway · Larger picture",
    }


async def test_a_family_with_one_use_begins_at_once(tmp_path: Path) -> None:
    async with a_world(tmp_path, PROVIDERS="recraft,ideogram") as world:
        result = await pressed(world, await drawn(world), "describe")
        await world.work()
        task = await world.task()
        assert (task.provider, task.action, task.phase) == ("ideogram", "describe", Phase.DELIVERED)
        assert here(result).id == task.place.message_id and not alone(result)


async def test_a_family_with_one_use_that_needs_words_opens_its_form(tmp_path: Path) -> None:
    async with a_world(tmp_path, PROVIDERS="ideogram,flux") as world:
        await world.ann.slash(world.channel, "ideogram upscale", image=FOX)
        await world.work()
        task = await world.task()
        world.clock.now += 1
        form = await pressed(world, task, "edit")
        assert form.modal is not None
        await world.ann.submit_modal(form, {"prompt": "at night"})
        await world.pass_time(30)
        assert [body["prompt"] for body in sent(world, "/flux/v1/flux-kontext-pro")] == ["at night"]
        assert (await world.task()).parent_id == task.id


async def test_under_a_grid_with_its_own_rows_there_is_one_button(world: World) -> None:
    task = await midjourney.made(world, "imagine", prompt="a fox")
    labels = world.labels(task)
    assert MENU in labels and not {"Upscale", "Edit", "Describe"} & set(labels)
    assert labels[-3:] == [MENU, "Details", "Delete"]


async def test_a_card_without_a_picture_has_none_of_these(world: World) -> None:
    task = await world.delivered()
    assert not {"Edit", "Describe", "Animate"} & set(world.labels(task))


async def test_only_what_is_offered_has_a_button_and_a_line(tmp_path: Path) -> None:
    async with a_world(tmp_path, PROVIDERS="recraft") as world:
        task = await drawn(world)
        assert world.labels(task)[-5:] == ["Upscale", "Edit", MENU, "Details", "Delete"]
        offered = choices(here(await pressed(world, task)))
        assert list(offered) == ["rc-cut-out", "rc-crisp", "rc-creative", "rc-anew", "rc-vectorize"]
        assert refusal(await pointed_at(world, FOX, name="Describe")) == (
            "Nothing that this bot offers can do that with a picture."
        )


async def test_what_the_relay_lacks_is_not_offered(world: World) -> None:
    asked = await pointed_at(world, FOX)
    world.app.engine.core.missing["recraft", "vectorize"] = world.clock.now + DAY
    assert "rc-vectorize" not in choices(here(await pointed_at(world, FOX)))
    result = await world.ann.select(here(asked), ["rc-vectorize"])
    assert refusal(result) == "That is not offered here any more."
    assert world.relay.paid() == []


async def test_in_a_direct_message(world: World) -> None:
    ann = world.ann.user
    await ann.slash("recraft remove-background", image=FOX)
    await world.work()
    card = await world.task()
    world.clock.now += 1
    asked = await ann.click(world.direct(world.ann)[-1], custom_id=f"v1:picture:{card.id}")
    await ann.select(here(asked), ["rc-crisp"])
    await world.work()
    task = await world.task()
    assert (task.action, task.phase) == ("upscale", Phase.DELIVERED)
    assert task.place.channel_id == ann.dm_channel.id


# ------------------------------------------------------------------------------------------------ menus of a message


@pytest.mark.parametrize(
    ("name", "first"), [("Describe", "id-describe"), ("Upscale", "id-upscale"), (MENU, "flux-edit")]
)
async def test_a_picture_that_somebody_else_posted(world: World, name: str, first: str) -> None:
    result = await pointed_at(world, FOX, name=name)
    assert alone(result) and said(result) == QUESTION
    assert next(iter(choices(here(result)))) == first


async def test_a_choice_without_words_makes_a_card_for_everybody(world: World) -> None:
    asked = await pointed_at(world, FOX)
    result = await world.ann.select(here(asked), ["rc-crisp"])
    assert not alone(result)
    await world.work()
    task = await world.task()
    assert (task.phase, task.place.message_id, task.parent_id) == (Phase.DELIVERED, here(result).id, "")
    assert len(sent(world, "/recraft/v1/images/clarityUpscale")) == len(world.relay.paid()) == 1


async def test_of_several_pictures_the_first_is_taken_and_named(world: World) -> None:
    result = await pointed_at(world, ("a.txt", b"words"), FOX, ("owl.png", picture(colour="blue")))
    assert said(result) == f"{QUESTION}\nThe message has 2 pictures; this is about the first: fox.png"


async def test_a_picture_that_an_embed_shows(world: World) -> None:
    link = (await drawn(world)).media[0].url
    message = await world.ben.send(world.channel, "look")
    stored = world.env.backend.get_message(world.channel.id, message.id)
    stored.embeds = [{"type": "rich", "image": {"url": "https://elsewhere.example/fox.png", "proxy_url": link}}]
    result = await world.ann.context_menu(world.channel, MENU, message)
    assert said(result) == QUESTION


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ([], NO_PICTURE),
        ([("words.txt", b"words")], NO_PICTURE),
        ([("fox.png", b"words")], "fox.png is not a picture. PNG, JPEG, WebP and GIF can be used."),
        ([("fox.png", PNG + bytes(PICTURE_LIMIT))], "fox.png is too large: at most 10 MiB."),
    ],
)
async def test_a_message_without_a_picture_that_can_be_used(
    world: World, files: list[tuple[str, bytes]], sentence: str
) -> None:
    result = await pointed_at(world, *files)
    assert refusal(result) == sentence


async def test_the_limits_of_what_is_chosen_are_checked_before_anything_is_accepted(world: World) -> None:
    asked = await pointed_at(world, ("small.png", picture(100)))
    result = await world.ann.select(here(asked), ["rc-creative"])
    assert "256" in refusal(result)
    assert await world.tasks() == [] and world.relay.paid() == []


async def test_a_restart_between_menu_and_choice_and_between_form_and_words(world: World) -> None:
    asked = await pointed_at(world, FOX)
    await world.restart()
    form = await world.ann.select(here(asked), ["luma-video"])
    await world.restart()
    await world.ann.submit_modal(form, {"prompt": "it runs"})
    await world.work()
    assert [body["user_prompt"] for body in sent(world, "/luma/generations")] == ["it runs"]


async def test_a_provider_that_is_no_longer_offered(world: World) -> None:
    asked = await pointed_at(world, FOX)
    await world.restart(PROVIDERS="luma")
    result = await world.ann.select(here(asked), ["rc-crisp"])
    assert refusal(result) == "That is not offered here any more."


async def test_a_picture_is_kept_for_some_days_only(world: World) -> None:
    asked = await pointed_at(world, FOX)
    world.clock.now += 6 * DAY
    await world.app.engine.tidy()
    await world.ann.select(here(asked), ["rc-crisp"])
    await world.work()
    assert len(world.relay.paid()) == 1
    again = await pointed_at(world, ("owl.png", picture(colour="blue")))
    world.clock.now += 8 * DAY
    await world.app.engine.tidy()
    assert refusal(await world.ann.select(here(again), ["rc-crisp"])) == KEPT_NO_MORE
    assert len(world.relay.paid()) == 1


async def test_a_form_that_no_button_opens(world: World) -> None:
    task = await drawn(world)
    stored = world.env.backend.get_message(world.channel.id, task.place.message_id)
    button = {"type": 2, "style": discord.ButtonStyle.secondary.value, "label": "x", "custom_id": f"v1:use:{task.id}"}
    stored.components = [*stored.components, {"type": 1, "components": [button]}]
    result = await world.ann.click(world.message(task), custom_id=f"v1:use:{task.id}")
    assert refusal(result) == "This button or form belongs to another version of the bot and no longer works."
