"""A proposed edit is one pull request, however often it is asked for and wherever it broke off."""

import asyncio
from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from bot.courier import Courier, Undelivered
from bot.effects import ProposeEdit
from bot.events import EditProposed
from bot.github.client import GitHubClient
from bot.github.file import GitHubFile
from bot.github.proposals import Proposals, proposal_errand
from bot.handbook.edits import edited
from bot.handbook.sections import Unreadable
from bot.ports import Outgoing
from bot.retries import Temporary
from bot.store.memory import MemoryJournal
from tests.desk.test_courier import NOW, Reports, Teams
from tests.github.fake import PLACE, TEXT, TOKEN, FakeGitHub
from tests.rig.service import Answer

BEFORE = "## Tour hangs\n\nClose it.\n\n"
AFTER = "## Tour hangs\n\nClose it, then tell billing.\n\n"
EDITED = TEXT.replace(b"Close it.", b"Close it, then tell billing.")
EFFECT = ProposeEdit("edit:C-3", "#tour-hangs", BEFORE, AFTER, "Tour hangs: tell billing")
NEW = replace(EFFECT, key="edit:C-4", section="", before="", after="## Scanner\n\nProfile 2.\n", title="Scanner")


class House:
    """A bot's part for proposals; each proposal is made by a courier of its own, as after a restart."""

    def __init__(self, github: FakeGitHub, session: aiohttp.ClientSession, token: str = TOKEN) -> None:
        self.github = github
        self.file: GitHubFile | None = GitHubFile(PLACE, github.url, GitHubClient(session, github.api, token))
        self.slept: list[float] = []
        self.journal = MemoryJournal()
        self.desk = Reports(self.journal)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        assert len(self.slept) < 50, "nothing comes of waiting"

    def courier(self) -> Courier:
        proposals = Proposals(self.edited, sleep=self.sleep)
        errand = proposal_errand(lambda _: self.file, proposals)
        teams = Teams()
        return Courier(self.journal, teams.send, teams.write, lambda: NOW, {ProposeEdit: errand})

    async def edited(self, *given: Any) -> bytes | None:
        try:
            return edited(*given)
        except Unreadable as why:
            raise Undelivered(str(why)) from None

    async def propose(self, effect: ProposeEdit = EFFECT) -> EditProposed:
        courier = self.courier()
        courier.take(self.desk, [Outgoing("7.0", effect)])
        await courier.idle()
        told = self.desk.told.pop()
        assert isinstance(told, EditProposed)
        assert told.proposal == effect.key
        return told


@pytest.fixture
def house(github: FakeGitHub, session: aiohttp.ClientSession) -> House:
    return House(github, session)


async def test_an_edit_becomes_a_pull_request_on_a_branch_of_its_own(house: House, github: FakeGitHub) -> None:
    told = await house.propose()
    (pull,) = github.repository.pulls
    assert (told.url, told.failure) == ("http://github.test/liefery/liefery-backend/pull/1", "")
    assert pull.head.startswith("hotseat/edit-c-3-")
    assert (pull.title, pull.base, pull.state) == ("Tour hangs: tell billing", "master", "open")
    assert github.text(pull.head) == EDITED
    assert github.text() == TEXT
    assert github.repository.diff(pull)[-5:] == [
        " ## Tour hangs",
        " ",
        "-Close it.",
        "+Close it, then tell billing.",
        " ",
    ] or "-Close it." in github.repository.diff(pull)


async def test_a_new_section_is_proposed_at_the_end(house: House, github: FakeGitHub) -> None:
    await house.propose(NEW)
    (pull,) = github.repository.pulls
    assert github.text(pull.head) == TEXT + b"\n## Scanner\n\nProfile 2.\n"


@pytest.mark.parametrize("effect", [EFFECT, NEW])
async def test_proposed_twice_it_is_one(house: House, github: FakeGitHub, effect: ProposeEdit) -> None:
    first, second = await house.propose(effect), await house.propose(effect)
    assert first.url == second.url
    assert len(github.repository.pulls) == 1
    assert len(github.repository.commits) == 2


async def test_what_was_merged_or_closed_is_not_proposed_again(house: House, github: FakeGitHub) -> None:
    first = await house.propose()
    github.repository.merge(1, "Farid Haddad")
    assert github.text() == EDITED
    assert (await house.propose()).url == first.url
    other = await house.propose(NEW)
    github.repository.close(2)
    assert (await house.propose(NEW)).url == other.url
    assert len(github.repository.pulls) == 2


async def test_another_edit_under_the_same_key_is_another_proposal(house: House, github: FakeGitHub) -> None:
    await house.propose()
    await house.propose(replace(EFFECT, after="## Tour hangs\n\nAsk Edge.\n\n"))
    assert len({pull.head for pull in github.repository.pulls}) == 2


