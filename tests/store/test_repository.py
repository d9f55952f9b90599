"""What the store remembers and hands out."""

import asyncio
from dataclasses import replace

import pytest

from bot.errors import NO_QUOTA
from bot.store import Database, Filter, Store, connect
from bot.store.repository import Input
from bot.task import Media, Phase, Place, Task
from bot.text import Text, _
from tests.store import NOW, a_task, ended


async def stored(store: Store, *tasks: Task) -> None:
    for task in tasks:
        assert await store.add(task)


def ids(tasks: list[Task]) -> list[str]:
    return [task.id for task in tasks]


# ---------------------------------------------------------------------------------------------------- single tasks


async def test_a_task_comes_back_as_it_was(store: Store) -> None:
    task = a_task(
        phase=Phase.RUNNING,
        caption="Füchse, 狐狸 and 🦊 with 'quotes' \"and\" \\ $1 :name ? --",
        lease_until=NOW + 5.5,
        route="/pro",
        remote_id="remote-1",
        percent=37,
        media=(Media("https://media.example/a.mp4", "video", "one", 3600.0), Media("https://media.example/b.png")),
        preview="https://media.example/p.png",
        reason=_("It failed: {why} {n}", why=NO_QUOTA, n=3),
        data={"deep": {"list": [1, 2.5, None, True, "x"]}, "zero": 0},
        parent_id="t0",
        sent_at=NOW + 1,
        accepted_at=NOW + 2,
        finished_at=NOW + 3.25,
        ended_at=NOW + 4,
        linkless_since=NOW + 2.5,
        absences=2,
        attempts=3,
        probes=4,
        late=True,
        pinged=True,
        show_at=NOW + 9,
        fresh=True,
        place=Place(
            channel_id=2**63 - 1, message_id=2, guild_id=3, application_id=4, token="tok", token_until=5.5,
            token_limit=6, file_limit=7, reachable=True, private=True,
        ),
        user_id=2**63 - 1,
    )  # fmt: skip
    await stored(store, task)
    found = await store.get("t1")
    assert found == task
    assert str(task.reason) == f"It failed: {NO_QUOTA} 3"


async def test_every_phase_can_be_stored(store: Store) -> None:
    await stored(store, *(a_task(phase, phase=phase) for phase in Phase))
    for phase in Phase:
        found = await store.get(phase)
        assert found is not None
        assert found.phase is phase


async def test_an_unknown_task_is_none(store: Store) -> None:
    assert await store.get("nobody") is None


async def test_the_same_id_is_not_stored_twice(store: Store) -> None:
    await stored(store, a_task(caption="first"))
    with pytest.raises(Exception, match=r"(?i)unique"):
        await store.add(a_task(caption="second"))
    found = await store.get("t1")
    assert found is not None
    assert found.caption == "first"


async def test_words_that_no_database_takes_do_not_stop_a_task(store: Store) -> None:
    await stored(store, a_task(caption="a\0b\ud83d", remote_id="r\0", reason=Text("cut \ud83d off \0 here")))
    found = await store.get("t1")
    assert found is not None
    assert (found.caption, found.remote_id) == ("ab?", "r")
    assert str(found.reason).startswith("cut ? off ")


async def test_saving_counts_versions_and_refuses_a_stale_one(store: Store) -> None:
    await stored(store, a_task())
    first = await store.save(a_task(phase=Phase.SENDING))
    assert first is not None
    assert first.version == 1
    assert await store.save(a_task(caption="stale")) is None
    again = await store.save(replace(first, caption="fresh"))
    found = await store.get("t1")
    assert found == again
    assert found is not None
    assert (found.version, found.caption, found.phase) == (2, "fresh", Phase.SENDING)


async def test_saving_what_does_not_exist_stores_nothing(store: Store) -> None:
    assert await store.save(a_task("ghost")) is None
    assert await store.get("ghost") is None


async def test_of_many_savers_one_wins(store: Store) -> None:
    await stored(store, a_task())
    saved = await asyncio.gather(*(store.save(a_task(caption=str(n))) for n in range(10)))
    winners = [task for task in saved if task is not None]
    assert len(winners) == 1
    assert await store.get("t1") == winners[0]


