"""The relay's models with their prices: a list that is kept fresh in the background, for options and ``/relay``."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from bot.engine.account import Accounts
from bot.engine.core import Core
from bot.engine.work import Crew
from bot.errors import CallFailed, NotOffered, Unreadable
from bot.prices import MODELS, OWN_MODELS, Model, ModelKind, Price, Pricing, matching, read_models
from bot.text import Text
from bot.wire import Call

log = structlog.get_logger(__name__)
EVERY, AGAIN = 600.0, 60.0
"""Seconds until the list is asked for anew, and after it could not be had."""
MOMENT = 1.0
"""Seconds that a first autocomplete waits for the list; Discord waits for three."""
MOST, LONGEST = 25, 100
"""Choices of an option, and characters of each (reference ``discord.md`` 5)."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A model to choose, with a label such as ``gpt-4o-mini · $0.15/$0.60 per 1M``."""

    id: str
    label: Text


class Models:
    """The list. What is known is answered at once, however old it is."""

    def __init__(self, core: Core, accounts: Accounts) -> None:
        self.core = core
        self.crew = Crew("models")
        self._accounts = accounts
        self._models: tuple[Model, ...] = ()
        self._pricing = Pricing()
        self._group = ""
        self._due = 0.0
        self._refreshing: asyncio.Task[None] | None = None

    @property
    def known(self) -> bool:
        """Whether the relay has told its models."""
        return bool(self._models)

    async def matching(self, current: str, kinds: Sequence[ModelKind] | None = None) -> list[Offer]:
        """At most 25 models that are good for one of ``kinds`` and hold what was typed; never fails.

        Without ``kinds`` they may be good for anything. Before the list is known it is waited for, but only for a
        moment.
        """
        refreshing = self._freshen()
        if refreshing is not None and not self._models:
            await asyncio.wait({refreshing}, timeout=MOMENT)
        found = [model for model in matching(self._models, current, kinds) if len(model.id) <= LONGEST]
        return [Offer(model.id, self._label(model)) for model in found[:MOST]]

    async def all(self) -> tuple[Model, ...]:
        """Every model; waited for if nothing is known yet. Raises :class:`CallFailed`."""
        if not self._models:
            await self.refresh()
        self._freshen()
        return self._models

    def price(self, model: str) -> Price | None:
        """What a model costs the account, as far as that is known."""
        return self._pricing.of(model, self._group)

    def _label(self, model: Model) -> Text:
        price = self.price(model.id)
        return Text("{id}", {"id": model.id}) if price is None else priced(model.id, price)

    def _freshen(self) -> asyncio.Task[None] | None:
        """Begin to ask for the list if that is due; what is under way."""
        if self._refreshing is not None and self._refreshing.done():
            self._refreshing = None
        if self._refreshing is None and self._due <= self.core.clock():
            self._refreshing = self.crew.start(self._try())
        return self._refreshing

    async def keep_fresh(self) -> None:
        """Ask for the list again and again, until cancelled."""
        while True:
            await self._try()
            await asyncio.sleep(max(1.0, self._due - self.core.clock()))

    async def _try(self) -> None:
        try:
            await self.refresh()
        except CallFailed as error:
            self._due = self.core.clock() + AGAIN
            log.info("the list of models could not be had", why=str(error))

    async def refresh(self) -> None:
        """Ask the relay for models and prices. Raises :class:`CallFailed`; then what was known stays."""
        self._models = await self._list()
        self._due = self.core.clock() + EVERY
        try:
            self._pricing = await self._accounts.pricing()
        except CallFailed as error:
            log.info("the prices could not be had", why=str(error))
        self._group = await self._accounts.group()

    async def _list(self) -> tuple[Model, ...]:
        try:
            return await self._ask(MODELS)
        except (NotOffered, Unreadable):
            if self._accounts.lacking:
                raise
            return await self._ask(OWN_MODELS)

    async def _ask(self, call: Call) -> tuple[Model, ...]:
        return read_models(await self.core.relay.call(call))


def priced(model: str, price: Price) -> Text:
    """A model and its price, as a choice of an option shows them."""
    return Text("{id} · {price}", {"id": model, "price": price.words})
