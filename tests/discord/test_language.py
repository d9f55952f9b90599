"""Two languages: a card speaks its owner's, an error the clicker's."""

from typing import Any

import pytest
from simcord import ResponseMessage

from bot.task import Phase
from bot.text import Text, _
from bot.ui.cards import phase_name
from bot.ui.i18n import translated
from tests.discord.kit import OF_A_VIDEO, STRANGER, buttons, chinese, here, one_film, parts, refusal, words_of
from tests.world import World, said


def in_chinese(*names: str) -> list[str]:
    """Labels of buttons."""
    return [chinese(Text(name)) for name in names]


def page_words(message: ResponseMessage) -> str:
    """The heading of a page."""
    return words_of(message).splitlines()[0].removeprefix("### ")


async def test_the_life_of_a_card(world: World) -> None:
    await world.video(world.lin)
    await world.work()
    task = await world.task()
    assert world.text(task).splitlines()[2:] == [
        chinese(Text("🕓 Accepted, waiting for its turn at the provider")),
        chinese(_("Started {when}", when="<t:1790000000:R>")),
    ]
    assert world.labels(task) == in_chinese("Cancel", "Details")
    await world.pass_time(10)
    assert world.text(task).splitlines()[0] == f"🎬 Luma · {chinese(Text('video'))}"
    assert world.text(task).splitlines()[2].startswith(chinese(Text("✅ Finished")))
    assert world.labels(task) == in_chinese("Again", *OF_A_VIDEO, "Details", "Delete")
    assert [field.name for field in world.card(task).fields] == [chinese(Text("Asked by")), chinese(Text("Options"))]


async def test_a_failure_and_its_buttons(world: World) -> None:
    await world.video(world.lin, "sim:quota")
    await world.work()
    task = await world.task()
    why = Text("The relay account has no credit left. The operator has to top it up.")
    assert world.text(task).splitlines()[2:] == [
        chinese(Text("❌ It did not work")),
        chinese(_("{why} Nothing was charged.", why=why)),
    ]
    assert world.labels(task) == in_chinese("Retry", "Details", "Delete")


async def test_the_card_is_its_owners_and_the_error_the_clickers(world: World) -> None:
    hers = await world.delivered()
    assert refusal(await world.press(hers, "delete", world.lin)) == chinese(Text(STRANGER))
    world.clock.now += 1
    await world.press(hers, "again", world.lin)
    await world.pass_time(9)
    his = await world.task()
    assert world.labels(hers) == ["Again", *OF_A_VIDEO, "Details", "Delete"]
    assert world.labels(his) == in_chinese("Cancel", "Details")
    assert refusal(await world.press(his, "cancel", world.ann)) == STRANGER
    details = said(await world.press(his, "details", world.ann)).splitlines()[0]
    assert details == f"**Task** `{his.id}` · {phase_name(Phase.RUNNING, 'en-US')}"


async def test_details_in_the_readers_language(world: World) -> None:
    task = await world.delivered()
    lines = said(await world.press(task, "details", world.lin)).splitlines()
    assert lines[0] == f"**{chinese(Text('Task'))}** `{task.id}` · {chinese(Text('✅ Finished'))}"
    assert lines[1] == f"**{chinese(Text('Asked'))}** <t:1790000000:f>"


async def test_delete(world: World) -> None:
    task = await world.delivered(world.lin)
    result = await world.press(task, "delete", world.lin)
    assert said(result) == chinese(Text("Delete this card and what is attached to it? This cannot be undone."))
    (label,) = buttons(here(result))
    assert label == chinese(Text("Yes, delete it"))
    done = await world.lin.click(here(result), label=label)
    assert said(done) == chinese(Text("Deleted. `/tasks list` still knows the task."))


async def test_the_form(world: World) -> None:
    task = await world.delivered(world.lin)
    form = await world.press(task, "extend", world.lin)
    assert form.modal is not None
    assert form.modal["title"] == chinese(Text("Extend this video"))
    assert form.modal["components"][0]["label"] == chinese(Text("What happens next"))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"prompt": " "}, _("“{field}” is empty.", field="prompt")),
        ({"model": "ray-2"}, Text("This bot's relay is not set up for Luma's own models. Leave `model` out.")),
        (
            {"image": ("a.png", b"words")},
            _("{file} is not a picture. PNG, JPEG, WebP and GIF can be used.", file="a.png"),
        ),
    ],
)
async def test_refusals(world: World, options: dict[str, Any], sentence: Text) -> None:
    assert refusal(await world.video(world.lin, **options)) == chinese(sentence)


async def test_unknown_task(world: World) -> None:
    for command in ("tasks show", "tasks cancel", "tasks retry"):
        result = await world.lin.slash(world.channel, command, id="nothing")
        assert refusal(result) == chinese(_("There is no task “{task}”.", task="nothing"))


async def test_history(world: World) -> None:
    page = here(await world.lin.slash(world.channel, "tasks list"))
    empty = Text("You have not asked for anything yet. Try `/luma video`, or `/help` to see what there is.")
    assert words_of(page).splitlines() == [f"### {chinese(_('Your tasks (page {page})', page=1))}", chinese(empty)]
    for _turn in range(6):
        await world.video(world.lin)
    page = here(await world.lin.slash(world.channel, "tasks list", status="active"))
    which = _("Your tasks: {which} (page {page})", which=Text("under way"), page=1)
    assert page_words(page) == chinese(which)
    assert list(buttons(page)) == in_chinese("Older")
    last = here(await world.lin.click(page, label=in_chinese("Older")[0]))
    assert list(buttons(last)) == in_chinese("Newer")
    entry = next(part["content"] for part in parts(last.components) if "-# `" in part.get("content", ""))
    assert chinese(Text("⏳ Waiting in line")) in entry and f"[{chinese(Text('Go to the card'))}]" in entry


async def test_autocomplete(world: World) -> None:
    one_film(world)
    await world.delivered(world.lin)
    (choice,) = await world.lin.autocomplete(world.channel, "luma extend", "task", "")
    assert choice["name"] == f"a fox · {chinese(Text('✅ Finished'))} · {chinese(_('{n} min ago', n=1))}"
    (model,) = await world.lin.autocomplete(world.channel, "luma video", "model", "")
    assert model["name"] == chinese(Text("The relay's default"))


async def test_help_and_settings(world: World) -> None:
    words = words_of(here(await world.lin.slash(world.channel, "help", about="luma")))
    description = "Make a video from a text, and from pictures if you like"
    assert translated(description, "zh-CN") in words and description not in words
    overview = words_of(here(await world.lin.slash(world.channel, "help")))
    assert "Darkroom" in overview and "**Darkroom** makes videos" not in overview
    answer = said(await world.lin.slash(world.channel, "settings", ping=False)).splitlines()
    assert answer[0] == chinese(Text("You are not told when a long task is finished."))


async def test_ping(world: World) -> None:
    one_film(world)
    await world.delivered(world.lin, "sim:slow sim:queue")
    await world.pass_time(25)
    _card, ping = world.channel.history()
    link = f"https://discord.com/channels/{world.guild.id}/{world.channel.id}/{(await world.task()).place.message_id}"
    assert ping.content == chinese(_("{who}, it is finished: {link}", who=world.lin.mention, link=link))
