"""Suno on the simulator over real loopback HTTP; its time is moved by hand."""

import io
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from PIL import Image

from bot.demo.simulator import Simulator
from bot.demo.simulator.core import BANNED_REASON, BIG_SIZE, FAIL_REASON, LATE_REASON
from bot.demo.simulator.sounds import make, sound_seconds
from bot.demo.simulator.suno_music import NO_CLIP, NOT_COMPLETE, SOURCES, mode_of
from bot.demo.simulator.suno_options import MVS
from bot.demo.simulator.task_rows import OFFLINE, PARTIAL_REASON
from bot.demo.simulator.tunes import RATE
from tests.demo.test_simulator import Rig

MUSIC, LYRICS, CONCAT = (f"/suno/submit/{action}" for action in ("music", "lyrics", "concat"))
WORDS = "[Verse]\nLanterns over water\nslowly [Chorus] they go"
CUSTOM = {"prompt": WORDS, "tags": "dream pop", "title": "Lanterns", "mv": "chirp-auk", "make_instrumental": False}
DONE = 11.0


class Studio(Rig):
    """A simulator with a client that makes songs."""

    async def start(self, body: dict[str, Any] | None = None, path: str = MUSIC) -> str:
        """The id of an accepted task."""
        status, shown, _ = await self.call("POST", path, CUSTOM if body is None else body)
        assert (status, shown["code"], shown["message"]) == (200, "success", ""), shown
        return str(shown["data"])

    async def task(self, task_id: str) -> Any:
        """A task object."""
        status, shown, _ = await self.call("GET", f"/suno/fetch/{task_id}")
        assert (status, shown["code"]) == (200, "success"), shown
        return shown["data"]

    async def done(self, body: dict[str, Any] | None = None, path: str = MUSIC) -> Any:
        """The task object of a submission whose time has passed."""
        task_id = await self.start(body, path)
        self.now += DONE
        return await self.task(task_id)

    async def song(self, **fields: Any) -> tuple[str, str]:
        """Task id and first clip id of a finished song."""
        row = await self.done({**CUSTOM, **fields})
        return row["task_id"], row["data"][0]["id"]

    async def feed(self, *ids: str) -> Any:
        """Clips by their ids."""
        return (await self.call("GET", f"/suno/feed/{','.join(ids)}"))[1]

    async def uploaded(self) -> str:
        """The clip of a song uploaded by its link."""
        row = await self.done({"url": "https://a.example/my%20song.mp3?x=1"}, "/suno/uploads/audio-url")
        return str(row["data"]["clip_id"])


@pytest.fixture
async def rig() -> AsyncIterator[Studio]:
    async with Simulator(clock=lambda: made.now) as sim, aiohttp.ClientSession() as session:
        made = Studio(sim, session)
        yield made


# ---------------------------------------------------------------------------------------------------- submissions


async def test_paths_keys_and_models(rig: Studio) -> None:
    assert (await rig.call("POST", MUSIC, CUSTOM, key=None))[0] == 401
    status, shown, _ = await rig.call("POST", MUSIC, CUSTOM, key="sk-poor")
    assert (status, shown["code"], shown["data"]) == (403, "quota_not_enough", None)
    assert rig.sim.paid() == []
    await rig.start(path="/suno/submit/MUSIC")
    names = [row["id"] for row in (await rig.call("GET", "/v1/models"))[1]["data"]]
    assert {"suno_music", "suno_lyrics", "suno_concat", "suno_persona_create", "suno_act_midi"} <= set(names)
    rig.sim.suno.offered = False
    for method, path in (("POST", MUSIC), ("POST", "/suno/fetch"), ("GET", "/suno/act/wav/x")):
        status, shown, _ = await rig.call(method, path, {})
        assert (status, shown["error"]["message"]) == (404, f"Invalid URL ({method} {path})")


@pytest.mark.parametrize(
    ("path", "body", "code", "message"),
    [
        (MUSIC, [], "invalid_request", "the body is not a JSON object"),
        ("/suno/submit/stems", {}, "invalid_request", "invalid_action"),
        (LYRICS, {"prompt": " "}, "invalid_request", "prompt_empty"),
        (CONCAT, {}, "invalid_request", "clip_id is required"),
        (CONCAT, {"clip_id": "x", "is_infill": "no"}, "invalid_request", "cannot unmarshal the field is_infill"),
        (MUSIC, {"continue_clip_id": "x", "continue_at": 3}, "invalid_request", "task id is empty"),
        (MUSIC, {"task_id": "x", "continue_clip_id": "x"}, "task_not_exist", "task_origin_not_exist"),
        (MUSIC, {"make_instrumental": "yes"}, "invalid_request", "cannot unmarshal the field make_instrumental"),
        (MUSIC, {"continue_at": "9"}, "invalid_request", "cannot unmarshal the field continue_at"),
        (MUSIC, {"prompt": 5}, "invalid_request", "cannot unmarshal the field prompt"),
        (MUSIC, {"mv": "chirp-v9"}, "fail_to_fetch_task", '{"detail":"Invalid model chirp-v9"}'),
        (MUSIC, {"task": "dance"}, "fail_to_fetch_task", '{"detail":"Invalid task"}'),
        (MUSIC, {"title": "x" * 81}, "fail_to_fetch_task", '{"detail":"title is too long"}'),
        (MUSIC, {"mv": "chirp-v4", "tags": "x" * 201}, "fail_to_fetch_task", '{"detail":"tags is too long"}'),
        (MUSIC, {"gpt_description_prompt": "x" * 201}, "fail_to_fetch_task",
         '{"detail":"gpt_description_prompt is too long"}'),
    ],
)  # fmt: skip
async def test_refused_submissions(rig: Studio, path: str, body: Any, code: str, message: str) -> None:
    status, shown, _ = await rig.call("POST", path, body)
    assert (status, shown) == (400, {"code": code, "message": message, "data": None})
    assert rig.sim.paid() == []


