"""An audit that skipped something fails, and so does a licence that nobody knows."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.audit import judge

ROOT = Path(__file__).parents[2]
PACKAGES = {"aiohttp": "3.14.5", "typing-extensions": "4.15.0"}
LOOKED_AT = [{"name": "aiohttp", "version": "3.14.5", "vulns": []}]
LOOKED_AT += [{"name": "typing_extensions", "version": "4.15.0", "vulns": []}]
LOCK = {"packages": {"": {"name": "ours"}, "node_modules/a": {"license": "MIT"}, "node_modules/b": {"license": "ISC"}}}


def counted(total: int, **vulnerabilities: Any) -> dict[str, Any]:
    """Return what npm audit says of so many packages."""
    return {"vulnerabilities": vulnerabilities, "metadata": {"dependencies": {"total": total}}}


def test_what_was_looked_at_and_has_no_known_vulnerability_will_do() -> None:
    assert judge.advisories(PACKAGES, {"dependencies": LOOKED_AT}) == []


def test_a_package_that_was_skipped_will_not_do() -> None:
    skipped = {"name": "aiohttp", "skip_reason": "Dependency not found on PyPI"}
    assert judge.advisories(PACKAGES, {"dependencies": [skipped, LOOKED_AT[1]]}) == [
        "aiohttp 3.14.5 was not looked at: Dependency not found on PyPI"
    ]


def test_a_package_that_no_report_names_will_not_do() -> None:
    assert len(judge.advisories(PACKAGES, {})) == 2


def test_a_look_at_another_version_will_not_do() -> None:
    other = {"name": "aiohttp", "version": "3.14.4", "vulns": []}
    assert judge.advisories(PACKAGES, {"dependencies": [other, LOOKED_AT[1]]}) == [
        "aiohttp 3.14.5 was not looked at, but 3.14.4"
    ]


@pytest.mark.parametrize(("mended", "words"), [(["3.14.6"], "3.14.6"), ([], "no version")])
def test_a_known_vulnerability_is_named_with_what_mends_it(mended: list[str], words: str) -> None:
    flawed = LOOKED_AT[0] | {"vulns": [{"id": "CVE-2026-1", "fix_versions": mended}]}
    assert judge.advisories(PACKAGES, {"dependencies": [flawed, LOOKED_AT[1]]}) == [
        f"aiohttp 3.14.5 has CVE-2026-1, mended in {words}"
    ]


def test_npm_packages_that_were_all_counted_and_are_well_will_do() -> None:
    assert judge.npm_advisories(judge.npm_locked(LOCK), counted(2)) == []


@pytest.mark.parametrize("report", [{}, {"message": "405 Method Not Allowed"}, counted(1), {"vulnerabilities": {}}])
def test_npm_packages_that_were_not_all_counted_will_not_do(report: dict[str, Any]) -> None:
    (wrong,) = judge.npm_advisories(judge.npm_locked(LOCK), report)
    assert wrong.startswith("npm's packages were not looked at: ")


def test_a_known_vulnerability_of_npm_is_named() -> None:
    (wrong,) = judge.npm_advisories(judge.npm_locked(LOCK), counted(2, a={"severity": "high"}))
    assert wrong.startswith("a (high)")


@pytest.mark.parametrize(
    "licence", ["MIT", "Apache Software License; BSD License", "BSD-3-Clause AND 0BSD AND (Zlib OR CC0-1.0)"]
)
def test_licences_that_ask_for_no_more_than_to_be_named_will_do(licence: str) -> None:
    assert judge.licences([("some", licence)]) == []


@pytest.mark.parametrize(
    ("licence", "named"),
    [
        ("GPL-3.0-only", "GPL-3.0-only"),
        ("MIT OR GPL-3.0-only", "GPL-3.0-only"),
        ("MIT License; Shareware", "Shareware"),
        ("UNKNOWN", "UNKNOWN"),
        ("", "no licence that it names"),
    ],
)
def test_a_licence_that_is_not_known_or_not_named_will_not_do(licence: str, named: str) -> None:
    assert judge.licences([("some", licence)]) == [f"some is under {named}"]


def test_an_exception_is_one_packages_for_one_licence() -> None:
    assert judge.licences([("orjson", "MPL-2.0 AND (Apache-2.0 OR MIT)")]) == []
    assert judge.licences([("other", "MPL-2.0"), ("orjson", "GPL-3.0-only")]) == [
        "other is under MPL-2.0",
        "orjson is under GPL-3.0-only",
    ]


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_every_package_of_a_lock_file_is_found_in_it(name: str) -> None:
    lock = (ROOT / name).read_text()
    found = judge.locked(lock)
    assert len(found) == sum(line[:1].isalnum() for line in lock.splitlines())
    assert all(f"{version}" in lock for version in found.values())


@pytest.mark.parametrize("folder", ["bot/sandbox/web", "tests/node"])
def test_what_comes_from_npm_is_under_licences_that_will_do(folder: str) -> None:
    packages = judge.npm_locked(json.loads((ROOT / folder / "package-lock.json").read_text()))
    assert judge.licences(judge.npm_licences(packages)) == []
