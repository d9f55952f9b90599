"""What Midjourney can do with any picture, and with words."""

from collections.abc import Mapping

from bot.errors import Problem
from bot.provider import Submission
from bot.providers.midjourney.requests import Describe, Edit, Imagine, Video
from bot.text import _
from bot.ui.makers import Maker, register_maker
from bot.ui.uses import Use, register_use, words
from cogs.midjourney._make import Make


def register_uses(cog: Make) -> None:
    """Describe, imagine, edit, video."""

    def describe(picture: str, _typed: object) -> Describe:
        return Describe.make(base64=picture, **cog.common())

    def edit(picture: str, typed: Mapping[str, str]) -> Edit:
        return Edit.make(prompt=typed["prompt"], image=picture, form=cog.options.edits, **cog.common())

    register_use(Use("mj-describe", _("Describe"), "💬", Describe, "describe", describe))
    register_use(
        Use(
            "mj-imagine",
            _("Four pictures that go by it"),
            "🎨",
            Imagine,
            "vary",
            lambda picture, typed: Imagine.make(prompt=typed["prompt"], image=picture, **cog.common()),
            words(_("What the pictures show")),
        )
    )
    register_use(Use("mj-edit", _("Edit"), "✏️", Edit, "edit", edit, words(_("What is to be seen"))))
    register_use(
        Use(
            "mj-video",
            _("Video"),
            "🎬",
            Video,
            "video",
            lambda picture, typed: Video.make(prompt=typed.get("prompt"), image=picture, **cog.common()),
            words(_("What happens"), required=False),
        )
    )


def register_makers(cog: Make) -> None:
    """Pictures from words; a given one is edited, or moves."""

    def image(prompt: str, picture: bool) -> tuple[Submission, str]:
        if picture:
            return Edit.make(prompt=prompt, form=cog.options.edits, **cog.common()), "image"
        return Imagine.make(prompt=prompt, **cog.common()), ""

    def video(prompt: str, picture: bool) -> tuple[Submission, str]:
        if not picture:
            raise Problem(_("A video of Midjourney's begins with a picture: give `image`."))
        return Video.make(prompt=prompt, **cog.common()), "image"

    register_maker(Maker("image", Imagine, image))
    register_maker(Maker("video", Video, video))