async def test_a_body_that_is_no_json(rig: Studio) -> None:
    async with rig.session.post(rig.sim.url + MUSIC, data="{", headers={"Authorization": "Bearer sk-good"}) as got:
        assert (got.status, (await got.json())["code"]) == (400, "invalid_request")


async def test_every_model_of_the_table_and_longer_lyrics(rig: Studio) -> None:
    for mv, (lyrics, tags) in MVS.items():
        await rig.start({"mv": mv, "prompt": "x" * lyrics, "tags": "x" * tags})
    rig.sim.suno.mvs = ("mv-v5",)
    await rig.start({"mv": "mv-v5"})
    assert (await rig.call("POST", MUSIC, CUSTOM))[0] == 400


async def test_variants_of_the_answer(rig: Studio) -> None:
    rig.sim.suno.submit = "object"
    shown = (await rig.call("POST", MUSIC, CUSTOM))[1]["data"]
    assert shown == {"task_id": rig.sim.paid()[0].id}
    rig.sim.suno.submit = "clips"
    shown = (await rig.call("POST", MUSIC, CUSTOM))[1]["data"]
    assert [clip["status"] for clip in shown["clips"]] == ["submitted", "submitted"]


# ---------------------------------------------------------------------------------------------------- life


async def test_the_life_of_a_task(rig: Studio) -> None:
    task_id = await rig.start()
    seen = []
    for at in (0, 0.6, 1.5, 2.1, 9.9, 10.1):
        rig.now = 1_000_000.0 + at
        row = await rig.task(task_id)
        seen.append((row["status"], row["progress"], row["data"] and [song["status"] for song in row["data"]]))
    assert seen == [
        ("NOT_START", "0%", None), ("SUBMITTED", "0%", ["submitted"] * 2), ("QUEUED", "0%", ["queued"] * 2),
        ("IN_PROGRESS", "0%", ["streaming"] * 2), ("IN_PROGRESS", "0%", ["streaming"] * 2),
        ("SUCCESS", "100%", ["complete"] * 2),
    ]  # fmt: skip
    row = await rig.task(task_id)
    assert (row["action"], row["fail_reason"], row["notify_hook"]) == ("MUSIC", "", "")
    assert [row[f"{name}_time"] - 1_000_000 for name in ("submit", "start", "finish")] == [0, 2, 10]


async def test_a_stream_that_plays_and_then_the_song(rig: Studio) -> None:
    task_id = await rig.start()
    rig.now += 5
    [first, _] = (await rig.task(task_id))["data"]
    assert "audiopipe" in first["audio_url"] and first["audio_url"].endswith(f"item_id={first['id']}")
    status, stream, headers = await rig.call("GET", first["audio_url"], key=None)
    assert (status, headers["Content-Type"], "Content-Length" in headers) == (200, "audio/mpeg", False)
    assert (sound_seconds(stream), first["metadata"]["duration"]) == (24.0, None)
    rig.now += DONE
    [first, second] = (await rig.task(task_id))["data"]
    bodies = [(await rig.call("GET", song["audio_url"], key=None))[1] for song in (first, second)]
    assert (bodies[0] == stream, bodies[0] != bodies[1]) == (True, True)
    assert [sound_seconds(body) for body in bodies] == [first["metadata"]["duration"]] * 2 == [24.0, 24.0]
    status, body, headers = await rig.call("GET", first["audio_url"], key=None, Range="bytes=10-19")
    assert (status, body) == (206, bodies[0][10:20])
    status, body, headers = await rig.call("HEAD", first["audio_url"], key=None)
    assert (status, body, headers["Content-Length"]) == (200, b"", str(len(bodies[0])))
    covers = [(await rig.call("GET", first[name], key=None))[1] for name in ("image_url", "image_large_url")]
    assert [Image.open(io.BytesIO(cover)).format for cover in covers] == ["JPEG", "PNG"]
    assert first["image_url"] != second["image_url"]


async def test_the_song_object(rig: Studio) -> None:
    [song, _] = (await rig.done())["data"]
    assert (song["title"], song["model_name"], song["major_model_version"]) == ("Lanterns", "chirp-auk", "v4.5")
    assert (song["video_url"], song["created_at"]) == ("", "1970-01-12T13:46:40.000+00:00")
    told = {name: song["metadata"][name] for name in ("tags", "prompt", "type", "error_message")}
    assert told == {"tags": "dream pop", "prompt": WORDS, "type": "gen", "error_message": None}
    rig.sim.suno.video_in_songs = True
    [song] = await rig.feed(song["id"])
    status, body, headers = await rig.call("GET", song["video_url"], key=None)
    assert (status, headers["Content-Type"], body[4:8]) == (200, "video/mp4", b"ftyp")
    rig.sim.media_url = "http://127.0.0.1:1/x"
    assert (await rig.feed(song["id"]))[0]["audio_url"] == "http://127.0.0.1:1/x"


