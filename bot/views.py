"""What people see, as frozen values: each class is filled into cards/NAME.json of the same name in snake case.

Text fields are shown as text runs, never read as Markdown, but for those in which ``Mention`` parts stand.
Labels are part of a view because requesters are addressed in the desk's language.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mention:
    """A person to mention: Entra object id and name."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of message text, with mentions in it."""

    parts: tuple[str | Mention, ...]


@dataclass(frozen=True, slots=True)
class RequestCard:
    """The one calm card of a request, in its thread: who, until when, what next."""

    desk: str
    request: str
    card: str
    headline: Line
    detail: str
    settled: bool
    can_claim: bool
    can_solve: bool
    can_dismiss: bool
    claim_label: str
    solve_label: str
    dismiss_label: str


@dataclass(frozen=True, slots=True)
class NoticeEntry:
    """One request on a notice; ``thread`` is its place."""

    desk: str
    request: str
    card: str
    title: str
    excerpt: str
    line: str
    thread: str
    waiting: bool
    claimable: bool


@dataclass(frozen=True, slots=True)
class NoticeCard:
    """A personal copy, or the post in the team channel: one entry per request."""

    heading: str
    entries: tuple[NoticeEntry, ...]


@dataclass(frozen=True, slots=True)
class AskForm:
    """The *Ask* dialog: what was asked for, the questions ready to edit, and what was wrong with the last try.

    ``form`` names this opening of the dialog, so that what is sent twice counts once.
    """

    desk: str
    request: str
    card: str
    title: str
    excerpt: str
    label: str
    text: str
    error: str
    send_label: str
    form: str = ""


@dataclass(frozen=True, slots=True)
class ReplyCard:
    """A reply that a person sent through the bot: headed with the sender's name, in the sender's words."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A labelled line."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class DutyCard:
    """Answer of ``who``: on duty now, the next handover, and for an admin who can't be reached."""

    title: str
    facts: tuple[Fact, ...]
    unreachable: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class RotaWeek:
    """One iteration on the rota."""

    title: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class RotaCard:
    """Answer of ``rota``: this iteration and the next ones."""

    title: str
    weeks: tuple[RotaWeek, ...]


@dataclass(frozen=True, slots=True)
class HelpCard:
    """Answer of ``help``: what it is, and the commands that the reader may use."""

    title: str
    text: str
    commands: tuple[Fact, ...]


CardView = RequestCard | NoticeCard | AskForm | ReplyCard | DutyCard | RotaCard | HelpCard
View = Line | CardView
