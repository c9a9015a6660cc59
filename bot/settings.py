"""What a deployment sets: ids, secrets, addresses; from the environment or ``.env``, read once at start.

A wrong or missing one stops the start with its name and the remedy, all of them at once. Secrets are SecretStr, and no
value is ever shown.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import SplitResult, urlsplit

import orjson
from pydantic import AliasChoices, Field, SecretStr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, DotEnvSettingsSource, NoDecode, SettingsConfigDict

from bot.errors import Misconfigured
from bot.github.place import API, Place, place_of_page, read_place, web_of
from bot.ids import EMAIL, EXAMPLE, GUID
from bot.teams.hosts import LAST_PORT, MICROSOFT_HOSTS, ServiceHosts, is_loopback

OURS = ("hotseat_", "microsoftapp")
OF_SERVICES = ("slack_", "jira_", "bugsnag_", "github_")
A_GUID = f"an id such as {EXAMPLE}"
NEEDS_BOT = "set SLACK_BOT_TOKEN too, by which the bot knows who it is in Slack; or remove it"
PROJECT = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
A_PROJECT = "use the project's key, such as EDGE"
FILLED_IN = ("description", "issuetype", "labels", "project", "summary")
A_HANDBOOK = "use owner/repo/path@ref for a file on GitHub, or the path of a Markdown file on this machine"
SHORTEST_SECRET = 16
OFF = "off"
DATA_CENTER = 2


class AppType(StrEnum):
    """How the bot proves who it is to Entra."""

    SINGLE_TENANT = "SingleTenant"
    MANAGED_IDENTITY = "UserAssignedMSI"
    CERTIFICATE = "Certificate"
    FEDERATED = "Federated"


Names = Annotated[tuple[str, ...], NoDecode]
JsonObject = Annotated[Mapping[str, Any], NoDecode]


def _named(name: str) -> AliasChoices:
    return AliasChoices(name)


class Settings(BaseSettings):
    """The deployment's settings, under the names that operators write.

    A field may depend on those above it: the bot's id on nothing, its kind of identity on that, and so on.
    """

    model_config = SettingsConfigDict(
        env_file=".env", extra="ignore", frozen=True, populate_by_name=True, validate_default=True
    )

    app_id: str = Field("", validation_alias=_named("MicrosoftAppId"))
    app_type: AppType = Field(AppType.SINGLE_TENANT, validation_alias=_named("MicrosoftAppType"))
    app_tenant: str = Field("", validation_alias=_named("MicrosoftAppTenantId"))
    app_password: SecretStr = Field(SecretStr(""), validation_alias=_named("MicrosoftAppPassword"))
    certificate: Path | None = Field(None, validation_alias=_named("MicrosoftAppCertificate"))
    certificate_thumbprint: str = Field("", validation_alias=_named("MicrosoftAppCertificateThumbprint"))
    federated_token_file: Path | None = Field(None, validation_alias=_named("MicrosoftAppFederatedTokenFile"))
    metadata_url: str = Field(
        "https://login.botframework.com/v1/.well-known/openidconfiguration",
        validation_alias=_named("BotOpenIdMetadata"),
    )
    authority: str = Field("https://login.microsoftonline.com", validation_alias=_named("HOTSEAT_AUTHORITY"))
    graph_url: str = Field("https://graph.microsoft.com", validation_alias=_named("GRAPH_URL"))
    tenants: Names = Field((), validation_alias=_named("HOTSEAT_TENANTS"))
    admins: Names = Field((), validation_alias=_named("HOTSEAT_ADMINS"))
    service_hosts: Names = Field(MICROSOFT_HOSTS, validation_alias=_named("HOTSEAT_SERVICE_HOSTS"))
    calendar_hosts: Names = Field((), validation_alias=_named("HOTSEAT_CALENDAR_HOSTS"))
    data: Path = Field(Path("data"), validation_alias=_named("HOTSEAT_DATA"))
    database_url: SecretStr = Field(SecretStr(""), validation_alias=_named("HOTSEAT_DATABASE_URL"))
    host: str = Field("127.0.0.1", validation_alias=_named("HOST"))
    port: int = Field(3978, validation_alias=_named("PORT"))
    ops: str = Field("127.0.0.1:9978", validation_alias=_named("HOTSEAT_OPS"))
    heartbeat_url: SecretStr = Field(SecretStr(""), validation_alias=_named("HOTSEAT_HEARTBEAT_URL"))
    public_url: str = Field("", validation_alias=_named("HOTSEAT_PUBLIC_URL"))
    send_limits: bool = Field(default=True, validation_alias=_named("HOTSEAT_SEND_LIMITS"))
    encoder: bool = Field(default=True, validation_alias=_named("HOTSEAT_ENCODER"))
    clock: str = Field("", validation_alias=_named("HOTSEAT_CLOCK"))
    log_level: str = Field("INFO", validation_alias=_named("HOTSEAT_LOG"))
    slack_token: SecretStr = Field(SecretStr(""), validation_alias=_named("SLACK_BOT_TOKEN"))
    slack_secret: SecretStr = Field(SecretStr(""), validation_alias=_named("SLACK_SIGNING_SECRET"))
    slack_app_token: SecretStr = Field(SecretStr(""), validation_alias=_named("SLACK_APP_TOKEN"))
    slack_channel: str = Field("", validation_alias=_named("SLACK_CHANNEL"))
    slack_reminder_channel: str = Field("", validation_alias=_named("SLACK_REMINDER_CHANNEL"))
    slack_bugsnag: Names = Field((), validation_alias=_named("SLACK_BUGSNAG_IDS"))
    slack_url: str = Field("https://slack.com/api/", validation_alias=_named("SLACK_API_URL"))
    bugsnag_secret: SecretStr = Field(SecretStr(""), validation_alias=_named("BUGSNAG_WEBHOOK_SECRET"))
    jira_url: str = Field("", validation_alias=_named("JIRA_URL"))
    jira_api: Literal[2, 3] = Field(3, validation_alias=_named("JIRA_API"))
    jira_email: str = Field("", validation_alias=_named("JIRA_EMAIL"))
    jira_token: SecretStr = Field(SecretStr(""), validation_alias=_named("JIRA_API_TOKEN"))
    jira_project: str = Field("", validation_alias=_named("JIRA_PROJECT"))
    jira_issue_type: str = Field("Bug", validation_alias=_named("JIRA_ISSUE_TYPE"))
    jira_fields: JsonObject = Field(default_factory=dict, validation_alias=_named("JIRA_FIELDS"))
    jira_webhook_secret: SecretStr = Field(SecretStr(""), validation_alias=_named("JIRA_WEBHOOK_SECRET"))
    github_url: str = Field(API, validation_alias=_named("GITHUB_API_URL"))
    github_token: SecretStr = Field(SecretStr(""), validation_alias=_named("GITHUB_TOKEN"))
    handbook: str = Field("", validation_alias=_named("HANDBOOK"))

    @property
    def local(self) -> bool:
        """Say whether this is local mode: no app id, loopback only, any tenant."""
        return not self.app_id

    @property
    def tenants_let_in(self) -> frozenset[str]:
        """Return the ids of the tenants whose messages are taken; none in local mode, which takes any tenant's."""
        return frozenset() if self.local else frozenset(self.tenants or (self.app_tenant.casefold(),))

    @property
    def public_host(self) -> str:
        """Return the host under which others see the bot, "" if it is not said."""
        return urlsplit(self.public_url).hostname or ""

    @property
    def address(self) -> str:
        """Return the address under which others see the bot, in local mode where it listens; "" if it is not said."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url or (f"http://{host}:{self.port}" if self.local else "")

    @property
    def ops_address(self) -> tuple[str, int] | None:
        """Return where operators ask how the bot is, None where they do not."""
        host, _, port = self.ops.rpartition(":")
        return (host.strip("[]"), int(port)) if port.isdecimal() else None

    @property
    def secrets(self) -> tuple[str, ...]:
        """Return every secret that is set, for whoever has to hide them."""
        values = (getattr(self, name) for name in type(self).model_fields)
        return tuple(one.get_secret_value() for one in values if isinstance(one, SecretStr) and one.get_secret_value())

    @property
    def reads_graph(self) -> bool:
        """Say whether channels are read through Microsoft Graph too.

        In local mode, and with an Entra on this machine, only where Graph is on it as well.
        """
        at_home = self.local or _is_here(self.authority)
        return self.graph_url != OFF and (self.graph_on_loopback or not at_home)

    @property
    def graph_on_loopback(self) -> bool:
        """Say whether Microsoft Graph is one on this machine, to try things with."""
        return _is_here(self.graph_url)

    @property
    def says_in_slack(self) -> bool:
        """Say whether anything is posted in Slack: there is a token, and in local mode a Slack on this machine."""
        return bool(self.slack_token.get_secret_value()) and (not self.local or _is_here(self.slack_url))

    @property
    def opens_tickets(self) -> bool:
        """Say whether tickets are opened in Jira: there is one, in local mode on this machine."""
        return bool(self.jira_url) and (not self.local or _is_here(self.jira_url))

    @property
    def journal_url(self) -> str:
        """Return where the journal is: a PostgreSQL database that replicas share, or a file in the data folder."""
        return self.database_url.get_secret_value() or f"sqlite:///{self.data / 'journal.sqlite'}"

    def project_of(self, own: str) -> str:
        """Return the key of the project for tickets of a desk whose policy names its ``own``, "" for none."""
        return (own if PROJECT.fullmatch(own) else self.jira_project) if self.opens_tickets else ""

    @property
    def handbook_on_github(self) -> Place | None:
        """Return the file on GitHub that HANDBOOK names, None where it names another, or none."""
        return read_place(self.handbook) or place_of_page(self.handbook, web_of(self.github_url))

    @property
    def handbook_file(self) -> Path | None:
        """Return the file on this machine that HANDBOOK names, None where it names none."""
        return Path(self.handbook) if self.handbook and self.handbook_on_github is None else None

    @property
    def reads_github(self) -> bool:
        """Say whether anything is fetched from GitHub: that was asked for, in local mode from one on this machine."""
        asked = bool(self.github_token.get_secret_value()) or self.handbook_on_github is not None
        return asked and (not self.local or _is_here(self.github_url))

    @model_validator(mode="before")
    @classmethod
    def _unset(cls, given: dict[str, object]) -> dict[str, object]:
        return {name: value for name, value in given.items() if value != ""}

    @field_validator("tenants", "admins", "service_hosts", "calendar_hosts", mode="before")
    @classmethod
    def _names(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(part.strip().casefold() for part in value.replace(",", " ").split())

    @field_validator("slack_bugsnag", mode="before")
    @classmethod
    def _slack_names(cls, value: object) -> object:
        return tuple(value.replace(",", " ").upper().split()) if isinstance(value, str) else value

    @field_validator("app_id")
    @classmethod
    def _app_id(cls, value: str) -> str:
        _must(not value or _is_guid(value), f"use the registration's application (client) id, {A_GUID}")
        return value

    @field_validator("app_type", mode="before")
    @classmethod
    def _app_type(cls, value: object) -> object:
        _must(value in list(AppType), f"use {', '.join(list(AppType)[:-1])} or {list(AppType)[-1]}")
        return value

    @field_validator("app_tenant")
    @classmethod
    def _app_tenant(cls, value: str, info: ValidationInfo) -> str:
        needed = _is_real(info)
        _must(_is_guid(value) or not (value or needed), f"use the id of the registration's Entra tenant, {A_GUID}")
        return value

    @field_validator("app_password")
    @classmethod
    def _app_password(cls, value: SecretStr, info: ValidationInfo) -> SecretStr:
        given = bool(value.get_secret_value())
        _must(given or not _is_real(info, AppType.SINGLE_TENANT), "set it to the registration's client secret")
        return value

    @field_validator("certificate")
    @classmethod
    def _certificate(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        readable = value is not None and _is_so(value.is_file)
        _must(readable or not _is_real(info, AppType.CERTIFICATE), "set it to the path of a readable PEM file")
        return value

    @field_validator("certificate_thumbprint")
    @classmethod
    def _thumbprint(cls, value: str, info: ValidationInfo) -> str:
        bare = re.sub(r"[\s:]", "", value).upper()
        good = re.fullmatch(r"[0-9A-F]{40}", bare) or (not bare and not _is_real(info, AppType.CERTIFICATE))
        _must(bool(good), "set it to the certificate's SHA-1 thumbprint, 40 hexadecimal digits")
        return bare

    @field_validator("federated_token_file")
    @classmethod
    def _token_file(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        readable = value is not None and _is_so(value.is_file)
        _must(readable or not _is_real(info, AppType.FEDERATED), "set it to the path of the token file")
        return value

    @field_validator("metadata_url", "authority", "slack_url")
    @classmethod
    def _secure(cls, value: str) -> str:
        _must(_is_secure(value), "use https://… (http is for loopback addresses only)")
        return value

    @field_validator("graph_url")
    @classmethod
    def _graph_url(cls, value: str) -> str:
        bare, link = value.rstrip("/"), _split(value)
        more = link.path.strip("/") or link.query or link.fragment or link.username is not None
        good = _is_secure(bare) and not more
        remedy = "use https://graph.microsoft.com, or that of your national cloud (http is for loopback only), or off"
        _must(good or value.casefold() == OFF, remedy)
        return bare if good else OFF

    @field_validator("tenants")
    @classmethod
    def _tenants(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        _must(all(map(_is_guid, value)), f"use the tenants' ids, separated by spaces, each {A_GUID}")
        return value

    @field_validator("admins")
    @classmethod
    def _admins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        good = all(_is_guid(one) or EMAIL.fullmatch(one) for one in value)
        _must(good, "use Entra object ids or e-mail addresses, separated by spaces")
        return value

    @field_validator("service_hosts", "calendar_hosts")
    @classmethod
    def _hosts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        try:
            ServiceHosts(value)
        except ValueError:
            raise ValueError("use host or host:port, separated by spaces, without https:// and path") from None
        return value

    @field_validator("database_url")
    @classmethod
    def _database_url(cls, value: SecretStr) -> SecretStr:
        link = _split(value.get_secret_value())
        plain = link.netloc.count("@") <= 1 and "@" not in link.path + link.fragment
        given = link.scheme in ("postgresql", "postgres") and link.path.strip("/") and plain
        remedy = (
            "use postgresql://USER:PASSWORD@HOST:5432/NAME, where a password's @ : / ? # and % are written %40 %3A %2F "
            "%3F %23 and %25; or remove it, to keep everything in HOTSEAT_DATA"
        )
        _must(bool(given) or not value.get_secret_value(), remedy)
        return value

    @field_validator("host")
    @classmethod
    def _host(cls, value: str, info: ValidationInfo) -> str:
        remedy = "without MicrosoftAppId I listen on 127.0.0.1 only; leave it unset"
        _must(_is_real(info) or is_loopback(value), remedy)
        return value

    @field_validator("port", mode="before")
    @classmethod
    def _port(cls, value: object) -> object:
        digits = re.fullmatch(r"[0-9]{1,5}", str(value).strip())
        _must(digits is not None and 1 <= int(digits[0]) <= LAST_PORT, "use a number from 1 to 65535")
        return value

    @field_validator("ops")
    @classmethod
    def _ops(cls, value: str, info: ValidationInfo) -> str:
        if value.casefold() == "off":
            return "off"
        host, _, port = value.rpartition(":")
        good = host and re.fullmatch(r"[0-9]{1,5}", port) and int(port) <= LAST_PORT
        _must(bool(good), "use host:port, such as 127.0.0.1:9978, or off")
        _must(_is_real(info) or is_loopback(host.strip("[]")), "without MicrosoftAppId use a loopback address, or off")
        return value

    @field_validator("heartbeat_url")
    @classmethod
    def _heartbeat_url(cls, value: SecretStr, info: ValidationInfo) -> SecretStr:
        url = value.get_secret_value()
        _must(not url or _is_secure(url), "use https://… (http is for loopback addresses only)")
        _must(not url or _is_real(info) or _is_here(url), "without MicrosoftAppId I call nobody but this machine")
        return value

    @field_validator("public_url")
    @classmethod
    def _public_url(cls, value: str) -> str:
        remedy = "use https://HOST, the address under which others see the bot (http is for loopback addresses only)"
        link = _split(value)
        _must(not value or (_is_secure(value) and not (link.query or link.fragment or link.username)), remedy)
        return value

    @field_validator("send_limits", "encoder", mode="before")
    @classmethod
    def _switch(cls, value: object) -> object:
        known = {"on": True, "off": False, "true": True, "false": False}
        _must(str(value).casefold() in known, "use on or off")
        return known[str(value).casefold()]

    @field_validator("clock")
    @classmethod
    def _clock(cls, value: str, info: ValidationInfo) -> str:
        if value:
            there = _split(value)
            good = there.scheme == "http" and _is_here(value)
            _must(good, "use an http address on loopback; it is for trying and for tests")
            outside = not all(_is_here(str(info.data.get(name, ""))) for name in ("authority", "metadata_url"))
            _must(not (_is_real(info) and outside), "remove it: a real deployment runs by the real clock")
        return value

    @field_validator("log_level")
    @classmethod
    def _level(cls, value: str) -> str:
        _must(value.upper() in {"DEBUG", "INFO", "WARNING", "ERROR"}, "use DEBUG, INFO, WARNING or ERROR")
        return value.upper()

    @field_validator("slack_token")
    @classmethod
    def _slack_token(cls, value: SecretStr) -> SecretStr:
        good = re.fullmatch(r"[!-~]*", value.get_secret_value())
        _must(bool(good), "set it to the Slack app's bot token, xoxb-…, in one piece")
        return value

    @field_validator("slack_secret")
    @classmethod
    def _slack_secret(cls, value: SecretStr, info: ValidationInfo) -> SecretStr:
        good = re.fullmatch(r"[!-~]*", value.get_secret_value())
        _must(bool(good), "set it to the Slack app's signing secret, in one piece")
        _must(not value.get_secret_value() or _answers_slack(info), NEEDS_BOT)
        return value

    @field_validator("slack_app_token")
    @classmethod
    def _slack_app_token(cls, value: SecretStr, info: ValidationInfo) -> SecretStr:
        good = re.fullmatch(r"(xapp-[!-~]+)?", value.get_secret_value())
        _must(bool(good), "set it to the Slack app's app-level token, xapp-…, with the scope connections:write")
        _must(not value.get_secret_value() or _answers_slack(info), NEEDS_BOT)
        return value

    @field_validator("slack_bugsnag")
    @classmethod
    def _slack_bugsnag(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        good = all(re.fullmatch(r"[AB][A-Z0-9]+", one) for one in value)
        _must(good, "use the ids of Bugsnag's bot or app in Slack, separated by spaces, such as B024BE7LR or A024BE7LH")
        return value

    @field_validator("bugsnag_secret")
    @classmethod
    def _bugsnag_secret(cls, value: SecretStr) -> SecretStr:
        good = re.fullmatch(rf"([A-Za-z0-9_-]{{{SHORTEST_SECRET},200}})?", value.get_secret_value())
        _must(bool(good), f"set it to at least {SHORTEST_SECRET} letters, digits, - or _ that nobody guesses")
        return value

    @field_validator("slack_channel", "slack_reminder_channel")
    @classmethod
    def _slack_channel(cls, value: str) -> str:
        good = re.fullmatch(r"(#?[\w-]+)?", value)
        _must(bool(good), "use the channel's id, such as C024BE91L, or its name, such as #bugsnag-backend")
        return value

    @field_validator("jira_url")
    @classmethod
    def _jira_url(cls, value: str) -> str:
        link = _split(value)
        good = _is_secure(value) and not (link.query or link.fragment or link.username is not None)
        remedy = "use https://HOST, such as https://example.atlassian.net (http is for loopback addresses only)"
        _must(good or not value, remedy)
        return value.rstrip("/")

    @field_validator("jira_api", mode="before")
    @classmethod
    def _jira_api(cls, value: object) -> object:
        _must(str(value).strip() in {"2", "3"}, "use 3 (Jira Cloud) or 2 (Jira Data Center)")
        return int(str(value))

    @field_validator("jira_email")
    @classmethod
    def _jira_email(cls, value: str, info: ValidationInfo) -> str:
        needed = bool(info.data.get("jira_url")) and info.data.get("jira_api") != DATA_CENTER
        _must(bool(EMAIL.fullmatch(value)) or not (value or needed), "set it to the e-mail of JIRA_API_TOKEN's account")
        return value

    @field_validator("jira_token")
    @classmethod
    def _jira_token(cls, value: SecretStr, info: ValidationInfo) -> SecretStr:
        token = value.get_secret_value()
        good = re.fullmatch(r"[!-~]+", token) or not (token or info.data.get("jira_url"))
        _must(bool(good), "set it to the API token (Data Center: the personal access token) of a user of its own")
        return value

    @field_validator("jira_project")
    @classmethod
    def _jira_project(cls, value: str) -> str:
        _must(not value or PROJECT.fullmatch(value) is not None, A_PROJECT)
        return value.upper()

    @field_validator("jira_fields", mode="before")
    @classmethod
    def _jira_fields(cls, value: object) -> object:
        try:
            fields = orjson.loads(value) if isinstance(value, str) else value
        except orjson.JSONDecodeError:
            fields = None
        example = 'use a JSON object, such as {"components": [{"name": "API"}], "customfield_10011": "Edge"}'
        _must(isinstance(fields, Mapping), example)
        assert isinstance(fields, Mapping)
        given = sorted(set(fields).intersection(FILLED_IN))
        _must(not given, f"leave out {', '.join(given)}, which each ticket has of its own")
        return fields

    @field_validator("jira_webhook_secret")
    @classmethod
    def _jira_webhook_secret(cls, value: SecretStr, info: ValidationInfo) -> SecretStr:
        length = len(value.get_secret_value())
        _must(not length or info.data.get("jira_url") != "", "set JIRA_URL as well, without which nothing is heard")
        _must(not length or length >= SHORTEST_SECRET, f"use at least {SHORTEST_SECRET} characters, as Jira has them")
        return value

    @field_validator("github_url")
    @classmethod
    def _github_url(cls, value: str) -> str:
        bare, link = value.rstrip("/"), _split(value)
        good = _is_secure(bare) and not (link.query or link.fragment or link.username is not None)
        remedy = "use https://api.github.com, or https://HOST/api/v3 for GitHub Enterprise (http is for loopback only)"
        _must(good and bool(web_of(bare)), remedy)
        return bare

    @field_validator("github_token")
    @classmethod
    def _github_token(cls, value: SecretStr) -> SecretStr:
        good = re.fullmatch(r"[!-~]*", value.get_secret_value())
        _must(bool(good), "set it to a fine-grained access token, github_pat_…, in one piece")
        return value

    @field_validator("handbook")
    @classmethod
    def _handbook(cls, value: str, info: ValidationInfo) -> str:
        is_link = re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", value) is not None
        on_github = read_place(value) or place_of_page(value, web_of(str(info.data.get("github_url", API))))
        _must(bool(on_github) or not is_link, f"{A_HANDBOOK}; of a page on GitHub's web, https://…/blob/REF/PATH")
        # What has an @ at its end and begins like a repository is meant for GitHub, not for a file.
        meant = re.fullmatch(r"[^./~][^/]*(/[^/]+)+@[^/]*", value) is not None
        _must(bool(on_github) or not meant or _is_so(Path(value).exists), A_HANDBOOK)
        _must(value.isprintable() and not _is_so(Path(value or "x").is_dir), A_HANDBOOK)
        return value


class _Given(Settings):
    """The settings as they are given from outside: by the names that they have there alone.

    A name of a field, such as AUTHORITY or DATABASE_URL, may be another program's.
    """

    model_config = SettingsConfigDict(populate_by_name=False)


def read_settings() -> Settings:
    """Read the settings; raise Misconfigured naming every wrong one and its remedy, but no value."""
    try:
        return _Given()  # type: ignore[call-arg]
    except ValidationError as wrong:
        lines = []
        for error in wrong.errors(include_input=False, include_url=False, include_context=False):
            name = str(error["loc"][0])
            said = error["msg"].removeprefix("Value error, ")
            lines.append(f"{_name(name) if name in Settings.model_fields else name}: {said}.")
        raise Misconfigured("\n".join([*lines, *overlooked()])) from None
    except (OSError, UnicodeDecodeError) as unreadable:
        message = f".env: it cannot be read ({type(unreadable).__name__}); make it a text in UTF-8 that I may read."
        raise Misconfigured(message) from None


def overlooked() -> tuple[str, ...]:
    """Say, a sentence each, which names look like settings but are not used.

    What begins as the bot's own do is meant for it, and in ``.env`` what begins as those of services do: in the
    environment that may be another program's.
    """
    names = {_name(field): None for field in Settings.model_fields}
    known = {name.casefold() for name in names}
    sentences = []
    for name in sorted(set(_given())):
        bare = name.casefold()
        if bare not in known:
            near = get_close_matches(bare, known, n=1, cutoff=0.0)[0]
            meant = next(one for one in names if one.casefold() == near)
            sentences.append(f"{name} is no setting, and is not used; the nearest is {meant}.")
    return (*sentences, *_unread())


def _unread() -> Iterator[str]:
    """Say which lines of ``.env`` are no settings for want of a "="."""
    path = Path(".env")
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    for number, line in enumerate(lines, start=1):
        if "=" not in line and line.strip().casefold().startswith((*OURS, *OF_SERVICES)):
            yield f"Line {number} of .env has no =, and is not used; write NAME=VALUE."


def _given() -> Iterator[str]:
    """Yield the names with a value that begin as the bot's own do, and in ``.env`` as those of its services."""
    in_file = DotEnvSettingsSource(Settings, case_sensitive=True).env_vars
    for given, begins in ((in_file, (*OURS, *OF_SERVICES)), (os.environ, OURS)):
        yield from (name for name, value in given.items() if value and name.casefold().startswith(begins))


