"""One token for everything, whatever Entra does; and every way of asking for it really runs msal."""

import asyncio
import logging
import threading
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator
from pathlib import Path

import jwt
import pytest
import pytest_asyncio

from bot.retries import Temporary
from bot.teams.credentials import (
    RESOURCE,
    Credentials,
    Fetch,
    TenantCredentials,
    Token,
    TokenRefused,
    certificate,
    federated,
    managed_identity,
    secret,
)
from tests.rig.entra import APP_ID, TENANT, FakeEntra
from tests.rig.service import Answer
from tests.rig.tls import write_certificate
from tests.teams.house import PASSWORD

pytestmark = pytest.mark.asyncio


class Timer:
    """A monotonic clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.now


@pytest.fixture
def timer() -> Timer:
    """Stop the clock."""
    return Timer()


@pytest.fixture
def by_secret(entra: FakeEntra) -> Fetch:
    """Ask the fake with the client secret."""
    return secret(authority=entra.url, tenant=TENANT, app_id=APP_ID, password=PASSWORD)


@pytest_asyncio.fixture
async def credentials(by_secret: Fetch, timer: Timer) -> AsyncIterator[Credentials]:
    """Hold the token, by a clock that stands still."""
    held = Credentials(by_secret, timer=timer)
    yield held
    await held.close()


async def settled(credentials: Credentials) -> None:
    """Wait until no fetch is under way."""
    if credentials._fetching:
        await asyncio.wait([credentials._fetching])


async def test_the_secret_is_sent_to_the_tenants_token_address(credentials: Credentials, entra: FakeEntra) -> None:
    assert await credentials.token() == "entra-token-1"
    ((tenant, form),) = entra.token_requests
    assert tenant == TENANT
    assert form["grant_type"] == "client_credentials"
    assert (form["client_id"], form["client_secret"], form["scope"]) == (APP_ID, PASSWORD, f"{RESOURCE}/.default")


async def test_a_hundred_callers_at_once_cause_one_token_request(credentials: Credentials, entra: FakeEntra) -> None:
    assert set(await asyncio.gather(*(credentials.token() for _ in range(100)))) == {"entra-token-1"}
    assert await credentials.token() == "entra-token-1"
    assert entra.hits["token"] == 1


async def test_the_loop_goes_on_while_entra_thinks(credentials: Credentials, entra: FakeEntra) -> None:
    gate = threading.Event()
    entra.hold["token"] = gate.wait
    asking = asyncio.create_task(credentials.token())
    await entra.asked.wait()
    gate.set()  # only a loop that is free gets here
    assert await asking == "entra-token-1"


async def test_a_token_is_renewed_before_it_ends_and_nobody_waits(
    credentials: Credentials, entra: FakeEntra, timer: Timer
) -> None:
    await credentials.token()
    timer.now += 2699
    await credentials.token()
    assert entra.hits["token"] == 1
    timer.now += 2
    assert await credentials.token() == "entra-token-1"
    await settled(credentials)
    assert await credentials.token() == "entra-token-2"


async def test_a_failing_renewal_keeps_the_valid_token_and_is_tried_again_in_a_while(
    credentials: Credentials, entra: FakeEntra, timer: Timer
) -> None:
    await credentials.token()
    entra.answers["token"] = Answer(status=500)
    timer.now += 2800
    for _ in range(5):
        assert await credentials.token() == "entra-token-1"
        await settled(credentials)
    assert entra.hits["token"] == 2
    del entra.answers["token"]
    timer.now += 31
    assert await credentials.token() == "entra-token-1"
    await settled(credentials)
    assert await credentials.token() == "entra-token-3"


async def test_a_token_at_its_end_is_not_used_any_more(
    credentials: Credentials, entra: FakeEntra, timer: Timer
) -> None:
    await credentials.token()
    timer.now += 3541
    assert await credentials.token() == "entra-token-2"
    entra.answers["token"] = Answer(status=500)
    timer.now += 3541
    with pytest.raises(TokenRefused):
        await credentials.token()


async def test_a_short_lived_token_is_used_for_half_its_life(
    credentials: Credentials, entra: FakeEntra, timer: Timer
) -> None:
    entra.expires_in = 60
    await credentials.token()
    timer.now += 29
    assert await credentials.token() == "entra-token-1"
    timer.now += 2
    assert await credentials.token() == "entra-token-2"


async def test_a_dropped_token_is_fetched_anew_but_a_newer_one_stays(
    credentials: Credentials, entra: FakeEntra
) -> None:
    await credentials.token()
    credentials.drop("entra-token-1")
    assert await credentials.token() == "entra-token-2"
    credentials.drop("entra-token-1")
    assert await credentials.token() == "entra-token-2"
    assert entra.hits["token"] == 2


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(400, body={"error": "invalid_client", "error_description": f"not {PASSWORD}"}), "invalid_client"),
        (Answer(401, body={"error": "unauthorized_client", "error_description": PASSWORD}), "unauthorized_client"),
        (Answer(200, body={"token_type": "Bearer"}), "unreadable answer"),
        (Answer(200, text=f"<html>{PASSWORD}"), "JSONDecodeError"),
        (Answer(503, text=PASSWORD), "MsalServiceError"),
        (Answer(302, headers={"Location": "http://127.0.0.1:9/"}, text=""), ""),
        (Answer(reset=True), "ConnectionError"),
    ],
)
async def test_a_refusal_says_entras_word_and_no_secret(
    credentials: Credentials, entra: FakeEntra, caplog: pytest.LogCaptureFixture, answer: Answer, words: str
) -> None:
    caplog.set_level(logging.DEBUG)
    entra.answers["token"] = answer
    with pytest.raises(TokenRefused) as refused:
        await credentials.token()
    assert words in str(refused.value)
    assert PASSWORD not in str(refused.value) + caplog.text + repr(credentials)


async def test_a_token_is_not_shown_by_its_repr() -> None:
    assert "canary" not in repr(Token("canary", 5.0))


async def test_a_caller_who_goes_away_does_not_stop_the_fetch_of_the_others(credentials: Credentials) -> None:
    leaving, staying = (asyncio.create_task(credentials.token()) for _ in range(2))
    await asyncio.sleep(0)
    leaving.cancel()
    assert await staying == "entra-token-1"


async def test_a_certificate_signs_an_assertion_and_is_read_anew_each_time(entra: FakeEntra, tmp_path: Path) -> None:
    pem = write_certificate(tmp_path)
    fetch = certificate(authority=entra.url, tenant=TENANT, app_id=APP_ID, pem=pem, thumbprint="FFEE" * 10)
    assert (await asyncio.to_thread(fetch)).value == "entra-token-1"
    ((_, form),) = entra.token_requests
    header = jwt.get_unverified_header(form["client_assertion"])
    assert urlsafe_b64decode(header["x5t"] + "=") == bytes.fromhex("FFEE" * 10)
    claims = jwt.decode(form["client_assertion"], options={"verify_signature": False})
    assert (claims["iss"], claims["sub"]) == (APP_ID, APP_ID)
    pem.unlink()
    with pytest.raises(TokenRefused, match="FileNotFoundError"):
        await Credentials(fetch).token()


async def test_a_federated_token_file_is_read_anew_each_time(entra: FakeEntra, tmp_path: Path) -> None:
    file = tmp_path / "token"
    held = Credentials(federated(authority=entra.url, tenant=TENANT, app_id=APP_ID, token_file=file))
    for content in ("first", "second"):
        file.write_text(f"{content}\n")
        held.drop(await held.token())
    assert [form["client_assertion"] for _, form in entra.token_requests] == ["first", "second"]
    assert {form["client_assertion_type"] for _, form in entra.token_requests} == {
        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    }


async def test_a_managed_identity_asks_the_address_that_azure_gives(
    entra: FakeEntra, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{entra.url}/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", "header")
    held = Credentials(managed_identity(app_id=APP_ID))
    assert await held.token() == "msi-token-1"
    ((_, query),) = entra.token_requests
    assert (query["client_id"], query["resource"]) == (APP_ID, RESOURCE)
    held.drop("msi-token-1")
    entra.answers["msi"] = Answer(400, body={"statusCode": 400, "message": "no such identity"})
    with pytest.raises(TokenRefused):
        await held.token()


async def test_each_tenant_has_a_token_of_its_own_for_the_resource_that_it_is_shown_to(entra: FakeEntra) -> None:
    def make(tenant: str) -> Credentials:
        graph = "https://graph.microsoft.com"
        return Credentials(secret(authority=entra.url, tenant=tenant, app_id=APP_ID, password=PASSWORD, resource=graph))

    held = TenantCredentials(make)
    held.drop("one", "none yet")
    tokens = [await held.token(tenant) for tenant in ("one", "two", "one")]
    held.drop("one", tokens[0])
    assert [*tokens, await held.token("one")] == [f"entra-token-{n}" for n in (1, 2, 1, 3)]
    assert [tenant for tenant, _ in entra.token_requests] == ["one", "two", "one"]
    assert {form["scope"] for _, form in entra.token_requests} == {"https://graph.microsoft.com/.default"}
    await held.close()


async def test_a_tenant_whose_entra_refuses_is_to_be_asked_again_later(entra: FakeEntra) -> None:
    entra.answers["token"] = Answer(400, body={"error": "unauthorized_client"})
    held = TenantCredentials(
        lambda tenant: Credentials(secret(authority=entra.url, tenant=tenant, app_id=APP_ID, password=PASSWORD))
    )
    with pytest.raises(Temporary, match="token unauthorized_client"):
        await held.token(TENANT)
    await held.close()


async def test_in_local_mode_there_is_no_token() -> None:
    assert await TenantCredentials(None).token(TENANT) == ""


async def test_closing_stops_waiting_for_a_fetch_under_way(credentials: Credentials, entra: FakeEntra) -> None:
    gate = threading.Event()
    entra.hold["token"] = gate.wait
    waiting = asyncio.create_task(credentials.token())
    await entra.asked.wait()
    await credentials.close()
    gate.set()
    with pytest.raises(asyncio.CancelledError):
        await waiting
