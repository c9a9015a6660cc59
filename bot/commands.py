"""Commands: what can be typed to the bot, who may, and where. One row each; the manifest's lists are made from it.

A text is a command only when the whole of it parses as one; ``handbook`` takes any words, whatever they say.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import IntEnum
from itertools import pairwise
from types import MappingProxyType

from bot.policy import Language

MOST_WEEKS = 26
LONGEST = 60  # characters; whoever writes more is telling a story
LONGEST_COMMAND = 2  # words
WORD = re.compile(r"r-\d+|-?\w+")  # a request's name is one
NAME = re.compile(r"(?:r-)?(\d{1,9})")
_HANDBOOK = re.compile(r"\W*(?:handbook|handbuch)(?![\w-])[\s:,;.!?-]*", re.IGNORECASE)
NEAR = 0.7  # of 1: one letter missing, doubled or in the wrong place


class Right(IntEnum):
    """Who may use a command; a higher right includes the lower ones."""

    TENANT = 0
    COLLEAGUE = 1
    ADMIN = 2


@dataclass(frozen=True, slots=True)
class ShowHelp:
    """``help``."""


@dataclass(frozen=True, slots=True)
class ShowDuty:
    """``who``."""


@dataclass(frozen=True, slots=True)
class ShowRota:
    """``rota [N]``: this iteration and the next ones, N in all."""

    weeks: int = 4


@dataclass(frozen=True, slots=True)
class ShowPick:
    """``pick``: the next support team, as proposed or taken."""


@dataclass(frozen=True, slots=True)
class ShowWhy:
    """``rota why NAME``: why somebody is proposed, or is not; "" for oneself."""

    name: str = ""


@dataclass(frozen=True, slots=True)
class ShowFairness:
    """``rota fairness``: what each has served, and how that stands to a fair share."""


@dataclass(frozen=True, slots=True)
class ShowHistory:
    """``rota history``: who changed the rota, and how."""


@dataclass(frozen=True, slots=True)
class ShowCalendars:
    """``calendar``: the addresses of the rota's calendars."""


@dataclass(frozen=True, slots=True)
class ShowHandbook:
    """``handbook [WORDS]``: what in the handbook answers words, as they were typed; "" for where it is."""

    words: str = ""


@dataclass(frozen=True, slots=True)
class ShowPrivacy:
    """``privacy``."""


@dataclass(frozen=True, slots=True)
class SendPrivacy:
    """``privacy me``."""


@dataclass(frozen=True, slots=True)
class ShowTriage:
    """``triage R-42``: what support does with one request; "" for the one that is meant without being named."""

    request: str = ""


@dataclass(frozen=True, slots=True)
class ShowRequests:
    """``requests``: what is open at the desk."""


@dataclass(frozen=True, slots=True)
class ShowAlerts:
    """``alerts``: which alerts are open, and who has them."""


@dataclass(frozen=True, slots=True)
class Deploy:
    """``deploy``: what is being deployed, and the way to a new deployment."""


@dataclass(frozen=True, slots=True)
class ShowReport:
    """``report [DAY]``: the figures of the iteration of a day, as typed, "last" for the one before; "" for this one."""

    day: str = ""


@dataclass(frozen=True, slots=True)
class ShowCommons:
    """``common``: the common requests, with how often and when last; ``retired``: those that were retired."""

    retired: bool = False


@dataclass(frozen=True, slots=True)
class ShowMine:
    """``my requests``: what somebody asked, and how it stands."""


@dataclass(frozen=True, slots=True)
class SetUp:
    """``setup``."""


@dataclass(frozen=True, slots=True)
class EditPeople:
    """``people``."""


@dataclass(frozen=True, slots=True)
class EditPolicy:
    """``policy``."""


@dataclass(frozen=True, slots=True)
class StopPosts:
    """``pause [until]``: ``until`` as it was typed, without its marks: "15 30", "2h", "45 min", "2026 11 25", "".

    Whether it is a time is not said here.
    """

    until: str = ""


@dataclass(frozen=True, slots=True)
class ResumePosts:
    """``resume``, or ``pause off``."""


@dataclass(frozen=True, slots=True)
class GoAway:
    """``away 45``: for how many minutes, or ``until`` when today, as in StopPosts; 0 and "" where neither was said."""

    minutes: int = 0
    until: str = ""


@dataclass(frozen=True, slots=True)
class ComeBack:
    """``away off``."""


