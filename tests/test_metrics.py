"""The figures: counted while the whole bot works, read as Prometheus reads them, drawn on the dashboard."""

import asyncio
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import Metric
from prometheus_client.openmetrics import parser as openmetrics
from prometheus_client.parser import text_string_to_metric_families

from bot import __version__
from bot.health import standing_of
from bot.metrics import NONE, Metrics, Standing
from bot.provider import own_providers, providers
from bot.task import Phase
from tests.discord.kit import one_film
from tests.test_health import Asked, watched
from tests.world import World

ROOT = Path(__file__).parents[1]
DASHBOARD = ROOT / "docs" / "grafana.json"
OPENMETRICS = "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3"


class Figures:
    """What ``/metrics`` exposes."""

    def __init__(self, text: str) -> None:
        self.families: list[Metric] = list(text_string_to_metric_families(text))

    def __call__(self, name: str, **labels: str) -> float | None:
        """The value of a sample, the sum over those that have these labels; ``None`` when there is none."""
        found = [
            sample.value
            for family in self.families
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        ]
        return sum(found) if found else None

    def ours(self) -> set[str]:
        """The names of our own metrics, without what the parts of a histogram add to them."""
        found = {family.name for family in self.families if family.name.startswith("darkroom_")}
        return {name for name in found if not name.endswith("_created")}


async def figures(world: World, port: int) -> Figures:
    async with watched(world, port) as ask:
        answer = await ask("/metrics")
    assert answer.status == 200
    return Figures(answer.text)


async def busy(world: World) -> None:
    """A video, and an answer of a chat."""
    one_film(world)
    world.relay.pace = 0.05
    await world.delivered(prompt="a fox in the snow")
    await world.ann.slash(world.channel, "claude chat", prompt="why is the snow white?")
    await world.work()


# ---------------------------------------------------------------------------------------------------- counting


async def test_a_task_leaves_its_marks(world: World, unused_tcp_port: int) -> None:
    await busy(world)
    found = await figures(world, unused_tcp_port)
    luma = {"provider": "luma"}
    assert found("darkroom_submissions_total", **luma, outcome="waiting") == 1
    assert found("darkroom_submit_seconds_count", **luma) == 1
    assert found("darkroom_reports_total", **luma, outcome="done") == 1
    assert found("darkroom_poll_seconds_count", **luma) == found("darkroom_reports_total", **luma)
    assert found("darkroom_deliveries_total", **luma) == found("darkroom_deliver_seconds_count", **luma) == 1
    assert found("darkroom_deliveries_total", **luma, outcome="delivered") == 1
    task = await world.task()
    assert task.finished_at is not None
    assert found("darkroom_result_seconds_sum", **luma) == pytest.approx(task.finished_at - task.created_at, abs=10)
    calls = found("darkroom_relay_calls_total", **luma)
    assert found("darkroom_relay_calls_total", **luma, status="201") == 1
    assert found("darkroom_relay_calls_total", **luma, status="200") == (calls or 0) - 1
    assert calls == found("darkroom_relay_call_seconds_count", **luma)
    assert calls == len([call for call in world.relay.calls if call.path.startswith("/luma")])
    assert found("darkroom_answers_total", provider="claude", outcome="done") == 1
    assert found("darkroom_relay_calls_total", provider="claude", status="200") == 1
    assert (found("darkroom_edits_total", outcome="sent") or 0) >= 3
    assert {found("darkroom_ready", part=part) for part in ("discord", "database", "relay")} == {1}
    assert (found("darkroom_guilds"), found("darkroom_shards"), found("darkroom_shards_connected")) == (1, 1, 1)
    assert found("darkroom_gateway_latency_seconds", shard="0") == 0
    assert found("darkroom_build_info", version=__version__) == 1
    assert (found("process_resident_memory_bytes") or 0) > 10_000_000


async def test_what_stands_in_line_and_is_under_way(world: World, unused_tcp_port: int) -> None:
    for number in range(7):
        await world.video(prompt=f"fox {number}")
    await world.work()
    found = await figures(world, unused_tcp_port)
    assert found("darkroom_tasks", provider="luma", phase="queued") == 2
    assert found("darkroom_tasks", provider="luma") == found("darkroom_tasks") == 7
    assert found("darkroom_tasks", provider="suno", phase="queued") == 0
    assert found("darkroom_tasks_claimed") == 0
    core = world.app.engine.core
    await core.store.claim([Phase.WAITING, Phase.RUNNING], core.clock() + 60, 90.0, 3)
    world.clock.now += 60
    assert (await figures(world, unused_tcp_port))("darkroom_tasks_claimed") == 3


