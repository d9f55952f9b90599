"""The option ``enhance`` of the commands that take a prompt: a chat model writes the prompt out before it is sent."""

import functools
import inspect
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from discord import app_commands
from discord.app_commands import locale_str as L

from bot.ui.front import ENHANCE, Interaction

Callback = TypeVar("Callback", bound=Callable[..., Awaitable[None]])


def enhanceable(callback: Callback) -> Callback:
    """Give a command the option; :class:`~bot.ui.front.Front` finds what was chosen in the interaction's ``extras``.

    It stands directly above the callback.
    """

    @functools.wraps(callback)
    async def with_option(cog: Any, interaction: Interaction, *, enhance: bool | None = None, **options: Any) -> None:
        interaction.extras[ENHANCE] = enhance
        await callback(cog, interaction, **options)

    option = inspect.Parameter("enhance", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=bool | None)
    own = inspect.signature(callback)
    with_option.__signature__ = own.replace(parameters=[*own.parameters.values(), option])  # type: ignore[attr-defined]
    hint = L("Let a chat model write your prompt out in more detail")
    return app_commands.describe(enhance=hint)(with_option)  # type: ignore[return-value]
