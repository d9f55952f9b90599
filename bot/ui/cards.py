"""A task's card, drawn from the task alone: one embed and a row of buttons, in the owner's language."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

import discord

from bot.engine.core import step_of, submission_class
from bot.engine.ports import Glance, Link
from bot.errors import Problem
from bot.provider import INPUT, Provider, Submission, Takes
from bot.step import NextStep
from bot.task import UNFINISHED, Media, Phase, Task
from bot.text import Text, _, bare
from bot.ui.i18n import say

VERSION = "v1"
LINK_BUTTON_LIMIT = 512
_CAPTION_LIMIT = 900
DESCRIPTION_LIMIT = 4096
TEXT_LIMIT = 3000
"""Characters of a result in words that a card shows."""
RESULTS = 5
"""Results that a card shows with a line and a cover of their own."""
ROW, ROWS = 5, 5
_BAR = 12
_COLOURS = {
    Phase.QUEUED: 0x99AAB5,
    Phase.SENDING: 0x99AAB5,
    Phase.WAITING: 0x5DADE2,
    Phase.RUNNING: 0x5865F2,
    Phase.INPUT: 0xF5B041,
    Phase.DONE: 0x48C9B0,
    Phase.DELIVERED: 0x2ECC71,
    Phase.FAILED: 0xE74C3C,
    Phase.CANCELLED: 0x7F8C8D,
    Phase.UNKNOWN: 0xE67E22,
}
_PHASES = {
    Phase.QUEUED: _("⏳ Waiting in line"),
    Phase.SENDING: _("📨 Being sent to the relay"),
    Phase.WAITING: _("🕓 Accepted, waiting for its turn at the provider"),
    Phase.RUNNING: _("🎨 Being made"),
    Phase.INPUT: _("✋ Waiting for you"),
    Phase.DONE: _("📦 Finished, fetching the result"),
    Phase.DELIVERED: _("✅ Finished"),
    Phase.FAILED: _("❌ It did not work"),
    Phase.CANCELLED: _("🚫 Cancelled"),
    Phase.UNKNOWN: _("❔ Nobody knows what became of it"),
}


USE = "picture"
"""The button that opens the menu of what can be done with the card's picture or video; its argument is the family."""
FAMILIES: Mapping[str, Mapping[str, tuple[Text, str]]] = {
    "picture": {
        "upscale": (_("Upscale"), "🔼"),
        "edit": (_("Edit"), "✏️"),
        "describe": (_("Describe"), "💬"),
        "video": (_("Animate"), "🎞️"),
    },
    "video": {
        "upscale": (_("Upscale"), "🔼"),
        "restyle": (_("Restyle"), "🎭"),
        "lipsync": (_("Lip-sync"), "👄"),
        "frame": (_("Last frame"), "🖼️"),
    },
}
"""What can be done with any picture or video and has a button of its own."""

_NO_ACCESS = _(
    "The bot may not write in this channel. If this takes longer than a quarter of an hour, "
    "the result comes as a direct message."
)


@dataclass(frozen=True, slots=True)
class ButtonSpec:
    """A button: an action of ours on a task, or a link."""

    label: str
    action: str = ""
    style: discord.ButtonStyle = discord.ButtonStyle.secondary
    emoji: str | None = None
    url: str | None = None
    argument: str = ""
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """What a card looks like; two equal cards need no edit. The first embed is the task, the others its results."""

    task_id: str
    embeds: tuple[dict[str, Any], ...]
    buttons: tuple[ButtonSpec, ...]
    files: tuple[str, ...] = field(default=())

    @property
    def fingerprint(self) -> str:
        """Equal for cards that look alike."""
        return json.dumps([self.embeds, [repr(button) for button in self.buttons], self.files], sort_keys=True)


def custom_id(action: str, task_id: str, argument: str = "") -> str:
    """The id of a button: version, action, task, argument (at most 100 characters)."""
    return ":".join([VERSION, action, task_id, *([argument] if argument else [])])


