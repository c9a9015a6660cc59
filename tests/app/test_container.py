"""The image is what it says: nobody's root, with nothing to write to but its volume, and whole.

No engine builds it here. What stands in its Dockerfile is read, and the bot runs as it would there: with the same
environment, health check and end, where everything but the data folder is read-only.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest
from dockerfile_parse import DockerfileParser

from tests.rig.ports import free_port
from tests.rig.process import SETTINGS

ROOT = Path(__file__).parents[2]
READ_ONLY = (
    'mount --make-rprivate / && mount --bind "$HOTSEAT_DATA" "$HOTSEAT_DATA" && mount -o remount,bind,ro / && exec "$@"'
)


class Image:
    """What a Dockerfile says of the image that it makes, the last one."""

    def __init__(self) -> None:
        parser = DockerfileParser(fileobj=(ROOT / "Dockerfile").open("rb"))
        self.all: list[tuple[str, str]] = [(one["instruction"], one["value"]) for one in parser.structure]
        last = max(number for number, (name, _) in enumerate(self.all) if name == "FROM")
        self._own = self.all[last:]
        self.environment: dict[str, str] = parser.envs

    def one(self, instruction: str) -> str:
        (value,) = [value for name, value in self._own if name == instruction]
        return value

    def words(self, instruction: str) -> list[str]:
        """Return an instruction's program, which needs no shell."""
        value = self.one(instruction)
        words: list[str] = json.loads(value[value.index("[") :])
        return words


@pytest.fixture(scope="module")
def image() -> Image:
    return Image()


def test_nobody_is_root_in_it_by_a_number_that_a_cluster_can_check(image: Image) -> None:
    user, _, group = image.one("USER").partition(":")
    assert int(user) >= 10_000
    assert int(group) >= 10_000


def test_its_one_volume_is_the_data_folder_which_is_the_users_alone(image: Image) -> None:
    assert image.one("VOLUME") == image.environment["HOTSEAT_DATA"] == "/data"
    assert image.environment["TMPDIR"] == image.environment["HOME"] == "/data"
    user, _, group = image.one("USER").partition(":")
    assert image.one("RUN") == f"install --directory --mode=0700 --owner={user} --group={group} /data"


def test_it_runs_without_a_shell_and_ends_when_it_is_asked_to(image: Image) -> None:
    assert [*image.words("ENTRYPOINT"), *image.words("CMD")] == ["hotseat", "serve"]
    assert image.words("HEALTHCHECK")[0] == "python"
    assert image.one("STOPSIGNAL") == "SIGTERM"


def test_whatever_is_installed_in_it_is_locked_with_its_hash(image: Image) -> None:
    parts = [part for name, value in image.all if name == "RUN" for part in value.split("&&")]
    installs = [part for part in parts if "pip install" in part]
    assert len(installs) == 3
    for one in installs:
        assert ("--require-hashes" in one and " -r " in one) or "--no-index --no-deps" in one


def test_what_it_is_built_of_is_sent_to_be_built_and_nothing_else_is(image: Image) -> None:
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    assert lines[0] == "*"
    sent = {line.removeprefix("!") for line in lines if line.startswith("!")}
    copies = [value for name, value in image.all if name == "COPY" and "--from" not in value]
    copied = {word for value in copies for word in value.split()[:-1]}
    assert copied == sent
    assert all((ROOT / name).exists() for name in sent)
    assert any(fnmatch("bot/.env", line.replace("**/", "*/")) for line in lines[1:])


def jail(data: Path) -> list[str]:
    """Return what runs a program where all is read-only but ``data``: nothing, where this machine does not let us."""
    words = ["unshare", "--mount", "sh", "-c", READ_ONLY, "sh"]
    environment = os.environ | {"HOTSEAT_DATA": str(data)}
    return words if subprocess.run([*words, "true"], env=environment, check=False).returncode == 0 else []


async def test_it_serves_is_healthy_and_ends_with_nothing_to_write_to_but_its_volume(
    image: Image, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    kept = {name: value for name, value in os.environ.items() if not name.startswith((*SETTINGS, "TMP"))}
    theirs = {name: value.replace("/data", str(data)) for name, value in image.environment.items() if name != "PATH"}
    given = {"PORT": str(free_port()), "HOST": "127.0.0.1", "HOTSEAT_OPS": "off", "PYTHONPATH": str(ROOT)}
    environment = kept | theirs | given  # local mode, which listens on loopback only
    run = await asyncio.create_subprocess_exec(
        *(*jail(data), sys.executable, "-m", "bot", *image.words("CMD")), env=environment, cwd=data
    )
    try:
        async with asyncio.timeout(60):
            while await _ended(image.words("HEALTHCHECK"), environment) != 0:
                assert run.returncode is None
                await asyncio.sleep(0.1)
        run.send_signal(getattr(signal, image.one("STOPSIGNAL")))
        assert await asyncio.wait_for(run.wait(), 30) == 0
    finally:
        if run.returncode is None:
            run.kill()
            await run.wait()
    assert (data / "journal.sqlite").exists()


async def _ended(words: list[str], environment: dict[str, str]) -> int:
    quiet = asyncio.subprocess.DEVNULL
    run = await asyncio.create_subprocess_exec(sys.executable, *words[1:], env=environment, stderr=quiet)
    return await run.wait()
