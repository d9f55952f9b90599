"""What the engine asks of the world it shows tasks to. The engine never imports Discord; ``bot.ui`` implements this."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bot.task import Media, Place, Task
from bot.text import Text


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file on disk that goes onto a card. ``size`` in bytes."""

    path: Path
    name: str
    size: int
    media: Media


@dataclass(frozen=True, slots=True)
class Link:
    """A result that could not be attached, and why; ``expires_at`` is unix seconds, ``None`` when nobody knows."""

    url: str
    title: str
    why: Text
    expires_at: float | None = None


@dataclass(frozen=True, slots=True)
class Glance:
    """What a card shows beside the task itself: place in line (1 is next), and when the result is expected.

    ``hidden`` are the actions of the provider that the relay does not offer; ``families`` are the kinds of things that
    can be done here with any picture or video (``("picture", "edit")``, ``("video", "restyle")``, …).
    """

    position: int | None = None
    expected_at: float | None = None
    hidden: frozenset[str] = frozenset()
    families: frozenset[tuple[str, str]] = frozenset()


class TooBig(Exception):
    """Discord took the message but not files of this size."""


class Later(Exception):
    """Discord cannot take it now; try again after ``seconds``."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"again in {seconds:g} s")
        self.seconds = seconds


class Nowhere(Exception):
    """There is no place left to show it: no card, no channel, no direct message."""


class Screen(Protocol):
    """Where tasks are shown."""

    def show(self, task: Task) -> None:
        """The task changed: bring its card up to date, soon. Never waits, never fails."""
        ...

    def limit(self, task: Task) -> int:
        """How many bytes a file may have at the place where the task's card can be edited now."""
        ...

    async def deliver(self, task: Task, files: Sequence[Attachment], links: Sequence[Link]) -> Place:
        """Put the result on the card, wherever that is possible; returns where it is now.

        Doing it twice gives the same card. Raises :class:`TooBig`, :class:`Later` or :class:`Nowhere`.
        """
        ...

    async def announce(self, task: Task) -> Place:
        """Put how the task ended on its card, wherever that is possible; raises :class:`Later` or :class:`Nowhere`."""
        ...

    async def sources(self, place: Place) -> list[Media]:
        """The files of an earlier card, as fresh links; empty when it is gone."""
        ...

    async def ping(self, task: Task) -> None:
        """Tell the owner, once, that the result is there. Never fails."""
        ...
