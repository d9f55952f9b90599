"""What a music submission of Suno makes: every mode with its clips (reference "relay-suno-…" 7.4 to 7.6)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .sounds import tune
from .suno_clips import PART_SECONDS, SONG_SECONDS, WHOLE, Clip, Library, history, seed_of, without_words
from .suno_options import MVS, SunoOptions
from .task_rows import OFFLINE
from .tunes import INSTRUMENTS

if TYPE_CHECKING:
    from .core import Job

Problem = tuple[str, str]  # code and message of a shape B error
STOCK_FIELDS = (
    "gpt_description_prompt", "prompt", "mv", "title", "tags", "continue_at", "task_id", "continue_clip_id",
    "make_instrumental",
)  # fmt: skip
TEXTS = ("gpt_description_prompt", "prompt", "tags", "title")
SOURCES = {
    "extend": "continue_clip_id",
    "upload_extend": "continue_clip_id",
    "cover": "cover_clip_id",
    "infill": "continue_clip_id",
    "artist_consistency": "artist_clip_id",
    "artist_consistency_vox": "artist_clip_id",
    "gen_stem": "continue_clip_id",
    "overpainting": "overpainting_clip_id",
    "underpainting": "underpainting_clip_id",
}
"""The tasks of 7.4, each with the field that names the clip it goes on from."""

SPANS = {
    "infill": ("infill_start_s", "infill_end_s"),
    "overpainting": ("overpainting_start_s", "overpainting_end_s"),
    "underpainting": ("underpainting_start_s", "underpainting_end_s"),
}
KINDS: dict[type, tuple[str, ...]] = {
    str: (
        *TEXTS, "mv", "task", "task_id", "notify_hook", "negative_tags", "generation_type", "persona_id",
        "vocal_gender", "stem_type_group_name", "stem_task", *SOURCES.values(),
    ),
    bool: ("make_instrumental",),
    float: ("continue_at", *(name for span in SPANS.values() for name in span)),
    dict: ("metadata",),
    list: ("override_fields",),
}  # fmt: skip
PARTS = {"extend": "extend", "upload_extend": "extend", "infill": "infill", "cover": "cover"}
"""What `metadata.type` says of the clips of a task; of all others it is `gen`."""

DEFAULT_MV = "chirp-v3-0"
TITLE, DESCRIPTION = 80, 200
NO_CLIP, NOT_COMPLETE = "clip not found", "clip is not complete"
TWO = (("Vocals", "vocals"), ("Instrumental", "instrumental"))
TWELVE = tuple((name.replace("_", " ").title() if name != "fx" else "FX", name) for name in INSTRUMENTS)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a valid body asks for; with a flaw the task is accepted and fails."""

    mode: str = ""
    source: Clip | None = None
    at: float = 0.0
    until: float | None = None
    flaw: str = ""


def texts_of(body: dict[str, Any]) -> str:
    """The texts of a body in which `sim:` words may stand."""
    return "\n".join(str(body[name]) for name in TEXTS if body.get(name))


def mode_of(body: dict[str, Any]) -> str:
    """The body's `task`; a clip to continue without one is an extension."""
    return str(body.get("task") or ("extend" if body.get("continue_clip_id") else ""))


def wrong_type(body: dict[str, Any]) -> str:
    """The first field whose type the gateway cannot read, or nothing."""
    return next((name for kind, names in KINDS.items() for name in names if not _fits(body.get(name), kind)), "")


def _fits(value: Any, kind: type) -> bool:
    if value is None:
        return True
    return not isinstance(value, bool) and isinstance(value, (int, float)) if kind is float else isinstance(value, kind)


def upstream_problem(body: dict[str, Any], options: SunoOptions) -> Problem | None:
    """What Suno itself refuses: an unknown model or task, and texts that are too long (7.3, 7.4)."""
    mv = body.get("mv") or DEFAULT_MV
    if mv not in options.mvs:
        return _refused(f"Invalid model {mv}")
    lyrics, tags = MVS.get(mv, MVS["chirp-auk"])
    longest = {"gpt_description_prompt": DESCRIPTION, "prompt": lyrics, "tags": tags, "negative_tags": tags}
    for name, most in (longest | {"title": TITLE}).items():
        if len(body.get(name) or "") > most:
            return _refused(f"{name} is too long")
    return None if mode_of(body) in ("", *SOURCES) else _refused("Invalid task")


def _refused(text: str) -> Problem:
    return "fail_to_fetch_task", f'{{"detail":"{text}"}}'


def offline(body: dict[str, Any], plan: Plan) -> Problem | None:
    """`sim:offline`, in the new texts or in those of the origin: a song that goes on from another is refused (2.6)."""
    said = "sim:offline" in texts_of(body) or (plan.source is not None and plan.source.job.said("offline"))
    return OFFLINE if plan.mode and said else None