@dataclass(frozen=True, slots=True)
class ReportAway:
    """``away Ana``: the ids of those of the ``people`` who are called so, and are reported away today."""

    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TakeLeave:
    """``absence``, or with its first and last day, as dates or words such as tomorrow; "" where none was typed."""

    first: str = ""
    last: str = ""


@dataclass(frozen=True, slots=True)
class SwapShifts:
    """``swap``: one's own SUPPORT shift against another's."""


@dataclass(frozen=True, slots=True)
class SeekCover:
    """``cover``: somebody to take a shift, or some days of it."""


@dataclass(frozen=True, slots=True)
class ChooseDesk:
    """``desk``: which desk one's own chat is about."""


Call = (
    ShowHelp
    | ShowDuty
    | ShowRota
    | ShowPick
    | ShowWhy
    | ShowFairness
    | ShowHistory
    | ShowCalendars
    | ShowTriage
    | ShowRequests
    | ShowAlerts
    | ShowCommons
    | ShowMine
    | ShowReport
    | ShowHandbook
    | Deploy
    | ShowPrivacy
    | SendPrivacy
    | SetUp
    | EditPeople
    | EditPolicy
    | StopPosts
    | ResumePosts
    | GoAway
    | ComeBack
    | ReportAway
    | TakeLeave
    | SwapShifts
    | SeekCover
    | ChooseDesk
)


@dataclass(frozen=True, slots=True)
class Command:
    """One row: its name, what Teams shows of it, who may use it, and the scopes in which Teams lists it.

    ``example`` is how it is written with what it takes, "" where it stands alone.
    """

    name: str
    title: str
    described: Mapping[Language, str]
    right: Right
    scopes: frozenset[str]
    example: str = ""

    @property
    def description(self) -> str:
        """Return what it does, as Teams shows it."""
        return self.described[Language.ENGLISH]