def draw(task: Task, glance: Glance, *, links: Sequence[Link] = (), files: Sequence[str] = ()) -> Card:
    """The card of ``task`` as it is now."""
    kind = submission_class(task)
    at_once = task.phase is Phase.SENDING and kind.lookup is None  # its answer is the result: it is being made now
    lines = [say(_PHASES[Phase.RUNNING] if at_once else _phase(task), task.locale) + _duration(task)]
    lines += _step_line(task)
    lines += _progress(task, glance)
    lines += [say(plain_values(words), task.locale) for words in (task.reason, task.note) if words is not None]
    if task.late and task.phase is Phase.DELIVERED:
        lines.append(say(_("It arrived late, but it arrived."), task.locale))
    caption = quoted_caption(task.caption)
    lines = _origin_line(task, kind) + lines
    if task.text and task.phase is Phase.DELIVERED:
        lines += ["", verbatim(task.text, TEXT_LIMIT)]
    lines += _link_lines(links, task.locale, DESCRIPTION_LIMIT - len(caption) - sum(map(len, lines)) - 20)
    embed = discord.Embed(
        title=f"{kind.provider.emoji} {kind.provider.title} · {say(kind.label, task.locale)}",
        description=f"{caption}\n" + "\n".join(lines),
        colour=_COLOURS[task.phase],
    )
    embed.add_field(name=say(_("Asked by"), task.locale), value=f"<@{task.user_id}>")
    if options := option_line(task):
        embed.add_field(name=say(_("Options"), task.locale), value=options)
    if task.preview and task.phase in {Phase.RUNNING, Phase.INPUT}:
        embed.set_image(url=task.preview)
    embed.set_footer(text=task.id)
    results = [_result(media) for media in task.media if media.note or media.picture]
    embeds = [embed, *(results[:RESULTS] if task.phase is Phase.DELIVERED else [])]
    buttons = tuple(_buttons(task, kind, links, glance))
    return Card(task.id, tuple(dict(one.to_dict()) for one in embeds), buttons, tuple(files))


def _origin_line(task: Task, kind: type[Submission]) -> list[str]:
    """What of which card it was made from."""
    found = kind.origin(task)
    if found is None:
        return []
    name, link = found
    of = say(_("{name} of {link}", name=f"**{plain(name, 60)}**", link=link), task.locale)
    return [of]


def _result(media: Media) -> discord.Embed:
    """One result: its title, a line about it, its cover."""
    words = [f"**{plain(media.title, 200)}**" if media.title else "", plain(media.note, 300)]
    embed = discord.Embed(description="\n".join(filter(None, words)), colour=_COLOURS[Phase.DELIVERED])
    return embed.set_thumbnail(url=media.picture) if media.picture else embed


def _step_line(task: Task) -> list[str]:
    """Which of several steps it is at."""
    if task.steps < 2 or task.phase not in UNFINISHED:
        return []
    try:
        label = step_of(task).label
    except Problem:  # of a version that knew other steps
        label = None
    what = say(label, task.locale) if label is not None else ""
    at = _("Step {step} of {steps}: {what}", step=task.step + 1, steps=task.steps, what=what)
    return [say(at, task.locale).rstrip(": ：")]


def _duration(task: Task) -> str:
    if task.phase is not Phase.DELIVERED or task.finished_at is None or task.accepted_at is None:
        return ""
    minutes, seconds = divmod(max(round(task.finished_at - task.accepted_at), 0), 60)
    took = _("{m} min {s} s", m=minutes, s=seconds) if minutes else _("{s} s", s=seconds)
    return f" · {say(took, task.locale)}"


def _progress(task: Task, glance: Glance) -> list[str]:
    lines = []
    if task.phase is Phase.QUEUED:
        if glance.position is not None:
            lines.append(say(_("Place in line: {place}", place=glance.position), task.locale))
        if task.due_at is not None and task.attempts:
            lines.append(say(_("Next attempt {when}", when=f"<t:{round(task.due_at)}:R>"), task.locale))
    if task.phase in UNFINISHED and not task.place.reachable:
        lines.append(say(_NO_ACCESS, task.locale))
    if task.phase in {Phase.WAITING, Phase.RUNNING}:
        if task.percent is not None:
            filled = round(_BAR * task.percent / 100)
            lines.append(f"{'▰' * filled}{'▱' * (_BAR - filled)} {task.percent} %")
        lines.append(say(_("Started {when}", when=f"<t:{round(task.accepted_at or task.created_at)}:R>"), task.locale))
        if task.playing:
            titles = [
                _playing_link(media, task.locale) for media in task.playing[:4] if len(media.url) < LINK_BUTTON_LIMIT
            ]
            lines.append(say(_("▶️ It can be heard already: {links}", links=" · ".join(titles)), task.locale))
        if glance.expected_at is not None:
            lines.append(say(_("Expected {when}", when=f"<t:{round(glance.expected_at)}:R>"), task.locale))
    return lines


def _link_lines(links: Sequence[Link], locale: str, room: int) -> list[str]:
    """As many links as fit into ``room`` characters, and how many do not."""
    shown: list[str] = []
    for link in links:
        line = _link_line(link, locale)
        room -= len(line) + 1
        if room < 100:
            shown.append(say(_("… and {count} more, too long to show here.", count=len(links) - len(shown)), locale))
            break
        shown.append(line)
    return shown


