"""The whole bot behind real HTTP, with authentication on, between a fake Entra and a fake connector.

It is Monday 2026-11-23, 11:00 in Berlin; Ana and Ben are the pair, Dilan observes, Eva is off duty, Farid an admin.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import orjson
from aiohttp import web

from bot.app import web_app
from bot.folder import desks_alone
from bot.operations import add_desk, import_people, import_shifts
from bot.settings import Settings
from tests.journeys.town import at
from tests.rig import activities
from tests.rig.connector import Call, FakeConnector
from tests.rig.entra import APP_ID, TENANT, FakeEntra
from tests.rig.service import LoopbackService

PASSWORD = "canary-secret-9b41"
TEAM_CHANNEL = "19:internal@thread.tacv2"
ANA, BEN, DILAN, EVA, FARID = (f"bbbbbbbb-0000-4000-8000-00000000000{n}" for n in range(1, 6))
PEOPLE = f"""name,entra_object_id,production_access
Ana Lindqvist,{ANA},yes
Ben Okafor,{BEN},no
Dilan Kaya,{DILAN},no
Eva Novak,{EVA},no
Farid Haddad,{FARID},yes
"""
SHIFTS = """iteration,name,role,days
2026-11-18,Ana Lindqvist,SUPPORT,
2026-11-18,Ben Okafor,SUPPORT,
2026-11-18,Dilan Kaya,OBSERVER,
"""
NAMES = {ANA: "Ana Lindqvist", BEN: "Ben Okafor", DILAN: "Dilan Kaya", EVA: "Eva Novak", FARID: "Farid Haddad"}


class ClockService(LoopbackService):
    """Answers the time that a test sets."""

    now = at("2026-11-23 11:00") + timedelta(seconds=1)  # behind what was sent, however slowly that comes

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/clock", self._clock)
        return app

    async def _clock(self, _: web.Request) -> web.Response:
        return web.Response(text=self.now.isoformat())


@dataclass
class Whole:
    """A running bot and everything around it."""

    settings: Settings
    entra: FakeEntra
    connector: FakeConnector
    session: aiohttp.ClientSession
    url: str = ""
    statuses: list[int] = field(default_factory=list)

    async def post(self, activity: dict[str, Any] | bytes, **token: Any) -> tuple[int, Any]:
        """Deliver an activity with a genuine token but for `token`'s changes; return status and JSON."""
        shown = self.entra.token(**({"service_url": self.connector.service_url} | token))
        data = activity if isinstance(activity, bytes) else orjson.dumps(activity)
        headers = {"Authorization": f"Bearer {shown}", "Content-Type": "application/json"}
        async with self.session.post(self.url, data=data, headers=headers) as response:
            self.statuses.append(response.status)
            body = await response.read()
            return response.status, orjson.loads(body) if body else None

    def channel_post(self, text: str = "label printer down", **fields: Any) -> dict[str, Any]:
        """A requester's post in the desk's channel."""
        return activities.channel_post(text, service_url=self.connector.service_url, **fields)

    def by(self, who: str) -> dict[str, Any]:
        """The fields that make an activity somebody's."""
        return {
            "service_url": self.connector.service_url,
            "aad": who,
            "sender": f"29:{who[-1]}",
            "name": NAMES.get(who, "Olga"),
        }

    def press(self, verb: str, who: str, thread: str, **data: Any) -> dict[str, Any]:
        """A press on the card of R-1 in its thread."""
        ids = {"desk": "backend", "request": "R-1", "card": "card:R-1"} | data
        return activities.press(verb, ids, thread=thread, **self.by(who))

    async def opened(self, text: str = "label printer down") -> dict[str, Any]:
        """Post a request and wait for its card."""
        activity = self.channel_post(text)
        count = len(self.connector.calls)
        assert (await self.post(activity))[0] == 200
        await self.connector.wait_for(count + 1)
        await self.quiet()
        return activity

    async def quiet(self) -> None:
        """Wait until the outbox is empty: what there was to send has been sent."""
        async with asyncio.timeout(30):
            while self.rows("select count(*) from outbox") != [(0,)]:
                await asyncio.sleep(0.02)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Read the journal as it is on the disk."""
        connection = sqlite3.connect(f"file:{self.settings.data / 'journal.sqlite'}?mode=ro", uri=True)
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()

    def stored(self) -> tuple[int, int]:
        """Count records and requests."""
        records = self.rows(
            "select count(*) from records where kind not like '%Imported' and kind not in ('Sweep', 'ClockStruck')"
        )
        return records[0][0], self.rows("select count(*) from requests")[0][0]

    def cards(self) -> list[Call]:
        """Return what was posted or edited as a card."""
        return [call for call in self.connector.calls if call.body.get("attachments")]


def card_of(call: Call) -> dict[str, Any]:
    """Return the Adaptive Card of a call."""
    card: dict[str, Any] = call.body["attachments"][0]["content"]
    return card


@asynccontextmanager
async def whole(folder: Path, **more: Any) -> AsyncIterator[Whole]:
    """Run the bot on a folder, with more settings; a second time on the same folder is a restart."""
    async with (
        FakeEntra() as entra,
        FakeConnector() as connector,
        aiohttp.ClientSession() as session,
        running(folder, entra, connector, session, **more) as bot,
    ):
        yield bot


@asynccontextmanager
async def running(
    folder: Path,
    entra: FakeEntra,
    connector: FakeConnector,
    session: aiohttp.ClientSession,
    *,
    is_first: bool = True,
    **more: Any,
) -> AsyncIterator[Whole]:
    """Run the bot between services that outlive it, with ``more`` settings; the first makes the desk."""
    async with ClockService() as clock:
        settings = Settings.model_validate(
            {
                "app_id": APP_ID,
                "app_password": PASSWORD,
                "app_tenant": TENANT,
                "metadata_url": entra.metadata_url,
                "authority": entra.url,
                "service_hosts": (f"127.0.0.1:{connector.port}",),
                "admins": (FARID,),
                "data": folder,
                "clock": f"{clock.url}/clock",
                **more,
            }
        )
        if is_first and not (folder / "journal.sqlite").exists():
            await seed(settings)
        runner = web.AppRunner(web_app(settings), access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        bot = Whole(settings, entra, connector, session)
        try:
            yield replace(bot, url=f"http://127.0.0.1:{runner.addresses[0][1]}/api/messages")
        finally:
            await runner.cleanup()


async def seed(settings: Settings) -> None:
    """Make the desk, its people and its shifts."""
    now = at("2026-11-20 12:00")
    desk = {"tenant": TENANT, "team": activities.GROUP, "channel": activities.CHANNEL, "name": "backend"}
    async with desks_alone(settings) as desks:
        await add_desk(desks, {**desk, "team_channel": TEAM_CHANNEL}, now)
        await import_people(desks, {"text": PEOPLE}, now)
        await import_shifts(desks, {"text": SHIFTS}, now)
