"""Prompts that try to do more than to be read: wherever they are shown, they are words."""

from typing import Any

import pytest

from bot.demo.simulator.openai import OpenAI
from tests.discord.chats import exchange, messages
from tests.discord.kit import bodies, one_film, paid, refusal, requests, words_of
from tests.discord.openai import form
from tests.discord.test_openai_sounds import TALK
from tests.world import World, said

FAMILY, HEART = "\N{MAN}\u200d\N{WOMAN}\u200d\N{GIRL}", "\N{HEAVY BLACK HEART}\ufe0f\u200d\N{FIRE}"
MENTIONS = "@everyone @here <@1> <@&2> <#3> </luma video:4>"
LINK = "[free gifts](https://evil.example/x) <https://evil.example/y>"
SPOOF = "photo\u202egpj.exe\u2066x\u2069\u061c"
CONTROLS = "a\0b\x07c\x1b[31md\u200be\u2028f\u3164g\U000e0041h"
STACKED = "z" + "\u0335" * 200
LONG = "owl " * 1249 + "owls"
LONGEST = "owl " * 1499 + "owls"
PROMPTS = (
    f"{MENTIONS} {LINK}", f"{SPOOF} {CONTROLS}", "\u200b", "```" * 20, "> # -# ||x||", "\n\n\n# heading\n- list",
    "\N{PERSON WITH BALL}" * 1500, LONG, f"{FAMILY} {HEART} {STACKED}",
)  # fmt: skip
UNSEEN = "\0\x07\x1b\u200b\u202e\u2066\u2069\u061c\u2028\u3164\U000e0041"


def shown(world: World) -> list[str]:
    """Every text that was sent to Discord, to be seen by somebody."""
    found = [entry.json for entry in requests(world, "POST") + requests(world, "PATCH")]
    return [text for body in found for text in texts(body)]


def texts(body: Any) -> list[str]:
    if isinstance(body, dict):
        names = ("content", "description", "value", "title", "label", "name")
        return [found for name in names if isinstance(found := body.get(name), str)] + [
            text for inner in body.values() for text in texts(inner)
        ]
    return [text for inner in body for text in texts(inner)] if isinstance(body, list) else []


async def test_every_prompt_is_only_words_on_cards_in_lists_and_in_suggestions(world: World) -> None:
    one_film(world)
    for number, prompt in enumerate(PROMPTS):
        world.clock.now += 1
        await world.video(prompt=prompt)
        if number % 4 == 3:
            await world.pass_time(20)
    await world.pass_time(40)
    tasks = await world.tasks()
    assert [body["user_prompt"] for _path, body in paid(world)] == [prompt.strip() for prompt in PROMPTS]
    assert [task.phase.value for task in tasks] == ["delivered"] * len(PROMPTS)
    assert all(world.message(task).mentions == [] for task in tasks)
    first = world.text(tasks[0])
    assert "](" not in first.replace("\\]\\(", "")
    assert "@everyone" not in first.replace("\\@", "")
    assert "https://" not in first.replace("https\\:", "")
    assert FAMILY in world.text(tasks[-1])
    assert HEART in world.text(tasks[-1])
    assert "\u0335" * 5 not in world.text(tasks[-1])
    page = await world.ann.slash(world.channel, "tasks list")
    assert FAMILY in words_of(page.response)
    offered = await world.ann.autocomplete(world.channel, "tasks show", "id", "")
    assert len(offered) == len(PROMPTS)
    assert any(FAMILY in choice["name"] for choice in offered)
    told = [*shown(world), *(choice["name"] for choice in offered)]
    assert not [text for text in told if any(letter in text for letter in UNSEEN)]


async def test_details_of_every_prompt_fit_and_hold_nobody(world: World) -> None:
    one_film(world)
    for prompt in (f"{MENTIONS} {LINK} ```", LONG):
        task = await world.delivered(prompt=prompt)
        result = await world.press(task, "details", world.ben)
        assert len(said(result)) <= 2000
        assert said(result).count("```") == 2
        assert all(answer.message.mentions == [] for answer in [result.response] if answer is not None)


