"""OpenAI's speech, transcripts and moderation on the simulated relay (reference "relay-suno-…" sections 5.4 and 5.7).

What was spoken here is remembered by its bytes, so that a recording of it can be written down word for word.
"""

import asyncio
import hashlib
import re
from typing import TYPE_CHECKING, Any

from aiohttp import web

from . import forms, sounds
from .faults import request_id
from .openai_rules import LISTENERS, OWN, SPEAKERS, OpenAIOptions, heard_problem, speech_problem
from .task_rows import json_object
from .tunes import VOICES

if TYPE_CHECKING:
    from .core import Relay

SECONDS_A_WORD, LONGEST = 0.4, 120.0
WAV_HEADER = 44
MIMES = {
    "mp3": "audio/mpeg", "opus": "audio/opus", "aac": "audio/aac", "flac": "audio/flac", "wav": "audio/wav",
    "pcm": "audio/pcm",
}  # fmt: skip
STRANGE_WORDS = "Nobody said this before. The simulator writes down the same words for every strange recording."
"""What is heard in a recording that was not made here."""
FLAGS = {
    "violence": ("kill", "murder", "blood", "attack"),
    "harassment": ("idiot", "stupid"),
    "hate": ("hate",),
    "self-harm": ("suicide",),
    "sexual": ("naked", "sim:unsafe"),
    "illicit": ("bomb", "sim:banned"),
}
"""Words that put a text into a category."""


class OpenAI:
    """The routes. `forms` holds every multipart body that arrived, for tests to read."""

    def __init__(self, relay: "Relay", options: OpenAIOptions) -> None:
        self.relay = relay
        self.options = options
        self.forms: list[forms.Form] = []
        self._spoken: dict[str, str] = {}

    def models(self) -> list[str]:
        """Every model of OpenAI's that does not chat."""
        return list(self.options.models) if self.options.offered else []

    def routes(self) -> list[web.RouteDef]:
        """Sounds and moderation."""
        posts = {
            "audio/speech": self._speak,
            "audio/transcriptions": self._hear,
            "audio/translations": self._hear,
            "moderations": self._moderate,
        }
        return [web.post(f"/v1/{path}", forms.offered(do, self._here)) for path, do in posts.items()]

    def _here(self, _: web.Request) -> bool:
        return self.options.offered

    def _wrong(self, request: web.Request, problem: str, code: str, status: int = 400) -> web.Response:
        return forms.gateway_error(request, status, problem, code if self.options.codes else "")

    def _without_channel(
        self, request: web.Request, body: dict[str, Any], known: tuple[str, ...]
    ) -> web.Response | None:
        """The refusal of a model that is not offered, or does something else."""
        model = body.get("model")
        if model in self.options.models and (model in known or model not in OWN):
            return None
        says = f"No available channel for model {model} under group default"
        return self._wrong(request, says, "model_not_found", 503)

    # -------------------------------------------------------------------------------------------- sounds

    async def _speak(self, request: web.Request) -> web.Response:
        body = await json_object(request) or {}
        if refused := self._without_channel(request, body, SPEAKERS):
            return refused
        if problem := speech_problem(body):
            return self._wrong(request, problem, "invalid_audio_request")
        words = body["input"]
        if refused := self._turned_down(request, words):
            return refused
        job, reason = await forms.answered(self.relay, request, "openai", "speech", body, words)
        if reason:
            return forms.gateway_error(request, 500, reason, kind="upstream_error")
        form = body.get("response_format") or "mp3"
        seconds = min(LONGEST, max(1.0, SECONDS_A_WORD * len(words.split()) / (body.get("speed") or 1.0)))
        name = sounds.named(sounds.tune(job.seed, seconds))
        content = await asyncio.to_thread(sounds.make, VOICES[0], name, "wav" if form == "pcm" else form)
        content = content[WAV_HEADER:] if form == "pcm" else content
        self._spoken[hashlib.sha256(content).hexdigest()] = " ".join(re.sub(r"sim:\w+", "", words).split())
        return web.Response(body=content, content_type=MIMES[form])

    def _turned_down(self, request: web.Request, words: str) -> web.Response | None:
        if re.search("sim:(banned|unsafe)", words):
            return self._wrong(request, "The request was refused by content moderation", "content_policy_violation")
        return forms.refusal(self.relay, request, words)

    async def _hear(self, request: web.Request) -> web.Response:
        form = await forms.read_form(request)
        if form is None:
            return self._wrong(request, "a multipart body is needed", "invalid_audio_request")
        self.forms.append(form)
        body: dict[str, Any] = {**form.fields}
        if "temperature" in body:
            body["temperature"] = float(body["temperature"])
        if refused := self._without_channel(request, body, LISTENERS):
            return refused
        files, translated = form.files("file"), request.path.endswith("translations")
        if not files:
            return self._wrong(request, "file is required", "invalid_audio_request")
        file = files[0]
        seconds = await asyncio.to_thread(sounds.sound_seconds, file.data)
        problem = heard_problem(body, file.filename or "", len(file.data), translated=translated)
        problem = problem or ("" if seconds else "The audio file could not be decoded or its format is not supported.")
        if problem:
            return self._wrong(request, problem, "invalid_audio_request")
        if refused := self._turned_down(request, body.get("prompt", "")):
            return refused
        action = "translate" if translated else "transcribe"
        _job, reason = await forms.answered(self.relay, request, "openai", action, body, body.get("prompt", ""))
        if reason:
            return forms.gateway_error(request, 500, reason, kind="upstream_error")
        known = self._spoken.get(hashlib.sha256(file.data).hexdigest(), STRANGE_WORDS)
        return _written("" if "sim:empty" in body.get("prompt", "") else known, body, seconds or 0.0, action)

    # -------------------------------------------------------------------------------------------- moderation

    async def _moderate(self, request: web.Request) -> web.Response:
        """The verdict on a text, or on each of several; it costs nothing."""
        body = await json_object(request) or {}
        given = body.get("input")
        texts = [one for one in (given if isinstance(given, list) else [given]) if isinstance(one, str) and one]
        if not texts:
            return self._wrong(request, "input is required", "invalid_request")
        model = body.get("model") or "text-moderation-stable"
        results = [_verdict(one) for one in texts]
        return web.json_response({"id": f"modr-{request_id(request)}", "model": model, "results": results})