async def test_a_step_that_is_under_way(world: World) -> None:
    release = asyncio.Event()

    async def step() -> None:
        await release.wait()

    crew = world.app.engine.deliverer.crew
    begun = crew.start(step())
    assert (await standing_of(world.app, {})).under_way["deliver"] == 1
    release.set()
    await begun
    assert (await standing_of(world.app, {})).under_way["deliver"] == 0


async def test_an_answer_that_is_being_streamed(world: World) -> None:
    world.relay.pace = 0.05
    await world.ann.slash(world.channel, "claude chat", prompt="why is the snow white?")
    answers = world.app.talk.answers
    begun = answers.start_due()
    while not answers.streams:
        await asyncio.sleep(0)
    assert (await standing_of(world.app, {})).streams == 1
    await asyncio.gather(*begun)
    assert (await standing_of(world.app, {})).streams == 0


async def test_changes_of_a_card_that_come_too_fast(world: World, unused_tcp_port: int) -> None:
    await world.video()
    task = await world.task()
    for _time in range(3):
        world.app.messenger.show(task)
    found = await figures(world, unused_tcp_port)
    assert (found("darkroom_edits_coalesced_total") or 0) >= 2
    assert found("darkroom_cards_waiting") == 1
    await world.work()
    assert (await figures(world, unused_tcp_port))("darkroom_cards_waiting") == 0


async def test_edits_that_discord_puts_off(world: World, unused_tcp_port: int) -> None:
    world.env.inject_error("PATCH", "/webhooks/*", status=503, times=8)
    await world.delivered()
    found = await figures(world, unused_tcp_port)
    assert (found("darkroom_edits_total", outcome="later") or 0) >= 1


async def test_a_relay_that_is_down(world: World, unused_tcp_port: int) -> None:
    await world.video()
    await world.work()
    await world.relay.close()
    await world.pass_time(10)
    found = await figures(world, unused_tcp_port)
    assert (found("darkroom_relay_calls_total", provider="luma", status=NONE) or 0) >= 1
    assert (found("darkroom_reports_total", provider="luma", outcome="put off") or 0) >= 1
    assert (found("darkroom_ready", part="relay"), found("darkroom_ready", part="database")) == (0, 1)


async def test_a_refusal(world: World, unused_tcp_port: int) -> None:
    world.relay.faults.add(path="/luma/generations", status=400, body={"error": {"message": "no"}})
    await world.video()
    await world.work()
    found = await figures(world, unused_tcp_port)
    assert found("darkroom_submissions_total", provider="luma", outcome="failed") == 1
    assert found("darkroom_relay_calls_total", provider="luma", status="400") == 1


async def test_a_step_that_breaks_off_is_counted_too() -> None:
    metrics = Metrics()
    with suppress(KeyError), metrics.submitting("luma"):
        raise KeyError
    found = Figures(metrics.exposed(Standing())[0].decode())
    assert found("darkroom_submissions_total", provider="luma", outcome="broken off") == 1


async def test_the_lag_of_the_loop_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.metrics.SAMPLE", 0.001)
    metrics = Metrics()
    watching = asyncio.create_task(metrics.watch_loop())
    found = Figures("")
    async with asyncio.timeout(30):
        while (found("darkroom_loop_lag_seconds_count") or 0) < 3:
            await asyncio.sleep(0.001)
            found = Figures(metrics.exposed(Standing())[0].decode())
    watching.cancel()
    assert (found("darkroom_loop_lag_seconds_sum") or 0) > 0


def test_two_apps_have_their_own_figures() -> None:
    one, other = Metrics(), Metrics()
    one.coalesced()
    values = [
        Figures(metrics.exposed(Standing())[0].decode())("darkroom_edits_coalesced_total") for metrics in (one, other)
    ]
    assert values == [1, 0]


def test_what_stood_before_is_forgotten() -> None:
    metrics = Metrics()
    metrics.exposed(Standing(tasks={("luma", "queued"): 3}, latencies={0: 0.1}))
    found = Figures(metrics.exposed(Standing())[0].decode())
    assert (found("darkroom_tasks"), found("darkroom_gateway_latency_seconds")) == (None, None)


async def test_a_database_that_fails_says_nothing_of_tasks(world: World, unused_tcp_port: int) -> None:
    await world.video()
    await world.app.engine.core.store.database.execute("ALTER TABLE tasks RENAME TO elsewhere")
    found = await figures(world, unused_tcp_port)
    await world.app.engine.core.store.database.execute("ALTER TABLE elsewhere RENAME TO tasks")
    assert found("darkroom_tasks") is None
    assert found("darkroom_guilds") == 1


