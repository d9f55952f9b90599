"""How every provider stands: offered or not, how its newest requests went, what is on its way."""

from dataclasses import dataclass
from statistics import median

from bot.engine.core import Core
from bot.provider import CATALOGUE, Provider, providers
from bot.store.outcomes import Load, Outcome, Outcomes
from bot.text import Text

LATEST = 50
"""Requests of a provider that are looked at."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One provider. ``missing`` are those of its requests that the relay said not to offer; of the newest ``tried``
    requests, ``done`` came to something, in ``seconds`` as a rule. ``error`` is the newest reason of a failure."""

    provider: Provider
    offered: bool
    missing: tuple[Text, ...]
    tried: int
    done: int
    seconds: float | None
    error: Outcome | None
    load: Load


async def standings(core: Core) -> list[Standing]:
    """All providers, by name."""
    outcomes = Outcomes(core.store.database)
    load = await outcomes.load()
    known = sorted(providers().values(), key=lambda provider: provider.title.lower())
    return [
        _standing(core, provider, await outcomes.latest(provider.name, LATEST), load.get(provider.name, Load()))
        for provider in known
    ]


def _standing(core: Core, provider: Provider, latest: list[Outcome], load: Load) -> Standing:
    seconds = [outcome.seconds for outcome in latest if outcome.seconds is not None]
    lacking = [action for name, action in core.missing if name == provider.name and core.lacks(name, action)]
    return Standing(
        provider=provider,
        offered=provider.name in core.config.providers,
        missing=tuple(_label(provider.name, action) for action in sorted(lacking)),
        tried=len(latest),
        done=sum(outcome.ok for outcome in latest),
        seconds=median(seconds) if seconds else None,
        error=next((outcome for outcome in latest if not outcome.ok and outcome.reason is not None), None),
        load=load,
    )


def _label(provider: str, action: str) -> Text:
    kind = CATALOGUE.get((provider, action))
    return kind.label if kind is not None else Text("{action}", {"action": action})
