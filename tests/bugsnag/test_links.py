"""What Bugsnag's addresses name, and which addresses are none of Bugsnag's."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.bugsnag.links import Link, read_link

ERROR, EVENT = "65a1b2c3d4e5f60718293a4b", "65a1b2c3d4e5f60718293a4c"
PAGE = f"https://app.bugsnag.com/fleet/tours-api/errors/{ERROR}"
WHOLE = Link(f"{PAGE}?event_id={EVENT}", "fleet", "tours-api", ERROR, EVENT, "nw")


@pytest.mark.parametrize(
    ("address", "link"),
    [
        (f"{PAGE}?event_id={EVENT}&i=sk&m=nw", WHOLE),
        (f"{PAGE}/?m=nw&i=wh&event_id={EVENT}#stacktrace", WHOLE),
        (f"{PAGE}?filters[event.since][0]=30d", Link(PAGE, "fleet", "tours-api", ERROR)),
        (f"{PAGE}?event_id=12&m=NW", Link(PAGE, "fleet", "tours-api", ERROR)),
        (f"{PAGE}?event_id={EVENT}&event_id={ERROR}", Link(PAGE, "fleet", "tours-api", ERROR)),
        (
            f"https://app.bugsnag.smartbear.com/fleet/tours-api/errors/{ERROR}",
            Link(f"https://app.bugsnag.smartbear.com/fleet/tours-api/errors/{ERROR}", "fleet", "tours-api", ERROR),
        ),
        (
            f"http://bugsnag.com/errors/{ERROR}/events/{EVENT}?m=ra",
            Link(f"https://bugsnag.com/errors/{ERROR}/events/{EVENT}", error=ERROR, event=EVENT, code="ra"),
        ),
        (
            f"http://bugsnag.com/errors/{ERROR}?event_id={EVENT}",
            Link(f"https://bugsnag.com/errors/{ERROR}?event_id={EVENT}", error=ERROR, event=EVENT),
        ),
        (
            "http://bugsnag.com/errors/example/events/example",
            Link("https://bugsnag.com/errors/example/events/example"),
        ),
        (
            "https://app.bugsnag.com/fleet/tours-api?i=sk&m=sn",
            Link("https://app.bugsnag.com/fleet/tours-api", "fleet", "tours-api", code="sn"),
        ),
        (
            f"{PAGE}/events?m=nw",
            Link(f"{PAGE}/events", "fleet", "tours-api", code="nw"),
        ),
        ("https://app.bugsnag.com/accounts/fleet", Link("https://app.bugsnag.com/accounts/fleet")),
        ("https://app.bugsnag.com", Link("https://app.bugsnag.com")),
    ],
)
def test_an_address_names_its_error_its_project_and_what_was_said(address: str, link: Link) -> None:
    assert read_link(address) == link


@pytest.mark.parametrize(
    "address",
    [
        f"https://app.bugsnag.com.evil.example/fleet/tours-api/errors/{ERROR}",
        f"https://evil.example/app.bugsnag.com/fleet/errors/{ERROR}",
        f"https://app-bugsnag.com/fleet/tours-api/errors/{ERROR}",
        f"https://app.bugsnag.com@evil.example/fleet/tours-api/errors/{ERROR}",
        f"https://ana:x@app.bugsnag.com/fleet/tours-api/errors/{ERROR}",
        f"https://app.bugsnag.com:8443/fleet/tours-api/errors/{ERROR}",
        f"https://app.bugsnag.com\\@evil.example/fleet/errors/{ERROR}",
        f"https://app.bugsnаg.com/fleet/tours-api/errors/{ERROR}",  # noqa: RUF001 - a Cyrillic letter
        f"https://APP.bugsnag.com/fleet/tours-api/errors/{ERROR}",
        f"javascript://app.bugsnag.com/fleet/tours-api/errors/{ERROR}",
        f"https://app.bugsnag.com/fleet/../evil/errors/{ERROR}",
        f"https://app.bugsnag.com/fleet/tours%2Fapi/errors/{ERROR}",
        f"https://app.bugsnag.com//fleet/tours-api/errors/{ERROR}",
        f" {PAGE}",
        f"{PAGE}\n",
        "https://[app.bugsnag.com/",
        "",
    ],
)
def test_an_address_that_is_none_of_bugsnags_is_not_read(address: str) -> None:
    assert read_link(address) is None


@given(st.text(max_size=60), st.sampled_from(["", "https://", PAGE, "https://app.bugsnag.com/"]))
def test_no_address_breaks_the_reader_and_what_is_shown_is_read_alike(text: str, start: str) -> None:
    link = read_link(start + text)
    if link is not None:
        assert read_link(link.url) == replace(link, code="")