@pytest.mark.parametrize(
    ("body", "title", "words", "voice"),
    [
        ({"gpt_description_prompt": "calm piano sim:slow for rain", "prompt": "no", "title": "no"},
         "Calm Piano For Rain", True, "song"),
        ({"gpt_description_prompt": "film score", "make_instrumental": True}, "Film Score", False, "instrumental"),
        ({"prompt": "", "title": "Desk", "tags": "lofi", "make_instrumental": True}, "Desk", False, "instrumental"),
    ],
)  # fmt: skip
async def test_modes_without_a_source(rig: Studio, body: Any, title: str, words: bool, voice: str) -> None:
    task_id = await rig.start(body)
    rig.now += 61
    [song, _] = (await rig.task(task_id))["data"]
    assert (song["title"], bool(song["metadata"]["prompt"])) == (title, words)
    assert (song["mv"], f"/{voice}/" in song["audio_url"]) == ("chirp-v3-0", True)


async def test_lyrics(rig: Studio) -> None:
    task_id = await rig.start({"prompt": "a song about tides"}, LYRICS)
    assert (await rig.task(task_id))["data"] is None
    rig.now += 7
    row = await rig.task(task_id)
    assert (row["action"], row["status"]) == ("LYRICS", "SUCCESS")
    assert (row["data"]["status"], row["data"]["title"], row["data"]["tags"]) == (
        "complete", "A Song About Tides", ["folk", "warm"])  # fmt: skip
    assert row["data"]["text"].startswith("[Verse]\n")
    rig.sim.suno.lyrics_list = True
    assert (await rig.task(task_id))["data"][0]["state"] == "succeeded"
    row = await rig.done({"prompt": "tides sim:fail"}, LYRICS)
    assert (row["status"], row["data"][0]["error_message"]) == ("FAILURE", FAIL_REASON)


# ---------------------------------------------------------------------------------------------------- words


@pytest.mark.parametrize(("word", "reason"), [("fail", FAIL_REASON), ("banned", BANNED_REASON)])
@pytest.mark.parametrize("field", ["prompt", "tags", "title", "gpt_description_prompt"])
async def test_words_that_fail(rig: Studio, word: str, reason: str, field: str) -> None:
    row = await rig.done({**CUSTOM, field: f"sea sim:{word}"})
    assert (row["status"], row["progress"], row["fail_reason"]) == ("FAILURE", "100%", reason)
    told = [(song["status"], song["audio_url"], song["metadata"]["error_message"]) for song in row["data"]]
    assert told == [("error", "", reason)] * 2


async def test_partial(rig: Studio) -> None:
    row = await rig.done({**CUSTOM, "tags": "sim:partial"})
    assert (row["status"], row["fail_reason"]) == ("SUCCESS", "")
    [fine, spoilt] = row["data"]
    assert (fine["status"], spoilt["status"], spoilt["audio_url"]) == ("complete", "error", "")
    assert (spoilt["metadata"]["error_message"], spoilt["metadata"]["duration"]) == (PARTIAL_REASON, None)
    assert (await rig.call("GET", f"/suno/act/wav/{spoilt['id']}"))[1]["message"] == NOT_COMPLETE


@pytest.mark.parametrize("where", ["request", "origin"])
async def test_offline(rig: Studio, where: str) -> None:
    task_id, clip = await rig.song(tags="sim:offline" if where == "origin" else "pop")
    paid = len(rig.sim.paid())
    for mode in ("extend", "cover", "infill", "artist_consistency"):
        body = {"task": mode, "task_id": task_id, SOURCES[mode]: clip, "infill_start_s": 1, "infill_end_s": 9}
        body |= {"prompt": "on sim:offline" if where == "request" else "on"}
        status, shown, _ = await rig.call("POST", MUSIC, body)
        assert (status, shown["code"], shown["message"]) == (400, *OFFLINE)
    assert len(rig.sim.paid()) == paid


async def test_words_that_refuse_or_lose(rig: Studio) -> None:
    assert (await rig.call("POST", MUSIC, {"tags": "sim:html"}))[2]["Content-Type"].startswith("text/html")
    assert (await rig.call("POST", LYRICS, {"prompt": "sim:quota"}))[0] == 403
    assert [(await rig.call("POST", MUSIC, {"title": "sim:throttle"}))[0] for _ in range(2)] == [429, 200]
    lost = await rig.start({"prompt": "sim:lost"})
    assert (await rig.call("GET", f"/suno/fetch/{lost}"))[1]["code"] == "task_not_exist"
    assert len(rig.sim.paid()) == 2


async def test_late_expired_and_big(rig: Studio) -> None:
    late = await rig.start({"prompt": "sim:late"})
    rig.now += DONE
    assert (await rig.task(late))["fail_reason"] == LATE_REASON
    rig.now += 30
    assert [song["status"] for song in (await rig.task(late))["data"]] == ["complete"] * 2
    row = await rig.done({"prompt": "sim:expired"})
    assert (await rig.call("GET", row["data"][0]["audio_url"], key=None))[0] == 403
    fresh = (await rig.task(row["task_id"]))["data"][0]["audio_url"]
    assert fresh == row["data"][0]["audio_url"].replace("/0/", "/1/")
    row = await rig.done({"prompt": "sim:big"})
    body = (await rig.call("GET", row["data"][0]["audio_url"], key=None))[1]
    assert (len(body), sound_seconds(body)) == (BIG_SIZE, 24.0)


# ---------------------------------------------------------------------------------------------------- questions