# ---------------------------------------------------------------------------------------------------- labels, forms


async def test_no_label_holds_what_a_user_gave(world: World, unused_tcp_port: int) -> None:
    await busy(world)
    found = await figures(world, unused_tcp_port)
    known: dict[str, set[str]] = {
        "provider": {*providers(), *own_providers(), NONE},
        "phase": set(map(str, Phase)),
        "part": {"discord", "database", "relay"},
        "worker": {"submit", "poll", "deliver", "announce", "talk"},
        "shard": {"0"},
    }
    for family in found.families:
        for sample in family.samples if family.name.startswith("darkroom_") else ():
            for name, value in sample.labels.items():
                assert re.fullmatch(r"[a-z_ ]+|[A-Z]+|[0-9.e+-]{1,6}|\+Inf|[0-9]+\.[0-9]+\.[0-9]+", value), sample
                assert name not in known or value in known[name], sample


async def test_the_form_that_is_asked_for(world: World, unused_tcp_port: int) -> None:
    async def asked(**headers: str) -> Asked:
        async with watched(world, unused_tcp_port) as ask:
            return await ask("/metrics", **headers)

    plain, modern = await asked(), await asked(Accept=OPENMETRICS)
    assert plain.type == "text/plain; version=0.0.4; charset=utf-8"
    assert modern.type.startswith("application/openmetrics-text; version=1.0.0; charset=utf-8")
    assert modern.text.endswith("# EOF\n")
    parsed = openmetrics.text_string_to_metric_families(modern.text)  # type: ignore[no-untyped-call]  # it has no types
    names = {family.name for family in parsed}
    assert {"darkroom_submissions", "darkroom_tasks", "darkroom_loop_lag_seconds"} <= names


# ---------------------------------------------------------------------------------------------------- dashboard


def panels() -> Iterator[dict[str, Any]]:
    yield from json.loads(DASHBOARD.read_text("utf-8"))["panels"]


def queries() -> list[str]:
    return [target["expr"] for panel in panels() for target in panel.get("targets", [])]


async def test_the_dashboard_shows_what_is_exposed_and_nothing_else(world: World, unused_tcp_port: int) -> None:
    await busy(world)
    found = await figures(world, unused_tcp_port)
    samples = {sample.name for family in found.families for sample in family.samples} | {
        f"{family.name}{'_total' if family.type == 'counter' else ''}" for family in found.families
    }
    drawn = {name for query in queries() for name in re.findall(r"\b(?:darkroom|process|python)_\w+", query)}
    assert drawn - samples == set()
    assert found.ours() - {re.sub(r"_(total|bucket|sum|count)$", "", name) for name in drawn} == set()


def test_the_readme_explains_what_is_exposed() -> None:
    section = (ROOT / "README.md").read_text("utf-8").partition("## Operating it")[2]
    explained = {f"darkroom_{name}" for name in re.findall(r"`([a-z_]+)`", section)}
    exposed = Figures(Metrics().exposed(Standing())[0].decode())
    names = {
        f"{family.name}{'_total' if family.type == 'counter' else ''}"
        for family in exposed.families
        if family.name in exposed.ours()
    }
    assert len(names) > 20
    assert names - explained == set()


def test_the_dashboard_can_be_loaded() -> None:
    dashboard = json.loads(DASHBOARD.read_text("utf-8"))
    assert dashboard["schemaVersion"] >= 41
    variables = {variable["name"]: variable for variable in dashboard["templating"]["list"]}
    assert (variables["datasource"]["type"], variables["datasource"]["query"]) == ("datasource", "prometheus")
    sources = [panel["datasource"] for panel in panels() if panel["type"] != "row"]
    sources += [target["datasource"] for panel in panels() for target in panel.get("targets", [])]
    assert {source["uid"] for source in sources} == {"${datasource}"}
    ids = [panel["id"] for panel in panels()]
    assert len(ids) == len(set(ids))
    used = {name for query in queries() for name in re.findall(r"\$(\w+)", query)} - {"__rate_interval"}
    assert used <= variables.keys()


def test_the_panels_do_not_overlap() -> None:
    cells = [
        (x, y)
        for panel in panels()
        for at in [panel["gridPos"]]
        for x in range(at["x"], at["x"] + at["w"])
        for y in range(at["y"], at["y"] + at["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _y in cells) < 24


@pytest.mark.parametrize("query", sorted(set(queries())))
def test_every_query_is_balanced(query: str) -> None:
    for opening, closing in ("()", "{}", "[]"):
        assert query.count(opening) == query.count(closing)
    assert query.count('"') % 2 == 0
