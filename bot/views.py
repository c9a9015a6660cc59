"""What people see, as frozen values: each class is filled into cards/NAME.json of the same name in snake case.

Text fields are shown as text runs, never read as Markdown, but for those in which ``Mention`` parts stand.
Labels are part of a view because requesters are addressed in the desk's language.
"""

from dataclasses import dataclass
from typing import NewType

Label = NewType("Label", str)
"""A text that a client may read as Markdown, so that whatever is a mark in it is drawn as its full-width twin."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A person to mention: Entra object id and name."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Link:
    """A link to a thread."""

    text: str
    place: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of message text, with mentions and links in it."""

    parts: tuple[str | Mention | Link, ...]

    @property
    def plain(self) -> str:
        """Return its own words, names and links without any mark."""
        return "".join([_said(part) for part in self.parts])


@dataclass(frozen=True, slots=True)
class Button:
    """A button: ``verb`` says what it is, ``step`` and ``choice`` which form it sends or opens, and which way.

    ``main`` marks the one that stands out; ``inputs`` is "none" where a form need not be filled in for it, else "auto".
    ``form`` names the opening of the form that it sends, so that what is sent twice counts once, and ``seen`` how many
    deeds the request had then.
    """

    desk: str
    request: str
    card: str
    title: str
    verb: str
    step: str = ""
    choice: str = ""
    form: str = ""
    seen: str = ""
    main: bool = False
    inputs: str = "auto"


@dataclass(frozen=True, slots=True)
class Address:
    """An https address outside Teams, which a button opens."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Also:
    """What a requester added to a request."""

    text: str


@dataclass(frozen=True, slots=True)
class RequestCard:
    """The one calm card of a request, in its thread: who, until when, what next.

    ``presses`` act at once, ``opens`` open a dialog; ``thread`` is the one that a request which follows another leads
    to, "" for none; ``links`` lead out of Teams.
    """

    headline: Line
    detail: str
    remark: str
    also: tuple[Also, ...]
    settled: bool
    presses: tuple[Button, ...]
    opens: tuple[Button, ...]
    thread: str
    thread_label: str
    links: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True)
class NoticeEntry:
    """One request on a notice; ``thread`` is its place, ``note`` what a colleague wrote about it.

    ``likely`` names what may answer it, which ``answers`` lead to.
    """

    title: str
    excerpt: str
    line: str
    thread: str
    waiting: bool
    presses: tuple[Button, ...]
    opens: tuple[Button, ...]
    note: str = ""
    likely: str = ""
    answers: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class NoticeCard:
    """A personal copy, or the post in the team channel: one entry per request."""

    heading: str
    entries: tuple[NoticeEntry, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a field's choices."""

    id: str
    title: Label


@dataclass(frozen=True, slots=True)
class Field:
    """An input of a form, of one kind: ``is_long`` and ``is_short`` text, ``is_one`` or ``is_many`` of its choices.

    ``is_date`` is a date by ISO 8601.

    ``is_kept`` is text of another form, which waits below the buttons of this one.
    ``value`` is what it holds at first: text, the id of a choice, or ids with commas. ``longest`` is in characters.
    """

    id: str
    label: Label
    value: str
    required: bool
    problem: Label
    longest: int
    is_long: bool
    is_short: bool
    is_one: bool
    is_list: bool
    is_many: bool
    choices: tuple[Choice, ...]
    is_kept: bool = False
    is_date: bool = False


@dataclass(frozen=True, slots=True)
class ButtonRow:
    """Buttons that belong together, at most three, under a heading ("" for none)."""

    heading: str
    buttons: tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class FormCard:
    """A step as its reader sees it, in a dialog or as a card in the personal chat.

    What it is about, what to know, what was wrong with the last try, the inputs, and the ways to go; ``thread`` is the
    one that it is about, "" for none, ``thread_label`` what leads there, ``links`` where else to go for it. ``trail``
    is what was found out on the way, ``code`` what is read sign by sign, as the differences between two texts are.
    """

    title: str
    excerpt: str
    note: str
    error: str
    fields: tuple[Field, ...]
    rows: tuple[ButtonRow, ...]
    thread: str = ""
    links: tuple[Address, ...] = ()
    trail: str = ""
    code: str = ""
    thread_label: str = ""


@dataclass(frozen=True, slots=True)
class ReplyCard:
    """A reply that a person sent through the bot: headed with the sender's name, in the sender's words.

    ``withdrawn`` says that its sender took it back, "" when not; ``headline`` mentions whom it ``calls``, if anybody.
    """

    heading: str
    text: str
    withdrawn: str = ""
    headline: Line = Line(())
    calls: bool = False


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
    unreachable_label: str = ""


