"""How requests ended, asked of both databases."""

from pathlib import Path
from typing import Any

import pytest

from bot.store import Store, connect
from bot.store.conversations import Conversations
from bot.store.database import Row
from bot.store.outcomes import Load, Outcome, Outcomes
from bot.talk import Conversation, Exchange, Manner
from bot.talk import State as Answer
from bot.task import Phase, Place
from bot.text import _
from tests.store import NOW, a_task

WHY = _("The relay refused: {message}", message="no")


async def ended(store: Store, name: str, at: float, phase: Phase, **changes: Any) -> None:
    times = {"created_at": at, "accepted_at": at, "finished_at": at + 8.0, "ended_at": at + 9.0}
    await store.add(a_task(name, phase=phase, due_at=None, **{**times, **changes}))


async def test_the_newest_requests_of_a_provider(store: Store) -> None:
    await ended(store, "t1", NOW, Phase.DELIVERED)
    await ended(store, "t2", NOW + 1, Phase.FAILED, reason=WHY)
    await ended(store, "t3", NOW + 2, Phase.UNKNOWN, finished_at=None, ended_at=None)
    await ended(store, "t4", NOW + 3, Phase.CANCELLED)
    await ended(store, "t5", NOW + 4, Phase.DELIVERED, provider="suno")
    await store.add(a_task("t6"))
    outcomes = Outcomes(store.database)
    assert await outcomes.latest("luma", 10) == [
        Outcome(False, NOW + 2),
        Outcome(False, NOW + 1, None, WHY),
        Outcome(True, NOW, 8.0),
    ]
    assert [outcome.at for outcome in await outcomes.latest("luma", 1)] == [NOW + 2]
    assert await outcomes.latest("udio", 10) == []


async def test_what_is_on_its_way(store: Store) -> None:
    for number, phase in enumerate((Phase.QUEUED, Phase.WAITING, Phase.RUNNING, Phase.DONE, Phase.UNKNOWN)):
        await store.add(a_task(f"t{number}", phase=phase))
    await store.add(a_task("t9", provider="suno"))
    assert await Outcomes(store.database).load() == {"luma": Load(2, 1), "suno": Load(0, 1)}


async def test_what_is_unfinished(store: Store) -> None:
    for number, phase in enumerate((Phase.QUEUED, Phase.WAITING, Phase.WAITING, Phase.DONE, Phase.UNKNOWN)):
        await store.add(a_task(f"t{number}", phase=phase))
    await ended(store, "t7", NOW, Phase.DELIVERED)
    await ended(store, "t8", NOW, Phase.FAILED)
    await store.add(a_task("t9", provider="suno"))
    assert len(await store.claim([Phase.WAITING], NOW + 60, 90.0, 1)) == 1
    found = await Outcomes(store.database).unfinished(NOW + 60)
    assert sorted((one.provider, one.phase, one.tasks, one.claimed) for one in found) == [
        ("luma", "done", 1, 0),
        ("luma", "queued", 1, 0),
        ("luma", "unknown", 1, 0),
        ("luma", "waiting", 2, 1),
        ("suno", "queued", 1, 0),
    ]


async def test_what_is_over_is_not_looked_through_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = await connect(f"sqlite:///{tmp_path / 'darkroom.db'}")
    asked: list[tuple[Any, ...]] = []
    rows = database.rows

    async def noted(sql: str, *args: Any) -> list[Row]:
        asked.append((sql, *args))
        return await rows(sql, *args)

    monkeypatch.setattr(database, "rows", noted)
    try:
        await Outcomes(database).load()
        await Outcomes(database).unfinished(NOW)
        asked_of_tasks = [question for question in asked if "FROM tasks" in question[0]]
        plans = [str(await rows(f"EXPLAIN QUERY PLAN {sql}", *args)) for sql, *args in asked_of_tasks]
    finally:
        await database.close()
    assert ["tasks USING INDEX tasks_open" in plan for plan in plans] == [True, True], plans


@pytest.mark.parametrize(
    ("state", "outcome"),
    [
        (Answer.DONE, Outcome(True, NOW, 4.0)),
        (Answer.STOPPED, Outcome(True, NOW, 4.0)),
        (Answer.CUT, Outcome(False, NOW, None, WHY)),
        (Answer.FAILED, Outcome(False, NOW, None, WHY)),
        (Answer.STREAMING, None),
    ],
)
async def test_answers_of_chats(store: Store, state: Answer, outcome: Outcome | None) -> None:
    conversation = Conversation(
        id="c1", provider="claude", user_id=1, title="title", manner=Manner("m"), created_at=NOW, updated_at=NOW
    )
    exchange = Exchange(
        id="e1", conversation_id="c1", number=0, user_id=1, locale="en-US", place=Place(channel_id=1, message_id=2),
        question="why?", created_at=NOW, state=state, shown=outcome is not None,
        ended_at=None if outcome is None else NOW + 4.0,
        reason=WHY if state in {Answer.CUT, Answer.FAILED} else None,
    )  # fmt: skip
    await Conversations(store.database).begin(conversation, exchange)
    outcomes = Outcomes(store.database)
    assert await outcomes.latest("claude", 5) == ([outcome] if outcome else [])
    assert await outcomes.load() == ({} if outcome else {"claude": Load(1, 0)})
