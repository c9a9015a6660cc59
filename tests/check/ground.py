"""What a check looks at in these tests: a data folder with a desk, and fakes of everybody it asks."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from bot.check.finding import Finding
from bot.check.run import check
from bot.clock import real
from bot.settings import Settings
from bot.store.journal import SqlJournal
from tests.door.whole import ANA, BEN, DILAN, EVA, FARID, NAMES, PASSWORD, seed
from tests.github import fake as github
from tests.github.fake import FakeGitHub
from tests.jira import fake as jira
from tests.jira.fake import FakeJira
from tests.rig.activities import CHANNEL
from tests.rig.connector import FakeConnector
from tests.rig.entra import APP_ID, TENANT, FakeEntra
from tests.rig.graph import FakeGraph
from tests.slack import fake as slack
from tests.slack.fake import FakeSlack

TEAM = "19:team@thread.tacv2"
SLACK_CHANNEL = "C024BE91L"
SECRETS = (PASSWORD, slack.TOKEN, slack.SECRET, slack.APP_TOKEN, jira.TOKEN, github.TOKEN)


@dataclass
class Ground:
    """The settings, and who is asked."""

    settings: Settings
    entra: FakeEntra
    connector: FakeConnector
    slack: FakeSlack
    jira: FakeJira
    github: FakeGitHub
    graph: FakeGraph
    clock: Callable[[], datetime] = real

    async def findings(self, patience: float = 10.0, **changed: Any) -> list[Finding]:
        """Check, with some settings changed."""
        settings = Settings.model_validate({**self.settings.model_dump(), **changed})
        return await check(settings, self.clock, patience)

    async def of(self, name: str, patience: float = 10.0, **changed: Any) -> list[Finding]:
        """Return the findings of one check."""
        return [one for one in await self.findings(patience, **changed) if one.check == name]

    async def learn(self, place: str = CHANNEL, team: str = TEAM) -> None:
        """Note how Teams is reached."""
        note = {"service_url": self.connector.service_url, "conversation": place, "bot": f"28:{APP_ID}", "team": team}
        journal = SqlJournal(f"sqlite:///{self.settings.data}/journal.sqlite")
        for one in (place, ""):
            await journal.learn(TENANT, one, orjson.dumps(note).decode())
        await journal.close()


@asynccontextmanager
async def ground(folder: Path) -> AsyncIterator[Ground]:
    """Give a ground on which nothing is wrong but what no check can know."""
    async with AsyncExitStack() as stack:
        entra = await stack.enter_async_context(FakeEntra())
        connector = await stack.enter_async_context(FakeConnector())
        fake_slack = await stack.enter_async_context(FakeSlack())
        fake_jira = await stack.enter_async_context(FakeJira())
        graph = await stack.enter_async_context(FakeGraph())
        fake_github = await stack.enter_async_context(FakeGitHub())
        settings = Settings.model_validate(
            {
                "app_id": APP_ID,
                "app_password": PASSWORD,
                "app_tenant": TENANT,
                "metadata_url": entra.metadata_url,
                "authority": entra.url,
                "service_hosts": (f"127.0.0.1:{connector.port}",),
                "data": folder,
                "graph_url": graph.url,
                "slack_url": fake_slack.api,
                "slack_token": slack.TOKEN,
                "slack_secret": slack.SECRET,
                "slack_channel": SLACK_CHANNEL,
                "jira_url": fake_jira.url,
                "jira_email": jira.EMAIL,
                "jira_token": jira.TOKEN,
                "jira_project": "EDGE",
                "github_url": fake_github.api,
                "github_token": github.TOKEN,
                "handbook": str(github.PLACE),
            }
        )
        await seed(settings)
        connector.members = [
            {"id": f"29:{who[-1]}", "aadObjectId": who, "name": NAMES[who]} for who in (ANA, BEN, DILAN, EVA, FARID)
        ]
        made = Ground(settings, entra, connector, fake_slack, fake_jira, fake_github, graph)
        await made.learn()
        yield made
