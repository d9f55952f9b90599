"""Songs of the users' own: an upload by link, and the five steps of a local file (reference "relay-suno-…" 7.7)."""

import asyncio
import re
import uuid
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from aiohttp import web

from .core import Job, Moment
from .faults import invalid_url, key_of, task_error
from .pictures import Blob, is_url, send
from .sounds import sound_seconds, tune
from .suno_clips import Clip, Library, seed_of
from .task_rows import json_object, success

if TYPE_CHECKING:
    from .suno_acts import Route

BUCKET = "/bucket/suno-uploads"
EXTENSIONS = ("mp3", "wav", "m4a", "flac", "ogg", "aac")
URL_SECONDS = 30.0
URL_QUEUE, URL_RUN = 1.0, 4.0
CHECK_SECONDS = 4.0
NAME = re.compile(rb'name="([^"]*)"')
BOUNDARY = re.compile(r'boundary="?([^";,]+)')


@dataclass(slots=True)
class Upload:
    """A local file on its way: `data` once it is in the bucket, `check` (free) once the caller has said so."""

    id: str
    key: str
    extension: str
    data: bytes = b""
    name: str = ""
    check: Job | None = None

    @property
    def fields(self) -> dict[str, str]:
        """What the form of the bucket must carry, with exactly these values."""
        return {
            "Content-Type": "audio/mpeg",
            "key": f"raw_uploads/{self.id}.{self.extension}",
            "AWSAccessKeyId": "SIMULATED",
            "policy": uuid.uuid5(uuid.NAMESPACE_OID, self.id).hex,
            "signature": uuid.uuid5(uuid.NAMESPACE_URL, self.id).hex,
        }


