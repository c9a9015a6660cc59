"""Compiles card templates: the part of Adaptive Card templating that needs no logic. Must not know any card.

``${a.b}`` inside a string is replaced by the value's text; a string that is only ``${a}`` becomes the value with its
type. In an object that stands in a list, ``"$data": "${list}"`` repeats it for every element, whose fields are the
names inside it, and ``"$when": "${flag}"`` or ``"${!flag}"`` keeps or drops it. Nothing else is understood: anything
else with ``${`` or ``$`` in it, and any name that the card's context has not, is an error when compiled.
Values are put in as they are: what stands in them is never read as a template.
Source: Microsoft Learn, "Adaptive Cards Template Language", of which this is a subset with the same results.
"""

import re
from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any, cast

Shape = Mapping[str, "type[str | bool | int] | Shape | list[Shape]"]
"""What names a template may use: a text, flag, number, object, or a list (of one element) of objects of a shape."""

Context = Mapping[str, Any]
Fill = Callable[[Context], Any]

_WHOLE = re.compile(r"\$\{(!?)([A-Za-z_][\w.]*)\}")
_PLACE = re.compile(r"\$\{([A-Za-z_][\w.]*)\}")
_PLAIN_KEYS = frozenset({"$schema"})


class BrokenTemplate(ValueError):  # noqa: N818 - says what the file is
    """The template says something that the binder does not understand; the text says what and where."""


def compiled(node: object, shape: Shape, at: str = "$") -> Fill:
    """Return the function that fills ``node``, checked against ``shape``; results share parts: read only."""
    fill = _compiled(node, shape, at)
    return fill or _always(node)


def _compiled(node: object, shape: Shape, at: str) -> Fill | None:
    """Return how to fill a node, None when it is constant."""
    match node:
        case str():
            return _text(node, shape, at)
        case list():
            return _list(node, shape, at)
        case dict():
            for key in node.keys() & {"$data", "$when"}:
                raise BrokenTemplate(f"{at}: {key} may stand only in an object in a list")
            return _object(node, shape, at)
    return None


def _text(text: str, shape: Shape, at: str) -> Fill | None:
    if "${" not in text:
        return None
    if whole := _WHOLE.fullmatch(text):
        if whole[1]:
            raise BrokenTemplate(f"{at}: {text} may stand only in $when")
        _known(whole[2], shape, at, str, bool, int, float)
        return _value(whole[2])
    pieces = _PLACE.split(text)
    if "${" in "".join(pieces[::2]):
        raise BrokenTemplate(f"{at}: cannot read {text!r}")
    for name in pieces[1::2]:
        _known(name, shape, at, str)
    literals, names = pieces[::2], [_value(name) for name in pieces[1::2]]

    def fill(context: Context) -> str:
        out = [literals[0]]
        for name, literal in zip(names, literals[1:], strict=True):
            out += (name(context), literal)
        return "".join(out)

    return fill


def _object(node: dict[str, Any], shape: Shape, at: str) -> Fill | None:
    parts: list[tuple[str, Fill]] = []
    for key, value in node.items():
        if "${" in key or (key.startswith("$") and key not in _PLAIN_KEYS):
            raise BrokenTemplate(f"{at}: cannot read the name {key!r}")
        if fill := _compiled(value, shape, f"{at}.{key}"):
            parts.append((key, fill))
    if not parts:
        return None

    def fill_all(context: Context) -> dict[str, Any]:
        filled = node.copy()
        for key, fill in parts:
            filled[key] = fill(context)
        return filled

    return fill_all


def _list(nodes: list[Any], shape: Shape, at: str) -> Fill | None:
    members = [_member(node, shape, f"{at}[{index}]") for index, node in enumerate(nodes)]
    if not any(members):
        return None
    steps = [member or _once(_always(node)) for member, node in zip(members, nodes, strict=True)]

    def fill(context: Context) -> list[Any]:
        out: list[Any] = []
        for step in steps:
            step(context, out)
        return out

    return fill


Member = Callable[[Context, list[Any]], None]


def _member(node: object, shape: Shape, at: str) -> Member | None:
    """Return how to add an element of a list: once, not at all, or once for each element of its data."""
    if not isinstance(node, dict):
        fill = _compiled(node, shape, at)
        return None if fill is None else _once(fill)
    data, when = node.get("$data"), node.get("$when")
    inner = shape if data is None else _listed(data, shape, at)
    keep = None if when is None else _condition(when, inner, at)
    rest = {key: value for key, value in node.items() if key not in {"$data", "$when"}}
    fill = _object(rest, inner, at)
    if fill is None and data is None and keep is None:
        return None
    add = _kept(keep, fill or _always(rest)) if keep else _once(fill or _always(rest))
    return add if data is None else _each(_value(data[2:-1]), add)


def _always(node: object) -> Fill:
    return lambda _: node


def _once(fill: Fill) -> Member:
    return lambda context, out: out.append(fill(context))


def _kept(keep: Callable[[Context], bool], fill: Fill) -> Member:
    def add(context: Context, out: list[Any]) -> None:
        if keep(context):
            out.append(fill(context))

    return add


def _each(data: Fill, add: Member) -> Member:
    def add_all(context: Context, out: list[Any]) -> None:
        for element in data(context):
            add(element, out)

    return add_all


def _condition(text: object, shape: Shape, at: str) -> Callable[[Context], bool]:
    whole = _WHOLE.fullmatch(text) if isinstance(text, str) else None
    if whole is None:
        raise BrokenTemplate(f"{at}: $when must be ${{flag}} or ${{!flag}}, not {text!r}")
    _known(whole[2], shape, at, bool)
    value = _value(whole[2])
    return (lambda context: not value(context)) if whole[1] else value


def _listed(text: object, shape: Shape, at: str) -> Shape:
    whole = _WHOLE.fullmatch(text) if isinstance(text, str) else None
    found = _found(whole[2], shape) if whole and not whole[1] else None
    if not isinstance(found, list):
        raise BrokenTemplate(f"{at}: $data must be ${{list}}, not {text!r}")
    return cast("Shape", found[0])


def _known(path: str, shape: Shape, at: str, *kinds: type) -> None:
    if _found(path, shape) not in kinds:
        raise BrokenTemplate(f"{at}: ${{{path}}} is no {' or '.join(kind.__name__ for kind in kinds)} of this card")


def _found(path: str, shape: Shape) -> object:
    found: object = shape
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _value(path: str) -> Fill:
    first, *rest = path.split(".")
    if not rest:
        return itemgetter(first)

    def value(context: Context) -> Any:
        found = context[first]
        for name in rest:
            found = found[name]
        return found

    return value
