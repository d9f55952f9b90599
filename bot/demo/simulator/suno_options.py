"""What of Suno differs from host to host: the switches, and the models with their limits."""

from dataclasses import dataclass
from typing import Literal

from .task_rows import RowShape

SMALL, LARGE = (3000, 200), (5000, 1000)
MVS: dict[str, tuple[int, int]] = {
    "chirp-v3-0": SMALL,
    "chirp-v3.0": SMALL,
    "chirp-v3-5": SMALL,
    "chirp-v3.5": SMALL,
    "chirp-v4": SMALL,
    "chirp-auk": LARGE,
    "chirp-auk-turbo": LARGE,
    "chirp-bluejay": LARGE,
    "chirp-crow": LARGE,
    "chirp-fenix": LARGE,
    "chirp-v3-5-tau": SMALL,
    "chirp-v4-tau": SMALL,
    "chirp-v3-5-upload": SMALL,
    "chirp-v4-upload": SMALL,
    "chirp-auk-upload": LARGE,
}
"""The models, each with the most characters of lyrics and of tags (reference "relay-suno-…" 7.3)."""

VERSIONS = {
    "chirp-v3-5": "v3.5",
    "chirp-v3.5": "v3.5",
    "chirp-v3": "v3",
    "chirp-v4": "v4",
    "chirp-auk-turbo": "v4.5-all",
    "chirp-auk": "v4.5",
    "chirp-bluejay": "v4.5+",
    "chirp-crow": "v5",
    "chirp-fenix": "v5.5",
}


@dataclass
class SunoOptions:
    """Switches: the variants that the reference lists."""

    offered: bool = True  # any Suno path is offered; else all are an `Invalid URL`
    stock: bool = False  # music, lyrics and fetch alone are offered, and nine fields of music are heeded (0)
    strict: bool = True  # continue_clip_id needs a task_id, unless an upload is extended (7.4, 10)
    mvs: tuple[str, ...] = tuple(MVS)  # the models that are enabled (7.3)
    submit: Literal["id", "object", "clips"] = "id"  # `data` of a submission (7.4)
    lower_case: bool = False  # statuses in lower case (3.2)
    milliseconds: bool = False  # times in milliseconds (3.1)
    numeric_progress: bool = False  # progress is a number, and moves (3.1)
    bare_fetch: bool = False  # the single query answers the songs without their task (7.13)
    songs: Literal["array", "clips", "clips_keyed", "keyed", "text"] = "array"  # `data` of a task (3.1, 7.14)
    lyrics_list: bool = False  # lyrics are a list of one, with `state` in place of `status` (7.5)
    shuffle: bool = True  # a batch is not answered in the order of the request (3.4)
    feed: Literal["array", "clips", "envelope"] = "array"  # the answer of the feed (7.15)
    envelope: bool = False  # act/*, persona/* and uploads/audio* answer in an envelope (7.1, 7.7)
    stems: Literal["get", "post", "gen_stem"] = "get"  # the method of act/stems, or task gen_stem alone (7.9)
    wav: Literal["bare", "envelope", "data"] = "bare"  # the answer of act/wav; "data": `data` is the link (7.11)
    mp4: bool = True  # act/mp4 is offered (7.12)
    mp4_field: str = "video_url"  # where its link stands; "data": `data` of an envelope is the link (7.12)
    video_in_songs: bool = False  # finished songs have a video_url at once, not only after act/mp4 (7.14)
    persona_slash: Literal["both", "with", "without", "redirect"] = "both"  # persona/create with `/` (7.8)
    uploads_url: bool = True  # uploads/audio-url is offered (7.7)
    audio_url: Literal["task", "clip"] = "task"  # what id it answers (7.7)
    bucket: Literal["form", "put"] = "form"  # how the file of a local upload goes to the bucket (7.7)

    @property
    def row(self) -> RowShape:
        """The shape of a task object."""
        return RowShape(self.lower_case, self.milliseconds, self.numeric_progress)
