"""Draws views as Adaptive Cards: which template, what of a view it sees, and how long a card may become.

Decides no wording but of what it had to leave out; knows nothing of requests. The template of ``RequestCard`` is
``request_card.json``; what it may name is written in cards/README.md. Every text is made inert (see texts).
"""

import json
from collections.abc import Callable, Mapping
from itertools import product
from pathlib import Path
from re import sub
from types import MappingProxyType
from typing import Any, get_args, get_origin, get_type_hints

import orjson

from bot.errors import Misconfigured
from bot.teams.templates import BrokenTemplate, Fill, Shape, compiled
from bot.teams.texts import cut, inert, label, markdown, one_line
from bot.views import (
    AlertCard,
    Button,
    CardView,
    DeskCard,
    DutyCard,
    Fact,
    FairnessCard,
    FormCard,
    HandbookCard,
    HelpCard,
    Label,
    Line,
    ListCard,
    NoticeCard,
    PlanCard,
    ReplyCard,
    ReportCard,
    RequestCard,
    RotaCard,
    View,
)

MOST_BYTES = 27_000  # of the card as JSON with non-ASCII characters escaped, its longest form on the wire

_IDS = frozenset({"desk", "request", "card", "form", "thread", "id", "verb", "step", "choice", "seen", "inputs", "url"})
_WHOLE = "value"
_LONGEST = MappingProxyType(
    {"text": 4000, _WHOLE: 4000, "note": 4000, "trail": 1000, "code": 4000, "excerpt": 1000, "remark": 1000}
)
_LONGEST_OTHER = 300
_BUTTON = MappingProxyType({"title": 60})
_MOST_ELEMENTS = 48
_SCALES = (1.0, 0.85, 0.6, 0.4, 0.3, 0.2, 0.1, 0.05, 0.02)  # of texts and lists, tried in turn until the card fits
_TRIES = tuple(product((_WHOLE, ""), _SCALES))  # what somebody writes is cut only where nothing else is left to cut
_LONGEST_SENTENCE = 280
_MENTION: Shape = MappingProxyType({"text": str, "id": str, "name": str})


Plan = tuple[tuple[str, Any, int], ...]
"""How to read a view: its fields, each with its kind (None: as it is) and its longest text in code points."""


class Cards:
    """The templates of a folder, one for each class of ``CardView``."""

    def __init__(self, folder: Path) -> None:
        """Read and check every template of ``folder``.

        Raises:
            Misconfigured: a template is missing, broken, or belongs to no view; with file and reason.

        """
        known = {_file_name(view): view for view in get_args(CardView)}
        for path in sorted(folder.glob("*.json")):
            if path.name not in known:
                raise Misconfigured(f"{path}: no view has this name; known are {', '.join(sorted(known))}.")
        self._plans: dict[type, Plan] = {}
        for view in known.values():
            _plan(view, self._plans)
        self._fills = {view: _loaded(folder / name, view) for name, view in known.items()}

    def render(self, view: CardView, *, link: Callable[[str], str]) -> dict[str, Any]:
        """Return the content of the Adaptive Card that shows ``view``, under 28 KB as JSON.

        ``link`` turns a thread's place into its address, "" if it has none. Texts that are too long end with an
        ellipsis, lists that are too long with how many more there are. Parts are shared between cards: read only.
        """
        fill = self._fills[type(view)]
        card: dict[str, Any] = {}
        for whole, scale in _TRIES:
            card = fill(_Context(self._plans, link, scale, whole).root(view))
            # escaping makes UTF-8 at most three times as long, so the slow exact measure is seldom needed
            if len(orjson.dumps(card)) <= MOST_BYTES // 3 or len(json.dumps(card)) <= MOST_BYTES:
                break
        return card

    def context(self, view: CardView, *, link: Callable[[str], str]) -> dict[str, Any]:
        """Return ``view`` as its template sees it, as the samples show it."""
        return _Context(self._plans, link, 1.0, _WHOLE).root(view)


