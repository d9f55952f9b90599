"""Whatever comes in, what looks at it neither fails nor lets anything unseen through. More of it: ``make fuzz``."""

import asyncio
import base64
import unicodedata
from contextlib import suppress
from typing import Any

import discord
from hypothesis import example, given
from hypothesis import strategies as st

from bot import picture, rules
from bot.engine.guard import flagged
from bot.engine.talk import words_in_file
from bot.errors import Invalid, retry_after
from bot.media import MediaProblem, MediaStore
from bot.store.repository import Input
from bot.text import bare
from bot.ui import history, panels, uses, views
from tests.test_errors import JSONS

CAP = 20
ODD_LETTERS = "\n\0 \u00b2\u0663\uff19\u202e:;,=%_~"
MIMES = st.sampled_from(["", "image/png", "IMAGE/SVG+XML", "text/plain;charset=x", "text/html", ";;"]) | st.text()
PACKED = st.text() | st.binary(max_size=60).map(lambda some: base64.b64encode(some).decode())
HEADS = st.sampled_from(
    [
        b"", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"\xff\xd8\xff\xe0", b"\xff\xd8\xff\xc0\0\x11\x08", b"GIF89a",
        b"RIFF\0\0\0\0WEBPVP8X", b"RIFF\0\0\0\0WEBPVP8 ", b"RIFF\0\0\0\0WEBPVP8L", b"II*\0", b"MM\0*", b"P6 ", b"BM",
        b"\0\0\0\x0cjP  \r\n\x87\n", b"\0\0\0\x18ftypheic", b"\0\0\0\x18ftypavif", b'<svg width="', b"8BPS\0\1",
    ]
)  # fmt: skip
TAILS = st.sampled_from([b"", b'"/>', b'" height="2cm"/>'])
NOBODY: Any = None
BUTTONS = (views.TaskButton, history.PageButton, panels.PanelButton, uses.UseSelect)
IDS = st.one_of([st.from_regex(module.PATTERN, fullmatch=True) for module in (views, history, panels, uses)])


@given(st.text(), st.text(max_size=300))
def test_no_words_surprise_the_rules(words: str, rule: str) -> None:
    assert rules.seen(rules.seen(words)) == rules.seen(words)
    with suppress(Invalid, rules.TooSlow):
        good = rules.checked(rule)
        assert rules.checked(good) == good
        assert rules.broken([good], words) in {good, None}
        if not good.startswith("/"):
            assert rules.broken([good], f"well, {good}!") == good


@given(st.binary(max_size=200), st.sampled_from(["text/plain", "text/csv", "application/pdf"]))
def test_no_file_surprises_the_rules(content: bytes, mime: str) -> None:
    assert words_in_file(Input("id", mime, "https://cdn.example/a", content)).encode("utf-8", "strict") is not None


@given(JSONS)
def test_no_answer_surprises_the_moderation(answer: Any) -> None:
    for one in (answer, {"results": answer}, {"results": [{"flagged": True, "categories": answer}]}):
        assert all(isinstance(name, str) for name in flagged(one))


@given(st.text())
def test_a_line_holds_nothing_that_is_not_seen(words: str) -> None:
    assert not any(unicodedata.category(letter) in {"Cc", "Cs", "Zl", "Zp"} for letter in bare(words))
    assert bare(bare(words)) == bare(words)


@given(MIMES, st.sampled_from([";base64", ";BASE64 ", ""]), st.sampled_from([",", ""]), PACKED)
def test_no_link_that_is_the_file_surprises(mime: str, coding: str, comma: str, packed: str) -> None:
    async def fetched() -> None:
        store = MediaStore(allow_private=False)
        try:
            async with store.fetch(f"data:{mime}{coding}{comma}{packed}", CAP) as file:
                assert 0 < file.size == file.path.stat().st_size <= CAP
        except MediaProblem:
            pass
        finally:
            await store.close()

    asyncio.run(fetched())


@example(b'<svg width="', b"1", b'" height="2cm"/>')
@given(HEADS, st.binary(max_size=200) | st.text("0159.e-+ \n%pxcm", max_size=6).map(str.encode), TAILS)
def test_no_header_of_a_picture_surprises(head: bytes, rest: bytes, tail: bytes) -> None:
    size = picture.size_of(head + rest + tail)
    assert size is None or all(str(side).isdigit() and 0 < side < picture.LARGEST for side in size)


@given(IDS | st.text(max_size=100), st.integers(0, 100), st.text(ODD_LETTERS, max_size=3))
def test_no_id_of_a_button_surprises(name: str, at: int, odd: str) -> None:
    for custom_id in (name, name[:at] + odd + name[at:], name[:at] + odd):
        for kind in BUTTONS:
            found = kind.__discord_ui_compiled_template__.fullmatch(custom_id)
            if found is not None:
                part = discord.ui.Button[Any] if kind is not uses.UseSelect else discord.ui.Select[Any]
                asyncio.run(kind.from_custom_id(NOBODY, part(custom_id=custom_id), found))


@given(st.text() | st.text("0123456789eE+-._ naif") | st.integers().map(str) | st.floats().map(str))
def test_no_time_to_wait_surprises(header: str) -> None:
    seconds = retry_after({"Retry-After": header})
    assert seconds is None or 0 <= seconds <= 3600
