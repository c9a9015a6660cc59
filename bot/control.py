"""The bot's own socket in its data folder: changing commands reach the bot that holds the folder through it.

A Unix socket (0600), so only the user that runs the bot gets in.
"""

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from bot.desks import Desks
from bot.errors import Misconfigured, NotStored, Refused
from bot.operations import OPERATIONS

log = logging.getLogger(__name__)

LARGEST = 8 * 1024 * 1024
STOP_SECONDS = 0.2  # for an operation under way, and as long again once it is cut off
LONGEST_FOLDER = 90  # bytes; with the socket's name it is what every system takes as a socket's address


class Control:
    """Serves operations on a socket, and says how the bot is (``how``), within ``async with``."""

    def __init__(
        self, path: Path, desks: Desks, clock: Callable[[], datetime], how: Callable[[], Awaitable[dict[str, Any]]]
    ) -> None:
        """Bind to the desks; nothing is opened yet."""
        self._how = how
        self._path = path
        self._desks = desks
        self._clock = clock
        app = web.Application(client_max_size=LARGEST)
        app.router.add_post("/operation", self._operate)
        app.router.add_get("/readyz", self._say_how)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=STOP_SECONDS)

    async def __aenter__(self) -> Self:
        """Listen; raise Misconfigured, with the remedy, where the folder can hold no socket."""
        await self._runner.setup()
        listening = socket.socket(socket.AF_UNIX)
        try:
            await asyncio.to_thread(self._path.unlink, missing_ok=True)
            listening.bind(str(self._path))
            self._path.chmod(0o600)  # before it listens; a umask would be that of all other tasks, too
            await web.SockSite(self._runner, listening).start()
        except OSError as error:
            listening.close()
            message = (
                f"HOTSEAT_DATA: no socket can be made in {self._path.parent} ({error.strerror or error}); "
                f"use a folder on a disk of this machine, with a path of {LONGEST_FOLDER} bytes at most"
            )
            raise Misconfigured(message) from error
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop listening."""
        await self._runner.cleanup()
        await asyncio.to_thread(self._path.unlink, missing_ok=True)

    async def _say_how(self, _: web.Request) -> web.Response:
        return web.json_response(await self._how())

    async def _operate(self, request: web.Request) -> web.Response:
        try:
            asked = await request.json()
            operation, arguments = OPERATIONS[asked["operation"]], dict(asked["arguments"])
        except (ValueError, KeyError, TypeError):
            return web.json_response({"error": "The running bot does not know that command; restart it."}, status=400)
        try:
            done = await operation(self._desks, arguments, self._clock())
        except (Refused, Misconfigured, NotStored) as failure:
            return web.json_response({"error": str(failure)}, status=409)
        except Exception:
            log.exception("%s failed", asked["operation"])
            return web.json_response({"error": "The bot failed at it; its log says why."}, status=500)
        return web.json_response({"said": done.said, "facts": dict(done.facts)})