async def test_the_batch(rig: Studio) -> None:
    rig.sim.keys |= {"sk-else"}
    ids = [await rig.start({"title": f"number {index}"}) for index in range(4)]
    lyrics = await rig.start({"prompt": "tides"}, LYRICS)

    async def batch(*asked: Any, key: str = "sk-good") -> Any:
        return (await rig.call("POST", "/suno/fetch", {"ids": asked, "action": "MUSIC"}, key=key))[1]["data"]

    assert (await batch(), await batch("unknown"), await batch(*ids, key="sk-else")) == ([], None, None)
    found = [row["task_id"] for row in await batch(*ids, "unknown", ids[0], lyrics)]
    assert (sorted(found), found != [*ids, lyrics]) == (sorted([*ids, lyrics]), True)
    assert [row["task_id"] for row in await batch(*ids[:2])] == ids[1::-1]
    malformed: list[Any] = [{"ids": [1]}, {"ids": "x"}, []]
    for wrong in malformed:
        assert (await rig.call("POST", "/suno/fetch", wrong))[1]["code"] == "invalid_request"
    status, shown, _ = await rig.call("GET", "/suno/fetch/unknown")
    assert (status, shown) == (400, {"code": "task_not_exist", "message": "task_not_exist", "data": None})


async def test_the_feed(rig: Studio) -> None:
    row = await rig.done()
    first, second = (song["id"] for song in row["data"])
    assert await rig.feed(first, "unknown", second) == row["data"]
    assert await rig.feed("unknown") == []
    rig.sim.suno.feed = "clips"
    assert (await rig.feed(second))["clips"] == row["data"][1:]
    rig.sim.suno.feed = "envelope"
    assert (await rig.feed(second))["data"] == row["data"][1:]


@pytest.mark.parametrize(
    ("shape", "read"),
    [
        ("clips", lambda data: data["clips"]), ("clips_keyed", lambda data: list(data["clips"].values())),
        ("keyed", lambda data: list(data.values())), ("text", json.loads),
    ],
)  # fmt: skip
async def test_shapes_of_the_songs(rig: Studio, shape: Any, read: Any) -> None:
    row = await rig.done()
    rig.sim.suno.songs = shape
    assert read((await rig.task(row["task_id"]))["data"]) == row["data"]


async def test_variants_of_the_task(rig: Studio) -> None:
    row = await rig.done()
    rig.sim.suno.lower_case = rig.sim.suno.milliseconds = rig.sim.suno.numeric_progress = True
    told = await rig.task(row["task_id"])
    assert (told["status"], told["finish_time"], told["progress"]) == ("success", 1_000_010_000, 100)
    rig.sim.suno.bare_fetch = True
    assert await rig.task(row["task_id"]) == row["data"]


async def test_the_stock_gateway(rig: Studio) -> None:
    task_id, clip = await rig.song()
    rig.sim.suno.stock = True
    for method, path in (("GET", f"/suno/feed/{clip}"), ("GET", f"/suno/act/wav/{clip}"), ("POST", "/suno/act/tags"),
                         ("POST", "/suno/uploads/audio-url"), ("POST", "/suno/persona/create/")):  # fmt: skip
        status, shown, _ = await rig.call(method, path, {})
        assert (status, shown["error"]["message"]) == (404, f"Invalid URL ({method} {path})")
    assert (await rig.call("POST", CONCAT, {"clip_id": clip}))[1]["message"] == "invalid_action"
    row = await rig.done({"task": "cover", "cover_clip_id": clip, "mv": "chirp-v4"})
    assert row["data"][0]["metadata"]["type"] == "gen"
    row = await rig.done({"task": "extend", "task_id": task_id, "continue_clip_id": clip, "continue_at": 9})
    assert row["data"][0]["metadata"]["type"] == "extend"
    names = [model["id"] for model in (await rig.call("GET", "/v1/models"))[1]["data"] if "suno" in model["id"]]
    assert names == ["suno_music", "suno_lyrics"]


# ---------------------------------------------------------------------------------------------------- on from a clip


async def test_extend_twice_and_join(rig: Studio) -> None:
    first_task, first = await rig.song()
    row = await rig.done({"task": "extend", "task_id": first_task, "continue_clip_id": first, "continue_at": 18.5,
                          "prompt": "[Bridge]\non", "mv": "chirp-auk"})  # fmt: skip
    part = row["data"][0]
    assert (part["metadata"]["duration"], part["metadata"]["type"], part["title"]) == (12.0, "extend", "Lanterns")
    entry = {"id": first, "continue_at": 18.5, "type": "gen", "source": "web", "infill": False}
    assert part["metadata"]["history"] == [entry]
    again = {"task_id": row["task_id"], "continue_clip_id": part["id"], "continue_at": 10, "prompt": "more"}
    last = (await rig.done(again))["data"][1]
    assert [one["id"] for one in last["metadata"]["history"]] == [first, part["id"]]
    whole = await rig.done({"clip_id": last["id"], "is_infill": False}, CONCAT)
    assert (whole["action"], len(whole["data"])) == ("CONCAT", 1)
    [song] = whole["data"]
    cuts = [(one["id"], one["continue_at"]) for one in song["metadata"]["concat_history"]]
    assert cuts == [(first, 18.5), (part["id"], 10.0), (last["id"], None)]
    assert (song["metadata"]["type"], song["metadata"]["duration"]) == ("concat", 40.5)
    assert song["metadata"]["prompt"] == f"{WORDS}\n[Bridge]\non\nmore"
    status, body, _ = await rig.call("GET", song["audio_url"], key=None)
    assert (status, sound_seconds(body) == pytest.approx(40.5, abs=0.001)) == (200, True)
    assert [job.action for job in rig.sim.paid()] == ["music", "music", "music", "concat"]


