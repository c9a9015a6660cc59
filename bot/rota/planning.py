"""What is under way about the rota: the pick, the change of duty, what was asked of whom, and deployments.

These are the desk's small facts beside the rota itself; what is over leaves them.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from bot.people import Author
from bot.rota.rituals import Ritual


@dataclass(frozen=True, slots=True)
class Pick:
    """The pick of an iteration's support team: what was proposed, who said no, who was taken by whom, what is done.

    ``proposed`` are pairs by id, the best first; ``round`` counts the proposals, each a message of its own, and
    ``again`` says that another is to come, after somebody's no.
    ``declined`` are those who may not be proposed again, ``told`` those of the taken team who know. ``staying`` says
    that nobody was taken in time, so that the team before it stays until somebody is. ``cards`` are the messages that
    show the pick, each with its place; ``letters`` those that told somebody, by person.
    """

    iteration: date
    proposed: tuple[tuple[str, str], ...] = ()
    round: int = 0
    declined: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()
    by: Author | None = None
    at: datetime | None = None
    told: tuple[str, ...] = ()
    done: tuple[Ritual, ...] = ()
    staying: bool = False
    cards: tuple[tuple[str, str], ...] = ()
    letters: tuple[tuple[str, str], ...] = ()
    again: bool = False

    @property
    def ids(self) -> tuple[str, ...]:
        """Return whom it knows by id."""
        lettered = (person for person, _ in self.letters)
        return (*self.declined, *self.taken, *self.told, *(id_ for pair in self.proposed for id_ in pair), *lettered)


@dataclass(frozen=True, slots=True)
class Handover:
    """The change of duty at the beginning of an iteration: who of the new team is ready, and what is done.

    ``late`` is the day within it on which a team starts that was taken late.
    ``outgoing`` are the ids of the pair before, who stay as a further fallback until both of the new pair are ready or
    ``until``. ``finishing`` are requests that whoever has them finishes themselves. ``serving`` are those who know that
    they serve, and on which weekdays; ``welcomed`` those of them who got their card. ``matters`` are the requests that
    were open, and ``holders`` those who got a card of what they have.
    """

    iteration: date
    outgoing: tuple[str, ...] = ()
    until: datetime | None = None
    ready: tuple[str, ...] = ()
    reminded: tuple[str, ...] = ()
    finishing: tuple[str, ...] = ()
    done: tuple[Ritual, ...] = ()
    serving: Mapping[str, frozenset[int]] = field(default_factory=dict)
    welcomed: tuple[str, ...] = ()
    matters: tuple[str, ...] = ()
    holders: tuple[str, ...] = ()
    late: date | None = None

    @property
    def start(self) -> date:
        """Return the day from which the new team serves, if the desk works on it."""
        return self.late or self.iteration

    @property
    def ids(self) -> tuple[str, ...]:
        """Return whom it knows by id."""
        return (*self.outgoing, *self.ready, *self.reminded, *self.serving, *self.welcomed, *self.holders)


class Asking(StrEnum):
    """What somebody is asked for: to exchange shifts, to serve in somebody's place, or to fill a gap of today."""

    SWAP = "swap"
    COVER = "cover"
    FALLBACK = "fallback"


