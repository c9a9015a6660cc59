"""What Jira asks of a new issue: the form of a project and an issue type, read once and kept until Jira refuses one.

A form that can't be read is one of which nothing is known: then what an issue lacks is Jira's to say.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.jira.client import Document, JiraClient, Refusal
from bot.jira.reasons import reason
from bot.retries import Temporary

log = logging.getLogger(__name__)

# What every ticket has; the reporter is whom the token belongs to, where nobody is named.
OURS = frozenset({"project", "issuetype", "summary", "description", "labels", "priority", "reporter"})
PAGE = "50"
MOST_PAGES = 20
TRIES = 3
RETRY_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Form:
    """A form: the issue type as a ticket names it, its fields' names by id, and which of them must be filled in.

    ``priorities`` are those that it offers, by name in small letters.
    """

    issue_type: Mapping[str, str]
    names: Mapping[str, str] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    priorities: Mapping[str, str] = field(default_factory=dict)


class Forms:
    """The forms of all projects, for one issue type, and the ``fields`` that the deployment gives each ticket."""

    def __init__(
        self,
        client: JiraClient,
        issue_type: str,
        fields: Mapping[str, Any],
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Bind to the client and the issue type's name, or its id."""
        self.fields = fields
        self._client = client
        self._type = issue_type
        self._sleep = sleep
        self._known: dict[str, Form] = {}

    async def of(self, project: str) -> Form:
        """Return a project's form."""
        if project not in self._known:
            form = await self._read(project)
            if form is None:
                return self._unknown()
            self._known[project] = form
        return self._known[project]

    def forget(self, project: str) -> None:
        """Read a project's form anew next time."""
        self._known.pop(project, None)

    async def check(self, projects: Iterable[str]) -> None:
        """Say in the log what tickets in these projects will lack, with the remedy."""
        for project in sorted(set(projects)):
            for lack in self.lacks(project, await self.of(project)):
                log.warning("%s", lack)

    def lacks(self, project: str, form: Form) -> list[str]:
        """Return why a project's form will not take the tickets that are sent, with the remedy."""
        missing = sorted(form.required - OURS - self.fields.keys())
        strange = sorted(self.fields.keys() - form.names.keys()) if form.names else []
        return [
            f"Jira will refuse every ticket in {project}: its form needs {form.names[id_]} ({id_}); name its value in "
            "JIRA_FIELDS"
            for id_ in missing
        ] + [f"JIRA_FIELDS names {id_}, which the form of {project} has not; remove it there" for id_ in strange]

    async def _read(self, project: str) -> Form | None:
        """Return a project's form, None where it can't be read."""
        for left in reversed(range(TRIES)):
            try:
                return await self._fetch(project)
            except Refusal as refusal:
                why = reason(refusal, project, self._client.api)
                break
            except Temporary as failure:
                why = f"it cannot be reached ({failure.reason})"
                await self._sleep(RETRY_SECONDS if left else 0)
        log.warning("the form of %s in Jira cannot be read: %s", project, why)
        return None

    async def _fetch(self, project: str) -> Form:
        types = await self._pages("issueTypes", "issue", "createmeta", project, "issuetypes")
        chosen = self._chosen(types)
        if chosen is None:
            if not types:
                log.warning("Jira shows no issue types of %s; see that its user may create issues there", project)
                return self._unknown()
            names = ", ".join(sorted(str(one.get("name")) for one in types))
            log.warning(
                "%s in Jira has no issue type %s; set JIRA_ISSUE_TYPE to one of: %s", project, self._type, names
            )
            return self._unknown()
        fields = await self._pages("fields", "issue", "createmeta", project, "issuetypes", chosen)
        known = {_id(one): one for one in fields if _id(one)}
        return Form(
            {"id": chosen},
            {id_: str(one.get("name") or id_) for id_, one in known.items()},
            frozenset(id_ for id_, one in known.items() if one.get("required") and not one.get("hasDefaultValue")),
            _priorities(known.get("priority", {})),
        )

    async def _pages(self, name: str, *path: str) -> list[Document]:
        """Return what is listed at a path, by Cloud under its own name, by Data Center as values."""
        found: list[Document] = []
        for _ in range(MOST_PAGES):
            page = await self._client.get(*path, startAt=str(len(found)), maxResults=PAGE)
            listed = page.get(name, page.get("values"))
            listed = listed if isinstance(listed, list) else []
            found += [one for one in listed if isinstance(one, dict)]
            total = page.get("total")
            if not listed or page.get("isLast") is True or not isinstance(total, int) or len(found) >= total:
                break
        return found

    def _chosen(self, types: Iterable[Document]) -> str | None:
        """Return the issue type's id, None where a project has no such type."""
        for one in types:
            id_, name = str(one.get("id")), str(one.get("name"))
            if id_.isalnum() and self._type.casefold() in (id_, name.casefold()):
                return id_
        return None

    def _unknown(self) -> Form:
        return Form({"id" if self._type.isdecimal() else "name": self._type})


def _id(one: Document) -> str:
    return str(one.get("fieldId") or one.get("key") or "")


def _priorities(one: Document) -> Mapping[str, str]:
    """Return the ids of the priorities that a field offers."""
    offered = one.get("allowedValues")
    some = [value for value in offered if isinstance(value, dict)] if isinstance(offered, list) else []
    return {str(value.get("name")).casefold(): str(value["id"]) for value in some if value.get("id")}
