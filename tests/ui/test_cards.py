"""The card of a task: within Discord's limits whatever was asked for, and only words where there are words."""

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine.ports import Glance, Link
from bot.providers.luma import Generate
from bot.task import Media, Phase, Place, Task
from bot.text import quoted
from bot.ui.cards import LINK_BUTTON_LIMIT, Card, custom_id, draw, headline, message_link, plain
from bot.ui.views import PATTERN, view_of
from tests.discord_rules import message_problems

NOW = 1_760_000_000.0
ID = "7abcdefghk"
TOO_LARGE = quoted("Too large for Discord:")
LOCALES = ["en-US", "zh-CN", "de"]
PROMPTS = {
    "short": "a paper boat",
    "markdown": ("**bold** _it_ ~~no~~ `code` ||spoiler|| # head > quote - list [x](https://evil.example) " * 60)[
        :5000
    ],
    "all special": ("\\*_~`|>[]()#<:@-" * 400)[:5000],
    "mentions": ("@everyone @here <@1> <@&2> <#3> </list:4> <t:0:R> <:e:5> " * 90)[:5000],
    "control": ("a\x00\x07\x1b[31m\u202e\u200b\u2066\ufeff\x85\r\n\t " * 400)[:5000],
    "lines": ("line\n" * 1000)[:5000],
    "chinese": "河上的纸船" * 1000,
    "emoji": "🎬" * 5000,
    "one word": "x" * 5000,
}
PHASES = sorted(Phase)


def task(phase: Phase = Phase.RUNNING, prompt: str = "a paper boat", **changes: Any) -> Task:
    made = Task(
        id=ID, provider="luma", action="generate", caption=prompt, user_id=80351110224678912, locale="en-US",
        submission=Generate.make(user_prompt=prompt, loop=True).model_dump_json(exclude_none=True),
        place=Place(channel_id=2, message_id=3, guild_id=1, reachable=True),
        created_at=NOW, accepted_at=NOW + 2, remote_id="r-1", phase=phase,
    )  # fmt: skip
    return replace(made, **changes)


def description(made: Task, glance: Glance | None = None, **more: Any) -> list[str]:
    return str(draw(made, glance or Glance(), **more).embeds[0]["description"]).splitlines()


def body(card: Card) -> dict[str, Any]:
    """The message body of a card; needs a running loop, as every view does."""
    components = view_of(card).to_components()
    return {"embeds": list(card.embeds), "components": components, "allowed_mentions": {"parse": []}}


def actions(made: Task, links: list[Link] | None = None) -> list[str]:
    return [spec.action or f"open {spec.url}" for spec in draw(made, Glance(), links=links or []).buttons]


@pytest.mark.parametrize("prompt", [pytest.param(prompt, id=name) for name, prompt in PROMPTS.items()])
@pytest.mark.parametrize("phase", PHASES)
async def test_every_card_keeps_discord_s_limits(phase: Phase, prompt: str) -> None:
    made = task(
        phase, prompt, percent=50, reason=quoted("r" * 300), finished_at=NOW + 90, late=True, attempts=2, due_at=NOW
    )
    for locale in LOCALES:
        card = draw(replace(made, locale=locale), Glance(123456, NOW + 100), files=[f"{ID}.mp4"])
        assert message_problems(body(card), files=1) == []
        assert 2 <= len(card.buttons) <= 5 or phase is Phase.DONE


@pytest.mark.parametrize("many", [1, 3, 10])
async def test_links_keep_the_limits_too(many: int) -> None:
    links = [Link(f"https://cdn.example/{number}.mp4", f"part {number}", TOO_LARGE, NOW) for number in range(many)]
    assert message_problems(body(draw(task(Phase.DELIVERED, "x" * 5000), Glance(), links=links)), files=0) == []


async def test_long_links_keep_the_limits_too() -> None:
    links = [Link("https://cdn.example/" + str(number) * 1200, "", TOO_LARGE, NOW) for number in range(4)]
    assert message_problems(body(draw(task(Phase.DELIVERED), Glance(), links=links)), files=0) == []


@pytest.mark.parametrize("phase", PHASES)
async def test_every_button_s_id_is_understood_after_a_restart(phase: Phase) -> None:
    for row in view_of(draw(task(phase), Glance())).to_components():
        for button in row["components"]:
            match = re.fullmatch(PATTERN, button["custom_id"])
            assert match is not None
            assert match["task"] == ID
            assert len(button["custom_id"]) <= 100


def test_custom_ids() -> None:
    assert custom_id("again", ID) == f"v1:again:{ID}"
    assert custom_id("pick", ID, "2") == f"v1:pick:{ID}:2"
    assert len(custom_id("a" * 20, "z" * 20, "x" * 55)) <= 100


# ------------------------------------------------------------------------------------------------ words


