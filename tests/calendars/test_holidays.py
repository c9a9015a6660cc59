"""Public holidays: right, kept, and never a reason not to start."""

import json
import stat
from datetime import date
from pathlib import Path

import pytest

from bot.calendars.holidays import KeptHolidays, public_holidays
from bot.errors import Misconfigured

WOMENS_DAY = date(2026, 3, 8)  # a holiday in Berlin only


def test_a_subdivisions_own_holiday_is_one_there_only() -> None:
    assert WOMENS_DAY in public_holidays("DE", "BE", 2026)
    assert WOMENS_DAY not in public_holidays("DE", "HH", 2026)
    assert public_holidays("", "", 2026) == frozenset()


def test_an_unknown_country_is_named() -> None:
    with pytest.raises(Misconfigured, match="XX"):
        public_holidays("XX", "", 2026)


def test_what_was_computed_once_is_read_at_the_next_start_by_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "holidays.json"
    first = KeptHolidays(file)("DE", "BE", 2026)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    kept = json.loads(file.read_text())
    kept["years"]["DE BE 2026"].append("2026-07-07")
    file.write_text(json.dumps(kept))
    assert KeptHolidays(file)("DE", "BE", 2026) == first | {date(2026, 7, 7)}


@pytest.mark.parametrize("content", ["", "[]", '{"version": "0.1", "years": {"DE BE 2026": []}}', '{"version": 1}'])
def test_a_file_that_is_broken_or_of_another_version_is_written_anew(tmp_path: Path, content: str) -> None:
    file = tmp_path / "holidays.json"
    file.write_text(content)
    assert WOMENS_DAY in KeptHolidays(file)("DE", "BE", 2026)
    assert "2026-03-08" in file.read_text()


def test_a_file_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    assert WOMENS_DAY in KeptHolidays(tmp_path / "missing" / "holidays.json")("DE", "BE", 2026)