async def test_the_joined_song_begins_like_the_origin(rig: Studio) -> None:
    task_id, clip = await rig.song()
    row = await rig.done({"task": "extend", "task_id": task_id, "continue_clip_id": clip, "continue_at": 5})
    [song] = (await rig.done({"clip_id": row["data"][0]["id"]}, CONCAT))["data"]
    names = [url.rpartition("/")[2].removesuffix(".mp3") for url in (
        (await rig.feed(clip))[0]["audio_url"], row["data"][0]["audio_url"], song["audio_url"])]  # fmt: skip
    origin, part, whole = (make("song", name, "wav")[44:] for name in names)
    cut = 5 * RATE * 2
    assert whole == origin[:cut] + part


async def test_replace_a_section_and_join(rig: Studio) -> None:
    task_id, clip = await rig.song()
    body = {"task": "infill", "task_id": task_id, "continue_clip_id": clip, "infill_start_s": 6.0, "infill_end_s": 14.5,
            "prompt": "new words", "continue_at": None, "mv": "chirp-v4-tau"}  # fmt: skip
    [part, _] = (await rig.done(body))["data"]
    assert (part["metadata"]["type"], part["metadata"]["duration"]) == ("infill", 8.5)
    assert part["metadata"]["history"][0]["infill"]
    row = await rig.done({"clip_id": part["id"], "is_infill": False}, CONCAT)
    assert (row["status"], row["fail_reason"]) == ("FAILURE", "is_infill does not fit the clip")
    [song] = (await rig.done({"clip_id": part["id"], "is_infill": True}, CONCAT))["data"]
    assert (song["status"], song["metadata"]["duration"]) == ("complete", 24.0)


async def test_cover_persona_and_painting(rig: Studio) -> None:
    _, clip = await rig.song()
    [song, _] = (await rig.done({"task": "cover", "cover_clip_id": clip, "tags": "metal", "mv": "chirp-auk"}))["data"]
    told = [song["metadata"][name] for name in ("type", "cover_clip_id", "duration", "tags")]
    assert told == ["cover", clip, 24.0, "metal"]
    body = {"root_clip_id": clip, "name": "Lantern voice", "description": "", "clips": [clip], "is_public": False}
    status, persona, _ = await rig.call("POST", "/suno/persona/create/", body)
    assert (status, persona["name"], persona["clip"]["id"], persona["is_public"]) == (200, "Lantern voice", clip, False)
    use = {"persona_id": persona["id"], "artist_clip_id": clip, "prompt": "la", "mv": "chirp-auk"}
    for mode in ("artist_consistency_vox", "artist_consistency"):
        use["task"] = mode
        [song, _] = (await rig.done(use))["data"]
        assert (song["status"], song["metadata"]["persona_id"]) == ("complete", persona["id"])
    assert (await rig.done({**use, "persona_id": "none"}))["fail_reason"] == "persona not found"
    for mode in ("overpainting", "underpainting"):
        body = {"task": mode, f"{mode}_clip_id": clip, f"{mode}_start_s": 0, f"{mode}_end_s": 24, "prompt": "la"}
        [song, _] = (await rig.done(body))["data"]
        assert (song["metadata"][f"{mode}_clip_id"], song["metadata"]["duration"]) == (clip, 24.0)
    actions = [job.action for job in rig.sim.paid()]
    assert (actions.count("persona"), actions.count("music")) == (1, 7)


@pytest.mark.parametrize(("kind", "count", "last"), [("Two", 2, "Instrumental"), ("Twelve", 12, "Woodwinds")])
async def test_stems_as_a_task(rig: Studio, kind: str, count: int, last: str) -> None:
    task_id, clip = await rig.song()
    body = {"task": "gen_stem", "task_id": task_id, "continue_clip_id": clip, "mv": "chirp-auk", "prompt": "",
            "stem_type_id": 91, "stem_type_group_name": kind, "stem_task": kind.lower()}  # fmt: skip
    songs = (await rig.done(body))["data"]
    assert [len(songs), songs[0]["title"], songs[-1]["title"]] == [count, "Lanterns - Vocals", f"Lanterns - {last}"]
    assert len({song["audio_url"] for song in songs}) == count
    assert {song["metadata"]["stem_from_id"] for song in songs} == {clip}


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"task": "cover", "cover_clip_id": "none"}, NO_CLIP),
        ({"task": "infill", "continue_clip_id": "none", "infill_start_s": 1, "infill_end_s": 2}, NO_CLIP),
        ({"task": "artist_consistency", "artist_clip_id": "none", "persona_id": "x"}, NO_CLIP),
        ({"task": "extend", "continue_clip_id": "none"}, NO_CLIP),
        ({"task": "gen_stem", "continue_clip_id": "none"}, NO_CLIP),
        ({"task": "extend", "continue_at": 24.5}, "continue_at is outside of the clip"),
        ({"task": "extend", "continue_at": 0}, "continue_at is outside of the clip"),
        ({"task": "infill", "infill_start_s": 9, "infill_end_s": 9}, "the section is outside of the clip"),
        ({"task": "infill", "infill_start_s": 9}, "the section is outside of the clip"),
    ],
)
async def test_tasks_that_fail(rig: Studio, more: dict[str, Any], reason: str) -> None:
    task_id, clip = await rig.song()
    row = await rig.done({**CUSTOM, "task_id": task_id, "continue_clip_id": clip, **more})
    assert (row["status"], row["progress"], row["fail_reason"]) == ("FAILURE", "100%", reason)


