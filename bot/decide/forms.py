"""Forms: how a step's dialog, or its card in one's own chat, is put together. Must not know any step but the menu."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from bot.decide import unsent
from bot.decide.draft import Draft
from bot.decide.pictures import CARD, words
from bot.effects import Dialog
from bot.events import Open, Press, Send
from bot.support.request import Request
from bot.views import Address, Button, ButtonRow, Choice, Field, FormCard, Label

LONGEST = 3000  # characters of a text
HEAVIEST = 20_480  # bytes as escaped JSON that texts may weigh together, so that a card of 28 KB holds them whole
CUT = "What you wrote is too long for one form: its end is missing below."
ROW = 3  # buttons beside each other
HOLDS = "|holds:"  # in what a button names, between a form's opening and which fields it was drawn with
SUMMONED = "menu:"  # begins the key of a form that stands in somebody's chat, without the frame of a dialog


@dataclass(frozen=True, slots=True)
class Way:
    """A way out of a form: its title, whether it sends the form or opens another step, and which."""

    title: str
    step: str
    choice: str = ""
    opens: bool = False


def text(id_: str, label: str, value: str = "", *, required: bool = True, longest: int = LONGEST) -> Field:
    """Return an input for text of several lines."""
    return _field(id_, label, value, required=required, longest=longest, is_long=True)


def line(id_: str, label: str, value: str = "", *, required: bool = False, longest: int = 300) -> Field:
    """Return an input for text of one line."""
    return _field(id_, label, value, required=required, longest=longest, is_short=True)


def day(id_: str, label: str, value: str = "", *, required: bool = True) -> Field:
    """Return an input for a date, by ISO 8601."""
    return replace(_field(id_, label, value, required=required), is_date=True, problem=Label("Choose a date."))


def one(id_: str, label: str, choices: Iterable[tuple[str, str]], value: str = "", *, required: bool = True) -> Field:
    """Return a choice of one, as buttons below each other; ``choices`` are ids and titles."""
    return _field(id_, label, value, required=required, choices=choices, is_one=True)


def listed(
    id_: str, label: str, choices: Iterable[tuple[str, str]], value: str = "", *, required: bool = True
) -> Field:
    """Return a choice of one from a list that opens, for more than a few."""
    return _field(id_, label, value, required=required, choices=choices, is_list=True)


def many(id_: str, label: str, choices: Iterable[tuple[str, str]], value: str = "", *, required: bool = True) -> Field:
    """Return a choice of any number."""
    return _field(id_, label, value, required=required, choices=choices, is_many=True)


def card(
    draft: Draft,
    request: Request | None,
    event: Press,
    *,
    title: str,
    excerpt: str = "",
    note: str = "",
    error: str = "",
    fields: tuple[Field, ...] = (),
    ways: tuple[Way | tuple[str, tuple[Way, ...]], ...] = (),
    thread: str = "",
    links: tuple[Address, ...] = (),
    trail: str = "",
    code: str = "",
    thread_label: str = "Open thread",
    given: Mapping[str, str] | None = None,
) -> FormCard:
    """Return a form; ``ways`` are its buttons, those under a heading together.

    A form that comes back with an ``error`` is the same opening of it: what is sent twice counts once. It holds
    what was ``given`` in it, whole up to HEAVIEST, and says so where that was more. Words that were written into a
    form about a request, which was left for another step, go along until that form is opened again: so its client
    must not ask for what is missing, or one could not leave.
    """
    if given is None:
        given = event.fields if error and isinstance(event, Send) else {}
    every = [way for part in ways for way in ([part] if isinstance(part, Way) else part[1])]
    waiting = unsent.kept(event) if request else {}
    own = next((f"{way.step}/{way.choice.partition(':')[0]}" for way in every if not way.opens), "")
    drawn = unsent.drawn(fields)
    main = next((way for way in every if drawn and not way.opens), None)
    given = {field.id: field.value for field in fields} | unsent.take(waiting, own, fields) | dict(given)
    whole = tuple(_with(field, given[field.id]) for field in fields)
    whole += tuple(_with(_waiting(id_), said) for id_, said in waiting.items())
    takes_along = request is not None and any(map(unsent.is_text, whole))
    ready = unsent.drawn(field for field in fields if field.value) if request else ""
    fields = fitting(whole)
    error = " ".join(filter(None, (error, CUT if fields != whole else "")))
    if takes_along and any(way.opens for way in every):
        fields = tuple(replace(field, required=False) for field in fields)
    opening = _opening(event, error, ready, () if request else fields)
    left = f"{own}|{drawn}" if request else opening
    seen = str(request.deed.number if request and request.deed else 0)
    about = request.id if request else event.request

    def button(way: Way) -> Button:
        return Button(
            draft.state.desk.id,
            about,
            event.card or CARD + about,
            way.title,
            "open" if way.opens else "send",
            way.step,
            way.choice,
            left if way.opens else opening,
            seen,
            main=way is main,
            inputs="none" if way.opens and not takes_along else "auto",
        )

    rows = [ButtonRow("", tuple(button(way) for way in ways if isinstance(way, Way)))]
    rows += [ButtonRow(way[0], tuple(map(button, way[1]))) for way in ways if not isinstance(way, Way)]
    short = tuple(row for part in rows for row in _short(part))
    label = thread_label if thread else ""
    return FormCard(title, excerpt, note, error, fields, short, thread, links, trail, code, label)


def _opening(event: Press, error: str, ready: str, fields: tuple[Field, ...]) -> str:
    """Return by what a form is known when it is sent: the press that opened it, or the one that it came back from.

    With it go the marks of what stood ``ready`` in it, or which of its ``fields`` it holds.
    """
    if isinstance(event, Send) and error:
        opening = event.form
    else:  # the key of what was sent holds the opening's: named anew, or it would grow with each form
        opening = _named(event.key) if isinstance(event, Send) else event.key
        opening += f"|{ready}" if ready else ""
    holds = ",".join(field.id for field in fields if unsent.is_text(field) or field.is_many)
    return f"{opening.partition(HOLDS)[0]}{HOLDS}{holds}" if holds else opening


def dialog(draft: Draft, request: Request, event: Press, name: str, **parts: object) -> Dialog:
    """Return a form about a request, headed by who wrote what; as a card in a chat by its name, too."""
    wrote = f"{request.requester.name} wrote:"
    title = f"{name} · {wrote}" if event.card.startswith(SUMMONED) else wrote
    about = {"title": title, "excerpt": words(request), **parts}
    return Dialog(name, card(draft, request, event, **about))  # type: ignore[arg-type]


def came_from(event: Press, *steps: str) -> str:
    """Return the form that was left for this one, as "step/choice", if it is of one of the ``steps``, else "".

    What sends this one carries it after a colon, so that a form that comes back still knows.
    """
    choice = event.choice.partition(":")[2] if isinstance(event, Send) else ""
    own = event.form.partition("|")[0] if isinstance(event, Open) else choice
    return own if own.partition("/")[0] in steps else ""


def back_to(came: str, otherwise: Way) -> Way:
    """Return the way back to the form from which one ``came``, "" for none."""
    step, _, choice = came.partition("/")
    return replace(otherwise, step=step, choice=choice) if came else otherwise


def returned(draft: Draft, event: Press, why: str, ways: tuple[Way, ...] = ()) -> Dialog:
    """Return what somebody wrote in a form that could not be sent, or left for another, so that it is not lost."""
    request = draft.request(event.request)
    back = unsent.given_back(event) if isinstance(event, Send) else {}
    fields = tuple(
        text(id_, f"What you wrote{f' ({which})' if which else ''}. Nothing was sent.", said, required=False)
        for id_, (which, said) in back.items()
    )
    return Dialog(
        event.request or "Hotseat", card(draft, request, event, title="", error=why, fields=fields, ways=ways)
    )


def filled(event: Send, field: str) -> str:
    """Return what was written into a field, "" where there is nothing to be seen."""
    return unsent.filled(event.fields, field)


def whole(event: Send) -> Send:
    """Return a form as it was sent, with those of its fields that were emptied: clients send no empty input at all.

    A field that it was not drawn with stays out; so does a choice of one, which cannot be taken back.
    """
    holds = event.form.partition(HOLDS)[2]
    return replace(event, fields={**dict.fromkeys(holds.split(","), ""), **event.fields}) if holds else event


def weight(text: str) -> int:
    """Return how many bytes a text is as escaped JSON."""
    return len(json.dumps(text))


def cut(text: str, most: int = HEAVIEST) -> str:
    """Return as much of a text's beginning as weighs at most ``most`` bytes as escaped JSON."""
    while (heavy := weight(text)) > most:
        text = text[: len(text) * most // heavy]
    return text


def chosen(event: Send, field: str, allowed: Iterable[str]) -> tuple[str, ...]:
    """Return which of the ``allowed`` ids were chosen in a field, in their order."""
    marked = {id_.strip() for id_ in event.fields.get(field, "").split(",")}
    return tuple(id_ for id_ in allowed if id_ in marked)


def _named(key: str) -> str:
    return hashlib.sha256(key.encode(errors="replace")).hexdigest()[:32]


def _waiting(id_: str) -> Field:
    """Return the field of a text that was not sent: below the buttons, since it is not what the form is about."""
    return replace(text(id_, unsent.NOT_SENT, required=False), is_long=False, is_kept=True)


def _with(field: Field, given: str) -> Field:
    """Return a field with such of its choices as were given, or with the text, which may be shortened there."""
    if field.choices:
        ids = given.split(",") if field.is_many else [given]
        marked = [one.id for one in field.choices if one.id in map(str.strip, ids)]
        return replace(field, value=",".join(marked)) if marked or field.is_many else field
    if field.required and not unsent.visible(given):
        return field
    return replace(field, value=given, longest=max(field.longest, len(given)))


def lighter(fields: tuple[Field, ...], given: Mapping[str, str]) -> tuple[Field, ...]:
    """Return fields without the texts that nobody touched, where all would not fit into one card with what was given.

    It is for forms in which a field that does not come stays as it is.
    """
    whole = tuple(_with(field, given.get(field.id, field.value)) for field in fields)
    if fitting(whole) == whole:
        return fields
    return tuple(field for field, new in zip(fields, whole, strict=True) if field.choices or new.value != field.value)


def fitting(fields: tuple[Field, ...]) -> tuple[Field, ...]:
    """Return fields whose texts fit into one card together: the longest are cut, and no more than they must be."""
    left, held = HEAVIEST, {field.id: field for field in fields}
    by_weight = sorted(fields, key=lambda field: weight(field.value))
    for at, field in enumerate(by_weight):
        value = cut(field.value, left // (len(fields) - at))
        left -= weight(value)
        held[field.id] = replace(field, value=value) if value != field.value else field
    return tuple(held.values())


def _short(row: ButtonRow) -> list[ButtonRow]:
    parts = [row.buttons[at : at + ROW] for at in range(0, len(row.buttons), ROW)]
    return [ButtonRow("" if at else row.heading, part) for at, part in enumerate(parts)]


def _field(
    id_: str,
    label: str,
    value: str,
    *,
    required: bool,
    longest: int = 0,
    choices: Iterable[tuple[str, str]] = (),
    is_long: bool = False,
    is_short: bool = False,
    is_one: bool = False,
    is_list: bool = False,
    is_many: bool = False,
) -> Field:
    if choices:
        problem = "Choose at least one." if is_many else "Choose one."
    else:
        problem = f"{'Write something first: at' if required else 'At'} most {longest} characters."
    return Field(
        id=id_,
        label=Label(label),
        value=value,
        required=required,
        problem=Label(problem),
        longest=longest,
        is_long=is_long,
        is_short=is_short,
        is_one=is_one,
        is_list=is_list,
        is_many=is_many,
        choices=tuple(Choice(id_, Label(title)) for id_, title in choices),
    )
