"""The switch that lets no test be left out in silence."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.examples import ABSENT

ROOT = Path(__file__).parents[2]
MODULES = {
    "test": "import pytest\ndef test_one(): pytest.skip('{reason}')\n",
    "mark": "import pytest\n@pytest.mark.skip(reason='{reason}')\ndef test_one(): pass\n",
    "fixture": "import pytest\n@pytest.fixture\ndef it(): pytest.skip('{reason}')\ndef test_one(it): pass\n",
    "module": "import pytest\npytest.skip('{reason}', allow_module_level=True)\n",
}


def left_out(folder: Path, no_skips: str, modules: dict[str, str]) -> set[str]:
    """Run tests in a process of their own; return which of them failed."""
    for name, source in modules.items():
        (folder / f"test_{name}.py").write_text(source)
    words = [sys.executable, "-m", "pytest", "-q", "-rfE", "-p", "no:cacheprovider", "-p", "tests.conftest"]
    done = subprocess.run(
        [*words, "-c", os.devnull, f"--rootdir={folder}", "--continue-on-collection-errors", str(folder)],
        env=os.environ | {"NO_SKIPS": no_skips, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    failed = set(re.findall(r"^(?:FAILED|ERROR) \S*test_(\w+)\.py", done.stdout, re.MULTILINE))
    assert (done.returncode != 0) is bool(failed)
    return failed


@pytest.mark.parametrize(("no_skips", "failed"), [("", set()), ("1", set(MODULES))])
def test_a_skip_fails_where_none_is_wanted(tmp_path: Path, no_skips: str, failed: set[str]) -> None:
    modules = {name: source.format(reason="no browser") for name, source in MODULES.items()}
    expected = {"xfail": "import pytest\n@pytest.mark.xfail\ndef test_one(): assert 0\n"}
    assert left_out(tmp_path, no_skips, modules | expected) == failed


def test_continuous_integration_sets_the_switch() -> None:
    assert "export NO_SKIPS=1" in (ROOT / ".ci" / "run").read_text()


def test_what_compares_with_the_payloads_of_others_may_be_left_out(tmp_path: Path) -> None:
    modules = {name: source.format(reason=ABSENT) for name, source in MODULES.items()}
    assert left_out(tmp_path, "1", modules) == set()