class Uploads:
    """The routes under /suno/uploads, and the bucket."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.relay = library.relay
        self.options = library.options
        self.uploads: dict[str, Upload] = {}

    def routes(self) -> "list[Route]":
        """Method, path and handler of each route of the relay."""
        return [
            ("POST", "/suno/uploads/audio-url", self._by_link),
            ("POST", "/suno/uploads/audio", self._begin),
            ("POST", "/suno/uploads/audio/{id}/upload-finish", self._finish),
            ("GET", "/suno/uploads/audio/{id}", self._state),
            ("POST", "/suno/uploads/audio/{id}/initialize-clip", self._initialize),
        ]

    def public_routes(self) -> list[web.RouteDef]:
        """The bucket, which is not the relay and knows no key of it, and the files from it."""
        return [
            web.post(BUCKET, self._form),
            web.put(f"{BUCKET}/{{id}}", self._put),
            web.get("/media/uploaded/{name}", self._file),
        ]

    def _answer(self, shown: dict[str, Any]) -> web.Response:
        return success(shown) if self.options.envelope else web.json_response(shown)

    # -------------------------------------------------------------------------------------------- by link

    async def _by_link(self, request: web.Request) -> web.Response:
        """One call; the answer is a task id or a clip id (7.7 a)."""
        if not self.options.uploads_url:
            return invalid_url(request)
        body = await json_object(request) or {}
        url = body.get("url")
        if not isinstance(url, str) or not is_url(url):
            return task_error(400, "invalid_request", "url is required")
        if refused := self.relay.refusal(request, url):
            return refused
        times = {"queue": URL_QUEUE, "run": URL_RUN, "ratio": "1:1"}
        job = self.relay.accept(request, "suno", "uploads", body, prompt=url, **times)
        clip = self._clip(job, PurePosixPath(url.partition("?")[0]).stem, URL_SECONDS)
        return success(job.id if self.options.audio_url == "task" else clip.id)

    def _clip(self, job: Job, title: str, seconds: float) -> Clip:
        pieces = tune(seed_of(job, 0), seconds)
        return self.library.add(job, pieces=pieces, kind="upload", title=title)

    # -------------------------------------------------------------------------------------------- a local file

    async def _begin(self, request: web.Request) -> web.Response:
        """Step 1: where the file goes, with the fields of the form."""
        body = await json_object(request) or {}
        if body.get("extension") not in EXTENSIONS:
            return task_error(400, "invalid_request", "extension is not supported")
        upload = Upload(str(uuid.uuid4()), key_of(request), body["extension"])
        self.uploads[upload.id] = upload
        url, form = f"{request.scheme}://{request.host}{BUCKET}", self.options.bucket == "form"
        shown = {"id": upload.id, "url": url if form else f"{url}/{upload.id}", "is_file_uploaded": False}
        return self._answer(shown | {"fields": upload.fields if form else {}})

    async def _form(self, request: web.Request) -> web.Response:
        """Step 2: the form, as a bucket of S3 reads it: no key of ours, every field, the file at the end."""
        if problem := _credentials(request):
            return problem
        parts = _parts(request.headers.get("Content-Type", ""), await request.read())
        fields = {name: data.decode(errors="replace") for name, data in parts if name != "file"}
        upload = next((one for one in self.uploads.values() if one.fields["key"] == fields.get("key")), None)
        if upload is None or any(fields.get(name) != value for name, value in upload.fields.items()):
            return _s3(403, "AccessDenied", "Invalid according to Policy: a field is missing or changed")
        names = [name for name, _ in parts]
        if names.count("file") != 1 or names[-1] != "file":
            return _s3(400, "InvalidArgument", "POST requires exactly one file upload as its last field")
        return _stored(upload, parts[-1][1])

    async def _put(self, request: web.Request) -> web.Response:
        """Step 2 of a host that gives no fields: the bare bytes."""
        upload = self.uploads.get(request.match_info["id"])
        if problem := _credentials(request):
            return problem
        return _stored(upload, await request.read()) if upload else _s3(403, "AccessDenied", "Unknown key")

    async def _finish(self, request: web.Request) -> web.Response:
        """Step 3: the caller says that the file is there, and what it was called."""
        upload, body = self._known(request), await json_object(request) or {}
        name = body.get("upload_filename")
        if upload is None or not upload.data:
            return task_error(400, "invalid_request", "the file is not uploaded")
        if body.get("upload_type") != "file_upload" or not isinstance(name, str) or not name:
            return task_error(400, "invalid_request", "upload_type and upload_filename are required")
        upload.name = name
        upload.check = Job(upload.id, "suno", "check", {}, self.relay.clock(), upload.key, name, queue=0)
        upload.check.run = CHECK_SECONDS
        return self._answer({})

    async def _state(self, request: web.Request) -> web.Response:
        """Step 4: `complete` or `error`, `processing` before."""
        upload = self._known(request)
        if upload is None:
            return task_error(404, "invalid_request", "upload not found")
        status, reason = self._status(upload)
        shown = {"id": upload.id, "status": status, "error_message": reason, "title": upload.name}
        return self._answer(shown | {"is_file_uploaded": bool(upload.data), "image_url": None})

    async def _initialize(self, request: web.Request) -> web.Response:
        """Step 5: the clip, which plays as long as the file does."""
        upload = self._known(request)
        if upload is None or self._status(upload)[0] != "complete":
            return task_error(400, "invalid_request", "the upload is not complete")
        if refused := self.relay.refusal(request, ""):
            return refused
        seconds = await asyncio.to_thread(sound_seconds, upload.data) or URL_SECONDS
        job = self.relay.accept(request, "suno", "initialize-clip", {"upload_id": upload.id}, prompt=upload.name)
        job.forced = Moment("done", 100, self.relay.clock(), self.relay.clock())
        clip = self._clip(job, PurePosixPath(upload.name).stem, seconds)
        clip.file = f"{upload.id}.{upload.extension}"
        return self._answer({"clip_id": clip.id})

    async def _file(self, request: web.Request) -> web.StreamResponse:
        upload = self.uploads.get(request.match_info["name"].partition(".")[0])
        if upload is None:
            return web.Response(status=404, text="not found")
        return await send(request, Blob(upload.data, len(upload.data), mime_of(upload.data) or ""))

    def _known(self, request: web.Request) -> Upload | None:
        upload = self.uploads.get(request.match_info["id"])
        return upload if upload and upload.key == key_of(request) else None

    def _status(self, upload: Upload) -> tuple[str, str | None]:
        moment = self.relay.look(upload.check) if upload.check else None
        if moment is None or moment.state not in ("done", "failed"):
            return "processing", None
        return ("error", moment.reason) if moment.reason else ("complete", None)


def mime_of(data: bytes) -> str | None:
    """The type of a sound by its first bytes."""
    if data.startswith(b"ID3") or (data[:1] == b"\xff" and len(data) > 1 and data[1] >= 0xE0):
        return "audio/mpeg"
    if data.startswith((b"OggS", b"fLaC")):
        return "audio/ogg" if data.startswith(b"Ogg") else "audio/flac"
    if (data[:4], data[8:12]) == (b"RIFF", b"WAVE"):
        return "audio/wav"
    return "audio/mp4" if data[4:8] == b"ftyp" else None


def _stored(upload: Upload, data: bytes) -> web.Response:
    if mime_of(data) is None:
        return _s3(400, "InvalidArgument", "the file is not audio")
    upload.data = data
    return web.Response(status=204)


def _credentials(request: web.Request) -> web.Response | None:
    """A bucket takes one kind of credentials; and a relay's key must never come here."""
    if "Authorization" in request.headers:
        return _s3(400, "InvalidArgument", "Only one auth mechanism allowed")
    return None


def _s3(status: int, code: str, message: str) -> web.Response:
    text = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return web.Response(status=status, text=text, content_type="text/xml")


def _parts(content_type: str, body: bytes) -> list[tuple[str, bytes]]:
    """Name and bytes of every part of a form, in order."""
    boundary = BOUNDARY.search(content_type)
    if boundary is None:
        return []
    found = []
    for piece in (b"\r\n" + body).split(b"\r\n--" + boundary[1].encode())[1:-1]:
        head, _, data = piece.partition(b"\r\n\r\n")
        name = NAME.search(head)
        found.append((name[1].decode() if name else "", data))
    return found
