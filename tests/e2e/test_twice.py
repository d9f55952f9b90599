"""The gateway tells of everything twice, as it does to two processes that serve one shard: it is paid for once."""

from pathlib import Path
from typing import Any

import pytest

from tests.discord_server.gateway import Session
from tests.e2e.stage import a_stage
from tests.e2e.test_talk import Parlour, looked

pytestmark = pytest.mark.process

SETTINGS = {"PROVIDERS": "luma,claude"}


@pytest.fixture
def twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Discord repeats what somebody does."""
    once = Session.dispatch

    def dispatch(session: Session, event: str, data: Any) -> None:
        once(session, event, data)
        if event == "INTERACTION_CREATE":
            once(session, event, data)

    monkeypatch.setattr(Session, "dispatch", dispatch)


@pytest.mark.usefixtures("twice")
async def test_asked_once_paid_once(tmp_path: Path) -> None:
    async with a_stage(tmp_path, kind=Parlour, settings=SETTINGS) as stage:
        assert isinstance(stage, Parlour)
        video = await stage.ask("a fox")
        await stage.ended([video])
        answer = await stage.say("hello")
        await stage.over(answer)
        await stage.ended_row()
        paid = [call.path for call in stage.relay.calls if call.path in {"/luma/generations", "/v1/messages"}]
        assert paid == ["/luma/generations", "/v1/messages"]
        here = stage.server.backend.messages[stage.channel.id]
        assert set(here) == {video.message_id, answer.message_id}
        done = stage.bot.output.count("somebody sees to it already")
        name = stage.row()["conversation_id"]
        await stage.server.slash(
            stage.ann, stage.channel, "claude conversations delete", options={"conversation": name}
        )
        await looked(lambda: stage.bot.output.count("somebody sees to it already") == done + 1)
        await looked(lambda: any("is deleted" in str(entry.json) for entry in stage.server.log))
        assert not any("There is no conversation" in str(entry.json) for entry in stage.server.log)
        assert await stage.bot.stop() == 0
