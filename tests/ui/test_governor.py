"""Which edit goes out when, with a clock of our own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ui.governor import CHANNEL_BURST, CHANNEL_RATE, GLOBAL_BURST, GLOBAL_RATE, OLD, Bucket, Governor, pace

NOW = 1_760_000_000.0
TOKEN = ""
"""The bucket of a card that is still edited with its interaction's token."""


@pytest.mark.parametrize(
    ("age", "seconds"),
    [(0, 2.5), (59.9, 2.5), (60, 5), (299, 5), (300, 10), (899, 10), (900, 30), (3299, 30), (3300, float("inf"))],
)
def test_pace(age: float, seconds: float) -> None:
    assert pace(age) == seconds


def test_the_first_drawing_is_immediate() -> None:
    governor = Governor()
    governor.offer("a", "7", NOW, 0)
    assert governor.next_at(NOW) == NOW
    assert governor.take(NOW) == ["a"]
    assert governor.take(NOW) == []
    assert governor.next_at(NOW) is None


def test_many_changes_are_one_drawing() -> None:
    governor = Governor()
    for step in range(20):
        governor.offer("a", "7", NOW + step / 100, step / 100)
    assert governor.take(NOW + 1) == ["a"]
    assert governor.take(NOW + 60) == []


def test_the_newest_wish_decides_who_pays() -> None:
    governor = Governor()
    governor.offer("a", TOKEN, NOW, 0)
    governor.offer("a", "7", NOW, 0)
    assert governor.wishes["a"].bucket == "7"
    assert list(governor.wishes) == ["a"]


@pytest.mark.parametrize("age", [0, 60, 300, 900])
def test_a_card_is_redrawn_at_its_age_s_pace(age: float) -> None:
    governor = Governor()
    governor.offer("a", TOKEN, NOW, age)
    assert governor.take(NOW) == ["a"]
    governor.offer("a", TOKEN, NOW + 0.5, age)
    due = NOW + pace(age)
    assert governor.next_at(NOW + 0.5) == due
    assert governor.take(due - 0.01) == []
    assert governor.take(due) == ["a"]


def test_waiting_does_not_start_anew_with_every_change() -> None:
    governor = Governor()
    governor.spend("a", TOKEN, NOW)
    for second in (0.5, 1.0, 1.5, 2.0, 2.4):
        governor.offer("a", TOKEN, NOW + second, second)
    assert governor.next_at(NOW + 2.4) == NOW + 2.5


def test_progress_stops_before_edits_of_old_messages_get_scarce() -> None:
    governor = Governor()
    governor.spend("a", "7", NOW)
    governor.offer("a", "7", NOW + OLD, OLD)
    assert governor.next_at(NOW + OLD) is None
    assert governor.take(NOW + 10 * OLD) == []


def test_a_channel_has_a_budget_of_its_own() -> None:
    governor = Governor()
    for number in range(10):
        governor.offer(f"a{number}", "7", NOW, 0)
        governor.offer(f"b{number}", "8", NOW, 0)
    taken = governor.take(NOW)
    assert [name for name in taken if name[0] == "a"] == ["a0", "a1", "a2", "a3"]
    assert [name for name in taken if name[0] == "b"] == ["b0", "b1", "b2", "b3"]
    assert governor.next_at(NOW) == NOW + 1 / CHANNEL_RATE
    assert governor.take(NOW + 1.2) == []
    assert governor.take(NOW + 1.25) == ["a4", "b4"]


def test_in_the_long_run_a_channel_gets_its_rate() -> None:
    governor = Governor()
    drawn = 0
    for second in range(100):
        for card in range(20):
            governor.offer(f"c{card}", "7", NOW + second, 30)
        drawn += len(governor.take(NOW + second))
    assert drawn == CHANNEL_BURST + int(99 * CHANNEL_RATE)


def test_the_longest_waiting_card_comes_first() -> None:
    governor = Governor()
    for number in range(4):
        governor.spend(f"x{number}", "7", NOW)
    governor.offer("late", "7", NOW + 0.2, 0)
    governor.offer("early", "7", NOW + 0.1, 0)
    governor.offer("early", "7", NOW + 0.9, 0)
    assert governor.take(NOW + 1.3) == ["early"]
    assert governor.take(NOW + 2.6) == ["late"]


