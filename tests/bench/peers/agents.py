"""Microsoft 365 Agents SDK's echo on aiohttp, authentication on; runs in an environment of its own.

Decides nothing: the sample's few lines. It has no setting for the address of Bot Framework's keys, so the table
that it looks them up in is pointed at loopback; its token comes from the fake Entra by its own msal.
"""

import os

from aiohttp import web
from microsoft_agents.activity import Attachment, load_configuration_from_env
from microsoft_agents.authentication.msal import MsalConnectionManager
from microsoft_agents.hosting.aiohttp import CloudAdapter, jwt_authorization_middleware
from microsoft_agents.hosting.core import ActivityHandler, MessageFactory, TurnContext
from microsoft_agents.hosting.core.authorization import _entra_issuers

from tests.bench.world import APP_ID, APP_PASSWORD, CARD, ISSUER, TENANT

SERVICE = "CONNECTIONS__SERVICE_CONNECTION__SETTINGS__"


class Echo(ActivityHandler):
    """Answer each message with the card."""

    async def on_message_activity(self, turn_context: TurnContext) -> None:
        """Send the card."""
        card = Attachment(content_type="application/vnd.microsoft.card.adaptive", content=CARD)
        await turn_context.send_activity(MessageFactory.attachment(card))


def build() -> web.Application:
    """Make the application, as the SDK's samples do."""
    _entra_issuers.BOTFRAMEWORK_JWKS_URIS[ISSUER] = os.environ["BENCH_ENTRA"] + "/jwks"
    settings = {
        f"{SERVICE}CLIENTID": APP_ID,
        f"{SERVICE}CLIENTSECRET": APP_PASSWORD,
        f"{SERVICE}TENANTID": TENANT,
        f"{SERVICE}AUTHORITY": os.environ["BENCH_MSAL_AUTHORITY"],
    }
    connections = MsalConnectionManager(**load_configuration_from_env(settings))
    adapter = CloudAdapter(connection_manager=connections)
    bot = Echo()

    async def messages(request: web.Request) -> web.StreamResponse | None:
        return await adapter.process(request, bot)

    app = web.Application(middlewares=[jwt_authorization_middleware])
    app["agent_configuration"] = connections.get_default_connection_configuration()
    app.router.add_post("/api/messages", messages)
    return app


if __name__ == "__main__":
    web.run_app(build(), host="127.0.0.1", port=int(os.environ["PORT"]), access_log=None, print=None)
