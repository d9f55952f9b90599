"""The life of a card, as the channel sees it."""

from pathlib import Path

import pytest

from bot.task import Phase, Task
from tests.discord.kit import OF_A_VIDEO, caught_sending, edits, here, one_film, paid, pictures
from tests.world import START, World, a_world, labels, said

WAITING = "🕓 Accepted, waiting for its turn at the provider"
UNDER_WAY = ["Cancel", "Details"]
SLOW = "sim:slow sim:queue"
"""Takes 80 seconds."""


async def in_turn(world: World, *who: str) -> list[Task]:
    """Requests of several users, a second apart."""
    for name in who:
        await world.video(getattr(world, name))
        world.clock.now += 1
    return await world.tasks()


async def test_from_the_command_to_the_film(world: World) -> None:
    await world.video()
    await world.work()
    task = await world.task()
    assert world.text(task) == f"🎬 Luma · video\n> a fox\n{WAITING}\nStarted <t:1790000000:R>"
    assert world.labels(task) == UNDER_WAY
    assert world.card(task).footer.text == task.id
    await world.pass_time(5)
    assert world.text(task).splitlines()[2:] == ["🎨 Being made", "▰▰▰▰▰▱▱▱▱▱▱▱ 41 %", "Started <t:1790000000:R>"]
    await world.pass_time(5)
    assert world.text(task) == "🎬 Luma · video\n> a fox\n✅ Finished · 10 s"
    assert world.labels(task) == ["Again", *OF_A_VIDEO, "Details", "Delete"]
    message = world.message(task)
    assert [file.filename for file in message.attachments] == [f"a-fox-{task.id[:4]}.mp4"]
    film = await message.attachments[0].read()
    assert film[4:8] == b"ftyp" and len(film) > 10_000
    assert message.content == "" and [message.id for message in world.channel.history()] == [message.id]
    assert len(edits(world, task)) == 3


async def test_while_it_is_sent(world: World) -> None:
    async with caught_sending(world) as task:
        assert world.text(task) == "🎬 Luma · video\n> a fox\n📨 Being sent to the relay"
        assert world.labels(task) == UNDER_WAY


async def test_places_in_line_go_round_the_users(tmp_path: Path) -> None:
    async with a_world(tmp_path, ACTIVE_TASKS_PER_USER="1") as world:
        one_film(world)
        tasks = await in_turn(world, "ann", "ann", "ann", "ben", "ben")
        await world.work()
        ann, ben = tasks[:3], tasks[3:]
        line = {task.id: world.text(task).splitlines()[-1] for task in tasks if "Place in line" in world.text(task)}
        assert line == {ann[1].id: "Place in line: 1", ben[1].id: "Place in line: 2", ann[2].id: "Place in line: 3"}
        assert [world.text(task).splitlines()[2] for task in (ann[0], ben[0])] == [WAITING] * 2
        assert world.labels(ann[2]) == UNDER_WAY
        assert [job.submitted_at for job in world.relay.paid()] == [START + 5] * 2
        await world.pass_time(10)
        assert world.text(ann[2]).splitlines()[2:] == ["⏳ Waiting in line", "Place in line: 1"]
        await world.pass_time(30)
        assert {task.phase for task in await world.tasks()} == {Phase.DELIVERED}
        assert len(world.relay.paid()) == 5


async def test_a_pile_of_one_user_does_not_hold_up_another(tmp_path: Path) -> None:
    """Fifty tasks fill the provider's slots; the next free one goes to the user who has none in flight."""
    async with a_world(tmp_path, ACTIVE_TASKS_PER_USER="60", QUEUED_TASKS_PER_USER="60") as world:
        world.relay.hold = True
        await in_turn(world, *["ann"] * 52)
        await world.work()
        await in_turn(world, "ben")
        await world.pass_time(5)
        waiting = [task for task in await world.tasks() if task.phase is Phase.QUEUED]
        places = [world.text(task).splitlines()[-1] for task in waiting]
        assert places == ["Place in line: 2", "Place in line: 3", "Place in line: 1"]
        assert waiting[2].user_id == world.ben.id
        world.relay.fail(world.relay.paid()[0].id, "no")
        await world.pass_time(5)
        by_ben = next(task for task in await world.tasks() if task.user_id == world.ben.id)
        assert by_ben.phase is Phase.WAITING


