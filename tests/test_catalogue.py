"""The translations: complete, true to their sources, short enough for Discord, and used.

Every test collects what is wrong and says all of it; ``python tools/catalogue.py`` brings the files up to date.
"""

import ast
import re
import unicodedata
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from bot.app import offered_cogs
from bot.config import load
from bot.engine.ports import Glance, Link
from bot.providers.luma import Generate
from bot.providers.midjourney.requests import Press
from bot.task import Phase, Place, Task
from bot.text import Text, quoted
from bot.text import _ as mark
from bot.ui import actions
from bot.ui.cards import draw
from bot.ui.client import Darkroom
from bot.ui.history import PAGE, Question, layout
from bot.ui.i18n import DISCORD_LOCALES, catalogue, localized, say, translated
from tools.catalogue import LOCALES, ROOT, extracted, merged, modules, relative, sources

CATALOGUES = sorted(LOCALES.glob("*.po"))
NOW = 1_790_000_000.0
DESCRIPTION, FORM, BUTTON = 100, 45, 80
"""What Discord takes at most: a command's description or choice, a form's title or label, a button's label."""

every_catalogue = pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
every_language = pytest.mark.parametrize("locale", DISCORD_LOCALES)


def parsed(path: Path) -> Catalog:
    """A catalogue with all that the bot itself does not look at: flags, obsolete entries."""
    return read_po(BytesIO(path.read_bytes()), locale=path.stem, abort_invalid=True)


def pairs(path: Path) -> Iterator[tuple[str, str]]:
    """Source and translation, where there is one."""
    for message in parsed(path):
        if isinstance(message.id, str) and isinstance(message.string, str) and message.id and message.string:
            yield message.id, message.string


def report(problems: list[str]) -> str:
    """What is wrong, a line each."""
    return "\n  ".join(["", *problems, "Run `python tools/catalogue.py`, then see to the lines above."])


# ------------------------------------------------------------------------------------------------------ extraction


def test_what_the_code_marks_is_found_wherever_it_stands(tmp_path: Path) -> None:
    found = sources()
    assert found["Cancel"] == "bot/ui/cards.py", "an argument among others"
    assert found["Task"] == "bot/ui/actions.py", "inside an f-string"
    assert any("card's buttons work for ever" in source for source in found), "adjacent literals"
    assert "Your tasks" in sources("L")
    assert "Your tasks" not in sources("_")
    assert not any("demo" in place.split("/") for place in found.values())


def test_only_literals_are_marked() -> None:
    wrong = [
        f"{relative(path)}:{node.lineno}: {ast.unparse(node)}"
        for path in modules()
        if relative(path) != "bot/text.py"
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_"
        if not (node.args and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str))
    ]
    assert not wrong, report(wrong)


# ------------------------------------------------------------------------------------------------------ the files


def test_every_catalogue_serves_a_language_of_discord() -> None:
    assert {path.stem for path in CATALOGUES} == set(DISCORD_LOCALES.values())
    for path in CATALOGUES:
        Locale.parse(path.stem)  # raises for a language that Babel does not know
        assert catalogue(path.stem)


@every_catalogue
def test_nothing_is_missing_and_nothing_left_over(path: Path) -> None:
    said, found = sources(), parsed(path)
    known = {message.id: message for message in found if isinstance(message.id, str) and message.id}
    problems = [
        *(f"missing ({said[source]}): {source}" for source in said if source not in known),
        *(f"empty ({said[source]}): {source}" for source in said if source in known and not known[source].string),
        *(f"fuzzy: {source}" for source, message in known.items() if message.fuzzy),
        *(f"unused: {source}" for source in known if source not in said),
        *(f"obsolete: {source}" for source in found.obsolete),
    ]
    assert not problems, report(problems)


def starts_with(words: str) -> str:
    """The emoji that ``words`` begin with."""
    first = words.split(" ", maxsplit=1)[0]
    return first if words and unicodedata.category(words[0]) == "So" else ""


KEPT: dict[str, Callable[[str], object]] = {
    "places": lambda words: set(re.findall(r"\{\w+\}", words)),
    "code": lambda words: Counter(re.findall(r"`[^`]+`", words)),
    "emoji": starts_with,
    "emoji names": lambda words: Counter(re.findall(r":\w+:", words)),
    "bold": lambda words: words.count("**"),
    "addresses": lambda words: Counter(re.findall(r"https?://[\w./?=&#-]+", words)),
    "lines": lambda words: words.count("\n"),
}


@every_catalogue
def test_what_is_no_language_is_kept(path: Path) -> None:
    problems = [
        f"{what} differ: {source} | {translation}"
        for source, translation in pairs(path)
        for what, of in KEPT.items()
        if of(source) != of(translation)
    ]
    assert not problems, report(problems)


