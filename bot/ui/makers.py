"""The plain way from words (and a picture) to a result, whoever makes it: what stands behind ``/video``, ``/image`` and
``/song``. Each cog says what its provider can do with nothing but that."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from discord import app_commands

from bot.engine.cadence import Typical
from bot.errors import Problem
from bot.provider import Submission
from bot.text import Text, _
from bot.ui.i18n import say
from bot.ui.pickers import MOST, Choices

if TYPE_CHECKING:
    from bot.ui.client import Darkroom

Result = Literal["video", "image", "song"]
Make = Callable[[str, bool], tuple[Submission, str]]
"""Of a prompt, and whether a picture comes along: the request, and the field for the picture (``""``: it takes none).
May raise :class:`Problem`."""


@dataclass(frozen=True, slots=True)
class Maker:
    """What one provider does when nothing else is said; ``kind`` is the request that a prompt alone makes."""

    of: Result
    kind: type[Submission]
    make: Make

    @property
    def name(self) -> str:
        """What it is chosen by."""
        return self.kind.provider.name


_MAKERS: dict[tuple[Result, str], Maker] = {}


def register_maker(maker: Maker) -> None:
    """Let a cog say how its provider comes from a prompt to a result."""
    _MAKERS[maker.of, maker.name] = maker


def makers(client: "Darkroom", of: Result) -> list[Maker]:
    """Who can make such a result here, in the operator's order, then by title."""
    order: Sequence[str] = getattr(client.config.settings, f"{of}_with")
    found = [
        maker
        for maker in _MAKERS.values()
        if maker.of == of
        and maker.name in client.config.providers
        and not client.engine.core.lacks(maker.name, maker.kind.action)
    ]
    found.sort(
        key=lambda maker: (order.index(maker.name) if maker.name in order else len(order), maker.kind.provider.title)
    )
    return found


def chosen(client: "Darkroom", of: Result, name: str | None) -> Maker:
    """The maker that was asked for, else the first; raises :class:`Problem` when there is none."""
    here = makers(client, of)
    wanted = (name or "").strip().lower()
    for maker in here:
        if wanted in {"", maker.name, maker.kind.provider.title.lower()}:
            return maker
    if not here:
        raise Problem(_("No provider of this bot can make that."))
    known = ", ".join(maker.kind.provider.title for maker in here)
    raise Problem(_("“{name}” cannot make that here. These can: {known}.", name=wanted[:40], known=known))


def request(maker: Maker, prompt: str, *, picture: bool) -> tuple[Submission, str]:
    """The request for a prompt, and the field that the picture goes into. Raises :class:`Problem`."""
    submission, field = maker.make(prompt, picture)
    if picture and not field:
        title = maker.kind.provider.title
        raise Problem(_("{provider} cannot begin with a picture here. Choose another with `with`.", provider=title))
    return submission, field


def choices(client: "Darkroom", of: Result, current: str, locale: str) -> Choices:
    """Who can make it, each with how long it usually takes by what was seen here."""
    wanted, usual = current.strip().lower(), client.engine.core.usual
    found = [
        (maker, _line(maker, usual.get((maker.name, maker.kind.action)), locale))
        for maker in makers(client, of)
        if wanted in maker.kind.provider.title.lower() or wanted in maker.name
    ]
    return [app_commands.Choice(name=line[:100], value=maker.name) for maker, line in found][:MOST]


def _line(maker: Maker, usual: Typical | None, locale: str) -> str:
    provider = maker.kind.provider
    name = f"{provider.emoji} {provider.title}"
    return name if usual is None else f"{name} · {say(_about(usual.median), locale)}"


def _about(seconds: float) -> Text:
    if seconds < 90:
        return _("usually {n} s", n=max(round(seconds), 1))
    return _("usually {n} min", n=round(seconds / 60))
