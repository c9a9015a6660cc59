"""Which hosts the bot believes to be a connector of Teams.

Decides by exact spelling only: an address that has to be interpreted (user info, escapes, odd ports, numbers that are
an IP address to somebody) is not on the list. Used when an activity comes in and again before anything goes out.
"""

import ipaddress
import re
from collections.abc import Iterable

# Public and the two clouds of the US government: learn.microsoft.com, "connect a bot to Teams", service URLs.
MICROSOFT_HOSTS = (
    "smba.trafficmanager.net",
    "smba.infra.gcc.teams.microsoft.com",
    "smba.infra.gov.teams.microsoft.us",
    "smba.infra.dod.teams.microsoft.us",
)

_ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(?::(?P<port>[1-9][0-9]{0,4}))?"
    r"(?:/(?P<path>[A-Za-z0-9._~/-]*))?",
    re.IGNORECASE,
)
_ENTRY = re.compile(r"(?P<host>[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(?::(?P<port>[1-9][0-9]{0,4}))?")
_REMEMBERED = 1024
LAST_PORT = 65535
_STANDARD = {"http": "80", "https": "443"}


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine's loopback: localhost, 127.0.0.0/8 or ::1, in their ordinary spelling."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.removeprefix("[").removesuffix("]")).is_loopback
    except ValueError:
        return False


class ServiceHosts:
    """Tell whether a service URL may be believed and called.

    `entries` are `host` or `host:port`. https only; http for the loopback entries among them alone. An entry without a
    port means the scheme's own port, a loopback entry without one any port. Raises ValueError on an entry that is no
    host. `ServiceHosts.loopback()` is local mode's list: every loopback address and nothing else.
    """

    def __init__(self, entries: Iterable[str] = MICROSOFT_HOSTS) -> None:
        self._hosts: set[tuple[str, str]] = set()
        self._any_loopback = False
        self._known: dict[str, bool] = {}
        for entry in entries:
            match = _ENTRY.fullmatch(entry.strip().lower())
            if match is None or int(match["port"] or 0) > LAST_PORT:
                msg = f"{entry!r} is not a host or host:port"
                raise ValueError(msg)
            self._hosts.add((match["host"], match["port"] or ""))

    @classmethod
    def loopback(cls) -> "ServiceHosts":
        """Give the list of local mode."""
        hosts = cls(())
        hosts._any_loopback = True
        return hosts

    def allows(self, url: str) -> bool:
        """Tell whether this service URL is one of the list's; the answers are remembered."""
        known = self._known.get(url)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            known = self._known[url] = self._decide(url)
        return known

    def _decide(self, url: str) -> bool:
        match = _ADDRESS.fullmatch(url)
        if match is None or ".." in (match["path"] or ""):
            return False
        scheme, host, port = match["scheme"].lower(), match["host"].lower(), match["port"] or ""
        if is_loopback(host):
            return self._any_loopback or not self._hosts.isdisjoint({(host, port or _STANDARD[scheme]), (host, "")})
        standard = port in {"", _STANDARD["https"]}
        return scheme == "https" and ((host, port) in self._hosts or (standard and (host, "") in self._hosts))
