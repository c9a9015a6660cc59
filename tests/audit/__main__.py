"""``python -m tests.audit``: known vulnerabilities and licences of what is locked, and the list of it, an SBOM.

Asks PyPI's and npm's advisory services. Ends with 1 where something will not do, also where they could not be asked.
"""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from tests.audit import judge

ROOT = Path(__file__).parents[2]
TOOLS = ROOT / ".venv-audit" / "bin"
SBOM = ROOT / "build" / "sbom.json"
LOCKS = ("requirements.lock", "requirements-dev.lock")
NPM = ("bot/sandbox/web", "tests/node")


def said(*words: str | Path, folder: Path = ROOT) -> tuple[Any, str]:
    """Run a tool; return its JSON, an empty object for none, and its complaints."""
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    try:
        return json.loads(done.stdout), done.stderr
    except ValueError:
        return {}, done.stderr or done.stdout


def audit_python() -> list[str]:
    """Return what will not do of the Python packages."""
    wrong = []
    for lock in LOCKS:
        packages = judge.locked((ROOT / lock).read_text())
        words = ("-r", lock, "--disable-pip", "--require-hashes", "--format", "json", "--progress-spinner", "off")
        report, complaint = said(TOOLS / "pip-audit", *words)
        wrong += [f"{lock}: {one}" for one in judge.advisories(packages, report)]
        if not report:
            click.echo(complaint, err=True)
    packages = judge.locked((ROOT / LOCKS[0]).read_text())
    rows, complaint = said(TOOLS / "pip-licenses", "--python", sys.executable, "--from=mixed", "--format=json")
    found = {judge.canonical(one["Name"]): one["License"] for one in rows}
    if not rows:
        click.echo(complaint, err=True)
    return wrong + judge.licences((name, found.get(name, "")) for name in packages)


def audit_npm() -> list[str]:
    """Return what will not do of npm's packages."""
    wrong = []
    for folder in NPM:
        packages = judge.npm_locked(json.loads((ROOT / folder / "package-lock.json").read_text()))
        report, _ = said("npm", "audit", "--json", folder=ROOT / folder)
        wrong += [f"{folder}: {one}" for one in judge.npm_advisories(packages, report)]
        wrong += judge.licences(judge.npm_licences(packages))
    return wrong


def list_parts() -> list[str]:
    """Write what the bot is made of, in CycloneDX; return what went wrong."""
    SBOM.parent.mkdir(exist_ok=True)
    words = (
        "requirements",
        "--pyproject",
        "pyproject.toml",
        "--output-reproducible",
        "--validate",
        "-o",
        SBOM,
        LOCKS[0],
    )
    done = subprocess.run((TOOLS / "cyclonedx-py", *words), cwd=ROOT, capture_output=True, text=True, check=False)
    return [] if done.returncode == 0 else [f"there is no list of parts: {done.stderr}"]


def main() -> int:
    """Audit, and say what will not do."""
    wrong = [*list_parts(), *audit_python(), *audit_npm()]
    for one in wrong:
        click.echo(one)
    verdict = f"{len(wrong)} will not do" if wrong else "all was looked at, and will do"
    click.echo(f"Audited on {datetime.now(UTC):%Y-%m-%d %H:%M} UTC: {verdict}. The list of parts is {SBOM}.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
