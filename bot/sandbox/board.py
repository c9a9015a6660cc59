"""The Edge team's board in Jira: its issues, where each stands, and what a search finds.

Decides what is a valid issue and what Jira would say of one that is not. Knows neither HTTP nor the bot.
"""

import itertools
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from bot.sandbox import cast
from bot.sandbox.world import Json

SUMMARY = 255
FIRST_ID = 10_000
TYPES = {"10004": "Bug", "10001": "Task", "10002": "Story"}
PRIORITIES = {"1": "Highest", "2": "High", "3": "Medium", "4": "Low", "5": "Lowest"}
KNOWN = ("project", "issuetype", "summary", "description", "labels", "priority")
REQUIRED = ("project", "issuetype", "summary")
LABEL = re.compile(r"\S{1,255}")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the board, which is a status too; `category` is Jira's own word for where it belongs."""

    key: str
    id: str
    name: str
    category: str


COLUMNS = (
    Column("todo", "10000", "To Do", "new"),
    Column("doing", "10001", "In Progress", "indeterminate"),
    Column("done", "10002", "Done", "done"),
)


class Invalid(Exception):  # noqa: N818 - an answer, not an error
    """An issue or a search that Jira does not take: words for the whole, or for each field."""

    def __init__(self, *words: str, **errors: str) -> None:
        """Carry what the answer says."""
        super().__init__("; ".join((*words, *(f"{name}: {text}" for name, text in errors.items()))))
        self.words, self.errors = words, errors


@dataclass(slots=True)
class Issue:
    """One issue. `column` is a column's key, `description` a document (ADF) or None; `born` is for the search's lag."""

    id: str
    key: str
    type: str
    summary: str
    at: datetime
    updated: datetime
    description: Json | None = None
    labels: list[str] = field(default_factory=list)
    priority: str = "Medium"
    column: str = "todo"
    properties: dict[str, Any] = field(default_factory=dict)
    links: list[Json] = field(default_factory=list)
    born: float = 0.0

    def shown(self) -> Json:
        """Give it as the page shows it."""
        return {**asdict(self), "at": self.at.isoformat(), "updated": self.updated.isoformat()}


class Board:
    """All issues, by key."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        """Start empty; `now` is the sandbox's clock."""
        self._now = now
        self._numbers = itertools.count(1)
        self.issues: dict[str, Issue] = {}

    def kept(self) -> Json:
        """Give all of it, to be kept between two starts."""
        return {"issues": [one.shown() for one in self.issues.values()]}

    def restore(self, kept: Json) -> None:
        """Take over what an earlier run kept; all of it is found by a search at once."""
        for one in kept["issues"]:
            dates = {name: datetime.fromisoformat(one[name]) for name in ("at", "updated")}
            self.issues[one["key"]] = Issue(**{**one, **dates, "born": 0.0})
        self._numbers = itertools.count(len(self.issues) + 1)

    def create(self, body: Json) -> Issue:
        """Make an issue as asked; raises Invalid."""
        fields = body.get("fields")
        if not isinstance(fields, dict):
            raise Invalid("Field 'fields' is required")
        errors = dict(_errors(fields))
        if errors:
            raise Invalid(**errors)
        number, now = next(self._numbers), self._now()
        issue = Issue(
            id=str(FIRST_ID + number),
            key=f"{cast.EDGE}-{number}",
            type=str(named(fields["issuetype"], TYPES)),
            summary=fields["summary"],
            at=now,
            updated=now,
            description=fields.get("description"),
            labels=list(fields.get("labels") or []),
            priority=named(fields.get("priority") or {"name": "Medium"}, PRIORITIES) or "Medium",
            properties={one["key"]: one.get("value") for one in body.get("properties") or []},
            born=time.monotonic(),
        )
        self.issues[issue.key] = issue
        return issue

    def find(self, name: str) -> Issue | None:
        """Find an issue by key or id."""
        return self.issues.get(name.upper()) or next((one for one in self.issues.values() if one.id == name), None)

    def move(self, issue: Issue, column: Column) -> Json | None:
        """Move an issue; give what changed as Jira's changelog has it, None where nothing did."""
        before = next(one for one in COLUMNS if one.key == issue.column)
        if before is column:
            return None
        issue.column, issue.updated = column.key, self._now()
        status = {
            "field": "status",
            "fieldtype": "jira",
            "fieldId": "status",
            "from": before.id,
            "fromString": before.name,
            "to": column.id,
            "toString": column.name,
        }
        return {"id": str(int(issue.updated.timestamp() * 1000)), "items": [status, *_resolution(before, column)]}

    def link(self, issue: Issue, body: Json) -> tuple[int, bool]:
        """Add a link to a page elsewhere, or change that of the same `globalId`; give its id, and whether it is new."""
        page = body.get("object")
        if not isinstance(page, dict) or not page.get("title"):
            raise Invalid(title="'title' is required.")
        if not page.get("url"):
            raise Invalid(url="'url' is required.")
        known = next((one for one in issue.links if body.get("globalId") and one["globalId"] == body["globalId"]), None)
        if known is not None:
            known |= {"object": page, "relationship": body.get("relationship")}
            return int(known["id"]), False
        number = FIRST_ID + sum(len(one.links) for one in self.issues.values())
        issue.links.append(
            {
                "id": number,
                "globalId": body.get("globalId") or "",
                "relationship": body.get("relationship"),
                "object": page,
            }
        )
        return number, True

    def search(self, jql: str, lag: float, reconciled: list[str]) -> list[Issue]:
        """Find issues, the newest first unless the query says otherwise; raises Invalid for what is no query here.

        One that is younger than `lag` seconds is found only where its id is `reconciled`.
        """
        query, *order = _ORDER.split(jql)
        tests = [self._test(one) for one in _AND.split(query) if one.strip()]
        indexed = time.monotonic() - lag
        found = [
            one
            for one in self.issues.values()
            if (one.born <= indexed or one.id in reconciled) and all(test(one) for test in tests)
        ]
        return found if order and not order[0].rstrip().lower().endswith("desc") else found[::-1]

    def _test(self, clause: str) -> Callable[[Issue], bool]:
        match = _CLAUSE.fullmatch(clause.strip())
        if match is None:
            raise Invalid(f"Error in the JQL Query: {clause.strip()!r} is not understood. (line 1, character 1)")
        name, operator, given = match.group(1).strip('"').lower(), match.group(2).lower(), match.group(3)
        read = _FIELDS.get(name)
        if read is None:
            raise Invalid(f"Field '{name}' does not exist or you do not have permission to view it.")
        wanted = {next(filter(None, found)).casefold() for found in _VALUE.findall(given)}
        if name in ("key", "issuekey", "issue", "id"):
            self._must_exist(wanted)
        if name == "project" and wanted - {cast.EDGE.casefold()}:
            raise Invalid(f"The value '{given}' does not exist for the field 'project'.")
        negative = operator in ("!=", "not in")
        return lambda issue: bool(wanted & {one.casefold() for one in read(issue)}) is not negative

    def _must_exist(self, keys: set[str]) -> None:
        for key in keys:
            if self.find(key) is None:
                raise Invalid(f"An issue with key '{key.upper()}' does not exist for field 'key'.")


