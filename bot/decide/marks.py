"""Marks: what a form was drawn with, in short, as its buttons carry it; so only what is changed in it is saved."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

SHORT, FULL = 4, 8  # hex digits by which a tick, of many, and a text are told from another
MARKED = "|"  # between the marks and what else a button names
AGAIN = "Nothing was saved yet: save it again if what you wrote still fits."


class Overtaken(ValueError):  # noqa: N818 - an answer to whoever sent it
    """What a form was drawn with is no longer so: it comes back drawn anew, with what was ``given`` in it."""

    def __init__(self, why: str, given: Mapping[str, str]) -> None:
        """Remember what of the form is not to be typed again."""
        super().__init__(why)
        self.given = given


@dataclass(frozen=True, slots=True)
class Changes:
    """What was ``typed`` into a form that it was not drawn with, and the fields that were changed ``elsewhere``."""

    typed: Mapping[str, str]
    elsewhere: tuple[str, ...] = ()


def mark(text: str, digits: int = SHORT) -> str:
    """Return what tells a text from another, in short; how its lines end is the client's."""
    plain = "\n".join(line.strip() for line in text.splitlines())
    return hashlib.sha256(plain.encode(errors="replace")).hexdigest()[:digits]


def marked(texts: Iterable[str], digits: int = FULL) -> str:
    """Return the marks of some texts as a button carries them."""
    return "".join(mark(text, digits) for text in texts)


def read(marks: str, digits: int = SHORT) -> list[str]:
    """Return the marks that a button carries."""
    return [marks[at : at + digits] for at in range(0, len(marks), digits)]


def changes(now: Mapping[str, str], sent: Mapping[str, str], marks: str, stands: Callable[[str], str]) -> Changes:
    """Return what a form changes of the fields that are so ``now``, by the ``marks`` that it was drawn with.

    A form without them changes all that it holds. Raise Overtaken where somebody else has changed the same meanwhile;
    ``stands`` says what a field is called and how it is now.
    """
    found = read(marks, FULL)
    drawn = dict(zip(now, found, strict=True)) if len(found) == len(now) else {}
    sent = {field: text.strip() for field, text in sent.items() if field in now}
    typed = {field: text for field, text in sent.items() if mark(text, FULL) != drawn.get(field)}
    elsewhere = tuple(field for field in now if drawn and mark(now[field], FULL) != drawn[field])
    clash = [field for field in elsewhere if mark(typed.get(field, now[field])) != mark(now[field])]
    if clash:
        raise Overtaken(
            "\n".join([*(f"Somebody else changed meanwhile: {stands(one)}" for one in clash), AGAIN]), typed
        )
    return Changes(typed, elsewhere)
