"""The desks of a proof: each with a channel, a pair, a fallback, a colleague and a team channel of its own.

It is a Thursday morning in Berlin. Made by the operations that the command line has; nothing else here knows the bot.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.folder import desks_alone
from bot.operations import add_desk, import_people, import_shifts
from bot.settings import Settings
from tests.prove.checker import Step
from tests.rig import activities
from tests.rig.entra import TENANT

BEGIN = datetime(2026, 11, 19, 8, 5, tzinfo=UTC)
"""09:05 in Berlin, on the second day of the iteration. The table of the peak begins at 16:00."""
LONGEST = timedelta(hours=6, minutes=30)
ITERATION = "2026-11-18"
ROLES = ("SUPPORT", "SUPPORT", "FALLBACK", "")
NAMES = ("Ana", "Ben", "Chen", "Eva")


@dataclass(frozen=True, slots=True)
class Place:
    """A desk as people know it."""

    number: int

    @property
    def name(self) -> str:
        """The desk's name."""
        return f"desk-{self.number:02}"

    @property
    def channel(self) -> str:
        """Where people post."""
        return f"19:desk-{self.number:02}@thread.tacv2"

    @property
    def team_channel(self) -> str:
        """Where the backend team is among itself."""
        return f"19:team-{self.number:02}@thread.tacv2"

    def person(self, which: int) -> str:
        """Give the Entra id of the n-th person: the pair, the fallback, a colleague."""
        return f"bbbbbbbb-{self.number:04}-4000-8000-{which:012}"

    def called(self, which: int) -> str:
        """Give the n-th person's name."""
        return f"{NAMES[which]} of {self.name}"

    @property
    def steps(self) -> tuple[Step, ...]:
        """What is due after a post that nobody answers. The colleague's own message comes once an hour: not asked."""
        chats = [f"a:{self.person(which)}" for which in range(3)]
        return (
            Step("the pair at 2 min", timedelta(minutes=2), (chats[0], chats[1])),
            Step("the fallback at 4 min", timedelta(minutes=4), (chats[2],)),
            Step("the thread at 5 min", timedelta(minutes=5)),
            Step("the team at 10 min", timedelta(minutes=10), (self.team_channel,)),
        )


async def found(settings: dict[str, object], places: list[Place]) -> None:
    """Make the desks, with their people and shifts."""
    async with desks_alone(Settings.model_validate(settings)) as desks:
        for place in places:
            desk = {"tenant": TENANT, "team": activities.GROUP, "channel": place.channel, "name": place.name}
            await add_desk(desks, {**desk, "team_channel": place.team_channel}, BEGIN)
            people = ["name,entra_object_id,production_access"]
            shifts = ["iteration,name,role,days"]
            for which, role in enumerate(ROLES):
                people.append(f"{place.called(which)},{place.person(which)},yes")
                if role:
                    shifts.append(f"{ITERATION},{place.called(which)},{role},{'Thu' if role == 'FALLBACK' else ''}")
            await import_people(desks, {"desk": place.name, "text": "\n".join(people)}, BEGIN)
            await import_shifts(desks, {"desk": place.name, "text": "\n".join(shifts)}, BEGIN)
