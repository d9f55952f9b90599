"""What Kling can do with any picture or video, and with nothing but a prompt."""

from collections.abc import Mapping

from bot.provider import Submission
from bot.providers.kling.choose import image, video, with_voice
from bot.providers.kling.images import Image
from bot.providers.kling.lips import LipSync
from bot.providers.kling.videos import ImageVideo, TextVideo
from bot.text import _
from bot.ui.makers import Maker, register_maker
from bot.ui.uses import Use, register_use, words
from cogs.kling._after import SPOKEN, VOICE, spoken_words
from cogs.kling._common import Common

FRAME = "image"


def register_uses(cog: Common) -> None:
    """Animate, draw by reference, lip-sync; and what stands behind ``/video`` and ``/image``."""

    def animate(picture: str, typed: Mapping[str, str]) -> Submission:
        return video(cog.options, {"prompt": typed.get("prompt", ""), FRAME: picture})

    def draw(picture: str, typed: Mapping[str, str]) -> Submission:
        return image(cog.options, {"prompt": typed.get("prompt", ""), FRAME: picture})

    def speak(source: str, typed: Mapping[str, str]) -> Submission:
        return LipSync.make(video_url=source, **with_voice(cog.options, spoken_words(typed)))

    def make_video(prompt: str, picture: bool) -> tuple[Submission, str]:
        """The picture's place is held by its field's name until it is read."""
        field = FRAME if picture else ""
        return video(cog.options, {"prompt": prompt, FRAME: field or None}), field

    def make_image(prompt: str, picture: bool) -> tuple[Submission, str]:
        field = FRAME if picture else ""
        return image(cog.options, {"prompt": prompt, FRAME: field or None}), field

    happens = words(_("What happens in the video"), required=False)
    shows = words(_("What the new picture shows"))
    register_use(Use("kling-video", _("Video"), "🎥", ImageVideo, "video", animate, happens))
    register_use(Use("kling-image", _("Draw by this picture"), "🎨", Image, "vary", draw, shows))
    register_use(Use("kling-lips", _("Lip-sync"), "👄", LipSync, "lipsync", speak, (SPOKEN, VOICE), takes="video"))
    register_maker(Maker("video", TextVideo, make_video))
    register_maker(Maker("image", Image, make_image))
