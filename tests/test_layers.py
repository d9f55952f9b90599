"""Imports only point down, and each layer keeps to its trade."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LAYERS = (
    ("bot.demo",),
    ("bot.__main__", "bot.check", "bot.health"),
    ("bot.app",),
    ("cogs",),
    ("bot.ui",),
    ("bot.engine",),
    ("bot.relay", "bot.media", "bot.workshop", "bot.store", "bot.config", "bot.metrics"),
    ("bot.providers",),
    ("bot.talk", "bot.account", "bot.prices", "bot.usage"),
    ("bot.provider", "bot.envelope", "bot.lookup", "bot.step", "bot.rules"),
    ("bot.task", "bot.wire", "bot.sse", "bot.errors"),
    ("bot.text", "bot.sniff", "bot.sound", "bot.picture", "bot.recipes", "bot.logs", "bot.scratch", "bot.drawing"),
)
"""From the top down. A part may import what stands lower, and what belongs to itself."""
ALONE = ("bot.relay", "bot.media", "bot.workshop", "bot.store", "bot.config", "bot.metrics", "cogs", "bot.providers")
"""Parts of one layer that know nothing of each other; in these packages, what lies directly in them."""
SANS_IO = 7
"""From this layer on nothing waits, looks at a clock, or reads or writes anything."""
READS_ITSELF = {"bot.logs", "bot.scratch", "bot.sound", "bot.recipes"}
"""They are as low as the values because they know nothing of the bot, and do their own small work with the system."""
OUTSIDE = {"aiohttp", "asyncio", "asyncpg", "aiosqlite", "discord", "http", "os", "random", "socket", "sqlite3", "time"}
DATABASES = {"aiosqlite", "asyncpg", "sqlite3"}
SQL = re.compile(
    r"\b(SELECT\b.+\bFROM|INSERT\s+INTO|UPDATE\s+\S+\s+SET|DELETE\s+FROM|CREATE\s+(TABLE|INDEX)|PRAGMA|ALTER\s+TABLE)\b",
    re.DOTALL,
)


@dataclass(frozen=True)
class Import:
    """``module`` imports ``target``; ``lazy`` inside a function."""

    module: str
    target: str
    lazy: bool = False


def files() -> list[Path]:
    return sorted(path for folder in ("bot", "cogs") for path in (ROOT / folder).rglob("*.py"))


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


MODULES = {module_of(path): path for path in files()}


def imports(name: str) -> list[Import]:
    return list(found(name, tree_of(MODULES[name])))


def found(name: str, node: ast.AST, *, lazy: bool = False) -> Iterator[Import]:
    """The imports below ``node`` of the named module, those for the type checker included."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield from (Import(name, target, lazy) for target in _targets(name, child))
        yield from found(name, child, lazy=lazy or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef))


