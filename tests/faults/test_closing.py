"""A bot that was told to stop: what was accepted is left for the next process, and nothing new is accepted."""

import pytest

from bot.engine.core import CLOSING
from bot.errors import Problem
from tests.discord.kit import refusal
from tests.world import World


async def test_a_new_request_is_refused(world: World) -> None:
    world.app.engine.core.closing = True
    result = await world.ann.slash(world.channel, "luma video", prompt="a fox")
    assert CLOSING.source in refusal(result)
    assert await world.app.engine.core.store.waiting() == []


async def test_a_question_to_a_model_is_refused(world: World) -> None:
    world.app.engine.core.closing = True
    result = await world.ann.slash(world.channel, "claude chat", prompt="what is a fox?")
    assert CLOSING.source in refusal(result)
    assert world.relay.calls == []


async def test_what_failed_is_not_sent_again(world: World) -> None:
    await world.ann.slash(world.channel, "luma video", prompt="a fox sim:fail")
    await world.pass_time(60)
    task = await world.task()
    world.app.engine.core.closing = True
    result = await world.press(task, "retry")
    assert CLOSING.source in refusal(result)
    assert len(world.relay.paid()) == 1


async def test_a_prompt_is_not_written_out(world: World) -> None:
    world.app.engine.core.closing = True
    result = await world.ann.slash(world.channel, "luma video", prompt="a fox", enhance=True)
    assert CLOSING.source in refusal(result)
    assert world.relay.calls == []


async def test_an_engine_that_is_started_again_accepts(world: World) -> None:
    engine = world.app.engine
    engine.start()
    await engine.stop()
    with pytest.raises(Problem):
        engine.core.check_open()
    engine.start()
    engine.core.check_open()
    await engine.stop()