async def test_many_are_saved_but_for_those_that_changed_meanwhile(store: Store) -> None:
    await stored(store, *(a_task(f"t{n}") for n in range(4)))
    assert await store.save(a_task("t2", caption="mine")) is not None
    await store.save_all([a_task(f"t{n}", caption="bulk") for n in range(4)])
    found = [await store.get(f"t{n}") for n in range(4)]
    assert [(task.caption, task.version) for task in found if task] == [
        ("bulk", 1), ("bulk", 1), ("mine", 1), ("bulk", 1),
    ]  # fmt: skip
    await store.save_all([])


async def test_many_are_added_all_or_none(store: Store) -> None:
    await store.add_all([a_task("t1"), a_task("t2")])
    with pytest.raises(Exception, match=r"(?i)unique"):
        await store.add_all([a_task("t3"), a_task("t2")])
    assert await store.get("t2") is not None
    assert await store.get("t3") is None


async def test_add_instead_of_another_is_one_step(store: Store) -> None:
    old = a_task("old", phase=Phase.UNKNOWN)
    await stored(store, old)
    picture = Input("p", "image/png", "https://cdn.example/p.png", b"png")
    assert await store.add(a_task("new"), [picture], instead_of=replace(old, phase=Phase.CANCELLED))
    found = await store.get("old")
    assert found is not None
    assert (found.phase, found.version) == (Phase.CANCELLED, 1)
    assert await store.get("new") is not None
    # the same again, from what was read before: somebody else was faster
    assert not await store.add(a_task("newer"), [replace(picture, id="q")], instead_of=replace(old, caption="x"))
    assert await store.get("newer") is None
    assert not await store.has_input("q")


async def test_add_that_fails_leaves_the_other_task_alone(store: Store) -> None:
    old = a_task("old")
    await stored(store, old, a_task("taken"))
    picture = Input("p", "image/png", "https://cdn.example/p.png", b"png")
    with pytest.raises(Exception, match=r"(?i)unique"):
        await store.add(a_task("taken"), [picture], instead_of=replace(old, phase=Phase.CANCELLED))
    found = await store.get("old")
    assert found is not None
    assert (found.phase, found.version) == (Phase.QUEUED, 0)
    assert not await store.has_input("p")


async def test_a_moved_card_is_not_moved_back_by_an_older_row(store: Store) -> None:
    await stored(store, a_task())
    held = await store.get("t1")
    assert held is not None
    await store.move("t1", replace(held.place, channel_id=1), Place(channel_id=2, message_id=3))
    assert await store.get("t1") == held
    await store.move("t1", held.place, Place(channel_id=77, message_id=88))
    moved = await store.get("t1")
    assert moved == replace(held, place=Place(channel_id=77, message_id=88), version=held.version + 1)
    assert await store.save(replace(held, caption="from an older row")) is None
    await store.move("ghost", held.place, Place(channel_id=1))
    assert await store.get("ghost") is None


# ---------------------------------------------------------------------------------------------------- inputs


async def test_pictures_are_kept_once_and_come_back(store: Store) -> None:
    content = bytes(range(256)) * 4096
    await store.add(a_task("t1"), [Input("p", "image/png", "https://cdn.example/1", content)])
    await store.add(a_task("t2"), [Input("p", "image/png", "https://cdn.example/2", content)])
    assert await store.input("p") == Input("p", "image/png", "https://cdn.example/2", content)
    assert await store.has_input("p")
    assert await store.input("q") is None
    assert not await store.has_input("q")


async def test_pictures_are_pruned_when_nobody_needs_them(store: Store) -> None:
    def picture(name: str) -> Input:
        return Input(name, "image/png", "", b"x")

    await store.add(a_task("open"), [picture("open")])
    await store.add(ended("old", NOW + 10), [picture("old"), picture("shared")])
    await store.add(ended("late", NOW + 500), [picture("late")])
    await store.add(a_task("again"), used=["shared"])
    await store.add(ended("recent", NOW + 20, created_at=NOW + 300), [picture("recent")])
    assert await store.prune_inputs(NOW + 100) == 1
    left = [name for name in ("open", "old", "shared", "late", "recent") if await store.has_input(name)]
    assert left == ["open", "shared", "late", "recent"]
    assert await store.prune_inputs(NOW + 100) == 0


# ---------------------------------------------------------------------------------------------------- users, memory


