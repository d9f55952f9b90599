"""What is logged: which task a line is about, never what stands in local variables, which hold keys and tokens, and
what users write only at level DEBUG."""

import asyncio
import io
import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import structlog

from bot import logs
from bot.engine.core import Core
from bot.engine.work import Crew
from bot.task import Phase
from tests.abuse.kit import click
from tests.discord.chats import exchange, note
from tests.discord.kit import one_film
from tests.world import World, a_world

PROMPT = 'a fox called "Reineke"\nin the deep snow 狐狸'
PIECES = ("a fox called", "Reineke", "in the deep snow 狐狸")


@contextmanager
def logged(level: str, form: str = "json") -> Iterator[io.StringIO]:
    """What is logged from now on."""
    stream = io.StringIO()
    handlers = logging.getLogger().handlers
    logs.set_up(level, form)
    (handler,) = logging.getLogger().handlers
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(stream)
    try:
        yield stream
    finally:
        logs.set_up("INFO", "json")
        logging.getLogger().handlers = handlers


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.fixture(params=["console", "json"])
def written(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What is logged in the one or the other format, on a wide terminal."""
    monkeypatch.setenv("COLUMNS", "200")
    with logged("INFO", request.param) as stream:
        yield stream


def call_discord() -> None:
    """Fails like a library that has the token in a local variable."""
    token = "".join(["MTIz", "NDU2", ".secret"])
    headers = {"Authorization": f"Bot {token}"}
    raise RuntimeError(f"{len(headers)} header")


def test_a_traceback_names_the_error_and_no_secret(written: io.StringIO) -> None:
    log = structlog.get_logger("bot.test")
    try:
        call_discord()
    except RuntimeError:
        log.exception("unexpected error", id="abc123")
    assert "RuntimeError: 1 header" in written.getvalue()
    assert "abc123" in written.getvalue()
    assert "MTIz" + "NDU2" not in written.getvalue()


# ---------------------------------------------------------------------------------------------------- what users write


async def test_what_somebody_wrote_is_left_out_of_every_line(written: io.StringIO) -> None:
    log = structlog.get_logger("bot.test")

    async def step() -> None:
        logs.about([PROMPT], task="t1", provider="luma", user=5)
        log.warning("refused", why=json.dumps({"message": f"no: {PROMPT}"}, ensure_ascii=False), count=3)
        logging.getLogger("some.library").warning("it said %s", PROMPT)
        try:
            raise RuntimeError(PROMPT)
        except RuntimeError:
            log.exception("unexpected error")

    await asyncio.create_task(step())
    assert [piece for piece in PIECES if piece in written.getvalue() and piece != "Reineke"] == []
    assert written.getvalue().count("t1") == 3
    assert "no: …" in written.getvalue()


async def test_a_line_stays_readable_for_machines() -> None:
    async def step() -> None:
        logs.about(["null 12345 true, timestamp level"], task="t1", user=12345)
        structlog.get_logger("bot.test").info("hello", nothing=None, why="null 12345 true, timestamp level!")

    with logged("INFO") as written:
        await asyncio.create_task(step())
    (line,) = lines(written)
    assert (line["why"], line["user"], line["nothing"], line["task"]) == ("…!", 12345, None, "t1")


async def test_another_task_of_the_loop_says_nothing_of_it() -> None:
    async def step(name: str, words: str) -> None:
        logs.about([words], task=name)
        await asyncio.sleep(0)
        structlog.get_logger("bot.test").info("hello", why="red fox, blue owl")

    with logged("INFO") as written:
        await asyncio.gather(step("t1", "red fox"), step("t2", "blue owl"))
    assert [(line["task"], line["why"]) for line in lines(written)] == [("t1", "…, blue owl"), ("t2", "red fox, …")]


@pytest.mark.parametrize("words", ["", "fox", "ray-v2", "16:9", "\n\n", "4k"])
async def test_what_may_occur_by_chance_stays(words: str) -> None:
    with logged("INFO") as written:
        logs.about([words])
        structlog.get_logger("bot.test").info("hello", why="fox ray-v2 16:9 4k")
        logs.about()
    assert lines(written)[0]["why"] == "fox ray-v2 16:9 4k"


async def run(folder: Path, level: str) -> str:
    """What is logged while a task is refused with its own words, another is delivered, and a question is answered."""
    async with a_world(folder, LOG_LEVEL=level) as world:
        one_film(world)
        world.relay.pace = 0.05
        with logged(level) as written:
            world.relay.faults.add(path="/luma/generations", status=400, body={"error": {"message": f"bad: {PROMPT}"}})
            await world.video(prompt=PROMPT)
            await world.work()
            await world.delivered(prompt=PROMPT)
            await world.ann.slash(world.channel, "claude chat", prompt=PROMPT)
            await world.work()
    return written.getvalue()


async def test_prompts_are_logged_at_level_debug_only(tmp_path: Path) -> None:
    (tmp_path / "info").mkdir()
    (tmp_path / "debug").mkdir()
    info, debug = await run(tmp_path / "info", "INFO"), await run(tmp_path / "debug", "DEBUG")
    assert '"event": "delivered"' in info
    assert '"event": "submission failed"' in info
    assert [piece for piece in PIECES[::2] if piece in info] == []
    assert [piece for piece in PIECES if piece not in debug] == []
    prompts = [line.get("prompt") for line in map(json.loads, debug.splitlines())]
    assert prompts.count(PROMPT) == 3
    assert [secret for secret in ("sk-good", "Bearer") if secret in info + debug] == []


ECHO = "ein Fuchs & seine Freunde laufen durch den Schnee 雪地里的狐狸"
PLAIN = {"Content-Type": "text/plain"}
JSON = {"Content-Type": "application/json"}
AT_ONCE: dict[str, Any] = {"method": "POST", "path": "/luma/generations"}
ASKED: dict[str, Any] = {"method": "POST", "path": "/luma/tasks", "times": None}


@pytest.mark.parametrize(
    ("at", "status", "body", "why"),
    [
        (AT_ONCE, 400, {"code": "bad_words", "message": f"no: {ECHO[:30]}…"}, "HTTP 400, application/json, "),
        (AT_ONCE, 400, {"code": ECHO[:30], "message": ECHO}, "HTTP 400, application/json, "),
        (AT_ONCE, 502, f'{{"x": "{ECHO}'.replace("&", "\\u0026").encode(), "HTTP 502, text/plain, "),
        (AT_ONCE, 502, f"upstream: {ECHO}".encode(), "HTTP 502, text/plain, "),
        (AT_ONCE, 201, {"prompt": ECHO}, "no task id"),
        (ASKED, 500, {"error": {"code": "down", "message": f"no task {ECHO}"}}, "HTTP 500, application/json, "),
        (ASKED, 200, f'{{"prompt": "{ECHO}", "progress": NaN}}'.encode(), "HTTP 200, text/plain, "),
    ],
)
async def test_what_the_relay_says_is_logged_at_level_debug_only(
    world: World, at: dict[str, Any], status: int, body: Any, why: str
) -> None:
    heard = {}
    for level in ("INFO", "DEBUG"):
        await world.restart()
        world.relay.faults.add(**at, status=status, body=body, headers=PLAIN if isinstance(body, bytes) else JSON)
        with logged(level) as written:
            await world.video(prompt=ECHO)
            await world.pass_time(20)
        heard[level] = written.getvalue()
        world.relay.faults.clear()
    assert [words for words in ("ein Fuchs", "Freunde", "狐狸", "xe7\\\\x8b") if words in heard["INFO"]] == []
    assert [line for line in map(json.loads, heard["INFO"].splitlines()) if line.get("why", "").startswith(why)]
    assert any("Fuchs" in line.get("detail", "") for line in map(json.loads, heard["DEBUG"].splitlines()))


async def test_a_code_of_the_relay_is_logged(world: World) -> None:
    world.relay.faults.add(**AT_ONCE, status=400, body={"code": "bad_words", "message": "no"})
    with logged("INFO") as written:
        await world.video()
        await world.work()
    (line,) = [line for line in lines(written) if line["event"] == "submission failed"]
    assert line["error"] == "The relay refused: {message}"
    assert re.fullmatch(r"HTTP 400, application/json, \d+ bytes, code bad_words", line["why"])


async def test_what_somebody_looks_for_is_not_logged_with_a_click(world: World) -> None:
    message = await world.ann.send(world.channel, "x")
    database = world.app.engine.core.store.database
    await database.execute("ALTER TABLE tasks RENAME TO elsewhere")
    with logged("INFO") as written:
        await click(world, world.ann, message, "v1:page:0:luma:delivered:a secret")
        await world.ann.slash(world.channel, "tasks show", id="a secret")
    await database.execute("ALTER TABLE elsewhere RENAME TO tasks")
    assert {line["what"] for line in lines(written)} == {"v1:page:0", "/tasks show"}
    assert "a secret" not in written.getvalue()


WORKERS = {"bot.engine.submit", "bot.engine.poll", "bot.engine.deliver"}


async def test_every_line_about_a_task_names_it_its_provider_and_its_user(world: World) -> None:
    one_film(world)
    with logged("INFO") as written:
        world.relay.faults.add(path="/luma/generations", status=429, body="slow down")
        await world.delivered()
    task = await world.task()
    found = [line for line in lines(written) if line["logger"] in WORKERS or line["event"] == "relay call failed"]
    assert len(found) >= 3
    assert {(line["task"], line["provider"], line["user"]) for line in found} == {(task.id, "luma", world.ann.id)}


async def test_every_line_about_tasks_that_are_asked_for_singly_names_the_one(world: World) -> None:
    for who in (world.ann, world.ben):
        await who.slash(world.channel, "hailuo video", prompt="a fox")
    await world.work()
    world.relay.faults.add(method="GET", path="*query/video_generation", status=500, times=None)
    with logged("INFO") as written:
        await world.pass_time(30)
    found = [line for line in lines(written) if line["logger"] in WORKERS or line["event"] == "relay call failed"]
    assert {line["event"] for line in found} == {"relay call failed", "polling put off"}
    owners = {(task.id, "hailuo", task.user_id) for task in await world.tasks()}
    assert len(owners) == 2
    assert {(line["task"], line["provider"], line["user"]) for line in found} == owners


async def test_every_line_about_a_question_that_follows_an_answer_about_many_names_its_task(world: World) -> None:
    for who in (world.ann, world.ben):
        await world.video(who, prompt=f"sim:nolink {who.id}")
    world.relay.faults.add(method="GET", path="*/download_video_url", status=404, times=None)
    with logged("INFO") as written:
        await world.pass_time(300)
    found = [line for line in lines(written) if line["event"] in {"relay call failed", "follow-up failed"}]
    assert {line["event"] for line in found} == {"relay call failed", "follow-up failed"}
    owners = {(task.id, "luma", task.user_id) for task in await world.tasks()}
    assert {(line["task"], line["provider"], line["user"]) for line in found} == owners


# ---------------------------------------------------------------------------------------------------- short numbers


async def test_a_card_and_the_log_have_the_same_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_arguments: object) -> None:
        raise RuntimeError("a mistake of ours")

    async with a_world(tmp_path, allow_unexpected=True) as world:
        monkeypatch.setattr(Core, "kept", broken)
        with logged("INFO") as written:
            await world.video()
            await world.work()
        task = await world.task()
        assert task.phase is Phase.UNKNOWN
        told = re.search(r"It may have been charged\. Tell the operator this number: ([0-9a-f]{6})", world.text(task))
        assert told is not None
        (line,) = [line for line in lines(written) if line.get("id") == told[1]]
        assert (line["task"], line["level"]) == (task.id, "error")
        assert "RuntimeError: a mistake of ours" in line["exception"]


async def test_a_request_that_cannot_be_made_has_a_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_arguments: object) -> None:
        raise RuntimeError("a mistake of ours")

    async with a_world(tmp_path, allow_unexpected=True) as world:
        monkeypatch.setattr(world.app.engine.submitter, "_filled", broken)
        with logged("INFO") as written:
            await world.video()
            await world.work()
        task = await world.task()
        assert task.phase is Phase.FAILED
        (line,) = [line for line in lines(written) if "id" in line]
        assert f"Nothing was charged. Tell the operator this number: {line['id']}" in world.text(task).replace(
            "\n", " "
        )
        assert not world.relay.paid()


async def test_an_answer_and_the_log_have_the_same_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with a_world(tmp_path, allow_unexpected=True) as world:
        monkeypatch.setattr(world.app.talk.answers, "_add", lambda *_arguments: 1 / 0)
        with logged("INFO") as written:
            await world.ann.slash(world.channel, "claude chat", prompt="why?")
            await world.work()
        told = re.search(r"Tell the operator this number: ([0-9a-f]{6})", note(world, await exchange(world)))
        assert told is not None
        (line,) = [line for line in lines(written) if line.get("id") == told[1]]
        assert (line["provider"], line["user"], "ZeroDivisionError" in line["exception"]) == (
            "claude",
            world.ann.id,
            True,
        )


async def test_a_message_in_a_thread_and_the_log_have_the_same_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_world(tmp_path, allow_unexpected=True, THREAD_MESSAGES="all") as world:
        world.relay.pace = 0.05
        await world.ann.slash(world.channel, "claude chat", prompt="why?", thread=True)
        await world.work()
        (thread,) = world.channel.threads
        monkeypatch.setattr(world.app.talk, "in_thread", lambda _thread: 1 / 0)
        with logged("INFO") as written:
            await world.ann.send(thread, "and why is that?")
        (line,) = [line for line in lines(written) if "id" in line]
        assert (line["event"], line["user"]) == ("a message in a thread could not be answered", world.ann.id)
        assert f"Tell the operator this number: {line['id']}" in thread.history()[-1].content


async def test_an_edit_that_discord_refuses_names_its_task(world: World) -> None:
    world.env.inject_error("PATCH", "/webhooks/*", status=503, times=8)
    one_film(world)
    with logged("INFO") as written:
        await world.delivered()
    task = await world.task()
    failed = [line for line in lines(written) if line["event"] == "an edit failed"]
    assert {(line["task"], line["provider"], line["user"]) for line in failed} == {(task.id, "luma", world.ann.id)}


async def test_a_step_that_raises_is_logged_with_its_task() -> None:
    async def step() -> None:
        logs.about(task="t1", provider="luma", user=5)
        raise RuntimeError("a mistake of ours")

    crew = Crew("submit")
    with logged("INFO") as written:
        await asyncio.wait([crew.start(step())])
        await asyncio.sleep(0)
    (line,) = lines(written)
    assert (line["event"], line["task"], line["user"]) == ("a step failed unexpectedly", "t1", 5)