STEPS = ["POST git", "PUT contents", "POST pulls"]


@pytest.mark.parametrize("effect", [EFFECT, NEW])
@pytest.mark.parametrize("step", STEPS)
async def test_an_answer_that_is_lost_makes_nothing_twice(
    house: House, github: FakeGitHub, step: str, effect: ProposeEdit
) -> None:
    github.lost.append(step)
    told = await house.propose(effect)
    assert (told.url[-7:], told.failure) == ("/pull/1", "")
    assert (len(github.repository.pulls), len(github.repository.commits)) == (1, 2)


@pytest.mark.parametrize("effect", [EFFECT, NEW])
@pytest.mark.parametrize("step", ["GET pulls", "GET git", "GET contents", *STEPS])
async def test_a_bot_that_dies_at_any_step_goes_on_from_there(
    house: House, github: FakeGitHub, step: str, effect: ProposeEdit
) -> None:
    reached = asyncio.Event()

    async def hold(name: str) -> None:
        if name == step:
            reached.set()
            await asyncio.sleep(60)

    github.before = hold
    courier = house.courier()
    courier.take(house.desk, [Outgoing("7.0", effect)])
    await reached.wait()
    await courier.close(0)
    github.before = None
    assert house.desk.told == []
    told = await house.propose(effect)
    assert (told.url[-7:], told.failure) == ("/pull/1", "")
    assert (len(github.repository.pulls), len(github.repository.commits)) == (1, 2)


@pytest.mark.parametrize("step", ["GET pulls", "GET git", "GET contents", *STEPS])
@pytest.mark.parametrize("answer", [Answer(503), Answer(429, headers={"Retry-After": "7"}), Answer(reset=True)])
async def test_what_fails_at_any_step_is_done_when_github_is_back(
    house: House, github: FakeGitHub, step: str, answer: Answer
) -> None:
    github.then(step, answer, answer)
    assert (await house.propose()).failure == ""
    at_once = answer.reset and not step.startswith("POST")  # the session itself asks once more
    assert (len(github.repository.pulls), len(house.slept)) == (1, 1 if at_once else 2)
    assert answer.status != 429 or min(house.slept) >= 7


@pytest.mark.parametrize("step", ["GET pulls", "GET git", *STEPS])
async def test_an_answer_that_is_none_of_githubs_is_asked_for_again(
    house: House, github: FakeGitHub, step: str
) -> None:
    github.then(step, Answer(text="<html>a proxy</html>"))
    if step in {"GET git", "POST pulls"}:
        github.then(step, Answer(body=[{"head": {}}]), Answer(body={"object": "x", "html_url": 7}))
    assert (await house.propose()).failure == ""
    assert len(github.repository.pulls) == 1


async def test_a_section_that_was_changed_meanwhile_is_not_overwritten(house: House, github: FakeGitHub) -> None:
    github.write(TEXT.replace(b"Close it.", b"Ask Edge."))
    told = await house.propose()
    assert (told.url, told.failure) == (
        "",
        "The edit was not proposed: the section was changed meanwhile; read it again, and propose the edit anew.",
    )
    assert list(github.repository.branches) == ["master"]


async def test_a_branch_that_was_left_behind_goes_when_the_section_changed(house: House, github: FakeGitHub) -> None:
    github.then("POST pulls", Answer(400, body={"message": "No."}))
    assert (await house.propose()).failure == "The edit was not proposed: GitHub refuses it (HTTP 400): No."
    assert len(github.repository.branches) == 2
    github.write(b"# Other\n")
    assert "changed meanwhile" in (await house.propose()).failure
    assert list(github.repository.branches) == ["master"]


async def test_what_else_was_changed_meanwhile_is_no_matter(house: House, github: FakeGitHub) -> None:
    github.then("PUT contents", Answer(400, body={"message": "No."}))
    await house.propose()
    github.write(TEXT + b"\n## More\n")
    assert (await house.propose()).failure == ""
    (pull,) = github.repository.pulls
    assert b"tell billing" in github.text(pull.head)