def status(issue: Issue) -> Column:
    """Give the column in which an issue stands."""
    return next(one for one in COLUMNS if one.key == issue.column)


def named(given: object, known: dict[str, str]) -> str | None:
    """Give the name of what is meant by `{"id": …}` or `{"name": …}`; None for what is not known."""
    if not isinstance(given, dict):
        return None
    return known.get(str(given.get("id"))) or next((one for one in known.values() if one == given.get("name")), None)


def stamp(moment: datetime) -> str:
    """Write a moment as Jira does."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


_ORDER = re.compile(r"\border\s+by\b", re.IGNORECASE)
_AND = re.compile(r"\s+and\s+", re.IGNORECASE)
_CLAUSE = re.compile(r'\s*("?\w+"?)\s*(!=|=|not\s+in|in)\s*(\(.*\)|"[^"]*"|[^\s"()]+)\s*', re.IGNORECASE)
_VALUE = re.compile(r'"([^"]*)"|\'([^\']*)\'|([^\s,()"\']+)')
_FIELDS: dict[str, Callable[[Issue], list[str]]] = {
    "project": lambda _: [cast.EDGE],
    "labels": lambda one: one.labels,
    **dict.fromkeys(("key", "issuekey", "issue", "id"), lambda one: [one.key, one.id]),
    "status": lambda one: [status(one).name],
    "statuscategory": lambda one: [status(one).name, status(one).category],
    "issuetype": lambda one: [one.type],
    "type": lambda one: [one.type],
}


def _errors(fields: Json) -> Iterator[tuple[str, str]]:  # noqa: C901, PLR0912 - one row for each of Jira's rules
    for name in fields:
        if name not in KNOWN:
            yield name, f"Field '{name}' cannot be set. It is not on the appropriate screen, or unknown."
    project = fields.get("project")
    if not isinstance(project, dict) or project.get("key") != cast.EDGE:
        yield "project", "Specify a valid project ID or key"
    if named(fields.get("issuetype"), TYPES) is None:
        yield "issuetype", "Specify a valid issue type"
    summary = fields.get("summary")
    if not isinstance(summary, str) or not summary.strip():
        yield "summary", "You must specify a summary of the issue."
    elif len(summary) > SUMMARY:
        yield "summary", f"The summary can't exceed {SUMMARY} characters."
    elif "\n" in summary or "\r" in summary:
        yield "summary", "The summary is invalid because it contains newline characters."
    labels = fields.get("labels") or []
    if not isinstance(labels, list) or not all(isinstance(one, str) for one in labels):
        yield "labels", "data was not an array"
    else:
        for one in labels:
            if not LABEL.fullmatch(one):
                yield "labels", f"The label '{one}' contains spaces which is invalid."
    if fields.get("priority") is not None and named(fields["priority"], PRIORITIES) is None:
        yield "priority", "Specify a valid 'id' or 'name' for Priority"
    document = fields.get("description")
    if document is not None and not _is_document(document):
        yield "description", "Operation value must be an Atlassian Document (see the Atlassian Document Format)"


def _is_document(given: object) -> bool:
    """Say whether this is a document; of its inside Jira refuses, among others, text that is empty."""
    if not isinstance(given, dict) or (given.get("type"), given.get("version")) != ("doc", 1):
        return False
    return isinstance(given.get("content"), list) and all(_is_node(one) for one in given["content"])


def _is_node(given: object) -> bool:
    if not isinstance(given, dict) or not isinstance(given.get("type"), str):
        return False
    if given["type"] == "text":
        return isinstance(given.get("text"), str) and bool(given["text"])
    return all(_is_node(one) for one in given.get("content") or [])


def _resolution(before: Column, after: Column) -> list[Json]:
    done = "done"
    if done not in (before.category, after.category):
        return []
    given = {"id": "10000", "name": "Done"}
    old, new = (given if one.category == done else {"id": None, "name": None} for one in (before, after))
    return [
        {
            "field": "resolution",
            "fieldtype": "jira",
            "fieldId": "resolution",
            "from": old["id"],
            "fromString": old["name"],
            "to": new["id"],
            "toString": new["name"],
        }
    ]
