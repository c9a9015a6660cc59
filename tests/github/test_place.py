"""Where a file is on GitHub, as operators and browsers write it; nothing else is one."""

import pytest

from bot.github.place import Place, place_of_page, read_place, web_of

PLACE = Place("liefery", "liefery-backend", "docs/emergency_handbook.md", "master")
PAGE = "https://github.com/liefery/liefery-backend/blob/master/docs/emergency_handbook.md"


def test_an_operator_names_owner_repository_path_and_ref() -> None:
    assert read_place("liefery/liefery-backend/docs/emergency_handbook.md@master") == PLACE
    assert str(PLACE) == "liefery/liefery-backend/docs/emergency_handbook.md@master"
    assert read_place("a_corp/.github/Hilfe für alle.md@release/1.0") == Place(
        "a_corp", ".github", "Hilfe für alle.md", "release/1.0"
    )
    assert read_place("a/b/me@home.md@main") == Place("a", "b", "me@home.md", "main")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "docs/handbook.md",
        "a/b/c.md",
        "a/b@main",
        "a/b/@main",
        "a/b/c.md@",
        "/a/b/c.md@main",
        "-a/b/c.md@main",
        "a/b c/d.md@main",
        "a/../c.md@main",
        "a/b/../c.md@main",
        "a/b/./c.md@main",
        "a/b//c.md@main",
        "a/b/c\\d.md@main",
        "a/b/c\nd.md@main",
        "a/b/c.md@ma in",
        "a/b/c.md@-main",
        "a/b/c.md@main..x",
        "a/b/c.md@main/",
        "a/b/c.md@x.lock",
        "a/b/c.md@ma?x=1",
        "a/b/c.md@main#x",
        f"a/b/{'c' * 1_001}@main",
        "https://github.com/a/b/blob/main/c.md@main",
    ],
)
def test_what_is_not_exactly_that_is_no_place(text: str) -> None:
    assert read_place(text) is None


def test_a_page_on_githubs_web_is_its_file_whatever_its_anchor() -> None:
    assert place_of_page(PAGE) == PLACE
    assert place_of_page(f"{PAGE}?plain=1#tour-hangs") == PLACE
    assert place_of_page("https://github.com/a/b/blob/main/Hilfe%20f%C3%BCr%20alle.md") == Place(
        "a", "b", "Hilfe für alle.md", "main"
    )
    assert place_of_page("https://git.example.com/a/b/blob/main/c.md", "https://git.example.com") is not None
    assert PLACE.page("https://github.com") == PAGE
    assert PLACE.page("https://github.com", "edit") == PAGE.replace("/blob/", "/edit/")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "https://github.com/a/b",
        "https://github.com/a/b/blob/main",
        "https://github.com/a/b/tree/main/docs",
        "https://github.com/a/b/blob/main/../c.md",
        "https://github.com/a/b/blob/main/%2E%2E/c.md",
        "https://github.com/a/b/blob/main/c%FFd.md",
        "https://github.com/a/b/blob/main/c%0Ad.md",
        "http://github.com/a/b/blob/main/c.md",
        "https://github.com.example.com/a/b/blob/main/c.md",
        "https://x@github.com/a/b/blob/main/c.md",
        "https://github.com:8443/a/b/blob/main/c.md",
        "https://wiki.example.com/handbook",
        "https://[github.com/a/b/blob/main/c.md",
    ],
)
def test_any_other_address_is_no_file_on_github(address: str) -> None:
    assert place_of_page(address) is None


@pytest.mark.parametrize(
    ("api", "web"),
    [
        ("https://api.github.com", "https://github.com"),
        ("https://api.octocorp.ghe.com", "https://octocorp.ghe.com"),
        ("https://git.example.com/api/v3", "https://git.example.com"),
        ("http://127.0.0.1:3979/api/v3", "http://127.0.0.1:3979"),
        ("https://github.com", ""),
        ("https://git.example.com/api/v4", ""),
        ("", ""),
    ],
)
def test_where_people_read_follows_from_where_programs_ask(api: str, web: str) -> None:
    assert web_of(api) == web