async def test_the_file_is_put_in_the_place_of_what_was_read_only(house: House, github: FakeGitHub) -> None:
    async def somebody_writes(name: str) -> None:
        if name == "PUT contents":
            github.before = None
            branch = next(one for one in github.repository.branches if one != "master")
            github.repository.put(branch, b"# Theirs\n", "x", "Farid Haddad")

    github.before = somebody_writes
    assert "(HTTP 409)" in (await house.propose()).failure
    assert github.repository.pulls == []


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("status", [403, 404])
async def test_a_token_that_may_not_write_is_said_and_nothing_is_proposed_from_then_on(
    house: House, github: FakeGitHub, step: str, status: int
) -> None:
    assert house.file is not None
    assert house.file.proposes
    github.then(step, Answer(status, body={"message": "Resource not accessible by personal access token"}))
    told = await house.propose()
    assert told.failure == (
        "The edit was not proposed: GITHUB_TOKEN may not write in liefery/liefery-backend; give it Contents and Pull "
        "requests, both Read and write, for liefery/liefery-backend only."
    )
    assert not house.file.proposes
    assert house.slept == []


@pytest.mark.parametrize("step", ["GET pulls", "GET git", "GET contents"])
async def test_a_token_that_is_not_taken_any_more_is_said(house: House, github: FakeGitHub, step: str) -> None:
    github.then(step, Answer(401, body={"message": "Bad credentials"}))
    assert "GitHub does not take GITHUB_TOKEN" in (await house.propose()).failure
    assert house.file is not None
    assert house.file.proposes


async def test_an_edit_can_be_proposed_for_a_branch_only(house: House, github: FakeGitHub) -> None:
    github.then("GET git", Answer(404, body={"message": "Not Found"}))
    assert "liefery/liefery-backend has no branch master that GITHUB_TOKEN may see" in (await house.propose()).failure


async def test_without_a_token_or_elsewhere_nothing_is_proposed(
    github: FakeGitHub, session: aiohttp.ClientSession
) -> None:
    told = await House(github, session, "").propose()
    assert "GITHUB_TOKEN is not set, so I can propose nothing; open the editor" in told.failure
    elsewhere = House(github, session)
    elsewhere.file = None
    assert "the handbook is not on GitHub; change it where it is kept" in (await elsewhere.propose()).failure
    assert github.asked == []


async def test_an_edit_that_changes_nothing_is_none(house: House, github: FakeGitHub) -> None:
    assert "that changes nothing" in (await house.propose(replace(EFFECT, after=BEFORE))).failure
    assert list(github.repository.branches) == ["master"]


@pytest.mark.parametrize(
    ("content", "said"), [(b"\x89PNG", "it is no text in UTF-8"), (b"x" * 5_000_000, "it is larger than 1 MB")]
)
async def test_a_file_that_is_no_handbook_is_left_alone(
    house: House, github: FakeGitHub, content: bytes, said: str
) -> None:
    github.write(content)
    assert said in (await house.propose()).failure


async def test_a_folder_in_its_place_is_said(house: House, github: FakeGitHub) -> None:
    github.then("GET contents", Answer(body=[{"path": "x"}]))
    assert "is no file; set HANDBOOK" in (await house.propose()).failure


async def test_a_branch_that_githubs_rules_refuse_is_said_with_its_words(house: House, github: FakeGitHub) -> None:
    words = {"message": "Reference update failed", "errors": []}
    github.then("POST git", Answer(422, body=words))
    assert "GitHub refuses it (HTTP 422): Reference update failed" in (await house.propose()).failure
    github.then("GET git", Answer(200, body={"object": {"sha": github.repository.branches["master"]}}), Answer(500))
    github.then("POST git", Answer(422, body=words))
    assert (await house.propose()).failure == ""


async def test_a_token_that_ends_between_two_steps_is_said(house: House, github: FakeGitHub) -> None:
    async def ends(name: str) -> None:
        if name == "POST git":
            github.then("GET git", Answer(401, body={"message": "Bad credentials"}))

    github.before = ends
    github.then("POST git", Answer(422, body={"message": "Reference already exists"}))
    assert "GitHub does not take GITHUB_TOKEN" in (await house.propose()).failure


async def test_a_title_of_any_length_is_one_line(house: House, github: FakeGitHub) -> None:
    await house.propose(replace(EFFECT, title="Tour\nhangs " + "x" * 900))
    assert github.repository.pulls[0].title == ("Tour hangs " + "x" * 900)[:200]
    await house.propose(replace(NEW, title=" ", key="…"))
    assert github.repository.pulls[1].title == "Edit the handbook"
    assert github.repository.pulls[1].head.startswith("hotseat/")


async def test_two_at_once_are_one_pull_request(house: House, github: FakeGitHub) -> None:
    couriers = [house.courier(), house.courier()]
    for courier in couriers:
        courier.take(house.desk, [Outgoing("7.0", EFFECT)])
    await asyncio.gather(*(courier.idle() for courier in couriers))
    assert len({one.url for one in house.desk.told if isinstance(one, EditProposed)}) == 1
    assert len(github.repository.pulls) == 1


def test_a_temporary_failure_is_no_outcome() -> None:
    assert not issubclass(Temporary, Undelivered)