def test_chinese_is_chinese_and_so_is_its_punctuation() -> None:
    han = "[\u4e00-\u9fff]"
    half = re.compile(rf"{han}[,.;:!?(]|[,;:!?)]{han}")
    problems = [
        f"{what}: {source} | {translation}"
        for source, translation in pairs(LOCALES / "zh_CN.po")
        for what, wrong in (
            ("not translated", not re.search(han, translation)),
            ("half-width punctuation", half.search(translation)),
            ("space at an end", translation != translation.strip()),
        )
        if wrong
    ]
    assert not problems, report(problems)


def test_updating_twice_changes_nothing_more() -> None:
    template = extracted()
    for path in CATALOGUES:
        once = merged(path.read_text("utf-8"), template, path.stem)
        assert merged(once, template, path.stem) == once
        assert str(ROOT) not in once


def test_updating_keeps_adds_and_drops() -> None:
    template = Catalog()
    template.add("Kept {n}", locations=[("bot/b.py", 9)])
    template.add("New", locations=[("bot/a.py", 2)])
    head = '# Ann\nmsgid ""\nmsgstr ""\n"Language: de\\n"\n'
    written = f'{head}\nmsgid "Kept {{n}}"\nmsgstr "Da {{n}}"\n\nmsgid "Old"\nmsgstr "Alt"\n'
    text = merged(written, template, "de")
    assert text.startswith(f'{head}\n#: bot/a.py\nmsgid "New"\nmsgstr ""\n')
    assert 'msgid "Kept {n}"\nmsgstr "Da {n}"\n' in text
    assert "Old" not in text
    begun = merged("", template, "de")
    assert '"Language: de\\n"' in begun
    assert len(read_po(BytesIO(begun.encode()))) == 2


# ------------------------------------------------------------------------------------------------------ the commands


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Darkroom]:
    """The client with every cog there is, not connected to anything."""
    given = {
        "DISCORD_TOKEN": "token",
        "RELAY_URL": "http://127.0.0.1:1",
        "RELAY_KEY": "sk-good",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'darkroom.db'}",
    }
    config = load(given, env_file=None)
    async with Darkroom(config, offered_cogs(config), clock=lambda: NOW, shard_count=1) as client:
        for name in offered_cogs(config):
            await client.load_extension(name)
        yield client


def nodes(bot: Darkroom) -> list[tuple[str, dict[str, Any]]]:
    """Every command, group, option and choice as Discord gets it, with where it stands."""

    def walk(node: dict[str, Any], above: str) -> Iterator[tuple[str, dict[str, Any]]]:
        where = f"{above} {node['name']}".strip()
        yield where, node
        for child in [*node.get("options", []), *node.get("choices", [])]:
            yield from walk(child, where)

    payloads = [localized(command.to_dict(bot.tree)) for command in bot.tree.get_commands()]
    return [found for payload in payloads for found in walk(payload, "")]


PROPER = re.compile(r"[\d.×:p]+|PNG|JPEG|WEBP|MP3|FLAC|OPUS|AAC|LoRA|Fill|Canny|Depth|Pro|Ultra|Midjourney|Niji")
"""Choices that are called the same in every language: numbers, formats, names of models."""


@every_language
async def test_every_command_explains_itself(bot: Darkroom, locale: str) -> None:
    problems = []
    for where, node in nodes(bot):
        if "value" in node:  # a choice; one that is called like its value is a technical one
            words, theirs = node["name"], node.get("name_localizations")
            needed = words != str(node["value"]) and not PROPER.fullmatch(words)
        else:
            kind = "description" if "description" in node else "name"  # the menu of a message is its name alone
            words, theirs = node[kind], node.get(f"{kind}_localizations")
            needed = True
        translation = (theirs or {}).get(locale, "")
        if needed and not translation:
            problems.append(f"not translated: {where}: {words}")
        problems += [f"too long: {where}: {said}" for said in (words, translation) if len(said) > DESCRIPTION]
    assert not problems, report(problems)


async def test_commands_and_options_are_called_the_same_everywhere(bot: Darkroom) -> None:
    renamed = {
        where: node["name_localizations"]
        for where, node in nodes(bot)
        if "value" not in node and "description" in node and node.get("name_localizations")
    }
    assert not renamed, f"they are renamed {renamed}"


# ------------------------------------------------------------------------------------------------------ lengths


def too_long(texts: Mapping[str, int], locale: str) -> list[str]:
    """Which of ``texts`` go beyond their limits, in English or in the language of ``locale``."""
    return [
        f"{len(said)} characters, at most {limit}: {said}"
        for source, limit in texts.items()
        for said in (source, translated(source, locale))
        if len(said) > limit
    ]


