"""The ids of what is at work: each line that is logged meanwhile carries them, whoever writes it.

``event`` is the platform's key of what came in, ``desk`` whose it is, ``matter`` the request or alert, ``effect`` the
row of the outbox. They hold within a task and what it calls, and are in no argument of anybody. This must not know how
lines are written.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import Context, ContextVar
from types import MappingProxyType

_IDS: ContextVar[Mapping[str, str]] = ContextVar("ids", default=MappingProxyType({}))


@contextmanager
def about(**ids: str) -> Iterator[None]:
    """Say within what is done about whom: ids by name; an empty one says nothing."""
    token = _IDS.set({**_IDS.get(), **{name: id_ for name, id_ in ids.items() if id_}})
    try:
        yield
    finally:
        _IDS.reset(token)


def current() -> Mapping[str, str]:
    """Return the ids of what is at work here."""
    return _IDS.get()


def nothing() -> Context:
    """Return the context of a task that works for everybody, and not for whoever happened to start it."""
    return Context()