async def test_more_tasks_that_fail(rig: Studio) -> None:
    task_id, clip = await rig.song()
    for body, reason in (({"clip_id": "none"}, NO_CLIP), ({"clip_id": clip}, "there is nothing to join the clip with")):
        assert (await rig.done(body, CONCAT))["fail_reason"] == reason
    running = await rig.start()
    rig.now += 5
    early = (await rig.task(running))["data"][0]["id"]
    row = await rig.done({"task": "extend", "task_id": running, "continue_clip_id": early})
    assert row["fail_reason"] == NOT_COMPLETE
    upload = await rig.uploaded()
    row = await rig.done({"task": "extend", "task_id": task_id, "continue_clip_id": upload})
    assert row["fail_reason"] == "an uploaded clip is extended by the task upload_extend"
    rig.sim.suno.strict = False
    assert (await rig.done({"continue_clip_id": clip, "continue_at": 20}))["status"] == "SUCCESS"
    assert mode_of({"continue_clip_id": "x"}) == "extend"


# ---------------------------------------------------------------------------------------------------- acts


@pytest.mark.parametrize("method", ["get", "post"])
async def test_stems(rig: Studio, method: Any) -> None:
    rig.sim.suno.stems = method
    _, clip = await rig.song()
    _, other = await rig.song(mv="chirp-v4")
    other_method = "POST" if method == "get" else "GET"
    assert (await rig.call(other_method, f"/suno/act/stems/{clip}"))[0] == 404
    assert (await rig.call(method.upper(), f"/suno/act/stems/{other}"))[0] == 400
    assert (await rig.call(method.upper(), "/suno/act/stems/none"))[1]["message"] == NO_CLIP
    paid = len(rig.sim.paid())
    shown = (await rig.call(method.upper(), f"/suno/act/stems/{clip}"))[1]
    ids = [stem["id"] for stem in shown["clips"]]
    assert [stem["title"] for stem in shown["clips"]] == ["Lanterns - Vocals", "Lanterns - Instrumental"]
    rig.now += 5.9
    assert {stem["status"] for stem in await rig.feed(*ids)} == {"streaming"}
    rig.now += 0.2
    stems = await rig.feed(*ids)
    assert [(stem["status"], stem["model_name"]) for stem in stems] == [("complete", "chirp-stem")] * 2
    bodies = [(await rig.call("GET", stem["audio_url"], key=None))[1] for stem in stems]
    assert (bodies[0] != bodies[1], sound_seconds(bodies[0])) == (True, 24.0)
    assert [job.action for job in rig.sim.paid()[paid:]] == ["stems"]
    rig.sim.suno.stems = "gen_stem"
    assert {(await rig.call(way, f"/suno/act/stems/{clip}"))[0] for way in ("GET", "POST")} == {404}


async def test_timing(rig: Studio) -> None:
    task_id = await rig.start()
    rig.now += 5
    clip = (await rig.task(task_id))["data"][0]["id"]
    status, shown, _ = await rig.call("GET", f"/suno/act/timing/{clip}")
    assert (status, shown) == (400, {"code": "invalid_request", "message": NOT_COMPLETE, "data": None})
    rig.now += DONE
    words = (await rig.call("GET", f"/suno/act/timing/{clip}"))[1]["aligned_words"]
    assert "".join(word["word"] for word in words) == WORDS
    assert [word["word"] for word in words[:2]] == ["[Verse]\nLanterns ", "over "]
    times = [at for word in words for at in (word["start_s"], word["end_s"])]
    assert (times == sorted(times), times[0] > 0, times[-1] <= 24.0) == (True, True, True)
    _, silent = await rig.song(make_instrumental=True)
    assert (await rig.call("GET", f"/suno/act/timing/{silent}"))[1]["aligned_words"] == []


async def test_wav(rig: Studio) -> None:
    clips = [song["id"] for song in (await rig.done())["data"]]
    paid = len(rig.sim.paid())
    told = [[(await rig.call("GET", f"/suno/act/wav/{clip}"))[1]["wav_file_url"] for _ in range(4)] for clip in clips]
    assert [links[:2] for links in told] == [["", ""]] * 2
    assert [(links[2] == links[3], links[3].endswith(".wav")) for links in told] == [(True, True)] * 2
    clip, link = clips[1], told[1][3]
    status, body, headers = await rig.call("GET", link, key=None)
    assert (status, headers["Content-Type"], body[:4], sound_seconds(body)) == (200, "audio/wav", b"RIFF", 24.0)
    rig.sim.suno.wav = "envelope"
    assert (await rig.call("GET", f"/suno/act/wav/{clip}"))[1]["data"] == {"wav_file_url": link}
    rig.sim.suno.wav = "data"
    assert (await rig.call("GET", f"/suno/act/wav/{clip}"))[1] == {"code": "success", "message": "", "data": link}
    assert len(rig.sim.paid()) == paid
    assert rig.sim.count("GET", "/suno/act/wav") == 10


@pytest.mark.parametrize("field", ["video_url", "mp4_file_url", "data"])
async def test_mp4(rig: Studio, field: str) -> None:
    _, clip = await rig.song()
    rig.sim.suno.mp4_field = field
    links = [(await rig.call("GET", f"/suno/act/mp4/{clip}"))[1][field] for _ in range(3)]
    assert (links[:2], links[2].endswith(".mp4")) == (["", ""], True)
    assert (await rig.feed(clip))[0]["video_url"] == links[2]
    rig.sim.suno.mp4 = False
    assert (await rig.call("GET", f"/suno/act/mp4/{clip}"))[0] == 404


