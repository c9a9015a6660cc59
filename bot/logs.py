"""How lines are logged: JSON for machines, or text for whoever tries the bot; each with the ids of what is at work.

No line holds a secret of the settings, wherever it stood; a control character that somebody sent ends no line. Of an
exception the way to it is told, but its words only where they name nothing that anybody wrote.
"""

import json
import logging
import re
import traceback
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from types import TracebackType
from typing import TextIO, TypeAlias
from urllib.parse import quote

from pythonjsonlogger.json import JsonFormatter

from bot.correlation import current
from bot.errors import Misconfigured, NotStored

SHORTEST = 6  # characters; what is shorter stands in many a word and hides nothing
HIDDEN = "[secret]"
OURS = ("bot", "hotseat")
SPOKEN = (NotStored, Misconfigured, OSError, ImportError, AttributeError, NameError)
"""Exceptions whose words are of programs and files, and never of people."""
_OWN = frozenset({*vars(logging.makeLogRecord({})), "message", "asctime", "color_message", "taskName"})
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")

Raised: TypeAlias = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)  # as logging has it


def set_up(level: str, secrets: Iterable[str], *, machine: bool) -> None:
    """Log to standard error: JSON lines for a ``machine``. The libraries' own lines begin at WARNING.

    At DEBUG some of them would tell rows and bodies.
    """
    handler = writer(secrets, machine=machine)
    logging.basicConfig(level=max(logging.WARNING, logging.getLevelName(level)), handlers=[handler], force=True)
    for name in OURS:
        logging.getLogger(name).setLevel(level)


def writer(secrets: Iterable[str], *, machine: bool, stream: TextIO | None = None) -> logging.Handler:
    """Return what writes lines so, to a stream or (None) to standard error."""
    handler = logging.StreamHandler(stream)
    handler.addFilter(with_ids)
    handler.setFormatter((JsonLines if machine else PlainLines)(Secrets(secrets)))
    return handler


def with_ids(record: logging.LogRecord) -> bool:
    """Give a line the ids of what is at work, but for those that it says itself."""
    for name, id_ in current().items():
        if not hasattr(record, name):
            setattr(record, name, id_)
    return True


class Secrets:
    """What no line may hold, in every form in which it may stand there."""

    def __init__(self, secrets: Iterable[str]) -> None:
        """Take the secrets; those of less than SHORTEST characters are left alone."""
        forms = {form for one in secrets if len(one) >= SHORTEST for form in _forms(one)}
        longest_first = sorted(forms, key=lambda form: (-len(form), form))
        self._any = re.compile("|".join(map(re.escape, longest_first))) if forms else None

    def hide(self, line: str) -> str:
        """Return a line without them."""
        return line if self._any is None else self._any.sub(HIDDEN, line)


def _forms(secret: str) -> Iterator[str]:
    yield secret
    yield quote(secret, safe="")
    yield json.dumps(secret)[1:-1]
    yield repr(secret)[1:-1]
    yield json.dumps(repr(secret)[1:-1])[1:-1]


class JsonLines(JsonFormatter):
    """A JSON object a line."""

    def __init__(self, secrets: Secrets) -> None:
        """Bind to what no line may hold."""
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")
        self._secrets = secrets

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 - logging's name
        """Return when it was, in UTC: a machine's zone is nobody's who reads the lines of several."""
        del datefmt
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def formatException(self, ei: Raised) -> str:  # noqa: N802 - logging's name
        """Return an exception as SPOKEN allows."""
        return told(ei[1], self._secrets)

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        return self._secrets.hide(super().format(record))


class PlainLines(logging.Formatter):
    """A text a line, with the ids behind it; an exception's way in lines of its own."""

    def __init__(self, secrets: Secrets) -> None:
        """Bind to what no line may hold."""
        super().__init__()
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        ids = "".join(f" {name}={value}" for name, value in vars(record).items() if name not in _OWN)
        said = _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", self._secrets.hide(f"{record.getMessage()}{ids}"))
        line = f"{self.formatTime(record)} {record.levelname} {record.name}: {said}"
        if record.exc_info:
            line = f"{line}\n{told(record.exc_info[1], self._secrets)}"
        return self._secrets.hide(line)


def told(error: BaseException | None, secrets: Secrets) -> str:
    """Return the way to an exception and to those before it, and the words of those that are SPOKEN."""
    parts: list[str] = []
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        words = f": {_CONTROL.sub(' ', secrets.hide(str(error)))}" if isinstance(error, SPOKEN) else ""
        way = "".join(traceback.format_tb(error.__traceback__))
        parts.append(f"{way}{type(error).__module__}.{type(error).__qualname__}{words}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\nafter\n".join(parts)