def _targets(name: str, node: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    base = node.module or ""
    if node.level:
        is_package = MODULES[name].name == "__init__.py"
        parts = name.split(".")
        parts = parts[: len(parts) - node.level + is_package]
        base = ".".join([*parts, *([node.module] if node.module else [])])
    return [full if (full := f"{base}.{alias.name}") in MODULES else base for alias in node.names]


def part_of(name: str) -> tuple[int, str]:
    """The layer of a module of ours, 0 on top, and the part of it."""
    parts_found = [
        (number, part)
        for number, parts in enumerate(LAYERS)
        for part in parts
        if name == part or name.startswith(f"{part}.")
    ]
    assert parts_found, f"{name} has no layer yet: give it one here and in the design"
    return parts_found[0]


def points_up(arrow: Import) -> bool:
    (layer, part), (target_layer, target_part) = part_of(arrow.module), part_of(arrow.target)
    if part == target_part:
        inner = _inside(part, arrow.target)
        return part in {"cogs", "bot.providers"} and inner not in {"", _inside(part, arrow.module)}
    return target_layer < layer or (target_layer == layer and part in ALONE)


def _inside(part: str, name: str) -> str:
    """Which of a part's own modules or packages ``name`` belongs to."""
    return name.removeprefix(part).removeprefix(".").split(".")[0]


def is_ours(name: str) -> bool:
    return name.startswith("bot.") or name.split(".", maxsplit=1)[0] == "cogs"


ALL = sorted(name for name in MODULES if name != "bot")


@pytest.mark.parametrize("name", ALL)
def test_imports_only_point_down(name: str) -> None:
    up = {(arrow.module, arrow.target) for arrow in imports(name) if is_ours(arrow.target) and points_up(arrow)}
    if name == "bot.__main__":
        up = {(source, target) for source, target in up if not target.startswith("bot.demo.")}
    assert up == set()


def test_every_kind_of_import_is_seen() -> None:
    source = """
import aiohttp.web, json
from bot import task, __version__
from bot.wire import Call
if TYPE_CHECKING:
    from bot.ui.client import Darkroom
class A:
    def b(self):
        from bot.demo.world import show
from . import core
from .faults import Fault
from ..discord import make_real
"""
    seen = [(arrow.target, arrow.lazy) for arrow in found("bot.demo.simulator", ast.parse(source))]
    assert seen == [
        ("aiohttp.web", False),
        ("json", False),
        ("bot.task", False),
        ("bot", False),
        ("bot.wire", False),
        ("bot.ui.client", False),
        ("bot.demo.world", True),
        ("bot.demo.simulator.core", False),
        ("bot.demo.simulator.faults", False),
        ("bot.demo.discord", False),
    ]
    relative = [arrow.target for arrow in found("bot.demo.simulator.core", ast.parse("from .faults import Fault"))]
    assert relative == ["bot.demo.simulator.faults"]
    assert len(ALL) > 40


@pytest.mark.parametrize(
    ("module", "target", "up"),
    [
        ("bot.task", "bot.errors", False),
        ("bot.text", "bot.task", True),
        ("bot.wire", "bot.provider", True),
        ("bot.relay", "bot.config", True),
        ("bot.relay", "bot.errors", False),
        ("bot.engine.poll", "bot.ui.cards", True),
        ("bot.ui.cards", "bot.engine.core", False),
        ("bot.ui.cards", "bot.ui.client", False),
        ("bot.ui.client", "cogs", True),
        ("bot.app", "bot.demo", True),
        ("cogs.luma", "cogs.tasks", True),
        ("cogs.luma", "bot.providers.luma", False),
        ("cogs.suno", "cogs.suno._songs", False),
        ("cogs.suno._songs", "cogs.luma", True),
        ("bot.providers.suno.songs", "bot.providers.suno.clips", False),
        ("bot.providers.suno.songs", "bot.providers.luma", True),
        ("bot.providers.luma", "bot.providers.suno", True),
        ("bot.store.sqlite", "bot.store.database", False),
    ],
)
def test_which_arrows_point_up(module: str, target: str, up: bool) -> None:
    assert points_up(Import(module, target)) is up


@pytest.mark.parametrize("name", [name for name in ALL if part_of(name)[0] >= SANS_IO and name not in READS_ITSELF])
def test_knowledge_and_values_are_without_io(name: str) -> None:
    used = {arrow.target.split(".")[0] for arrow in imports(name)}
    assert used & OUTSIDE == set()
    waits = [
        node.lineno
        for node in ast.walk(tree_of(MODULES[name]))
        if isinstance(node, ast.Await | ast.AsyncFunctionDef | ast.AsyncWith | ast.AsyncFor)
        or (isinstance(node, ast.Call) and ast.unparse(node.func) in {"open", "print", "input"})
    ]
    assert waits == []


@pytest.mark.parametrize("name", [name for name in ALL if part_of(name)[0] >= 5])
def test_only_the_upper_layers_know_discord(name: str) -> None:
    assert {arrow.target for arrow in imports(name) if arrow.target.split(".")[0] == "discord"} == set()


@pytest.mark.parametrize("name", [name for name in ALL if name.startswith("cogs")])
def test_a_cog_has_no_http_no_sql_and_no_other_cog(name: str) -> None:
    targets = {arrow.target for arrow in imports(name)}
    assert {
        target for target in targets if target.split(".")[0] in DATABASES | {"aiohttp", "requests", "urllib"}
    } == set()
    own = ".".join(name.split(".")[:2])
    others = ("cogs", "bot.relay", "bot.store", "bot.media")
    assert {t for t in targets if t.startswith(others) and t != own and not t.startswith(f"{own}.")} == set()


@pytest.mark.parametrize("name", [name for name in ALL if not name.startswith("bot.store")])
def test_only_the_store_speaks_sql(name: str) -> None:
    assert {arrow.target.split(".")[0] for arrow in imports(name)} & DATABASES == set()
    strings = [node.value for node in ast.walk(tree_of(MODULES[name])) if isinstance(node, ast.Constant)]
    assert [text for text in strings if isinstance(text, str) and SQL.search(text)] == []


def test_the_store_does_speak_sql() -> None:
    found = [name for name in ALL if SQL.search(MODULES[name].read_text(encoding="utf-8"))]
    assert "bot.store.repository" in found


def test_the_offline_world_is_needed_by_nobody_but_its_command() -> None:
    arrows = [
        arrow
        for name in ALL
        if not name.startswith("bot.demo")
        for arrow in imports(name)
        if arrow.target.startswith("bot.demo")
    ]
    assert {arrow.module for arrow in arrows} == {"bot.__main__"}
    assert [arrow for arrow in arrows if not arrow.lazy] == []
