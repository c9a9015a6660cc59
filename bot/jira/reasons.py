"""Why Jira refused something, in words for an admin: what it says, and the remedy."""

from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType

from bot.jira.client import Api, Refusal

NO_JIRA = "there is no Jira to open it in; set JIRA_URL"
_NOT_ON_FORM = "put the field on the project's form for new issues"
_REMEDIES: Mapping[str, str] = MappingProxyType(
    {
        "project": "set JIRA_PROJECT, or the desk's policy, to the key of one that its user may browse",
        "issuetype": "set JIRA_ISSUE_TYPE to one that the project has",
        **dict.fromkeys(("summary", "description", "labels", "priority"), _NOT_ON_FORM),
    }
)
_KEYS: Mapping[Api, str] = MappingProxyType(
    {
        Api.CLOUD: "Jira does not take JIRA_EMAIL and JIRA_API_TOKEN; set them to an account's e-mail and API token",
        Api.DATA_CENTER: "Jira does not take JIRA_API_TOKEN; set it to a personal access token",
    }
)
_SAID: Mapping[int, str] = MappingProxyType(
    {
        HTTPStatus.BAD_REQUEST: "Jira does not take it in {project}; see JIRA_PROJECT, or the desk's policy",
        HTTPStatus.FORBIDDEN: (
            "Jira's user may not do that in {project}; give it Browse, Create, Add comments and Link there"
        ),
        HTTPStatus.NOT_FOUND: "Jira has no such place (404); see JIRA_URL, JIRA_API and the project {project}",
    }
)
_ELSEWHERE = "JIRA_URL leads elsewhere ({status}); set it to the address that it leads to"
_OTHER = "Jira refused it (HTTP {status})"


def reason(refusal: Refusal, project: str, api: Api, names: Mapping[str, str] = MappingProxyType({})) -> str:
    """Return why something in a project was refused; ``names`` are what its fields are called, by their ids."""
    if refusal.fields:
        return "; ".join(_of_field(id_, why, names.get(id_, "")) for id_, why in refusal.fields.items())
    if refusal.status == HTTPStatus.UNAUTHORIZED:
        return _KEYS[api]
    said = _SAID.get(refusal.status, _OTHER if refusal.status >= HTTPStatus.BAD_REQUEST else _ELSEWHERE)
    said = said.format(project=project, status=refusal.status)
    return ": ".join([said, *(one.rstrip(".") for one in refusal.messages[:1])])


def _of_field(id_: str, why: str, name: str) -> str:
    called = f"{name} ({id_})" if name and name.casefold() != id_ else id_
    remedy = _REMEDIES.get(id_, "name its value in JIRA_FIELDS")
    return f"{called}: {why.rstrip('.')}; {remedy}"
