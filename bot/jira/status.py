"""How an issue stands, as Jira says it in whatever it sends of one."""

from dataclasses import dataclass

from bot.jira.client import Document

LONGEST_STATUS = 60
DONE = "done"  # the category's key, which is the same in every language


@dataclass(frozen=True, slots=True)
class Status:
    """An issue's status in Jira's word, and whether the issue is done by that."""

    name: str
    done: bool


def read_status(issue: Document) -> Status | None:
    """Return how an issue stands, None where it does not say so."""
    fields = issue.get("fields")
    status = fields.get("status") if isinstance(fields, dict) else None
    name = status.get("name") if isinstance(status, dict) else None
    if not isinstance(status, dict) or not isinstance(name, str) or not name.strip():
        return None
    category = status.get("statusCategory")
    done = isinstance(category, dict) and category.get("key") == DONE
    return Status(" ".join(name.split())[:LONGEST_STATUS], done)
