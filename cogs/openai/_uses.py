"""What OpenAI can do with any picture or video, and with words."""

from bot.provider import Submission
from bot.providers.openai import choose
from bot.providers.openai.pictures import Edit, Image
from bot.providers.openai.sounds import Transcription
from bot.providers.openai.videos import Video
from bot.text import _
from bot.ui.makers import Maker, register_maker
from bot.ui.uses import Use, register_use, words
from cogs.openai._common import Common

PICTURE, FRAME = "image", "input_reference"


def register_uses(cog: Common) -> None:
    """Edit and animate a picture; write down what is said in a video."""
    register_use(
        Use(
            "openai-edit",
            _("Edit"),
            "✏️",
            Edit,
            "edit",
            lambda picture, typed: choose.edit(cog.options, None, {"prompt": typed["prompt"], PICTURE: picture}),
            words(_("What is to change")),
        )
    )
    register_use(
        Use(
            "openai-video",
            _("Video"),
            "🎬",
            Video,
            "video",
            lambda picture, typed: choose.video(cog.options, None, {"prompt": typed["prompt"], FRAME: picture}),
            words(_("What the video shows")),
        )
    )
    register_use(
        Use(
            "openai-hear",
            _("Transcribe"),
            "👂",
            Transcription,
            "other",
            lambda video, _typed: Transcription.make(model=cog.options.hearing[0], file=video),
            takes="video",
        )
    )


def register_makers(cog: Common) -> None:
    """A picture from words, or a given one edited; a video from words, or from a picture."""

    def painted(prompt: str, picture: bool) -> tuple[Submission, str]:
        if picture:
            return choose.edit(cog.options, None, {"prompt": prompt}), PICTURE
        return choose.image(cog.options, None, {"prompt": prompt}), ""

    register_maker(Maker("image", Image, painted))
    register_maker(
        Maker("video", Video, lambda prompt, _picture: (choose.video(cog.options, None, {"prompt": prompt}), FRAME))
    )