async def test_a_question_and_its_answer_mention_nobody(world: World) -> None:
    world.relay.faults.add(
        path="/v1/messages", body=an_answer(f"{MENTIONS} {LINK}"), headers={"Content-Type": "application/json"}
    )
    await world.ann.slash(world.channel, "claude chat", prompt=f"{MENTIONS} {SPOOF}", thread=True)
    await world.work()
    found = await exchange(world)
    assert all(message.mentions == [] and not message.mention_everyone for message in messages(world, found))
    await world.ann.slash(world.channel, "claude chat", prompt="\u200b\u2066", thread=True)
    await world.ann.slash(world.channel, "claude chat", prompt=LONGEST, thread=True)
    await world.work()
    named, nameless, long = [body["name"] for body in bodies(world, "POST", "/threads")]
    assert not any(letter in named for letter in UNSEEN)
    assert (nameless, long) == ("…", LONGEST[:79])


async def test_half_of_a_surrogate_pair_from_a_user_harms_nothing(world: World) -> None:
    one_film(world)
    result = await world.video(prompt="half \ud83d of a pair")
    assert "“prompt” cannot be used" in refusal(result)
    await world.ann.slash(world.channel, "claude chat", prompt="half \ud83d of a pair")
    await world.work()
    found = await exchange(world)
    assert found.question == "half ? of a pair"
    assert found.answer


@pytest.mark.parametrize("words", [f"{MENTIONS} {LINK}", SPOOF + CONTROLS])
async def test_the_words_of_a_relay_are_only_words(world: World, words: str) -> None:
    refused = {"code": "invalid", "message": words, "data": None}
    world.relay.faults.add(path="/luma/generations", status=400, body=refused, times=None)
    await world.video()
    await world.pass_time(10)
    task = await world.task()
    assert task.phase.value == "failed"
    world.relay.faults.add(path="/flux/v1/*", status=400, body=refused, times=None)
    result = await world.ann.slash(world.channel, "flux finetune list")
    told = f"{world.text(task)} {refusal(result)}"
    assert not any(letter in told for letter in UNSEEN)
    assert "](" not in told.replace("\\]\\(", "")
    assert "@everyone" not in told.replace("\\@", "")


def an_answer(words: str) -> dict[str, Any]:
    """What Claude answers in one piece."""
    return {
        "id": "msg_1", "type": "message", "role": "assistant", "content": [{"type": "text", "text": words}],
        "model": "claude-sonnet-4-20250514", "stop_reason": "end_turn",
        "usage": {"input_tokens": 1, "output_tokens": 1},
    }  # fmt: skip


HOSTILE_NAMES = (
    "../../../etc/passwd", "..\\..\\x", "a\0b", 'a"\r\nX-Evil: yes\r\n\r\n', f"{MENTIONS} {LINK}", SPOOF,
    "", ".", "x" * 250,
)  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE_NAMES, ids=range(len(HOSTILE_NAMES)))
async def test_the_name_of_a_file_is_no_path_and_no_markup(world: World, name: str) -> None:
    refused = await world.ann.slash(world.channel, "openai transcribe", audio=(f"{name}.mp3", b"no sound"))
    assert not any(letter in refusal(refused) for letter in UNSEEN)
    assert "](" not in refusal(refused).replace("\\]\\(", "")
    assert "@everyone" not in refusal(refused).replace("\\@", "")
    await world.ann.slash(world.channel, "openai transcribe", audio=(f"{name}.mp3", TALK[1]))
    await world.pass_time(20)
    (part,) = form(world, OpenAI).files("file")
    assert part.filename == "file.wav"
    card = world.text(await world.task())
    assert not any(letter in card for letter in UNSEEN)
    assert "](" not in card.replace("\\]\\(", "")