def _name(field: str) -> str:
    alias = Settings.model_fields[field].validation_alias
    assert isinstance(alias, AliasChoices)
    return str(alias.choices[0])


def _must(good: bool, remedy: str) -> None:  # noqa: FBT001
    if not good:
        raise ValueError(remedy)


def _is_real(info: ValidationInfo, kind: AppType | None = None) -> bool:
    """Say whether there is an app id, be it a wrong one, and whether the identity is of that ``kind``."""
    return info.data.get("app_id") != "" and (kind is None or info.data.get("app_type") is kind)


def _answers_slack(info: ValidationInfo) -> bool:
    """Say whether there is a bot token, be it a wrong one."""
    token = info.data.get("slack_token")
    return token is None or bool(token.get_secret_value())


def _is_so(found: Callable[[], bool]) -> bool:
    """Say whether a path is what it should be, as far as I may look."""
    try:
        return found()
    except OSError:
        return False


def _is_guid(text: str) -> bool:
    return GUID.fullmatch(text.casefold()) is not None


def _is_secure(url: str) -> bool:
    link = _split(url)
    return bool(link.hostname) and (link.scheme == "https" or (link.scheme == "http" and _is_here(url)))


def _is_here(url: str) -> bool:
    return is_loopback(_split(url).hostname or "")


def _split(url: str) -> SplitResult:
    """Split a URL; one that is none has no parts."""
    try:
        link = urlsplit(url)
        _ = link.port
    except ValueError:
        return urlsplit("")
    return link
