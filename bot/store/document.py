"""Documents: how values of the vocabulary become JSON text in a row, and values again.

Writing is fast and unchecked, for our own types only; reading checks every field. Effects carry the names of their
class and of their view's class, so that which one is read never depends on the fields that they happen to share.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar, get_args

import orjson
from pydantic import TypeAdapter, ValidationError

from bot.effects import Effect
from bot.errors import Misconfigured
from bot.support.request import Request
from bot.views import View

T = TypeVar("T")
SUGGESTED = ('"suggestion"', '"suggestions":[{')  # all others are read as they are, which is faster


class Unreadable(Misconfigured):
    """A stored document is not what this version of the program writes; the text names the row, and the remedy."""

    def __init__(self, what: str) -> None:
        super().__init__(f"The journal cannot be read at {what}. Restore a backup (hotseat restore).")


def dump(value: object) -> str:
    """Return a value of the vocabulary as JSON text: sets as sorted lists, instants as RFC 3339."""
    return orjson.dumps(value, default=_plain).decode()


def dump_effect(effect: Effect) -> str:
    """Return an effect as JSON text with the names of its classes beside it."""
    view = getattr(effect, "view", None)
    names = {"effect": type(effect).__name__, "view": type(view).__name__ if view is not None else None}
    return orjson.dumps({**names, "document": effect}, default=_plain).decode()


def parse(kind: type[T], text: str, row: str) -> T:
    """Return the value of class ``kind`` that ``text`` holds; raise Unreadable naming ``row``."""
    try:
        if kind is Request and any(mark in text for mark in SUGGESTED):
            text = dump(_numbered(orjson.loads(text)))
        value = adapter(kind).validate_json(text, strict=True)
    except ValidationError as error:
        raise Unreadable(_complaint(row, kind.__name__, error)) from error
    except (AttributeError, TypeError, ValueError) as error:
        raise Unreadable(f"{row}: not a {kind.__name__} of any version ({error})") from error
    return value


def parse_effect(text: str, row: str) -> Effect:
    """Return the effect that ``text`` holds; raise Unreadable naming ``row``."""
    try:
        envelope = orjson.loads(text)
        fields = dict(envelope["document"])
        if envelope["view"] is not None:
            view = _kinds(View)[envelope["view"]]
            fields["view"] = adapter(view).validate_json(orjson.dumps(fields["view"]), strict=True)
        effect: Effect = adapter(_kinds(Effect)[envelope["effect"]]).validate_python(fields)
    except ValidationError as error:
        raise Unreadable(_complaint(row, "effect", error)) from error
    except (KeyError, TypeError, ValueError) as error:
        message = f"{row}: not an effect that this version knows ({type(error).__name__}: {error})"
        raise Unreadable(message) from error
    return effect


def adapter(kind: type[T]) -> TypeAdapter[T]:
    """Return the reader of a class, built when first asked for."""
    of: Any = kind
    found: TypeAdapter[T] = _adapter(of)
    return found


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


@cache
def _kinds(union: object) -> Mapping[str, type]:
    return {kind.__name__: kind for kind in get_args(union)}


def _numbered(request: dict[str, Any]) -> dict[str, Any]:
    """Return a request's document with its suggestions as they are now: once it had one at most, then a text as number.

    Of what *Undo* brings back the same is true.
    """
    old, before, deed = request.pop("suggestion", None), request.get("before"), request.get("deed")
    some = request.get("suggestions", [old] if old else [])
    request["suggestions"] = [{"number": int(one.get("shown") or 0), **one} for one in some]
    if before:
        request["before"] = _numbered(before)
    if deed:
        deed["only"] = ["suggestions" if name == "suggestion" else name for name in deed.get("only", ())]
    return request


def _plain(value: object) -> object:
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(type(value).__name__)


def _complaint(row: str, kind: str, error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{row}: not a {kind}: {place + ': ' if place else ''}{first['msg']}"
