"""Secret addresses: not to be guessed, renewed by the next number, and the same after a restart."""

import logging
import re
import stat
from pathlib import Path

import pytest

from bot.calendars.addresses import Feed, FeedAddresses
from bot.errors import Misconfigured, NotStored

BASE = "https://bot.example.com"
ANA = Feed("tenant", "backend", "ana", 0)


def secret(addresses: FeedAddresses, feed: Feed) -> str:
    address = addresses.address(feed.tenant, feed.desk, feed.person, feed.generation)
    found = re.fullmatch(rf"{BASE}/rota/([A-Za-z0-9_-]{{43}})\.ics", address)
    assert found
    return found[1]


def test_an_address_is_the_same_after_a_restart_and_finds_its_feed(tmp_path: Path) -> None:
    first = secret(FeedAddresses(tmp_path / "feeds.key", BASE), ANA)
    again = FeedAddresses(tmp_path / "feeds.key", f"{BASE}/")
    assert secret(again, ANA) == first
    assert again.find(first, [Feed("tenant", "backend", "", 0), ANA]) == ANA


def test_each_feed_has_its_own_and_a_renewed_one_another(tmp_path: Path) -> None:
    addresses = FeedAddresses(tmp_path / "feeds.key", BASE)
    feeds = [
        ANA,
        Feed("tenant", "backend", "", 0),
        Feed("tenant", "backend", "ana", 1),
        Feed("tenant", "other", "ana", 0),
        Feed("another", "backend", "ana", 0),
        Feed("tenant", "backend|ana", "", 0),
        Feed("tenant|backend", "ana", "", 0),
    ]
    assert len({secret(addresses, one) for one in feeds}) == len(feeds)
    assert addresses.find(secret(addresses, ANA), feeds[1:]) is None
    assert [addresses.find(wrong, feeds) for wrong in ("", "A" * 43, secret(addresses, ANA)[:-1])] == [None] * 3


def test_another_key_is_another_address(tmp_path: Path) -> None:
    one, other = (FeedAddresses(tmp_path / name, BASE) for name in ("one.key", "other.key"))
    assert secret(one, ANA) != secret(other, ANA)


def test_the_key_is_made_at_first_need_for_its_owner_only(tmp_path: Path) -> None:
    addresses = FeedAddresses(tmp_path / "feeds.key", BASE)
    assert list(tmp_path.iterdir()) == []
    addresses.address("tenant", "backend", "", 0)
    (file,) = tmp_path.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(file.read_bytes()) == 32


def test_whoever_guesses_an_address_makes_no_key(tmp_path: Path) -> None:
    assert FeedAddresses(tmp_path / "feeds.key", BASE).find("A" * 43, [ANA]) is None
    assert list(tmp_path.iterdir()) == []


def test_without_an_address_of_the_bot_a_feed_has_none_and_needs_no_key(tmp_path: Path) -> None:
    assert FeedAddresses(tmp_path / "feeds.key", "").address("tenant", "backend", "", 0) == ""
    assert list(tmp_path.iterdir()) == []


def test_a_broken_key_stops_the_start_with_the_remedy(tmp_path: Path) -> None:
    file = tmp_path / "feeds.key"
    file.write_bytes(b"short")
    with pytest.raises(Misconfigured, match=r"feeds\.key: it is no key; restore it, or remove it"):
        FeedAddresses(file, BASE)
    file.unlink()
    file.mkdir()
    with pytest.raises(Misconfigured, match=r"feeds\.key: it cannot be read"):
        FeedAddresses(file, BASE)


def test_a_key_that_cannot_be_kept_is_none(tmp_path: Path) -> None:
    addresses = FeedAddresses(tmp_path / "missing" / "feeds.key", BASE)
    for _ in range(2):
        with pytest.raises(NotStored, match=r"could not be written \(No such file or directory\)"):
            secret(addresses, ANA)


def test_no_secret_is_logged_or_shown(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    addresses = FeedAddresses(tmp_path / "feeds.key", BASE)
    found = secret(addresses, ANA)
    assert found not in repr(vars(addresses)) + repr(ANA) + caplog.text
