"""Makes the Teams app package: the manifest with a deployment's ids and the commands as the code has them, and icons.

The commands that Teams lists are the rows of ``COMMANDS``, so they cannot drift. Must not know settings.
"""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from bot.commands import Command
from bot.errors import Misconfigured

MANIFEST = Path(__file__).parent.parent.parent / "manifest"
SCOPES = ("team", "personal")
MOST_COMMANDS = 12  # per scope; Teams refuses a package with more
_ICONS = ("color.png", "outline.png")
_MARK = re.compile(r"\{\{(\w+)\}\}")


def package(*, app_id: str, version: str, commands: Iterable[Command], host: str, folder: Path, out: Path) -> Path:
    """Write the package to ``out`` and return it: manifest.json and the two icons, the same bytes for the same input.

    ``app_id`` is the GUID of the bot's registration, ``version`` begins with three numbers, ``host`` is the name that
    others see the bot under, ``folder`` holds manifest.json and the icons.

    Raises:
        Misconfigured: an id, version or host that Teams would refuse, or too many commands.

    """
    texts = json.dumps(manifest(app_id=app_id, version=version, commands=commands, host=host, folder=folder), indent=2)
    out.parent.mkdir(parents=True, exist_ok=True)
    with ZipFile(out, "w") as zipped:
        _put(zipped, "manifest.json", texts.encode() + b"\n")
        for icon in _ICONS:
            _put(zipped, icon, (folder / icon).read_bytes())
    return out


def manifest(*, app_id: str, version: str, commands: Iterable[Command], host: str, folder: Path) -> dict[str, object]:
    """Return the filled manifest: see ``package``."""
    number = re.match(r"\d+\.\d+\.\d+", version)
    if number is None:
        raise Misconfigured(f"version {version}: Teams needs three numbers, as in 1.2.3")
    if not re.fullmatch(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", host):
        raise Misconfigured(
            f"HOTSEAT_PUBLIC_URL: set it to the https address that others see the bot under, not {host!r}"
        )
    values = {"APP_ID": _guid(app_id), "BOT_ID": _guid(app_id), "VERSION": number[0], "PUBLIC_HOST": host}
    template = (folder / "manifest.json").read_text(encoding="utf-8")
    filled: dict[str, object] = json.loads(_MARK.sub(lambda mark: values[mark[1]], template))
    rows = tuple(commands)
    bots = filled["bots"]
    if not isinstance(bots, list):
        raise Misconfigured(f"{folder / 'manifest.json'}: bots must be a list")
    bots[0]["commandLists"] = [found for scope in SCOPES if (found := _listed(scope, rows))["commands"]]
    return filled


def _listed(scope: str, rows: tuple[Command, ...]) -> dict[str, list[object]]:
    found = [{"title": row.title, "description": row.description} for row in rows if scope in row.scopes]
    if len(found) > MOST_COMMANDS:
        raise Misconfigured(f"bot/commands.py: {len(found)} commands for {scope}; Teams lists {MOST_COMMANDS} at most")
    return {"scopes": [scope], "commands": [*found]}


def _guid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise Misconfigured(
            f"MicrosoftAppId: {text!r} is no GUID; copy the application id of the registration"
        ) from None


def _put(zipped: ZipFile, name: str, content: bytes) -> None:
    info = ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    info.compress_type = ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    info.create_system = 3
    zipped.writestr(info, content)