def test_cards_with_a_token_need_no_budget() -> None:
    governor = Governor()
    for number in range(200):
        governor.offer(f"t{number}", TOKEN, NOW, 0)
    assert len(governor.take(NOW)) == 200
    governor.offer("a", "7", NOW, 0)
    assert governor.take(NOW) == ["a"]


def test_all_channels_together_have_a_budget() -> None:
    governor = Governor()
    for number in range(50):
        governor.offer(f"c{number}", f"channel-{number}", NOW, 0)
    assert len(governor.take(NOW)) == GLOBAL_BURST
    due = governor.next_at(NOW)
    assert due == NOW + 1 / GLOBAL_RATE, "and not at once, which would be asked again and again"
    assert len(governor.take(NOW + 0.5)) == 10


def test_a_final_result_is_never_held_back_and_settles_what_was_wished() -> None:
    governor = Governor()
    for number in range(10):
        governor.offer(f"p{number}", "7", NOW, 0)
    assert len(governor.take(NOW)) == 4
    governor.spend("p9", "7", NOW)
    assert "p9" not in governor.wishes
    assert governor.next_at(NOW) == NOW + 2 / CHANNEL_RATE, "the debt delays progress only"
    assert governor.take(NOW + 2.4) == []
    assert governor.take(NOW + 2.5) == ["p4"]


def test_a_failed_drawing_is_put_off() -> None:
    governor = Governor()
    governor.offer("a", "7", NOW, 0)
    governor.postpone("a", NOW + 30)
    governor.postpone("a", NOW + 10)
    governor.postpone("nobody", NOW + 10)
    assert governor.next_at(NOW) == NOW + 30
    assert governor.take(NOW + 29) == []
    assert governor.take(NOW + 30) == ["a"]


def test_a_forgotten_card_starts_anew() -> None:
    governor = Governor()
    governor.offer("a", "7", NOW, 0)
    assert governor.take(NOW) == ["a"]
    governor.offer("a", "7", NOW, 0)
    governor.forget("a")
    assert governor.take(NOW + 100) == []
    governor.offer("a", "7", NOW + 1, 0)
    assert governor.take(NOW + 1) == ["a"]


def test_full_buckets_are_forgotten_and_empty_ones_are_not() -> None:
    governor = Governor()
    for number in range(4):
        governor.offer(f"a{number}", "7", NOW, 0)
    governor.take(NOW)
    governor.tidy(NOW + 1)
    governor.offer("b", "7", NOW + 1, 0)
    assert governor.take(NOW + 1) == [], "the channel's debt was kept"
    governor.tidy(NOW + 100)
    assert governor.take(NOW + 100) == ["b"]


def test_a_bucket() -> None:
    bucket = Bucket(rate=0.5, burst=2.0, tokens=2.0, at=NOW)
    assert bucket.level(NOW + 100) == 2.0
    for _time in range(3):
        bucket.take(NOW)
    assert bucket.level(NOW) == -1.0
    assert bucket.ready_at(NOW) == NOW + 4
    assert bucket.ready_at(NOW + 4) == NOW + 4
    assert bucket.level(NOW + 4) == 1.0


EVENTS = st.lists(
    st.tuples(st.sampled_from("abcdefghij"), st.sampled_from(["", "7", "8"]), st.floats(0, 5), st.floats(0, 3200)),
    min_size=1,
    max_size=60,
)


@given(EVENTS)
def test_every_wish_comes_true_when_it_was_promised(events: list[tuple[str, str, float, float]]) -> None:
    governor, now = Governor(), NOW
    for card, bucket, wait, age in events:
        now += wait
        governor.offer(card, bucket, now, age)
        if wait > 2:
            governor.take(now)
    drawn = 0
    while (due := governor.next_at(now)) is not None:
        assert due >= now
        now = due + 0.001
        taken = governor.take(now)
        drawn += len(taken)
        assert taken, "a moment at which nothing happens"
    assert drawn <= len({card for card, *_rest in events})
