"""Public holidays by country and year: computed by the package ``holidays`` and kept in a file of the data folder.

To tell one country's days the package imports every country of the world, 14 MB and 0.2 s; so a start reads the file,
and the package is imported only for a year that is not in it. Another version of the package begins the file anew, and
a file that cannot be read or written is done without.
"""

import contextlib
import json
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

from bot.errors import Misconfigured

T = TypeVar("T")


class KeptHolidays:
    """Returns a year's public holidays; the caller holds the data folder's lock."""

    def __init__(self, file: Path) -> None:
        """Name the file; it is made by the first year that is asked for."""
        self._file = file
        self._version = version("holidays")
        self._years = self._read()

    def __call__(self, country: str, subdivision: str, year: int) -> frozenset[date]:
        """Return the days, none without a country; raise Misconfigured where the country is unknown."""
        key = f"{country} {subdivision} {year}"
        days = self._years.get(key)
        if days is None:
            days = self._years[key] = public_holidays(country, subdivision, year)
            self._write()
        return days

    def _read(self) -> dict[str, frozenset[date]]:
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError, AttributeError):
            kept = json.loads(self._file.read_bytes())
            if kept["version"] == self._version:
                return {key: frozenset(map(date.fromisoformat, days)) for key, days in kept["years"].items()}
        return {}

    def _write(self) -> None:
        years = {key: sorted(day.isoformat() for day in days) for key, days in self._years.items()}
        fresh = self._file.with_suffix(".tmp")
        with contextlib.suppress(OSError):
            fresh.touch(mode=0o600)
            fresh.write_text(json.dumps({"version": self._version, "years": years}), encoding="ascii")
            fresh.replace(self._file)


@cache
def public_holidays(country: str, subdivision: str, year: int) -> frozenset[date]:
    """Compute a year's public holidays, none without a country; raise Misconfigured where the country is unknown."""
    if not country:
        return frozenset()
    import holidays  # noqa: PLC0415 - start-up time and memory

    try:
        return frozenset(holidays.country_holidays(country, subdiv=subdivision or None, years=year))
    except NotImplementedError:
        message = f"policy: no public holidays are known for {country} {subdivision}; use a code such as DE and BE"
        raise Misconfigured(message) from None


class _Later(Mapping[str, T]):
    """What the package knows, looked up when first asked for.

    That imports the package, as the holidays of a country that is new to the desk would a moment later.
    """

    def __getitem__(self, key: str) -> T:
        """Return what is known under a key."""
        return self._known[key]

    def __iter__(self) -> Iterator[str]:
        """Yield the keys."""
        return iter(self._known)

    def __len__(self) -> int:
        """Count the keys."""
        return len(self._known)

    @property
    @abstractmethod
    def _known(self) -> Mapping[str, T]:
        """Look it up."""


class Countries(_Later[frozenset[str]]):
    """The codes of the countries whose holidays are known, each with its subdivisions."""

    @cached_property
    def _known(self) -> Mapping[str, frozenset[str]]:
        import holidays  # noqa: PLC0415 - start-up time and memory

        return {code: frozenset(parts) for code, parts in holidays.list_supported_countries().items()}


class CountryNames(_Later[str]):
    """What these countries are called in English, in small letters, each with its code."""

    @cached_property
    def _known(self) -> Mapping[str, str]:
        from holidays.registry import COUNTRIES  # noqa: PLC0415 - start-up time and memory

        return {name.replace("_", " "): code for name, (_, code, *_) in COUNTRIES.items()}
