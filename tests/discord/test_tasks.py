"""/tasks: list, show, cancel and retry."""

from typing import Any

import pytest
from simcord import MemberActor, ResponseMessage

from bot.task import Phase, Task
from tests.discord.kit import (
    OF_A_VIDEO,
    STRANGER,
    bodies,
    buttons,
    drawn,
    here,
    one_film,
    paid,
    parts,
    refusal,
    words_of,
)
from tests.world import World, alone, said


async def listed(world: World, who: MemberActor | None = None, **filters: str) -> ResponseMessage:
    """``/tasks list``."""
    result = await (who or world.ann).slash(world.channel, "tasks list", **filters)
    assert alone(result)
    return here(result)


async def some(world: World, count: int, prompt: str = "fox {n}") -> list[Task]:
    """Finished tasks of ann's, a second apart."""
    one_film(world)
    for number in range(count):
        await world.video(prompt=prompt.format(n=number))
        world.clock.now += 1
        if number % 5 == 4:
            await world.pass_time(15)
    await world.pass_time(15)
    return await world.tasks()


def prompts(page: ResponseMessage) -> list[str]:
    """The second line of every entry."""
    return [part["content"].splitlines()[1] for part in parts(page.components) if "-# `" in part.get("content", "")]


async def names(world: World, command: str, typed: str = "", option: str = "id") -> list[dict[str, Any]]:
    """What an option offers to ann."""
    return await world.ann.autocomplete(world.channel, command, option, typed)


# ------------------------------------------------------------------------------------------------ list


async def test_nothing_asked_for_yet(world: World) -> None:
    await world.delivered(world.ben)
    page = await listed(world)
    assert words_of(page).splitlines() == [
        "### Your tasks (page 1)",
        "You have not asked for anything yet. Try `/luma video`, or `/help` to see what there is.",
    ]
    assert buttons(page) == {}
    assert page.flags.components_v2 and page.ephemeral


async def test_an_entry_with_thumbnail_and_link(world: World) -> None:
    task = await world.delivered(prompt="a fox")
    page = await listed(world)
    assert words_of(page).splitlines()[1:] == [
        "🎬 **Luma** · ✅ Finished · <t:1790000000:R>",
        "a fox",
        rf"-# `{task.id}` · `aspect_ratio` 16\:9 · "
        f"[Go to the card](https://discord.com/channels/{world.guild.id}/{world.channel.id}/{task.place.message_id})",
    ]
    (thumbnail,) = [part for part in parts(page.components) if part["type"] == 11]
    assert thumbnail["media"]["url"] == f"{world.relay.url}/media/thumbnail/5ebbe2a2-16x9.jpg"


async def test_pages(world: World) -> None:
    await some(world, 12)
    first = await listed(world)
    assert prompts(first) == [f"fox {n}" for n in (11, 10, 9, 8, 7)]
    assert words_of(first).splitlines()[0] == "### Your tasks (page 1)"
    assert buttons(first) == {"Older": "v1:page:1:::"}
    second = here(await world.ann.click(first, label="Older"))
    assert second.id == first.id
    assert prompts(second) == [f"fox {n}" for n in (6, 5, 4, 3, 2)]
    assert words_of(second).splitlines()[0] == "### Your tasks (page 2)"
    assert list(buttons(second)) == ["Newer", "Older"]
    last = here(await world.ann.click(second, label="Older"))
    assert prompts(last) == ["fox 1", "fox 0"]
    assert list(buttons(last)) == ["Newer"]
    back = here(await world.ann.click(last, label="Newer"))
    assert prompts(back) == [f"fox {n}" for n in (6, 5, 4, 3, 2)]


async def test_exactly_one_page_has_no_buttons(world: World) -> None:
    await some(world, 5)
    assert buttons(await listed(world)) == {}


async def test_page_buttons_work_after_a_restart_and_keep_the_question(world: World) -> None:
    await some(world, 6, "fox: {n}%")
    await some(world, 1, "bear")
    page = await listed(world, provider="luma", status="delivered", search="fox: ")
    assert prompts(page) == [rf"fox\: {n}%" for n in (5, 4, 3, 2, 1)]
    await world.restart()
    last = here(await world.ann.click(page, label="Older"))
    assert prompts(last) == [r"fox\: 0%"]
    assert words_of(last).splitlines()[0] == "### Your tasks: finished (page 2)"