@dataclass(frozen=True, slots=True)
class DeskCard:
    """Something about the desk with forms behind it: how it stands, and the ways into the forms.

    ``opens`` open a dialog, ``presses`` put the same form in the card's place.
    """

    title: str
    text: str
    facts: tuple[Fact, ...]
    opens: tuple[Button, ...]
    presses: tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class RotaWeek:
    """One iteration on the rota."""

    title: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class RotaCard:
    """Answer of ``rota``: this iteration and the next ones; ``note`` says what is known of a forecast, "" for none."""

    title: str
    weeks: tuple[RotaWeek, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Typed:
    """A button that types its title for whoever presses it, in their own chat."""

    title: str


@dataclass(frozen=True, slots=True)
class TypedRow:
    """Buttons beside each other, at most three."""

    buttons: tuple[Typed, ...]


@dataclass(frozen=True, slots=True)
class HelpCard:
    """Answer of ``help`` (what it is, and the commands that the reader may use), and of ``privacy``."""

    title: str
    text: str
    commands: tuple[Fact, ...]
    rows: tuple[TypedRow, ...] = ()


@dataclass(frozen=True, slots=True)
class ListRow:
    """One request on a list: its first words, whose it is or how it stands, and the ways to go.

    ``presses`` act at once, ``opens`` bring a form; ``thread`` is its place and ``thread_label`` what leads there;
    ``waiting`` is what nobody has yet.
    """

    title: str
    excerpt: str
    line: str
    waiting: bool
    presses: tuple[Button, ...]
    opens: tuple[Button, ...]
    thread: str
    thread_label: str


@dataclass(frozen=True, slots=True)
class ListCard:
    """Answer of ``requests`` and ``my requests``: a row each; ``note`` is said when there is none, or more."""

    title: str
    rows: tuple[ListRow, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart."""

    label: str
    length: float


@dataclass(frozen=True, slots=True)
class FairnessRow:
    """One person: SUPPORT shifts and days as FALLBACK, debt in shifts, the last and the next SUPPORT shift."""

    name: str
    served: str
    debt: str
    last: str
    next: str


@dataclass(frozen=True, slots=True)
class FairnessCard:
    """Answer of ``rota fairness``: how much each has served; a chart where the client draws one, and a table."""

    title: str
    bars: tuple[Bar, ...]
    rows: tuple[FairnessRow, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table: a number, or a word of the bot's own."""

    text: str


@dataclass(frozen=True, slots=True)
class ReportLine:
    """A row of a report's table: what it is of, and its cells."""

    label: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class ReportCard:
    """Answer of ``report``, and what comes with the handover: an iteration's figures, in words first.

    ``bars`` are requests by hour, ``head`` and ``lines`` the same by day too, with alerts below; ``outcomes`` and
    ``outcome_bars`` how they ended. ``recurring`` are common requests: how often in the iteration, and in 30 days;
    ``team`` is who served, in which role, and on which days where that was not on all.
    """

    title: str
    requests: str
    alerts: str
    tickets: str
    bars: tuple[Bar, ...]
    head: tuple[Cell, ...]
    lines: tuple[ReportLine, ...]
    outcomes: tuple[Fact, ...]
    outcome_bars: tuple[Bar, ...]
    recurring: tuple[ReportLine, ...]
    team: tuple[Fact, ...]
    note: str


@dataclass(frozen=True, slots=True)
class PlanPart:
    """A part of a plan: what it is about, what is to be known of it, and what can be done with it.

    ``presses`` act at once, ``opens`` bring a form; ``main`` is the part that is meant first. ``thread`` is a place to
    look at, and ``thread_label`` what leads there; ``links`` lead out of Teams.
    """

    title: str
    text: str = ""
    presses: tuple[Button, ...] = ()
    opens: tuple[Button, ...] = ()
    thread: str = ""
    thread_label: str = ""
    links: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanCard:
    """Something about the rota that is under way: a proposal, a question, a handover, a deployment.

    ``headline`` mentions whom it calls, if anybody; ``note`` says what else is to be known, below all else; ``links``
    lead out of Teams.
    """

    title: str
    text: str = ""
    headline: Line = Line(())
    calls: bool = False
    parts: tuple[PlanPart, ...] = ()
    presses: tuple[Button, ...] = ()
    opens: tuple[Button, ...] = ()
    note: str = ""
    links: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True)
class AlertCard:
    """An alert: which error, how it stands, what is known of it, and what can be done.

    ``title`` is the error's class and where it happened, ``headline`` who has it or how it ended, ``text`` the error's
    message and ``remark`` what was said of it. It is ``waiting`` for somebody, ``taken`` or ``settled``. ``links`` lead
    to Bugsnag, Slack and the ticket.
    """

    title: str
    headline: str
    text: str
    facts: tuple[Fact, ...]
    remark: str
    waiting: bool
    taken: bool
    settled: bool
    presses: tuple[Button, ...]
    opens: tuple[Button, ...]
    links: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True)
class HandbookSection:
    """A section of the handbook: its title, the titles above it, its first lines, and where it is read.

    ``doubt`` is said where it may not be what was asked for.
    """

    title: str
    above: str
    text: str
    doubt: str
    links: tuple[Address, ...]


@dataclass(frozen=True, slots=True)
class HandbookCard:
    """Answer of ``handbook``; and one section, which somebody puts into their own words.

    ``text`` is about the handbook, or the section's first lines; ``note`` says how old it is, or where it stands.
    """

    title: str
    text: str
    sections: tuple[HandbookSection, ...] = ()
    links: tuple[Address, ...] = ()
    note: str = ""


CardView = (
    RequestCard
    | AlertCard
    | NoticeCard
    | FormCard
    | ReplyCard
    | DutyCard
    | DeskCard
    | RotaCard
    | HelpCard
    | ListCard
    | PlanCard
    | FairnessCard
    | ReportCard
    | HandbookCard
)
View = Line | CardView


def _said(part: str | Mention | Link) -> str:
    match part:
        case Mention():
            return part.name
        case Link():
            return part.text
    return part
