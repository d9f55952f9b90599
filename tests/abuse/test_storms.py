"""Far more clicks, commands, messages and suggestions than anybody can mean."""

from pathlib import Path
from typing import Any

import pytest

from bot.ui.pace import REMEMBERED, Pace, Slips, Verdict
from tests.abuse.kit import CLICK, clicked, storm
from tests.discord.kit import here, one_film, paid, requests
from tests.world import World, a_world, answers, said

COUNT = 1000
MOST = 20
COMMAND, SUGGESTIONS = 2, 4
TOO_FAST = "That is too fast for me. Take a breath, then go on."


def paced(folder: Path) -> Any:
    return a_world(folder, CLICKS_PER_10_SECONDS=str(MOST))


def told(world: World) -> int:
    """How many requests were made to Discord to answer interactions."""
    return len(requests(world, "POST", "/interactions/")) + len(requests(world, "POST", "/webhooks/"))


async def test_a_thousand_clicks_are_one(tmp_path: Path) -> None:
    async with paced(tmp_path) as world:
        one_film(world)
        task = await world.delivered()
        before = told(world)
        world.clock.now += 60
        results = await storm(world, world.ann, COUNT, CLICK, clicked(f"v1:again:{task.id}"), world.message(task))
        assert told(world) - before <= MOST + 2
        assert sum(TOO_FAST in said(result) for result in results) == 1
        await world.pass_time(60)
        assert len(await world.tasks()) == 2
        assert len(paid(world)) == 2


async def test_others_are_answered_meanwhile(tmp_path: Path) -> None:
    async with paced(tmp_path) as world:
        one_film(world)
        task = await world.delivered()
        world.clock.now += 60
        await storm(world, world.ann, COUNT, CLICK, clicked(f"v1:details:{task.id}"), world.message(task))
        result = await world.press(task, "details", world.ben)
        assert task.id in said(result)
        assert answers(await world.press(task, "details")) == []
        world.clock.now += 11
        assert task.id in said(await world.press(task, "details"))


async def test_a_second_click_is_a_slip_and_a_later_one_is_meant(world: World) -> None:
    one_film(world)
    task = await world.delivered()
    await world.press(task, "again")
    await world.press(task, "again")
    assert len(await world.tasks()) == 2
    world.clock.now += 2
    await world.press(task, "again")
    assert len(await world.tasks()) == 3


async def test_every_kind_of_thing_that_somebody_does_counts(tmp_path: Path) -> None:
    async with paced(tmp_path) as world:
        card, page = await world.ann.send(world.channel, "x"), await world.ann.slash(world.channel, "tasks list")
        places = {
            "v1:again:0000000000": card,
            "v1:use::0000000000": card,
            "odd": card,
            "v1:page:0:::": here(page).message,
        }
        await storm(world, world.ann, MOST, CLICK, clicked("odd"), card)
        before = told(world)
        for name, message in places.items():
            await storm(world, world.ann, 10, CLICK, clicked(name), message)
        await storm(world, world.ann, 10, 5, {"custom_id": "form:none:x", "components": []})
        for _time in range(10):
            await world.ann.slash(world.channel, "tasks list")
        assert told(world) == before
        world.clock.now += 11
        for name, message in places.items():
            await storm(world, world.ann, 1, CLICK, clicked(name), message)
        assert told(world) - before >= len(places)


async def test_messages_in_a_thread_count_too(tmp_path: Path) -> None:
    async with a_world(tmp_path, CLICKS_PER_10_SECONDS="5", THREAD_MESSAGES="all") as world:
        await world.ann.slash(world.channel, "claude chat", prompt="hello", thread=True)
        await world.work()
        (thread,) = world.channel.threads
        for number in range(20):
            await world.ann.send(thread, f"and {number}?")
        await world.work()
        heard = [message for message in thread.history() if message.author.id != world.ann.id]
        assert len(heard) <= 6
        told_off = [message for message in heard if message.content == TOO_FAST]
        assert len(told_off) == 1


async def test_suggestions_are_bounded_and_shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with paced(tmp_path) as world:
        one_film(world)
        await world.delivered()
        asked_relay = len(world.relay.calls)
        store, queries = world.app.engine.core.store, 0
        whole = store.of_user

        async def counted(*args: Any, **more: Any) -> Any:
            nonlocal queries
            queries += 1
            return await whole(*args, **more)

        monkeypatch.setattr(store, "of_user", counted)
        data = typing(world, "tasks", "show", "id")
        results = await storm(world, world.ann, COUNT, SUGGESTIONS, data)
        offered = [result for result in results if result.autocomplete_choices]
        assert len(offered) == 3 * MOST
        assert queries < 10
        assert len(world.relay.calls) == asked_relay
        assert await world.ben.autocomplete(world.channel, "tasks show", "id", "") == []
        assert (await world.ann.slash(world.channel, "tasks list")).response is not None


def typing(world: World, command: str, group: str, option: str) -> dict[str, Any]:
    """The data of letters being typed into an option."""
    root = world.ann._resolve_root(command, 1, world.channel.id)
    inner = {"type": 1, "name": group, "options": [{"type": 3, "name": option, "value": "f", "focused": True}]}
    return {"id": root["id"], "name": command, "type": 1, "options": [inner]}


# ------------------------------------------------------------------------------------------------ pace


class Hand:
    """A clock."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_window_moves_on() -> None:
    clock = Hand()
    pace = Pace(2, clock)
    found = []
    for clock.now in (0.0, 1.0, 2.0, 3.0, 10.0, 10.5, 11.0, 12.5):
        found.append(pace.clicked(1))
    answer, say_so, ignore = Verdict.ANSWER, Verdict.SAY_SO, Verdict.IGNORE
    assert found == [answer, answer, say_so, ignore, answer, ignore, answer, say_so]
    assert pace.clicked(2) is answer


def test_no_bound() -> None:
    pace = Pace(0, Hand())
    assert {pace.clicked(1) for _time in range(COUNT)} == {Verdict.ANSWER}
    assert all(pace.typed(1) for _time in range(COUNT))


def test_who_was_quiet_is_forgotten() -> None:
    clock = Hand()
    pace, slips = Pace(1, clock), Slips(clock)
    for user in range(3 * REMEMBERED):
        clock.now += 0.01
        pace.clicked(user)
        with slips.once(user) as meant:
            assert meant
    assert len(pace._seen) <= REMEMBERED + 1
    assert len(slips._begun) <= REMEMBERED + 1


def test_a_click_whose_work_fails_can_be_repeated() -> None:
    clock = Hand()
    slips = Slips(clock)
    with pytest.raises(ValueError, match="x"), slips.once("a"):
        raise ValueError("x")
    with slips.once("a") as meant:
        assert not meant
    clock.now += 2
    with slips.once("a") as meant, slips.once("a") as again, slips.once("b") as other:
        assert (meant, again, other) == (True, False, True)