EVERYWHERE = frozenset({"team", "personal"})
PERSONAL = frozenset({"personal"})
COMMANDS: Mapping[str, Command] = MappingProxyType(
    {
        row.name: row
        for row in (
            Command(
                "who",
                "who",
                {
                    Language.ENGLISH: "Who is on duty now, and when that changes",
                    Language.GERMAN: "Wer gerade Dienst hat und wann das wechselt",
                },
                Right.TENANT,
                EVERYWHERE,
            ),
            Command(
                "away",
                "away",
                {
                    Language.ENGLISH: (
                        "For how many minutes you are away today, such as away 45; away Ana says it of somebody else"
                    ),
                    Language.GERMAN: (
                        "Für wie viele Minuten du heute weg bist, etwa away 45; away Ana sagt es von jemand anderem"
                    ),
                },
                Right.COLLEAGUE,
                EVERYWHERE,
                "away 45",
            ),
            Command(
                "absence",
                "absence",
                {
                    Language.ENGLISH: "From which day to which you are away, and what follows from it",
                    Language.GERMAN: "Von wann bis wann du weg bist, und was daraus folgt",
                },
                Right.COLLEAGUE,
                PERSONAL,
                "absence 2026-12-21 2027-01-03",
            ),
            Command(
                "swap",
                "swap",
                {
                    Language.ENGLISH: "Exchange a coming support week with a colleague, who is asked",
                    Language.GERMAN: "Eine kommende Support-Woche mit jemandem tauschen, der gefragt wird",
                },
                Right.COLLEAGUE,
                frozenset(),
            ),
            Command(
                "cover",
                "cover",
                {
                    Language.ENGLISH: "Find somebody for a shift of yours, some days of it, or the rest of today",
                    Language.GERMAN: "Jemanden für einen Dienst finden: ganz, für Tage oder den Rest von heute",
                },
                Right.COLLEAGUE,
                frozenset(),
            ),
            Command(
                "desk",
                "desk",
                {
                    Language.ENGLISH: "Which desk you write to here, if you belong to several",
                    Language.GERMAN: "An welchen Desk du hier schreibst, wenn es mehrere sind",
                },
                Right.COLLEAGUE,
                frozenset(),
            ),
            Command(
                "setup",
                "setup",
                {
                    Language.ENGLISH: "Make this channel a desk, or go on with that",
                    Language.GERMAN: "Diesen Kanal einrichten oder damit weitermachen",
                },
                Right.ADMIN,
                frozenset({"team"}),
            ),
            Command(
                "people",
                "people",
                {
                    Language.ENGLISH: "Who belongs to the backend team, and what they can do",
                    Language.GERMAN: "Wer zum Backend-Team gehört und wer was kann",
                },
                Right.ADMIN,
                frozenset(),
            ),
            Command(
                "policy",
                "policy",
                {
                    Language.ENGLISH: "Hours, deadlines, links and all else that the desk decided",
                    Language.GERMAN: "Zeiten, Fristen, Links und was sonst vereinbart ist",
                },
                Right.ADMIN,
                frozenset(),
            ),
            Command(
                "pause",
                "pause",
                {
                    Language.ENGLISH: "Stop all posts until a time: pause 15:30, pause 2h",
                    Language.GERMAN: "Alle Nachrichten anhalten: pause 15:30, pause 2h",
                },
                Right.ADMIN,
                frozenset({"personal"}),
                "pause 15:30",
            ),
            Command(
                "resume",
                "resume",
                {
                    Language.ENGLISH: "End the pause",
                    Language.GERMAN: "Die Pause beenden",
                },
                Right.ADMIN,
                frozenset(),
            ),
            Command(
                "rota",
                "rota",
                {
                    Language.ENGLISH: (
                        "The coming support teams; rota 8 shows eight. Also: rota why Ana, rota fairness, rota history"
                    ),
                    Language.GERMAN: (
                        "Die nächsten Support-Teams; rota 8 zeigt acht. Auch: rota why Ana, rota fairness, rota history"
                    ),
                },
                Right.COLLEAGUE,
                EVERYWHERE,
                "rota 8",
            ),
            Command(
                "pick",
                "pick",
                {
                    Language.ENGLISH: "The next support team: as proposed, to take or to change",
                    Language.GERMAN: "Das nächste Support-Team: Vorschlag, annehmen oder ändern",
                },
                Right.COLLEAGUE,
                PERSONAL,
            ),
            Command(
                "calendar",
                "calendar",
                {
                    Language.ENGLISH: "The rota as a calendar to subscribe to: yours, and the desk's",
                    Language.GERMAN: "Der Dienstplan als Kalender zum Abonnieren: deiner und der des Desks",
                },
                Right.COLLEAGUE,
                frozenset(),
            ),
            Command(
                "triage",
                "triage",
                {
                    Language.ENGLISH: "All that support does with a request: triage R-42",
                    Language.GERMAN: "Alles, was der Support mit einer Anfrage macht: triage R-42",
                },
                Right.COLLEAGUE,
                EVERYWHERE,
                "triage R-42",
            ),
            Command(
                "requests",
                "requests",
                {
                    Language.ENGLISH: "What is open now, with Support… for each",
                    Language.GERMAN: "Was gerade offen ist, mit Support… für jede Anfrage",
                },
                Right.COLLEAGUE,
                PERSONAL,
            ),
            Command(
                "alerts",
                "alerts",
                {
                    Language.ENGLISH: "Which alerts of Bugsnag are open, and who has them",
                    Language.GERMAN: "Welche Alarme von Bugsnag offen sind und wer sie hat",
                },
                Right.COLLEAGUE,
                frozenset(),
            ),
            Command(
                "report",
                "report",
                {
                    Language.ENGLISH: (
                        "How this week went, in figures; report last and report 2026-11-18 show an earlier one"
                    ),
                    Language.GERMAN: (
                        "Wie diese Woche lief, in Zahlen; report last und report 2026-11-18 zeigen eine frühere"
                    ),
                },
                Right.COLLEAGUE,
                frozenset(),
                "report 2026-11-18",
            ),
            Command(
                "common",
                "common",
                {
                    Language.ENGLISH: "What is asked again and again, how often, and the answer to it",
                    Language.GERMAN: "Was immer wieder gefragt wird, wie oft, und die Antwort darauf",
                },
                Right.COLLEAGUE,
                frozenset(),
            ),
            Command(
                "deploy",
                "deploy",
                {
                    Language.ENGLISH: "Say what you deploy; what runs, and what went last",
                    Language.GERMAN: "Sagen, was du deployst; was läuft und was zuletzt ging",
                },
                Right.COLLEAGUE,
                frozenset(),
            ),
            Command(
                "handbook",
                "handbook",
                {
                    Language.ENGLISH: "What the handbook says: handbook label printer; alone: where it is",
                    Language.GERMAN: "Was im Handbuch steht: handbuch Etikettendrucker; allein: wo es ist",
                },
                Right.TENANT,
                EVERYWHERE,
                "handbook label printer",
            ),
            Command(
                "my requests",
                "my requests",
                {
                    Language.ENGLISH: "What you asked, and how it stands",
                    Language.GERMAN: "Was du gefragt hast und wie es darum steht",
                },
                Right.TENANT,
                PERSONAL,
            ),
            Command(
                "help",
                "help",
                {
                    Language.ENGLISH: "What I do, and what you can ask me",
                    Language.GERMAN: "Was ich tue und was du mich fragen kannst",
                },
                Right.TENANT,
                EVERYWHERE,
            ),
            Command(
                "privacy",
                "privacy",
                {
                    Language.ENGLISH: "What I keep, why and for how long; privacy me sends you what I hold about you",
                    Language.GERMAN: "Was ich aufbewahre und wie lange; datenschutz ich schickt dir alles über dich",
                },
                Right.TENANT,
                EVERYWHERE,
            ),
        )
    }
)