async def test_a_poor_key_pays_for_nothing(rig: Studio) -> None:
    _, clip = await rig.song()
    paid = len(rig.sim.paid())
    posts = {
        CONCAT: {"clip_id": clip},
        LYRICS: {"prompt": "x"},
        "/suno/uploads/audio-url": {"url": "https://a.example"},
    }
    for path, body in posts.items():
        assert (await rig.call("POST", path, body, key="sk-poor"))[1]["code"] == "quota_not_enough"
    assert (await rig.call("GET", f"/suno/act/stems/{clip}", key="sk-poor"))[0] == 403
    assert len(rig.sim.paid()) == paid


async def test_media_that_are_not_there(rig: Studio) -> None:
    task_id, _ = await rig.song()
    paths = ["sound/song/x.mp3", "sound/nobody/a1-0-100.mp3", "sound/song/a1-0-100.png", "uploaded/x.mp3"]
    assert [(await rig.call("GET", f"/media/{path}", key=None))[0] for path in paths] == [404] * 4
    for job in (task_id, "nobody"):
        assert (await rig.call("GET", f"/media/lapsing/{job}/0/song/a1-0-100.mp3", key=None))[0] == 403


async def test_midi_tags_and_vocals(rig: Studio) -> None:
    _, clip = await rig.song()
    rig.sim.suno.envelope = True
    told = [(await rig.call("GET", f"/suno/act/midi/{clip}"))[1]["data"] for _ in range(3)]
    assert ([one["state"] for one in told], len(told[2]["instruments"])) == (["running", "running", "complete"], 3)
    assert told[2]["instruments"][0]["notes"][0].keys() == {"pitch", "start", "end", "velocity"}
    rig.sim.suno.envelope = False
    assert (await rig.call("POST", "/suno/act/tags", {"original_tags": " "}))[0] == 400
    tags = (await rig.call("POST", "/suno/act/tags", {"original_tags": "sad piano"}))[1]
    assert (tags["upsampled_tags"].startswith("sad piano, "), bool(tags["request_id"])) == (True, True)
    for wrong in ({}, {"vocal_start_s": 9, "vocal_end_s": 3}, {"vocal_start_s": 9, "vocal_end_s": 99}):
        assert (await rig.call("POST", f"/suno/act/vox/{clip}", wrong))[0] == 400
    span = {"vocal_start_s": 3, "vocal_end_s": 9}
    assert (await rig.call("POST", "/suno/act/vox/none", span))[1]["message"] == NO_CLIP
    vox = (await rig.call("POST", f"/suno/act/vox/{clip}", span))[1]
    assert (vox["id"] != clip, (await rig.call("HEAD", vox["vocal_audio_url"], key=None))[0]) == (True, 200)
    assert [job.action for job in rig.sim.paid()] == ["music", "tags", "vox"]
    for path, body in (("tags", {"original_tags": "x"}), (f"vox/{clip}", span)):
        assert (await rig.call("POST", f"/suno/act/{path}", body, key="sk-poor"))[0] == 403


@pytest.mark.parametrize(
    ("slash", "statuses"),
    [("both", (200, 200)), ("with", (200, 404)), ("without", (404, 200)), ("redirect", (200, 307))],
)
async def test_slashes_of_a_persona(rig: Studio, slash: Any, statuses: tuple[int, int]) -> None:
    _, clip = await rig.song()
    rig.sim.suno.persona_slash = slash
    body = {"root_clip_id": clip, "name": "x", "description": "", "clips": [clip], "is_public": True}
    got = [await rig.call("POST", f"/suno/persona/create{end}", body) for end in ("/", "")]
    assert tuple(status for status, _, _ in got) == statuses
    assert got[1][2].get("Location") == ("/suno/persona/create/" if slash == "redirect" else None)


async def test_personas_that_are_refused(rig: Studio) -> None:
    _, clip = await rig.song()
    upload = await rig.uploaded()
    good = {"root_clip_id": clip, "name": "x", "description": "", "clips": [clip], "is_public": False}
    paid = len(rig.sim.paid())
    wrong: list[dict[str, Any]] = [
        {"name": ""}, {"clips": []}, {"is_public": None}, {"root_clip_id": 7},
        {"root_clip_id": "x", "clips": ["x"]}, {"root_clip_id": upload, "clips": [upload]},
    ]  # fmt: skip
    for change in wrong:
        status, shown, _ = await rig.call("POST", "/suno/persona/create/", good | change)
        assert (status, shown["code"]) == (400, "invalid_request")
    assert (await rig.call("POST", "/suno/persona/create/", good, key="sk-poor"))[0] == 403
    assert len(rig.sim.paid()) == paid


# ---------------------------------------------------------------------------------------------------- uploads


@pytest.mark.parametrize("answers", ["task", "clip"])
async def test_an_upload_by_link(rig: Studio, answers: Any) -> None:
    rig.sim.suno.audio_url = answers
    for wrong in ({}, {"url": "ftp://a"}):
        assert (await rig.call("POST", "/suno/uploads/audio-url", wrong))[0] == 400
    found = await rig.start({"url": "https://a.example/my-song.mp3?x=1"}, "/suno/uploads/audio-url")
    rig.now += DONE
    if answers == "task":
        row = await rig.task(found)
        assert (row["action"], row["status"], row["data"]["id"]) == ("UPLOADS", "SUCCESS", row["data"]["clip_id"])
        found = row["data"]["clip_id"]
    assert (await rig.call("GET", f"/suno/fetch/{found}"))[1]["code"] == "task_not_exist"
    [song] = await rig.feed(found)
    told = (song["title"], song["status"], song["metadata"]["type"], song["metadata"]["duration"])
    assert told == ("my-song", "complete", "upload", 30.0)
    row = await rig.done({"task": "upload_extend", "continue_clip_id": found, "continue_at": 28.0, "mv": "chirp-auk"})
    [whole] = (await rig.done({"clip_id": row["data"][0]["id"]}, CONCAT))["data"]
    assert whole["metadata"]["duration"] == 40.0
    assert [job.action for job in rig.sim.paid()] == ["uploads", "music", "concat"]
    rig.sim.suno.uploads_url = False
    assert (await rig.call("POST", "/suno/uploads/audio-url", {"url": "https://a.example"}))[0] == 404


