"""Secret addresses of feeds: what is in them cannot be guessed, and whoever has one reads that one feed.

A secret is computed, from a key in the data folder and a number that the desk keeps, and so is stored nowhere: the next
number is another address, and the one before is unknown from then on.
"""

import base64
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bot.errors import Misconfigured, NotStored

KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed by tenant, desk and person ("" for the desk's own); ``generation`` grows when its address is renewed."""

    tenant: str
    desk: str
    person: str
    generation: int


class FeedAddresses:
    """Tells a feed's address, and which feed an address is; the caller holds the data folder's lock."""

    def __init__(self, file: Path, base: str) -> None:
        """Name the key's file, which is made at first need, and the address of the bot, "" if none is known.

        Raise Misconfigured where the file is no key.
        """
        self._file = file
        self._base = base.rstrip("/")
        self._key = _read(file)

    def address(self, tenant: str, desk: str, person: str, generation: int) -> str:
        """Return a feed's address, "" while the bot's own is not known; raise NotStored if the key can't be kept."""
        return self._base and f"{self._base}/rota/{self._secret(Feed(tenant, desk, person, generation))}.ics"

    def find(self, secret: str, feeds: Iterable[Feed]) -> Feed | None:
        """Return the one of ``feeds`` whose secret this is; takes as long for a wrong one, and makes no key for it."""
        found = None
        if not self._key:
            return found
        for feed in feeds:
            if hmac.compare_digest(self._secret(feed).encode(), secret.encode()):
                found = feed
        return found

    def _secret(self, feed: Feed) -> str:
        if not self._key:
            self._key = _make(self._file)
        named = json.dumps([feed.tenant, feed.desk, feed.person, feed.generation]).encode()
        return base64.urlsafe_b64encode(hmac.digest(self._key, named, hashlib.sha256)).rstrip(b"=").decode()


def _read(file: Path) -> bytes:
    """Return the key that a file holds, none where there is no file yet."""
    try:
        key = file.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise Misconfigured(f"{file}: it cannot be read ({error.strerror}); let me read it.") from error
    if len(key) != KEY_BYTES:
        message = (
            f"{file}: it is no key; restore it, or remove it: then the address of each calendar feed is a new one."
        )
        raise Misconfigured(message)
    return key


def _make(file: Path) -> bytes:
    key = secrets.token_bytes(KEY_BYTES)
    try:
        _write(file, key)
    except OSError as error:
        raise NotStored(f"The feeds' key {file} could not be written ({error.strerror}).") from error
    return key


def _write(file: Path, key: bytes) -> None:
    """Write the key durably, for its owner only, so that whatever happens there is all of it or none."""
    fresh = file.with_suffix(".tmp")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(key)
        stream.flush()
        os.fsync(stream.fileno())
    fresh.replace(file)
    folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
