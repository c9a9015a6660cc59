"""Where the keys of a JSON text stand, which its parser does not tell."""

import json
import re
from dataclasses import dataclass, field

TOKENS = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:\n]|[^\s{}\[\],:"]+')
Keys = tuple[str, ...]


@dataclass(slots=True)
class Lines:
    """The line (from 1) of each key, by its path, and the keys that stand in one object twice, with both lines."""

    of: dict[Keys, int] = field(default_factory=dict)
    doubled: list[tuple[Keys, int, int]] = field(default_factory=list)

    def where(self, *path: str) -> str:
        """Return "line 7" for a key, or for the nearest one around it; else line 1."""
        while path and path not in self.of:
            path = path[:-1]
        return f"line {self.of.get(path, 1)}"


def lines_of(text: str) -> Lines:
    """Return where the keys of ``text`` stand, which must be valid JSON."""
    found = Lines()
    line, last, last_line = 1, "", 1
    here: Keys = ()  # of the object or array that a mark stands in
    around: list[Keys] = []
    value: Keys | None = ()  # of the value that comes next, None in an array
    for match in TOKENS.finditer(text):
        mark = match[0]
        if mark == "\n":
            line += 1
            continue
        if mark == ":":
            value = (*here, json.loads(last))
            if value in found.of:
                found.doubled.append((value, found.of[value], last_line))
            found.of[value] = last_line
        elif mark in {"{", "["}:
            around.append(here)
            here, value = (*here, str(match.start())) if value is None else value, None
        elif mark in {"}", "]"}:
            here = around.pop()
        elif mark == ",":
            value = None
        last, last_line = mark, line
    return found
