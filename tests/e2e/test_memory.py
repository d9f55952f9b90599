"""A large file passes through a bounded temporary file, both ways, never through memory."""

from pathlib import Path

import pytest

from tests.e2e.stage import Stage, a_stage

pytestmark = pytest.mark.process

MIB = 1024 * 1024
SIZE = 50 * MIB
ALLOWED = 20 * MIB


def peak(pid: int) -> int:
    """The most memory (resident, in bytes) that the process ever used, or used since :func:`forget_peak`."""
    (line,) = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) * 1024


def forget_peak(pid: int) -> None:
    """Count the peak from now on, where the system lets us."""
    try:
        Path(f"/proc/{pid}/clear_refs").write_text("5")
    except OSError:
        return


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads /proc")
@pytest.mark.parametrize("late", [False, True], ids=["by-token", "by-right"])
async def test_fifty_mebibytes(tmp_path: Path, late: bool) -> None:
    async with a_stage(tmp_path, attachment_size_limit=2 * SIZE) as stage:
        await stage.ask("warm")
        await stage.ended()
        await large(stage, late=late)


async def large(stage: Stage, *, late: bool) -> None:
    """Deliver the large file and look at the memory that it took."""
    stage.relay.media_url = f"{stage.relay.url}/media/bigvideo?size={SIZE}"
    await stage.begun("large")
    if late:
        stage.server.skip(16 * 60)
    forget_peak(stage.bot.pid)
    before = peak(stage.bot.pid)
    stage.relay.release()
    await stage.ended()
    grown = peak(stage.bot.pid) - before
    assert grown < ALLOWED, f"{grown / MIB:.1f} MiB"
    assert await stage.bot.stop() == 0
    stage.delivered()
    message = stage.stored(stage.asked["large"])
    assert message is not None
    assert [attachment["size"] for attachment in message.attachments] == [SIZE]
