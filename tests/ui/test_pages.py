"""Answers as messages: nothing lost, nothing broken, nothing that changes afterwards."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.talk import FENCE
from bot.ui.pages import LIMIT, MOST, pages, split

PARAGRAPH = "word " * 60 + "\n\n"
CODE = "```python\n" + "print('a line of code')\n" * 40 + "```\n"


def test_a_short_answer_is_one_message() -> None:
    (page,) = pages("Hello\n\nthere")
    assert (page.shown, page.words) == ("Hello\n\nthere", "Hello\n\nthere")


def test_an_answer_that_has_not_begun() -> None:
    (page,) = pages("\n ")
    assert page.blank


def test_it_is_parted_after_a_paragraph() -> None:
    found = pages(PARAGRAPH * 10)
    assert [page.words for page in found[:-1]] == [PARAGRAPH * 6]
    assert all(page.words.endswith("\n\n") for page in found)


def test_code_is_closed_and_opened_again_in_its_language() -> None:
    first, second, *_more = pages("```python\n" + "print('a line of code')\n" * 200 + "```\nThat is all.")
    assert first.shown.startswith("```python\nprint") and first.shown.endswith("')\n\n```")
    assert second.shown.startswith("```python\nprint('a line of code')\n")


def test_code_that_would_be_cut_through_begins_the_next_message() -> None:
    first, second = pages(PARAGRAPH * 4 + CODE)
    assert first.words == PARAGRAPH * 4
    assert second.words == CODE


def test_code_while_it_is_being_written() -> None:
    (page,) = pages("See:\n```py\nprint(")
    assert page.shown == "See:\n```py\nprint(\n```"


def test_words_without_any_space() -> None:
    found = pages("x" * 5000)
    assert [len(page.words) for page in found] == [1996, 1996, 1008]


def test_what_goes_beyond_five_messages() -> None:
    answer = PARAGRAPH * 60
    shown, rest = split(answer)
    assert len(shown) == MOST and rest
    assert "".join(page.words for page in shown) + rest == answer
    assert split("short")[1] == ""


@pytest.mark.parametrize("opening", ["```a language with spaces\n", "```" + "x" * 50 + "\n", "inline ``` in a line\n"])
def test_what_is_no_language_is_not_repeated(opening: str) -> None:
    second = pages(opening + "line of code\n" * 300)[1]
    assert second.opening == "```\n"


PARTS = st.sampled_from(
    ["word ", "\n", "\n\n", "```", "```py\n", "`", "x" * 300, "语言。", "🎬", " " * 50, "longer words "]
)


@given(st.lists(PARTS, max_size=120), st.integers(0, 10_000))
def test_any_answer_at_any_moment(parts: list[str], moment: int) -> None:
    answer = "".join(parts)
    found = pages(answer)
    assert "".join(page.words for page in found) == answer
    for page in found:
        assert len(page.shown) <= LIMIT
        assert page.shown.count(FENCE) % 2 == 0
    before = pages(answer[: moment % (len(answer) + 1)])
    assert [page.words for page in before[:-1]] == [page.words for page in found[: len(before) - 1]]


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        ("    return 1\n```\nThat is all.", "```python\n    return 1\n```\nThat is all."),
        ("    return", "```python\n    return\n```"),
        ("\n```\nThat is all.", "```python\n\n```\nThat is all."),
        ("```python\n    return 1\n```", "```python\n    return 1\n```"),
        ("Here is the rest:\n```python\n    return 1", "Here is the rest:\n```python\n    return 1\n```"),
    ],
)
def test_an_answer_that_goes_on_in_code(answer: str, shown: str) -> None:
    (page,) = pages(answer, "```python\n")
    assert (page.shown, page.words) == (shown, answer)


@pytest.mark.parametrize(
    "answer",
    [
        "answer" + "\n" * 6000,
        "before" + " " * 5000 + "after",
        "\n" * 6000 + "late",
        "x" * 1990 + "\n" * 1990 + "y",
        "```py\ncode" + "\n" * 3000 + "more\n```\nend",
    ],
)
def test_blanks_by_the_thousand_make_no_message(answer: str) -> None:
    found = pages(answer)
    assert "".join(page.words for page in found) == answer
    assert not any(page.blank for page in found[:-1])
    assert all(len(page.shown) <= LIMIT for page in found)


def test_the_rest_opens_code_that_goes_on() -> None:
    shown, rest = split("```py\n" + "x = 1\n" * 5000 + "```")
    assert rest.startswith("```py\nx = 1\n")
    assert rest.count("```") == 2
    assert len(shown) == 5
