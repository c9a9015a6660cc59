"""What Bugsnag said, in Slack or by its webhook, as one value: scrubbed, and plain text in every field.

It must not know how that was said: the rooms that read messages and payloads fill it in.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What a notification is about.

    OCCURRED is any further occurrence, REOPENED one of an error that was fixed or snoozed. The next five are done by
    collaborators in Bugsnag. LIMITED says that Bugsnag leaves events out, or soon will. UNREADABLE is shown as it is.
    """

    NEW = "new"
    OCCURRED = "occurred"
    REOPENED = "reopened"
    SPIKE = "spike"
    FIXED = "fixed"
    IGNORED = "ignored"
    SNOOZED = "snoozed"
    OPENED = "opened"
    COMMENT = "comment"
    RELEASE = "release"
    LIMITED = "limited"
    TEST = "test"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Notification:
    """One notification; what it does not say is "" or 0.

    ``error`` and ``event`` are Bugsnag's ids (24 hexadecimal digits), ``project`` is the project's name. ``said`` is
    what triggered it in Bugsnag's words ("10 events in 1h"), the words of a comment, or of what can't be read.
    ``where`` is the context ("article/new#create"), ``frames`` are the top frames of the project's own code.
    ``occurrences`` and ``users`` are counts over the error's life. ``rate`` is a spike's, per minute. ``by`` is the
    collaborator who acted, ``until`` when a snooze ends where that is a time. ``url`` leads to the error in Bugsnag.
    """

    kind: Kind
    error: str = ""
    event: str = ""
    project: str = ""
    stage: str = ""
    error_class: str = ""
    message: str = ""
    where: str = ""
    frames: tuple[str, ...] = ()
    severity: str = ""
    handled: bool | None = None
    occurrences: int = 0
    users: int = 0
    rate: int = 0
    first_at: datetime | None = None
    version: str = ""
    by: str = ""
    said: str = ""
    until: datetime | None = None
    url: str = ""

    @property
    def id(self) -> str:
        """Return what tells this from other notifications whatever way it came, "" where that cannot be told."""
        return f"{self.kind}:{self.error}:{self.event}" if self.error and self.event else ""

    @property
    def act(self) -> str:
        """Return what was said without who did it."""
        return self.said.removesuffix(f" by {self.by}")
