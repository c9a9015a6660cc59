"""Runs Microsoft's and Atlassian's own packages, which the tests compare ours with; ``make test`` installs them."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"


def run(script: str, given: object) -> Any:
    """Return what a script of this folder answers to ``given``; skip the test, saying why, where it cannot run."""
    if shutil.which("node") is None:
        pytest.skip("Node.js is not installed: the makers' own packages cannot be compared with")
    if not MODULES.exists():
        pytest.skip("tests/node/node_modules is missing: run npm ci --ignore-scripts --prefix tests/node")
    command = ["node", str(HERE / script)]
    done = subprocess.run(command, input=json.dumps(given), capture_output=True, text=True, check=False, timeout=90)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
