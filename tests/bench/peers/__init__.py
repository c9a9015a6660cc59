"""Who is measured: one row each, in the order of the table."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.bench.load import Button
from tests.bench.peers import product

HERE = Path(__file__).parent
WATCHED = str(HERE.parent / "watched.py")
AGENTS_PYTHON = str(HERE.parents[2] / ".venv-bench" / "bin" / "python")


@dataclass(frozen=True, slots=True)
class Peer:
    """A bot: its name, what it is, its command; how its data folder is made, and what is open in it (None: nothing).

    One that takes seconds for a burst is `slow`: it is measured at 16 at once only, and longer where Entra is slow too.
    """

    name: str
    title: str
    command: tuple[str, ...]
    prepare: Callable[[Path], None] | None = None
    unsettled: Callable[[Path], list[Button]] | None = None
    slow: bool = False


def _script(python: str, name: str, *arguments: str) -> tuple[str, ...]:
    return (python, WATCHED, str(HERE / name), *arguments)


PRODUCT = Peer(
    "product",
    "(a) Hotseat: token, event and outbox stored durably, card out",
    (sys.executable, WATCHED, "-m", "bot", "serve"),
    product.prepare,
    product.unsettled,
)
SDK = Peer("sdk", "(b) SDK's echo, outbound token for nothing", _script(sys.executable, "sdk.py", "static"))
SDK_MSAL = Peer("sdk+msal", "(b') SDK's echo as it is, msal", _script(sys.executable, "sdk.py"), slow=True)
RAW = Peer("raw", "(c) bare aiohttp, same token check", _script(sys.executable, "raw.py"))
AGENTS = Peer("agents", "(d) Microsoft 365 Agents SDK's echo", _script(AGENTS_PYTHON, "agents.py"))

PEERS = (PRODUCT, SDK, SDK_MSAL, RAW, AGENTS)