SAME: Mapping[str, str] = MappingProxyType(
    {
        "hilfe": "help",
        "wer": "who",
        "handbuch": "handbook",
        "meine anfragen": "my requests",
        "datenschutz": "privacy",
    }
)
"""What requesters type in German for a command."""
GERMAN: Mapping[str, str] = MappingProxyType({**SAME, "ich": "me", "bericht": "report"})
"""What each word of a command means that is typed in German."""


ALONE: Mapping[Language, str] = MappingProxyType({Language.ENGLISH: "{name} alone", Language.GERMAN: "{name} allein"})
"""How a command is written that takes nothing more."""


def name_in(language: Language, command: Command) -> str:
    """Return a command's name as help shows it."""
    german = [word for word, name in SAME.items() if name == command.name]
    return german[0] if german and language is Language.GERMAN else command.name


def parse(text: str) -> tuple[Command, Call] | None:
    """Return the command that the whole of ``text`` is, None if it is none. Case and order are forgiven.

    What begins with handbook asks it for all that follows, of any length, whatever else that could be.
    """
    if asked := _HANDBOOK.match(text):
        return COMMANDS["handbook"], ShowHandbook(text[asked.end() :].strip())
    words = _joined(WORD.findall(text.casefold()) if len(text) <= LONGEST else [])
    words = [GERMAN.get(word, word) for word in words]
    names = [word for word in words if word in COMMANDS]
    if len(names) != 1:
        return None
    call = _call(names[0], [word for word in words if word not in COMMANDS])
    return None if call is None else (COMMANDS[names[0]], call)


def reported(text: str, names: Mapping[str, str]) -> tuple[Command, Call] | None:
    """Return the command by which one of these people, ids with their names, is reported away; None for any other."""
    begin, *rest = WORD.findall(text.casefold())[:10] or [""]
    if begin != "away" or not rest:
        return None
    spelt = {id_: WORD.findall(name.casefold()) for id_, name in names.items()}
    found = [id_ for id_, words in spelt.items() if words == rest] or [
        id_ for id_, words in spelt.items() if words[:1] == rest
    ]
    return (COMMANDS["away"], ReportAway(tuple(found))) if found else None


def named(text: str) -> str:
    """Return the id of the request that a command names, "" for none."""
    found = parse(text)
    return found[1].request if found and isinstance(found[1], ShowTriage) else ""


def mistyped(text: str, right: Right = Right.ADMIN) -> bool:
    """Say whether a text that is no command is so near to one that ``right`` allows that it was meant as one."""
    words = WORD.findall(text.casefold()) if len(text) <= LONGEST else []
    names = [row.name for row in COMMANDS.values() if row.right <= right]
    near = [word for word in (*words[:1], " ".join(words)) if get_close_matches(word, names, n=1, cutoff=NEAR)]
    near += get_close_matches(" ".join(words), SAME, n=1, cutoff=NEAR)  # "Hilfe, Drucker" is a request
    return 0 < len(words) <= LONGEST_COMMAND and bool(near)


def nearest(text: str, right: Right, language: Language) -> list[str]:
    """Return the two commands, besides help, that ``right`` allows and whose names are nearest to ``text``.

    If it begins with one of them, that is returned as it is written.
    """
    words = re.findall(r"\w+", text[:LONGEST].casefold())
    rows = [row for row in COMMANDS.values() if row.right <= right and row.name != "help"]
    names = {name: name_in(language, row) for row in rows for name in (row.name, name_in(language, row))}
    first = words[0] if words else ""
    found = get_close_matches(first, names, n=len(names), cutoff=0.0)
    if first in names:
        alone = ALONE[language] if len(words) <= LONGEST_COMMAND else "{name}"  # whoever writes more may not mean it
        names[first] = COMMANDS[SAME.get(first, first)].example or alone.format(name=names[first])
    return list(dict.fromkeys(names[name] for name in found))[:2]