@pytest.mark.parametrize("name", PROMPTS)
def test_a_prompt_is_shown_as_words_on_one_line(name: str) -> None:
    first, second, *_rest = description(task(prompt=PROMPTS[name]))
    assert second == "🎨 Being made"
    words = first.removeprefix("> ")
    assert words != first
    assert re.search(r"[*_~`|\[\]()<>#@:]", re.sub(r"\\(.)", "", words)) is None
    assert re.search(r"[\x00-\x1f\x7f-\x9f\u200b\u202e\u2066\ufeff]", words) is None


def test_a_short_prompt_is_whole_and_a_long_one_is_cut() -> None:
    assert description(task(prompt="a (paper) boat"))[0] == r"> a \(paper\) boat"
    cut = description(task(prompt="x" * 5000))[0]
    assert cut == "> " + "x" * 899 + "…"


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("plain", "plain"),
        ("a\n\tb\x00c", "a b c"),
        ("\u202egnp.exe", "gnp.exe"),
        ("back\\slash", "back\\\\slash"),
        ("@everyone", "\\@everyone"),
        ("12345678901", "123456789…"),
        ("", ""),
        ("\u200b\u200b", ""),
    ],
)
def test_plain(words: str, shown: str) -> None:
    assert plain(words, 10) == shown


@given(st.text(max_size=300), st.integers(1, 200))
def test_plain_words_hold_no_formatting(words: str, limit: int) -> None:
    shown = plain(words, limit)
    assert re.search(r"[\\*_~`|>\[\]()#<:@-]", re.sub(r"\\(.)", "", shown)) is None
    assert len(re.sub(r"\\(.)", r"\1", shown)) <= limit


def test_who_asked_and_how() -> None:
    card = draw(task(), Glance())
    assert card.embeds[0]["title"] == "🎬 Luma · video"
    assert [(field["name"], field["value"]) for field in card.embeds[0]["fields"]] == [
        ("Asked by", "<@80351110224678912>"),
        ("Options", r"`aspect_ratio` 16\:9 · `loop` ✓"),
    ]
    assert card.embeds[0]["footer"] == {"text": ID}


# ------------------------------------------------------------------------------------------------ progress


@pytest.mark.parametrize(
    ("percent", "bar"),
    [
        (0, "▱▱▱▱▱▱▱▱▱▱▱▱ 0 %"),
        (4, "▱▱▱▱▱▱▱▱▱▱▱▱ 4 %"),
        (9, "▰▱▱▱▱▱▱▱▱▱▱▱ 9 %"),
        (50, "▰▰▰▰▰▰▱▱▱▱▱▱ 50 %"),
        (99, "▰▰▰▰▰▰▰▰▰▰▰▰ 99 %"),
        (100, "▰▰▰▰▰▰▰▰▰▰▰▰ 100 %"),
    ],
)
def test_the_progress_bar(percent: int, bar: str) -> None:
    started = "Started <t:1760000002:R>"
    assert description(task(percent=percent)) == ["> a paper boat", "🎨 Being made", bar, started]


@pytest.mark.parametrize(
    ("made", "glance", "lines"),
    [
        pytest.param(task(Phase.QUEUED), Glance(3), ["⏳ Waiting in line", "Place in line: 3"], id="queued"),
        pytest.param(
            task(Phase.QUEUED, attempts=1, due_at=NOW + 5.4, reason=quoted("busy")),
            Glance(),
            ["⏳ Waiting in line", "Next attempt <t:1760000005:R>", "busy"],
            id="turned away",
        ),
        pytest.param(task(Phase.SENDING), Glance(3), ["📨 Being sent to the relay"], id="sending"),
        pytest.param(
            task(Phase.WAITING),
            Glance(None, NOW + 99.6),
            [
                "🕓 Accepted, waiting for its turn at the provider",
                "Started <t:1760000002:R>",
                "Expected <t:1760000100:R>",
            ],
            id="waiting",
        ),
        pytest.param(task(Phase.DONE, percent=100), Glance(), ["📦 Finished, fetching the result"], id="done"),
        pytest.param(task(Phase.DELIVERED, finished_at=NOW + 94), Glance(), ["✅ Finished · 1 min 32 s"], id="slow"),
        pytest.param(
            task(Phase.DELIVERED, finished_at=NOW + 43, late=True),
            Glance(),
            ["✅ Finished · 41 s", "It arrived late, but it arrived."],
            id="late",
        ),
        pytest.param(task(Phase.FAILED, reason=quoted("nsfw")), Glance(), ["❌ It did not work", "nsfw"], id="failed"),
        pytest.param(task(Phase.CANCELLED), Glance(), ["🚫 Cancelled"], id="cancelled"),
        pytest.param(
            task(Phase.UNKNOWN, reason=quoted("why")),
            Glance(),
            ["❔ Nobody knows what became of it", "why"],
            id="unknown",
        ),
    ],
)  # fmt: skip
def test_the_lines_of_a_phase(made: Task, glance: Glance, lines: list[str]) -> None:
    assert description(made, glance) == ["> a paper boat", *lines]


