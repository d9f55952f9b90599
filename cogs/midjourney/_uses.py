"""What Midjourney can do with any picture."""

from collections.abc import Mapping

from bot.providers.midjourney.requests import Describe, Edit, Imagine, Video
from bot.text import _
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