def fallback_text(view: View) -> str:  # noqa: C901, PLR0912 - one row per view
    """Return ``view`` as one plain sentence: a notification's text, and what is read where no card can be drawn."""
    match view:
        case Line():
            said = [view.plain]
        case RequestCard():
            said = [view.headline.plain, view.remark, view.detail]
        case AlertCard():
            said = [view.title, view.headline, view.text]
        case NoticeCard():
            said = [
                view.heading,
                *(f"{entry.title}: {entry.excerpt}" for entry in view.entries if entry.waiting),
            ]
        case FormCard():
            said = [view.title, view.note or view.excerpt]
        case ReplyCard():
            said = [view.heading, view.text]
        case DutyCard():
            said = [view.title, *_said(view.facts)]
        case DeskCard():
            said = [view.title, view.text, *_said(view.facts)]
        case RotaCard():
            said = [
                view.title,
                *(f"{week.title}: {'; '.join(_said(week.facts))}" for week in view.weeks),
            ]
        case HelpCard():
            said = [view.title, view.text]
        case PlanCard():
            parts = [f"{part.title}: {part.text}" for part in view.parts]
            said = [view.title, view.headline.plain, view.text, *parts, view.note]
        case ReportCard():
            said = [view.title, view.requests, view.alerts]
        case FairnessCard():
            said = [view.title, *(f"{row.name}: {row.debt}." for row in view.rows)]
        case HandbookCard():
            found = [f"{section.title}: {section.text}" for section in view.sections]
            said = [view.title, view.text, *found, view.note]
        case ListCard():
            said = [view.title, view.note, *(f"{row.title.removesuffix('.')}: {row.excerpt}." for row in view.rows)]
    return (
        one_line(
            " ".join(part.strip() for part in said[:20] if part.strip()),
            _LONGEST_SENTENCE,
        )
        or "Hotseat"
    )


def _said(facts: tuple[Fact, ...]) -> list[str]:
    return [f"{fact.label}: {fact.text}." for fact in facts[:20]]


class _Context:
    """How a view becomes what a template sees, with texts and lists as long as ``scale`` allows, one of them whole."""

    def __init__(self, plans: Mapping[type, Plan], link: Callable[[str], str], scale: float, whole: str) -> None:
        self._plans = plans
        self._link = link
        self._scale = scale
        self._whole = whole
        self._most = max(1, int(_MOST_ELEMENTS * scale))

    def root(self, view: CardView) -> dict[str, Any]:
        """Return the context of a whole card."""
        return {**self._of(view), "fallback": fallback_text(view)}

    def _of(self, view: Any) -> dict[str, Any]:
        context: dict[str, Any] = {}
        for name, kind, longest in self._plans[type(view)]:
            value = getattr(view, name)
            if kind is Label:
                context[name] = label(value, int(longest * self._scale))
            elif kind is str:
                shown = inert(value if name == self._whole else value[: 2 * longest])
                context[name] = text = shown if name == self._whole else cut(shown, int(longest * self._scale))
                context[f"has_{name}"] = text != ""
            elif kind is Line:
                context[name], found = markdown(value, int(longest * self._scale))
                context["mentions"] = [{"text": one.text, "id": one.id, "name": one.name} for one in found]
            elif kind is tuple:
                more = len(value) - self._most
                context[name] = [self._of(element) for element in value[: self._most]]
                context[f"has_{name}"] = bool(value)
                context[f"{name}_more"] = f"… and {more} more" if more > 0 else ""
                context[f"has_{name}_more"] = more > 0
            else:
                context[name] = value
                if name == "thread":
                    context["thread_link"] = self._link(value) if value else ""
                    context["has_thread_link"] = context["thread_link"] != ""
        return context


def _plan(view: type, plans: dict[type, Plan]) -> None:
    """Add the plans of a view and of what stands in its lists."""
    hints = get_type_hints(view)
    longest = _BUTTON if view is Button else _LONGEST
    plans[view] = tuple((name, _kind(name, hint), longest.get(name, _LONGEST_OTHER)) for name, hint in hints.items())
    for hint in hints.values():
        if get_origin(hint) is tuple:
            _plan(get_args(hint)[0], plans)


def _kind(name: str, hint: object) -> Any:
    if get_origin(hint) is tuple:
        return tuple
    return next((kind for kind in (str, Line, Label) if hint is kind and name not in _IDS), None)


def _shape(view: type) -> dict[str, Any]:
    """Return what a view's context holds, by the types of its fields: what a template may name."""
    shape: dict[str, Any] = {}
    for name, hint in get_type_hints(view).items():
        match _kind(name, hint):
            case None:
                shape[name] = hint
            case kind if kind is tuple:
                shape |= {name: [_shape(get_args(hint)[0])], f"has_{name}": bool}
                shape |= {f"{name}_more": str, f"has_{name}_more": bool}
            case kind if kind is Label:
                shape[name] = str
            case kind if kind is Line:
                shape |= {name: str, "mentions": [_MENTION]}
            case _:
                shape |= {name: str, f"has_{name}": bool}
        if name == "thread":
            shape |= {"thread_link": str, "has_thread_link": bool}
    return shape


def _file_name(view: type) -> str:
    return sub(r"(?<!^)(?=[A-Z])", "_", view.__name__).lower() + ".json"


def _loaded(path: Path, view: type) -> Fill:
    try:
        template = json.loads(path.read_text(encoding="utf-8"))
        return compiled(template, {**_shape(view), "fallback": str})
    except FileNotFoundError:
        raise Misconfigured(f"{path}: missing; it is the card of {view.__name__}.") from None
    except (OSError, ValueError) as error:
        what = str(error) if isinstance(error, BrokenTemplate) else f"cannot be read: {error}"
        raise Misconfigured(f"{path}: {what}") from error
