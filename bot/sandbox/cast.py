"""Who plays in the sandbox: a tenant, a team with two channels, a group chat, eight people, the bot, their rota.

Beside them a channel of Slack with Bugsnag in it, another team's project in Jira, and who the bot is on GitHub. Decides
nothing about messages. The ids have the shape of real ones and never change, so that a bot which kept its data folder
still knows everybody.
"""

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

TENANT = "6f2c7f6e-0d1f-4c55-9a3e-5b2f6b7f9d10"
TEAM = "19:hotseat-sandbox-team@thread.tacv2"
TEAM_NAME = "Liefery"
TEAM_GROUP = "f1a6d0a0-2a84-4c8a-9be6-0d9d1c0c7a01"
BOT_ID = "28:3d0f7a52-8a4f-4e0b-9d75-6a1f2f4e8c11"
BOT_NAME = "Hotseat"
WEDNESDAY = 2
WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel of the team. `key` is the sandbox's own short name for it."""

    key: str
    id: str
    name: str
    about: str


@dataclass(frozen=True, slots=True)
class Player:
    """A demo person. `role` is one word for the page, for days without a shift; `backend` is for those of the team.

    Who is `new` joined two days before the iteration in which the sandbox begins.
    """

    key: str
    name: str
    role: str
    about: str
    object_id: str
    backend: bool = True
    production: bool = False
    days: str = ""
    experienced: bool = True
    new: bool = False

    @property
    def id(self) -> str:
        """Give the person's Teams id (an MRI)."""
        return f"29:1{self.object_id.replace('-', '')}"

    @property
    def email(self) -> str:
        """Give the e-mail address, which is the user principal name too."""
        return f"{self.name.lower().replace(' ', '.')}@example.com"

    @property
    def chat(self) -> str:
        """Give the id of the person's chat with the bot."""
        return f"a:1{self.object_id.replace('-', '')}hotseat"

    @property
    def slack_id(self) -> str:
        """Give the person's id in Slack, "" for who is not there."""
        return f"U0{self.key.upper():0<6}" if self.backend else ""


CHANNELS = (
    Channel("backend", "19:backend@thread.tacv2", "#backend", "OPS colleagues ask here when something blocks them."),
    Channel("team", "19:backend-team@thread.tacv2", "Backend team", "The backend team's own channel."),
)


SLACK = Channel(
    "slack", "C0BUGSNAG1", "#bugsnag-backend", "#bugsnag-backend: what Bugsnag, the bot and people say there."
)
SLACK_TOKEN = "xoxb-sandbox"  # noqa: S105 - of nobody's workspace
SLACK_SECRET = "sandbox-signing-secret"  # noqa: S105 - of nobody's app
SLACK_TEAM, SLACK_APP, SLACK_BOT, SLACK_USER = "T0LIEFERY", "A0HOTSEAT", "B0HOTSEAT", "U0HOTSEAT"
BUGSNAG_BOT = "B0BUGSNAG"
BUGSNAG_SECRET = "sandbox-bugsnag-secret"  # noqa: S105 - of nobody's project
EDGE = "EDGE"
JIRA_EMAIL, JIRA_TOKEN = "hotseat@example.com", "sandbox"
GITHUB_TOKEN = "github_pat_sandbox"  # noqa: S105 - of nobody's repository
JIRA_SECRET = "sandbox-jira-secret"  # noqa: S105 - of nobody's webhook


@dataclass(frozen=True, slots=True)
class Chat:
    """A group chat, in which the bot is not: of all that is said there it hears only what a message action carries."""

    key: str
    id: str
    name: str
    about: str
    members: tuple[str, ...]


CHATS = (
    Chat(
        "ops",
        "19:3f6f5a1c8e6d4b7a9c1d2e8f4a6b7c90@thread.v2",
        "OPS floor",
        "A group chat. The bot is not in it: raise a message with support by its menu.",
        ("olga", "tom", "ana", "eva"),
    ),
)