async def test_a_page_that_emptied_meanwhile(world: World) -> None:
    await some(world, 6)
    page = await listed(world, status="delivered")
    (task, *_rest) = await world.tasks()
    world.relay.hold = True
    await world.ann.slash(world.channel, "tasks show", id=task.id)
    last = here(await world.ann.click(page, label="Older"))
    assert "There is nothing on this page any more." in words_of(last)
    assert list(buttons(last)) == ["Newer"]


async def test_filters(world: World) -> None:
    one_film(world)
    await world.video(prompt="done")
    await world.video(prompt="sim:fail")
    await world.video(prompt="sim:late")
    await world.pass_time(15)
    world.relay.hold = True
    await world.video(prompt="runs")
    await world.work()
    shown = {status: prompts(await listed(world, status=status)) for status in ("active", "delivered", "failed")}
    assert shown == {"active": ["runs"], "delivered": ["done"], "failed": [r"sim\:fail"]}
    assert prompts(await listed(world, status="unknown")) == [r"sim\:late"]
    assert len(prompts(await listed(world, provider="Luma"))) == 4
    assert prompts(await listed(world, provider="suno")) == []
    nothing = await listed(world, status="failed", search="runs")
    assert words_of(nothing).splitlines()[1:] == ["None of your tasks matches. Use fewer filters."]


@pytest.mark.parametrize(
    ("search", "found"),
    [("%", ["50%"]), ("_", [r"a\_b"]), ("!", ["wow!"]), ("WOW", ["wow!"]), ("Ü", ["über"]), ("狐", ["狐狸"])],
)
async def test_search_takes_every_sign_as_it_is(world: World, search: str, found: list[str]) -> None:
    for prompt in ("50%", "a_b", "axb", "wow!", "über", "狐狸"):
        await world.video(prompt=prompt)
    assert prompts(await listed(world, search=search)) == found


async def test_the_longest_page_fits(world: World) -> None:
    world.relay.hold = True
    for _turn in range(6):
        await world.video(prompt="*" * 5000, loop=True, expand=True, aspect_ratio="16:9")
    await world.pass_time(10)
    page = await listed(world)
    assert 2500 < len(words_of(page)) <= 4000
    assert len(prompts(page)) == 5


async def test_provider_autocomplete(world: World) -> None:
    assert await names(world, "tasks list", "lum", "provider") == [{"name": "Luma", "value": "luma"}]
    assert await names(world, "tasks list", "zz", "provider") == []


# ------------------------------------------------------------------------------------------------ show


async def test_show_brings_the_result_here_again(world: World) -> None:
    task = await world.delivered()
    elsewhere = world.guild.create_text_channel("elsewhere")
    world.env.backend.delete_message(world.channel.id, task.place.message_id)
    result = await world.ann.slash(elsewhere, "tasks show", id=task.id)
    await world.work()
    card = here(result)
    assert [file.filename for file in card.attachments] == [f"a-fox-{task.id[:4]}.mp4"]
    assert list(buttons(card)) == ["Again", *OF_A_VIDEO, "Details", "Delete"]
    shown = await world.task()
    assert (shown.phase, shown.place.channel_id, shown.place.message_id) == (Phase.DELIVERED, elsewhere.id, card.id)
    assert world.text(shown) == "🎬 Luma · video\n> a fox\n✅ Finished · 10 s"
    assert len(paid(world)) == 1 and len(elsewhere.history()) == 1


async def test_show_moves_the_card_of_a_running_one(world: World) -> None:
    one_film(world)
    await world.video()
    await world.pass_time(5)
    result = await world.ann.slash(world.channel, "tasks show", id=(await world.task()).id)
    await world.work()
    assert "🎨 Being made" in drawn(here(result).message)
    await world.pass_time(30)
    assert here(result).attachments != [] and len(world.relay.paid()) == 1


@pytest.mark.parametrize(
    ("prompt", "line"),
    [
        ("sim:fail", "❌ It did not work"),
        ("sim:late", "❔ Nobody knows what became of it"),
        ("cancel", "🚫 Cancelled"),
    ],
)
async def test_show_of_what_has_no_result(world: World, prompt: str, line: str) -> None:
    await world.video(prompt=prompt)
    if prompt == "cancel":
        await world.ann.slash(world.channel, "tasks cancel", id=(await world.task()).id)
    await world.pass_time(15)
    result = await world.ann.slash(world.channel, "tasks show", id=(await world.task()).id)
    await world.work()
    assert line in drawn(here(result).message)
    assert "Details" in buttons(here(result))


