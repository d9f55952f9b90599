"""Everything Darkroom remembers: tasks, their inputs, users' settings. The only place that knows SQL."""

from bot.store.database import Database, StoreProblem, connect
from bot.store.repository import Filter, Store

__all__ = ["Database", "Filter", "Store", "StoreProblem", "connect"]
