"""A PostgreSQL server of the tests' own, on loopback, from whatever package has it; nothing of it is kept.

As root it runs as the user ``postgres``, since the server refuses to run as root.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
import pytest

from bot.store.journal import SqlJournal
from tests.rig.ports import free_port

REASON = "there is no PostgreSQL server on this machine (Debian's package postgresql)"
PATIENCE_SECONDS = 30
# What is tested here is what happens when the bot dies, not when the machine does.
FAST = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_connections=200", "jit=off")


def programs() -> Path | None:
    """Return the folder of the server's programs, None where there are none."""
    on_path = shutil.which("initdb")
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return Path(on_path).resolve().parent if on_path else found[-1].parent if found else None


@dataclass
class Server:
    """A running server; each database of it is made from one that has the journal's tables."""

    port: int
    process: int

    def url(self, name: str) -> str:
        """Return a database's address."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"

    def run(self, statement: str, name: str = "postgres") -> list[tuple[object, ...]]:
        """Run a statement in a database."""
        with psycopg.connect(self.url(name), autocommit=True) as connection:
            found = connection.execute(statement.encode())
            return list(found.fetchall()) if found.description else []

    @contextmanager
    def database(self, template: str = "template1") -> Iterator[str]:
        """Make a database and give its address; drop it afterwards."""
        name = f"test_{os.getpid()}_{next(_NUMBERS)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield self.url(name)
        finally:
            self.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    @contextmanager
    def silent(self) -> Iterator[None]:
        """Let it answer nothing meanwhile, with its connections standing, as a machine that is frozen does."""
        children = Path(f"/proc/{self.process}/task/{self.process}/children").read_text(encoding="ascii")
        stopped = [self.process, *map(int, children.split())]
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in stopped:
                os.kill(pid, signal.SIGCONT)


_NUMBERS = count(1)


def _as_postgres(command: list[str], **named: object) -> subprocess.Popen[bytes]:
    user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
    return subprocess.Popen([*user, *command], **named)  # type: ignore[call-overload, no-any-return]


@contextmanager
def server(*settings: str) -> Iterator[Server]:
    """Run a server with these settings; skip the test where there is no PostgreSQL."""
    bin_ = programs()
    if bin_ is None:
        pytest.skip(REASON)
    folder = Path(tempfile.mkdtemp(prefix="hotseat-postgres-"))
    log = folder / "log"
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": "/"}
        where = ["-D", f"{folder}/data", "-U", "postgres", "--locale=C.UTF-8"]
        made = _as_postgres([str(bin_ / "initdb"), *where, "-A", "trust", "-E", "UTF8", "--no-sync"], **quiet)
        assert made.wait(PATIENCE_SECONDS) == 0
        port = free_port()
        options = [part for setting in (*FAST, *settings) for part in ("-c", setting)]
        where = ["-p", str(port), "-h", "127.0.0.1", "-k", str(folder)]
        with log.open("wb") as output:
            running = _as_postgres(
                [str(bin_ / "postgres"), "-D", f"{folder}/data", *where, *options],
                stdout=output,
                stderr=output,
                cwd="/",
            )
        try:
            found = Server(port, running.pid)
            _wait(found, running, log)
            yield found
        finally:
            running.send_signal(2)  # a fast shutdown
            running.wait(PATIENCE_SECONDS)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait(found: Server, running: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            found.run("SELECT 1")
        except psycopg.OperationalError:
            assert running.poll() is None, log.read_text()
            assert time.monotonic() < end, log.read_text()
            time.sleep(0.05)
        else:
            return


async def make_template(found: Server) -> str:
    """Make the database from which others are made quickly, and return its name."""
    found.run("CREATE DATABASE hotseat_template")
    journal = SqlJournal(found.url("hotseat_template"))
    await journal.open()
    await journal.close()
    return "hotseat_template"