async def begun(rig: Studio, extension: str = "mp3") -> dict[str, Any]:
    status, shown, _ = await rig.call("POST", "/suno/uploads/audio", {"extension": extension})
    assert (status, shown["is_file_uploaded"]) == (200, False)
    return dict(shown)


async def sent(rig: Studio, url: str, parts: dict[str, Any], **headers: str) -> int:
    form = aiohttp.FormData(default_to_multipart=True)
    for name, value in parts.items():
        extra = {"filename": "a.mp3", "content_type": "audio/mpeg"} if isinstance(value, bytes) else {}
        form.add_field(name, value, **extra)
    async with rig.session.post(url, data=form, headers=headers) as got:
        return got.status


async def test_a_local_file_in_five_steps(rig: Studio) -> None:
    song = make("song", "a1-0-300", "mp3")
    assert (await rig.call("POST", "/suno/uploads/audio", {"extension": "exe"}))[0] == 400
    begin = await begun(rig)
    path = f"/suno/uploads/audio/{begin['id']}"
    finish = {"upload_type": "file_upload", "upload_filename": "my tune.mp3"}
    assert (await rig.call("POST", f"{path}/upload-finish", finish))[0] == 400
    assert await sent(rig, begin["url"], {**begin["fields"], "file": song}) == 204
    assert (await rig.call("POST", f"{path}/upload-finish", {"upload_type": "x"}))[0] == 400
    assert (await rig.call("GET", path))[1]["status"] == "processing"
    assert (await rig.call("POST", f"{path}/upload-finish", finish))[:2] == (200, {})
    rig.now += 3.9
    assert (await rig.call("GET", path))[1]["status"] == "processing"
    assert (await rig.call("GET", path, key="sk-poor"))[0] == 404
    assert (await rig.call("POST", f"{path}/initialize-clip", {}))[0] == 400
    rig.now += 0.2
    assert (await rig.call("GET", path))[1]["status"] == "complete"
    clip = (await rig.call("POST", f"{path}/initialize-clip", {}))[1]["clip_id"]
    [shown] = await rig.feed(clip)
    told = (shown["title"], shown["status"], shown["metadata"]["type"], shown["metadata"]["duration"])
    assert told == ("my tune", "complete", "upload", 3.0)
    status, body, headers = await rig.call("GET", shown["audio_url"], key=None)
    assert (status, body, headers["Content-Type"]) == (200, song, "audio/mpeg")
    assert [job.action for job in rig.sim.paid()] == ["initialize-clip"]
    assert (await rig.call("GET", "/suno/uploads/audio/none"))[0] == 404


async def test_what_the_bucket_refuses(rig: Studio) -> None:
    begin = await begun(rig)
    fields, song = begin["fields"], make("song", "a1-0-300", "mp3")
    some = dict(list(fields.items())[:-1])
    cases: list[tuple[dict[str, Any], dict[str, str], int]] = [
        ({**fields, "file": song}, {"Authorization": "Bearer sk-good"}, 400),
        ({**some, "file": song}, {}, 403),
        ({**fields, "policy": "other", "file": song}, {}, 403),
        ({"file": song, **fields}, {}, 400),
        (fields, {}, 400),
        ({**fields, "file": b"no sound"}, {}, 400),
        ({**fields, "file": song}, {}, 204),
    ]
    for parts, headers, status in cases:
        assert await sent(rig, begin["url"], parts, **headers) == status


async def test_a_bucket_without_a_form(rig: Studio) -> None:
    rig.sim.suno.bucket, rig.sim.suno.envelope = "put", True
    begin = (await rig.call("POST", "/suno/uploads/audio", {"extension": "wav"}))[1]["data"]
    assert begin["fields"] == {}
    for data, headers, status in ((b"no", {}, 400), (b"RIFF0000WAVE", {"Authorization": "x"}, 400),
                                  (make("song", "a1-0-100", "wav"), {}, 204)):  # fmt: skip
        async with rig.session.put(begin["url"], data=data, headers=headers) as got:
            assert got.status == status


@pytest.mark.parametrize(("word", "reason"), [("fail", FAIL_REASON), ("banned", BANNED_REASON)])
async def test_an_upload_that_fails(rig: Studio, word: str, reason: str) -> None:
    begin = await begun(rig)
    await sent(rig, begin["url"], {**begin["fields"], "file": make("song", "a1-0-300", "mp3")})
    path = f"/suno/uploads/audio/{begin['id']}"
    name = {"upload_type": "file_upload", "upload_filename": f"sim:{word}.mp3"}
    await rig.call("POST", f"{path}/upload-finish", name)
    rig.now += 5
    shown = (await rig.call("GET", path))[1]
    assert (shown["status"], shown["error_message"]) == ("error", reason)
    assert (await rig.call("POST", f"{path}/initialize-clip", {}))[0] == 400