async def test_settings_are_merged(store: Store) -> None:
    assert await store.settings_of(5) == {}
    assert await store.change_settings(5, {"ping": False, "ü": "狐"}) == {"ping": False, "ü": "狐"}
    assert await store.change_settings(5, {"ping": True}) == {"ping": True, "ü": "狐"}
    assert await store.settings_of(5) == {"ping": True, "ü": "狐"}
    assert await store.settings_of(6) == {}


async def test_settings_changed_at_once_are_all_kept(store: Store) -> None:
    await asyncio.gather(*(store.change_settings(5, {f"k{n}": n}) for n in range(20)))
    assert await store.settings_of(5) == {f"k{n}": n for n in range(20)}


async def test_memory(store: Store, database: Database, url: str) -> None:
    assert await store.recall("heartbeat") == ""
    await store.remember("heartbeat", "1.5")
    await store.remember("heartbeat", "2.5")
    assert await store.recall("heartbeat") == "2.5"
    beside = await connect(url, look_only=True)
    try:
        assert await Store(beside).recall("heartbeat") == "2.5"
    finally:
        await beside.close()


# ---------------------------------------------------------------------------------------------------- history


async def page(store: Store, which: Filter, **more: int) -> list[str]:
    return ids(await store.of_user(1, which, **more))


async def test_history_is_newest_first_and_paged(store: Store) -> None:
    tasks = [a_task(f"t{n}", created_at=NOW + n // 2) for n in range(7)]  # pairs made in the same instant
    await stored(store, *tasks, a_task("other", user_id=2))
    everything = ["t6", "t5", "t4", "t3", "t2", "t1", "t0"]
    assert await page(store, Filter()) == everything
    assert await page(store, Filter(), limit=3) == everything[:3]
    assert await page(store, Filter(), offset=3, limit=3) == everything[3:6]
    assert await page(store, Filter(), offset=6, limit=3) == everything[6:]
    assert await page(store, Filter(), offset=9) == []
    assert ids(await store.of_user(3, Filter())) == []


async def test_history_is_filtered(store: Store) -> None:
    await stored(
        store,
        a_task("a", provider="luma", caption="red fox"),
        a_task("b", provider="suno", caption="red song"),
        ended("c", provider="luma", caption="blue fox"),
        a_task("d", provider="luma", caption="red cat", phase=Phase.UNKNOWN),
    )
    assert await page(store, Filter(provider="luma")) == ["d", "c", "a"]
    assert await page(store, Filter(phases=(Phase.DELIVERED, Phase.UNKNOWN))) == ["d", "c"]
    assert await page(store, Filter(search="red")) == ["d", "b", "a"]
    assert await page(store, Filter("luma", (Phase.QUEUED, Phase.UNKNOWN), "red")) == ["d", "a"]
    assert await page(store, Filter("luma", (Phase.QUEUED, Phase.UNKNOWN), "red"), offset=1, limit=1) == ["a"]
    assert await page(store, Filter("suno", (Phase.DELIVERED,))) == []


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("100%", ["percent"]),
        ("%", ["percent"]),
        ("_", ["under"]),
        ("a_b", ["under"]),
        ("!", ["bang"]),
        ("wow!%_", []),
        ("ÄPFEL", ["german"]),
        ("äpfel", ["german"]),
        ("рыжий КОТ", ["russian"]),
        ("狐狸", ["chinese"]),
        ("🦊", ["chinese"]),
        ("'", ["quote"]),
        ("\\", ["quote"]),
        ("aXb", ["plain"]),
        ("  ", []),
    ],
)
async def test_a_search_takes_words_literally_and_without_case(store: Store, words: str, found: list[str]) -> None:
    captions = {
        "percent": "100% red", "under": "a_b", "plain": "axb", "bang": "wow!", "german": "Rote Äpfel",
        "russian": "Рыжий кот", "chinese": "一只狐狸🦊", "quote": "it's a \\ sign",
    }  # fmt: skip
    await stored(store, *(a_task(name, caption=caption) for name, caption in captions.items()))
    assert await page(store, Filter(search=words)) == found


async def test_what_was_taken_is_taken_until_it_is_forgotten(store: Store) -> None:
    both = await asyncio.gather(store.take(7, NOW), store.take(7, NOW))
    assert sorted(both) == [False, True]
    assert await store.take(8, NOW + 10)
    assert await store.prune_taken(NOW + 5) == 1
    assert await store.take(7, NOW + 10) and not await store.take(8, NOW + 10)
