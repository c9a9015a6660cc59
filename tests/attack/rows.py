"""The rows of teams.json: how each makes its header, its token, its activity or its body. Every row is stated once.

tests/teams/test_guard.py shows under which reason each is refused, test_matrix.py that a running bot is not moved.
"""

import json
import re
import time
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.rig.activities import altered, channel_post, without
from tests.rig.entra import FakeEntra, Key

Row = dict[str, Any]
ROWS: dict[str, list[Row]] = json.loads(Path(__file__).with_name("teams.json").read_text("utf-8"))


def rows(*kinds: str) -> pytest.MarkDecorator:
    """Make a parameter of each row of some kinds."""
    chosen = [(f"{kind}: {row['name']}", row) for kind in kinds for row in ROWS[kind]]
    return pytest.mark.parametrize("row", [row for _, row in chosen], ids=[name for name, _ in chosen])


def filled(form: str, **words: str) -> str:
    """Fill {words} into a form."""
    return re.sub(r"\{(\w+)\}", lambda match: words[match[1]], form)


def token_of(row: Row, entra: FakeEntra, service_url: str) -> str:
    """Mint the token that a row describes, a genuine one where it describes none."""
    wanted = dict(row.get("token", {}))
    now = int(time.time())
    for name, value in wanted.items():
        if isinstance(value, str) and (moment := re.fullmatch(r"now([+-]\d+)", value)):
            wanted[name] = now + int(moment[1])
        elif value in ("Infinity", "NaN"):
            wanted[name] = float(value)
    if "exp_from_now" in wanted:
        wanted["exp"] += now + wanted.pop("exp_from_now")
    keys = {
        "genuine": lambda: entra.keys[0],
        "attacker": lambda: Key(kid=entra.keys[0].kid, number=-1),
        "unendorsed": lambda: entra.keys[1],
        "empty": lambda: entra.keys[2],
        "webchat": lambda: entra.keys[3],
    }
    return entra.token(**{"service_url": service_url, "key": keys[row.get("key", "genuine")](), **wanted})


def publish_all(entra: FakeEntra) -> None:
    """Publish the keys that rows name, beside the genuine one."""
    for endorsements in (None, (), ("webchat", "directline")):
        entra.publish(endorsements)


def header_of(row: Row, genuine: str) -> str | None:
    """Give the Authorization header that a row describes, None for none."""
    head, claims, signature = genuine.split(".")
    tampered = f"{head}.{claims}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"
    words = {"genuine": genuine, "tampered": tampered, "unsigned": f"{head}.{claims}.", "dots": "." * 1024}
    return None if row["header"] is None else filled(row["header"], **words)


def activity_of(row: Row, service_url: str, trap: str = "http://127.0.0.1:9") -> dict[str, Any]:
    """Make the activity that a row describes: a genuine post but for what it alters and takes away."""
    activity = channel_post(service_url=service_url)
    activity = altered(without(activity, *row.get("without", ())), row.get("alter", {}))
    if "service_url" in row:
        words = {
            "service_url": service_url,
            "service_url_without_slash": service_url.removesuffix("/"),
            "trap": trap,
            "trap_port": trap.rpartition(":")[2],
        }
        activity["serviceUrl"] = filled(row["service_url"], **words)
    return activity


def body_of(row: Row, service_url: str) -> bytes:
    """Write the body that a row describes: `body`, or a genuine one with `insert` as its first member."""
    if "body" in row:
        return str(row["body"]).encode("latin-1")
    units = {"O": '{"y":', "C": "}"}
    inserted = re.sub(
        r"\{(.)\*(\d+)\}", lambda match: units.get(match[1], match[1]) * int(match[2]), str(row["insert"])
    )
    return b"{" + inserted.encode("latin-1") + b"," + orjson.dumps(channel_post(service_url=service_url))[1:]
