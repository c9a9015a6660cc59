"""A command's call to the bot that holds the data folder, by the bot's own socket there.

It imports next to nothing, since a command for a bot that runs is to be as quick as the bot.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from bot.errors import Refused


@dataclass(frozen=True, slots=True)
class Done:
    """What an operation did or found: in words, and the same for machines."""

    said: str
    facts: Mapping[str, Any] = field(default_factory=dict)


Arguments = Mapping[str, str]


async def ask(path: Path, operation: str, arguments: Arguments) -> Done | None:
    """Hand an operation to the bot that listens at ``path``; None if none does. Raise Refused with its words."""
    content: dict[str, Any] = {"operation": operation, "arguments": dict(arguments)}
    answer = await _call(path, "POST", "operation", content)
    if answer is None:
        return None
    if "error" in answer:
        raise Refused(answer["error"])
    return Done(answer["said"], answer["facts"])


async def how(path: Path) -> dict[str, Any] | None:
    """Return how the bot that listens at ``path`` finds itself; None if none does. Raise Refused if it is silent."""
    return await _call(path, "GET", "readyz", None)


async def _call(path: Path, method: str, what: str, content: Any) -> dict[str, Any] | None:
    try:
        async with (
            aiohttp.ClientSession(connector=aiohttp.UnixConnector(path=str(path))) as session,
            session.request(method, f"http://hotseat/{what}", json=content) as response,
        ):
            answer: dict[str, Any] = await response.json()
    except aiohttp.ClientConnectorError:
        return None
    except (aiohttp.ClientError, TimeoutError) as failure:
        message = f"The bot did not answer ({type(failure).__name__}). Look whether it was done, and try again."
        raise Refused(message) from failure
    return answer