async def test_expected_time_from_past_durations(world: World) -> None:
    for _turn in range(3):
        await world.video()
    await world.pass_time(10)
    await world.app.engine.tidy()
    await world.video()
    await world.work()
    task = await world.task()
    assert world.text(task).splitlines()[3:] == ["Started <t:1790000010:R>", "Expected <t:1790000020:R>"]


async def test_no_edit_without_a_change(world: World) -> None:
    await world.video()
    await world.pass_time(5)
    world.relay.hold = True
    await world.pass_time(5)
    before = len(world.env.http_requests)
    await world.pass_time(600, step=10)
    assert world.env.http_requests[before:] == []
    assert world.relay.count("POST", "/luma/tasks") > 30
    task = await world.task()
    drawn = pictures(world, task)
    assert len(drawn) == 3 and len(set(drawn)) == 3


async def test_progress_of_many_cards_stays_within_the_budget(world: World) -> None:
    """Every card of a channel has its own token: each is drawn at most once in two and a half seconds."""
    for _turn in range(5):
        await world.video(prompt="sim:slow")
    await world.pass_time(60, step=1)
    for task in await world.tasks():
        drawn = pictures(world, task)
        assert len(drawn) <= 26 and len(set(drawn)) == len(drawn)


async def test_a_long_task_pings_its_owner_once(world: World) -> None:
    one_film(world)
    task = await world.delivered(prompt=SLOW)
    assert len(world.channel.history()) == 1
    await world.pass_time(25)
    card, ping = world.channel.history()
    assert ping.content == (
        f"{world.ann.mention}, it is finished: "
        f"https://discord.com/channels/{world.guild.id}/{world.channel.id}/{task.place.message_id}"
    )
    assert card.id == task.place.message_id
    assert [user.id for user in ping.mentions] == [world.ann.id]
    await world.pass_time(600, step=60)
    assert len(world.channel.history()) == 2


async def test_no_ping_for_a_short_task(world: World) -> None:
    await world.delivered()
    assert len(world.channel.history()) == 1


async def test_no_ping_when_switched_off(world: World) -> None:
    one_film(world)
    result = await world.ann.slash(world.channel, "settings", ping=False)
    assert said(result).splitlines()[0] == "You are not told when a long task is finished."
    await world.delivered(prompt=SLOW)
    await world.pass_time(30)
    assert (await world.task()).phase is Phase.DELIVERED
    assert len(world.channel.history(viewer=world.ben)) == 1


async def test_a_late_success(world: World) -> None:
    one_film(world)
    await world.video(prompt="sim:late")
    await world.pass_time(10)
    task = await world.task()
    assert world.text(task).splitlines()[2:] == [
        "❔ Nobody knows what became of it",
        "The relay gave up waiting for it.",
    ]
    assert world.labels(task) == ["Check again", "Retry", "Details", "Delete"]
    await world.pass_time(60)
    assert world.text(task).splitlines()[-1] == "It arrived late, but it arrived."
    assert world.message(task).attachments[0].filename.endswith(".mp4")
    assert len(world.relay.paid()) == 1


async def test_too_large_for_discord(world: World) -> None:
    task = await world.delivered(prompt="sim:big")
    link = task.media[0].url
    assert link.endswith("?size=12582912")
    assert world.text(task).splitlines()[2:] == [
        "✅ Finished · 10 s",
        f"Made smaller to fit into Discord; in full: [the result]({link}) (the link may stop working, save it soon)",
    ]
    assert world.labels(task) == ["Open", "Again", *OF_A_VIDEO, "Details", "Delete"]
    assert world.message(task).components[0].children[0].url == link  # type: ignore[union-attr]  # a row of buttons
    (file,) = world.message(task).attachments
    assert file.filename == f"sim-big-{task.id[:4]}.mp4" and 0 < file.size < task.place.token_limit