async def test_show_when_the_links_died(world: World) -> None:
    """The relay is asked for a fresh link; when that is dead too, the card says so instead of thinking for ever."""
    task = await world.delivered()
    world.relay.faults.add(method="GET", path="/media/video/*", status=404, times=1)
    result = await world.ann.slash(world.channel, "tasks show", id=task.id)
    await world.work()
    assert here(result).attachments != []
    world.relay.faults.add(method="GET", path="/media/video/*", status=404, times=None)
    result = await world.ann.slash(world.channel, "tasks show", id=task.id)
    await world.pass_time(60)
    assert here(result).embeds != []
    assert "✅ Finished" in drawn(here(result).message)
    assert (await world.task()).phase is Phase.DELIVERED


async def test_show_takes_the_file_from_the_earlier_card(world: World) -> None:
    """The relay forgot the task and its link died; what hangs on the first card is still there."""
    task = await world.delivered()
    stored = world.env.backend.get_message(world.channel.id, task.place.message_id)
    stored.attachments[0]["url"] = task.media[0].url + "?from=discord"
    world.relay.jobs.clear()
    world.relay.faults.add(method="GET", path="/media/video/*", status=404, times=3)
    empty = await world.ann.slash(world.channel, "tasks show", id=task.id)
    await world.pass_time(30)
    assert here(empty).attachments == [] and "✅ Finished" in drawn(here(empty).message)
    result = await world.ann.slash(world.channel, "tasks show", id=task.id)
    await world.work()
    assert [file.filename for file in here(result).attachments] == [f"a-fox-{task.id[:4]}.mp4"]
    assert world.relay.calls[-1].path.endswith("?from=discord")


@pytest.mark.parametrize("command", ["show", "cancel", "retry"])
async def test_foreign_and_unknown_tasks(world: World, command: str) -> None:
    task = await world.delivered(world.ben)
    result = await world.ann.slash(world.channel, f"tasks {command}", id=task.id)
    assert STRANGER in said(result) and alone(result)
    result = await world.ann.slash(world.channel, f"tasks {command}", id="nothing")
    assert "There is no task “nothing”." in said(result) and alone(result)
    assert len(world.channel.history(viewer=world.lin)) == 1


# ------------------------------------------------------------------------------------------------ cancel, retry


async def test_cancel_by_command(world: World) -> None:
    await world.video()
    await world.work()
    task = await world.task()
    result = await world.ann.slash(world.channel, "tasks cancel", id=task.id)
    await world.work()
    assert alone(result)
    assert said(result).startswith("The relay cannot be stopped: it will finish and may charge for it.")
    assert "🚫 Cancelled" in world.text(task)
    assert "This task is already over." in said(await world.ann.slash(world.channel, "tasks cancel", id=task.id))


async def test_retry_by_command_makes_a_card_of_its_own(world: World) -> None:
    await world.video(prompt="sim:fail")
    await world.pass_time(15)
    task = await world.task()
    result = await world.ann.slash(world.channel, "tasks retry", id=task.id)
    await world.work()
    heir = await world.task()
    assert heir.parent_id == task.id and heir.place.message_id == here(result).id != task.place.message_id
    again = await world.ann.slash(world.channel, "tasks retry", id=task.id)
    assert refusal(again) == f"This was retried already, as task {heir.id}."
    assert "There is nothing to retry" in said(await world.ann.slash(world.channel, "tasks retry", id=heir.id))


async def test_what_the_options_offer(world: World) -> None:
    one_film(world)
    for prompt in ("done", "sim:fail", "sim:late", "sim:slow fox"):
        await world.video(prompt=prompt)
        world.clock.now += 1
    await world.video(world.ben, "of somebody else")
    await world.pass_time(20)
    offered = {
        command: [choice["name"].split(" · ")[0] for choice in await names(world, f"tasks {command}")]
        for command in ("show", "cancel", "retry")
    }
    assert offered == {
        "show": ["sim:slow fox", "sim:late", "sim:fail", "done"],
        "cancel": ["sim:slow fox"],
        "retry": ["sim:late", "sim:fail"],
    }
    assert [choice["name"] for choice in await names(world, "tasks show", " LATE")] == [
        "sim:late · ❔ Nobody knows what became of it · just now"
    ]
    assert bodies(world, "POST", "/callback")[-1]["type"] == 8
