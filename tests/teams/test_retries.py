"""What is repeated says so: the first failure, and after how many attempts it went well."""

import pytest

from bot.retries import Temporary, noted, retrying


async def at_once(_: float) -> None:
    """Pause for no time."""


async def test_the_first_failure_and_the_end_are_a_line_each_and_what_is_between_is_for_debugging(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("DEBUG", "bot")
    outcomes = [Temporary("503", ambiguous=True), Temporary("429"), Temporary("429")]

    async def call() -> str:
        if outcomes:
            raise outcomes.pop(0)
        return "done"

    assert await retrying(call, sleep=at_once) == "done"
    told = [
        (one.levelname, one.getMessage(), vars(one).get("outcome"), vars(one).get("attempt")) for one in caplog.records
    ]
    assert told == [
        ("INFO", "it failed, and is tried again", "503", None),
        ("DEBUG", "it failed again", "429", 2),
        ("DEBUG", "it failed again", "429", 3),
        ("INFO", "it went well", None, 4),
    ]


async def test_what_went_well_at_once_is_no_line(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", "bot")

    async def call() -> str:
        return "done"

    assert await retrying(call, sleep=at_once) == "done"
    assert caplog.messages == []


async def test_each_attempt_is_noted_with_what_became_of_it() -> None:
    notes: list[Exception | None] = []
    failure = Temporary("503")

    async def fails() -> None:
        raise failure

    async def goes() -> int:
        return 1

    with pytest.raises(Temporary):
        await noted(fails(), notes.append)
    assert await noted(goes(), notes.append) == 1
    assert notes == [failure, None]