async def test_refused_by_discord_as_too_large(world: World) -> None:
    await world.video()
    await world.pass_time(5)
    world.env.inject_error("PATCH", "/webhooks/*", status=413, code=40005, times=1)
    await world.pass_time(5)
    task = await world.task()
    assert "Too large for Discord: [the result](" in world.text(task)
    assert world.message(task).attachments == []
    assert world.labels(task)[0] == "Open"


async def test_the_clean_link_is_asked_for_after_two_minutes(world: World) -> None:
    await world.delivered(prompt="sim:nolink")
    task = await world.task()
    assert task.phase is Phase.RUNNING and "🎨 Being made" in world.text(task)
    await world.pass_time(120)
    assert world.text(task).splitlines()[2].startswith("✅ Finished")
    assert world.relay.count("GET", "/luma/generations/") == 1
    assert world.message(task).attachments[0].filename == f"sim-nolink-{task.id[:4]}.mp4"


async def test_turned_away_for_a_moment(world: World) -> None:
    one_film(world)
    await world.video(prompt="sim:throttle")
    await world.work()
    task = await world.task()
    assert world.text(task).splitlines()[2:] == [
        "⏳ Waiting in line",
        "Next attempt <t:1790000002:R>",
        "The relay is overloaded right now.",
    ]
    await world.pass_time(15)
    assert world.text(task).splitlines()[2].startswith("✅ Finished")
    assert len(paid(world)) == 2 and len(world.relay.paid()) == 1


@pytest.mark.parametrize(
    ("prompt", "phase", "sentence"),
    [
        ("sim:fail", Phase.FAILED, "The model could not finish this generation"),
        ("sim:banned", Phase.FAILED, "The prompt was refused by content moderation"),
        ("sim:html", Phase.FAILED, "This relay does not offer that feature. Nothing was charged."),
        (
            "sim:quota",
            Phase.FAILED,
            "The relay account has no credit left. The operator has to top it up. Nothing was charged.",
        ),
    ],
)
async def test_endings_without_a_result(world: World, prompt: str, phase: Phase, sentence: str) -> None:
    await world.video(prompt=prompt)
    await world.pass_time(15)
    task = await world.task()
    assert task.phase is phase
    assert world.text(task).splitlines()[2:] == ["❌ It did not work", sentence]
    assert world.labels(task) == ["Retry", "Details", "Delete"]


async def test_lost_at_the_relay(world: World) -> None:
    await world.video(prompt="sim:lost")
    await world.pass_time(90)
    task = await world.task()
    assert world.text(task).splitlines()[2:] == [
        "❔ Nobody knows what became of it",
        "The relay no longer knows this task.",
    ]
    assert world.labels(task) == ["Check again", "Retry", "Details", "Delete"]


async def test_words_of_a_prompt_stay_words(world: World) -> None:
    one_film(world)
    prompt = f"@everyone **bold** [x](https://a.invalid) `code` <@{world.ben.id}> \u202e||spoiler||"
    result = await world.video(prompt=prompt)
    await world.pass_time(10)
    task = await world.task()
    shown = world.text(task).splitlines()[1]
    assert shown == (
        r"> \@everyone \*\*bold\*\* \[x\]\(https\://a.invalid\) \`code\` "
        rf"\<\@{world.ben.id}\> \|\|spoiler\|\|"
    )
    assert here(result).message.mentions == []
    assert paid(world)[0][1]["user_prompt"] == prompt
    assert labels(here(result).message) == ["Again", *OF_A_VIDEO, "Details", "Delete"]
