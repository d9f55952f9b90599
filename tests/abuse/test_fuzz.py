"""Whatever comes in, what looks at it neither fails nor lets anything unseen through. More of it: ``make fuzz``."""

import unicodedata
from contextlib import suppress
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot import rules
from bot.engine.guard import flagged
from bot.engine.talk import words_in_file
from bot.errors import Invalid
from bot.store.repository import Input
from bot.text import bare
from tests.test_errors import JSONS


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