def _link_line(link: Link, locale: str) -> str:
    name = plain(link.title, 80) or say(_("the result"), locale)
    if not link.url.startswith("http"):  # it came in the answer itself: there is nothing to point at
        return f"{say(link.why, locale)} {name}"
    url = _link_target(link.url)
    if link.expires_at is None:
        said = _("{why} {link} (the link may stop working, save it soon)", why=link.why, link=f"[{name}]({url})")
    else:
        when = f"<t:{round(link.expires_at)}:R>"
        said = _("{why} {link} (the link ends {when})", why=link.why, link=f"[{name}]({url})", when=when)
    return say(said, locale)


def _link_target(url: str) -> str:
    """``url`` without anything that could end the link and begin another."""
    return quote(url, safe="%/:?&=#@!$'*+,;~._-")


def _playing_link(media: Media, locale: str) -> str:
    return f"[{plain(media.title, 60) or say(_('listen'), locale)}]({_link_target(media.url)})"


_MARKDOWN = re.compile(r"([\\*_~`|>\[\]()#<:@-])")
_MORE_THAN_WORDS = re.compile(r"[\[\]<>@]|://|```|\|\|")
_TIME = re.compile(r"<t:\d{1,12}:[a-zA-Z]>")
"""A time as Discord shows it to each reader: what we put into sentences ourselves."""


def plain(words: str, limit: int) -> str:
    """Somebody's words as plain text: no formatting, no links, no hidden characters, at most ``limit`` characters."""
    seen = bare(words)
    cut = seen if len(seen) <= limit else seen[: limit - 1].rstrip() + "…"
    return _MARKDOWN.sub(r"\\\1", cut)


def verbatim(words: str, limit: int) -> str:
    """Somebody's words with their line breaks, otherwise as :func:`plain` ones."""
    lines = [plain(line, limit) for line in words.splitlines()]
    whole = "\n".join(lines).strip("\n")
    return whole if len(whole) <= limit else whole[: limit - 1].rstrip("\\") + "…"


def harmless_values(text: Text) -> Text:
    """``text`` with what its reader wrote into it as it is, unless that is more than words: a link, a mention."""
    values = {
        name: harmless_values(value) if isinstance(value, Text) else _harmless(str(value))
        for name, value in text.values.items()
    }
    return Text(text.source, values)


def _harmless(value: str) -> str:
    means_more = _MORE_THAN_WORDS.search(value) or bare(value) != " ".join(value.split())
    return plain(value, 600) if means_more and not _TIME.fullmatch(value) else value


def plain_values(text: Text) -> Text:
    """``text`` with everything that somebody else wrote into it as plain text."""
    values = {
        name: plain_values(value)
        if isinstance(value, Text)
        else _plain_value(str(value), f"`{{{name}}}`" in text.source)
        for name, value in text.values.items()
    }
    return Text(text.source, values)


def _plain_value(value: str, is_code: bool) -> str:
    if _TIME.fullmatch(value):
        return value
    return bare(value)[:600].replace("`", "'") if is_code else plain(value, 600)


def quoted_caption(caption: str) -> str:
    """What was asked for, as a quotation."""
    return f"> {plain(caption, _CAPTION_LIMIT)}" if caption else ""


def option_line(task: Task) -> str:
    """The short parameters that were set, as ``name value`` pairs."""
    kind = submission_class(task)
    shown = [
        f"`{kind.option_name(name)}` {words}"
        for name, value in json.loads(task.submission).items()
        if not _said_already(name, value, kind, task)
        and kind.is_shown(name)
        and (words := _short(value, kind.takes(name)))
    ]
    return " · ".join(shown)[:1024]


def _said_already(name: str, value: Any, kind: type[Submission], task: Task) -> bool:
    """Whether an option is the caption, or a switch that nobody has turned on."""
    return name == kind.caption_field or value == task.caption or value is False


_FILES: Mapping[Takes, str] = {"sound": "🎵", "recording": "🎵", "video": "🎞️", "archive": "📎", "file": "📎"}


def _short(value: Any, takes: Takes) -> str:
    if isinstance(value, bool):
        return "✓" if value else "✗"
    if isinstance(value, str) and value.startswith(INPUT):
        return _FILES.get(takes, "🖼️")
    words = str(value) if isinstance(value, str | int | float) else ""
    return plain(words, 40) if len(words) <= 40 else ""


