"""The README's tables and the providers' part of ``.env.example``, made from the code.

``python tools/readme.py`` rewrites them, a test compares them.
"""

import asyncio
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

from discord import AppCommandType, app_commands
from discord.ext import commands
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from bot.app import offered_cogs  # noqa: E402  # the path must be set first when this runs as a script
from bot.config import Settings, load  # noqa: E402
from bot.demo.simulator import PROMPT_WORDS  # noqa: E402
from bot.provider import Options, providers  # noqa: E402
from bot.ui.client import Darkroom  # noqa: E402

README = ROOT / "README.md"
SAMPLE = ROOT / ".env.example"
PROVIDERS_PART = "# ---- providers (from here on made by tools/readme.py) ----\n"


async def command_tree() -> app_commands.CommandTree[Darkroom]:
    """The whole command tree, with every provider."""
    needed = {"DISCORD_TOKEN": "x", "RELAY_URL": "http://x", "RELAY_KEY": "x", "PROVIDERS": ""}
    config = load(needed, env_file=None)
    client = Darkroom(config, offered_cogs(config), clock=lambda: 0.0)
    for name in offered_cogs(config):
        await client.load_extension(name)
    return client.tree


def _leaves(tree: app_commands.CommandTree[Darkroom]) -> Iterator[app_commands.Command[commands.Cog, ..., object]]:
    for command in sorted(tree.get_commands(), key=lambda found: found.name):
        if isinstance(command, app_commands.Group):
            yield from (leaf for leaf in command.walk_commands() if isinstance(leaf, app_commands.Command))
        elif isinstance(command, app_commands.Command):
            yield command


async def command_table() -> str:
    """The menus of a message; every slash command with its options, of which those in brackets may be left out."""
    lines = ["| command | what it does |", "|---|---|"]
    tree = await command_tree()
    for menu in tree.get_commands(type=AppCommandType.message):
        meant = inspect.getdoc(menu.callback) or ""
        lines.append(f"| Apps → {menu.name} (on a message) | {meant.rstrip('.')} |")
    for leaf in _leaves(tree):
        options = " ".join(p.display_name if p.required else f"[{p.display_name}]" for p in leaf.parameters)
        lines.append(f"| `/{' '.join(f'{leaf.qualified_name} {options}'.split())}` | {leaf.description} |")
    return "\n".join(lines)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required for `run`"
    value = field.get_default(call_default_factory=True)
    if value in (None, "", [], PydanticUndefined):
        return "–"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _rows(model: type[BaseModel], prefix: str) -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield f"| `{prefix}{name.upper()}` | {_default(field)} | {field.description} |"


def settings_table() -> str:
    """Every setting, the providers' own included."""
    lines = ["| variable | default | meaning |", "|---|---|---|", *_rows(Settings, "")]
    for name, provider in sorted(providers().items()):
        options: type[Options] = provider.options
        lines += _rows(options, f"{name.upper()}_")
    return "\n".join(lines)


def sample_settings(text: str) -> str:
    """``text`` of ``.env.example`` with every provider's settings as they should be."""
    head, marker, _old = text.partition(PROVIDERS_PART)
    if not marker:
        raise SystemExit(f".env.example must hold the line {PROVIDERS_PART.strip()}")
    blocks = []
    for name, provider in sorted(providers().items()):
        fields = provider.options.model_fields.items()
        values = {f"{name.upper()}_{option.upper()}": field for option, field in fields}
        lines = [
            f"# {provider.title}: {field.description}\n# {variable}={_default(field).strip('`–')}\n"
            for variable, field in values.items()
        ]
        blocks.append("".join(lines))
    return head + marker + "\n".join(blocks)


def words_table() -> str:
    """The words that make the simulated relay misbehave."""
    return "\n".join(["| word | what happens |", "|---|---|", *(f"| `{w}` | {m} |" for w, m in PROMPT_WORDS.items())])


async def updated(text: str) -> str:
    """``text`` with every marked table as it should be."""
    tables = {"commands": await command_table(), "settings": settings_table(), "words": words_table()}
    for name, table in tables.items():
        begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
        if text.count(begin) != 1 or text.count(end) != 1:
            raise SystemExit(f"README.md must hold the marker {begin} once, and its end")
        text = text[: text.index(begin) + len(begin)] + f"\n{table}\n" + text[text.index(end) :]
    return text


def main() -> None:
    """Rewrite the tables in place."""
    README.write_text(asyncio.run(updated(README.read_text("utf-8"))), "utf-8")
    SAMPLE.write_text(sample_settings(SAMPLE.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()
