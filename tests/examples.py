"""Payloads of others and Jira's own description: beside the checkout where there are any, never in it."""

from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "shared" / "examples"
ABSENT = "the examples of real payloads are not beside this checkout"
needed = pytest.mark.skipif(not EXAMPLES.is_dir(), reason=ABSENT)