def _buttons(task: Task, kind: type[Submission], links: Sequence[Link], glance: Glance) -> list[ButtonSpec]:
    def spec(
        action: str, label: Text, emoji: str, style: discord.ButtonStyle = discord.ButtonStyle.secondary
    ) -> ButtonSpec:
        return ButtonSpec(say(label, task.locale), action, style, emoji)

    details, delete = spec("details", _("Details"), "🔍"), spec("delete", _("Delete"), "🗑️")
    if task.phase is Phase.DELIVERED:
        opens = [
            ButtonSpec(say(_("Open"), task.locale), url=link.url)
            for link in links
            if len(link.url) <= LINK_BUTTON_LIMIT and link.url.startswith("http")
        ]
        steps = [(step, of) for step, of in kind.steps_after(task) if step.action not in glance.hidden]
        common = [_step_button(step, None, "", task) for step, of in steps if of is None and step.row is None]
        rows = _rows_of_results([(step, of) for step, of in steps if of is not None], task)
        rows += [_step_button(step, None, "", task) for step, of in steps if of is None and step.row is not None]
        before, after = [*opens[:2], spec("again", _("Again"), "🔁"), *common], [details, delete]
        last = max((spec.row or 0 for spec in rows), default=-1) + 1
        room = (ROWS - last) * ROW - len(before) - len(after)
        own = frozenset(step.label.source for step, _of in steps)
        uses = _use_buttons(task, glance.families, own, alone=last > 1)[: max(room, 0)]
        whole = [*before, *uses, *after]
        return [*rows, *(replace(spec, row=last + n // ROW) if rows else spec for n, spec in enumerate(whole))]
    retry = spec("retry", _("Retry"), "🔁", discord.ButtonStyle.primary)
    if task.phase in {Phase.FAILED, Phase.CANCELLED}:
        return [retry, details, delete]
    if task.phase is Phase.UNKNOWN:
        check = [spec("check", _("Check again"), "🔄", discord.ButtonStyle.primary)] if task.remote_id else []
        return [*check, spec("retry", _("Retry"), "🔁"), details, delete]
    if task.phase is Phase.DONE:
        return [details]
    if task.phase is Phase.INPUT and kind.on_input is not None:
        answer = _step_button(replace(kind.on_input, style=discord.ButtonStyle.primary.value), None, "", task)
        return [answer, spec("cancel", _("Cancel"), "✖️", discord.ButtonStyle.danger), details]
    return [spec("cancel", _("Cancel"), "✖️", discord.ButtonStyle.danger), details]


def taken_from(task: Task) -> Takes | None:
    """What a finished task can be used as the beginning of: its video, else its picture."""
    kinds = {media.kind for media in task.media}
    return "video" if "video" in kinds else "picture" if "image" in kinds else None


def _use_buttons(
    task: Task, families: frozenset[tuple[str, str]], own: frozenset[str], *, alone: bool
) -> list[ButtonSpec]:
    """What can be done with the picture or video of a card; ``alone`` without the families, and none that is called
    like one of the provider's ``own``."""
    takes = taken_from(task)
    here = {family for of, family in families if of == takes}
    if takes is None or not here:
        return []
    whole = ButtonSpec(say(_("Use as input…"), task.locale), USE, emoji="🧩")
    return (
        [whole]
        if alone
        else [
            *(
                ButtonSpec(say(label, task.locale), USE, emoji=emoji, argument=family)
                for family, (label, emoji) in FAMILIES[takes].items()
                if family in here and label.source not in own
            ),
            whole,
        ]
    )


def _rows_of_results(steps: Sequence[tuple[NextStep, int]], task: Task) -> list[ButtonSpec]:
    """The steps of each result in rows of their own, numbered when there are several results."""
    numbers = list(dict.fromkeys(of for _step, of in steps))
    found: list[ButtonSpec] = []
    row = 0
    for of in numbers:
        mine = [step for step, number in steps if number == of]
        for start in range(0, len(mine), ROW):
            if row < ROWS - 1:  # the last one is for what concerns the whole
                suffix = f" {of + 1}" if len(numbers) > 1 else ""
                found += [replace(_step_button(step, of, suffix, task), row=row) for step in mine[start : start + ROW]]
                row += 1
    return found


def _step_button(step: NextStep, of: int | None, suffix: str, task: Task) -> ButtonSpec:
    argument = step.argument if of is None else str(of)
    label, style = say(step.label, task.locale) + suffix, discord.ButtonStyle(step.style)
    return ButtonSpec(label, step.key, style, step.emoji or None, argument=argument, row=step.row)


def message_link(task: Task) -> str:
    """The address of a card in Discord."""
    where = task.place.guild_id or "@me"
    return f"https://discord.com/channels/{where}/{task.place.channel_id}/{task.place.message_id}"


def headline(task: Task, provider: Provider, locale: str) -> str:
    """A task in one line: provider, phase, when."""
    return f"{provider.emoji} **{provider.title}** · {say(_phase(task), locale)} · <t:{round(task.created_at)}:R>"


def _phase(task: Task) -> Text:
    held = task.phase is Phase.DONE and task.due_at is None and task.reason is not None
    return _("📦 Finished, kept for you") if held else _PHASES[task.phase]


def phase_name(phase: Phase, locale: str) -> str:
    """A phase in words."""
    return say(_PHASES[phase], locale)
