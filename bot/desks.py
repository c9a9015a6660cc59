"""All desks of this process: found by channel, by name, or by person; added and removed while it runs."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator
from typing import TypeVar

from bot.desk import Desk
from bot.errors import Refused
from bot.ids import SLACK_CHANNEL
from bot.places import channel_of, person_of
from bot.ports import Journal
from bot.state import DeskInfo

C = TypeVar("C", bound=Collection[tuple[str, str]])


class Desks:
    """The desks, by tenant and id.

    ``make`` builds one; ``set_aside`` moves the rota's file of one that was removed, and returns where it is now, ""
    where there was none. ``tenants`` are those whose messages are let in, none for any; ``admins`` the ids of
    those who are admins of each, ``slack_channel`` is the deployment's, for the first desk that names no id of its own.
    """

    def __init__(
        self,
        journal: Journal,
        make: Callable[[DeskInfo], Desk],
        set_aside: Callable[[str], Awaitable[str]],
        tenants: frozenset[str] = frozenset(),
        admins: frozenset[str] = frozenset(),
        slack_channel: str = "",
        known: Callable[[], Awaitable[Collection[tuple[str, str]]]] | None = None,
    ) -> None:
        """Bind to the journal that knows which desks there are.

        ``known`` asks it anew, by tenant and id, where other replicas add desks, too.
        """
        self._known = known
        self._journal = journal
        self._make = make
        self._set_aside = set_aside
        self._tenants = tenants
        self._admins = admins
        self._slack_channel = slack_channel
        self._desks: dict[tuple[str, str], Desk] = {}

    def __iter__(self) -> Iterator[Desk]:
        """Yield every desk."""
        return iter(tuple(self._desks.values()))

    def __contains__(self, channel: object) -> bool:
        """Say whether a channel, by tenant and id, is a desk's own."""
        return any((desk.info.tenant, desk.info.channel) == channel for desk in self)

    async def open(self) -> None:
        """Load every desk."""
        for info in await self._journal.desks():
            await self._open(info)

    async def follow(self, ask: Callable[[], Awaitable[C]]) -> C:
        """Open what another replica added, and let go of what one removed; return the answer to ``ask``.

        That is all desks there are, by tenant and id.
        """
        before = set(self._desks)  # what is added here meanwhile, the answer may not know yet
        known = await ask()
        for key in before.difference(known):
            self._desks.pop(key, None)
        if self._desks.keys() != set(known):
            for info in await self._journal.desks():
                if (info.tenant, info.id) not in self._desks:
                    await self._open(info)
        return known

    async def meet(self, tenant: str, desk: str, channel: str) -> None:
        """Look whether another replica has just added the desk, by id or channel, that is not known here."""
        if self._known is None or (self.named(tenant, desk) if desk else self.of_channel(tenant, channel)):
            return
        if desk or channel:
            await self.follow(self._known)

    async def add(self, info: DeskInfo) -> Desk:
        """Add a desk; raise Refused if its name or channel is taken, or its tenant is not let in."""
        if self._tenants and info.tenant not in self._tenants:
            message = (
                f"Nothing from tenant {info.tenant} is let in, but from {', '.join(sorted(self._tenants))}. "
                "Take the right channel's link, or add the tenant to HOTSEAT_TENANTS and restart the bot."
            )
            raise Refused(message)
        for desk in self:
            if desk.info.tenant == info.tenant and desk.info.team_channel == info.channel:
                message = f"The channel is desk {desk.info.id}'s team channel; name another."
                raise Refused(message)
            if desk.info.tenant == info.tenant and info.team_channel and desk.info.channel == info.team_channel:
                message = f"The team channel is desk {desk.info.id}'s own channel; name another."
                raise Refused(message)
        if info.team_channel == info.channel:
            message = "The team channel is the backend team's own; it cannot be the desk's channel."
            raise Refused(message)
        await self._journal.create(info)
        return await self._open(info)

    async def remove(self, desk: Desk) -> str:
        """Remove a desk and return where its rota's file is now, "" if it had none; raise Refused if it is in use."""
        await desk.settle()
        await self._journal.remove(desk.info.tenant, desk.info.id)
        del self._desks[desk.info.tenant, desk.info.id]
        return await self._set_aside(desk.info.id)

    def of_channel(self, tenant: str, channel: str) -> Desk | None:
        """Return the desk whose channel this is, else one whose team channel it is."""
        internal = None
        for desk in self._of(tenant):
            if desk.info.channel == channel:
                return desk
            if desk.info.team_channel == channel:
                internal = internal or desk
        return internal

    def of_slack(self, channel: str) -> Desk | None:
        """Return the desk whose channel in Slack this is, by its id."""
        desks = sorted(self, key=lambda desk: desk.info.id)
        own = [desk for desk in desks if desk.info.policy.slack_channel == channel]
        rest = [desk for desk in desks if not SLACK_CHANNEL.fullmatch(desk.info.policy.slack_channel)]
        found = own or (rest if channel == self._slack_channel else [])
        return found[0] if found and SLACK_CHANNEL.fullmatch(channel) else None

    def slack_channels(self) -> list[str]:
        """Return the ids of the channels in Slack that are a desk's."""
        named = {self._slack_channel, *(desk.info.policy.slack_channel for desk in self)}
        return sorted(channel for channel in named if self.of_slack(channel) is not None)

    def channels_besides(self, desk: DeskInfo) -> frozenset[str]:
        """Return the channels of the tenant's other desks, which can't be this one's team channel."""
        return frozenset(one.info.channel for one in self.besides(desk))

    def shares(self, desk: DeskInfo, place: str) -> bool:
        """Say whether others of the tenant's desks write at a place too: to a person, or in the same team channel."""
        channel = "" if person_of(place) else channel_of(place)
        return any(not channel or one.info.team_channel == channel for one in self.besides(desk))

    def besides(self, desk: DeskInfo) -> list[Desk]:
        """Return the tenant's other desks."""
        return [one for one in self._of(desk.tenant) if one.info.id != desk.id]

    def named(self, tenant: str, desk: str) -> Desk | None:
        """Return a tenant's desk by its id."""
        return self._desks.get((tenant, desk))

    def has_id(self, desk: str) -> bool:
        """Say whether any tenant's desk has this id, which names its file."""
        return any(one.info.id == desk for one in self)

    def of_person(self, tenant: str, person: str) -> Desk | None:
        """Return the desk that a person's own messages go to: of several the one they chose last.

        Else it is the first that they belong to, else the first.
        """
        desks = sorted(self._of(tenant), key=lambda desk: desk.info.id)
        own = self.several(tenant, person) or [desk for desk in desks if desk.has(person)] or desks
        chosen = [(at, desk) for desk in own if (at := desk.chosen_at(person))]
        return max(chosen, key=lambda one: one[0])[1] if chosen else own[0] if own else None

    def several(self, tenant: str, person: str) -> list[Desk]:
        """Return the desks that a person belongs to, none unless there are several; all are everywhere's admins'."""
        everywhere = person in self._admins
        desks = sorted(self._of(tenant), key=lambda desk: desk.info.id)
        own = [desk for desk in desks if everywhere or desk.has(person)]
        return own if len(own) > 1 else []

    def of_raiser(self, tenant: str, person: str) -> list[Desk]:
        """Return the desks that a person may mean, by id: those that they belong to, else all of the tenant."""
        desks = sorted(self._of(tenant), key=lambda desk: desk.info.id)
        return [desk for desk in desks if desk.has(person)] or desks

    def one(self, name: str) -> Desk:
        """Return the desk an operator means: by its id, or the only one; raise Refused naming the choices."""
        found = [desk for desk in self if desk.info.id == name] if name else list(self)
        if len(found) == 1:
            return found[0]
        names = ", ".join(sorted(desk.info.id for desk in self))
        if not names:
            message = "There is no desk yet. Add one with: hotseat desk add --help"
        elif name:
            message = f"There is no desk {name}. There is: {names}."
        else:
            message = f"Which desk? Say --desk with one of: {names}."
        raise Refused(message)

    def admins_of(self, tenant: str) -> frozenset[str]:
        """Return whom the tenant's desks name as their admins."""
        return frozenset(id_ for desk in self._of(tenant) for id_ in desk.info.policy.admins)

    def _of(self, tenant: str) -> Iterable[Desk]:
        return [desk for desk in self if desk.info.tenant == tenant]

    async def _open(self, info: DeskInfo) -> Desk:
        desk = self._make(info)
        self._desks[info.tenant, info.id] = desk
        await desk.start()
        return desk
