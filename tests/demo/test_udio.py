"""Udio on the simulator over real loopback HTTP; its time is moved by hand."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.demo.simulator import Simulator
from bot.demo.simulator.core import BANNED_REASON, FAIL_REASON
from bot.demo.simulator.sounds import sound_seconds
from bot.demo.simulator.task_rows import OFFLINE, PARTIAL_REASON
from tests.demo.test_simulator import Rig

PROXY, SUBMIT = "/udio/generate-proxy", "/udio/submit/music"
PLAIN = {
    "prompt": "warm soul, analog synths", "lyrics": "", "lyrics_type": "generate", "model_type": "udio32-v1.5",
    "config": {"mode": "regular"}, "negative_prompt": "", "bypass_prompt_optimization": False, "seed": -1,
    "song_section_start": 0, "song_section_end": 1, "lyrics_placement_start": 0.08, "lyrics_placement_end": 0.9,
    "prompt_strength": 0.5, "clarity_strength": 0.25, "lyrics_strength": 0.5, "generation_quality": 0.75,
}  # fmt: skip
DONE = 11.0


def extension(mode: str, song: str, **more: Any) -> dict[str, Any]:
    source = {"source_type": "song", "song_id": song}
    return PLAIN | {"config": {"mode": mode, "context_length": 130, "source": source, **more}}


class Studio(Rig):
    """A simulator with a client that makes songs."""

    async def start(self, **changes: Any) -> list[str]:
        """The ids of two songs."""
        status, shown, _ = await self.call("POST", PROXY, {"gen_params": PLAIN | changes})
        assert (status, shown["message"]) == (200, "Success"), shown
        assert shown["generation_id"] == self.sim.paid()[-1].id
        return list(shown["track_ids"])

    async def songs(self, *ids: str) -> Any:
        """The songs with these ids."""
        return (await self.call("GET", f"/udio/query?ids={','.join(ids)}"))[1]["songs"]

    async def done(self, **changes: Any) -> Any:
        """The songs of a generation whose time has passed."""
        ids = await self.start(**changes)
        self.now += DONE
        return await self.songs(*ids)


@pytest.fixture
async def rig() -> AsyncIterator[Studio]:
    async with Simulator(clock=lambda: made.now) as sim, aiohttp.ClientSession() as session:
        made = Studio(sim, session)
        yield made


async def test_two_songs(rig: Studio) -> None:
    ids = await rig.start()
    rig.now += 5
    told = [(song["finished"], song["song_path"], song["duration"]) for song in await rig.songs(*ids)]
    assert told == [(False, "", None)] * 2
    rig.now += 6
    songs = await rig.songs(*ids, "unknown")
    assert [song["id"] for song in songs] == ids
    body = (await rig.call("GET", songs[1]["song_path"], key=None))[1]
    assert (songs[0]["song_path"] != songs[1]["song_path"], sound_seconds(body)) == (True, 24.0)
    assert (songs[0]["title"], songs[0]["duration"], songs[0]["error_type"]) == ("Warm Soul, Analog Synths", 24.0, None)
    assert (await rig.call("GET", songs[0]["image_path"], key=None))[2]["Content-Type"] == "image/jpeg"
    assert (await rig.call("GET", "/udio/query"))[0] == 400
    assert await rig.songs("unknown") == []


@pytest.mark.parametrize(
    ("kind", "lyrics", "told"), [("user", "la la", "la la"), ("instrumental", "", ""), ("generate", "", "[Verse]")]
)
async def test_lyrics(rig: Studio, kind: str, lyrics: str, told: str) -> None:
    [song, _] = await rig.done(lyrics_type=kind, lyrics=lyrics)
    assert song["lyrics"].startswith(told) and bool(song["lyrics"]) == bool(told)
    assert ("/instrumental/" in song["song_path"]) == (kind == "instrumental")


@pytest.mark.parametrize(
    "change",
    [
        {"prompt": ""}, {"prompt": 3}, {"lyrics_type": "mine"}, {"lyrics_type": "user"}, {"model_type": "udio9"},
        {"generation_quality": 0.3}, {"prompt_strength": 1.2}, {"song_section_start": True}, {"seed": -2},
        {"bypass_prompt_optimization": "no"}, {"config": None}, {"config": {"mode": "remix"}},
        {"config": {"mode": "continuation"}},
        {"config": {"mode": "precede", "context_length": 0, "source": {"source_type": "song", "song_id": "x"}}},
        extension("continuation", "unknown"),
    ],
)  # fmt: skip
async def test_wrong_submissions(rig: Studio, change: dict[str, Any]) -> None:
    status, shown, _ = await rig.call("POST", PROXY, {"gen_params": PLAIN | change})
    assert (status, list(shown), rig.sim.paid()) == (400, ["detail"], [])
    rig.sim.udio.style = "task"
    status, shown, _ = await rig.call("POST", SUBMIT, {"gen_params": PLAIN | change})
    assert (status, shown["code"], rig.sim.paid()) == (400, "invalid_request", [])


async def test_the_flat_body(rig: Studio) -> None:
    assert (await rig.call("POST", PROXY, PLAIN))[0] == 400
    assert (await rig.call("POST", PROXY, []))[0] == 400
    rig.sim.udio.flat_body = True
    assert (await rig.call("POST", PROXY, PLAIN))[0] == 200


@pytest.mark.parametrize("mode", ["continuation", "precede"])
async def test_extensions(rig: Studio, mode: str) -> None:
    ids = await rig.start()
    body = {"gen_params": extension(mode, ids[1])}
    assert (await rig.call("POST", PROXY, body))[1]["detail"] == "the song to extend is not finished"
    rig.now += DONE
    origin = (await rig.songs(ids[1]))[0]
    [song, _] = await rig.done(**extension(mode, ids[1]))
    assert (song["duration"], song["title"]) == (36.0, origin["title"])
    name, old = (one["song_path"].rpartition("/")[2].removesuffix(".mp3") for one in (song, origin))
    assert name.startswith(old) if mode == "continuation" else name.endswith(old)
    assert rig.sim.paid()[1].parent == rig.sim.paid()[0].id


async def test_words(rig: Studio) -> None:
    for word, reason in (("fail", FAIL_REASON), ("banned", BANNED_REASON)):
        songs = await rig.done(prompt=f"sim:{word}")
        assert {(song["song_path"], song["error_detail"]) for song in songs} == {("", reason)}
    [fine, spoilt] = await rig.done(prompt="sim:partial")
    assert (fine["error_type"], bool(fine["song_path"])) == (None, True)
    assert (spoilt["error_detail"], spoilt["song_path"]) == (PARTIAL_REASON, "")
    assert await rig.done(lyrics_type="user", lyrics="sim:lost") == []
    assert (await rig.call("POST", PROXY, {"gen_params": PLAIN | {"prompt": "sim:quota"}}))[0] == 403
    body = {"gen_params": extension("continuation", fine["id"]) | {"prompt": "on sim:offline"}}
    status, shown, _ = await rig.call("POST", PROXY, body)
    assert (status, shown["code"], shown["message"]) == (400, *OFFLINE)
    [song, _] = await rig.done(prompt="sim:expired")
    assert (await rig.call("GET", song["song_path"], key=None))[0] == 403
    assert (await rig.call("GET", (await rig.songs(song["id"]))[0]["song_path"], key=None))[0] == 200
    assert len(rig.sim.paid()) == 5


async def test_the_task_style(rig: Studio) -> None:
    assert (await rig.call("POST", SUBMIT, {"gen_params": PLAIN}))[0] == 404
    rig.sim.udio.style = "task"
    rig.sim.keys |= {"sk-else"}
    for method, path in (("POST", PROXY), ("GET", "/udio/query")):
        status, shown, _ = await rig.call(method, path, {})
        assert (status, shown["error"]["message"]) == (404, f"Invalid URL ({method} {path})")
    shown = (await rig.call("POST", SUBMIT, {"gen_params": PLAIN}))[1]
    assert (shown["code"], shown["data"]) == ("success", rig.sim.paid()[0].id)
    path = f"/udio/fetch/{shown['data']}"
    assert (await rig.call("GET", path))[1]["data"]["data"] is None
    rig.now += 5
    row = (await rig.call("GET", path))[1]["data"]
    assert (row["action"], row["status"], row["progress"]) == ("udio-generate", "IN_PROGRESS", "0%")
    assert [song["finished"] for song in row["data"]["songs"]] == [False, False]
    rig.now += 6
    row = (await rig.call("GET", path))[1]["data"]
    assert (row["status"], row["progress"], len(row["data"]["songs"])) == ("SUCCESS", "100%", 2)
    rig.sim.udio.songs = "flat"
    flat = (await rig.call("GET", path))[1]["data"]
    assert (flat["songs"], flat["data"]) == (row["data"]["songs"], None)
    for wrong, key in (("/udio/fetch/unknown", "sk-good"), (path, "sk-else")):
        assert (await rig.call("GET", wrong, key=key))[1]["code"] == "task_not_exist"


async def test_models_and_a_relay_without_udio(rig: Studio) -> None:
    names = [row["id"] for row in (await rig.call("GET", "/v1/models"))[1]["data"]]
    assert {"udio32-v1.5", "udio130-v1.5"} <= set(names)
    rig.sim.udio.offered = False
    assert (await rig.call("POST", PROXY, {"gen_params": PLAIN}))[0] == 404
    names = [row["id"] for row in (await rig.call("GET", "/v1/models"))[1]["data"]]
    assert not [name for name in names if "udio" in name]
