"""OpenAI's media on the simulator over real loopback HTTP; its time is moved by hand."""

import base64
import io
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from PIL import Image

from bot.demo.simulator import Simulator
from bot.demo.simulator.openai import STRANGE_WORDS

IMAGES, EDITS, VIDEOS = "/v1/images/generations", "/v1/images/edits", "/v1/videos"
SPEECH, HEAR = "/v1/audio/speech", "/v1/audio/transcriptions"
DONE = 25.0
Fields = dict[str, Any]


def picture(size: tuple[int, int] = (64, 64), colour: Any = (200, 30, 30), mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, colour).save(out, "PNG")
    return out.getvalue()


@dataclass
class Rig:
    """A relay, its clock and a client."""

    session: aiohttp.ClientSession
    now: float = 1_000_000.0
    sim: Simulator | None = None

    @property
    def relay(self) -> Simulator:
        assert self.sim is not None
        return self.sim

    async def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Status and body of one call: JSON is parsed; bytes of a form's fields are files."""
        sent: dict[str, Any] = {"data": body} if isinstance(body, aiohttp.FormData) else {"json": body}
        headers = {"Authorization": "Bearer sk-good"}
        async with self.session.request(
            method, self.relay.url + path, headers=headers, allow_redirects=False, **sent
        ) as got:
            answer = await got.read()
            return got.status, json.loads(answer) if got.content_type == "application/json" else answer

    async def form(self, path: str, fields: Fields, name: str = "a.png") -> tuple[int, Any]:
        form = aiohttp.FormData(default_to_multipart=True)
        for field, value in fields.items():
            if isinstance(value, bytes):
                form.add_field(field, value, filename=name)
            else:
                form.add_field(field, value)
        return await self.call("POST", path, form)

    async def says(self, path: str, body: Any) -> str:
        """The words of a refusal of a body that is wrong."""
        status, shown = await (self.form if isinstance(body, Form) else self.call_post)(path, body)
        assert status == 400, shown
        return str(shown["error"]["message"]).partition(" (request id")[0]

    async def call_post(self, path: str, body: Any) -> tuple[int, Any]:
        return await self.call("POST", path, body)


class Form(dict[str, Any]):
    """Fields that are sent as a form."""


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with aiohttp.ClientSession() as session:
        made = Rig(session)
        made.sim = Simulator(clock=lambda: made.now)
        async with made.sim:
            yield made


async def test_pictures(rig: Rig) -> None:
    body: Fields = {"model": "dall-e-2", "prompt": "a boat", "size": "256x256", "n": 2}
    shown = (await rig.call("POST", IMAGES, body))[1]
    assert [set(one) for one in shown["data"]] == [{"url", "b64_json", "revised_prompt"}] * 2
    packed = (await rig.call("POST", IMAGES, body | {"response_format": "b64_json"}))[1]["data"][0]
    assert Image.open(io.BytesIO(base64.b64decode(packed["b64_json"]))).size == (256, 256) and packed["url"] == ""
    newest = (
        await rig.call("POST", IMAGES, {"model": "gpt-image-1", "prompt": "a boat", "background": "transparent"})
    )[1]
    made = Image.open(io.BytesIO(base64.b64decode(newest["data"][0]["b64_json"])))
    assert (made.mode, made.size) == ("RGBA", (1024, 1024)) and newest["usage"]["output_tokens"] == 1060
    for change, words in (
        ({"size": "256×256"}, "size an unexpected error"),
        ({"size": "300x300"}, "size must be one of 256x256, 512x512, 1024x1024"),
        ({"prompt": ""}, "prompt is required"),
        ({"prompt": "x" * 1001}, "prompt has 1001 characters"),
        ({"quality": "hd"}, "Unknown parameter: 'quality'."),
        ({"model": "gpt-image-1", "size": "auto", "response_format": "url"}, "Unknown parameter: 'response_format'."),
        ({"model": "dall-e-3", "size": "1024x1024"}, "n should be"),
    ):
        assert (await rig.says(IMAGES, body | change)).startswith(words)


async def test_edits(rig: Rig) -> None:
    hole = Image.new("RGBA", (64, 64), (0, 0, 0, 255))
    hole.paste((0, 0, 0, 0), (0, 0, 32, 64))
    out = io.BytesIO()
    hole.save(out, "PNG")
    form = Form(model="dall-e-2", prompt="a door", size="256x256", image=picture(), mask=out.getvalue())
    status, shown = await rig.form(EDITS, form)
    assert status == 200, shown
    link = shown["data"][0]["url"].removeprefix(rig.relay.url)
    made = Image.open(io.BytesIO((await rig.call("GET", link))[1])).convert("RGB")
    assert made.getpixel((200, 100)) == (200, 30, 30) != made.getpixel((50, 100))
    for change, words in (
        ({"mask": picture(mode="L", colour=255)}, "Invalid mask image format"),
        ({"mask": picture((32, 32), (0, 0, 0, 0), "RGBA")}, "Invalid mask image format"),
        ({"image": picture((64, 32))}, "Uploaded image must be a PNG, square"),
        ({"image": b"a door"}, "image is not a picture"),
        ({"model": "dall-e-3"}, "The model does not support image edits"),
    ):
        assert (await rig.says(EDITS, Form(form | change))).startswith(words)
    rig.relay.openai.edits = False
    assert (await rig.form(EDITS, form))[0] == 501