@dataclass(frozen=True, slots=True)
class Ask:
    """A question to some people about the rota, until one of them says yes, all say no, or it is too late.

    ``person`` is in whose place it is, ``start`` to ``end`` when (instants); of a swap ``iteration`` is theirs and
    ``other`` that of the one who is asked. ``asked`` are ids in the order of asking, ``refused`` those who said no;
    ``waiting`` are those who are asked when they can be written to, ``next_at`` is when the next one is. ``done`` is
    what became of the question, in words, kept until ``end``; ``reason`` why a swap may break a rule. ``away`` are
    those of the team of whom the card of a gap says so.
    """

    id: str
    what: Asking
    by: Author
    person: str
    at: datetime
    start: datetime
    end: datetime
    iteration: date
    other: date | None = None
    asked: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    next_at: datetime | None = None
    done: str = ""
    waiting: tuple[str, ...] = ()
    reason: str = ""
    away: tuple[str, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """Return whom it knows by id alone."""
        return (self.person, *self.asked, *self.refused, *self.waiting, *self.away)


@dataclass(frozen=True, slots=True)
class News:
    """What somebody is to be told when they can be written to: in words, under a key of its own.

    ``though_away`` says that it is told in support hours at all events: of an absence that others reported.
    """

    key: str
    person: str
    text: str
    at: datetime
    though_away: bool = False


class Fate(StrEnum):
    """What became of a deployment."""

    RUNNING = "running"
    DONE = "done"
    ROLLED_BACK = "rolled back"


@dataclass(frozen=True, slots=True)
class Deployment:
    """A deployment: what goes where, by whom, since when, what became of it, and why by somebody not on duty.

    ``ended_by`` is who said what became of it, ``shown_to`` are those who have its card in their own chat.
    """

    id: str
    what: str
    where: str
    link: str
    by: Author
    at: datetime
    fate: Fate = Fate.RUNNING
    ended_at: datetime | None = None
    reason: str = ""
    ended_by: Author | None = None
    shown_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Planning:
    """What is under way about a desk's rota.

    ``since`` is when its rituals were first looked after: what fell due before that is nobody's business. ``pick`` and
    ``handover`` are the last ones; ``feeds`` counts, by person ("" for the desk's), how often a calendar's address was
    renewed, beginning at ``first_feed``: more than anybody had who was forgotten, so that no address of theirs comes
    alive again though nothing of them is kept. ``filling`` are those who are FALLBACK only since somebody is away, and
    on which days.
    """

    since: datetime | None = None
    pick: Pick | None = None
    handover: Handover | None = None
    asks: tuple[Ask, ...] = ()
    news: tuple[News, ...] = ()
    deployments: tuple[Deployment, ...] = ()
    last_deployment: int = 0
    feeds: Mapping[str, int] = field(default_factory=dict)
    filling: Mapping[str, frozenset[date]] = field(default_factory=dict)
    first_feed: int = 0

    def renewed(self, person: str) -> int:
        """Return how often the address of a calendar, of a person or ("") of the desk, was renewed."""
        return self.feeds.get(person, self.first_feed if person else 0)

    def forgetting_feeds(self, gone: Collection[str], others: Iterable[str]) -> "Planning":
        """Return this without what is known of some people's calendars; those of ``others`` keep their addresses."""
        known = {**{one: self.renewed(one) for one in others}, **self.feeds}
        first = max([self.first_feed, *map(self.renewed, gone)]) + 1
        return replace(self, feeds={one: known[one] for one in known if one not in gone}, first_feed=first)

    def known(self) -> Iterator[Author]:
        """Yield whoever is known here by id and name."""
        if self.pick is not None and self.pick.by is not None:
            yield self.pick.by
        yield from (one.by for one in self.asks)
        yield from (author for one in self.deployments for author in (one.by, one.ended_by) if author)

    def ids(self) -> Iterator[str]:
        """Yield whoever is known here by id alone."""
        if self.pick is not None:
            yield from self.pick.ids
        if self.handover is not None:
            yield from self.handover.ids
        yield from (id_ for one in self.asks for id_ in one.ids)
        yield from (id_ for one in self.deployments for id_ in one.shown_to)
        yield from (one.person for one in self.news)
        yield from (id_ for id_ in self.feeds if id_)
        yield from self.filling

    def about(self, id_: str) -> Iterator[str]:
        """Yield what of somebody is under way, a few words for each thing."""
        pick, handover = self.pick, self.handover
        if pick is not None and (id_ in pick.ids or (pick.by and pick.by.id == id_)):
            yield f"pick {pick.iteration}"
        if handover is not None and id_ in handover.ids:
            yield f"handover {handover.iteration}"
        yield from (f"{one.what} {one.iteration}" for one in self.asks if id_ in (*one.ids, one.by.id))
        yield from (one.text for one in self.news if one.person == id_)
        for one in self.deployments:
            if id_ in (one.by.id, one.ended_by and one.ended_by.id, *one.shown_to):
                yield ", ".join(filter(None, (one.id, one.what, one.where, one.link, one.reason)))
        if id_ in self.feeds:
            yield "calendar"
        yield from (f"fallback {day}" for day in sorted(self.filling.get(id_, ())))