@every_language
def test_descriptions_fit(locale: str) -> None:
    problems = too_long(dict.fromkeys(sources("L"), DESCRIPTION), locale)
    assert not problems, report(problems)


@every_language
@pytest.mark.usefixtures("bot")
async def test_forms_fit(locale: str) -> None:
    song = {"id": "c1", "title": "Rain", "seconds": 24.0, "tags": "dream pop", "lyrics": "[Verse]"}
    finished = replace(a_task(locale, Phase.DELIVERED), data={"clips": [song], "songs": [song]})
    pressed = Press.make(taskId="1", customId="MJ::Inpaint::1::x::SOLO").model_dump_json()
    asking = a_task(locale, Phase.INPUT)
    asked = replace(asking, provider="midjourney", action="press", submission=pressed)
    texts = [
        text
        for name, (title, fields, _filled) in actions._FORMS.items()
        if name != "use"  # that one is of a picture, not of a task
        for text in (title, *(field.label for field in fields(asked if name == "mj-continue" else finished, "0")))
    ]
    assert texts
    problems = too_long({text.source: FORM for text in texts}, locale)
    assert not problems, report(problems)


def a_task(locale: str, phase: Phase) -> Task:
    """A task in ``phase``, with as much to show as it can have."""
    submission = Generate.make(user_prompt="a fox")
    return Task(
        id="0123456789",
        provider=submission.provider.name,
        action=submission.action,
        submission=submission.model_dump_json(exclude_none=True),
        caption=submission.caption,
        user_id=1,
        locale=locale,
        place=Place(channel_id=1, message_id=2),
        created_at=NOW,
        phase=phase,
        remote_id="remote",
    )


def card_labels(locale: str) -> list[str]:
    """The labels of every button that a card can have."""
    link = Link("https://example.com/fox.mp4", "fox", quoted("big"))
    cards = [draw(a_task(locale, phase), Glance(), links=[link]) for phase in Phase]
    return [button.label for card in cards for button in card.buttons]


def page_labels(locale: str) -> list[str]:
    """The labels of the buttons that turn pages."""
    tasks = [replace(a_task(locale, Phase.QUEUED), id=f"012345678{n}") for n in range(PAGE + 1)]
    view = layout(tasks, Question(page=1), locale)
    return [label for child in view.walk_children() if (label := getattr(getattr(child, "item", child), "label", ""))]


def written_labels(kind: str = "ButtonSpec") -> list[str]:
    """What the code puts straight into a button, or into what becomes one."""
    return [
        text.args[0].value
        for path in modules()
        for call in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == kind
        for text in ast.walk(call)
        if isinstance(text, ast.Call) and isinstance(text.func, ast.Name) and text.func.id == "_"
        if isinstance(text.args[0], ast.Constant) and isinstance(text.args[0].value, str)
    ]


@every_language
def test_buttons_fit_and_are_translated(locale: str) -> None:
    drawn = {**dict.fromkeys(card_labels("en-US"), BUTTON), **dict.fromkeys(page_labels("en-US"), BUTTON)}
    steps = dict.fromkeys(written_labels("NextStep"), BUTTON)
    assert {"Extend", "Cover", "Stems"} <= steps.keys()
    straight = dict.fromkeys(written_labels(), BUTTON)
    assert {"Cancel", "Retry", "Again", "Open", "Newer", "Older"} <= drawn.keys()
    assert straight
    assert steps
    texts = {**drawn, **steps, **straight}
    left = [f"not translated: {source}" for source in texts if translated(source, locale) == source]
    left += [f"not translated: {label}" for label in {*card_labels(locale), *page_labels(locale)} & texts.keys()]
    problems = too_long(texts, locale) + left
    assert not problems, report(problems)


# ------------------------------------------------------------------------------------------------------ saying it


def test_an_unknown_language_reads_english() -> None:
    text = mark("Place in line: {place}", place=3)
    assert say(text, "de") == say(text, "en-US") == say(text, "") == "Place in line: 3"
    assert translated("Cancel", "tlh") == "Cancel"


def test_a_sentence_nobody_translated_reads_english() -> None:
    assert say(Text("Unheard of: {what}", {"what": "this"}), "zh-CN") == "Unheard of: this"


def test_texts_inside_of_texts_are_translated() -> None:
    which = mark("finished")
    text = mark("Your tasks: {which} (page {page})", which=which, page=2)
    said = say(text, "zh-CN")
    assert say(which, "zh-CN") != "finished"
    assert said == translated(text.source, "zh-CN").replace("{which}", say(which, "zh-CN")).replace("{page}", "2")


def test_words_of_others_stay_as_they_are() -> None:
    text = mark("The relay refused: {message}", message=quoted("Cancel {which} `now`"))
    assert say(text, "zh-CN").endswith("Cancel {which} `now`")
