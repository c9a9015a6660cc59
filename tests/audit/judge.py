"""Whether what an audit found will do: each function returns in words what will not, nothing where all is well.

What was not looked at will not do: a tool that skips all it was asked about calls that "no known vulnerabilities".
"""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

ALLOWED = frozenset(
    {
        *("0BSD", "Apache-2.0", "BlueOak-1.0.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT", "MIT-0"),
        *("PSF-2.0", "Python-2.0", "Unlicense", "Zlib"),
    }
)
"""Licences, by their SPDX names, that ask for no more than to be named."""

AS_SPDX: Mapping[str, str] = MappingProxyType(
    {
        "Apache Software License": "Apache-2.0",
        "BSD License": "BSD-3-Clause",
        "GNU Lesser General Public License v3 or later (LGPLv3+)": "LGPL-3.0-or-later",
        "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only",
        "MIT License": "MIT",
        "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
        "Python Software Foundation License": "PSF-2.0",
    }
)
"""What packages still say in words of PyPI's."""

UNNAMED = "no licence that it names"
UNCHANGED = "imported as it is, and installed beside the bot, where anybody may replace it: what the LGPL asks for"
FILES = "its own files alone are under the MPL, and we change none of them"
EXCEPTIONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "certifi": ("MPL-2.0", FILES),
        "jspath": (UNNAMED, "its LICENSE is the MIT licence; its package.json names none"),
        "orjson": ("MPL-2.0", FILES),
        "psycopg": ("LGPL-3.0-only", UNCHANGED),
        "psycopg-binary": ("LGPL-3.0-only", UNCHANGED),
        "recurring-ical-events": ("LGPL-3.0-or-later", UNCHANGED),
        "x-wr-timezone": ("LGPL-3.0-or-later", UNCHANGED),
    }
)
"""Packages that may have one further licence, and why."""

LOCKED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)


def locked(lock: str) -> dict[str, str]:
    """Return the packages of a lock file of pip's, with their versions."""
    return {canonical(name): version for name, version in LOCKED.findall(lock)}


def canonical(name: str) -> str:
    """Return how PyPI writes a package's name."""
    return re.sub(r"[-_.]+", "-", name).lower()


def advisories(packages: Mapping[str, str], report: Mapping[str, Any]) -> list[str]:
    """Say which of ``packages`` pip-audit has known vulnerabilities of, or did not look at."""
    said = {canonical(one["name"]): one for one in report.get("dependencies", ())}
    wrong = []
    for name, version in packages.items():
        one = said.get(name, {"skip_reason": "it is not in the report"})
        if "skip_reason" in one:
            wrong.append(f"{name} {version} was not looked at: {one['skip_reason']}")
        elif one["version"] != version:
            wrong.append(f"{name} {version} was not looked at, but {one['version']}")
        for flaw in one.get("vulns", ()):
            mended = ", ".join(flaw.get("fix_versions", ())) or "no version"
            wrong.append(f"{name} {version} has {flaw['id']}, mended in {mended}")
    return wrong


def npm_advisories(packages: Mapping[str, Any], report: Mapping[str, Any]) -> list[str]:
    """Say which packages of npm's lock have known vulnerabilities, or that they were not looked at."""
    counted = report.get("metadata", {}).get("dependencies", {}).get("total", 0)
    if "vulnerabilities" not in report or counted < len(packages):
        why = report.get("message") or f"{counted} of {len(packages)} packages were counted"
        return [f"npm's packages were not looked at: {why}"]
    return [f"{name} ({one['severity']}): npm audit says more" for name, one in report["vulnerabilities"].items()]


def npm_locked(lock: Mapping[str, Any]) -> dict[str, Any]:
    """Return the packages of npm's lock by where they lie, less the one that needs them."""
    return {where: one for where, one in lock["packages"].items() if where}


def npm_licences(packages: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the names and licences of packages of npm's lock."""
    return [(where.rpartition("node_modules/")[2], one.get("license", "")) for where, one in packages.items()]


def licences(said: Iterable[tuple[str, str]]) -> list[str]:
    """Say which packages have a licence, or a part of one, that is not allowed them."""
    wrong = []
    for name, licence in said:
        exception, _ = EXCEPTIONS.get(canonical(name), ("", ""))
        unknown = [one for one in _names(licence) or [UNNAMED] if one not in ALLOWED and one != exception]
        if unknown:
            wrong.append(f"{name} is under {' and '.join(unknown)}")
    return wrong


def _names(licence: str) -> list[str]:
    """Return every licence that is named, of a choice too."""
    spelt = [AS_SPDX.get(one.strip(), one.strip()) for one in licence.split(";")]
    return [name for one in spelt for part in re.split(r" AND | OR ", one) if (name := part.strip("() "))]