def _written(words: str, body: dict[str, Any], seconds: float, task: str) -> web.Response:
    """A transcript in the form that was asked for (5.4)."""
    form = body.get("response_format", "json")
    if form in {"srt", "vtt"}:
        return web.Response(text=_subtitles(words, seconds, form), content_type="text/plain")
    if form == "text":
        return web.Response(text=f"{words}\n", content_type="text/plain")
    if form == "json":
        return web.json_response({"text": words})
    rows = [
        {"id": number, "seek": 0, "start": start, "end": end, "text": line, "tokens": [], "temperature": 0,
         "avg_logprob": -0.2, "compression_ratio": 1.1, "no_speech_prob": 0.01}
        for number, (start, end, line) in enumerate(_lines(words, seconds))
    ]  # fmt: skip
    shown = {"task": task, "language": "english", "duration": round(seconds, 2), "text": words, "segments": rows}
    if body.get("timestamp_granularities[]") == "word":
        shown["words"] = [
            {"word": line, "start": start, "end": end} for start, end, line in _lines(words, seconds, " ")
        ]
    return web.json_response(shown)


def _lines(words: str, seconds: float, end: str = ". ") -> list[tuple[float, float, str]]:
    """The sentences (or words) with their times."""
    parts = [part for part in re.split(f"(?<={re.escape(end[0])}) " if end != " " else " ", words) if part]
    each = seconds / max(1, len(parts))
    return [(round(each * at, 2), round(each * (at + 1), 2), part) for at, part in enumerate(parts)]


def _subtitles(words: str, seconds: float, form: str) -> str:
    mark = "," if form == "srt" else "."
    rows = [
        (f"{number}\n" if form == "srt" else "") + f"{_time(start, mark)} --> {_time(end, mark)}\n{line}\n"
        for number, (start, end, line) in enumerate(_lines(words, seconds), start=1)
    ]
    return ("" if form == "srt" else "WEBVTT\n\n") + "\n".join(rows)


def _time(seconds: float, mark: str) -> str:
    whole, rest = divmod(round(seconds * 1000), 1000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}{mark}{rest:03}"


def _verdict(words: str) -> dict[str, Any]:
    said = words.lower()
    found = {name: any(sign in said for sign in signs) for name, signs in FLAGS.items()}
    scores = {name: 0.97 - 0.01 * at if bad else 0.002 + 0.001 * at for at, (name, bad) in enumerate(found.items())}
    return {"flagged": any(found.values()), "categories": found, "category_scores": scores}
