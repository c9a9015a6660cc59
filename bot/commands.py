"""Commands: what can be typed to the bot, who may, and where. One row each; the manifest's lists are made from it.

A text is a command only when the whole of it parses as one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import IntEnum
from itertools import pairwise
from types import MappingProxyType

from bot.policy import Language

MOST_WEEKS = 12
LONGEST = 60  # characters; whoever writes more is telling a story
LONGEST_COMMAND = 2  # words
WORD = re.compile(r"r-\d+|-?\w+")  # a request's name is one
NAME = re.compile(r"(?:r-)?(\d{1,9})")
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
class ShowMine:
    """``my requests``: what somebody asked, and how it stands."""


Call = ShowHelp | ShowDuty | ShowRota | ShowTriage | ShowRequests | ShowMine | ShowPrivacy | SendPrivacy


@dataclass(frozen=True, slots=True)
class Command:
    """One row: its name, what Teams shows of it, who may use it, and the scopes in which Teams lists it."""

    name: str
    title: str
    described: Mapping[Language, str]
    right: Right
    scopes: frozenset[str]

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
                    Language.GERMAN: "Wer gerade Dienst hat, und wann das wechselt",
                },
                Right.TENANT,
                EVERYWHERE,
            ),
            Command(
                "rota",
                "rota",
                {
                    Language.ENGLISH: "The support teams of the coming weeks; rota 8 shows eight",
                    Language.GERMAN: "Die Support-Teams der nächsten Wochen; rota 8 zeigt acht",
                },
                Right.COLLEAGUE,
                EVERYWHERE,
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
                "my requests",
                "my requests",
                {
                    Language.ENGLISH: "What you asked, and how it stands",
                    Language.GERMAN: "Was du gefragt hast, und wie es steht",
                },
                Right.TENANT,
                PERSONAL,
            ),
            Command(
                "help",
                "help",
                {
                    Language.ENGLISH: "What I do, and what you can ask me",
                    Language.GERMAN: "Was ich tue, und was du mich fragen kannst",
                },
                Right.TENANT,
                EVERYWHERE,
            ),
            Command(
                "privacy",
                "privacy",
                {
                    Language.ENGLISH: "What I keep, why and for how long; privacy me sends you what I hold about you",
                    Language.GERMAN: "Was ich aufbewahre und wie lange; privacy me schickt dir alles über dich",
                },
                Right.TENANT,
                EVERYWHERE,
            ),
        )
    }
)


def parse(text: str) -> tuple[Command, Call] | None:
    """Return the command that the whole of ``text`` is, None if it is none. Case and order are forgiven."""
    words = _joined(WORD.findall(text.casefold()) if len(text) <= LONGEST else [])
    names = [word for word in words if word in COMMANDS]
    if len(names) != 1:
        return None
    call = _call(names[0], [word for word in words if word not in COMMANDS])
    return None if call is None else (COMMANDS[names[0]], call)


def named(text: str) -> str:
    """Return the id of the request that a command names, "" for none."""
    found = parse(text)
    return found[1].request if found and isinstance(found[1], ShowTriage) else ""


def mistyped(text: str) -> bool:
    """Say whether a text that is no command is so near to one that it was meant as one."""
    words = WORD.findall(text.casefold()) if len(text) <= LONGEST else []
    near = [word for word in (*words[:1], " ".join(words)) if get_close_matches(word, COMMANDS, n=1, cutoff=NEAR)]
    return 0 < len(words) <= LONGEST_COMMAND and bool(near)


def nearest(text: str, right: Right) -> list[str]:
    """Return the two commands, besides help, that ``right`` allows and whose names are nearest to ``text``."""
    words = re.findall(r"\w+", text[:LONGEST].casefold())
    names = [row.name for row in COMMANDS.values() if row.right <= right and row.name != "help"]
    return get_close_matches(words[0] if words else "", names, n=2, cutoff=0.0)


def _joined(words: list[str]) -> list[str]:
    """Return words with those of a name of two in one."""
    for at, pair in enumerate(pairwise(words)):
        if " ".join(pair) in COMMANDS:
            return [*words[:at], " ".join(pair), *words[at + 2 :]]
    return words


def _call(name: str, rest: list[str]) -> Call | None:  # noqa: C901, PLR0911 - one row per command
    match name, rest:
        case "help", []:
            return ShowHelp()
        case "privacy", []:
            return ShowPrivacy()
        case "privacy", ["me"]:
            return SendPrivacy()
        case "who", []:
            return ShowDuty()
        case "rota", []:
            return ShowRota()
        case "rota", [number] if number.isdecimal() and int(number) > 0:
            return ShowRota(min(int(number), MOST_WEEKS))
        case "triage", []:
            return ShowTriage()
        case "triage", [id_] if found := NAME.fullmatch(id_):
            return ShowTriage(f"R-{int(found[1])}")
        case "requests", []:
            return ShowRequests()
        case "my requests", []:
            return ShowMine()
    return None