def _joined(words: list[str]) -> list[str]:
    """Return words with those of a name of two in one."""
    for at, pair in enumerate(pairwise(words)):
        if " ".join(pair) in COMMANDS or " ".join(pair) in SAME:
            return [*words[:at], " ".join(pair), *words[at + 2 :]]
    return words


_TODAY = re.compile(r"\d{1,2}( \d{2})?|\d{1,4} ?(h|hours?|m|min|minutes?)")
_UNTIL = re.compile(rf"{_TODAY.pattern}|\d{{4}} -?\d{{1,2}} -?\d{{1,2}}")


_GERMAN_DAY = re.compile(r"(\d{1,2}) (\d{1,2}) (\d{4})")
_DAY = re.compile(rf"\d{{4}} ?-\d\d ?-\d\d|{_GERMAN_DAY.pattern}|today|heute|tomorrow|morgen")
_DAYS = re.compile(rf"(?:(?:from|von) )?(?:{_DAY.pattern})(?: (?:(?:to|until|till|bis) |-)?(?:{_DAY.pattern}))?")


def _day(text: str) -> str:
    """Return a day as forms have it where it was typed as in 21.12.2026, else as it was typed."""
    found = _GERMAN_DAY.fullmatch(text)
    return f"{found[3]}-{found[2]:0>2}-{found[1]:0>2}" if found else text.replace(" ", "")


def _call(name: str, rest: list[str]) -> Call | None:  # noqa: C901, PLR0911, PLR0912 - one row per command
    match name, rest:
        case "desk", []:
            return ChooseDesk()
        case "setup", []:
            return SetUp()
        case "people", []:
            return EditPeople()
        case "policy", []:
            return EditPolicy()
        case ("resume", []) | ("pause", ["off"]):
            return ResumePosts()
        case "pause", ["until", *words] if _UNTIL.fullmatch(" ".join(words)):
            return StopPosts(" ".join(words))
        case "pause", words if not words or _UNTIL.fullmatch(" ".join(words)):
            return StopPosts(" ".join(words))
        case "absence", words if not words or _DAYS.fullmatch(" ".join(words)):
            return TakeLeave(*[_day(one[0]) for one in _DAY.finditer(" ".join(words))])
        case "swap", []:
            return SwapShifts()
        case "cover", []:
            return SeekCover()
        case "away", []:
            return GoAway()
        case "away", ["off"]:
            return ComeBack()
        case "away", [number, *unit] if number.isdecimal() and unit in ([], ["min"], ["minutes"]):
            return GoAway(int(number[:4]))
        case ("away", ["until", *words]) | ("away", words) if _TODAY.fullmatch(" ".join(words)):
            return GoAway(until=" ".join(words))
        case "help", []:
            return ShowHelp()
        case "privacy", []:
            return ShowPrivacy()
        case "privacy", ["me"]:
            return SendPrivacy()
        case "who", []:
            return ShowDuty()
        case "calendar", []:
            return ShowCalendars()
        case "pick", []:
            return ShowPick()
        case "rota", []:
            return ShowRota()
        case "rota", ["why", *words]:
            return ShowWhy(" ".join(words))
        case "rota", ["fairness"]:
            return ShowFairness()
        case "rota", ["history"]:
            return ShowHistory()
        case "rota", [number] if number.isdecimal() and int(number) > 0:
            return ShowRota(min(int(number), MOST_WEEKS))
        case "triage", []:
            return ShowTriage()
        case "triage", [id_] if found := NAME.fullmatch(id_):
            return ShowTriage(f"R-{int(found[1])}")
        case "requests", []:
            return ShowRequests()
        case "alerts", []:
            return ShowAlerts()
        case "report", [] | ["this", "week"]:
            return ShowReport()
        case "report", ["last" | "letzte"] | ["last", "week"] | ["letzte", "woche"]:
            return ShowReport("last")
        case "report", words if _DAY.fullmatch(" ".join(words)):
            return ShowReport(_day(" ".join(words)))
        case "common", []:
            return ShowCommons()
        case "common", ["retired"]:
            return ShowCommons(retired=True)
        case "deploy", []:
            return Deploy()
        case "my requests", []:
            return ShowMine()
    return None
