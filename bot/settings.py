"""What a deployment sets: ids, secrets, addresses; from the environment or ``.env``, read once at start.

A wrong or missing one stops the start with its name and the remedy. Secrets are SecretStr and never shown.
"""

import json
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.errors import Misconfigured

MICROSOFT_HOSTS = (
    "smba.trafficmanager.net",
    "smba.infra.gcc.teams.microsoft.com",
    "smba.infra.gov.teams.microsoft.us",
    "smba.infra.dod.teams.microsoft.us",
)


class AppType(StrEnum):
    """How the bot proves who it is to Entra."""

    SINGLE_TENANT = "SingleTenant"
    MANAGED_IDENTITY = "UserAssignedMSI"
    CERTIFICATE = "Certificate"
    FEDERATED = "Federated"


def is_loopback(url_or_host: str) -> bool:
    """Say whether an address (URL or host[:port]) is on this machine."""
    bare = url_or_host.count(":") > 1 and not {"/", "["} & set(url_or_host)  # an IPv6 address as HOST has it
    host = url_or_host if bare else urlsplit(url_or_host if "//" in url_or_host else f"//{url_or_host}").hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


Names = Annotated[tuple[str, ...], NoDecode]


class Settings(BaseSettings):
    """The deployment's settings, under the names that operators write."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True, populate_by_name=True)

    app_id: str = Field("", validation_alias=AliasChoices("MicrosoftAppId"))
    app_password: SecretStr = Field(SecretStr(""), validation_alias=AliasChoices("MicrosoftAppPassword"))
    app_tenant: str = Field("", validation_alias=AliasChoices("MicrosoftAppTenantId"))
    app_type: AppType = Field(AppType.SINGLE_TENANT, validation_alias=AliasChoices("MicrosoftAppType"))
    certificate: Path | None = Field(None, validation_alias=AliasChoices("MicrosoftAppCertificate"))
    certificate_thumbprint: str = Field("", validation_alias=AliasChoices("MicrosoftAppCertificateThumbprint"))
    federated_token_file: Path | None = Field(None, validation_alias=AliasChoices("MicrosoftAppFederatedTokenFile"))
    metadata_url: str = Field(
        "https://login.botframework.com/v1/.well-known/openidconfiguration",
        validation_alias=AliasChoices("BotOpenIdMetadata"),
    )
    authority: str = Field("https://login.microsoftonline.com", validation_alias=AliasChoices("HOTSEAT_AUTHORITY"))
    tenants: Names = Field((), validation_alias=AliasChoices("HOTSEAT_TENANTS"))
    admins: Names = Field((), validation_alias=AliasChoices("HOTSEAT_ADMINS"))
    service_hosts: Names = Field(MICROSOFT_HOSTS, validation_alias=AliasChoices("HOTSEAT_SERVICE_HOSTS"))
    data: Path = Field(Path("data"), validation_alias=AliasChoices("HOTSEAT_DATA"))
    host: str = Field("127.0.0.1", validation_alias=AliasChoices("HOST"))
    port: int = Field(3978, ge=1, le=65535, validation_alias=AliasChoices("PORT"))
    public_url: str = Field("", validation_alias=AliasChoices("HOTSEAT_PUBLIC_URL"))
    send_limits: bool = Field(default=True, validation_alias=AliasChoices("HOTSEAT_SEND_LIMITS"))
    clock: str = Field("", validation_alias=AliasChoices("HOTSEAT_CLOCK"))
    log_level: str = Field("INFO", validation_alias=AliasChoices("HOTSEAT_LOG"))

    @property
    def local(self) -> bool:
        """Say whether this is local mode: no app id, loopback only, any tenant."""
        return not self.app_id

    @property
    def public_host(self) -> str:
        """Return the host under which others see the bot, "" if it is not said."""
        return urlsplit(self.public_url).hostname or ""

    @model_validator(mode="before")
    @classmethod
    def _unset(cls, given: dict[str, object]) -> dict[str, object]:
        return {name: value for name, value in given.items() if value != ""}

    @field_validator("tenants", "admins", "service_hosts", mode="before")
    @classmethod
    def _names(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(part.strip().casefold() for part in value.replace(",", " ").split())

    @field_validator("send_limits", mode="before")
    @classmethod
    def _switch(cls, value: object) -> object:
        return {"on": True, "off": False}.get(value.casefold(), value) if isinstance(value, str) else value

    @field_validator("log_level")
    @classmethod
    def _level(cls, value: str) -> str:
        if value.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            raise ValueError("use DEBUG, INFO, WARNING or ERROR")
        return value.upper()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.local:
            remedy = "without MicrosoftAppId I listen on 127.0.0.1 only; leave it unset"
            self._check(is_loopback(self.host), "HOST", remedy)
        else:
            self._identity()
        for name, url in (("BotOpenIdMetadata", self.metadata_url), ("HOTSEAT_AUTHORITY", self.authority)):
            secure = url.startswith("https://") or (url.startswith("http://") and is_loopback(url))
            self._check(secure, name, "use https (http is for loopback addresses only)")
        if self.clock:
            remedy = "it must be a loopback address; it is for trying and for tests"
            self._check(is_loopback(self.clock), "HOTSEAT_CLOCK", remedy)
            outside = not self.local and not (is_loopback(self.authority) and is_loopback(self.metadata_url))
            self._check(not outside, "HOTSEAT_CLOCK", "remove it: a real deployment runs by the real clock")
        return self

    def _identity(self) -> None:
        remedy = "set it to the id of the registration's Entra tenant"
        self._check(bool(self.app_tenant), "MicrosoftAppTenantId", remedy)
        match self.app_type:
            case AppType.SINGLE_TENANT:
                given = bool(self.app_password.get_secret_value())
                self._check(given, "MicrosoftAppPassword", "set it to the registration's client secret")
            case AppType.CERTIFICATE:
                readable = self.certificate is not None and self.certificate.is_file()
                self._check(readable, "MicrosoftAppCertificate", "set it to the path of a readable PEM file")
                given = bool(self.certificate_thumbprint)
                self._check(given, "MicrosoftAppCertificateThumbprint", "set it to the certificate's SHA-1 thumbprint")
            case AppType.FEDERATED:
                readable = self.federated_token_file is not None and self.federated_token_file.is_file()
                self._check(readable, "MicrosoftAppFederatedTokenFile", "set it to the path of the token file")
            case AppType.MANAGED_IDENTITY:
                pass

    @staticmethod
    def _check(good: bool, name: str, remedy: str) -> None:  # noqa: FBT001
        if not good:
            message = f"{name}: {remedy}"
            raise ValueError(message)


def read_settings() -> Settings:
    """Read the settings; raise Misconfigured naming every wrong one and its remedy, but no value."""
    try:
        return Settings()  # type: ignore[call-arg]
    except ValidationError as wrong:
        lines = []
        for error in json.loads(wrong.json(include_input=False, include_url=False)):
            where = ".".join(str(part) for part in error["loc"])
            message = error["msg"].removeprefix("Value error, ")
            lines.append(f"{where}: {message}" if where else message)
        raise Misconfigured("\n".join(lines)) from None