PLAYERS = (
    Player(
        "olga",
        "Olga Brandt",
        "requester",
        "OPS: asks in #backend",
        "0a51c1f4-7c0e-4c39-8f0e-1d5b6a2e0001",
        backend=False,
    ),
    Player(
        "tom", "Tom Reuter", "requester", "OPS: asks in #backend", "0a51c1f4-7c0e-4c39-8f0e-1d5b6a2e0002", backend=False
    ),
    Player(
        "ana",
        "Ana Lindqvist",
        "colleague",
        "Backend, with production access",
        "0a51c1f4-7c0e-4c39-8f0e-1d5b6a2e0003",
        production=True,
    ),
    Player(
        "ben",
        "Ben Okafor",
        "colleague",
        "Backend, off on Fridays",
        "0a51c1f4-7c0e-4c39-8f0e-1d5b6a2e0004",
        days="Mon Tue Wed Thu",
    ),
    Player(
        "chen",
        "Chen Wei",
        "colleague",
        "Backend, with production access",
        "0a51c1f4-7c0e-4c39-8f0e-1d5b6a2e0005",
        production=True,
    ),
    Player(
        "dilan",
        "Dilan Kaya",
        "colleague",
        "New in the backend team",
        "0a51c1f4-7c0e-4c39-8f0e-1d5b6a2e0006",
        experienced=False,
        new=True,
    ),
    Player("eva", "Eva Novak", "colleague", "Backend", "0a51c1f4-7c0e-4c39-8f0e-1d5b6a2e0007"),
    Player(
        "farid",
        "Farid Haddad",
        "admin",
        "Team lead and the bot's admin, with production access",
        "0a51c1f4-7c0e-4c39-8f0e-1d5b6a2e0008",
        production=True,
    ),
)

PEOPLE_HEADER = (
    "name",
    "entra_object_id",
    "email",
    "slack_user_id",
    "production_access",
    "working_days",
    "experienced",
    "joined",
    "left",
)
PLAYERS_BY_KEY = {one.key: one for one in PLAYERS}
JOINED = "2023-03-01"
SHIFTS_HEADER = ("iteration", "name", "role", "days")
TEAM_NOW = (("ana", "SUPPORT", ""), ("ben", "SUPPORT", ""), ("chen", "FALLBACK", ""), ("dilan", "OBSERVER", ""))
TEAMS_BEFORE = (
    (("farid", "SUPPORT", ""), ("eva", "SUPPORT", "")),
    (("ana", "SUPPORT", ""), ("ben", "SUPPORT", ""), ("chen", "FALLBACK", "Fri")),
    (("chen", "SUPPORT", ""), ("eva", "SUPPORT", "")),
    (("ana", "SUPPORT", ""), ("farid", "SUPPORT", "")),
    (("chen", "SUPPORT", ""), ("ben", "SUPPORT", ""), ("farid", "FALLBACK", "Fri")),
    (("ana", "SUPPORT", ""), ("eva", "SUPPORT", "")),
    (("chen", "SUPPORT", ""), ("ben", "SUPPORT", ""), ("ana", "FALLBACK", "Fri")),
    (("farid", "SUPPORT", ""), ("eva", "SUPPORT", "")),
)
"""Who served in the iterations before the first one, the oldest first; the next one is picked on Monday."""
VACATION = ("eva", timedelta(days=12), timedelta(days=17))
"""Who will be away, from Monday to Friday at the end of the next iteration, counted from the beginning of this one."""
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, slots=True)
class Shift:
    """A row of the rota's sheet. `days` are those that count, such as "Mon Tue"; empty means all."""

    iteration: str
    name: str
    role: str
    days: str = ""


