"""/suno upload: by its link or in five steps, and what can be made of the recording."""

from pathlib import Path

import pytest

from bot.demo.simulator.suno_uploads import BUCKET
from bot.sniff import MP3, sniff
from bot.task import Phase, Task
from tests.discord.kit import refusal
from tests.discord.songs import (
    CONCAT,
    FETCH,
    MUSIC,
    bodies_to,
    chain,
    clip_id,
    clips,
    content,
    fill,
    finished,
    forget,
    names,
    one_tune,
    press,
    recording,
    song,
    submitted,
    suno,
)
from tests.world import World, a_world

HUM = ("My hum.mp3", recording(30))
BY_LINK, LOCAL = "/suno/uploads/audio-url", "/suno/uploads/audio"


async def brought(world: World, name: str = HUM[0], content: bytes = HUM[1]) -> Task:
    """A recording that was uploaded."""
    return await finished(world, "upload", audio=(name, content))


def without_ids(world: World) -> list[str]:
    """The chain of calls, the id of an upload or a clip left out."""
    return ["/".join("{id}" if part.count("-") == 4 else part for part in call.split("/")) for call in chain(world)]


def steps_seen(world: World, task: Task) -> list[str]:
    """What the card said of its steps, in order."""
    found = [
        line
        for entry in world.env.http_requests
        if entry.method == "PATCH" and str(task.place.message_id) in entry.path and entry.json
        for embed in entry.json.get("embeds", [])
        for line in str(embed.get("description")).splitlines()
        if line.startswith("Step")
    ]
    return list(dict.fromkeys(found))


@pytest.mark.parametrize(
    ("answer", "calls"),
    [
        ("task", [f"POST {BY_LINK}", "GET /suno/fetch/{id}", "GET /suno/feed/{id}"]),
        ("clip", [f"POST {BY_LINK}", "GET /suno/fetch/{id}", "GET /suno/feed/{id}"]),
    ],
)
async def test_by_link(world: World, answer: str, calls: list[str]) -> None:
    """What the relay answers is a task's id or already the clip's."""
    one_tune(world)
    world.relay.suno.audio_url = answer  # type: ignore[assignment]  # one of the switch's values
    task = await brought(world)
    assert without_ids(world) == calls
    [body] = bodies_to(world, BY_LINK)
    assert body["url"].startswith("https://cdn.simcord.invalid/") and body["url"].endswith(".mp3")
    assert task.phase is Phase.DELIVERED and len(world.relay.paid()) == 1
    assert (clips(task)[0]["origin"], clips(task)[0]["seconds"]) == ("upload", 30.0)
    assert names(world, task) == [f"my-hum-{task.id[:4]}.mp3"]
    assert world.labels(task) == ["Extend", "Cover", "Again", "Details", "Delete"]


@pytest.mark.parametrize("bucket", ["form", "put"])
async def test_in_five_steps(tmp_path: Path, bucket: str) -> None:
    async with a_world(tmp_path, SUNO_UPLOAD="local") as world:
        world.relay.suno.bucket = bucket  # type: ignore[assignment]  # one of the switch's values
        task = await brought(world)
        storage = f"POST {BUCKET}" if bucket == "form" else f"PUT {BUCKET}/{{id}}"
        assert without_ids(world) == [
            f"POST {LOCAL}",
            storage,
            f"POST {LOCAL}/{{id}}/upload-finish",
            f"GET {LOCAL}/{{id}}",
            f"POST {LOCAL}/{{id}}/initialize-clip",
            "GET /suno/feed/{id}",
        ]
        assert bodies_to(world, LOCAL) == [{"extension": "mp3"}]
        finish = next(call for call in world.relay.calls if call.path.endswith("upload-finish"))
        assert finish.json == {"upload_type": "file_upload", "upload_filename": "recording.mp3"}
        stored = next(call for call in world.relay.calls if BUCKET in call.path)
        assert "Authorization" not in stored.headers
        assert [job.action for job in world.relay.paid()] == ["initialize-clip"]
        assert task.phase is Phase.DELIVERED
        file = await content(world, task)
        assert sniff(file) is MP3 and file == HUM[1]
        assert clips(task)[0]["seconds"] == pytest.approx(30, abs=0.2)
        assert steps_seen(world, task)[-1] == "Step 4 of 4: making a song of it"


async def test_where_the_relay_takes_no_links(world: World) -> None:
    """The same command goes on with the file itself, and remembers nothing that would be in the way."""
    world.relay.suno.uploads_url = False
    task = await brought(world)
    assert without_ids(world)[:2] == [f"POST {BY_LINK}", f"POST {LOCAL}"]
    assert task.phase is Phase.DELIVERED
    assert [job.action for job in world.relay.paid()] == ["initialize-clip"]
    forget(world)
    world.clock.now += 1
    assert (await brought(world)).phase is Phase.DELIVERED


@pytest.mark.parametrize("name", ["hum.wav", "hum.mp3"])
async def test_other_files_than_mp3_go_by_themselves(world: World, name: str) -> None:
    """By its link only an MP3 is taken; the bytes say what it is, not the name."""
    await brought(world, name, recording(30, "wav"))
    assert without_ids(world)[0] == f"POST {LOCAL}"
    assert bodies_to(world, LOCAL) == [{"extension": "wav"}]


async def test_always_by_link_is_a_setting(tmp_path: Path) -> None:
    async with a_world(tmp_path, SUNO_UPLOAD="url") as world:
        one_tune(world)
        await brought(world, "hum.wav", recording(30, "wav"))
        assert without_ids(world)[0] == f"POST {BY_LINK}"


