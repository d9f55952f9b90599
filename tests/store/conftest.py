"""The two databases. PostgreSQL is a server of our own, made for the session and stopped with it."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.store import Database, Store, connect

ROLE = "darkroom"


def _programs() -> Path | None:
    """The folder of the server's programs: Debian's newest version, or where the ``psql`` on the path comes from."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    client = shutil.which("psql")
    if client:
        folders.append(Path(client).resolve().parent)
    needed = ("initdb", "pg_ctl", "psql")
    return next((folder for folder in folders if all((folder / name).exists() for name in needed)), None)


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server on a socket in ``folder``."""

    programs: Path
    folder: Path
    user: str | None

    @property
    def url(self) -> str:
        return f"postgresql://{ROLE}@/postgres?host={self.folder}"

    def run(self, program: str, *arguments: str) -> None:
        """One of PostgreSQL's programs, as a user it accepts (it refuses root)."""
        command = [str(self.programs / program), *arguments]
        done = subprocess.run(
            command, user=self.user, cwd=self.folder, check=False, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=60, env={"PATH": os.environ["PATH"]},
        )  # fmt: skip
        assert done.returncode == 0, f"{program}: {done.stderr}"

    def sql(self, statement: str) -> None:
        """Run a statement as the operator."""
        self.run("psql", "-h", str(self.folder), "-U", ROLE, "-d", "postgres", "-q", "-c", statement)

    def control(self, *arguments: str) -> None:
        """``pg_ctl``, which finds the process by the pid in the server's own folder."""
        self.run("pg_ctl", "-D", str(self.folder / "data"), "-w", "-l", str(self.folder / "log"), *arguments)

    @contextmanager
    def stopped_at_the_end(self) -> Iterator[None]:
        """Stop it when the context ends, and also when this process is killed: a helper waits for our pipe to close."""
        command = 'read -r _; "$1/pg_ctl" -D "$2/data" -w -m immediate stop; rm -rf "$2"/*'
        helper = subprocess.Popen(
            ["sh", "-c", command, "sh", str(self.programs), str(self.folder)], user=self.user,
            cwd=self.folder, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        try:
            yield
        finally:
            helper.communicate(timeout=60)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A running server."""
    programs = _programs()
    if programs is None:
        reason = "no PostgreSQL programs here (initdb)"
        if os.environ.get("REQUIRE_POSTGRES") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp", ignore_cleanup_errors=True) as name:
        folder, user = Path(name), None
        if os.geteuid() == 0:
            user = "postgres"
            os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
        server = Server(programs, folder, user)
        server.run(
            "initdb", "-D", str(folder / "data"), "-U", ROLE, "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C"
        )
        with server.stopped_at_the_end():
            server.control("-o", f"-k {folder} -c listen_addresses= -c fsync=off -c shared_buffers=16MB", "start")
            yield server


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'darkroom.db'}"
    server: Server = request.getfixturevalue("postgres")
    server.sql("SET client_min_messages = error; DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public")
    return server.url


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    """An open database of either kind, up to date."""
    opened = await connect(url)
    yield opened
    await opened.close()


@pytest.fixture
def store(database: Database) -> Store:
    """The store over it."""
    return Store(database)
