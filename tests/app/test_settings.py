"""Settings: what is wrong stops the start with its name and the remedy, and never with a value."""

import re
from pathlib import Path

import pytest

from bot.errors import Misconfigured
from bot.settings import Settings, overlooked, read_settings
from bot.teams.hosts import MICROSOFT_HOSTS

CANARY = "canary-secret-77aa"
APP, TENANT = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
REAL = {"MicrosoftAppId": APP, "MicrosoftAppPassword": CANARY, "MicrosoftAppTenantId": TENANT}
THUMBPRINT = "0123456789abcdef0123456789ABCDEF01234567"
JIRA_URL = "https://example.atlassian.net"
JIRA = {"JIRA_EMAIL": "hotseat@example.com", "JIRA_API_TOKEN": CANARY}
EXAMPLE = Path(__file__).parents[2] / ".env.example"


def names() -> set[str]:
    return {str(field.validation_alias.choices[0]) for field in Settings.model_fields.values()}  # type: ignore[union-attr]


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Run in an empty folder without any setting."""
    monkeypatch.chdir(tmp_path)
    for name in names():
        monkeypatch.delenv(name, raising=False)


def given(monkeypatch: pytest.MonkeyPatch, settings: dict[str, str]) -> Settings:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return read_settings()


def test_without_any_setting_it_is_local_mode_on_this_machine_only() -> None:
    settings = read_settings()
    assert (settings.local, settings.host, settings.port) == (True, "127.0.0.1", 3978)
    assert settings.service_hosts == MICROSOFT_HOSTS


@pytest.mark.parametrize(
    ("changes", "named", "remedy"),
    [
        ({"MicrosoftAppTenantId": ""}, "MicrosoftAppTenantId", "Entra tenant"),
        ({"MicrosoftAppPassword": ""}, "MicrosoftAppPassword", "client secret"),
        ({"MicrosoftAppType": "MultiTenant"}, "MicrosoftAppType", "SingleTenant"),
        ({"MicrosoftAppType": "Certificate"}, "MicrosoftAppCertificate", "PEM"),
        (
            {"MicrosoftAppType": "Certificate", "MicrosoftAppCertificate": str(EXAMPLE)},
            "MicrosoftAppCertificateThumbprint",
            "SHA-1",
        ),
        ({"MicrosoftAppType": "Federated"}, "MicrosoftAppFederatedTokenFile", "token file"),
        (
            {"MicrosoftAppType": "Federated", "MicrosoftAppFederatedTokenFile": "/nowhere/token"},
            "MicrosoftAppFederatedTokenFile",
            "token file",
        ),
        ({"BotOpenIdMetadata": "http://login.example.com/keys"}, "BotOpenIdMetadata", "https"),
        ({"HOTSEAT_AUTHORITY": "http://login.example.com"}, "HOTSEAT_AUTHORITY", "https"),
        ({"GRAPH_URL": "http://graph.example.com"}, "GRAPH_URL", "or off"),
        ({"GRAPH_URL": "https://graph.microsoft.com/v1.0"}, "GRAPH_URL", "https://graph.microsoft.com"),
        ({"GRAPH_URL": "none"}, "GRAPH_URL", "or off"),
        ({"HOTSEAT_CLOCK": "http://127.0.0.1:9/clock"}, "HOTSEAT_CLOCK", "remove it"),
        ({"HOTSEAT_CLOCK": "http://clock.example.com/"}, "HOTSEAT_CLOCK", "loopback"),
        ({"HOTSEAT_CLOCK": "127.0.0.1:9/clock"}, "HOTSEAT_CLOCK", "http address on loopback"),
        ({"PORT": "0"}, "PORT", "a number from 1 to 65535"),
        ({"PORT": "9" * 5_000}, "PORT", "a number from 1 to 65535"),
        ({"PORT": "\u0663\u0669\u0667\u0668"}, "PORT", "a number from 1 to 65535"),
        ({"MicrosoftAppType": "Certificate", "MicrosoftAppCertificate": "x" * 300}, "MicrosoftAppCertificate", "PEM"),
        ({"HANDBOOK": "x" * 300 + "/y/z@main"}, "HANDBOOK", "owner/repo/path@ref"),
        ({"PORT": "many"}, "PORT", "a number from 1 to 65535"),
        ({"HOTSEAT_LOG": "LOUD"}, "HOTSEAT_LOG", "DEBUG, INFO, WARNING or ERROR"),
        ({"HOTSEAT_SEND_LIMITS": "sometimes"}, "HOTSEAT_SEND_LIMITS", "on or off"),
        ({"HOTSEAT_ENCODER": "words"}, "HOTSEAT_ENCODER", "on or off"),
        ({"MicrosoftAppId": "my-bot"}, "MicrosoftAppId", "application (client) id"),
        ({"MicrosoftAppTenantId": "example.com"}, "MicrosoftAppTenantId", "Entra tenant"),
        ({"MicrosoftAppType": "singletenant"}, "MicrosoftAppType", "use SingleTenant, UserAssignedMSI, Certificate or"),
        ({"MicrosoftAppCertificateThumbprint": THUMBPRINT[1:]}, "MicrosoftAppCertificateThumbprint", "40 hexadecimal"),
        ({"HOTSEAT_TENANTS": f"{TENANT}, example.com"}, "HOTSEAT_TENANTS", "tenants' ids"),
        ({"HOTSEAT_ADMINS": "farid@example.com Farid"}, "HOTSEAT_ADMINS", "e-mail"),
        ({"HOTSEAT_SERVICE_HOSTS": "https://smba.example.com"}, "HOTSEAT_SERVICE_HOSTS", "host:port"),
        ({"HOTSEAT_SERVICE_HOSTS": "smba.example.com/emea"}, "HOTSEAT_SERVICE_HOSTS", "host:port"),
        ({"HOTSEAT_SERVICE_HOSTS": "smba.example.com:99999"}, "HOTSEAT_SERVICE_HOSTS", "host:port"),
        ({"HOTSEAT_CALENDAR_HOSTS": "https://calendar.google.com"}, "HOTSEAT_CALENDAR_HOSTS", "host:port"),
        ({"HOTSEAT_OPS": CANARY}, "HOTSEAT_OPS", "127.0.0.1:9978"),
        ({"HOTSEAT_OPS": ":9978"}, "HOTSEAT_OPS", "127.0.0.1:9978"),
        ({"HOTSEAT_OPS": "127.0.0.1:99999"}, "HOTSEAT_OPS", "127.0.0.1:9978"),
        ({"HOTSEAT_HEARTBEAT_URL": f"http://example.com/{CANARY}"}, "HOTSEAT_HEARTBEAT_URL", "https"),
        ({"HOTSEAT_PUBLIC_URL": "bot.example.com"}, "HOTSEAT_PUBLIC_URL", "https://HOST"),
        ({"HOTSEAT_PUBLIC_URL": "http://bot.example.com"}, "HOTSEAT_PUBLIC_URL", "https://HOST"),
        ({"HOTSEAT_PUBLIC_URL": "https://[bot"}, "HOTSEAT_PUBLIC_URL", "https://HOST"),
        ({"HOTSEAT_PUBLIC_URL": "https://x@bot.example.com"}, "HOTSEAT_PUBLIC_URL", "https://HOST"),
        ({"SLACK_BOT_TOKEN": f"xoxb-1 {CANARY}"}, "SLACK_BOT_TOKEN", "xoxb-"),
        ({"SLACK_CHANNEL": "#bugsnag backend"}, "SLACK_CHANNEL", "C024BE91L"),
        ({"SLACK_SIGNING_SECRET": CANARY}, "SLACK_SIGNING_SECRET", "set SLACK_BOT_TOKEN too"),
        ({"SLACK_BOT_TOKEN": "x", "SLACK_SIGNING_SECRET": f"a {CANARY}"}, "SLACK_SIGNING_SECRET", "in one piece"),
        ({"SLACK_APP_TOKEN": f"xapp-{CANARY}"}, "SLACK_APP_TOKEN", "set SLACK_BOT_TOKEN too"),
        ({"SLACK_BOT_TOKEN": "x", "SLACK_APP_TOKEN": f"xoxb-{CANARY}"}, "SLACK_APP_TOKEN", "xapp-"),
        ({"SLACK_BUGSNAG_IDS": "B024BE7LR U024BE7LH"}, "SLACK_BUGSNAG_IDS", "A024BE7LH"),
        ({"SLACK_REMINDER_CHANNEL": "<!channel>"}, "SLACK_REMINDER_CHANNEL", "#bugsnag-backend"),
        ({"BUGSNAG_WEBHOOK_SECRET": "canary-secret"}, "BUGSNAG_WEBHOOK_SECRET", "16"),
        ({"BUGSNAG_WEBHOOK_SECRET": f"{CANARY}/../x"}, "BUGSNAG_WEBHOOK_SECRET", "letters"),
        ({"SLACK_API_URL": "http://slack.com/api/"}, "SLACK_API_URL", "https"),
        ({"JIRA_URL": "http://jira.example.com", **JIRA}, "JIRA_URL", "https://HOST"),
        ({"JIRA_URL": f"https://x:{CANARY}@jira.example.com", **JIRA}, "JIRA_URL", "https://HOST"),
        ({"JIRA_URL": "jira.example.com", **JIRA}, "JIRA_URL", "https://HOST"),
        ({"JIRA_URL": JIRA_URL, **JIRA, "JIRA_API_TOKEN": ""}, "JIRA_API_TOKEN", "API token"),
        ({"JIRA_API_TOKEN": f"a {CANARY}"}, "JIRA_API_TOKEN", "API token"),
        ({"JIRA_URL": JIRA_URL, **JIRA, "JIRA_EMAIL": ""}, "JIRA_EMAIL", "e-mail of JIRA_API_TOKEN's account"),
        ({"JIRA_EMAIL": "Farid"}, "JIRA_EMAIL", "e-mail"),
        ({"JIRA_API": "latest"}, "JIRA_API", "3 (Jira Cloud) or 2"),
        ({"JIRA_PROJECT": "https://jira.example.com/browse/EDGE"}, "JIRA_PROJECT", "such as EDGE"),
        ({"JIRA_FIELDS": "components"}, "JIRA_FIELDS", "a JSON object"),
        ({"JIRA_FIELDS": '["components"]'}, "JIRA_FIELDS", "a JSON object"),
        ({"JIRA_FIELDS": '{"summary": "x", "labels": []}'}, "JIRA_FIELDS", "leave out labels, summary"),
        ({"JIRA_URL": JIRA_URL, **JIRA, "JIRA_WEBHOOK_SECRET": "short"}, "JIRA_WEBHOOK_SECRET", "16 characters"),
        ({"JIRA_WEBHOOK_SECRET": "long-enough-for-a-secret"}, "JIRA_WEBHOOK_SECRET", "set JIRA_URL as well"),
        ({"GITHUB_API_URL": "http://git.example.com/api/v3"}, "GITHUB_API_URL", "https://HOST/api/v3"),
        ({"GITHUB_API_URL": "https://github.com"}, "GITHUB_API_URL", "https://api.github.com"),
        ({"GITHUB_API_URL": "https://git.example.com/api/v3?x"}, "GITHUB_API_URL", "https://HOST/api/v3"),
        ({"GITHUB_API_URL": f"https://x:{CANARY}@api.github.com"}, "GITHUB_API_URL", "https://api.github.com"),
        ({"GITHUB_TOKEN": f"github_pat_ {CANARY}"}, "GITHUB_TOKEN", "fine-grained access token"),
        ({"HANDBOOK": "acme/shop/help.md@"}, "HANDBOOK", "owner/repo/path@ref"),
        ({"HANDBOOK": "acme/shop/../help.md@main"}, "HANDBOOK", "owner/repo/path@ref"),
        ({"HANDBOOK": "https://wiki.example.com/help"}, "HANDBOOK", "https://…/blob/REF/PATH"),
        ({"HANDBOOK": "https://github.com/acme/shop"}, "HANDBOOK", "https://…/blob/REF/PATH"),
        ({"HANDBOOK": "/"}, "HANDBOOK", "a Markdown file on this machine"),
        ({"HANDBOOK": "help\x07.md"}, "HANDBOOK", "a Markdown file on this machine"),
        ({"HOTSEAT_DATABASE_URL": f"postgresql://u:{CANARY}@db/"}, "HOTSEAT_DATABASE_URL", "postgresql://USER"),
        ({"HOTSEAT_DATABASE_URL": f"postgresql://u:p@{CANARY}@db/x"}, "HOTSEAT_DATABASE_URL", "written %40"),
        ({"HOTSEAT_DATABASE_URL": f"postgresql://u:12/{CANARY}@db/x"}, "HOTSEAT_DATABASE_URL", "written %40"),
        ({"HOTSEAT_DATABASE_URL": f"postgresql://u:{CANARY}#1@db/x"}, "HOTSEAT_DATABASE_URL", "written %40"),
        ({"HOTSEAT_DATABASE_URL": f"mysql://u:{CANARY}@db/x"}, "HOTSEAT_DATABASE_URL", "HOTSEAT_DATA"),
    ],
)
def test_a_wrong_setting_names_itself_and_the_remedy_and_no_secret(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, str], named: str, remedy: str
) -> None:
    with pytest.raises(Misconfigured) as wrong:
        given(monkeypatch, REAL | changes)
    said = str(wrong.value)
    assert said.startswith(named)
    assert remedy in said
    assert {line.partition(":")[0] for line in said.splitlines()} <= {named, "MicrosoftAppCertificateThumbprint"}
    assert CANARY not in said
    assert wrong.value.__cause__ is None


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "bot.example.com"])  # noqa: S104
def test_local_mode_listens_on_this_machine_only(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    with pytest.raises(Misconfigured, match=r"^HOST: .*127\.0\.0\.1"):
        given(monkeypatch, {"HOST": host})


def test_the_bots_address_is_the_public_one_or_in_local_mode_where_it_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_settings().address == "http://127.0.0.1:3978"
    assert given(monkeypatch, {"HOST": "::1", "PORT": "80"}).address == "http://[::1]:80"
    assert given(monkeypatch, REAL).address == ""
    public = {"HOTSEAT_PUBLIC_URL": "https://bot.example.com"}
    assert given(monkeypatch, REAL | public).address == "https://bot.example.com"


def test_operators_ask_at_an_address_of_their_own_or_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings.model_fields["ops"].default == "127.0.0.1:9978"
    assert given(monkeypatch, {"HOTSEAT_OPS": "[::1]:0"}).ops_address == ("::1", 0)
    assert given(monkeypatch, {"HOTSEAT_OPS": "OFF"}).ops_address is None
    assert given(monkeypatch, REAL | {"HOTSEAT_OPS": "192.0.2.7:9978"}).ops_address == ("192.0.2.7", 9978)
    with pytest.raises(Misconfigured, match="HOTSEAT_OPS: without MicrosoftAppId use a loopback address"):
        given(monkeypatch, dict.fromkeys(REAL, "") | {"HOTSEAT_OPS": "192.0.2.7:9978"})


def test_in_local_mode_the_heartbeat_is_heard_on_this_machine_only(monkeypatch: pytest.MonkeyPatch) -> None:
    here = "http://127.0.0.1:9/beat"
    assert given(monkeypatch, {"HOTSEAT_HEARTBEAT_URL": here}).heartbeat_url.get_secret_value() == here
    with pytest.raises(Misconfigured, match="HOTSEAT_HEARTBEAT_URL: without MicrosoftAppId I call nobody"):
        given(monkeypatch, {"HOTSEAT_HEARTBEAT_URL": "https://beats.example.com/1"})


def test_every_secret_that_is_set_is_known_to_whoever_hides_them(monkeypatch: pytest.MonkeyPatch) -> None:
    heartbeat = "https://beats.example.com/canary"
    set_ = REAL | {"HOTSEAT_HEARTBEAT_URL": heartbeat, "BUGSNAG_WEBHOOK_SECRET": "x" * 16}
    assert set(given(monkeypatch, set_).secrets) == {REAL["MicrosoftAppPassword"], heartbeat, "x" * 16}


def test_all_that_is_wrong_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Misconfigured) as wrong:
        given(monkeypatch, {"MicrosoftAppId": APP, "PORT": "x", "HOTSEAT_LOG": "y", "HOTSEAT_AUTHORITY": "z"})
    assert [line.partition(":")[0] for line in str(wrong.value).splitlines()] == [
        "MicrosoftAppTenantId",
        "MicrosoftAppPassword",
        "HOTSEAT_AUTHORITY",
        "PORT",
        "HOTSEAT_LOG",
    ]


@pytest.mark.parametrize(
    "settings",
    [
        REAL,
        REAL | {"HOST": "0.0.0.0"},  # noqa: S104 - what a container sets
        {"MicrosoftAppId": APP, "MicrosoftAppTenantId": TENANT.upper(), "MicrosoftAppType": "UserAssignedMSI"},
        {"HOTSEAT_CLOCK": "http://localhost:9/clock", "HOST": "::1"},
        {
            "HOTSEAT_PUBLIC_URL": "http://127.0.0.1:3978",
            "HOTSEAT_SERVICE_HOSTS": "127.0.0.1:80 [::1]:81 smba.example.com",
        },
        REAL | {"HOTSEAT_PUBLIC_URL": "https://bot.example.com:8443/hotseat", "HOTSEAT_TENANTS": TENANT.upper()},
        REAL
        | {
            "HOTSEAT_CLOCK": "http://127.0.0.1:9/clock",
            "HOTSEAT_AUTHORITY": "http://127.0.0.1:8",
            "BotOpenIdMetadata": "http://127.0.0.1:8/keys",
        },
    ],
)
def test_what_fits_together_is_taken(monkeypatch: pytest.MonkeyPatch, settings: dict[str, str]) -> None:
    assert given(monkeypatch, settings).local is ("MicrosoftAppId" not in settings)


def test_lists_are_separated_by_spaces_or_commas_and_forgive_case(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = given(monkeypatch, {"HOTSEAT_ADMINS": f" A@Example.com, b@example.com  {APP.upper()},"})
    assert settings.admins == ("a@example.com", "b@example.com", APP)


def test_bugsnags_ids_are_separated_likewise_and_in_capitals(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = given(monkeypatch, {"SLACK_BUGSNAG_IDS": "b024be7lr, A024BE7LH"})
    assert settings.slack_bugsnag == ("B024BE7LR", "A024BE7LH")


def test_a_thumbprint_may_have_colons_and_spaces(monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = ":".join(THUMBPRINT[at : at + 2] for at in range(0, 40, 2))
    settings = given(monkeypatch, {"MicrosoftAppCertificateThumbprint": f" {pairs} "})
    assert settings.certificate_thumbprint == THUMBPRINT.upper()


def test_names_that_are_no_settings_are_told_with_the_nearest_and_never_with_a_value(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path(".env").write_text(
        f"HOTSEAT_ADMIN={CANARY}\nPORT=4001\nhotseat_log=info\nHOTSEAT_TENANT=\nOTHER=1\nSLACK_CHANEL=C1\n"
    )
    given(monkeypatch, {"MicrosoftAppPasword": CANARY})
    assert overlooked() == (
        "HOTSEAT_ADMIN is no setting, and is not used; the nearest is HOTSEAT_ADMINS.",
        "MicrosoftAppPasword is no setting, and is not used; the nearest is MicrosoftAppPassword.",
        "SLACK_CHANEL is no setting, and is not used; the nearest is SLACK_CHANNEL.",
    )


def test_names_in_the_environment_that_are_other_programs_too_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, {"GITHUB_TOKEN": CANARY, "SLACK_BOT_TOKEN": CANARY})
    assert overlooked() == ()


def test_names_of_other_programs_set_nothing_of_the_bot_s(monkeypatch: pytest.MonkeyPatch) -> None:
    own = read_settings()
    Path(".env").write_text("SLACK_TOKEN=xoxb-1\nMETADATA_URL=https://evil.example/keys\n")
    others = {"AUTHORITY": "https://evil.example", "DATABASE_URL": "postgresql://evil.example/x", "TENANTS": TENANT}
    assert given(monkeypatch, others) == own


def test_a_line_that_sets_nothing_is_told_by_its_number() -> None:
    Path(".env").write_text('# HOTSEAT_ADMINS: a comment\n\nHOTSEAT_ADMINS "a@example.com"\nPORT=4001\n')
    assert overlooked() == ("Line 3 of .env has no =, and is not used; write NAME=VALUE.",)


def test_a_missing_setting_is_told_with_the_misspelt_name_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Misconfigured) as wrong:
        given(monkeypatch, REAL | {"MicrosoftAppPassword": "", "MicrosoftAppPasword": CANARY})
    assert str(wrong.value).splitlines() == [
        "MicrosoftAppPassword: set it to the registration's client secret.",
        "MicrosoftAppPasword is no setting, and is not used; the nearest is MicrosoftAppPassword.",
    ]


def test_a_dotenv_file_that_cannot_be_read_is_said() -> None:
    Path(".env").write_bytes(b"PORT=\xff\n")
    with pytest.raises(Misconfigured, match=r"^\.env: it cannot be read"):
        read_settings()


def test_a_dotenv_file_is_read_and_the_environment_goes_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("PORT=4001\nHOTSEAT_LOG=debug\nHOTSEAT_DATA=\n")
    settings = given(monkeypatch, {"PORT": "4002"})
    assert (settings.port, settings.log_level, settings.data) == (4002, "DEBUG", Path("data"))


def test_a_secret_is_not_shown_when_settings_are(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = given(monkeypatch, REAL)
    assert CANARY not in repr(settings) + str(settings) + settings.model_dump_json()
    assert settings.app_password.get_secret_value() == CANARY


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({}, False),
        ({"SLACK_BOT_TOKEN": CANARY}, False),  # local mode sends to this machine only
        ({"SLACK_BOT_TOKEN": CANARY, "SLACK_API_URL": "http://127.0.0.1:3979/slack/api/"}, True),
        (REAL | {"SLACK_BOT_TOKEN": CANARY}, True),
        (REAL, False),
    ],
)
def test_slack_is_spoken_to_with_a_token_and_in_local_mode_on_this_machine_only(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], *, says: bool
) -> None:
    found = given(monkeypatch, settings)
    assert found.says_in_slack is says
    assert CANARY not in repr(found)


@pytest.mark.parametrize(
    ("settings", "own", "project"),
    [
        (REAL, "EDGE", ""),
        (REAL | {"JIRA_PROJECT": "EDGE"}, "EDGE", ""),
        (REAL | JIRA | {"JIRA_URL": JIRA_URL}, "", ""),
        (REAL | JIRA | {"JIRA_URL": JIRA_URL}, "EDGE", "EDGE"),
        (REAL | JIRA | {"JIRA_URL": JIRA_URL, "JIRA_PROJECT": "edge"}, "", "EDGE"),
        (REAL | JIRA | {"JIRA_URL": JIRA_URL, "JIRA_PROJECT": "EDGE"}, "SHOP", "SHOP"),
        (REAL | JIRA | {"JIRA_URL": JIRA_URL, "JIRA_PROJECT": "EDGE"}, "https://jira.example.com/x", "EDGE"),
        (JIRA | {"JIRA_URL": JIRA_URL, "JIRA_PROJECT": "EDGE"}, "", ""),  # local mode: on this machine only
        (JIRA | {"JIRA_URL": "http://127.0.0.1:3979/jira", "JIRA_PROJECT": "EDGE"}, "", "EDGE"),
    ],
)
def test_tickets_are_opened_in_the_desks_own_project_or_the_deployments_where_there_is_a_jira(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], own: str, project: str
) -> None:
    found = given(monkeypatch, settings)
    assert found.project_of(own) == project
    assert CANARY not in repr(found)


def test_data_center_needs_no_e_mail_and_fields_are_an_object(monkeypatch: pytest.MonkeyPatch) -> None:
    jira = {
        "JIRA_URL": f"{JIRA_URL}/",
        "JIRA_API": "2",
        "JIRA_API_TOKEN": CANARY,
        "JIRA_FIELDS": '{"customfield_1": 7}',
    }
    settings = given(monkeypatch, REAL | jira)
    assert (settings.jira_url, settings.jira_api, settings.jira_fields) == (JIRA_URL, 2, {"customfield_1": 7})


LOCAL_API = {"GITHUB_API_URL": "http://127.0.0.1:3979/api/v3/"}


@pytest.mark.parametrize(
    ("settings", "github", "file", "reads"),
    [
        (REAL, None, None, False),
        (REAL | {"GITHUB_TOKEN": CANARY}, None, None, True),
        (REAL | {"HANDBOOK": "acme/shop/docs/help.md@main"}, "acme/shop/docs/help.md@main", None, True),
        (REAL | {"HANDBOOK": "https://github.com/a/b/blob/main/c.md#d"}, "a/b/c.md@main", None, True),
        (REAL | {"HANDBOOK": "acme/shop/docs/help.md"}, None, "acme/shop/docs/help.md", False),
        (REAL | {"HANDBOOK": "./acme/shop/help.md@main"}, None, "acme/shop/help.md@main", False),
        (REAL | {"HANDBOOK": "/srv/help@home.md"}, None, "/srv/help@home.md", False),
        ({"HANDBOOK": "a/b/c.md@main", "GITHUB_TOKEN": CANARY}, "a/b/c.md@main", None, False),  # not on this machine
        ({"HANDBOOK": "a/b/c.md@main"} | LOCAL_API, "a/b/c.md@main", None, True),
        ({"HANDBOOK": "http://127.0.0.1:3979/a/b/blob/main/c.md"} | LOCAL_API, "a/b/c.md@main", None, True),
    ],
)
def test_the_handbook_is_on_github_or_in_a_file_and_nothing_is_fetched_unasked(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], github: str | None, file: str | None, *, reads: bool
) -> None:
    found = given(monkeypatch, settings)
    on_github = found.handbook_on_github
    assert (str(on_github) if on_github else None) == github
    assert found.handbook_file == (Path(file) if file else None)
    assert found.reads_github is reads
    assert CANARY not in repr(found)


def test_a_file_whose_name_is_like_one_on_github_is_meant_where_it_is_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "help@").write_text("# A\n")
    assert given(monkeypatch, {"HANDBOOK": "docs/help@"}).handbook_file == Path("docs/help@")


def test_the_example_lists_exactly_the_settings_that_there_are_and_starts_the_bot() -> None:
    text = EXAMPLE.read_text()
    assert set(re.findall(r"^(\w+)=", text, re.MULTILINE)) == names()
    Path(".env").write_text(text)
    assert read_settings().model_dump() == Settings(_env_file=None).model_dump()  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("changes", "reads"),
    [
        ({}, True),
        ({"GRAPH_URL": "https://graph.microsoft.us/"}, True),
        ({"GRAPH_URL": "Off"}, False),
        ({"HOTSEAT_AUTHORITY": "http://127.0.0.1:9"}, False),
        ({"HOTSEAT_AUTHORITY": "http://127.0.0.1:9", "GRAPH_URL": "http://127.0.0.1:8"}, True),
        ({"MicrosoftAppId": ""}, False),
        ({"MicrosoftAppId": "", "GRAPH_URL": "http://127.0.0.1:8"}, True),
    ],
)
def test_graph_is_read_unless_it_is_off_and_where_things_are_tried_only_one_on_this_machine(
    monkeypatch: pytest.MonkeyPatch,
    changes: dict[str, str],
    reads: bool,  # noqa: FBT001 - a table's column
) -> None:
    assert given(monkeypatch, REAL | changes).reads_graph is reads
