"""The legs of ``setup``, its steps: what one is, what its form carries, and those about channels and settings.

Those about people are in ``people_legs``, their order in ``setup``.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from bot.decide import forms, marks
from bot.decide.desk import colleagues, policies
from bot.decide.draft import Draft
from bot.decide.forms import Way
from bot.decide.marks import MARKED, Changes
from bot.events import Press, Send
from bot.state import Roster, Setup
from bot.views import Field

PAGE = 40
NEXT = ">"  # ends a choice that names the page after which the next one follows


@dataclass(frozen=True, slots=True)
class Leg:
    """One step of the walk: its title, what of it is missing, its inputs, and what is done with them when sent.

    ``stands`` says what is so where nothing is missing, "" where that goes without saying.
    ``inputs`` are those of a page of the list, from 0; ``ways`` come after *Save and go on*. ``take`` returns what its
    sender should know of what it did, and raises ValueError where something is wrong with what was sent.
    """

    title: str
    missing: Callable[[Draft], str]
    inputs: Callable[[Draft, int], tuple[Field, ...]]
    take: Callable[[Draft, Send], str]
    note: Callable[[Draft], str] = lambda _: ""
    ways: Callable[[Draft, Press, str], tuple[Way, ...]] | None = None
    stands: Callable[[Draft], str] = lambda _: ""


def put(draft: Draft, setup: Setup | None) -> None:
    """Change how far a setup is; None: there is none any more."""
    draft.put_facts(replace(draft.facts, setup=setup))


def roster(draft: Draft) -> Roster | None:
    """Return what Teams told of the team, None where it did not yet, or it is kept no longer."""
    return draft.facts.setup.roster if draft.facts.setup else None


def about_roster(draft: Draft) -> str:
    """Say what Teams told of the team."""
    told = roster(draft)
    if told is None:
        return ASKING if _is_asking(draft) else UNKNOWN
    if told.failure:
        return f"Teams did not tell me who is in this team: {told.failure}. You can go on with e-mails, or ask again."
    people, channels = len(told.members), len(told.channels)
    there = f"This team has {people} {'person' if people == 1 else 'people'}, and {channels or 'no'} other "
    there += "channel." if channels == 1 else "channels."
    return f"{there} Every step can be skipped, and you go on where you stopped."


ASKING = "I am asking Teams who is in this team."
UNKNOWN = (
    "I don't know who is in this team now, since I keep that for a short while only. Ask Teams again for the list."
)


def ask_title(draft: Draft) -> str:
    """Return what a button is called that asks Teams who is in the team, or shows what it answered meanwhile."""
    return "Show the list" if _is_asking(draft) else "Ask Teams again"


def _is_asking(draft: Draft) -> bool:
    setup = draft.facts.setup
    return setup is not None and setup.roster is None and not setup.forgotten


# -- what a form carries --------------------------------------------------------------------------------------------


def page_of(event: Press) -> int:
    """Return the page of the list that a press is about, from 0."""
    return colleagues.page_of(_page(event).removesuffix(NEXT), 10_000, 1)


def goes_on(event: Press) -> bool:
    """Say whether a press wants the next page of the list."""
    return _page(event).endswith(NEXT)


def _page(event: Press) -> str:
    choice: str = getattr(event, "choice", "")
    return choice.partition(MARKED)[0]


def marked(fields: Iterable[Field]) -> str:
    """Return the marks of what a form is drawn with: each text, and each choice that is ticked."""
    fields = tuple(fields)
    if not any(one.is_many for one in fields):
        return marks.marked(one.value for one in fields)
    parts = (part for one in fields for part in (one.value.split(",") if one.is_many else [one.value]))
    return marks.marked(parts, marks.SHORT)


def drawn_with(event: Press) -> str | None:
    """Return the marks of what a form was drawn with, None where it does not say."""
    _, said, found = getattr(event, "choice", "").partition(MARKED)
    return found if said else None


def changes(event: Send, now: Mapping[str, str], stands: Callable[[str], str]) -> Changes:
    """Return what a form changes of the fields that are so ``now``; ``stands`` says how one is."""
    return marks.changes(now, event.fields, drawn_with(event) or "", stands)


# -- where, and with what -------------------------------------------------------------------------------------------


def _channels(draft: Draft) -> list[tuple[str, str]]:
    told = roster(draft)
    own, tenant = draft.own_channels, draft.desk.tenant
    others = [one for one in told.channels if one.id != draft.desk.channel] if told else []
    known = [(one.id, one.name) for one in others if (tenant, one.id) not in own]
    now = draft.desk.team_channel
    if now and now not in dict(known):
        known.append((now, "The one that is set now"))
    return known[:PAGE]


NO_CHANNEL = "-"


def _channel_inputs(draft: Draft, _: int) -> tuple[Field, ...]:
    choices = [(NO_CHANNEL, "None: write to those concerned personally"), *_channels(draft)]
    known = draft.desk.team_channel or NO_CHANNEL
    return (forms.listed("channel", "The backend team's own channel, for everything internal", choices, known),)


def _take_channel(draft: Draft, event: Send) -> str:
    known = draft.desk.team_channel or NO_CHANNEL
    names = dict(_channels(draft))
    typed = changes(event, {"channel": known}, lambda _: f"Team channel: {names.get(known, 'None')}").typed
    chosen = typed.get("channel", known)
    if (draft.desk.tenant, chosen) in draft.own_channels:
        raise ValueError("That channel is a desk by now, where requests are answered. Choose another one, or none.")
    if chosen != NO_CHANNEL and chosen not in names:
        raise ValueError("Choose one of the channels, or none.")
    new = "" if chosen == NO_CHANNEL else chosen
    if new != draft.desk.team_channel:
        draft.put_desk(replace(draft.desk, team_channel=new))
    return ""


def _channel_note(draft: Draft) -> str:
    told = roster(draft)
    return "" if told and not told.failure else about_roster(draft)


def _channel_ways(draft: Draft, _: Press, drawn: str) -> tuple[Way, ...]:
    return (Way(ask_title(draft), CHANNELS, f"{MARKED}{drawn}"),) if _channel_note(draft) else ()


CHANNELS = "setup.channels"


def _channel_missing(draft: Draft) -> str:
    return "" if draft.desk.team_channel else "none: what is internal goes to those concerned"


def _settings(title: str, *fields: str) -> Leg:
    settings = [policies.EVERY[field] for field in fields]

    def take(draft: Draft, event: Send) -> str:
        policy, meanwhile = policies.read(draft, event, settings, drawn_with(event) or "")
        policies.put(draft, policy)
        return meanwhile

    def missing(draft: Draft) -> str:
        empty = [one.name for one in settings if not getattr(draft.policy, one.field)]
        return f"empty: {', '.join(empty)}" if empty else ""

    def note(draft: Draft) -> str:
        return policies.not_shown(draft, settings)

    return Leg(title, missing, lambda draft, _: policies.inputs(draft, settings), take, note)


LEGS: Mapping[str, Leg] = MappingProxyType(
    {
        "setup.channel": Leg(
            "Team channel", _channel_missing, _channel_inputs, _take_channel, _channel_note, _channel_ways
        ),
        "setup.tools": _settings("Slack, Jira, handbook", "slack_channel", "jira_project", "handbook"),
        "setup.pages": _settings("Pages to link to", "documentation", "admin_pages"),
        "setup.contacts": _settings("Training and language", "training", "language"),
    }
)
"""The steps about channels and settings, in their order."""
