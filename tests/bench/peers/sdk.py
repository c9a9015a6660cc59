"""The SDK's stock echo bot: botbuilder 4.17.1, CloudAdapter on aiohttp, authentication on.

Decides nothing: the sample's few lines, with the addresses of keys and tokens set to loopback.
With the argument `static` the outbound token is handed to it, so that Entra costs it nothing (its best case);
without, msal fetches one for every turn, as it does for everyone.
"""

import os
import sys

from aiohttp import web
from botbuilder.core import ActivityHandler, CardFactory, MessageFactory, TurnContext
from botbuilder.core.integration import aiohttp_error_middleware
from botbuilder.integration.aiohttp import CloudAdapter, ConfigurationBotFrameworkAuthentication
from botframework.connector.auth import AppCredentials, PasswordServiceClientCredentialFactory
from msrest.authentication import Authentication

from tests.bench.world import APP_ID, APP_PASSWORD, CARD, ISSUER, TENANT


class Configuration:
    """The SDK reads these attributes; with one address set, it wants all."""

    APP_ID = APP_ID
    APP_PASSWORD = APP_PASSWORD
    APP_TYPE = "SingleTenant"
    APP_TENANTID = TENANT
    TO_CHANNEL_FROM_BOT_OAUTH_SCOPE = "https://api.botframework.com"
    TO_BOT_FROM_CHANNEL_TOKEN_ISSUER = ISSUER
    OAUTH_URL = "https://127.0.0.1/unused"
    VALIDATE_AUTHORITY = False
    CALLER_ID = None
    CHANNEL_SERVICE = ""

    def __init__(self) -> None:
        """Read where Entra listens."""
        self.TO_CHANNEL_FROM_BOT_LOGIN_URL = os.environ["BENCH_MSAL_AUTHORITY"]
        self.TO_BOT_FROM_CHANNEL_OPENID_METADATA_URL = os.environ["BENCH_ENTRA"] + "/metadata"
        self.TO_BOT_FROM_EMULATOR_OPENID_METADATA_URL = os.environ["BENCH_ENTRA"] + "/metadata"


class StaticCredentials(AppCredentials):
    """Credentials that have their token already."""

    def get_access_token(self, force_refresh: bool = False) -> str:  # noqa: FBT001, FBT002  # the SDK's signature
        """Give the token."""
        del force_refresh
        return "e30." + "A" * 1200 + ".bench"


class StaticFactory(PasswordServiceClientCredentialFactory):
    """The SDK's own factory, but for the token."""

    async def create_credentials(
        self,
        app_id: str,
        oauth_scope: str,
        login_endpoint: str,
        validate_authority: bool,  # noqa: FBT001  # the SDK's signature
    ) -> Authentication:
        """Make credentials, as the SDK does for each client that it makes."""
        del login_endpoint, validate_authority
        return StaticCredentials(app_id, self.tenant_id, oauth_scope)


class Echo(ActivityHandler):
    """Answer each message with the card."""

    async def on_message_activity(self, turn_context: TurnContext) -> None:
        """Send the card."""
        await turn_context.send_activity(MessageFactory.attachment(CardFactory.adaptive_card(CARD)))


def build(*, static: bool) -> web.Application:
    """Make the application, as the SDK's samples do."""
    settings = Configuration()
    factory = StaticFactory(APP_ID, APP_PASSWORD, TENANT) if static else None
    adapter = CloudAdapter(ConfigurationBotFrameworkAuthentication(settings, credentials_factory=factory))
    bot = Echo()

    async def messages(request: web.Request) -> web.StreamResponse | None:
        return await adapter.process(request, bot)

    app = web.Application(middlewares=[aiohttp_error_middleware])
    app.router.add_post("/api/messages", messages)
    return app


if __name__ == "__main__":
    application = build(static=sys.argv[1:] == ["static"])
    web.run_app(application, host="127.0.0.1", port=int(os.environ["PORT"]), access_log=None, print=None)