def plan_of(library: Library, body: dict[str, Any]) -> Plan:
    """What the body asks for, with the flaw that will make it fail (10)."""
    mode = mode_of(body)
    if mode not in SOURCES:
        return Plan(mode)
    source = library.find(body.get(SOURCES[mode]))
    if source is None:
        return Plan(mode, flaw=NO_CLIP)
    if library.state(source) != "complete":
        return Plan(mode, source, flaw=NOT_COMPLETE)
    if mode in SPANS:
        start, end = (body.get(name) for name in SPANS[mode])
        if start is None or end is None or not 0 <= start < end <= source.duration + 0.01:
            return Plan(mode, source, flaw="the section is outside of the clip")
        return Plan(mode, source, float(start), float(end))
    if mode.startswith("artist_consistency") and library.personas.get(str(body.get("persona_id"))) is not source:
        return Plan(mode, source, flaw="persona not found")
    if mode not in ("extend", "upload_extend"):
        return Plan(mode, source)
    at = source.duration if body.get("continue_at") is None else float(body["continue_at"])
    fits = 0 < at <= source.duration + 0.01
    if source.kind == "upload" and mode == "extend":
        return Plan(mode, source, flaw="an uploaded clip is extended by the task upload_extend")
    return Plan(mode, source, at, flaw="" if fits else "continue_at is outside of the clip")


def compose(library: Library, job: "Job", plan: Plan) -> None:
    """Put the clips of a music task into the library: two songs, or stems."""
    job.doom = plan.flaw
    body, source = job.body, plan.source
    if plan.mode == "gen_stem" and source:
        twelve = "twelve" in (body.get("stem_task"), str(body.get("stem_type_group_name")).lower())
        stems(library, job, source, TWELVE if twelve else TWO)
        return
    silent = bool(body.get("make_instrumental"))
    title, tags, lyrics = _words(body, source, silent=silent)
    mv = body.get("mv") or DEFAULT_MV
    for index in range(2):
        pieces, kind = tune(seed_of(job, index), _seconds(plan)), PARTS.get(plan.mode, "gen")
        clip = library.add(job, index, mv=mv, pieces=pieces, kind=kind, title=title, tags=tags, lyrics=lyrics)
        clip.voice = "instrumental" if silent else "song"
        clip.more = dict(_provenance(body, plan))
        if source and clip.kind in ("extend", "infill"):
            clip.source, clip.at, clip.until = source, plan.at, plan.until
            clip.more["history"] = history(source, plan.at, plan.until)


def _seconds(plan: Plan) -> float:
    if plan.source is None or plan.flaw:
        return SONG_SECONDS
    if plan.until is not None:
        return plan.until - plan.at if plan.mode == "infill" else plan.source.duration
    return PART_SECONDS if plan.mode in ("extend", "upload_extend") else SONG_SECONDS


def _provenance(body: dict[str, Any], plan: Plan) -> Iterator[tuple[str, Any]]:
    if plan.mode == "cover":
        yield "cover_clip_id", body.get("cover_clip_id")
    if plan.mode.startswith("artist_consistency"):
        yield "persona_id", body.get("persona_id")
        yield "artist_clip_id", body.get("artist_clip_id")
    if plan.mode in ("overpainting", "underpainting"):
        for name in (SOURCES[plan.mode], *SPANS[plan.mode]):
            yield name, body.get(name)


def _words(body: dict[str, Any], source: Clip | None, *, silent: bool) -> tuple[str, str, str]:
    """Title, tags and lyrics; a description makes Suno write all three itself (7.4)."""
    about = without_words(str(body.get("gpt_description_prompt") or ""))
    if body.get("gpt_description_prompt"):
        return titled(about), "dream pop, warm", "" if silent else lyrics_text(about)
    title = body.get("title") or (source.title if source else "")
    tags = body.get("tags") or (source.tags if source else "")
    return title, tags, "" if silent else str(body.get("prompt") or "")


def stems(library: Library, job: "Job", source: Clip, roles: tuple[tuple[str, str], ...]) -> None:
    """One clip for each role: the same tune in that voice alone (7.9)."""
    for index, (role, voice) in enumerate(roles):
        title = f"{source.title} - {role}"
        clip = library.add(job, index, mv="chirp-stem", pieces=source.pieces, kind="stem", title=title)
        clip.voice = voice
        clip.more = {"stem_from_id": source.id, "can_remix": False, "is_remix": False}


def join(library: Library, job: "Job") -> None:
    """The one clip of a concat task: the whole history of a part, or a failure (7.6)."""
    part, is_infill = library.find(job.body["clip_id"]), bool(job.body.get("is_infill"))
    if part is None or library.state(part) != "complete" or part.source is None:
        found = NO_CLIP if part is None else NOT_COMPLETE if library.state(part) != "complete" else ""
        job.doom = found or "there is nothing to join the clip with"
        library.add(job, kind=WHOLE, title="")
        return
    if is_infill != (part.until is not None):
        job.doom = "is_infill does not fit the clip"
    chain = list(part.chain())
    lyrics, pieces = "\n".join(clip.lyrics for clip in chain if clip.lyrics), part.whole()
    title, tags = part.title, part.tags
    whole = library.add(job, kind=WHOLE, mv=part.mv, pieces=pieces, title=title, tags=tags, lyrics=lyrics)
    whole.voice = part.voice
    cuts = [later.at for later in chain[1:]]
    ids = [{"id": c.id, "continue_at": at} for c, at in zip(chain, [*cuts, None], strict=True)]
    whole.more = {"concat_history": ids, "is_infill": is_infill}


def titled(about: str) -> str:
    """A title for what somebody described."""
    return " ".join(about.split()[:4]).strip(" ,.;:!?").title() or "Untitled"


def lyrics_text(about: str) -> str:
    """Lyrics for what somebody described."""
    theme = " ".join(about.split()[:8]).strip(" ,.;:!?") or "the night"
    return (
        f"[Verse]\nThe morning finds us with {theme}\nA window open and the kettle on\n"
        f"We count the colours one by one\n\n[Chorus]\nOh, {theme}\nStay with me until the light is gone"
    )
