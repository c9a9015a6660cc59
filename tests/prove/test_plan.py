"""What a seed decides: who dies where, how Teams misbehaves, what people do; the same each time."""

from collections import Counter
from random import Random

from tests.desk.crashing import POINTS
from tests.prove.faults import Fault, Shares
from tests.prove.fleet import ANYWHERE, STARTING, kills
from tests.prove.sender import stories
from tests.prove.town import Place


def seeded() -> Random:
    return Random(1)  # noqa: S311 - a seed is to be repeated


def test_half_of_the_deaths_are_at_each_named_point_in_turn_and_the_rest_anywhere() -> None:
    planned = kills(seeded(), 100, 10_000, points=POINTS)
    found = Counter(kill.point for kill in planned)
    assert [found[point] for point in POINTS] == [5] * len(POINTS)
    assert found[ANYWHERE] + found[STARTING] == 50
    assert planned == kills(seeded(), 100, 10_000, points=POINTS)
    assert [kill.accepted for kill in planned] == sorted(kill.accepted for kill in planned)
    assert planned[-1].accepted < 10_000


def test_teams_misbehaves_by_its_shares() -> None:
    random = seeded()
    found = Counter(Shares().draw(random) for _ in range(100_000))
    wanted = {Fault.LIMITED: 3_000, Fault.BROKEN: 2_000, Fault.LOST: 500, Fault.RESET: 500}
    assert all(0.8 * count < found[fault] < 1.2 * count for fault, count in wanted.items())


def test_each_request_is_somebody_elses_and_no_two_are_alike_in_thread_or_token() -> None:
    made = stories(seeded(), 200, [Place(0), Place(1)], 40)
    assert len({one.requester for one in made}) == len({one.thread for one in made}) == len({one.token for one in made})
    assert made == stories(seeded(), 200, [Place(0), Place(1)], 40)