@pytest.mark.parametrize("form", ["mp3", "opus", "aac", "flac", "wav"])
async def test_what_was_spoken_is_known_by_its_bytes(rig: Rig, form: str) -> None:
    body = {"model": "tts-1", "input": "the fox waits", "voice": "alloy", "response_format": form}
    status, sound = await rig.call("POST", SPEECH, body)
    assert status == 200 and isinstance(sound, bytes)
    name = f"a.{'ogg' if form == 'opus' else 'm4a' if form == 'aac' else form}"
    assert (await rig.form(HEAR, {"model": "whisper-1", "file": sound}, name))[1] == {"text": "the fox waits"}
    if form == "mp3":
        assert (await rig.form(HEAR, {"model": "whisper-1", "file": sound + b"\0"}, name))[1] == {"text": STRANGE_WORDS}


async def test_sounds_that_are_refused(rig: Rig) -> None:
    body: Fields = {"model": "tts-1", "input": "the fox waits", "voice": "alloy"}
    assert (await rig.call("POST", SPEECH, body | {"response_format": "pcm"}))[0] == 200
    for change, words in (
        ({"input": "x" * 4097}, "input has 4097 characters"),
        ({"voice": "bear"}, "voice must be one of"),
        ({"speed": 5}, "speed should be"),
        ({"instructions": "softly"}, "instructions does not work"),
        ({"pitch": 1}, "Unknown parameter: 'pitch'."),
    ):
        assert (await rig.says(SPEECH, body | change)).startswith(words)
    sound = (await rig.call("POST", SPEECH, body))[1]
    form = Form(model="whisper-1", file=sound)
    assert (await rig.says(HEAR, form)).startswith("Invalid file format")  # it is called a.png
    wrong: list[tuple[Fields, str]] = [
        ({"language": "german"}, "language must be"),
        ({"timestamp_granularities[]": "word"}, "timestamp_granularities works"),
        ({"response_format": "html"}, "response_format must be"),
        ({"file": b"RIFF"}, "The audio file could not be decoded"),
    ]
    for changed, words in wrong:
        status, shown = await rig.form(HEAR, form | changed, "a.mp3")
        assert status == 400 and shown["error"]["message"].startswith(words)
    status, shown = await rig.form("/v1/audio/translations", form | {"language": "de"}, "a.mp3")
    assert (status, shown["error"]["code"]) == (400, "invalid_audio_request")
    assert (await rig.call("POST", SPEECH, body | {"model": "whisper-1"}))[0] == 503


async def test_a_video(rig: Rig) -> None:
    body: Fields = {"prompt": "a boat", "model": "sora-2", "seconds": "4", "size": "1280x720"}
    status, shown = await rig.call("POST", VIDEOS, body)
    assert (status, shown["status"], shown["object"]) == (200, "queued", "video")
    path = f"{VIDEOS}/{shown['id']}"
    assert (await rig.call("GET", f"{path}/content"))[0] == 400
    assert (await rig.call("POST", f"{path}/remix", {"prompt": "at night"}))[0] == 400
    rig.now += 5
    assert (await rig.call("GET", path))[1]["status"] == "in_progress"
    rig.now += DONE
    done = (await rig.call("GET", path))[1]
    assert (done["status"], done["progress"], done["metadata"]["url"][:4]) == ("completed", 100, "http")
    assert (await rig.call("GET", f"{path}/content"))[1][4:8] == b"ftyp"
    status, remix = await rig.call("POST", f"{path}/remix", {"prompt": "at night"})
    assert (status, remix["remixed_from_video_id"], remix["size"]) == (200, shown["id"], "1280x720")
    assert (await rig.call("DELETE", path))[1] == {"id": shown["id"], "object": "video.deleted", "deleted": True}
    assert (await rig.call("GET", path))[0] == 404
    assert [job.action for job in rig.relay.paid()] == ["remix"]


async def test_videos_that_are_refused(rig: Rig) -> None:
    body: Fields = {"prompt": "a boat", "model": "sora-2"}
    for change, words in (
        ({"prompt": ""}, "prompt is required"),
        ({"seconds": 4}, "seconds must be one of 4, 8, 12"),
        ({"size": "1792x1024"}, "size must be one of 720x1280, 1280x720"),
        ({"fps": 24}, "Unknown parameter: 'fps'."),
    ):
        assert (await rig.says(VIDEOS, body | change)).startswith(words)
    form = Form(body | {"input_reference": picture()})
    assert await rig.says(VIDEOS, form) == "input_reference must have the requested width and height"
    assert (await rig.form(VIDEOS, form | {"input_reference": picture((720, 1280))}))[0] == 200
    assert (await rig.call("POST", VIDEOS, body | {"model": "zoetrope"}))[0] == 503


async def test_moderation(rig: Rig) -> None:
    shown = (await rig.call("POST", "/v1/moderations", {"input": ["a fox", "so much blood"]}))[1]
    assert [one["flagged"] for one in shown["results"]] == [False, True]
    assert shown["results"][1]["categories"]["violence"] is True
    assert await rig.says("/v1/moderations", {"input": ""}) == "input is required"
    assert rig.relay.paid() == []


async def test_nothing_is_offered(rig: Rig) -> None:
    rig.relay.openai.offered = False
    for path in (SPEECH, VIDEOS, "/v1/moderations"):
        assert (await rig.call("POST", path, {"input": "x"}))[0] == 404
    assert (await rig.call("POST", IMAGES, {"model": "dall-e-2", "prompt": "x"}))[0] == 503
    assert "dall-e-2" not in rig.relay.model_names()