@pytest.mark.parametrize(("way", "setting"), [("link", "url"), ("file", "local")])
async def test_an_upload_is_extended_and_joined(tmp_path: Path, way: str, setting: str) -> None:
    async with a_world(tmp_path, SUNO_UPLOAD=setting) as world:
        one_tune(world)
        origin = await brought(world)
        forget(world)
        if way == "link":
            await suno(world, "extend", song=song(origin), at="28", lyrics="on", style="folk", join=True)
        else:
            await fill(world, await press(world, origin, "extend"), at="0:28", lyrics="on", style="folk")
        await world.pass_time(30)
        whole = await world.task()
        assert chain(world) == [MUSIC, FETCH, CONCAT, FETCH]
        [body] = submitted(world)
        assert body["task"] == "upload_extend" and "task_id" not in body
        assert (body["continue_clip_id"], body["continue_at"]) == (clip_id(origin), 28.0)
        assert (body["mv"], body["prompt"], body["tags"]) == ("chirp-auk", "on", "folk")
        assert clips(whole)[0]["seconds"] == 40.0


async def test_an_upload_is_covered(world: World) -> None:
    one_tune(world)
    origin = await brought(world)
    forget(world)
    await suno(world, "cover", song=song(origin), style="metal", lyrics="words")
    await world.pass_time(15)
    [body] = submitted(world)
    assert (body["task"], body["cover_clip_id"], body["mv"]) == ("cover", clip_id(origin), "chirp-auk")
    assert (await world.task()).phase is Phase.DELIVERED


async def test_an_upload_can_be_no_persona(world: World) -> None:
    one_tune(world)
    origin = await brought(world)
    forget(world)
    result = await suno(world, "persona create", song=song(origin), name="Me")
    assert refusal(result) == "An uploaded recording cannot become a persona: make a song first, for example a cover."
    assert world.relay.calls == []


async def test_a_recording_that_suno_refuses(tmp_path: Path) -> None:
    async with a_world(tmp_path, SUNO_UPLOAD="local") as world:
        path = f"{LOCAL}/*"
        answer = {"status": "error", "error_message": "Uploaded audio matches existing work of art."}
        world.relay.faults.add(method="GET", path=path, body=answer)
        task = await brought(world)
        assert task.phase is Phase.FAILED
        assert "Uploaded audio matches existing work of art." in world.text(task)
        assert world.relay.paid() == []


@pytest.mark.parametrize("seconds", [0, 2, 5, 8])
async def test_a_restart_in_any_of_the_steps(tmp_path: Path, seconds: int) -> None:
    async with a_world(tmp_path, SUNO_UPLOAD="local") as world:
        await suno(world, "upload", audio=HUM)
        await world.pass_time(seconds, step=1)
        await world.restart(SUNO_UPLOAD="local")
        await world.pass_time(30)
        assert (await world.task()).phase is Phase.DELIVERED
        assert [job.action for job in world.relay.paid()] == ["initialize-clip"]
        assert len(bodies_to(world, LOCAL)) == 1


async def test_what_was_never_paid_is_retried_from_the_beginning(tmp_path: Path) -> None:
    async with a_world(tmp_path, SUNO_UPLOAD="local") as world:
        refused = {"code": "no", "message": "not now", "data": None}
        world.relay.faults.add(method="POST", path="*/initialize-clip", status=400, body=refused)
        task = await brought(world)
        assert task.phase is Phase.FAILED and task.step == 3
        assert "The relay refused: not now" in world.text(task)
        world.clock.now += 1
        await world.press(task, "retry")
        await world.pass_time(30)
        heir = await world.task()
        assert (heir.parent_id, heir.phase) == (task.id, Phase.DELIVERED)
        assert [job.action for job in world.relay.paid()] == ["initialize-clip"]
        assert len(bodies_to(world, LOCAL)) == 2


# ------------------------------------------------------------------------------------------------ what is no recording


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("hum.mp3", b"just words", "hum.mp3 is no recording. MP3, WAV, M4A, OGG and FLAC can be used."),
        ("hum.mp3", b"", "hum.mp3 is no recording. MP3, WAV, M4A, OGG and FLAC can be used."),
        ("a.mp3", b"\x89PNG\r\n\x1a\n" * 9, "a.mp3 is no recording. MP3, WAV, M4A, OGG and FLAC can be used."),
        ("hum.mp3", b"ID3\4\0\0\0\0\0\0rest", "The length of this recording cannot be told; the file may be damaged."),
        ("s.mp3", recording(5), "Suno takes recordings from 0:06 to 2:00; this one is 0:05 long."),
        ("l.mp3", recording(121), "Suno takes recordings from 0:06 to 2:00; this one is 2:01 long."),
    ],
)
async def test_recordings(world: World, name: str, content: bytes, sentence: str) -> None:
    assert refusal(await suno(world, "upload", audio=(name, content))) == sentence
    await world.work()
    assert world.relay.calls == [] and await world.tasks() == []


async def test_a_recording_of_two_hundred_megabytes(world: World) -> None:
    """Discord says how large it is before anything is fetched."""
    result = await suno(world, "upload", audio=("long.wav", bytes(200 * 1024 * 1024)))
    assert refusal(result) == "long.wav is too large: at most 25 MiB."
    assert await world.tasks() == []


async def test_the_lengths_are_settings(tmp_path: Path) -> None:
    async with a_world(tmp_path, SUNO_UPLOAD_MIN="1", SUNO_UPLOAD_MAX="4") as world:
        sentence = "Suno takes recordings from 0:01 to 0:04; this one is 0:05 long."
        assert refusal(await suno(world, "upload", audio=("s.mp3", recording(5)))) == sentence
        one_tune(world)
        assert (await finished(world, "upload", audio=("s.mp3", recording(3)))).phase is Phase.DELIVERED
