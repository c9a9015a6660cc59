"""Somebody's calendar by the address that it has for subscribing.

One attempt, and a sentence for each way in which it fails. An address is as secret as what it leads to: no sentence
repeats more of it than its host.
"""

import asyncio
import re
from collections.abc import Callable
from http import HTTPStatus

import aiohttp
from yarl import URL

from bot.calendars.absences import MOST_BYTES, refuse_large
from bot.errors import Misconfigured

SECONDS = 10.0
TYPES = frozenset({"text/calendar", "text/plain", "application/octet-stream"})  # what servers say of a plain file too
SUBSCRIBE = "use the one that your calendar offers for subscribing, https://…, .ics"
_VISIBLE = re.compile(r"[!-~]+")
_WEBCAL = re.compile(r"webcals?://", re.IGNORECASE)
_HEADERS = {"Accept": "text/calendar", "Accept-Encoding": "identity"}
_GONE = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.GONE})


async def fetch_calendar(
    session: aiohttp.ClientSession, allows: Callable[[str], bool], address: str, seconds: float = SECONDS
) -> bytes:
    """Return what stands at an iCalendar address; raise Misconfigured with what to do where that is nothing to read.

    ``allows`` says of scheme, host and port whether they may be called: https, and http on loopback for tests. No
    redirect is followed, nothing is sent but the address, and reading stops at 1 MB.
    """
    url = _url(address)
    host = url.host_subcomponent or ""
    if not allows(f"{url.scheme}://{host}:{url.port}"):
        if url.scheme == "http":
            raise _unread(f"its address must begin with https://; {SUBSCRIBE}")
        raise _unread(f"calendars of {host} may not be read; ask an admin to add it to HOTSEAT_CALENDAR_HOSTS")
    try:
        async with (
            asyncio.timeout(seconds),
            session.get(
                url, headers=_HEADERS, allow_redirects=False, auto_decompress=False, read_bufsize=1 << 16
            ) as response,
        ):
            _judge(response, host)
            return await _read(response)
    except TimeoutError:
        raise _unread(f"{host} took longer than {seconds:g} s; try again later") from None
    except (aiohttp.ClientError, OSError) as error:
        raise _unread(f"{host} cannot be reached ({type(error).__name__}); try again later") from None


def _url(address: str) -> URL:
    """Return an address as it is to be called, webcal as https."""
    try:
        url = URL(_WEBCAL.sub("https://", address, count=1), encoded=True)
        _ = url.port
    except ValueError:
        url = URL()
    if not (_VISIBLE.fullmatch(address) and url.scheme in {"http", "https"} and url.host_subcomponent):
        raise _unread(f"that is no address of a calendar; {SUBSCRIBE}")
    if url.raw_user is not None or url.raw_password is not None:
        raise _unread("its address holds a name or a password; take them out, or use an address that needs none")
    return url


def _judge(response: aiohttp.ClientResponse, host: str) -> None:
    """Raise Misconfigured unless an answer holds a calendar as it is."""
    status = response.status
    if status in range(HTTPStatus.MULTIPLE_CHOICES, HTTPStatus.BAD_REQUEST):
        raise _unread(f"its address leads elsewhere ({status}); use the one that it leads to")
    if status in _GONE:
        raise _unread(f"there is none, or it may not be read ({status}); renew its address in your calendar")
    if status != HTTPStatus.OK:
        raise _unread(f"{host} answers {status}; try again later")
    if response.content_type not in TYPES:
        raise _unread(f"what stands there is no calendar ({response.content_type}); {SUBSCRIBE}")
    # To unpack it could take any amount of memory, and nobody was asked to pack it.
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise _unread(f"{host} sends it packed only; use another address, or the file")


async def _read(response: aiohttp.ClientResponse) -> bytes:
    content = bytearray()
    async for chunk in response.content.iter_any():
        content += chunk
        if len(content) > MOST_BYTES:
            response.close()
            break
    refuse_large(bytes(content))
    return bytes(content)


def _unread(why: str) -> Misconfigured:
    return Misconfigured(f"The calendar was not read: {why}.")
