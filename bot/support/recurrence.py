"""What recurs: what a request resembles, and the common requests that come of requests which are alike.

Every change of a common request's standing goes through TRANSITIONS; a step that is not in it is refused.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from bot.errors import Refused
from bot.people import Author

WITHIN = timedelta(days=30)  # what counts as recurring now
OFTEN = 3  # times within that, from which an entry is proposed
MOST_USES = 50  # of which the request and the time are kept; those before are counted


@dataclass(frozen=True, slots=True)
class Alike:
    """A request of the same desk that another resembles; ``near``: so much that it is the same without asking.

    ``common`` is the common request that it belongs to, "" for none.
    """

    request: str
    near: bool
    posted_at: datetime
    common: str = ""


class Standing(StrEnum):
    """Where a common request stands.

    NOTICED: requests are alike, and nobody was asked about it; PROPOSED: the pair was; DECLINED: they want no entry.
    LISTED: it is an entry with an answer; RETIRED: it was one.
    """

    NOTICED = "NOTICED"
    PROPOSED = "PROPOSED"
    DECLINED = "DECLINED"
    LISTED = "LISTED"
    RETIRED = "RETIRED"


WRITTEN = frozenset({Standing.LISTED, Standing.RETIRED})
"""Where one stands that somebody has written down."""


class Act(StrEnum):
    """What happens to a common request."""

    PROPOSE = "third in 30 days"
    DECLINE = "not needed"
    LIST = "written down"
    RETIRE = "retired"


TRANSITIONS = MappingProxyType(
    {
        (Standing.NOTICED, Act.PROPOSE): Standing.PROPOSED,
        (Standing.NOTICED, Act.LIST): Standing.LISTED,
        (Standing.PROPOSED, Act.DECLINE): Standing.DECLINED,
        (Standing.PROPOSED, Act.LIST): Standing.LISTED,
        (Standing.DECLINED, Act.LIST): Standing.LISTED,
        (Standing.LISTED, Act.LIST): Standing.LISTED,
        (Standing.LISTED, Act.RETIRE): Standing.RETIRED,
        (Standing.RETIRED, Act.LIST): Standing.LISTED,
    }
)


def diagram() -> str:
    """Return TRANSITIONS as a Mermaid state diagram, for the README."""
    lines = [f"    {before} --> {after}: {act}" for (before, act), after in TRANSITIONS.items()]
    begins = [f"    [*] --> {Standing.NOTICED}: two are alike", f"    [*] --> {Standing.LISTED}: written down"]
    return "\n".join(["stateDiagram-v2", *begins, *lines])


@dataclass(frozen=True, slots=True)
class Use:
    """A request that was this common one, and when it was posted."""

    request: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Common:
    """A common request: requests that are alike, and once somebody wrote it down their answer.

    ``link`` is a section ("#anchor") or an https address, "" for none; ``phrases`` how people ask for it, in words that
    name nobody. ``uses`` are the latest, in the order of time, ``earlier`` how many more there were and ``earlier_at``
    when the last of these was. ``by`` wrote it down last. ``cards`` are the messages that ask about it.
    """

    id: str
    standing: Standing = Standing.NOTICED
    title: str = ""
    answer: str = ""
    link: str = ""
    phrases: tuple[str, ...] = ()
    uses: tuple[Use, ...] = ()
    earlier: int = 0
    earlier_at: datetime | None = None
    by: Author | None = None
    changed_at: datetime | None = None
    cards: tuple[str, ...] = ()

    @property
    def times(self) -> int:
        """Return how often it came."""
        return self.earlier + len(self.uses)

    @property
    def last_at(self) -> datetime | None:
        """Return when it last came, None for never."""
        return self.uses[-1].at if self.uses else self.earlier_at

    def lately(self, now: datetime) -> int:
        """Return how often it came within the last 30 days."""
        return sum(now - use.at <= WITHIN for use in self.uses)


def step(common: Common, act: Act) -> Standing:
    """Return the standing after ``act``; raise Refused, in words, where the table has no such step."""
    standing = TRANSITIONS.get((common.standing, act))
    if standing is None:
        raise Refused(_REFUSALS[common.standing].format(id=common.id))
    return standing


_REFUSALS = MappingProxyType(
    {
        Standing.NOTICED: "{id} is no common request yet.",
        Standing.PROPOSED: "{id} is no common request yet.",
        Standing.DECLINED: "{id} was declined as a common request.",
        Standing.LISTED: "{id} is a common request already.",
        Standing.RETIRED: "{id} was retired. Write it down again first.",
    }
)


def used(common: Common, request: str, at: datetime) -> Common:
    """Count a request; once, however often it is told."""
    if any(use.request == request for use in common.uses):
        return common
    uses = tuple(sorted((*common.uses, Use(request, at)), key=lambda use: (use.at, use.request)))
    gone, kept = uses[:-MOST_USES], uses[-MOST_USES:]
    if not gone:
        return replace(common, uses=kept)
    earlier_at = max(gone[-1].at, common.earlier_at or gone[-1].at)
    return replace(common, uses=kept, earlier=common.earlier + len(gone), earlier_at=earlier_at)


def unused(common: Common, request: str) -> Common:
    """Count a request no longer, as far as it is still known one by one."""
    return replace(common, uses=tuple(use for use in common.uses if use.request != request))
