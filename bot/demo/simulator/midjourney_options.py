"""What of Midjourney differs from host to host: the switches, and the prompt words that only Midjourney knows."""

from dataclasses import dataclass
from typing import Literal


@dataclass
class MidjourneyOptions:
    """Switches: the variants that the reference "relay-midjourney-…" lists, each with its section."""

    offered: bool = True  # any Midjourney path is offered; else all are an `Invalid URL` (0.3)
    plain_prefixes: bool = True  # /fast/mj … are offered beside /mj-fast/mj … (1.1)
    extras: bool = True  # retexture, show and the face swap of a video are offered (1.2, 1.6)
    video: bool = True  # else submit/video answers 500 `readObjectStart` (1.11)
    uploads: bool = True  # else an upload is refused: code 4 "禁止上传" (1.6 (9))
    upload_result: Literal["list", "string"] = "list"  # what an upload answers (1.6 (9))
    most_pictures: int = 3  # image prompts of one imagine (1.6 (1))
    lists: bool = True  # task/list, task/queue and task/page are offered (1.2)
    cancel: Literal["off", "empty", "object"] = "object"  # empty: the task is a FAILURE, object: a CANCEL (1.9, 1.10)
    remix: bool = False  # the account's remix is on: variations, rerolls, pans and animations open a window (1.5)
    old_parser: bool = False  # only the families that the old new-api knows; others are `unknown_action` (1.7)
    modal: Literal["same", "other"] = "same"  # a modal answers the id it was sent, or another one (1.5)
    inpaint_prompt: bool = False  # the window of a region change holds the prompt to edit (1.5)
    rewrite: bool = False  # 21 becomes 1 but for INPAINT and CUSTOM_ZOOM, 22 always becomes 1 (1.4)
    refused_status: int = 200  # the HTTP status of what the proxy itself refuses (0.3)
    numeric: bool = False  # ids are JSON numbers, in answers and in tasks (1.3, 1.8)
    properties: Literal["object", "null", "absent"] = "object"  # of answers and of tasks (1.3, 1.8)
    batch: Literal["array", "data", "code", "html", "missing"] = "array"  # bare, in an envelope, or not offered (1.12)
    shuffle: bool = True  # a batch is not answered in the order of the request (1.8)
    unknown: Literal["error", "null", "empty"] = "error"  # fetch of an unknown id: 400, 200 `null` or 204 (1.8)
    lost: Literal["batch", "all"] = "batch"  # which queries never know a task with `sim:lost` (6)
    lag: float = 0.0  # seconds between two looks at the upstream; a fresh task has the status "" (1.8, 1.9)
    stock_keys: bool = False  # a task has only the keys of new-api (6, rule 7)
    links: Literal["mirror", "forward"] = "mirror"  # a mirror of the host, or /mj/image/{id} (0.4, 1.8)
    lower_case: bool = False  # statuses in lower case (1.9)
    failed_progress: str | None = ""  # the progress of a failed task: "", "100%" or null (1.8)
    null_buttons: bool = False  # no buttons are `null`, not `[]` (1.7)
    image_urls: Literal["off", "strings", "objects"] = "off"  # single pictures of a grid (1.8)
    video_urls: Literal["objects", "strings", "off"] = "objects"  # the shape of `videoUrls` (1.8)
    video_delay: float = 0.0  # seconds (times the pace) a video is SUCCESS before it has its links (1.12)

    def like_new_api(self) -> None:
        """Behave as stock new-api in front of a proxy does (rule 7 of section 6, with 1.2 and 1.4)."""
        self.rewrite = self.stock_keys = True
        self.lag, self.links, self.failed_progress = 15.0, "forward", "100%"
        self.extras = self.lists = self.plain_prefixes = False
        self.cancel = "off"