def test_links_say_why_they_are_links_and_when_they_end() -> None:
    links = [
        Link("https://cdn.example/a.mp4", "clip", TOO_LARGE, NOW + 60),
        Link("https://cdn.example/b.mp4", "", quoted("Gone."), None),
    ]
    assert description(task(Phase.DELIVERED), links=links)[2:] == [
        "Too large for Discord: [clip](https://cdn.example/a.mp4) (the link ends <t:1760000060:R>)",
        "Gone. [the result](https://cdn.example/b.mp4) (the link may stop working, save it soon)",
    ]


@pytest.mark.parametrize("phase", PHASES)
def test_who_is_told_that_the_bot_may_not_write_here(phase: Phase) -> None:
    told = [line for line in description(task(phase, place=Place(channel_id=2))) if "may not write" in line]
    assert len(told) == (phase not in {Phase.DELIVERED, Phase.FAILED, Phase.CANCELLED, Phase.UNKNOWN})


# ------------------------------------------------------------------------------------------------ buttons


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (task(Phase.QUEUED), ["cancel", "details"]),
        (task(Phase.SENDING), ["cancel", "details"]),
        (task(Phase.WAITING), ["cancel", "details"]),
        (task(Phase.RUNNING), ["cancel", "details"]),
        (task(Phase.INPUT), ["cancel", "details"]),
        (task(Phase.DONE), ["details"]),
        (task(Phase.DELIVERED), ["again", "extend", "details", "delete"]),
        (task(Phase.FAILED), ["retry", "details", "delete"]),
        (task(Phase.CANCELLED), ["retry", "details", "delete"]),
        (task(Phase.UNKNOWN), ["check", "retry", "details", "delete"]),
        (task(Phase.UNKNOWN, remote_id=""), ["retry", "details", "delete"]),
    ],
    ids=lambda value: str(value.phase) if isinstance(value, Task) else "",
)
def test_the_buttons_of_a_phase(made: Task, expected: list[str]) -> None:
    assert actions(made) == expected


def test_links_become_buttons_as_long_as_discord_takes_them() -> None:
    long = "https://cdn.example/" + "x" * LINK_BUTTON_LIMIT
    links = [Link(url, "", TOO_LARGE) for url in (long, "https://e/1", "https://e/2", "https://e/3")]
    assert actions(task(Phase.DELIVERED), links)[:3] == ["open https://e/1", "open https://e/2", "again"]
    assert actions(task(Phase.RUNNING), links) == ["cancel", "details"]


LOOKS = st.builds(
    task,
    phase=st.sampled_from([Phase.WAITING, Phase.RUNNING, Phase.UNKNOWN]),
    prompt=st.sampled_from(["a", "b"]),
    percent=st.sampled_from([None, 8, 9]),
    locale=st.sampled_from(["en-US", "de", "zh-CN"]),
    version=st.integers(0, 3),
    remote_id=st.sampled_from(["", "r-1"]),
    media=st.sampled_from([(), (Media("https://e/a"),)]),
)
CARDS = st.builds(draw, LOOKS, st.builds(Glance, st.none(), st.sampled_from([None, NOW])))


@given(CARDS, CARDS)
def test_fingerprints_are_equal_if_and_only_if_the_cards_look_alike(one: Card, other: Card) -> None:
    alike = (one.embeds, one.buttons, one.files) == (other.embeds, other.buttons, other.files)
    assert (one.fingerprint == other.fingerprint) is alike


def test_what_changes_a_fingerprint_and_what_does_not() -> None:
    first = draw(task(percent=8), Glance()).fingerprint
    assert draw(task(percent=8, version=9, absences=3, due_at=NOW), Glance()).fingerprint == first
    assert draw(task(percent=9), Glance()).fingerprint != first
    assert draw(task(percent=8), Glance(), files=["a.mp4"]).fingerprint != first


def test_a_task_in_one_line_and_its_address() -> None:
    made = task(Phase.FAILED)
    provider = Generate.provider
    assert headline(made, provider, "en-US") == "🎬 **Luma** · ❌ It did not work · <t:1760000000:R>"
    assert message_link(made) == "https://discord.com/channels/1/2/3"
    direct = replace(made, place=Place(channel_id=2, message_id=3))
    assert message_link(direct) == "https://discord.com/channels/@me/2/3"


def test_a_link_cannot_begin_another() -> None:
    link = Link("https://cdn.example/a.mp4)[Free](https://evil.example", "x](https://evil.example)", TOO_LARGE)
    description = draw(task(Phase.DELIVERED), Glance(), links=[link]).embeds[0]["description"]
    assert "(https://evil.example" not in description
    assert "a.mp4%29%5BFree%5D%28https://evil.example)" in description
