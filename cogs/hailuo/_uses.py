"""What Hailuo can do with any picture, and with nothing but words."""

from collections.abc import Mapping

from bot.provider import Submission
from bot.providers.hailuo import Image, Music, Video, choose
from bot.providers.hailuo.sounds import NEEDING_LYRICS
from bot.text import _
from bot.ui.makers import Maker, register_maker
from bot.ui.uses import Use, register_use, words
from cogs.hailuo._common import Common


def register_ways(cog: Common) -> None:
    """Animate a picture, and stand behind ``/video``, ``/image`` and, with a model that writes lyrics, ``/song``."""

    def animated(picture: str, typed: Mapping[str, str]) -> Submission:
        chosen = {"prompt": typed.get("prompt") or None, choose.FIRST: picture}
        return choose.video(cog.options, None, chosen, [choose.FIRST])

    def filmed(prompt: str, picture: bool) -> tuple[Submission, str]:
        files = [choose.FIRST] if picture else []
        return choose.video(cog.options, None, {"prompt": prompt}, files), "".join(files)

    label = _("What the video shows")
    register_use(Use("hailuo-video", _("Video"), "🐚", Video, "video", animated, words(label, required=False)))
    register_maker(Maker("video", Video, filmed))
    if cog.options.pictures:
        register_maker(Maker("image", Image, lambda prompt, _picture: (_painted(cog, prompt), "")))
    if cog.options.music and cog.options.composing[0] not in NEEDING_LYRICS:
        register_maker(Maker("song", Music, lambda prompt, _picture: (_sung(cog, prompt), "")))


def _painted(cog: Common, prompt: str) -> Image:
    return choose.image(cog.options, {"prompt": prompt})


def _sung(cog: Common, prompt: str) -> Music:
    return choose.music(cog.options, {"prompt": prompt})
