"""The heartbeat: an address outside that is called while all is well, and alarms when it is not called any more.

What runs in the bot can't tell of the bot's own death.
"""

import logging
from http import HTTPStatus

import aiohttp

log = logging.getLogger(__name__)

TIMEOUT = aiohttp.ClientTimeout(total=10)


class Heartbeat:
    """Calls the address; no redirect is followed, and what is answered is not read."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        """Bind to the address, "" for none."""
        self._session = session
        self._url = url
        self._failed = False

    async def beat(self) -> bool:
        """Call the address once and say whether that went well; the first failure, and its end, are logged."""
        if not self._url:
            return False
        try:
            async with self._session.get(self._url, timeout=TIMEOUT, allow_redirects=False) as response:
                why = "" if response.status < HTTPStatus.MULTIPLE_CHOICES else f"status {response.status}"
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as failure:
            why = type(failure).__name__
        if why and not self._failed:
            log.warning("the heartbeat's address does not take it (%s); check HOTSEAT_HEARTBEAT_URL", why)
        if self._failed and not why:
            log.info("the heartbeat's address takes it again")
        self._failed = bool(why)
        return not why
