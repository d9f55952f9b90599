"""/udio extend: on the wire, by button, and what cannot be made longer."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from simcord import InteractionResult, MemberActor

from bot.task import Phase
from tests.discord.kit import STRANGER, forge, here, refusal
from tests.discord.udio import USUAL, sent, sing, song_ids, studio, sung
from tests.world import World, alone

UNFINISHED = "That task is not finished yet, or it did not work out."


@pytest.fixture
async def udio(tmp_path: Path) -> AsyncIterator[World]:
    """A relay with Udio's official form."""
    async with studio(tmp_path) as found:
        yield found


@pytest.fixture(params=["official", "task"])
async def either(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[World]:
    """A relay with either form; the bot does not know which."""
    async with studio(tmp_path) as found:
        found.relay.udio.style = request.param
        yield found


async def longer(world: World, song: str, who: MemberActor | None = None, **options: Any) -> InteractionResult:
    """``/udio extend``."""
    return await (who or world.ann).slash(world.channel, "udio extend", song=song, **options)


def source(song_id: str) -> dict[str, str]:
    return {"source_type": "song", "song_id": song_id}


async def test_extend_on_the_wire_and_on_the_card(either: World) -> None:
    task = await sung(either, instrumental=True, model="udio130-v1.5")
    result = await longer(either, f"{task.id}.1", side="before", context=20)
    await either.pass_time(30)
    made = await either.task()
    config = {"mode": "precede", "context_length": 20, "source": source(song_ids(task)[1])}
    like = {"model_type": "udio130-v1.5", "lyrics_type": "instrumental", "song_section_start": 0.4}
    assert sent(either)[1][1] == {**USUAL, **like, "config": config}
    assert (made.phase, made.parent_id, here(result).id) == (Phase.DELIVERED, task.id, made.place.message_id)
    assert either.card(made).title == "🎶 Udio · longer song"
    assert either.labels(made)[:2] == ["Extend 1", "Extend 2"]


async def test_extend_with_every_option(udio: World) -> None:
    task = await sung(udio)
    await longer(
        udio, task.id, prompt="an end", lyrics="la", instrumental=False, model="udio130-v1.5", negative_prompt="drums",
        quality=50, manual=True, seed=3, prompt_strength=10, clarity=20, lyrics_strength=30, section_start=90,
        section_end=95, lyrics_start=1, lyrics_end=2,
    )  # fmt: skip
    await udio.work()
    assert sent(udio)[1][1] == {
        "prompt": "an end",
        "lyrics": "la",
        "lyrics_type": "user",
        "model_type": "udio130-v1.5",
        "config": {"mode": "continuation", "context_length": 130, "source": source(song_ids(task)[0])},
        "negative_prompt": "drums",
        "bypass_prompt_optimization": True,
        "seed": 3,
        "song_section_start": 0.9,
        "song_section_end": 0.95,
        "lyrics_placement_start": 0.01,
        "lyrics_placement_end": 0.02,
        "prompt_strength": 0.1,
        "clarity_strength": 0.2,
        "lyrics_strength": 0.3,
        "generation_quality": 0.5,
    }


async def test_extend_by_button_again_and_again(udio: World) -> None:
    task = await sung(udio)
    for number in (1, 0):
        form = await udio.ann.click(udio.message(task), custom_id=f"v1:udio-extend:{task.id}:{number}")
        assert form.modal is not None
        assert form.modal["title"] == "Make this song longer"
        fields = [part["component"] for part in form.modal["components"]]
        assert [(field["custom_id"], field["required"]) for field in fields] == [("prompt", True), ("lyrics", False)]
        assert fields[0]["value"] == task.caption
        await udio.ann.submit_modal(form, {"prompt": f"{task.caption}, on", "lyrics": "la"})
        await udio.pass_time(30)
        made = await udio.task()
        config = {"mode": "continuation", "context_length": 130, "source": source(song_ids(task)[number])}
        given = {"prompt": f"{task.caption}, on", "lyrics": "la", "lyrics_type": "user", "song_section_start": 0.4}
        assert sent(udio)[-1][1] == {**USUAL, **given, "config": config}
        assert (made.phase, made.parent_id) == (Phase.DELIVERED, task.id)
        udio.clock.now += 1
        task = made


async def test_the_songs_that_are_offered(udio: World) -> None:
    def choices(found: list[dict[str, Any]]) -> list[tuple[str, str]]:
        return [(choice["name"], choice["value"]) for choice in found]

    assert await udio.ann.autocomplete(udio.channel, "udio extend", "song", "") == []
    task = await sung(udio)
    await sung(udio, udio.ben)
    await sung(udio, prompt="warm sim:fail")
    part = await sung(udio, prompt="a cold night sim:partial")
    await udio.video()
    await udio.pass_time(60)
    found = choices(await udio.ann.autocomplete(udio.channel, "udio extend", "song", ""))
    assert [value for _name, value in found] == [f"{part.id}.0", f"{task.id}.0", f"{task.id}.1"]
    assert found[1][0].startswith("1. ") and found[2][0].startswith("2. ") and found[2][0].endswith(" min ago")
    cold = choices(await udio.ann.autocomplete(udio.channel, "udio extend", "song", "COLD"))
    assert cold == found[:1]


async def test_what_cannot_be_made_longer(udio: World) -> None:
    task, theirs = await sung(udio), await sung(udio, udio.ben)
    film = await udio.delivered()
    await sing(udio, prompt="warm sim:fail")
    await udio.pass_time(30)
    udio.clock.now += 1
    failed = await udio.task()
    await sing(udio)
    await udio.work()
    running = await udio.task()
    count = len(await udio.tasks())
    for song, sentence in (
        (theirs.id, STRANGER),
        (f"{film.id}.0", "That task belongs to another provider."),
        (failed.id, UNFINISHED),
        (f"{running.id}.0", UNFINISHED),
        (f"{task.id}.2", "That task has no song 3, only 2."),
        ("0123456789.0", "There is no task “0123456789”."),
        ("", "There is no task “”."),
    ):
        result = await longer(udio, song)
        assert refusal(result) == sentence
    result = await longer(udio, task.id, section_end=40)
    assert refusal(result) == "`section_start` must lie before `section_end`: they are 40 % and 40 %."
    assert len(await udio.tasks()) == count
    assert len(udio.channel.history(viewer=udio.lin)) == count


async def test_a_form_about_a_song_that_is_not_there(udio: World) -> None:
    task = await sung(udio, prompt="warm sim:partial")
    forge(udio, udio.message(task), f"v1:udio-extend:{task.id}:1")
    form = await udio.ann.click(udio.message(task), custom_id=f"v1:udio-extend:{task.id}:1")
    assert refusal(await udio.ann.submit_modal(form, {"prompt": "on"})) == "That task has no song 2, only 1."
    stranger = await udio.ben.click(udio.message(task), custom_id=f"v1:udio-extend:{task.id}:0")
    assert refusal(stranger) == STRANGER and alone(stranger)


async def test_a_song_whose_account_is_gone(either: World) -> None:
    task = await sung(either)
    await longer(either, task.id, prompt="on sim:offline")
    await either.pass_time(10)
    made = await either.task()
    assert made.phase is Phase.FAILED
    assert "Nothing was charged." in either.text(made)
