"""The services' process as the bench sees it: start and end, delays, counts, and the settings that lead a bot there.

Decides which settings every peer gets. Must not know what the services answer.
"""

import contextlib
import json
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from tests.bench import process, world

SERVICES = Path(__file__).with_name("services.py")


class Remote:
    """The running services."""

    def __init__(self, addresses: dict[str, str], folder: Path) -> None:
        """Note where they listen; the folder holds the certificate that msal must trust."""
        self.entra = addresses["entra"]
        self._entra_tls = addresses["entra_tls"]
        self.connector = addresses["connector"]
        self._folder = folder
        self._card = folder / "card.json"

    @classmethod
    @contextlib.contextmanager
    def running(cls, python: str, folder: Path, script: Path = SERVICES) -> Iterator[Self]:
        """Run the services on the load's core, read where they listen, end them by their id."""
        command = [python, str(script), str(folder)]
        started = subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
        try:
            line = started.stdout.readline() if started.stdout else b""
            yield cls(json.loads(line), folder)
        finally:
            process.end(started)

    def settings(self) -> dict[str, str]:
        """Give a bot's settings: the product's own names, and three that only the peers read."""
        return {
            "MicrosoftAppId": world.APP_ID,
            "MicrosoftAppPassword": world.APP_PASSWORD,
            "MicrosoftAppTenantId": world.TENANT,
            "MicrosoftAppType": "SingleTenant",
            "BotOpenIdMetadata": f"{self.entra}/metadata",
            "HOTSEAT_AUTHORITY": self.entra,
            "HOTSEAT_SERVICE_HOSTS": urlsplit(self.connector).netloc,
            "HOTSEAT_SEND_LIMITS": "off",
            "HOTSEAT_CLOCK": f"{self.entra}/clock",
            "BENCH_ENTRA": self.entra,
            "BENCH_MSAL_AUTHORITY": f"{self._entra_tls}/adfs",
            "BENCH_CARD": str(self._card) if self._card.exists() else "",
            "REQUESTS_CA_BUNDLE": str(self._folder / "tls.pem"),
        }

    def control(self, *, connector_ms: int = 0, entra_ms: int = 0) -> None:
        """Set the delays and forget the counts."""
        wish = json.dumps({"connector_ms": connector_ms, "entra_ms": entra_ms}).encode()
        request = urllib.request.Request(f"{self.entra}/control", wish, method="PUT")  # noqa: S310  # loopback
        urllib.request.urlopen(request, timeout=10).close()  # noqa: S310  # loopback

    def keep_card(self) -> None:
        """Let every peer from now on answer with the last card that came."""
        with urllib.request.urlopen(f"{self.entra}/card", timeout=10) as answer:  # noqa: S310  # loopback
            self._card.write_bytes(answer.read())

    def stats(self) -> dict[str, Any]:
        """Read the counts."""
        with urllib.request.urlopen(f"{self.entra}/stats", timeout=10) as answer:  # noqa: S310
            counts: dict[str, Any] = json.load(answer)
            return counts

    def settled(self, turns: int, patience: float) -> dict[str, Any]:
        """Wait until at least `turns` cards have arrived and nothing has come for 0.2 s, or patience ends."""
        until = time.monotonic() + patience
        counts = self.stats()
        quiet = 0
        while time.monotonic() < until and (quiet < 2 or counts["cards"] < turns):
            time.sleep(0.1)
            before, counts = counts, self.stats()
            same = all(counts[name] == before[name] for name in ("posts", "updates"))
            quiet = quiet + 1 if same and not counts["in_flight"] else 0
        return counts