@dataclass(frozen=True, slots=True)
class Rota:
    """Who serves when, as the bot's own sheets say it."""

    shifts: tuple[Shift, ...] = ()

    @staticmethod
    def from_file(text: str) -> "Rota":
        """Read the file that the bot keeps of its rota."""
        return Rota(tuple(Shift(**row) for row in json.loads(text)["shifts"].values()))

    def to_csv(self) -> str:
        """Write it in the form that `shifts import` reads."""
        return _csv([SHIFTS_HEADER, *((one.iteration, one.name, one.role, one.days) for one in self.shifts)])

    def missing(self, day: date) -> "Rota":
        """Give a team to `day`'s iteration where that and the one before have none; at the very first to some before.

        Whoever had a team the week before knows what to do without one: that is the bot's to say.
        """
        start = iteration_start(day)
        if {start.isoformat(), (start - WEEK).isoformat()} & {one.iteration for one in self.shifts}:
            return Rota()
        teams = [TEAM_NOW] if self.shifts else [*TEAMS_BEFORE, TEAM_NOW]
        return Rota(
            tuple(
                Shift((start - weeks * WEEK).isoformat(), PLAYERS_BY_KEY[key].name, role, days)
                for weeks, team in zip(reversed(range(len(teams))), teams, strict=True)
                for key, role, days in team
            )
        )

    def role(self, one: Player, day: date) -> str:
        """Say in a word or two what somebody is on `day`."""
        weekday = DAYS[day.weekday()]
        if one.backend and weekday not in (one.days or DAYS):
            return f"off on {weekday}"
        start = iteration_start(day).isoformat()
        roles = [
            shift.role.lower()
            for shift in self.shifts
            if (shift.iteration, shift.name) == (start, one.name) and weekday in (shift.days or DAYS)
        ]
        return roles[0] if roles else one.role


def player(key: str) -> Player | None:
    """Find a demo person by key, Teams id, Entra object id or e-mail; None when nobody has it."""
    return next((one for one in PLAYERS if key in (one.key, one.id, one.object_id, one.email)), None)


def slack_player(user: str) -> Player | None:
    """Find a demo person by their id in Slack."""
    return next((one for one in PLAYERS if user and one.slack_id == user), None)


def channel(key: str) -> Channel | None:
    """Find a channel by key or id."""
    return next((one for one in CHANNELS if key in (one.key, one.id)), None)


def chat(key: str) -> Chat | None:
    """Find a group chat by key or id."""
    return next((one for one in CHATS if key in (one.key, one.id)), None)


def iteration_start(day: date) -> date:
    """Give the Wednesday on or before `day`: iterations run from Wednesday to Tuesday."""
    return day - timedelta(days=(day.weekday() - WEDNESDAY) % 7)


def people_csv(day: date) -> str:
    """Write the backend team of `day` in the form that `people import` reads."""
    lately = (iteration_start(day) - timedelta(days=2)).isoformat()
    rows = [
        (
            one.name,
            one.object_id,
            one.email,
            one.slack_id,
            "yes" if one.production else "no",
            one.days,
            "yes" if one.experienced else "no",
            lately if one.new else JOINED,
            "",
        )
        for one in PLAYERS
        if one.backend
    ]
    return _csv([PEOPLE_HEADER, *rows])


def _csv(rows: Iterable[tuple[str, ...]]) -> str:
    sheet = io.StringIO()
    csv.writer(sheet, lineterminator="\n").writerows(rows)
    return sheet.getvalue()


def vacation_ics(day: date) -> tuple[str, str]:
    """Give who will be away, seen from `day`, and that as a calendar that `absences import` reads."""
    key, begins, ends = VACATION
    start = iteration_start(day)
    lines = (
        *("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Hotseat sandbox//EN", "BEGIN:VEVENT", "UID:vacation@sandbox"),
        *(f"DTSTAMP:{start:%Y%m%d}T000000Z", f"DTSTART;VALUE=DATE:{start + begins:%Y%m%d}"),
        *(f"DTEND;VALUE=DATE:{start + ends:%Y%m%d}", "SUMMARY:Vacation", "END:VEVENT", "END:VCALENDAR", ""),
    )
    return PLAYERS_BY_KEY[key].name, "\r\n".join(lines)
