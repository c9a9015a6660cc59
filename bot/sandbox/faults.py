"""What goes wrong on purpose, so that one sees what the bot makes of it: switches each for Teams, Slack, Jira, GitHub.

Counted faults pass by themselves; the others stay until they are switched off.
"""

from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass(slots=True)
class Faults:
    """The faults of one service.

    `down`: every call is answered 503 (of Teams, those to Microsoft Graph). `silent`: nothing is sent to the bot (of
    Teams, nothing that is written in a channel), `halved`: only every other; `twice`: all of it twice. `limited`: so
    many calls are answered 429. Of the calls that write in Slack or on GitHub, or make an issue in Jira, so many are
    `broken` (500, nothing is written), `lost` (written, but the connection drops before the answer), or `refused` (in
    Jira 400, for one of the fields; on GitHub 403, since the token may not).
    `expired`: so many of Graph's links lead nowhere.
    `lag`: for so many seconds Jira's search does not find what is new.
    """

    down: bool = False
    silent: bool = False
    halved: bool = False
    twice: bool = False
    limited: int = 0
    broken: int = 0
    lost: int = 0
    refused: int = 0
    lag: int = 0
    expired: int = 0

    def set(self, wanted: dict[str, Any]) -> None:
        """Take over those that are named; raises ValueError for anything that is no fault, or not of its kind."""
        kinds = {one.name: type(getattr(self, one.name)) for one in fields(self)}
        for name, value in wanted.items():
            if kinds.get(name) is not type(value) or value < 0:
                message = f"{name}: {value!r} is no fault"
                raise ValueError(message)
            setattr(self, name, value)

    def takes(self, name: str) -> bool:
        """Say whether this call has a counted fault, which is one less then."""
        left = getattr(self, name)
        if left:
            setattr(self, name, left - 1)
        return bool(left)

    def shown(self) -> dict[str, Any]:
        """Give all of them, for the page."""
        return asdict(self)
