"""The whole bot on a disk that fails: full, without inodes, read-only, with I/O errors, somebody else's.

Nothing is acknowledged that is not stored: 503, and Teams comes again. Nothing stored is lost, and when the disk is
well again the same process goes on. A small disk of its own is a bot's, and goes with its process.
"""

import asyncio
import errno
import os
import shlex
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from tests.faults.stage import Stage, stage

AS_ROOT = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
SIZE = "size=4m,nr_inodes=64"
C = Path(__file__).with_name("eio.c")


def own_disk(script: str) -> list[str]:
    """Return the words by which a program is run behind a shell's script that may mount."""
    return ["unshare", *AS_ROOT, "--mount", "sh", "-ec", f'{script}; exec "$@"', "sh"]


@pytest.fixture(scope="session")
def can_mount() -> None:
    """Skip where nobody may mount, even in a namespace of their own."""
    words = [*own_disk("mount -t tmpfs none /mnt"), "true"]
    if shutil.which("unshare") is None or subprocess.run(words, check=False, capture_output=True).returncode:
        pytest.skip("no disk can be mounted here: that takes root, or user namespaces, and util-linux")


class Disk:
    """A small disk under a bot's data folder, seen from outside through its process."""

    def __init__(self, bot: Stage) -> None:
        self.bot = bot
        self.folder = Path(f"/proc/{bot.pid}/root{bot.folder}")
        self.inside = ["nsenter", "--target", str(bot.pid), "--mount", *(["--user"] if AS_ROOT else [])]

    def fill(self, name: str = "filler") -> None:
        """Leave no byte."""
        with (self.folder / name).open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(4096))

    def use_up_inodes(self) -> None:
        """Leave no file to be made, nor a byte for those that are there."""
        with suppress(OSError):
            for number in range(64):
                (self.folder / f"filler-{number}").touch()
        self.fill("filler-0")

    def empty(self) -> None:
        """Give everything back."""
        for path in self.folder.glob("filler*"):
            path.unlink()


@asynccontextmanager
async def small_disk(folder: Path) -> AsyncIterator[tuple[Stage, Disk]]:
    """Run a bot whose data folder is a disk of 4 MB."""
    seeded, data = folder / "seeded", folder / "data"
    async with stage(seeded) as bot:
        data.mkdir()
        bot.folder = data
        place = shlex.quote(str(data))
        bot.prefix = own_disk(
            f"mount -t tmpfs -o {SIZE},mode=700 none {place}; cp -a {shlex.quote(str(seeded))}/. {place}"
        )
        await bot.start()
        disk = Disk(bot)
        bot.inside = disk.inside
        yield bot, disk


async def survives(bot: Stage, ill: Callable[[], None], well: Callable[[], None]) -> None:
    """Let the disk be ill for a while: nothing is taken that is not stored, and afterwards everything is there once."""
    before = bot.request("before")
    assert await bot.post(before) == 200
    await bot.quiet()
    ill()
    during = [bot.request(f"during {number} " + "x" * 20_000) for number in range(3)]
    found = [await bot.post(one) for one in during]
    assert 503 in found
    assert set(found) <= {200, 503}  # a log that has room left over takes one
    await shown(bot, 503)
    assert await bot.status("/livez") == 200
    well()
    assert bot.rows("select count(*) from requests") == [(1 + found.count(200),)]
    assert [await bot.post(one) for one in (before, *during, *during)] == [200] * 7
    await bot.quiet()
    assert bot.rows("select count(*) from requests") == [(4,)]
    assert len(bot.cards()) == 4
    await shown(bot, 200)
    assert not [line for line in bot.said if "Traceback" in line], bot.said
    assert not [line for line in bot.said if "x" * 20 in line]


async def shown(bot: Stage, status: int) -> None:
    """Wait until the bot says of itself that it is ready, or that it is not."""
    async with asyncio.timeout(60):
        while await bot.status("/readyz") != status:
            await asyncio.sleep(0.1)


@pytest.mark.usefixtures("can_mount")
async def test_a_full_disk_takes_nothing_that_it_cannot_keep(tmp_path: Path) -> None:
    async with small_disk(tmp_path) as (bot, disk):
        await survives(bot, disk.fill, disk.empty)
        await survives_again_after_inodes(bot, disk)


async def survives_again_after_inodes(bot: Stage, disk: Disk) -> None:
    """The same with no inode left, in the same process."""
    disk.use_up_inodes()
    lost = bot.request("without inodes " + "x" * 20_000)
    assert await bot.post(lost) == 503
    disk.empty()
    assert await bot.post(lost) == 200
    await bot.quiet()
    assert bot.rows("select count(*) from requests") == [(5,)]


@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler: a disk with I/O errors is made with one")
@pytest.mark.parametrize("error", [errno.EIO, errno.EROFS], ids=errno.errorcode.get)
async def test_a_disk_that_fails_or_becomes_read_only_takes_nothing_that_it_cannot_keep(
    tmp_path: Path, error: int
) -> None:
    library, flag, data = tmp_path / "eio.so", tmp_path / "eio", tmp_path / "data"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", str(library), str(C), "-ldl"], check=True, timeout=60)
    async with stage(data, EIO_FOLDER=str(data), EIO_ERRNO=str(error), LD_PRELOAD=str(library)) as bot:
        await bot.start()
        await survives(bot, flag.touch, flag.unlink)


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="no setpriv (util-linux): rights do not bind root")
@pytest.mark.parametrize("name", ["", "journal.sqlite", "rota/backend.json"])
async def test_what_belongs_to_somebody_else_ends_the_start_with_the_remedy(tmp_path: Path, name: str) -> None:
    async with stage(tmp_path / "data") as bot:
        bot.prefix = [] if AS_ROOT else ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"]
        place = bot.folder / name
        place.chmod(0)
        said = await bot.refused()
        place.chmod(0o700)
        assert "Traceback" not in said
        assert "Permission denied" in said or "unable to open" in said
        assert str(bot.folder) in said


@pytest.mark.usefixtures("can_mount")
async def test_a_disk_that_may_only_be_read_ends_the_start_with_the_remedy(tmp_path: Path) -> None:
    async with stage(tmp_path / "data") as bot:
        place = shlex.quote(str(bot.folder))
        bot.prefix = own_disk(f"mount --bind {place} {place}; mount -o remount,bind,ro {place}")
        said = await bot.refused()
        assert said.splitlines()[-1].endswith("writable for this user, on a disk that has space.")
        assert "(Read-only file system)" in said
        assert "Traceback" not in said
